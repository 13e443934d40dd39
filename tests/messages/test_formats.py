"""The messages about TOML, JSON and frontmatter that cannot be read."""

import pytest
from sample_table import TABLE, messages

from hatch_agpm.errors import AgpmError, ConfigError, FrontmatterError, TemplateError
from hatch_agpm.formats.frontmatter import check_unrecognised
from hatch_agpm.formats.json import parse_json
from hatch_agpm.formats.literal_blocks import protect
from hatch_agpm.formats.toml import TableReader, plain_json
from hatch_agpm.rendering.resolution.lookalikes import misplaced, unrendered


@pytest.mark.parametrize(
    ("key", "kind", "message"),
    [
        ("number", str, "t.number must be a string, got 3"),
        ("flag", str, "t.flag must be a string, got true"),
        ("table", str, "t.table must be a string, got a table"),
        ("day", str, "t.day must be a string, got 2024-01-02"),
        ("text", bool, "t.text must be true or false, got 'a'"),
        ("number", bool, "t.number must be true or false, got 3"),
        ("flag", int, "t.flag must be a whole number, got true"),
        ("fraction", int, "t.fraction must be a whole number, got 1.5"),
        ("text", list, "t.text must be an array, got 'a'"),
        ("list", dict, "t.list must be a table, got ['a', 'b']"),
        ("text", dict, "t.text must be a table, got 'a'"),
        ("text", float, "t.text must be a number, got 'a'"),
    ],
)
def test_a_value_of_another_kind_is_a_problem(key, kind, message):
    reader = TableReader("t.")
    assert reader.get(TABLE, key, kind) is None
    assert messages(reader) == [message]


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (
            "mixed",
            [
                "t.x.mixed[1] must be a string, got 3",
                "t.x.mixed[2] must be a string, got true",
            ],
        ),
        ("text", ["t.x.text must be an array, got 'a'"]),
    ],
)
def test_every_wrong_item_of_an_array_is_named(key, expected):
    reader = TableReader("t.")
    reader.strings(TABLE, key, "x.")
    assert messages(reader) == expected


@pytest.mark.parametrize(
    ("table", "known", "expected"),
    [
        ({"a": 1, "b": 2}, ["a", "b", "c"], []),
        (
            {"outptu": 1},
            ["output", "manifest"],
            ["t.x.outptu is not a known option; did you mean 'output'?"],
        ),
        (
            {"zz": 1, "qq": 2},
            ["output", "manifest"],
            [
                "t.x.qq is not a known option; known are manifest, output",
                "t.x.zz is not a known option; known are manifest, output",
            ],
        ),
        ({"a": 1}, [], ["t.x.a is not a known option"]),
    ],
)
def test_unknown_keys_are_problems(table, known, expected):
    reader = TableReader("t.")
    reader.known_only(table, known, "x.")
    assert messages(reader) == expected


def test_problems_name_their_file_and_stay_in_order():
    reader = TableReader(path="agpm.toml")
    reader.problem("b", "is wrong", got="3", hint="write a")
    reader.get(TABLE, "number", str)
    assert messages(reader) == [
        "agpm.toml: b is wrong, got 3; write a",
        "agpm.toml: number must be a string, got 3",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "1:1: invalid JSON: expecting value"),
        (
            '{\n  "a": tru\n}',
            '2:8: invalid JSON: expecting value\n      "a": tru\n           ^',
        ),
        ('[1] "b"', '1:5: invalid JSON: extra data\n    [1] "b"\n        ^'),
        ('["a\tb"]', '1:4: invalid JSON: invalid control character at\n    ["a\tb"]\n'),
        (
            "\ufeff{}",
            "1:1: invalid JSON: it begins with a byte order mark; "
            "save the file without it",
        ),
        ('"\\ud83d"', "invalid JSON: a lone surrogate"),
        ('{"\\udc00": 1}', "invalid JSON: a lone surrogate"),
        ("[NaN]", "invalid JSON: NaN is not JSON"),
        ("-Infinity", "invalid JSON: -Infinity is not JSON"),
        ("1e400", "invalid JSON: the number 1e400 is out of range"),
        ("9" * 5000, "invalid JSON: the number 99999999999999999999 is out of range"),
        ("[" * 128 + "]" * 128, "invalid JSON: nested too deeply"),
        ('{"a":' * 128 + "1" + "}" * 128, "invalid JSON: nested too deeply"),
        ("[" * 200_000, "invalid JSON: nested too deeply"),
    ],
)
def test_text_that_is_not_json_is_an_error(text, message):
    with pytest.raises(FrontmatterError) as raised:
        parse_json(text)
    assert str(raised.value).startswith(message)


