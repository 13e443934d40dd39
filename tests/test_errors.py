"""Errors: their sentences, and that copies keep them."""

from __future__ import annotations

import copy
import datetime as dt
import pickle

import pytest

from hatch_agpm import errors
from hatch_agpm.errors import (
    AgpmError,
    BudgetError,
    BundleError,
    ConfigError,
    ConflictError,
    ContentError,
    CycleError,
    FrontmatterError,
    GraphError,
    HiddenTextError,
    Location,
    PortabilityError,
    ProblemsError,
    RequirementError,
    SourceError,
    TemplateError,
    did_you_mean,
    raise_problems,
    shown,
)

LONG = "a" * 200

CASES = [
    (AgpmError("plain"), "plain"),
    (GraphError("plain"), "plain"),
    (ConfigError("a.b", "is missing"), "a.b is missing"),
    (
        ConfigError("a.b", "must be text", "3", "quote it", "agpm.toml"),
        "agpm.toml: a.b must be text, got 3; quote it",
    ),
    (ContentError("is gone"), "is gone"),
    (ContentError("is gone", location=Location(path="a.md")), "a.md: is gone"),
    (RequirementError("x:", "is not installed"), "x: is not installed"),
    (
        SourceError("is wrong", location=Location(path="a.md", line=2, column=3)),
        "a.md:2:3: is wrong",
    ),
    (
        SourceError("is wrong", location=Location(path="a.md", line=2)),
        "a.md:2: is wrong",
    ),
    (SourceError("is {wrong}", location=Location(path="{a}.md")), "{a}.md: is {wrong}"),
    (SourceError("is wrong", location=Location(line=2, column=3)), "2:3: is wrong"),
    (
        FrontmatterError(
            "is wrong",
            location=Location(path="a.md", line=2, column=3, source_line="ab c"),
            got="'x'",
            hint="write y",
        ),
        "a.md:2:3: is wrong, got 'x'; write y\n    ab c\n      ^",
    ),
    (
        FrontmatterError(
            "is wrong",
            location=Location(path="a.md", line=2, column=4, source_line="\ta\tb  \n"),
        ),
        "a.md:2:4: is wrong\n    \ta\tb\n    \t \t^",
    ),
    (
        FrontmatterError(
            "is wrong", location=Location(path="a.md", line=2, source_line="ab c")
        ),
        "a.md:2: is wrong\n    ab c",
    ),
    (
        FrontmatterError(
            "is wrong",
            location=Location(path="a.md", line=2, column=1, source_line="   "),
        ),
        "a.md:2:1: is wrong",
    ),
    (
        SourceError(
            "w",
            location=Location(
                path="a.md", line=1, column=5, source_line="a\x1b[\ud800b"
            ),
        ),
        "a.md:1:5: w\n    a\ufffd[\ufffdb\n        ^",
    ),
    (
        SourceError(
            "w", location=Location(path="a.md", line=1, column=3, source_line=LONG)
        ),
        f"a.md:1:3: w\n    {LONG[:120]}\n      ^",
    ),
    (
        SourceError(
            "w",
            location=Location(
                path="a.md", line=1, column=101, source_line=f"{LONG[:100]}X{LONG}"
            ),
        ),
        f"a.md:1:101: w\n    {LONG[:59]}X{LONG[:60]}\n    {' ' * 59}^",
    ),
    (
        TemplateError(
            "w",
            location=Location(path="a.md", line=3, column=1, source_line="{{ x }}"),
        ).within(["b.md", "c.md"]),
        "a.md:3:1: w\n    {{ x }}\n    ^\n  embedded in b.md\n  embedded in c.md",
    ),
    (TemplateError("w").within(["b.md"]), "w\n  embedded in b.md"),
    (
        PortabilityError("is wrong", location=Location(path="a.md", line=2)),
        "a.md:2: is wrong",
    ),
    (
        PortabilityError(
            "is wrong",
            location=Location(path="a.md", line=2),
            got="3",
            hint="quote it",
            readers={"one": "dropped", "two": "refused", "three": "dropped"},
        ),
        "a.md:2: is wrong, got 3; quote it\n  dropped by one, three; refused by two",
    ),
    (
        HiddenTextError(
            "1 hidden x",
            location=Location(path="a.md", line=2, column=3, source_line="ab"),
            got="'y'",
        ).saying("x", "'y'"),
        "a.md:2:3: 1 hidden x, got 'y'\n    ab\n      ^",
    ),
    (
        BudgetError("has 9 tokens", location=Location(path="a.md")),
        "a.md: has 9 tokens",
    ),
    (CycleError(["a", "b", "a"]), "a: depends on itself: a -> b -> a"),
    (ConflictError("clash", ["a", "b"]), "a and b: clash"),
    (ConflictError("clash", ["a", "b"], "rename"), "a and b: clash; rename"),
    (BundleError("x.whl", "lacks a file"), "x.whl: lacks a file"),
    (BundleError("x.whl", "lacks a file", "build"), "x.whl: lacks a file; build"),
    (
        ProblemsError([ConfigError("a", "is missing"), BundleError("b", "is there")]),
        "a is missing\nb: is there",
    ),
]


