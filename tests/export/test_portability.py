"""Errors of exported files, and the readers whose rules they break."""

import copy
import json
import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hatch_agpm.export.plugin import check_plugin
from hatch_agpm.export.portability import (
    check_agent,
    check_skill,
)
from hatch_agpm.export.profile import portable_frontmatter
from hatch_agpm.export.readers import READERS

VARIANTS = json.loads(
    Path(__file__).parents[1].joinpath("data/skill_variants.json").read_text("utf-8")
)
TABLE = {
    "library-skills": "library-skills",
    "skills-ref": "skills-ref",
    "npx skills": "npx skills",
    "claude validate": "claude",
    "quick_validate": "quick_validate",
    "skillager": "skillager",
}
"""The table's names of the readers -> ours."""

VALIDATORS = {"skills-ref": "refused", "quick_validate": "refused"}
YAML_11 = {"library-skills": "dropped", "quick_validate": "refused"}
ALL_BUT_CLAUDE = {"npx skills": "dropped", **YAML_11, **VALIDATORS}
ALL = {"claude": "refused", **ALL_BUT_CLAUDE}

HEAD = b"---\nname: mx-nets\ndescription: Mends nets.\n"


def lint(data, *, directory="mx-nets", files=("SKILL.md",), path="SKILL.md"):
    return check_skill(path, data, directory_name=directory, files=files)


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant["variant"])
def test_the_check_accepts_exactly_what_all_readers_accept(variant):
    directory = variant["directory"].rpartition("/")[2]
    data = variant["text"].encode(variant["encoding"])
    found = lint(data, directory=directory, path=f"{directory}/{variant['file']}")
    named = {
        reader
        for problem in found
        for reader, effect in problem.readers.items()
        if effect in {"dropped", "refused"}
    }
    verdicts = variant["verdicts"].items()
    assert named == {TABLE[reader] for reader, verdict in verdicts if verdict != "ok"}


def test_the_table_has_every_variant_once_and_every_reader():
    assert len({variant["variant"] for variant in VARIANTS}) == len(VARIANTS) == 31
    assert all(variant["verdicts"].keys() == TABLE.keys() for variant in VARIANTS)
    assert set(TABLE.values()) == READERS.keys()


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (
            b"# Mend nets\n",
            [(1, ALL)],
        ),
        (
            b"---\nname: mx-nets\n...\n",
            [(1, ALL)],
        ),
        (
            HEAD + b"# a --- b\n---\n",
            [(4, {"skills-ref": "refused", "claude": "refused"})],
        ),
        (
            HEAD + b"license: MIT\rmetadata:\n  a: b\n---\n",
            [(4, {"npx skills": "dropped"})],
        ),
        (
            b"---\n- a\n---\n",
            [(2, ALL)],
        ),
        (
            b"---\nmodel: x\n---\n",
            [
                (1, ALL_BUT_CLAUDE),
                (1, ALL_BUT_CLAUDE),
                (2, VALIDATORS),
            ],
        ),
        (
            b"---\nname: on\ndescription: 2024-01-01\n---\n",
            [
                (2, YAML_11),
                (3, YAML_11),
            ],
        ),
        (
            HEAD + b"metadata:\n  <<: x\n---\n",
            [(5, YAML_11)],
        ),
        (
            HEAD + b"licence: !!str x\ncompatibility: ''\nallowed-tools: 3\n---\n",
            [
                (4, {"skills-ref": "refused"}),
                (4, VALIDATORS),
                (5, {"quick_validate": "refused"}),
                (6, {"claude": "refused"}),
            ],
        ),
        (
            HEAD + b"metadata:\n  internal: true\n---\n",
            [(4, {"npx skills": "dropped"})],
        ),
        (
            f"---\nname: mx-nets\ndescription: {'🎣' * 800}\n---\n".encode(),
            [(3, {"claude": "cut short"})],
        ),
        (
            f'---\nname: mx-nets\ndescription: "{"a" * 1024} "\n---\n'.encode(),
            [(3, {"skills-ref": "refused"})],
        ),
    ],
)
def test_problems_have_a_line_and_the_effect_on_each_reader(data, found):
    assert [(each.line, each.readers) for each in lint(data)] == found


@pytest.mark.parametrize(
    "body",
    [
        "[rules](references/rules.md) and [all](references/) and [me](SKILL.md#top)",
        "![net](assets/a%20net.png) [quoted](<assets/a net.png> 'A net')",
        "[web](https://example.org/x.md) [mail](mailto:a@example.org) [there](#below)",
        "[up and down](references/../assets/a%20net.png?raw)",
        "[1]: references/rules.md\n[2]: https://example.org/a.md",
        "`[text](missing.md)` and ``[a`b](missing.md)``",
        "```\n[text](missing.md)\n```\n~~~~ md\n[x](missing.md)\n```\n~~~\n~~~~",
        "[text](url) [{{ name }}]({{ url }}/x.md) [any](*.md)",
        "f[x](y)",
        "[here](.)",
    ],
)
def test_links_to_exported_files_are_accepted(body):
    files = ["SKILL.md", "references/rules.md", "assets/a net.png"]
    assert lint(HEAD + b"---\n" + body.encode(), files=files) == ()


def test_an_agent_may_use_what_is_refused_in_skills():
    data = b"---\ndescription: <b>when</b>\ntools: [Read]\nhooks: &a {}\n---\n"
    assert check_agent("a.md", data, name="a") == ()


PLUGIN = {
    "name": "heldskill",
    "version": "1.0",
    "description": "Nets.",
    "author": {"name": "A"},
    "license": "MIT",
    "homepage": "https://example.org/",
    "keywords": ["nets"],
}


def test_a_plugin_needs_a_name_and_may_have_all_metadata():
    for plugin in (PLUGIN, {"name": "heldskill"}):
        assert check_plugin("plugin.json", json.dumps(plugin).encode()) == ()


def test_the_error_survives_copies():
    (problem,) = lint(b"")
    for twin in (copy.copy(problem), pickle.loads(pickle.dumps(problem))):  # noqa: S301
        assert (str(twin), twin.readers) == (str(problem), problem.readers)
    assert problem.at("x.md", 0).readers == problem.readers


LINE = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="<>"),
    min_size=1,
    max_size=500,
).filter(str.strip)


@given(LINE, LINE, st.dictionaries(LINE.filter(lambda t: len(t) < 20), LINE))
def test_generated_frontmatter_passes_the_check(description, compatibility, metadata):
    fields = {
        "name": "mx-nets",
        "description": description,
        "compatibility": compatibility,
        "metadata": metadata,
        "license": "MIT",
        "allowed-tools": ["Read", "Grep"],
    }
    assert lint(portable_frontmatter(fields).encode() + b"\n# Mend nets\n") == ()


@given(st.binary(), st.booleans())
def test_no_bytes_make_the_check_crash(data, headed):
    lint((HEAD if headed else b"") + data)
    check_plugin("plugin.json", data)
