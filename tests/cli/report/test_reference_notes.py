"""`check` notes links and paths in Markdown that lead to no file."""

from __future__ import annotations

import json

import pytest
from commands import HEAD

from hatch_agpm.cli.main import main


@pytest.fixture
def notes(write_files, capsys):
    """Return the notes about references in a prompt with this text."""

    def found(text, path="prompts/agents/a.md", table="", **files):
        plain = {
            "pyproject.toml": HEAD + table,
            "acme/__init__.py": "",
            "docs/there.md": "",
            "prompts/agents/beside.md": "Beside.\n",
        }
        root = write_files({**plain, path: text, **files.get("files", {})})
        assert main(["check", "--json", "--strict", "--project", str(root)]) == 0
        report = json.loads(capsys.readouterr().out)
        return [
            (each["path"], each["line"])
            for each in report["findings"]
            if each["rule"] == "reference"
        ]

    return found


@pytest.mark.parametrize(
    "reference",
    [
        "[x](gone.md)",
        "[x](../docs/gone.md#part)",
        "Read docs/gone.md first.",
        "Read `docs/gone.md`.",
        "![x](gone.png)",
        "Read ./docs/gone.md, please.",
    ],
)
def test_a_reference_to_a_file_that_is_gone_is_a_note(notes, reference):
    assert notes(f"---\nx: y\n---\nText.\n{reference}\n") == [
        ("prompts/agents/a.md", 5)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "[x](beside.md) and [y](../../docs/there.md)",
        "[x](docs/there.md) and docs/there.md",
        "Read .claude/agents/agpm/beside.md or [x](.claude/agents/agpm/beside.md).",
        "See https://example.org/docs/gone.md and [x](https://example.org/gone.md).",
        "```\ndocs/gone.md\n[x](gone.md)\n```",
        "All of docs/*.md, docs/<name>.md, docs/{{ name }}.md and $HOME/docs/x.md",
        "[x](#part), [y](/etc/gone.md), ~/docs/gone.md",
    ],
)
def test_other_references_are_not(notes, text):
    assert notes(f"{text}\n") == []


def test_frontmatter_and_other_files_are_not_searched(notes):
    assert notes("---\nx: docs/gone.md\n---\nText.\n") == []
    assert notes("docs/gone.md\n", path="prompts/scripts/a.sh") == []


def test_a_file_has_one_note(notes):
    assert len(notes("docs/a.md docs/b.md docs/a.md\n")) == 1


def test_a_skill_may_refer_to_its_own_files(notes):
    head = "---\nname: s\ndescription: d\n---\n"
    text = f"{head}Read references/x.md and references/gone.md.\n"
    path = "prompts/skills/s/SKILL.md"
    files = {"prompts/skills/s/references/x.md": "X\n"}
    assert notes(text, path, files=files) == [(path, 5)]


def test_a_reference_that_the_rendering_makes_is_found(notes):
    text = '---\nagpm: {templating: true}\n---\n{% set d = "docs" %}{{ d }}/gone.md\n'
    assert notes(text) == [("prompts/agents/a.md", None)]
