"""Each rule of Tera by itself: here, in the real engine, and in the documentation."""

import re
from pathlib import Path

import pytest
from oracle import Oracle
from rules import CONTEXT, RULES

from hatch_agpm.tera import TemplateError, render

DOCUMENT = Path(__file__).parents[2] / "docs" / "reference" / "tera.md"
EXAMPLES = [
    pytest.param(template, expected, id=f"{rule}-{number}")
    for rule, examples in RULES.items()
    for number, (template, expected) in enumerate(examples)
]


@pytest.fixture(scope="module")
def oracle():
    engine = Oracle("teraplate")
    yield engine
    engine.close()


@pytest.mark.parametrize(("template", "expected"), EXAMPLES)
def test_rule(template, expected):
    try:
        found = render(template, CONTEXT)
    except TemplateError:
        found = None
    assert found == expected


def test_the_engine_follows_the_rules_as_they_are_written(oracle):
    for examples in RULES.values():
        for template, expected in examples:
            assert oracle.render(template, CONTEXT) == expected, template


def test_the_documentation_names_each_rule():
    named = re.findall(
        r"^\| \*\*(.+?)\*\* \|", DOCUMENT.read_text("utf-8"), re.MULTILINE
    )
    assert named == list(RULES)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{not}} {{ or }} {{truth}}", "1 2 3"),
        ("{{ not }}", None),
        ("{{ not -}}", None),
        ("{{not-}} x", "1x"),
        ("{{True}}", "true"),
        ("{{ truex }}", None),
        ("{{ false.a }}", None),
        ("{{- a.b -}} y", "xy"),
        ("{{ a.b- }}", None),
        ("{{-a.b}}", "x"),
    ],
)
def test_a_word_alone_in_a_tag_is_a_variable_but_for_a_few(template, expected, oracle):
    context = {"not": 1, "or": 2, "truth": 3, "truex": 4, "True": 5, "a": {"b": "x"}}
    try:
        found = render(template, context)
    except TemplateError:
        found = None
    assert found == expected
    assert oracle.render(template, context) == expected