@pytest.mark.parametrize(("error", "sentence"), CASES, ids=lambda case: str(case)[:30])
def test_an_error_writes_its_sentence(error, sentence):
    assert str(error) == sentence


@pytest.mark.parametrize("error", [error for error, _ in CASES], ids=str)
@pytest.mark.parametrize(
    "duplicate",
    [
        copy.copy,
        copy.deepcopy,
        lambda error: pickle.loads(pickle.dumps(error)),  # noqa: S301 - our own
    ],
    ids=["copy", "deepcopy", "pickle"],
)
def test_an_error_survives_copying(error, duplicate):
    other = duplicate(error)
    assert type(other) is type(error)
    assert str(other) == str(error)
    assert {key: str(value) for key, value in vars(other).items()} == {
        key: str(value) for key, value in vars(error).items()
    }


@pytest.mark.parametrize("error", [error for error, _ in CASES], ids=str)
def test_every_error_is_an_agpm_error(error):
    assert isinstance(error, AgpmError)


def test_every_error_has_a_case_here():
    defined = {
        value
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, AgpmError)
    }
    assert {type(error) for error, _ in CASES} == defined
    assert {kind.__name__ for kind in defined} < set(errors.__all__)


@pytest.mark.parametrize("kind", [FrontmatterError, ContentError, TemplateError])
def test_an_error_can_be_located_in_another_file(kind):
    location = Location(line=1, column=4, source_line="a b c")
    error = kind("is wrong", location=location, got="x", hint="hint")
    placed = error.at("dir/a.md", 12)
    assert type(placed) is kind
    assert str(placed) == ("dir/a.md:12:4: is wrong, got x; hint\n    a b c\n       ^")
    assert str(error).startswith("1:4: is wrong")


def test_a_located_template_error_stays_embedded():
    error = TemplateError("w").within(["b.md"]).at("a.md", 2)
    assert str(error) == "a.md:2: w\n  embedded in b.md"
    assert str(error.within(["c.md", "d.md"])) == (
        "a.md:2: w\n  embedded in c.md\n  embedded in d.md"
    )


def test_no_problem_raises_nothing():
    assert raise_problems([]) is None


def test_one_problem_is_raised_as_itself():
    problem = BundleError("a", "b")
    with pytest.raises(BundleError) as raised:
        raise_problems([problem])
    assert raised.value is problem


def test_problems_are_raised_in_the_order_they_were_found():
    problems = [BundleError("b", "1"), BundleError("a", "2")]
    with pytest.raises(ProblemsError) as raised:
        raise_problems(problems)
    assert raised.value.problems == tuple(problems)
    assert str(raised.value) == "b: 1\na: 2"


@pytest.mark.parametrize(
    ("name", "known", "hint"),
    [
        ("snipets", ["snippets", "scripts"], "did you mean 'snippets'?"),
        ("zzz", ["snippets", "scripts"], ""),
        ("x", [], ""),
        ("abc", {"abe", "abd"}, "did you mean 'abe'?"),
    ],
)
def test_the_nearest_name_is_a_hint(name, known, hint):
    assert did_you_mean(name, known) == hint


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (False, "false"),
        (3, "3"),
        (1.5, "1.5"),
        (None, "null"),
        ("it's", '"it\'s"'),
        ({"a": 1}, "a table"),
        ([1, "a", True, {}], "[1, 'a', true, a table]"),
        (dt.date(2024, 1, 2), "2024-01-02"),
        (dt.datetime(2024, 1, 2, 3, 4, tzinfo=dt.UTC), "2024-01-02T03:04:00+00:00"),
        (dt.time(1, 2), "01:02:00"),
        ("x" * 78, f"'{'x' * 78}'"),
        ("x" * 79, f"'{'x' * 76}..."),
        ([0] * 10**6, f"[{'0, ' * 25}0..."),
    ],
)
def test_a_wrong_value_is_shown_as_it_was_written(value, text):
    assert shown(value) == text
    assert len(text) <= 80
