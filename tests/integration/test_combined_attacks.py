"""Attacks of several parts end in their error, within 5 s and 500 megabytes."""

from pathlib import Path

import pytest
from bounded_attempts import asking
from combined_attacks import ATTACKS

SLOW = {
    *("filters on dependencies in loops", "doubling over 40 files by a filter"),
    *("filters on content in a loop", "filters on content in nested loops"),
    *("sort in nested loops", "join of sorted content in a loop"),
}


@pytest.fixture(scope="module")
def renderer():
    """What asks a process to render an attack, by its name."""
    program = Path(__file__).parents[1] / "support/combined_attacks.py"
    with asking(program) as ask:
        yield ask


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else [])
        for name in ATTACKS
    ],
)
def test_a_combined_attack_ends_in_its_error(renderer, name):
    ended, megabytes = renderer(name)
    assert ATTACKS[name][1] in ended
    assert megabytes < 500
