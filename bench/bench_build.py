"""
What hatch-agpm adds to a build as people run it: isolated, with a package index.

Run as `python bench/bench_build.py [--runs N] [--backend NAME] [--prompts N ...]`;
takes minutes.  Each front end makes an environment for the backend, installs what the
project requires from the index that is configured, and builds a wheel.  Installed
files are not compiled to byte code there, so each build compiles what it imports.

Three projects take turns, so that a busy machine slows all: "plain" packs its prompts
as they are; "requirements" does so too, and requires Jinja2, PyYAML and packaging
without using them; "ours" renders the prompts.  The first turn fills caches and is
not counted.  Printed is the least processor time of each, since other load on the
machine only adds, and the ratio of ours to both others.  The goals are for the ratio
to "requirements": installing them is what any such hook costs.
"""

from __future__ import annotations

import argparse
import os
import resource
import shlex
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hatch_agpm.build.writing import write_files
from hatch_agpm.model.rendering import FileContent

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parent.parent
RUNS = 7
BACKENDS = {"hatchling": "hatchling.build", "setuptools": "setuptools.build_meta"}
UV = "uv build --wheel --python"
COMMANDS = {
    "python -m build": [sys.executable, "-m", "build", "--wheel", "-o"],
    "pip wheel": [sys.executable, "-m", "pip", "wheel", ".", "--no-deps", "-w"],
    "uv build": [*shlex.split(UV), sys.executable, "-o"],
}
"""The front ends; the directory for the wheel comes last."""

GOALS = {
    ("python -m build", 1): 1.4,
    ("python -m build", 100): 1.6,
    ("pip wheel", 1): 1.4,
    ("uv build", 1): 1.4,
}
"""By front end and number of prompts: the ratio that ours may have at most."""

PYPROJECT = """\
[build-system]
requires = [{requires}]
build-backend = "{backend}"

[project]
name = "demo"
version = "1.0"

[tool.setuptools]
packages = ["demo"]
package-data.demo = ["**/*"]
"""
OUR_TABLES = """\

[tool.hatch.build.hooks.agpm]

[tool.hatch-agpm.project]
audience = "maintainers"
rules = ["be exact", "be quick", "be kind"]
"""
TEMPLATE = """\
---
name: reviewer-{number}
description: Reviews changes
model: opus
agpm:
  templating: true
---
# Reviewer {number} of {{{{ agpm.project.name }}}} {{{{ agpm.project.version }}}}

You write for {{{{ agpm.project.audience | upper }}}}.
{{% for rule in agpm.project.rules %}}
- {{{{ rule }}}}{{% if loop.last %}}.{{% else %}};{{% endif %}}
{{% endfor %}}
{{% if agpm.project.styleguide %}}There is a style guide.{{% endif %}}
"""
PROSE = "Read the whole change before you say the first word about it.\n" * 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Contestant:
    """One of the projects that take turns."""

    name: str
    requires: tuple[str, ...]
    """What it requires beside its backend."""

    renders: bool = False

    def write(self, root: Path, *, backend: str, prompts: int) -> None:
        """Write the project, with its prompts inside or outside of its package."""
        directory = "prompts/agents" if self.renders else "demo/prompts/agents"
        requires = ", ".join(f'"{each}"' for each in (backend, *self.requires))
        pyproject = PYPROJECT.format(requires=requires, backend=BACKENDS[backend])
        texts = {
            "pyproject.toml": pyproject + (OUR_TABLES if self.renders else ""),
            "demo/__init__.py": "",
        }
        for number in range(prompts):
            text = TEMPLATE.format(number=number) + PROSE
            texts[f"{directory}/reviewer-{number}.md"] = text
        files = {path: FileContent(data=text.encode()) for path, text in texts.items()}
        write_files(root, files)


def main(runs: int, backend: str, numbers: list[int]) -> None:
    """Print a line for each front end and number of prompts."""
    print(
        f"{backend}: least processor time of {runs} isolated wheel builds, in seconds"
    )
    print(
        f"{'':17}{'prompts':>8}{'plain':>9}{'requirements':>14}{'ours':>8}"
        f"{'ours/plain':>12}{'ours/requirements':>19}{'goal':>7}"
    )
    with tempfile.TemporaryDirectory() as scratch:
        contestants = prepare(Path(scratch))
        for prompts in numbers:
            for front_end in COMMANDS:
                least = compare(contestants, front_end, backend, prompts, runs)
                plain, requirements, ours = least.values()
                print(
                    f"{front_end:<17}{prompts:>8}{plain:>9.2f}{requirements:>14.2f}"
                    f"{ours:>8.2f}{ours / plain:>12.2f}{ours / requirements:>19.2f}"
                    f"{GOALS.get((front_end, prompts), ''):>7}",
                    flush=True,
                )


def prepare(scratch: Path) -> list[Contestant]:
    """Build the wheel of this checkout, and return the projects to compare."""
    run([sys.executable, "-m", "build", "--wheel", "-o", str(scratch), str(ROOT)])
    (wheel,) = scratch.glob("*.whl")
    # By its address: an index may have another package of this name.
    return [
        Contestant(name="plain", requires=()),
        Contestant(name="requirements", requires=("jinja2", "pyyaml", "packaging")),
        Contestant(
            name="ours", requires=(f"hatch-agpm @ {wheel.as_uri()}",), renders=True
        ),
    ]


def compare(
    contestants: list[Contestant], front_end: str, backend: str, prompts: int, runs: int
) -> Mapping[str, float]:
    """Return the least time of each contestant's build, taken in turns."""
    spent: dict[str, list[float]] = {each.name: [] for each in contestants}
    with tempfile.TemporaryDirectory() as scratch:
        for each in contestants:
            each.write(Path(scratch, each.name), backend=backend, prompts=prompts)
        for turn in range(runs + 1):
            for name, times in spent.items():
                project = Path(scratch, name)
                seconds = build(COMMANDS[front_end], project, prompts)
                if turn:
                    times.append(seconds)
    return {name: min(times) for name, times in spent.items()}


def build(command: list[str], project: Path, prompts: int) -> float:
    """Return the processor time of one build from scratch."""
    for leftover in ("build", "demo.egg-info"):
        shutil.rmtree(project / leftover, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=project.parent) as out:
        before = processor_time()
        run([*command, out], cwd=project)
        seconds = processor_time() - before
        (wheel,) = Path(out).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            packed = [name for name in archive.namelist() if name.endswith(".md")]
    if len(packed) != prompts:
        sys.exit(f"{project.name}: a wheel with {len(packed)} prompts")
    return seconds


def processor_time() -> float:
    """Return the seconds of processor time of all processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run(command: list[str], *, cwd: Path | None = None) -> None:
    """Run a process; exit with its whole output where it fails."""
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, "PATH": programs},
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        sys.exit(f"{shlex.join(command)} failed:\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS, help="turns that count")
    parser.add_argument("--backend", choices=BACKENDS, default="hatchling")
    parser.add_argument("--prompts", type=int, nargs="+", default=[1, 100])
    arguments = parser.parse_args()
    main(arguments.runs, arguments.backend, arguments.prompts)
