"""Random templates mean here what the real engine makes of them."""

import json
import os
from pathlib import Path

import pytest
from grammar import templates
from hypothesis import HealthCheck, Phase, given, seed, settings
from oracle import Oracle

from hatch_agpm.tera import TemplateError, render

CONTEXT = {
    **json.loads(
        Path(__file__).parents[1].joinpath("data/tera_context.json").read_text()
    ),
    "zero": 0,
    "one": 1,
    "flag": True,
    "date_s": "2024-03-10T12:34:56.789+01:00",
    "stamp": 1710070496,
    "deep": {"a": {"b": {"c": [1, [2, [3]]]}}},
    "uni_keys": {"é": 1, "a b": 2, "ß": [1.0, 2.5], "z": None},
}
SEED = int(os.environ.get("TERA_FUZZ_SEED", "20"))
EXAMPLES = int(os.environ.get("TERA_FUZZ_EXAMPLES", "20000"))


@pytest.fixture(scope="module")
def engines():
    pair = Oracle("teraplate"), Oracle("pytera")
    yield pair
    for oracle in pair:
        oracle.close()


def ours(template):
    try:
        return render(template, CONTEXT)
    except TemplateError:
        return None


def compare(template, engines):
    """The first engine decides; where the second differs, either is right."""
    expected = engines[0].render(template, CONTEXT)
    got = ours(template)
    if expected is not None and got != expected:
        assert got == engines[1].render(template, CONTEXT)
    return expected is not None, got is not None


def run(engines, examples):
    counts = {(True, True): 0, (False, False): 0, (False, True): 0}

    @seed(SEED)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    @given(templates)
    def differential(template):
        counts[compare(template, engines)] += 1

    differential()
    assert sum(counts.values()) >= examples
    return counts


def test_random_templates_render_as_in_tera(engines):
    counts = run(engines, 100)
    assert counts[True, True] > 20


@pytest.mark.slow
def test_many_random_templates_render_as_in_tera(engines):
    counts = run(engines, EXAMPLES)
    # What only we render is refused by no rule that matters, and rare.
    assert counts[False, True] < EXAMPLES / 1000
    assert counts[True, True] > EXAMPLES / 4
