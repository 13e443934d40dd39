"""Grapheme clusters, words and upper and lower case, beside the engine."""

import random
import re
import runpy
from pathlib import Path

import pytest
from oracle import Oracle

from hatch_agpm.runtime._tera.builtins import unicode_ranges
from hatch_agpm.runtime._tera.builtins.graphemes import first_graphemes, graphemes
from hatch_agpm.tera import render

ROOT = Path(__file__).parents[3]
SCRIPT = ROOT / "tools" / "make_unicode_tables.py"
SEPARATOR = "\x00\x01"
CHARACTERS = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
CASED = [c for c in CHARACTERS if c.upper() != c or c.lower() != c]


def classes():
    """The characters of each class in the file, and some that are in none."""
    text = Path(unicode_ranges.__file__).with_suffix(".txt").read_text("ascii")
    found = []
    for section in re.split(r"\[[a-z-]+\]", text)[1:]:
        bounds = [(item.split("-") * 2)[:2] for item in section.split()]
        spans = [range(int(a, 16), int(b, 16) + 1) for a, b in bounds]
        found.append([chr(code) for span in spans for code in span])
    syllables = [chr(code) for code in range(0xAC00, 0xD7A4)]
    return [*found, ["\r", "\n"], syllables, ["a", " ", "'"], CHARACTERS]


@pytest.fixture(scope="module")
def oracles():
    engines = [Oracle(name, timeout=120) for name in ("teraplate", "pytera")]
    yield engines
    for engine in engines:
        engine.close()


def each(expression):
    return f"{{% for text in texts %}}{expression}{SEPARATOR}{{% endfor %}}"


def compare(oracle, expression, texts):
    found = render(each(expression), {"texts": texts}).split(SEPARATOR)
    expected = oracle.render(each(expression), {"texts": texts}).split(SEPARATOR)
    pairs = zip([*texts, ""], found, expected, strict=True)
    assert [pair for pair in pairs if pair[1] != pair[2]] == []


def random_texts(chance, groups, count):
    for _ in range(count):
        some = chance.sample(groups, chance.randrange(1, 5))
        yield "".join(
            chance.choice(chance.choice(some)) for _ in range(chance.randrange(1, 14))
        )


@pytest.mark.parametrize(
    ("text", "clusters"),
    [
        ("e\u0301x", ["e\u0301", "x"]),
        ("\r\n\n\r", ["\r\n", "\n", "\r"]),
        ("\u1100\u1161\u11a8\uac00\u11a8\uac01\u1161", 4),
        ("\U0001f1e6\U0001f1e8\U0001f1e9", ["\U0001f1e6\U0001f1e8", "\U0001f1e9"]),
        ("\U0001f469\u200d\U0001f9b0\U0001f44d\U0001f3fd", 2),
        ("\u0915\u094d\u0937\u0915\u0937", 3),
        ("\u0600\u0600a\u0600\n", ["\u0600\u0600a", "\u0600", "\n"]),
    ],
)
def test_a_text_is_a_sequence_of_clusters(text, clusters):
    found = graphemes(text)
    assert "".join(found) == text
    assert clusters in (found, len(found))
    assert first_graphemes(text, 1) == found[0]
    assert first_graphemes(text, 99) == text


@pytest.mark.parametrize("length", [1, 2, 5])
def test_random_texts_are_cut_as_by_the_engine(oracles, length):
    # pytera has the clusters of an older Unicode.
    texts = [*random_texts(random.Random(length), classes(), 8_000)]
    compare(oracles[0], f"{{{{ text | truncate(length={length}, end='') }}}}", texts)


def test_words_are_the_engines(oracles):
    chance = random.Random(22)
    words = classes()[0][::7]
    groups = [["'"], ["a", "B"], CHARACTERS[::11], words, [" ", "-"]]
    texts = [*random_texts(chance, groups, 8_000)]
    compare(oracles[0], "{{ text | title }}", texts)


@pytest.mark.parametrize("filter_name", ["upper", "lower", "capitalize"])
def test_case_is_the_engines_for_every_letter(oracles, filter_name):
    # The engines are made with two versions of Rust, whose Unicode is 17 and 16.
    letters = [f"{c}{c}" for c in CASED]
    template = each(f"{{{{ text | {filter_name} }}}}")
    found = render(template, {"texts": letters}).split(SEPARATOR)
    expected = [
        oracle.render(template, {"texts": letters}).split(SEPARATOR)
        for oracle in oracles
    ]
    rows = zip([*letters, ""], found, *expected, strict=True)
    assert [row for row in rows if row[1] not in row[2:]] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "expression",
    ["{{ text | title }}", "{{ text | upper }}", "{{ text | lower }}"],
)
def test_every_character_is_the_engines(oracles, expression):
    for start in range(0, len(CHARACTERS), 100_000):
        texts = [f"{c}a'{c}" for c in CHARACTERS[start : start + 100_000]]
        compare(oracles[0], expression, texts)


@pytest.mark.slow
def test_the_table_is_what_the_script_writes():
    script = runpy.run_path(str(SCRIPT))
    assert script["table"]() == script["TABLE"].read_text("ascii")
