"""Reading tables: every problem, by the path that the user typed."""

from __future__ import annotations

import math
import tomllib

import pytest
from sample_table import TABLE, messages

from hatch_agpm.errors import ConfigError
from hatch_agpm.formats.toml import TableReader, plain_json


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


def test_strings_are_taken_from_an_array():
    reader = TableReader()
    assert reader.strings(TABLE, "list") == ("a", "b")
    assert reader.strings(TABLE, "absent") == ()
    assert messages(reader) == []


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
    assert plain_json(toml, "x") == {"x": value}


@pytest.mark.parametrize(
    "written", ["x" + ".x" * 900 + " = 1", f"x = {'[' * 200}{']' * 200}"]
)
def test_tables_that_are_nested_too_deeply_are_an_error(written):
    with pytest.raises(ConfigError, match="nested too deeply"):
        plain_json(tomllib.loads(written), "x")


def test_tables_may_be_nested_as_deeply_as_json():
    toml = tomllib.loads("x" + ".x" * 125 + " = 1")
    assert plain_json(toml, "x") == toml


def test_converting_to_json_does_not_change_the_table():
    table = {"a": [math.inf], "b": {"c": math.nan}}
    assert plain_json(table, "x") == {"a": [None], "b": {"c": None}}
    assert table["a"] == [math.inf]
    assert math.isnan(table["b"]["c"])
