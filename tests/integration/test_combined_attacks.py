"""Attacks of several parts end in their error, within 5 s and 500 megabytes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from combined_attacks import ATTACKS

SLOW = {
    *("filters on dependencies in loops", "doubling over 40 files by a filter"),
    *("filters on content in a loop", "filters on content in nested loops"),
    *("sort in nested loops", "join of sorted content in a loop"),
}


@pytest.fixture(scope="module")
def renderer():
    """A process that renders an attack by its name."""
    program = Path(__file__).parents[1] / "support/combined_attacks.py"
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
        for name in ATTACKS
    ],
)
def test_a_combined_attack_ends_in_its_error(renderer, name):
    renderer.stdin.write(f"{name}\n")
    renderer.stdin.flush()
    ended, megabytes = json.loads(renderer.stdout.readline())
    assert ATTACKS[name][1] in ended
    assert megabytes < 500
