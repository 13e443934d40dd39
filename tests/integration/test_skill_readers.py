"""
What the tools do with each variant of an exported file, compared with the table.

Each is run on all variants as they are, and on what the build makes of those that it
exports: that has to be taken by all of them, as it is meant.
"""

from __future__ import annotations

import json

import pytest
from readers import CLAUDE
from sites import TOOLS, directories, lay_out
from variants import TABLE, Placed, exported, kind_of, place, place_exported

from hatch_agpm.export.plugin import check_plugin
from hatch_agpm.export.readers import READERS
from hatch_agpm.export.writer import write_frontmatter

pytestmark = [pytest.mark.slow, pytest.mark.network]

BY_EVERY_TOOL = pytest.mark.parametrize("tool", TOOLS)
VALIDATORS = {"pkgskills", "skills-ref"}


@pytest.fixture(scope="module")
def as_written(tmp_path_factory, readers):
    return lay_out(tmp_path_factory.mktemp("written") / "site", place(TABLE), readers)


@pytest.fixture(scope="module")
def as_exported(tmp_path_factory, readers):
    root = tmp_path_factory.mktemp("exported") / "site"
    return lay_out(root, place_exported(TABLE), readers)


def test_the_tools_are_those_that_messages_name():
    assert TOOLS.keys() == READERS.keys()


@BY_EVERY_TOOL
def test_each_tool_treats_each_variant_as_the_table_says(as_written, tool):
    effects = TOOLS[tool](as_written)

    assert {kind: effect for kind, effect in effects.items() if effect} == {
        kind_of(variant): variant["seen"][tool]
        for variant in TABLE
        if tool in variant["seen"]
    }


@pytest.mark.parametrize("tool", [each for each in TOOLS if each not in VALIDATORS])
def test_each_tool_takes_what_is_exported(as_exported, tool):
    effects = TOOLS[tool](as_exported)

    noted = {
        kind_of(variant)
        for variant in TABLE
        for note in exported(variant)[1]
        if tool in getattr(note, "readers", ())
    }
    changed = {kind: effect for kind, effect in effects.items() if effect}
    assert {kind: changed[kind] for kind in changed.keys() - noted} == {}


AWKWARD = "A --- B: # { [ & * @ ` % | \"q\" 'q' \\ \x1b\x7f\x85\u2028é 🎣"
PORTABLE = {
    "name": "mx-nets",
    "description": AWKWARD,
    "license": "MIT",
    "compatibility": "Requires mx 1.0, Python >=3.9",
    "metadata": {"version": "1.10", "yes": "no", "a: b": "---"},
    "allowed-tools": ["Read", "Bash(git add *)"],
}
PLUGIN = {"name": "mx", "version": "1.0", "description": "Nets."}
PLUGINS = (
    {},
    {"name": "Mx nets"},
    {"name": "mx_nets"},
    {"keyword": []},
    {"version": 1},
    {"homepage": "nets"},
    {"homepage": "https://example.org/"},
    {"keywords": "nets"},
    {"keywords": ["nets"]},
    {"author": "A"},
    {"author": {"name": ""}},
    {"repository": {"type": "git"}},
)


@pytest.fixture
def awkward(tmp_path, readers):
    text = write_frontmatter(PORTABLE) + "\n# Repair nets\n"
    skill = Placed("awkward", "skill", "mx-nets", "mx-nets", text.encode(), {})
    return lay_out(tmp_path / "site", [skill], readers)


def test_the_check_and_the_tool_agree_on_invalid_plugins(awkward):
    path = ".claude-plugin/plugin.json"
    for changed in PLUGINS:
        text = json.dumps(PLUGIN | {"author": {"name": "A"}, **changed})
        (awkward.plugin / path).write_text(text, encoding="utf-8")
        command = ["plugin", "validate", awkward.plugin, "--json"]
        manifest = json.loads(awkward.run(CLAUDE, "claude", *command))["manifest"]
        fine = not manifest["errors"] and not manifest["warnings"]
        assert fine == (check_plugin(path, text.encode()) == ()), text


def test_generated_frontmatter_is_read_back_unchanged(awkward):
    scan = awkward.run("library-skills", "library-skills", "scan", "--json")
    (skill,) = json.loads(scan)["skills"]
    (directory,) = directories(awkward).values()
    read = awkward.run("skills-ref", "agentskills", "read-properties", directory)

    assert skill["description"] == AWKWARD
    assert json.loads(read)["description"] == AWKWARD
    assert json.loads(read)["metadata"] == PORTABLE["metadata"]
