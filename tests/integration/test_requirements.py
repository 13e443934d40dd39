"""What an installation brings, and that nothing of it conflicts with other packages."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.network]

OURS = {"hatch-agpm", "jinja2", "markupsafe", "packaging", "pyyaml"}
LIST = """
import importlib.metadata, json
names = [found.metadata["Name"] for found in importlib.metadata.distributions()]
print(json.dumps(sorted(name.lower().replace("_", "-") for name in names)))
"""
AGENT = """\
---
agpm:
  templating: true
---
{{{{ "über ǆ" | title }}}} {{{{ "Ship 🚀" | slugify }}}}
{}
"""
PATTERN = "{% if agpm.project.name is matching('^f') %}f{% endif %}"


@pytest.fixture(scope="module")
def environment(tmp_path_factory, offline):
    """Install our wheel without extras; return the interpreter."""
    venv = tmp_path_factory.mktemp("environment") / "venv"
    (wheel,) = Path(offline["PIP_FIND_LINKS"]).glob("hatch_agpm-*.whl")
    for command in (
        [sys.executable, "-m", "venv", "--without-pip", venv],
        [
            *(sys.executable, "-m", "pip", "--python", venv / "bin/python"),
            *("install", "--quiet", wheel),
        ],
    ):
        subprocess.run(command, env=offline, check=True)
    return venv / "bin/python"


def resolved(environ, *requirements):
    """What pip would install, by normalised names."""
    run = subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--dry-run"),
            *("--ignore-installed", "--report", "-", *requirements),
        ],
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    items = json.loads(run.stdout)["install"]
    return {item["metadata"]["name"].lower().replace("_", "-") for item in items}


def test_an_installation_brings_what_is_needed_and_nothing_else(environment, offline):
    run = subprocess.run(
        [environment, "-I", "-c", LIST], capture_output=True, text=True, check=True
    )
    assert set(json.loads(run.stdout)) == OURS | resolved(offline, "hatchling")


@pytest.mark.parametrize("pattern", [False, True])
def test_a_build_without_the_extra_has_all_but_patterns(
    environment, copy_project, run_command, pattern
):
    agent = AGENT.format(PATTERN if pattern else "")
    project = copy_project("flat", {"prompts/agents/reviewer.md": agent})
    command = [environment, "-I", "-m", "hatchling", "build", "--target", "wheel"]
    code, output = run_command(command, project, {**os.environ, "PYTHONUTF8": "1"})
    if pattern:
        assert code != 0
        assert "prompts/agents/reviewer.md:6:" in output
        assert '"hatch-agpm[matching]"' in output
    else:
        assert code == 0, output


def test_the_extra_brings_regex_alone(offline):
    (wheel,) = Path(offline["PIP_FIND_LINKS"]).glob("hatch_agpm-*.whl")
    plain = resolved(os.environ, str(wheel))
    assert resolved(os.environ, f"{wheel}[matching]") - plain == {"regex"}


def test_a_project_that_needs_a_newer_tzdata_can_be_locked(
    write_files, offline, run_command
):
    (wheel,) = Path(offline["PIP_FIND_LINKS"]).glob("hatch_agpm-*.whl")
    project = write_files(
        {
            "pyproject.toml": (
                '[project]\nname = "app"\nversion = "1"\nrequires-python = ">=3.11"\n'
                'dependencies = ["celery>=5.5"]\n\n'
                '[dependency-groups]\ndev = ["hatch-agpm"]\n\n'
                f"[tool.uv.sources]\nhatch-agpm = {{ path = '{wheel}' }}\n"
            )
        }
    )
    code, output = run_command([sys.executable, "-m", "uv", "lock"], project)
    assert code == 0, output
    locked = tomllib.loads((project / "uv.lock").read_text("utf-8"))["package"]
    assert {"celery", "hatch-agpm", "tzdata"} <= {package["name"] for package in locked}
