"""Reading tables: every problem, by the path that the user typed."""

from __future__ import annotations

import math
import tomllib

import pytest

from hatch_agpm.errors import ConfigError
from hatch_agpm.formats.toml import TableReader, plain_json

TABLE = tomllib.loads("""
text = "a"
empty = ""
number = 3
fraction = 1.5
flag = true
off = false
list = ["a", "b"]
mixed = ["a", 3, true]
day = 2024-01-02
[table]
key = "v"
""")


def messages(reader):
    return [str(problem) for problem in reader.problems]


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("text", str),
        ("empty", str),
        ("number", int),
        ("fraction", float),
        ("flag", bool),
        ("off", bool),
        ("list", list),
        ("table", dict),
    ],
)
def test_a_value_of_the_right_kind_is_taken(key, kind):
    reader = TableReader()
    assert reader.get(TABLE, key, kind) == TABLE[key]
    assert reader.get(TABLE, "absent", kind) is None
    assert messages(reader) == []


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


def test_strings_are_taken_from_an_array():
    reader = TableReader()
    assert reader.strings(TABLE, "list") == ("a", "b")
    assert reader.strings(TABLE, "absent") == ()
    assert messages(reader) == []


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
    ("written", "value"),
    [
        ("1979-05-27T07:32:00.5000Z", "1979-05-27T07:32:00.5Z"),
        ("1979-05-27t07:32:00z", "1979-05-27T07:32:00Z"),
        ("1979-05-27T00:32:00.999999-07:00", "1979-05-27T00:32:00.999999-07:00"),
        ("1979-05-27T00:32:00-07:30", "1979-05-27T00:32:00-07:30"),
        ("1979-05-27 07:32:00", "1979-05-27T07:32:00"),
        ("1979-05-27", "1979-05-27"),
        ("07:32:00", "07:32:00"),
        ("07:32:00.10", "07:32:00.1"),
        ("07:32:00.000", "07:32:00"),
        ("inf", None),
        ("-inf", None),
        ("nan", None),
        ("1e16", 1e16),
        ("0x1F", 31),
        (
            '["a", [1, {b = 07:00:00, c = nan}]]',
            ["a", [1, {"b": "07:00:00", "c": None}]],
        ),
    ],
)
def test_toml_becomes_json_as_in_agpm(written, value):
    toml = tomllib.loads(f"x = {written}")
    assert plain_json(toml) == {"x": value}


@pytest.mark.parametrize(
    "written", ["x" + ".x" * 900 + " = 1", f"x = {'[' * 200}{']' * 200}"]
)
def test_tables_that_are_nested_too_deeply_are_an_error(written):
    with pytest.raises(ConfigError) as raised:
        plain_json(tomllib.loads(written))
    assert str(raised.value) == (
        "a table is nested too deeply; at most 127 tables and arrays may be nested"
    )


def test_tables_may_be_nested_as_deeply_as_json():
    toml = tomllib.loads("x" + ".x" * 125 + " = 1")
    assert plain_json(toml) == toml


def test_converting_to_json_does_not_change_the_table():
    table = {"a": [math.inf], "b": {"c": math.nan}}
    assert plain_json(table) == {"a": [None], "b": {"c": None}}
    assert table["a"] == [math.inf]
    assert math.isnan(table["b"]["c"])
