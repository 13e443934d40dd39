"""
Isolated builds by the front ends that people use.

Each makes an environment of its own and installs the build requirements into it,
from an index and from a directory with our own wheel.  The directory also holds a
stranger of the same name and of a higher version, which nobody may take.
"""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

pytestmark = [pytest.mark.slow, pytest.mark.network]

BUILD_SYSTEM = """\
[build-system]
requires = ["hatchling", "hatch-agpm"]
build-backend = "hatchling.build"

"""

WHEEL_BY = {
    "build": [sys.executable, "-m", "build", "--wheel", "--outdir", "{out}"],
    "build-from-sdist": [sys.executable, "-m", "build", "--outdir", "{out}"],
    "pip": [sys.executable, "-m", "pip", "wheel", "--no-deps", "-w", "{out}", "."],
    "uv": [sys.executable, "-m", "uv", "build", "--wheel", "--out-dir", "{out}"],
    "uv-from-sdist": [sys.executable, "-m", "uv", "build", "--out-dir", "{out}"],
    "hatch": [sys.executable, "-m", "hatch", "build", "{out}"],
}

STRANGER = {
    "hatch_agpm-99.0.dist-info/METADATA": (
        "Metadata-Version: 2.1\nName: hatch-agpm\nVersion: 99.0\n"
    ),
    "hatch_agpm-99.0.dist-info/WHEEL": (
        "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    ),
    "hatch_agpm-99.0.dist-info/RECORD": "",
}


@pytest.fixture(scope="session")
def environ(tmp_path_factory):
    """The environment in which each front end finds our wheel."""
    scratch = tmp_path_factory.mktemp("front-ends")
    wheels = scratch / "wheels"
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", wheels],
        cwd=ROOT,
        check=True,
    )
    (ours,) = wheels.iterdir()
    with zipfile.ZipFile(wheels / "hatch_agpm-99.0-py3-none-any.whl", "w") as archive:
        for path, text in STRANGER.items():
            archive.writestr(path, text)
    constraint = scratch / "constraint.txt"
    constraint.write_text(f"hatch-agpm @ {ours.as_uri()}\n", encoding="utf-8")
    return {
        **os.environ,
        "HATCH_DATA_DIR": str(scratch / "hatch"),
        "PIP_FIND_LINKS": str(wheels),
        "UV_FIND_LINKS": str(wheels),
        **dict.fromkeys(
            [
                "PIP_CONSTRAINT",
                "PIP_BUILD_CONSTRAINT",
                "UV_CONSTRAINT",
                "UV_BUILD_CONSTRAINT",
            ],
            str(constraint),
        ),
    }


@pytest.fixture
def flat(copy_project):
    project = copy_project("flat")
    pyproject = project / "pyproject.toml"
    text = pyproject.read_text(encoding="utf-8")
    pyproject.write_text(BUILD_SYSTEM + text, encoding="utf-8")
    return project


def run(command, cwd, environ, out=""):
    return subprocess.run(
        [part.replace("{out}", str(out)) for part in command],
        cwd=cwd,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("front_end", WHEEL_BY)
def test_every_front_end_builds_the_same_wheel(
    flat, environ, build, tmp_path, front_end
):
    out = tmp_path / "out"

    done = run(WHEEL_BY[front_end], flat, environ, out)

    assert done.returncode == 0, done.stdout
    (wheel,) = out.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    # The isolated environment may have another hatchling, which signs its files.
    expected = build(flat).files
    assert files.keys() == expected.keys()
    assert {name: data for name, data in files.items() if "dist-info" not in name} == {
        name: data for name, data in expected.items() if "dist-info" not in name
    }


@pytest.mark.parametrize("front_end", ["build", "pip", "uv", "hatch"])
def test_every_front_end_shows_an_error_without_a_traceback(
    flat, environ, tmp_path, front_end
):
    (flat / "docs/rules.md").unlink()
    out = tmp_path / "out"

    done = run(WHEEL_BY[front_end], flat, environ, out)

    assert done.returncode != 0
    assert "hatch-agpm: prompts/agents/reviewer.md:" in done.stdout
    assert "Traceback" not in done.stdout
    assert list(out.glob("*.whl")) == []


INSTALL_BY = {
    "pip": ["-m", "pip", "--python", "{out}", "install", "-e", "."],
    "uv": ["-m", "uv", "pip", "install", "--python", "{out}", "-e", "."],
}

READ = """
import sys
from flat import prompts
assert not {"jinja2", "yaml", "hatch_agpm"} & set(sys.modules)
print(prompts.agents.reviewer, end="")
"""


@pytest.mark.parametrize("front_end", INSTALL_BY)
@pytest.mark.parametrize("editable", [True, False])
def test_an_installed_project_reads_its_prompts_with_nothing_else_installed(
    flat, environ, tmp_path, front_end, editable
):
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    command = [part for part in INSTALL_BY[front_end] if editable or part != "-e"]
    pyproject = flat / "pyproject.toml"
    text = pyproject.read_text(encoding="utf-8")
    text = text.replace('dependencies = ["Requests >= 2"]', "dependencies = []")
    pyproject.write_text(text, encoding="utf-8")

    done = run([sys.executable, *command], flat, environ, venv)
    assert done.returncode == 0, done.stdout

    done = run([str(venv / "bin" / "python"), "-c", READ], tmp_path, environ)
    assert done.stdout == (
        "You review flat 1.2.0.\nBe kind.\nNo tabs.\nÄ Ada Lovelace, \n"
    )


def test_the_demo_shows_the_engineer_and_leaves_the_checkout_clean(tmp_path):
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)

    done = run(["make", "demo", f"PYTHON={sys.executable}"], clone, os.environ)

    assert done.returncode == 0, done.stdout
    assert "You work on example-pkg 1.2.0 (Writes release notes" in done.stdout
    assert "# Python: practices" in done.stdout
    assert "# Style of this repository" in done.stdout
    status = run(["git", "status", "--porcelain"], clone, os.environ)
    assert status.stdout == ""
