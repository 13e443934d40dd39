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
    check_command,
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


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            "\n\nSee [rules](references/rule.md).",
            "SKILL.md:7: the link 'references/rule.md' leads to no file of the skill; "
            "did you mean 'references/rules.md'?",
        ),
        (
            "[shared](../shared/tone.md)",
            "SKILL.md:5: the link '../shared/tone.md' leads out of the skill's "
            "directory; put a copy of the file into the directory",
        ),
        (
            "```\n```\n[root](/etc/nets.md)",
            "SKILL.md:7: the link '/etc/nets.md' leads out of the skill's directory; "
            "put a copy of the file into the directory",
        ),
        (
            "[1]: scripts/knot.py",
            "SKILL.md:5: the link 'scripts/knot.py' leads to no file of the skill; an "
            "example of a link belongs between backticks",
        ),
    ],
)
def test_links_to_files_that_are_not_exported_are_refused(body, message):
    files = ["SKILL.md", "references/rules.md"]
    (problem,) = lint(HEAD + b"---\n" + body.encode(), files=files)
    lost = "\n  left behind by library-skills, npx skills, skillager"
    assert str(problem) == message + lost


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("x\n", "a.md:1: has no frontmatter at its first byte; begin the file with "
         "a line --- and its description"),
        ("---\nname: a\n---\n", "a.md:1: has no description; add 'description: ...'"),
        ("---\nname: b\ndescription: d\n---\n", "a.md:2: the name is not that of the "
         "file, 'a', got 'b'; some tools know it by the one, others by the other"),
        ("---\nname: 12\ndescription: d\n---\n", "a.md:2: 'name' is not text, got 12; "
         "quote it"),
        ("---\ndescription: [d]\n---\n", "a.md:2: 'description' is not text, "
         "got ['d']; quote it"),
        ("---\ndescription: Use when: x\n---\n", "a.md:2: invalid YAML: mapping values "
         "are not allowed in this context; quote the text that has the colon"),
    ],
)  # fmt: skip
def test_an_agent_without_its_description_is_refused(data, message):
    (problem,) = check_agent("a.md", data.encode(), name="a")
    assert str(problem) == f"{message}\n  refused by claude"


def test_an_agent_may_use_what_is_refused_in_skills():
    data = b"---\ndescription: <b>when</b>\ntools: [Read]\nhooks: &a {}\n---\n"
    assert check_agent("a.md", data, name="a") == ()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("---\nargument-hint: '[x]'\n---\n", "c.md:1: has no description; add "
         "'description: ...'\n  refused by claude"),
        ("---\ndescription: d\nallowed-tools: 4\n---\n", "c.md:3: 'allowed-tools' is "
         "neither text nor a list of texts, got 4; quote them\n  refused by claude"),
        ("---\ndescription: d\nargument-hint: [x] - y\n---\n", "c.md:3: invalid YAML: "
         "block sequence entries are not allowed in this context; quote the text\n"
         "  refused by claude"),
        (f"---\ndescription: {'d' * 1537}\n---\n", "c.md:2: a description is listed up "
         "to 1536 UTF-16 units, got 1537\n  cut short by claude"),
    ],
)  # fmt: skip
def test_a_command_that_would_not_be_listed_is_refused(data, message):
    (problem,) = check_command("c.md", data.encode())
    assert str(problem) == message


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


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"name": "Held_skill"}, "'name' must have lower-case letters, digits and "
         "single hyphens, got 'Held_skill'"),
        ({"name": None}, "'name' must have lower-case letters, digits and single "
         "hyphens, got null"),
        ({"keyword": []}, "a plugin has no key 'keyword'; did you mean 'keywords'?"),
        ({"urls": {}}, "a plugin has no key 'urls'; delete it"),
        ({"version": 1}, "'version' must be text, got 1"),
        ({"homepage": "example"}, "'homepage' must be a URL, got 'example'"),
        ({"keywords": "nets"}, "'keywords' must be a list of texts, got 'nets'"),
        ({"author": "A"}, "'author' must be an object with a name, got 'A'"),
        ({"author": {"name": ""}}, "'author' must be an object with a name, "
         "got a table"),
    ],
)  # fmt: skip
def test_a_plugin_that_is_refused_or_ignored_in_part_is_an_error(changed, message):
    (problem,) = check_plugin("plugin.json", json.dumps(PLUGIN | changed).encode())
    assert str(problem) == f"plugin.json: {message}\n  refused by claude"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"[1]", "plugin.json: is not a JSON object, got [1]"),
        (b"{\n'a'", "plugin.json:2: is not valid JSON: Expecting property name "
         "enclosed in double quotes: line 2 column 1 (char 2)"),
        (b"\xff", "plugin.json: is not valid JSON: 'utf-8' codec can't decode byte "
         "0xff in position 0: invalid start byte"),
    ],
)  # fmt: skip
def test_a_plugin_that_is_not_a_json_object_is_refused(data, message):
    (problem,) = check_plugin("plugin.json", data)
    assert str(problem) == f"{message}\n  refused by claude"


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
