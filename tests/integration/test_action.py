"""The action of this repository: its steps run, and no input becomes code."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from commands import HEAD

ROOT = Path(__file__).parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
STEPS = {step["name"]: step for step in ACTION["runs"]["steps"]}


def test_no_input_is_part_of_a_script():
    assert STEPS
    for step in STEPS.values():
        assert "${{" not in step["run"]


def test_every_input_is_used_and_described():
    page = (ROOT / "docs/how-to/review.md").read_text("utf-8")
    text = (ROOT / "action.yml").read_text("utf-8")
    for name in ACTION["inputs"]:
        assert f"inputs.{name}" in text
        assert f"| `{name}` |" in page


@pytest.mark.skipif(shutil.which("zizmor") is None, reason="zizmor is not installed")
def test_zizmor_finds_nothing():
    command = ["zizmor", "--offline", "--persona", "auditor", "action.yml"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.fixture
def runner(write_files, tmp_path_factory):
    """Return a function that runs a step in a repository with a change."""
    root = write_files(
        {
            "pyproject.toml": HEAD,
            "acme/__init__.py": "",
            "prompts/a.md": "Old.\n",
        }
    )
    names = ["-c", "user.name=n", "-c", "user.email=n@example.org"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "one"]):
        subprocess.run(["git", *names, *command], cwd=root, check=True)
    (root / "prompts/a.md").write_text("New.\n")
    temporary = tmp_path_factory.mktemp("runner")
    program = temporary / "hatch-agpm/bin/hatch-agpm"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m hatch_agpm "$@"\n')
    program.chmod(0o755)
    files = {
        "GITHUB_OUTPUT": temporary / "output",
        "GITHUB_STEP_SUMMARY": temporary / "s",
    }

    def run(name, **environ):
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", STEPS[name]["run"]],
            cwd=root,
            env={
                **os.environ,
                "RUNNER_TEMP": str(temporary),
                **{key: str(path) for key, path in files.items()},
                **environ,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        written = [path.read_text() if path.exists() else "" for path in files.values()]
        return done, *written

    return run


def test_the_project_is_checked(runner):
    done, *_ = runner("Check", PROJECT=".", STRICT="false")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("1 prompt")
    done, *_ = runner("Check", PROJECT="nowhere", STRICT="true")
    assert done.returncode == 1
    assert done.stdout.startswith("::error ")


def test_what_packages_ship_is_checked(runner, tmp_path):
    (tmp_path / "site/x-1.dist-info").mkdir(parents=True)
    step, site = "Check what packages ship", str(tmp_path / "site")
    done, *_ = runner(step, PROJECT=".", ENVIRONMENT=site)
    assert (done.returncode, done.stderr) == (0, "")
    done, *_ = runner(step, PROJECT=".", ENVIRONMENT="nowhere")
    assert done.returncode == 1
    assert "--environment" in done.stderr


def test_differences_are_in_the_summary(runner):
    done, output, summary = runner("Compare with the base", PROJECT=".", BASE="HEAD")
    assert done.returncode == 0
    assert output == "differences=true\n"
    assert re.search("^-Old\\.\n\\+New\\.$", summary, re.MULTILINE)


def test_without_a_base_nothing_is_compared(runner):
    done, output, summary = runner("Compare with the base", PROJECT=".", BASE="")
    assert (done.returncode, output, summary) == (0, "", "")


def test_a_base_that_cannot_be_rendered_fails(runner):
    done, output, _ = runner("Compare with the base", PROJECT="nowhere", BASE="HEAD")
    assert done.returncode != 0
    assert output == ""
