"""Settings files with comments, changed in their text."""

import json
import random

import pytest

from hatch_agpm.errors import SourceError
from hatch_agpm.install.settings.jsonc import (
    append_element,
    node_at,
    parse_jsonc,
    remove_element,
    remove_member,
    set_member,
)

SETTINGS = """\
{
  // the model of this team
  "model": "opus", /* big */
  "permissions": {"allow": ["Read"]},
  "mcpServers": {
    "own": { "command": "x" } // ours
  }
}
"""


def test_comments_and_trailing_commas_are_read():
    assert parse_jsonc(SETTINGS).value == {
        "model": "opus",
        "permissions": {"allow": ["Read"]},
        "mcpServers": {"own": {"command": "x"}},
    }
    assert parse_jsonc('[1, "//", /* , */ null,]').value == [1, "//", None]
    assert parse_jsonc("\ufeff{}\n").value == {}


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("", 0, 0),
        ("// only this", 0, 0),
        ("{", 1, 2),
        ('{\n  "a": 1\n  "b": 2\n}', 3, 3),
        ("{a: 1}", 1, 2),
        ('{"a" 1}', 1, 6),
        ("[NaN]", 1, 2),
        ("[1] 2", 1, 5),
        ('["a\nb"]', 1, 2),
        ("[" * 200 + "]" * 200, 1, 102),
        ("{} /* open", 1, 4),
        ("[,]", 1, 2),
    ],
)
def test_what_is_not_json_has_a_position(text, line, column):
    with pytest.raises(SourceError) as raised:
        parse_jsonc(text)
    assert (raised.value.line, raised.value.column) == (line, column)


def test_a_member_is_added_below_the_last_and_its_comment():
    text = set_member(SETTINGS, ("mcpServers", "acme"), {"command": "y"})
    assert text == SETTINGS.replace(
        '{ "command": "x" } // ours\n',
        '{ "command": "x" }, // ours\n    "acme": {\n      "command": "y"\n    }\n',
    )
    assert remove_member(text, ("mcpServers", "acme")) == SETTINGS


def test_a_value_is_replaced_where_it_is():
    text = set_member(SETTINGS, ("model",), "haiku")
    assert text == SETTINGS.replace('"opus"', '"haiku"')


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "{}\n",
        '{"a": 1}',
        '{"a": 1,}',
        '{\n\t"a": 1\n}\n',
        '{\r\n  "a": {\r\n    "b": []\r\n  }\r\n}\r\n',
        '{\n  "a": 1, // one\n}\n',
        '{\n  "a": 1 // one\n}',
        '{ // all\n  "a": 1}',
        '{"mcpServers": {}}',
        '{\n    "mcpServers": {\n        "x": 1,\n        "y": 2\n    },\n    "z": 3}',
    ],
)
def test_removing_what_was_added_gives_the_text_before(text):
    before = parse_jsonc(text).value
    added = set_member(text, ("mcpServers", "acme"), {"args": [1, 2], "env": {}})
    value = parse_jsonc(added).value
    assert value.pop("mcpServers")["acme"] == {"args": [1, 2], "env": {}}
    assert value == {key: before[key] for key in before if key != "mcpServers"}
    removed = remove_member(added, ("mcpServers", "acme"))
    if node_at(parse_jsonc(text), ("mcpServers",)) is None:
        removed = remove_member(removed, ("mcpServers",))
    assert removed == text


def test_a_value_on_one_line_stays_on_one():
    text = '{\n  "a": {"b": [1, 2]},\n  "c": 1\n}\n'
    assert set_member(text, ("a",), {"b": [3]}) == text.replace("[1, 2]", "[3]")


def test_elements_are_added_and_removed():
    text = '{"hooks": {"Stop": [1]}}'
    more = append_element(text, ("hooks", "Stop"), {"x": 2})
    assert more == '{"hooks": {"Stop": [1, {"x": 2}]}}'
    assert remove_element(more, ("hooks", "Stop"), 1) == text
    assert (
        remove_element(more, ("hooks", "Stop"), 0) == '{"hooks": {"Stop": [{"x": 2}]}}'
    )
    other = append_element(text, ("hooks", "Start"), 1)
    assert parse_jsonc(other).value == {"hooks": {"Stop": [1], "Start": [1]}}


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ('{ // c\n  "a": 1}', "{ // c\n  }"),
        ('{ // c\n  "a": 1, "b": 2 }', '{ // c\n  "b": 2 }'),
        ('{\n  "a": 1, // one\n  "b": 2\n}', '{\n  // one\n  "b": 2\n}'),
        ('{\n  // one\n  "a": 1\n}', "{\n  // one\n}"),
        ('{"a": 1 /* x */, "b": 2}', '{ /* x */"b": 2}'),
        ('{\n  "b": 2, // two\n  "a": 1\n}', '{\n  "b": 2 // two\n}'),
        ("{\n\n}", "{\n\n}"),
    ],
)
def test_comments_stay_when_their_member_goes(text, rest):
    assert remove_member(text, ("a",)) == rest
    parse_jsonc(rest)


def test_random_texts_lose_nothing():
    chance = random.Random(28)
    for _ in range(400):
        value = _value(chance, 3)
        document = value if isinstance(value, dict) else {"v": value}
        indent = chance.choice([None, 1, 2, 4, "\t"])
        text = _commented(chance, json.dumps(document, indent=indent))
        added = set_member(text, ("new", "key"), [{"a": 1}])
        expected = {
            **document,
            "new": {**_object(document.get("new")), "key": [{"a": 1}]},
        }
        assert parse_jsonc(added).value == expected
        for note in _notes(text):
            assert note in added
        for key in document:
            less = remove_member(text, (key,))
            assert parse_jsonc(less).value == {
                other: document[other] for other in document if other != key
            }


def _object(value):
    return value if isinstance(value, dict) else {}


def _value(chance, depth):
    kind = chance.randrange(6 if depth else 4)
    if kind == 4:
        return [_value(chance, depth - 1) for _ in range(chance.randrange(4))]
    if kind == 5:
        keys = chance.sample("abcde/\\é", chance.randrange(4))
        return {key: _value(chance, depth - 1) for key in keys}
    return chance.choice([None, True, 1.5, "a,}]", "// no", 'q"'])


def _commented(chance, text):
    """Put comments where white space may be: after a bracket or a line."""
    lines = text.split("\n")
    return "\n".join(
        line + chance.choice(["", "", " // n1", " /* n2 */"])
        if line[-1] in ",{["
        else line
        for line in lines
    )


def _notes(text):
    return [note for note in ("// n1", "/* n2 */") if note in text]