def error_of(function, *arguments):
    with pytest.raises(AgpmError) as raised:
        function(*arguments)
    return str(raised.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "\n\n---\nagpm:\n  templating: true\n---\n",
            "3: the frontmatter does not begin at the first byte of the file; "
            "delete the white space before it",
        ),
        (
            "\ufeff---\nagpm:\n  templating: true\n---\n",
            "1: the frontmatter does not begin at the first byte of the file; "
            "delete the byte order mark before it",
        ),
        (
            "  ---\ntitle: x\ndependencies:\n---\n",
            "1: the frontmatter does not begin at the first byte of the file; "
            "delete the white space before it",
        ),
        (
            "---\ntitle: x\n'agpm' :\n  templating: true\n",
            "1: the frontmatter is not closed; end it with a line ---",
        ),
        (
            "---\nagpm.templating: true\n# Text\n",
            "1: the frontmatter is not closed; end it with a line ---",
        ),
        (
            "---\ndependencies:\n  snippets: []\n ---\n",
            "1: the frontmatter is not closed; end it with a line ---",
        ),
    ],
)
def test_instructions_outside_of_frontmatter_are_an_error(text, message):
    assert error_of(check_unrecognised, text) == message


OR_VERBATIM = ", or list the file under `verbatim` if it is meant as it is"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "\ufeff---\na: b\n---\n",
            "1: the frontmatter does not begin at the first byte of the file; "
            "delete a byte order mark before it",
        ),
        (
            "\n ---\na: b\n---\n",
            "2: the frontmatter does not begin at the first byte of the file; "
            "delete white space before it",
        ),
        (
            "\u200b---\na: b\n---\n",
            "1: the frontmatter does not begin at the first byte of the file; "
            "delete an invisible character before it",
        ),
        (
            "---\na: b\n----\nBody\n",
            "1: the frontmatter is not closed; end it with a line ---",
        ),
        (
            "\u2014\na: b\n\u2014\n",
            "1: the frontmatter begins with '\u2014'; begin and end it with a line ---",
        ),
        (
            "---\ra: b\r---\r",
            "1: the lines of the file end with carriage returns alone; "
            "save it with the line ends of Unix",
        ),
        (
            "---\nagpm:\n\u00a0templating: true\n---\n",
            "3: a line of the frontmatter is indented with other spaces than ' '; "
            "replace them by spaces",
        ),
        (
            "---\nagpm:\ntemplating: true\n---\n",
            "3: the key 'templating' has no effect at the root of the frontmatter; "
            "write it below 'agpm:'",
        ),
    ],
)
def test_what_looks_like_frontmatter_is_an_error(text, message):
    (problem,) = misplaced(text, "markdown")
    assert str(problem) == message + OR_VERBATIM


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("{{ agpm.x }}", "agpm"),
        ("{{- project.x }}", "project"),
        ("{% if agpm.x %}", "agpm"),
    ],
)
def test_a_use_of_the_data_of_a_build_is_an_error(text, name):
    (problem,) = unrendered(f"\n{text}")
    assert str(problem) == (
        f"2: {{{{ {name}. is used, but the file is not a template; "
        "write 'agpm: {templating: true}' in its frontmatter" + OR_VERBATIM
    )


def test_tables_that_are_nested_too_deeply_are_an_error():
    # tomllib of Python 3.14 and later refuses so many levels itself.
    table = {}
    for _ in range(3000):
        table = {"x": table}
    with pytest.raises(ConfigError) as raised:
        plain_json(table, "tool.hatch-agpm.project.x")
    assert str(raised.value) == (
        "tool.hatch-agpm.project.x is nested too deeply; at most 127 tables and arrays "
        "may be nested"
    )


def test_a_filter_that_changes_a_literal_fence_is_an_error():
    shielded = protect("```literal\na\n```\n")
    with pytest.raises(TemplateError) as raised:
        shielded.restore(shielded.text.lower())
    assert str(raised.value) == (
        "a filter changes the text of a literal fence; "
        "close the filter before the fence"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "a\n\n   ```literal foo\nb\n",
            "3:1: this literal fence is not closed; end the block with a line of "
            "three backticks\n       ```literal foo\n    ^",
        ),
        (
            "```literal\na\n```\n```literal\n~~~",
            "4:1: this literal fence is not closed; end the block with a line of "
            "three backticks\n    ```literal\n    ^",
        ),
        (
            "a\n```literal\nb\n ```literal\nc\n```\n",
            "4:1: a literal fence opens inside the one of line 2; close the first "
            "one before it\n     ```literal\n    ^",
        ),
    ],
)
def test_a_fence_that_is_not_closed_or_nested_is_an_error(text, message):
    with pytest.raises(TemplateError) as raised:
        protect(text)
    assert str(raised.value) == message
