"""The Pythons that tests of the accessor run."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

__all__ = ["EACH_PYTHON"]

_VERSIONS = ["3.9", "3.10", "3.11", "3.12", "3.13", "3.14", "3.15"]


def _interpreters():
    """Yield a Python of each version; a test is skipped without one."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for version in _VERSIONS:
        installed = sorted(pyenv.glob(f"{version}.*/bin/python"))
        found = str(installed[-1]) if installed else shutil.which(f"python{version}")
        marks = [] if found else [pytest.mark.skip(reason="not installed")]
        yield pytest.param(found, marks=marks, id=version)
    found = shutil.which("pypy3")
    marks = [] if found else [pytest.mark.skip(reason="not installed")]
    yield pytest.param(found, marks=marks, id="pypy")


EACH_PYTHON = pytest.mark.parametrize("interpreter", list(_interpreters()))
"""Run a test with each version of Python that can be found."""
