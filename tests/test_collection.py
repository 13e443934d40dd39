"""The search for garbage pauses while a build renders, and only then."""

from __future__ import annotations

import gc
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from hatch_agpm.collection import collection_paused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROJECT = """\
[build-system]
requires = ["{backend}", "hatch-agpm"]
build-backend = "{module}"

[project]
name = "demo"
version = "1.0"

[tool.hatch.build.hooks.agpm]

[tool.hatch-agpm]
output = "demo/prompts"
"""
BUILD = """\
import gc, sys
import {module} as backend
backend.build_wheel(sys.argv[1])
print(gc.isenabled(), gc.get_freeze_count() > 10_000)
"""


@pytest.fixture(autouse=True)
def collecting() -> Iterator[None]:
    """Leave the collector to other tests as it was."""
    yield
    gc.enable()
    gc.unfreeze()


def test_nothing_is_collected_inside() -> None:
    """What is there at the end is never looked at again."""
    with collection_paused():
        assert not gc.isenabled()
        kept = [[] for _ in range(10)]
    assert gc.isenabled()
    assert not any(each is held for held in gc.get_objects() for each in kept)


def test_a_failure_ends_the_pause() -> None:
    """A build that fails is not the end of every process."""
    with pytest.raises(ValueError, match="wrong"), collection_paused():
        raise ValueError("wrong")
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off() -> None:
    """Whoever calls the build may have turned it off."""
    gc.disable()
    with collection_paused():
        pass
    assert not gc.isenabled()


def test_a_python_that_cannot_freeze_builds_as_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """PyPy has another collector."""
    monkeypatch.delattr(gc, "freeze")
    with collection_paused():
        assert not gc.isenabled()
    assert gc.isenabled()


@pytest.mark.parametrize(
    ("backend", "module"),
    [("hatchling", "hatchling.build"), ("setuptools", "setuptools.build_meta")],
)
def test_both_doors_pause_it(tmp_path: Path, backend: str, module: str) -> None:
    """After a build the collector works, and leaves alone what was made for it."""
    project, out = tmp_path / "project", tmp_path / "out"
    agents = project / "prompts" / "agents"
    for directory in (agents, project / "demo", out):
        directory.mkdir(parents=True)
    pyproject = PROJECT.format(backend=backend, module=module)
    (project / "pyproject.toml").write_text(pyproject, encoding="utf-8")
    (agents / "greeter.md").write_text("Greet.\n", encoding="utf-8")
    (project / "demo" / "__init__.py").touch()
    command = [sys.executable, "-c", BUILD.format(module=module), str(out)]
    done = subprocess.run(
        command, cwd=project, check=True, capture_output=True, text=True
    )
    assert done.stdout.splitlines()[-1] == "True True"
