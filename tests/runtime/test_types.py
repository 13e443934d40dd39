"""Values of run-time variables: checking them, and converting them to plain data."""

from __future__ import annotations

import enum
from collections import UserDict, UserList
from dataclasses import dataclass

import pytest

from hatch_agpm.runtime._types import ANY, MOST_ITEMS, Checker
from hatch_agpm.runtime._variables import Variables

STEP = {"title": "str", "done": "bool", "note": "str | None"}


@dataclass
class Step:
    title: object
    done: object
    note: object = None
    more: str = ""


class Text(str):
    __slots__ = ()

    def __str__(self):
        return "?"


class Number(enum.IntEnum):
    THREE = 3


def checked(kind, value, *, infinities=False):
    checker = Checker(infinities=infinities)
    found = checker.checked(kind, value, "x")
    return checker.problems or found


@pytest.mark.parametrize(
    ("kind", "value", "plain"),
    [
        ("str", Text("a"), "a"),
        ("int", Number.THREE, 3),
        ("float", 3, 3),
        ("float", Number.THREE, 3),
        ("float", 2.5, 2.5),
        ("bool", True, True),
        ("str | None", None, None),
        ("int | None", 1, 1),
        (["str"], ("a", Text("b")), ["a", "b"]),
        (["str"], UserList(["a"]), ["a"]),
        ([["int"]], [[1], ()], [[1], []]),
        (["int"], range(3), [0, 1, 2]),
        (STEP, Step("a", done=True), {"title": "a", "done": True, "note": None}),
        (
            STEP,
            {"done": False, "title": "b", "other": 1},
            {"title": "b", "done": False, "note": None},
        ),
        (
            [STEP],
            [UserDict(title="c", done=True, note="d")],
            [{"title": "c", "done": True, "note": "d"}],
        ),
        ({"a": "int"}, type("Has", (), {"a": 1}), {"a": 1}),
    ],
)
def test_values_become_plain_data(kind, value, plain):
    found = checked(kind, value)
    assert found == plain
    assert repr(found) == repr(plain)


def test_infinite_floats_are_values_where_they_can_be_printed():
    assert checked("float", float("inf"), infinities=True) == float("inf")


def test_items_are_counted_at_all_levels():
    inner = [0] * (MOST_ITEMS // 2)
    assert checked([["int"]], [inner]) == [inner]
    assert checked([["int"]], [inner, inner])[0].endswith("100000 at most")


class Detached:
    """A record of a database that is closed."""

    @property
    def title(self):
        raise RuntimeError

    @property
    def step(self):
        raise RuntimeError


class Gone(UserDict):
    def get(self, key, default=None):
        raise OSError(key, default)


class Unsized(list):
    def __len__(self):
        raise ZeroDivisionError


class Lying:
    __class__ = str


class Unknown:
    @property
    def __class__(self):
        raise LookupError


@pytest.mark.parametrize(
    ("kind", "make", "error"),
    [
        (STEP, Detached, RuntimeError),
        ([STEP], lambda: [Detached()], RuntimeError),
        ({"step": STEP}, lambda: {"step": Detached()}, RuntimeError),
        (STEP, Gone, OSError),
        (["str"], Unsized, ZeroDivisionError),
        ([["str"]], lambda: [Unsized()], ZeroDivisionError),
        ("str", Lying, TypeError),
        ("str | None", Lying, TypeError),
        ("int", Unknown, LookupError),
        ("float", Unknown, LookupError),
    ],
)
@pytest.mark.parametrize("dialect", ["tera", "jinja2"])
def test_what_a_method_of_a_value_raises_is_the_cause(kind, make, error, dialect):
    variables = Variables([("x", kind, None, ((0, 1),))], dialect)

    _, problems, cause = variables.checked({"x": make(), "y": 1})
    assert len(problems) == 2
    assert problems[0].startswith("x cannot be read: ")
    assert type(cause) is error


@pytest.mark.parametrize("wrap", [lambda x: [x], lambda x: (x,), lambda x: {"a": x}])
def test_a_value_that_is_nested_too_deeply_is_a_problem(wrap):
    value = 1
    for _ in range(50_000):
        value = wrap(value)
    variables = Variables([("x", ANY, None, ((0, 1),))], "jinja2")

    _, problems, cause = variables.checked({"x": value})
    assert problems == ["x is nested too deeply"]
    assert cause is None
