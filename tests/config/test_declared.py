"""Tables that are declared as dataclasses: what is read, and what is reported."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pytest

from hatch_agpm.config.declared import read_table
from hatch_agpm.config.tables import (
    AgpmEntryTable,
    AgpmTable,
    EntryTable,
    InstallTable,
    LimitsTable,
    ProjectTable,
    ToolTable,
)
from hatch_agpm.formats.toml import TableReader
from hatch_agpm.model.declared import describe, key, keys_of


def _odd(number):
    return "must be even" if number % 2 else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Inner:
    path: str | None = key(required=True)
    """Where it is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outer:
    even_number: int = key("even-number", default=2, problem_of=_odd)
    """A number
    on two lines."""

    flag: bool = False
    names: tuple[str, ...] = ()
    mode: Literal["a", "b"] = "a"
    inner: Inner | None = None
    several: Mapping[str, Inner] | None = None
    numbers: Mapping[str, int] | None = None
    anything: object = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Derived(Outer):
    more: float | None = None
    """A number, too."""


def read(declaration, table, where=""):
    reader = TableReader("t.")
    found = read_table(declaration, table, reader, where)
    return found, [(problem.key, problem.got) for problem in reader.problems]


def test_keys_that_are_absent_have_their_defaults():
    assert read(Outer, {}) == (Outer(), [])


def test_values_of_every_kind_are_read():
    found, problems = read(
        Derived,
        {
            "even-number": 4,
            "flag": True,
            "names": ["x", "y"],
            "mode": "b",
            "inner": {"path": "p"},
            "several": {"one": {"path": "q"}},
            "numbers": {"n": 1},
            "anything": [3],
            "more": 1.5,
        },
    )
    assert problems == []
    assert found == Derived(
        even_number=4,
        flag=True,
        names=("x", "y"),
        mode="b",
        inner=Inner(path="p"),
        several={"one": Inner(path="q")},
        numbers={"n": 1},
        anything=[3],
        more=1.5,
    )


@pytest.mark.parametrize(
    ("table", "where"),
    [
        ({"even-number": 3}, "t.even-number"),
        ({"even-number": True}, "t.even-number"),
        ({"even_number": 2}, "t.even_number"),
        ({"flag": 1}, "t.flag"),
        ({"names": "x"}, "t.names"),
        ({"names": ["x", 3]}, "t.names[1]"),
        ({"mode": "c"}, "t.mode"),
        ({"mode": 1}, "t.mode"),
        ({"inner": []}, "t.inner"),
        ({"inner": {}}, "t.inner.path"),
        ({"inner": {"path": 1}}, "t.inner.path"),
        ({"inner": {"path": "x", "pth": 1}}, "t.inner.pth"),
        ({"several": {"a b": {}}}, 't.several."a b".path'),
        ({"several": {"a": 3}}, "t.several.a"),
        ({"numbers": {"n": "1"}}, "t.numbers.n"),
        ({"falg": True}, "t.falg"),
    ],
)
def test_what_is_wrong_is_reported_at_its_key(table, where):
    _, problems = read(Outer, table)
    assert [key for key, _ in problems] == [where]


def test_all_problems_are_reported_at_once():
    found, problems = read(Outer, {"flag": 1, "mode": "c", "x": 1, "names": ["ok", 2]})
    assert [key for key, _ in problems] == ["t.x", "t.flag", "t.names[1]", "t.mode"]
    assert found == Outer(names=("ok",))


def test_a_declaration_describes_itself():
    described = {each.name: each.description for each in describe(Derived)}
    assert described["even-number"] == "A number\non two lines."
    assert described["more"] == "A number, too."
    assert described["flag"] == ""


@pytest.mark.parametrize(
    "declaration",
    [
        ProjectTable,
        AgpmTable,
        EntryTable,
        AgpmEntryTable,
        ToolTable,
        InstallTable,
        LimitsTable,
    ],
)
def test_every_key_of_the_configuration_is_described(declaration):
    assert [each.name for each in describe(declaration) if not each.description] == []
    assert len(keys_of(declaration)) == len(
        {each.name for each in keys_of(declaration)}
    )
