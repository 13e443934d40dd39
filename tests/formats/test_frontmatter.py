"""Frontmatter: its limits (AGPM semantics, 1.2) and its values (1.4, 1.5, 2.1)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hatch_agpm.errors import AgpmError, FrontmatterError
from hatch_agpm.formats.frontmatter import (
    body_text,
    check_unrecognised,
    interpret,
    interpret_json,
    is_frontmatter,
    normalise,
    parse,
    split,
)
from hatch_agpm.model.declaration import Declaration
from hatch_agpm.model.types import AGPM_SECTIONS


@pytest.mark.parametrize(
    ("text", "block", "line", "rest"),
    [
        ("---\na: 1\n---\nBody\n", "a: 1", 2, "Body\n"),
        ("---\na: 1\n---", "a: 1", 2, ""),
        ("---\na: 1\n---\n", "a: 1", 2, ""),
        ("--- \r\n\r\na: 1 \r\nb:  x \r\n\r\n---\r\nB\r\n", "a: 1 \nb:  x", 3, "B\r\n"),
        ("---\u2003\n a: 1\n b: 2\n---\u3000\nB", " a: 1\n b: 2", 2, "B"),
        ("---\na: --- b\n# ---\n----\n---\n---\n", "a: --- b\n# ---\n----", 2, "---\n"),
        ("---\n\n\n\na: 1\n---\n", "a: 1", 5, ""),
        ("---\na: 1\n ---\n---\nB", "a: 1\n ---", 2, "B"),
        ("---\nA sentence.\n---\nB", "A sentence.", 2, "B"),
        ("---\na: 1\r\n\r---\n---\nB", "a: 1\n\r---", 2, "B"),
    ],
)  # fmt: skip
def test_frontmatter_is_between_two_rules(text, block, line, rest):
    parts = split(text)
    assert (parts.frontmatter, parts.line, text[parts.end :]) == (block, line, rest)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "---",
        "---\n",
        "---\n---\n",
        "---\n---",
        "---\n \n\t\n---\nBody",
        "---\na: 1\n",
        "---\na: 1\n----\n",
        "---\na: 1\n --- \n",
        "\n---\na: 1\n---\n",
        " ---\na: 1\n---\n",
        "\ufeff---\na: 1\n---\n",
        "----\na: 1\n---\n",
        "--- yaml\na: 1\n---\n",
        "+++\na = 1\n+++\n",
        "---\x1c\na: 1\n---\n",
        "text\n---\na: 1\n---\n",
    ],
)
def test_everything_else_is_text(text):
    assert split(text) is None


LINES = st.lists(
    st.sampled_from(["---", "--- ", "----", " ---", "a: 1", "", "\r", "x --- y"]),
    max_size=6,
)


@given(LINES, LINES, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_the_parts_of_a_text_join_to_the_text(before, after, newline, is_closed):
    text = newline.join(["---", *before, *(["---"] if is_closed else []), *after])
    parts = split(text)
    if parts is None:
        return
    lines = text[: parts.end].replace("\r\n", "\n").split("\n")
    block = parts.frontmatter.split("\n")
    assert lines[0].rstrip() == "---"
    assert lines[parts.line - 1 : parts.line - 1 + len(block)][:-1] == block[:-1]
    assert block[0].strip()
    assert block[-1] == block[-1].rstrip()
    assert not [line for line in block if line.rstrip() == "---"]
    assert text.startswith("---")
    assert text[: parts.end].rstrip().endswith("---")


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("", ""),
        ("ok\n", "ok"),
        ("b\n\n", "b\n"),
        ("\n\nHi\r\nyo\n", "Hi\nyo"),
        ("\n  Hi  \n\n\n", "  Hi  \n\n"),
        (" \n\nHi", " \n\nHi"),
        ("\r\n\r\na\r", "a\r"),
        ("\n\n\n", ""),
    ],
)
def test_an_embedded_text_has_no_newlines_around_it(text, normal):
    assert normalise(text) == normal


@given(st.text("ab \n\r", max_size=20))
def test_text_without_newlines_at_its_ends_is_unchanged(text):
    normal = normalise(text)
    assert not normal.startswith("\n")
    assert normal.strip("\n") == text.replace("\r\n", "\n").strip("\n")
    if not normal.endswith("\n") and "\r\n" not in normal:
        assert normalise(normal) == normal


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("\n\nHi\r\nyo\n", "Hi\nyo"),
        ("ok\n", "ok"),
        ("---\ntitle: x\n---\n\n\n  Hi {{ x }}  \n\n\n", "  Hi {{ x }}  \n\n"),
        ("---\ntitle: {{ x }}\n---\nBody\n", "Body"),
        ("---\ntitle: !x y\n[a]: 99999999999999999999\n---\nBody\n", "Body"),
        ("---\na: 1\na: 2\n---\nBody\n", "Body"),
        ("---\n# only a comment\n---\nBody\n", "Body"),
        ("---\nA sentence.\n---\nBody\n", "---\nA sentence.\n---\nBody"),
        ("---\n- a\n---\nBody\n", "---\n- a\n---\nBody"),
        ("---\n\n---\nBody\n", "---\n\n---\nBody"),
        ("---\na: 1\nBody\n", "---\na: 1\nBody"),
        ("---\na: 1\n---\n---\nb: 2\n---\nBody\n", "---\nb: 2\n---\nBody"),
    ],
)
def test_a_body_is_embedded_without_frontmatter(text, body):
    assert body_text(text) == body


def located(function, *arguments):
    """Return line and key of each error that a function raises."""
    with pytest.raises(AgpmError) as raised:
        function(*arguments)
    problems = getattr(raised.value, "problems", [raised.value])
    assert all(isinstance(each, FrontmatterError) for each in problems)
    return [(each.line, each.what.split("'")[1]) for each in problems]


def test_invalid_frontmatter_of_an_embedded_file_is_an_error():
    with pytest.raises(FrontmatterError) as raised:
        body_text("---\n\na: 1\nb: c: d\n---\nBody\n")
    assert (raised.value.line, raised.value.column) == (4, 5)


@pytest.mark.parametrize(
    ("block", "expected"),
    [("a: 1", True), ("# a", True), ("{}", True), ("text", False), ("- a", False)],
)
def test_a_mapping_or_comments_are_frontmatter(block, expected):
    assert is_frontmatter(block) == expected
    assert (parse(block) is not None) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "---",
        "---\nagpm:\n  templating: true\n---\n",
        "\n---\ntitle: x\n---\nagpm:\n",
        "\ufeff---\ntitle: x\n---\n",
        "---\nA text that begins with a rule, on agpm: it goes on.\n",
        "---\n---\nagpm:\n",
        "Text\n---\nagpm:\n",
        "\n\nagpm:\n",
        "---\nmy-agpm: 1\nagpms: 2\n",
    ],
)
def test_text_without_instructions_is_accepted(text):
    assert check_unrecognised(text) is None


def read(block):
    return interpret(parse(block))


@pytest.mark.parametrize(
    ("block", "dialect"),
    [
        ("title: x", None),
        ("# nothing", None),
        ("agpm:", None),
        ("agpm: {}", None),
        ("agpm: {templating: false}", None),
        ("agpm: {templating: }", None),
        ("agpm:\n  templating: true", "tera"),
        ("agpm: {templating: TRUE}", "tera"),
        ("agpm: {templating: jinja2}", "jinja2"),
        ("agpm: {templating: 'jinja2', mine: 1, version: 2}", "jinja2"),
        ("templating: true", None),
    ],
)
def test_the_flag_selects_the_template_language(block, dialect):
    assert read(block).dialect == dialect


def test_metadata_is_the_whole_frontmatter():
    block = "b: [1, x]\na: 2024-01-01\nagpm: {templating: true, mine: 1}"
    assert read(block).metadata == {
        "b": [1, "x"],
        "a": "2024-01-01",
        "agpm": {"templating": True, "mine": 1},
    }
    assert read("# nothing").metadata == {}


def test_dependencies_are_read_in_the_order_of_types_and_lines():
    block = (
        "dependencies:\n"
        "  snippets:\n"
        "    - path: b.md\n"
        "    - {path: a.md, name: x, tool: agpm, install: false, flatten: true}\n"
        "  agents:\n"
        "    - path: c.md\n"
        "      version: 1.0\n"
        "      install: true\n"
    )
    assert read(block).dependencies == (
        Declaration(section="agents", path="c.md", asked="1.0", install=True, line=6),
        Declaration(section="snippets", path="b.md", line=3),
        Declaration(
            section="snippets",
            path="a.md",
            name="x",
            tool="agpm",
            install=False,
            line=4,
        ),
    )


@pytest.mark.parametrize("type_", AGPM_SECTIONS)
def test_every_type_may_be_depended_on(type_):
    block = f"agpm:\n  dependencies:\n    {type_}:\n      - path: x.md\n"
    assert read(block).dependencies == (
        Declaration(section=type_, path="x.md", line=4),
    )


@pytest.mark.parametrize(
    "block",
    [
        "dependencies:",
        "dependencies: ~",
        "dependencies: {}",
        "dependencies:\n  snippets:",
        "dependencies:\n  snippets: []",
        "agpm:\n  dependencies:\n    snippets: ~",
    ],
)
def test_an_empty_list_of_dependencies_is_none(block):
    assert read(block).dependencies == ()


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("1.10", "1.10"),
        ("0x10", "0x10"),
        ("TRUE", "TRUE"),
        ("1e3", "1e3"),
        ("2024-01-01", "2024-01-01"),
        ("12", "12"),
        ("!!str 12", "12"),
        ("'12'", "12"),
        ("~", None),
        ("", None),
    ],
)
def test_a_name_is_the_text_that_is_written(written, name):
    block = f"dependencies:\n  snippets:\n    - path: s.md\n      name: {written}\n"
    (spec,) = read(block).dependencies
    assert spec.name == name


def test_of_two_equal_paths_the_one_at_the_root_counts():
    block = (
        "dependencies:\n  snippets:\n    - {path: a.md, name: outer}\n"
        "  agents:\n    - path: b.md\n"
        "agpm:\n  dependencies:\n    snippets:\n"
        "      - {path: a.md, name: inner}\n      - {path: b.md}\n"
    )
    specs = [(spec.section, spec.path, spec.name) for spec in read(block).dependencies]
    assert specs == [
        ("agents", "b.md", None),
        ("snippets", "a.md", "outer"),
        ("snippets", "b.md", None),
    ]


def test_one_list_may_name_a_path_twice():
    block = (
        "dependencies:\n  snippets:\n"
        "    - {path: a.md, name: x}\n    - {path: a.md, name: y}\n"
    )
    assert [spec.name for spec in read(block).dependencies] == ["x", "y"]


D = "dependencies:\n  snippets:\n    - "


@pytest.mark.parametrize(
    ("block", "found"),
    [
        ("title: x\nagpm.templating: true", [(2, "agpm.templating")]),
        ("AGPM: {templating: true}", [(1, "AGPM")]),
        ("dependency: {snippets: []}", [(1, "dependency")]),
        ("agpm: [templating]", [(1, "agpm")]),
        ("agpm: templating", [(1, "agpm")]),
        ("agpm:\n  templating: 'true'", [(2, "agpm.templating")]),
        ("agpm:\n  templating: yes", [(2, "agpm.templating")]),
        ("agpm:\n  templating: 1", [(2, "agpm.templating")]),
        ("agpm:\n  template: true", [(2, "agpm.template")]),
        ("agpm:\n  dependancies: {}", [(2, "agpm.dependancies")]),
        ("agpm: {}\nagpm: {}", [(2, "agpm")]),
        ("agpm:\n  templating: true\n  templating: false", [(3, "agpm.templating")]),
        ("dependencies: {}\ndependencies: {}", [(2, "dependencies")]),
        (
            "dependencies:\n  snippets: []\n  snippets: []",
            [(3, "dependencies.snippets")],
        ),
        (f"{D}path: a.md\n      path: b.md", [(4, "dependencies.snippets[0].path")]),
        ("dependencies: [a]", [(1, "dependencies")]),
        ("agpm:\n  dependencies: a", [(2, "agpm.dependencies")]),
        ("dependencies:\n  snippet: []", [(2, "dependencies.snippet")]),
        ("dependencies:\n  opencode: []", [(2, "dependencies.opencode")]),
        ("dependencies:\n  snippets: a.md", [(2, "dependencies.snippets")]),
        (f"{D}a.md", [(3, "dependencies.snippets[0]")]),
        (f"{D}[a.md]", [(3, "dependencies.snippets[0]")]),
        (f"{D}name: x", [(3, "dependencies.snippets[0].path")]),
        (f"{D}path: ~", [(3, "dependencies.snippets[0].path")]),
        (f"{D}path: ''", [(3, "dependencies.snippets[0].path")]),
        (f"{D}path: [a]", [(3, "dependencies.snippets[0].path")]),
        (f"{D}path: a\n      name: ''", [(4, "dependencies.snippets[0].name")]),
        (f"{D}path: a\n      tool: {{}}", [(4, "dependencies.snippets[0].tool")]),
        (f"{D}path: a\n      source: ''", [(4, "dependencies.snippets[0].source")]),
        (f"{D}path: a\n      instal: b", [(4, "dependencies.snippets[0].instal")]),
        (f"{D}path: a\n      install: yes", [(4, "dependencies.snippets[0].install")]),
        (f"{D}path: a\n      flatten: 1", [(4, "dependencies.snippets[0].flatten")]),
        (
            f"{D}path: 1\n      instal: b\n    - x\nagpm: {{templating: 'on'}}",
            [
                (4, "dependencies.snippets[0].instal"),
                (5, "dependencies.snippets[1]"),
                (6, "agpm.templating"),
            ],
        ),
    ],
)
def test_a_malformed_instruction_is_an_error(block, found):
    assert located(read, block) == found


@pytest.mark.parametrize(
    "block",
    [
        "description: x",
        "dependency: x",
        "dependents: {a: 1}",
        "agpm2: true",
        "agpm: {mine: 1, tools: [a], name: x}",
        "templating: true",
        "x: {agpm.templating: true}",
        "title: a\ntitle: b",
        "agpm: {mine: 1, mine: 2}",
    ],
)
def test_other_keys_are_the_authors_own(block):
    assert read(block).dependencies == ()


@pytest.mark.parametrize(
    ("value", "specs"),
    [
        ([], ()),
        ("text", ()),
        ({}, ()),
        ({"dependencies": None}, ()),
        ({"dependencies": []}, ()),
        ({"dependencies": {"react": "^18"}}, ()),
        ({"dependencies": {"snippets": []}, "agpm": {"templating": True}}, ()),
        (
            {"dependencies": {"snippets": [{"path": "a.md", "install": False}]}},
            (Declaration(section="snippets", path="a.md", install=False),),
        ),
    ],
)
def test_json_declares_dependencies_at_the_top(value, specs):
    assert interpret_json(value) == specs


@pytest.mark.parametrize(
    ("value", "key"),
    [
        ({"agpm": {"dependencies": {}}}, "agpm.dependencies"),
        ({"dependencies": {"snippets": [], "agent": []}}, "dependencies.agent"),
        (
            {"dependencies": {"snippets": [{"path": "a", "name": 1.5}]}},
            "dependencies.snippets[0].name",
        ),
        ({"dependencies": {"snippets": {"path": "a"}}}, "dependencies.snippets"),
    ],
)
def test_wrong_dependencies_in_json_are_an_error(value, key):
    assert located(interpret_json, value) == [(0, key)]


@pytest.mark.parametrize(
    "text",
    [
        r'"---\na: 1\n---\n" + "line\r\n" * 1_700_000',
        r'"---\n" + "a" * 10_000_000',
        r'"---\n" * 1_500_000',
        r'"---\n" + "\n" * 5_000_000',
        r'"---\n" + "--- \t\u3000x\n" * 1_000_000',
        r'" \n" * 5_000_000 + "---\nagpm:\n"',
        r'"---" + " " * 10_000_000 + "x\n"',
    ],
    ids=["body", "one-line", "rules", "blank", "near-rules", "lead", "long-rule"],
)
def test_megabytes_do_not_hang(text, run_guarded):
    ended = run_guarded(f"""
from hatch_agpm.errors import FrontmatterError
from hatch_agpm.formats.frontmatter import body_text, check_unrecognised
text = {text}
body_text(text)
try:
    check_unrecognised(text)
except FrontmatterError as error:
    print(error)
""")
    assert ("first byte" in ended) == text.startswith('" ')
