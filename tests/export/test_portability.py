"""Every variant of an exported file, and what becomes of it."""

import copy
import json
import pickle

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from variants import TABLE, exported, kind_of

from hatch_agpm.errors import PortabilityError
from hatch_agpm.export.frontmatter import is_on_one_line
from hatch_agpm.export.notes import note_evals
from hatch_agpm.export.plugin import check_plugin
from hatch_agpm.export.portability import check_agent, check_command, check_skill
from hatch_agpm.export.readers import READERS
from hatch_agpm.export.source import read_source
from hatch_agpm.export.writer import write_frontmatter

HEAD = b"---\nname: mx-nets\ndescription: Mends nets.\n"


@pytest.mark.parametrize("variant", TABLE, ids=kind_of)
def test_each_variant_has_the_verdict_of_its_readers(variant):
    problems, notes, text = exported(variant)
    found = "error" if problems else "note" if notes else "unchanged"
    if text is not None and text != variant["text"].encode(variant["encoding"]):
        found = "written"
    assert found == variant["verdict"], [*problems, *notes]
    readers = {
        reader
        for problem in problems
        if isinstance(problem, PortabilityError)
        for reader in problem.readers
    }
    assert readers == set(variant["readers"])


def test_the_table_has_every_variant_once_and_known_readers():
    assert len({kind_of(variant) for variant in TABLE}) == len(TABLE) == 311
    for variant in TABLE:
        assert set(variant["readers"]) <= READERS.keys()


@pytest.mark.parametrize("variant", TABLE, ids=kind_of)
def test_what_is_said_of_each_variant_is_what_the_tools_did(variant):
    validators = {"pkgskills", "skills-ref"}
    seen = variant["seen"].keys() - validators
    _, notes, _ = exported(variant)
    noted = {each for note in notes for each in getattr(note, "readers", ())}
    if variant["verdict"] in {"unchanged", "note"}:
        assert seen <= noted
    # What Claude Code loses is seen in a session only, and not by its validator.
    assert set(variant["readers"]) - {"claude"} <= seen


WRITTEN = [
    variant
    for variant in TABLE
    if variant["verdict"] == "written" and variant["variant"] != "CR only"
]


@pytest.mark.parametrize("variant", WRITTEN, ids=kind_of)
def test_what_is_written_again_has_equal_values_and_is_stable(variant):
    _, _, text = exported(variant)
    again, _, same = exported({**variant, "text": text.decode(), "encoding": "utf-8"})
    assert (again, same) == ([], text)
    before = read_source(variant["text"].encode(), lenient=False)
    after = read_source(text, lenient=False)
    assert [key for key in after.top if key in before.top] == [*before.top]
    assert text.endswith(before.text[before.body :].encode())
    for key, value in before.top.items():
        if isinstance(value, str):
            assert after.top[key].split() == value.split()
        elif key not in {"description", "name", "metadata"}:
            assert after.top[key] == value or key == "d"
    if variant["type"] == "skill":
        assert after.top["license"] == "MIT"
        assert after.top["metadata"]["version"] == "1.10"
        assert yaml.safe_load(after.frontmatter)["name"] == variant["name"]


def test_notes_are_errors_if_strict_is_set():
    (variant,) = (each for each in TABLE if kind_of(each) == "skill: homepage")
    _, notes, _ = exported(variant)
    assert notes[0].line == 4


def test_an_error_says_what_to_write():
    (variant,) = (each for each in TABLE if kind_of(each) == "skill: ` #` unquoted")
    (problem,), _, _ = exported(variant)
    assert problem.line == 3
    assert 'write description: "Posts to the #deploys channel."' in str(problem)


@pytest.mark.parametrize(
    ("line", "is_cut"),
    [
        ("license: MIT # as the project", False),
        ("argument-hint: post to #channel", True),
        ("metadata:\n  channel: post to #deploys", True),
        ("metadata:\n  channel: 'post to #deploys'", False),
        ("homepage: https://example.org/#top", False),
        ("color: #ff0000", False),
        ("version: 1.0 #one", False),
        ("tags: [a] #b", False),
        *(
            (f"a: 1{end}b: 2{end}metadata:{end}  channel: post to #deploys", True)
            for end in ("\r", "\x85", "\u2028", "\u2029", "\r\n")
        ),
    ],
)
def test_a_value_is_cut_where_a_comment_begins(line, is_cut):
    data = HEAD + f"{line}\n---\n".encode()
    found = check_skill("SKILL.md", data, directory_name="mx-nets")
    assert ["cut short" in str(error) for error in found.errors] == [True] * is_cut


