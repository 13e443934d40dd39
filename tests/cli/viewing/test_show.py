"""`show` prints a prompt and what it is made of, wherever it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands import HEAD

from hatch_agpm.cli.main import main

TEMPLATE = """\
---
description: Reviews
dependencies:
  snippets: [{path: ../snippets/tone.md, name: tone}]
agpm:
  templating: true
  runtime: {user: {type: str, default: Ada}, limit: int}
---
{{ agpm.deps.snippets.tone.content }}
Hello {{ user }}, in {{ limit }} words.
"""
FILES = {
    "pyproject.toml": HEAD,
    "acme/__init__.py": "",
    "prompts/snippets/tone.md": "Be kind.\n",
    "prompts/agents/a.md": TEMPLATE,
}
TEXT = "Be kind.\nHello {{ user }}, in {{ limit }} words.\n"


@pytest.fixture
def project(write_files):
    return write_files(FILES)


@pytest.fixture(params=["project", "wheel", "distribution"])
def place(request, project, build, unpack, monkeypatch):
    """Return the options that name the project, its wheel, or an installed one."""
    if request.param == "project":
        return ["--project", str(project)]
    wheel = build(project).artefact
    if request.param == "wheel":
        return [str(wheel)]
    monkeypatch.syspath_prepend(unpack(wheel))
    return ["acme"]


def show(capfdbinary, *arguments):
    assert main(["show", *arguments]) == 0
    return capfdbinary.readouterr().out.decode()


def test_it_prints_facts_and_the_text(capfdbinary, place):
    out = show(capfdbinary, "agents/a", *place)
    head, _, text = out.partition("\n---\n")
    assert text == TEXT
    lines = head.splitlines()
    assert lines[0] == "agents/a: agent, for claude-code"
    assert lines[1].endswith("before the first value")
    assert "variable: user: str = 'Ada'" in lines
    assert "variable: limit: int" in lines
    assert "  description: Reviews" in lines
    assert lines[-3:] == [
        "made of:",
        "  prompts/agents/a.md",
        "    prompts/snippets/tone.md",
    ]


def test_it_prints_json(capfdbinary, place):
    report = json.loads(show(capfdbinary, "agents/a", *place, "--json"))
    assert (report["text"], report["type"]) == (TEXT, "agent")
    assert report["metadata"]["description"] == "Reviews"
    assert [each["name"] for each in report["runtime"]] == ["user", "limit"]
    assert [each["uses"] for each in report["inputs"]] == [
        ["prompts/snippets/tone.md"],
        [],
    ]


def test_it_prints_the_file_as_it_is_in_the_wheel(capfdbinary, place):
    out = show(capfdbinary, "agents/a", *place, "--document")
    assert out.startswith("---\ndescription: Reviews\n")
    assert out.endswith(f"---\n{TEXT}")


def test_it_prints_the_template(capfdbinary, project):
    options = ["--project", str(project), "--source"]
    assert show(capfdbinary, "agents/a", *options) == TEMPLATE


def test_a_wheel_has_no_templates(project, build, capfd):
    wheel = build(project).artefact
    assert main(["show", "agents/a", str(wheel), "--source"]) == 1
    assert "prompts/agents/a.md" in capfd.readouterr().err


def test_a_name_that_is_not_there_is_reported(project, capfd):
    assert main(["show", "agents/b", "--project", str(project)]) == 1
    assert "'agents/a'" in capfd.readouterr().err


def test_a_file_for_coding_agents_has_the_name_that_list_prints(capfdbinary):
    example = str(Path(__file__).parents[3] / "example_pkg")
    for name in (
        "skills/example-pkg-release-notes",
        "agents/example-pkg-release-editor",
    ):
        out = show(capfdbinary, f".agents/{name}", "--project", example)
        assert "made of:\n  prompts/" in out
