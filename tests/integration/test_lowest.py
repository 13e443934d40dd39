"""The lowest versions that pyproject.toml promises, all in one environment."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SETUPTOOLS = "setuptools==64.0"
"""The lowest that works: a project that builds with setuptools brings it along."""

# setuptools of that time needs `wheel` to make wheels, and hatchling `editables`.
BESIDE = ["wheel==0.40.0", "editables==0.3", "pytest>=9", "pip"]
INTEGRATIONS = ["setuptools/test_commands.py", "integration/test_traps.py"]


@pytest.mark.slow
@pytest.mark.network
@pytest.mark.skipif(
    sys.version_info >= (3, 12), reason="the lowest Python has the lowest packages"
)
def test_the_integrations_work_with_the_lowest_versions(tmp_path, offline):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lowest = [text.replace(">=", "==") for text in project["dependencies"]]
    assert all("==" in requirement for requirement in lowest)
    wheels = Path(offline["UV_FIND_LINKS"])
    (ours,) = wheels.glob("hatch_agpm-*.whl")
    venv = tmp_path / "venv"
    uv = [sys.executable, "-m", "uv"]
    for command in (
        [*uv, "venv", "--quiet", "--python", sys.executable, venv],
        [
            *(*uv, "pip", "install", "--quiet", "--python", venv),
            *(ours, SETUPTOOLS, *lowest, *BESIDE),
        ],
    ):
        subprocess.run(command, check=True)

    done = subprocess.run(
        [
            *(venv / "bin" / "python", "-m", "pytest", "-q", "-m", "not slow"),
            *("-W", "ignore::DeprecationWarning"),
            *(f"tests/{name}" for name in INTEGRATIONS),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONSAFEPATH": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-5000:]
    assert " passed" in done.stdout
