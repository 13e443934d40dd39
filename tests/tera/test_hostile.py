"""A hostile template ends in its error, before it takes 500 megabytes or hangs."""

from pathlib import Path

import pytest
from bounded_attempts import asking
from hostile import TEMPLATES

SLOW = {
    *("sort", "equality", "in", "group_by", "regex", "many regexes", "escape"),
    *("printing arrays", "arrays as strings", "context dump", "large loop body"),
    *("alternatives", "control characters as json", "filters", "tags"),
    *("macro of many terms", "long comment"),
    *(name for name in TEMPLATES if name.endswith((" of 20 terms", " of 900 terms"))),
    *(
        name
        for name in TEMPLATES
        if name.endswith(
            (" of a long text", " in an array", " nearly there", "long name of a tag")
        )
    ),
    *("membership", "many dates", "many floats", "prefixes of a number"),
    *("digits of an integer", "repetitions at the start", "wrong macros"),
    *("undefined that much depends on", "sort of texts that begin alike"),
    *("repetitions at the end", "many long paths", "undefined after much work"),
} - {"array of 20 terms"}


@pytest.fixture(scope="module")
def renderer():
    program = Path(__file__).with_name("hostile.py")
    with asking(program) as ask:
        yield ask


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else [])
        for name in TEMPLATES
    ],
)
def test_a_hostile_template_ends_in_its_error(renderer, name):
    ended, megabytes = renderer(name)
    assert TEMPLATES[name][1] in ended
    assert megabytes < 500