@pytest.mark.parametrize("end", ["\r", "\x85", "\u2028", "\u2029", "\r\n"])
def test_a_description_is_found_after_every_line_end_of_yaml(end):
    assert is_on_one_line(f"a: 1{end}b: 2{end}description: Posts.{end}")
    assert not is_on_one_line(f"a: 1{end}b: 2{end}description: |-{end}  Posts.{end}")


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
    data = HEAD + b"---\n" + body.encode()
    found = check_skill("SKILL.md", data, directory_name="mx-nets", files=files)
    assert (found.errors, found.notes) == ([], [])


@pytest.mark.parametrize(
    "body", ["[x](missing.md)", "[x](../other.md)", "```\n```\n[x](/etc/x.md)"]
)
def test_links_to_other_files_are_notes(body):
    data = HEAD + b"---\n" + body.encode()
    found = check_skill("SKILL.md", data, directory_name="mx-nets", files=["SKILL.md"])
    assert found.errors == []
    assert [note.line for note in found.notes] == [5 + body.count("\n")]


CASE = {"id": 1, "prompt": "Mend the net."}
FULL = {
    **CASE,
    "expected_output": "A net without a hole",
    "files": ["evals/files/net.csv", "files/net.csv"],
    "assertions": ["It has no hole", {"type": "contains", "value": "knot"}],
    "expectations": [],
    "timeout": 5,
}


@pytest.mark.parametrize(
    ("document", "number"),
    [
        ({"skill_name": "nets", "evals": [FULL, {**CASE, "id": "two"}]}, 0),
        ({"evals": [CASE], "version": 1}, 0),
        ({"evals": []}, 1),
        ([CASE], 1),
        ({"cases": [CASE]}, 1),
        ({"skill_name": "mend-nets", "evals": [CASE]}, 1),
        ({"evals": [CASE, CASE]}, 1),
        ({"evals": ["Mend the net."]}, 1),
        ({"evals": [{"id": 1, "prompt": " "}, {"id": True, "prompt": "x"}]}, 2),
        ({"evals": [{**CASE, "files": "net.csv", "assertions": "x"}]}, 2),
        ({"evals": [{**CASE, "files": ["net.csv"], "expected_output": []}]}, 2),
    ],
)
def test_the_shape_of_evaluations_is_noted(document, number):
    files = ["SKILL.md", "evals/evals.json", "evals/files/net.csv"]
    data = json.dumps(document).encode()
    assert len([*note_evals("e.json", data, name="nets", files=files)]) == number


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
    found = check_skill("SKILL.md", b"", directory_name="mx-nets")
    (problem,) = found.errors
    for twin in (copy.copy(problem), pickle.loads(pickle.dumps(problem))):  # noqa: S301 - of this test
        assert (str(twin), twin.readers) == (str(problem), problem.readers)
    assert problem.at("x.md", 0).readers == problem.readers


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
KEYS = TEXTS.filter(lambda key: key != "<<")
VALUES = TEXTS | st.lists(TEXTS, max_size=2) | st.dictionaries(KEYS, TEXTS, max_size=2)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=3))
def test_all_parsers_read_what_is_written(fields):
    block = write_frontmatter(fields).removeprefix("---\n").removesuffix("---\n")
    assert "---" not in block
    assert yaml.safe_load(block) == fields
    document = read_source(f"---\n{block}---\n".encode(), lenient=False)
    assert document.top == fields


@given(st.binary(), st.booleans())
def test_no_bytes_make_the_check_crash(data, headed):
    data = (HEAD if headed else b"") + data
    check_skill("SKILL.md", data, directory_name="mx-nets")
    check_agent("a.md", data)
    check_command("c.md", data)
    check_plugin("plugin.json", data)
    list(note_evals("e.json", data, name="nets", files=[]))
