"""Without the package regex, all but patterns works."""

import json
import subprocess
import sys

import pytest
from rules import CONTEXT, RULES

PROGRAM = """
import json, sys
sys.modules["regex"] = None  # an import of it fails as if it were not installed
from hatch_agpm.tera import TemplateError, render
templates, context = json.load(sys.stdin)
for template in templates:
    try:
        result = [render(template, context), ""]
    except TemplateError as error:
        result = [None, f"{error.line}: {error.what}"]
    print(json.dumps(result))
"""
CHARACTERS = {
    "{{ 'e\u0301xyz' | truncate(length=2) }}": "e\u0301x…",
    "{% set t = 'éß' %}{% for c in t %}{{ c }}|{% endfor %}": "é|ß|",
    "{{ 'éla ǆ' | title }}": "Éla Ǆ",
}


@pytest.fixture(scope="module")
def results():
    rules = [example for examples in RULES.values() for example in examples]
    expected = dict(rules) | CHARACTERS
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=json.dumps([list(expected), CONTEXT]),
        capture_output=True,
        text=True,
        check=True,
    )
    found = map(json.loads, run.stdout.splitlines())
    return {
        template: (*result, wanted)
        for (template, wanted), result in zip(expected.items(), found, strict=True)
    }


def test_templates_without_patterns_work_without_regex(results):
    assert CHARACTERS.keys() < results.keys()
    assert {
        template: found
        for template, (found, _, wanted) in results.items()
        if found != wanted and "is matching" not in template
    } == {}


def test_a_pattern_without_regex_is_an_error_that_no_condition_swallows(results):
    errors = [
        (found, error)
        for template, (found, error, _) in results.items()
        if "is matching" in template
    ]
    assert len(errors) == len(RULES["matching"])
    ((found, error),) = set(errors)
    assert found is None
    assert error.startswith("1: test 'matching' ")
