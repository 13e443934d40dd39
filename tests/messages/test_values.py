"""The messages about values of run-time variables."""

from collections import namedtuple
from dataclasses import dataclass

import pytest

from hatch_agpm.runtime._types import MOST_ITEMS, Checker

STEP = {"title": "str", "done": "bool", "note": "str | None"}


@dataclass
class Step:
    title: object
    done: object


def problems_of(kind, value):
    checker = Checker(infinities=False)
    checker.checked(kind, value, "x")
    return checker.problems


@pytest.mark.parametrize(
    ("kind", "value", "problems"),
    [
        ("str", None, ["x must be a str, got NoneType"]),
        ("int", True, ["x must be an int, got bool"]),
        ("bool", 1, ["x must be a bool, got int"]),
        ("float", "1", ["x must be a float, got str"]),
        ("float", float("nan"), ["x must be a finite number, got nan"]),
        ("float", float("-inf"), ["x must be a finite number, got -inf"]),
        (
            "str",
            "a\ud800",
            ["x must be text that UTF-8 can encode, got a lone surrogate"],
        ),
        (["str"], "abc", ["x must be a list, got str"]),
        (["str"], {"a"}, ["x must be a list, got set"]),
        (["str"], b"ab", ["x must be a list, got bytes"]),
        (
            ["int"],
            [1, "2", 3, None],
            ["x[1] must be an int, got str", "x[3] must be an int, got NoneType"],
        ),
        (STEP, None, ["x must be a record, got NoneType"]),
        (STEP, "abc", ["x must be a record, got str"]),
        (STEP, {"title": "a"}, ["x.done is missing, a bool"]),
        (
            STEP,
            Step(1, done=2),
            ["x.title must be a str, got int", "x.done must be a bool, got int"],
        ),
        ([STEP], [Step("a", done="yes")], ["x[0].done must be a bool, got str"]),
        (
            {"a": ["int"]},
            namedtuple("Pair", "a b")([1], 2),  # noqa: PYI024 - as callers have it
            ["x must be a record, got Pair"],
        ),
        ("int", -(2**1023), ["x is too large, it has more than 1023 bits"]),
        (
            [["float"]],
            [[2**4000]],
            ["x[0][0] is too large, it has more than 1023 bits"],
        ),
        (["int"], range(MOST_ITEMS + 1), ["x has too many items, 100000 at most"]),
    ],
)
def test_wrong_values_are_named_by_their_path_all_at_once(kind, value, problems):
    assert problems_of(kind, value) == problems


def test_python_writes_larger_integers_than_tera_has():
    checker = Checker(infinities=True)
    assert checker.checked("int", 2**1024, "x") == 2**1024
    checker.checked("int", 2**14_000, "x")
    assert checker.problems == ["x is too large, it has more than 14000 bits"]
