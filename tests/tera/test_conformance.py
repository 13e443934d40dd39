"""Templates with the result that the real engine gave for them."""

import json
from collections import Counter
from pathlib import Path

import pytest

from hatch_agpm.tera import TemplateError, render

DATA = Path(__file__).parents[1] / "data"
SHARED = Path(__file__).parents[3] / "shared" / "conformance"
CONTEXT = json.loads((DATA / "tera_context.json").read_text())


def read(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


ROWS = read(DATA / "tera_cases.jsonl")


@pytest.fixture(autouse=True)
def epoch(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")


def result(row):
    context = CONTEXT if "context_ref" in row else row["context"]
    try:
        return render(row["template"], context)
    except TemplateError:
        return None


def compared(rows):
    """Return how many texts of the engine there are, and which differ here."""
    rendered = [row for row in rows if row["expect"]["ok"]]
    wrong = [
        (row["name"], row["template"], row["expect"]["output"], found)
        for row in rendered
        if (found := result(row)) != row["expect"]["output"]
    ]
    return len(rendered), wrong


def refused(rows):
    """Return how many templates the engine refuses, and how many are refused here."""
    wrong = [row for row in rows if not row["expect"]["ok"]]
    return len(wrong), sum(result(row) is None for row in wrong)


def test_each_template_that_tera_renders_gives_the_same_text():
    assert len(ROWS) == 1_992
    rows = [row for row in ROWS if "get_random" not in row["template"]]
    assert compared(rows) == (1_601, [])


def test_templates_with_chance_are_refused():
    rows = [row for row in ROWS if "get_random" in row["template"]]
    assert rows
    assert all(result(row) is None for row in rows)


def test_what_tera_refuses_is_refused():
    assert refused(ROWS) == (390, 390)


def test_the_cases_cover_each_area_of_the_language():
    areas = Counter(row["name"].split("/")[0] for row in ROWS)
    assert len(areas) >= 20
    assert min(areas.values()) >= 1


@pytest.fixture(scope="module")
def upstream():
    path = SHARED / "tera_upstream_cases.jsonl"
    if not path.is_file():
        pytest.skip("the cases of the engine's own tests are not here")
    rows = read(path)
    assert len(rows) == 1_213
    # A template cannot load another here: those of several files are not compared.
    return [row for row in rows if "files" not in row]


def test_the_engines_own_tests_give_the_same_text(upstream):
    rows = [
        row
        for row in upstream
        if "get_random" not in row["template"]
        and "ignore missing" not in row["template"]
    ]
    assert compared(rows) == (916, [])


def test_what_the_engines_own_tests_refuse_is_refused(upstream):
    assert refused(upstream) == (234, 234)
