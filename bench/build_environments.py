"""
Where `bench_build.py` measures: environments that hold what a build needs, and no more.

A backend looks through all distributions of its environment for plugins as soon as a
project asks for one, so that the crowded environment of a developer would be measured
instead.  Filling them takes a package index; a build that is measured sees none, nor
any setting of the person who runs it.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from build_contestants import BACKENDS, HOOKS, LEAST_HOOK, Contestant, write_texts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT = Path(__file__).parent.parent
FRONT_ENDS = ("build", "pip", "uv")
SETTINGS = ("HATCH_", "PIP_", "PYTHON", "UV_", "VIRTUAL_ENV")
"""How the variables begin by which people set up the programs that are measured."""

COUNT = "import importlib.metadata as m; print(len(list(m.distributions())))"


@dataclass(frozen=True, kw_only=True, slots=True)
class Environment:
    """A virtual environment."""

    root: Path

    @property
    def programs(self) -> Path:
        """The directory of its programs."""
        return self.root / "bin"

    def count(self) -> int:
        """Return how many distributions it has."""
        return int(run([str(self.programs / "python"), "-I", "-c", COUNT], os.environ))


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceRoots:
    """What the builds run in."""

    ours: Environment
    """Where plain builds run, and those that render."""

    least: Environment
    """The same with the least hook in place of ours, and what that needs."""

    hatch: Environment
    """That of `hatch`, whose dependencies are many, and not a build's."""

    environ: Mapping[str, str]
    """The variables of a build: no index, but a directory with all it may need."""


def prepare(scratch: Path) -> SourceRoots:
    """Build the wheels of both hooks, gather all others, and make the environments."""
    wheels, least_hook = scratch / "wheels", scratch / "least-hook"
    write_texts(least_hook, LEAST_HOOK)
    pip = [sys.executable, "-m", "pip"]
    gather = [*pip, "wheel", "--wheel-dir", str(wheels), str(ROOT), str(least_hook)]
    run([*gather, *BACKENDS, *FRONT_ENDS], os.environ)
    environ = build_environ(scratch, wheels)
    common = [*BACKENDS, *FRONT_ENDS]
    return SourceRoots(
        ours=make(scratch / "ours", [*common, HOOKS[Contestant.OURS]], environ),
        least=make(scratch / "least", [*common, HOOKS[Contestant.LEAST]], environ),
        hatch=make(scratch / "hatch", ["hatch"], os.environ),
        environ=environ,
    )


def build_environ(scratch: Path, wheels: Path) -> dict[str, str]:
    """Return the variables for builds that install from a directory of wheels."""
    hatch_config = scratch / "hatch.toml"
    hatch_config.touch()
    kept = {k: v for k, v in os.environ.items() if not k.startswith(SETTINGS)}
    return {
        **kept,
        "HATCH_CACHE_DIR": str(scratch / "hatch-cache"),
        "HATCH_CONFIG": str(hatch_config),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_FIND_LINKS": str(wheels),
        "PIP_NO_INDEX": "1",
        "UV_CACHE_DIR": str(scratch / "uv"),
        "UV_FIND_LINKS": str(wheels),
        "UV_NO_CONFIG": "1",
        "UV_NO_INDEX": "1",
    }


def make(
    root: Path, requirements: Sequence[str], environ: Mapping[str, str]
) -> Environment:
    """Make a virtual environment; pip compiles what it installs to byte code."""
    run([sys.executable, "-m", "venv", "--without-pip", str(root)], environ)
    install = [sys.executable, "-m", "pip", "--python", str(root), "install"]
    run([*install, *requirements], environ)
    return Environment(root=root)


def run(
    command: Sequence[str], environ: Mapping[str, str], *, cwd: Path | None = None
) -> str:
    """Return what a process prints; exit with all of it where the process fails."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env=environ,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        sys.exit(f"{shlex.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout
