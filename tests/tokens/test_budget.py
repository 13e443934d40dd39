"""A text with more tokens than it may have fails `check` and every build."""

from __future__ import annotations

import re
import sys

import pytest

from hatch_agpm.cli.main import main

LONG = "one two three four five six seven eight nine ten\n"

HATCHLING = """\
[build-system]
requires = ["hatchling", "hatch-agpm"]
build-backend = "hatchling.build"
[tool.hatch.build.hooks.agpm]
"""
SETUPTOOLS = """\
[build-system]
requires = ["setuptools", "hatch-agpm"]
build-backend = "setuptools.build_meta"
[tool.setuptools]
packages = ["acme"]
"""
WRAPPED = """\
[build-system]
requires = ["flit_core", "hatch-agpm"]
build-backend = "hatch_agpm.backend"
"""
PROJECT = """\
[project]
name = "acme"
version = "1.0"
description = "Acme"
[tool.hatch-agpm]
"""


@pytest.fixture
def project(write_files):
    """Write a project with prompts and the options given."""

    def written(options="", system=HATCHLING, table="", files=None):
        if system == WRAPPED:
            options += 'build-backend = "flit_core.buildapi"\n'
        return write_files(
            {
                "acme/__init__.py": "",
                "prompts/long.md": LONG,
                "prompts/agents/tiny.md": "Be kind.\n",
                "pyproject.toml": system + PROJECT + options + table,
                **(files or {}),
            }
        )

    return written


@pytest.mark.parametrize(
    ("backend", "system"),
    [
        ("hatchling.build", HATCHLING),
        ("setuptools.build_meta", SETUPTOOLS),
        ("hatch_agpm.backend", WRAPPED),
    ],
)
def test_a_budget_that_is_exceeded_fails_every_build(
    project, run_command, capsys, tmp_path_factory, backend, system
):
    root = project("max-tokens = 5\n", system)
    out = tmp_path_factory.mktemp("out")
    code = f"import {backend} as backend; backend.build_wheel({str(out)!r})"
    status, output = run_command([sys.executable, "-c", code], root)
    assert status != 0
    assert "prompts/long.md: has " in output
    assert "tiny" not in output
    assert [*out.glob("*.whl")] == []

    assert main(["check", "--project", str(root)]) == 1
    assert "prompts/long.md: has " in capsys.readouterr().err


LIST = '[[tool.hatch-agpm.prompts]]\npath = "prompts{}"\nmax-tokens = {}\n'


@pytest.mark.parametrize(
    ("options", "table", "code"),
    [
        ("max-tokens = 100\n", "", 0),
        ("max-tokens = { agents = 5 }\n", "", 0),
        ("max-tokens = { prompts = 5 }\n", "", 1),
        ("max-tokens = { prompts = 5, agents = 5 }\n", "", 1),
        ("max-tokens = 5\n", LIST.format("/long.md", 99), 0),
        ("", LIST.format("/*.md", 5), 1),
        ("", LIST.format("", 5), 1),
        (
            "",
            '[tool.hatch-agpm.prompts]\nlong = {path="prompts/long.md",max-tokens=5}\n',
            1,
        ),
    ],
)
def test_a_limit_is_of_all_texts_of_a_type_or_of_an_entry(
    project, capsys, options, table, code
):
    root = project(options, table=table)
    assert main(["check", "--project", str(root)]) == code
    assert ("long.md: has" in capsys.readouterr().err) == (code == 1)


def test_a_number_is_not_for_what_programs_read(project):
    server = '{"command": "a-long-command", "args": ["with", "many", "arguments"]}'
    root = project("max-tokens = 13\n", files={"prompts/mcp-servers/s.json": server})
    assert main(["check", "--project", str(root)]) == 0
    text = (root / "pyproject.toml").read_text("utf-8")
    limits = "max-tokens = { mcp-servers = 3 }"
    (root / "pyproject.toml").write_text(text.replace("max-tokens = 13", limits))
    assert main(["check", "--project", str(root)]) == 1


def test_what_is_not_in_the_wheel_has_no_limit(project):
    table = (
        "[tool.hatch-agpm.prompts]\n"
        'long = { path = "prompts/long.md", install = false }\n'
        'short = "prompts/short.md"\n'
    )
    root = project("max-tokens = 5\n", table=table, files={"prompts/short.md": "x\n"})
    assert main(["check", "--project", str(root)]) == 0


def test_all_texts_that_are_too_long_are_reported(project, capsys):
    root = project("max-tokens = 1\n")
    assert main(["check", "--project", str(root)]) == 1
    shown = capsys.readouterr().err
    assert "prompts/long.md" in shown
    assert "prompts/agents/tiny.md" in shown


@pytest.mark.parametrize("system", [HATCHLING, SETUPTOOLS, WRAPPED])
@pytest.mark.parametrize(
    "command", [["list"], ["tree"], ["show", "long"], ["render", "long"]]
)
def test_commands_that_only_look_show_texts_that_are_too_long(
    project, capsys, system, command
):
    root = project("max-tokens = 5\n", system)
    assert main([*command, "--project", str(root)]) == 0
    assert {"long", "ten"} & {*re.split(r"\W", capsys.readouterr().out)}


@pytest.mark.parametrize(
    ("backend", "system"),
    [
        ("hatchling.build", HATCHLING),
        ("setuptools.build_meta", SETUPTOOLS),
        ("hatch_agpm.backend", WRAPPED),
    ],
)
def test_the_sdist_fails_as_the_wheel_does(
    project, run_command, tmp_path_factory, backend, system
):
    root = project("max-tokens = 5\n", system)
    out = tmp_path_factory.mktemp("out")
    code = f"import {backend} as backend; backend.build_sdist({str(out)!r})"
    status, output = run_command([sys.executable, "-c", code], root)
    assert status != 0
    assert "prompts/long.md: has " in output
    assert [*out.iterdir()] == []
