"""
Front ends: errors, editable installs, stale caches, the demo.

Each front end makes an isolated environment, and finds the wheel of this checkout
there; test_matrix.py checks that each of them builds every prompt.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = [pytest.mark.slow, pytest.mark.network]

PYTHON = sys.executable
WHEEL_BY = {
    "build": [PYTHON, "-m", "build", "--wheel", "--outdir", "{out}"],
    "pip": [PYTHON, "-m", "pip", "wheel", "--no-deps", "-w", "{out}", "."],
    "uv": [PYTHON, "-m", "uv", "build", "--wheel", "--out-dir", "{out}"],
    "hatch": [PYTHON, "-m", "hatch", "build", "-t", "wheel", "{out}"],
}
INSTALL_BY = {
    "pip": [PYTHON, "-m", "pip", "--python", "{out}", "install", "-e", "."],
    "uv": [PYTHON, "-m", "uv", "pip", "install", "--python", "{out}", "-e", "."],
}
BOTH = pytest.mark.parametrize("backend", ["hatchling", "setuptools"])
READ = """
import sys
from flat import prompts
assert not {"jinja2", "yaml", "hatch_agpm"} & set(sys.modules)
print(prompts.agents.reviewer, end="")
"""
TEXT = "You review flat 1.2.0.\nBe kind.\nNo tabs.\nÄ Ada Lovelace, \n"


@pytest.fixture
def flat(copy_project, use_backend, edit):
    """A project without dependencies, for either backend."""

    def make(backend):
        project = copy_project("flat")
        use_backend(project, backend)
        edit(project, 'dependencies = ["Requests >= 2"]', "dependencies = []")
        return project

    return make


def filled(command, out):
    return [part.replace("{out}", str(out)) for part in command]


@BOTH
@pytest.mark.parametrize("front_end", WHEEL_BY)
def test_every_front_end_shows_an_error_without_a_traceback(
    flat, offline, run_command, tmp_path, front_end, backend
):
    project, out = flat(backend), tmp_path / "out"
    (project / "docs/rules.md").unlink()

    code, output = run_command(filled(WHEEL_BY[front_end], out), project, offline)

    assert code != 0
    assert "hatch-agpm: prompts/agents/reviewer.md:13:25: the file " in output
    assert "Traceback" not in output
    assert list(out.glob("*.whl")) == []


@BOTH
@pytest.mark.parametrize("front_end", INSTALL_BY)
@pytest.mark.parametrize("editable", [True, False])
def test_an_installed_project_reads_its_prompts_with_nothing_else_installed(
    flat, offline, run_command, tmp_path, front_end, editable, backend
):
    project, venv = flat(backend), tmp_path / "venv"
    command = [part for part in INSTALL_BY[front_end] if editable or part != "-e"]
    subprocess.run([PYTHON, "-m", "venv", "--without-pip", venv], check=True)

    code, output = run_command(filled(command, venv), project, offline)
    assert code == 0, output

    python = venv / "bin" / "python"
    assert run_command([python, "-I", "-c", READ], tmp_path) == (0, TEXT)


@BOTH
def test_trap_17_uv_builds_again_with_the_lines_that_check_prints(
    flat, offline, edit, run_command, tmp_path, backend
):
    project = flat(backend)
    sync = [PYTHON, "-m", "uv", "sync", "--quiet", "--no-editable"]
    check = [PYTHON, "-m", "hatch_agpm", "check"]
    show = [project / ".venv/bin/python", "-c", READ]
    # `check` speaks of uv where uv has been used: its lock is in the project.
    assert run_command(sync, project, offline)[0] == 0
    _, output = run_command(check, project)
    lines = output.partition("in pyproject.toml:\n")[2].replace("    ", "")
    assert lines.startswith("[tool.uv]\ncache-keys = [")
    edit(project, "", f"\n{lines}")
    assert run_command(sync, project, offline)[0] == 0
    assert run_command(show, tmp_path) == (0, TEXT)

    edit(project, "No tabs.", "No blanks.", "docs/rules.md")

    code, output = run_command(sync, project, offline)
    assert code == 0, output
    assert run_command(show, tmp_path) == (0, TEXT.replace("No tabs.", "No blanks."))


def test_the_demo_prints_the_prompt_and_leaves_the_checkout_clean(
    run_command, tmp_path
):
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)

    command = ["make", "demo", f"PYTHON={PYTHON}"]
    code, output = run_command(command, clone, os.environ)

    assert code == 0, output
    assert "You work on example-pkg 1.2.0 (Writes release notes" in output
    assert "# Python: practices" in output
    assert "# Style of this repository" in output
    assert run_command(["git", "status", "--porcelain"], clone) == (0, "")
