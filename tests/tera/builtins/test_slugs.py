"""Filter `slugify`, beside the engine."""

import random
import runpy
from pathlib import Path

import pytest
from oracle import Oracle

from hatch_agpm.tera import render

TEMPLATE = "{% for text in texts %}{{ text | slugify }}\n{% endfor %}"
SCRIPT = Path(__file__).parents[3] / "tools" / "make_slugs.py"
COMMON = [chr(code) for code in (*range(0x20, 0x7F), *range(0xA0, 0x600))]
CHARACTERS = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]


@pytest.fixture(scope="module")
def oracles():
    engines = [Oracle(name, timeout=120) for name in ("teraplate", "pytera")]
    yield engines
    for engine in engines:
        engine.close()


def compare(oracles, texts):
    found = render(TEMPLATE, {"texts": texts}).split("\n")
    for oracle in oracles:
        expected = oracle.render(TEMPLATE, {"texts": texts}).split("\n")
        pairs = zip([*texts, ""], found, expected, strict=True)
        assert [pair for pair in pairs if pair[1] != pair[2]] == []


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Ünïcode Straße 漢字", "unicode-strasse-han-zi"),
        ("Ship it 🚀 ✓", "ship-it-rocket-ok"),
        ("—Ъ—", ""),
        ("☎ ﷺ", "telephone-salla-llahu-alayhi-wasallam"),
        ("a\u0301b\u200d\ue000c", "ab-c"),
    ],
)
def test_what_a_text_becomes(text, slug):
    assert render("{{ text | slugify }}", {"text": text}) == slug


def test_random_texts_are_written_as_by_the_engine(oracles):
    chance = random.Random(21)
    texts = [
        "".join(chance.choices(characters, k=chance.randrange(12)))
        for characters in (COMMON, CHARACTERS)
        for _ in range(4_000)
    ]
    compare(oracles, texts)


def test_the_table_is_what_the_script_writes_each_time(tmp_path):
    script = runpy.run_path(str(SCRIPT))
    text = script["table"](script["engine_slugs"]())
    assert script["is_current"](script["TABLE"], text)
    made = [tmp_path / "one.gz", tmp_path / "two.gz"]
    for path in made:
        script["write"](path, text)
    assert made[0].read_bytes() == made[1].read_bytes()
    script["write"](made[1], text.replace("rocket", "racket"))
    assert not script["is_current"](made[1], text)


@pytest.mark.slow
def test_every_character_is_written_as_by_the_engine(oracles):
    for start in range(0x80, len(CHARACTERS), 100_000):
        texts = [f"a{c}b" for c in CHARACTERS[start : start + 100_000]]
        compare(oracles, texts)
