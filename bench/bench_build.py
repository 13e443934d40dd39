"""
What rendering adds to a build, beside packing the same files unrendered.

Run as `python bench/bench_build.py [RUNS]`.  Measured are the commands that users
run, and the bare call of the backend that stands behind each of them: whole
processes, without isolation and index.  Both kinds of project take turns, so that a
busy machine slows both; the ratio of processor time (`cpu`) hardly moves with it.
Commands that are not installed are left out.

A backend looks through all distributions of its environment for plugins as soon as a
project asks for one, so that a crowded environment costs more than a build's own.
"""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import distributions
from pathlib import Path

RUNS = 11
GOALS = {1: 1.3, 100: 1.5}
"""How many prompts, and how many times the plain build theirs should take at most."""

BARE = "import sys, {0} as b; print(b.build_wheel(sys.argv[1]))"
BACKENDS = {"hatchling": "hatchling.build", "setuptools": "setuptools.build_meta"}
PYTHON = sys.executable
COMMANDS = {
    "python -m build": [PYTHON, "-m", "build", "--wheel", "--no-isolation", "-o"],
    "pip wheel": [
        *(PYTHON, "-m", "pip", "wheel", ".", "--no-build-isolation", "--no-deps"),
        *("--no-index", "-w"),
    ],
    "uv build": [
        *("uv", "build", "--wheel", "--no-build-isolation", "--offline"),
        *("--python", PYTHON, "-o"),
    ],
    "hatchling build": [PYTHON, "-m", "hatchling", "build", "-t", "wheel", "-d"],
}
"""What users run; the directory for the wheel comes last."""

ONLY_HATCHLING = {"hatchling build"}
BARE_CALL = "bare backend"

BUILD_SYSTEM = """\
[build-system]
requires = ["{0}", "hatch-agpm"]
build-backend = "{1}"

"""
PROJECT = """\
[project]
name = "demo"
version = "1.0"

[tool.setuptools]
packages = ["demo"]
package-data.demo = ["**/*"]
"""
HOOK = """\

[tool.hatch.build.hooks.agpm]

[tool.hatch-agpm.project]
audience = "maintainers"
rules = ["be exact", "be quick", "be kind"]
"""
FRONTMATTER = """\
---
name: reviewer-{number}
description: Reviews changes
model: opus
agpm:
  templating: true
---
"""
TEMPLATE = """\
# Reviewer {number} of {{{{ agpm.project.name }}}} {{{{ agpm.project.version }}}}

You write for {{{{ agpm.project.audience | upper }}}}.
{{% for rule in agpm.project.rules %}}
- {{{{ rule }}}}{{% if loop.last %}}.{{% else %}};{{% endif %}}
{{% endfor %}}
{{% if agpm.project.styleguide %}}There is a style guide.{{% endif %}}
"""
PROSE = "Read the whole change before you say the first word about it.\n" * 30


def main() -> None:
    """Print the medians and their ratio for each command, backend and number."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    print(
        f"wheel builds in turn, median of {runs}, in an environment of "
        f"{len(list(distributions()))} distributions"
    )
    print(
        f"{'':28}{'prompts':>8}{'plain':>9}{'ours':>9}{'ratio':>7}{'cpu':>7}{'goal':>6}"
    )
    for backend, module in BACKENDS.items():
        bare = [PYTHON, "-c", BARE.format(module)]
        for name, command in {BARE_CALL: bare, **COMMANDS}.items():
            skipped = name in ONLY_HATCHLING and backend != "hatchling"
            if skipped or not is_installed(command):
                continue
            for prompts, goal in GOALS.items():
                base, ours, cpu = compare(command, backend, prompts, runs)
                print(
                    f"{backend:<11} {name:<16}{prompts:>8}{base * 1e3:>6.0f} ms"
                    f"{ours * 1e3:>6.0f} ms{ours / base:>7.2f}{cpu:>7.2f}{goal:>6}"
                    f"{'' if cpu <= goal else '  missed'}",
                    flush=True,
                )


def is_installed(command: list[str]) -> bool:
    """Say whether a command, or the module that it runs, is there."""
    if command[:2] == [PYTHON, "-m"]:
        probe = [PYTHON, "-c", f"import {command[2]}"]
        return subprocess.run(probe, check=False, capture_output=True).returncode == 0
    return shutil.which(command[0], path=search_path()) is not None


def search_path() -> str:
    """Return where programs are looked for: first beside this Python."""
    return os.pathsep.join([str(Path(PYTHON).parent), os.environ.get("PATH", "")])


def compare(
    command: list[str], backend: str, prompts: int, runs: int
) -> tuple[float, float, float]:
    """
    Return the median seconds of a plain build, and of one that renders.

    Last comes the ratio of the medians of their processor times.
    """
    with tempfile.TemporaryDirectory() as scratch:
        ours, plain = Path(scratch, "ours"), Path(scratch, "plain")
        write_project(ours, backend, prompts, rendered=True)
        write_project(plain, backend, prompts, rendered=False)
        times: dict[Path, list[tuple[float, float]]] = {plain: [], ours: []}
        # The first turn fills caches of the machine, and is thrown away.
        for turn in range(runs + 1):
            for project, seconds in times.items():
                spent = build(command, project)
                if turn:
                    seconds.append(spent)
    (base, base_cpu), (rendered, cpu) = (
        map(statistics.median, zip(*seconds, strict=True)) for seconds in times.values()
    )
    return base, rendered, cpu / base_cpu


def write_project(root: Path, backend: str, prompts: int, *, rendered: bool) -> None:
    """Write a project with templates, or with the same files in its package."""
    package = root / "demo"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    requires = BUILD_SYSTEM.format(backend, BACKENDS[backend])
    pyproject = requires + PROJECT + (HOOK if rendered else "")
    (root / "pyproject.toml").write_text(pyproject, encoding="utf-8")
    texts = (root if rendered else package) / "prompts" / "agents"
    texts.mkdir(parents=True)
    for number in range(prompts):
        text = (FRONTMATTER + TEMPLATE).format(number=number) + PROSE
        (texts / f"reviewer-{number}.md").write_text(text, encoding="utf-8")


def build(command: list[str], project: Path) -> tuple[float, float]:
    """Return the seconds of one build from scratch, and those of the processor."""
    for leftover in ("build", "demo.egg-info"):
        shutil.rmtree(project / leftover, ignore_errors=True)
    # What is installed has its byte code.
    environ = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environ["PATH"] = search_path()
    with tempfile.TemporaryDirectory() as out:
        start, before = time.perf_counter(), processor_time()
        subprocess.run(
            [*command, out], cwd=project, env=environ, check=True, capture_output=True
        )
        spent = time.perf_counter() - start, processor_time() - before
        if not list(Path(out).glob("*.whl")):
            sys.exit(f"{' '.join(command)} made no wheel")
    return spent


def processor_time() -> float:
    """Return the seconds that processes which have ended took of the processor."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
