"""A hostile template ends in its error, before it takes 500 megabytes or hangs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hostile import TEMPLATES

SLOW = {
    *("sort", "equality", "in", "group_by", "regex", "many regexes", "escape"),
    *("printing arrays", "arrays as strings", "context dump", "large loop body"),
    *("alternatives", "control characters as json", "filters", "tags"),
    *("macro of many terms", "long comment"),
    *(name for name in TEMPLATES if name.endswith((" of 20 terms", " of 900 terms"))),
} - {"array of 20 terms"}


@pytest.fixture(scope="module")
def prey():
    program = Path(__file__).with_name("hostile.py")
    with subprocess.Popen(
        [sys.executable, program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.stdin.close()


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else [])
        for name in TEMPLATES
    ],
)
def test_a_hostile_template_ends_in_its_error(prey, name):
    prey.stdin.write(f"{name}\n")
    prey.stdin.flush()
    ended, megabytes = json.loads(prey.stdout.readline())
    assert TEMPLATES[name][1] in ended
    assert megabytes < 500
