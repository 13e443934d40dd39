"""A slug is the engine's, or refused: never silently another one."""

import json

import pytest
from oracle import Oracle

from hatch_agpm.tera import TemplateError, TeraEnvironment

TEMPLATE = "{% for c in characters %}{{ c | slugify }}\n{% endfor %}"


@pytest.fixture(scope="module")
def oracle():
    engine = Oracle("teraplate", timeout=120)
    yield engine
    engine.close()


def ours(slug, character):
    try:
        return slug.render({"c": f"a{character}b"})
    except TemplateError:
        return None


def compare(oracle, characters):
    slug = TeraEnvironment().template("{{ c | slugify }}")
    context = {"characters": [f"a{character}b" for character in characters]}
    expected = oracle.render(TEMPLATE, context).split("\n")
    found = [ours(slug, character) for character in characters]
    pairs = list(zip(characters, found, expected, strict=False))
    assert [pair for pair in pairs if pair[1] not in {None, pair[2]}] == []
    return sum(answer is not None for answer in found)


def test_living_scripts_are_written_as_by_the_engine(oracle):
    scripts = [
        range(0x80, 0x250),
        range(0x386, 0x3CF),
        range(0x410, 0x450),
        range(0xAC00, 0xAC40),
    ]
    characters = [chr(code) for codes in scripts for code in codes]
    assert compare(oracle, characters) == len(characters)


@pytest.mark.slow
def test_every_character_is_the_engines_or_refused(oracle):
    codes = [*range(0x80, 0xD800), *range(0xF900, 0x20000)]
    answered = sum(
        compare(oracle, [chr(code) for code in codes[start : start + 10_000]])
        for start in range(0, len(codes), 10_000)
    )
    assert answered > 80_000, json.dumps(answered)
