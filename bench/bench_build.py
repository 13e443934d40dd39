"""
What rendering adds to a build, beside packing the same files unrendered.

Run as `python bench/bench_build.py [RUNS]`.  Each build is a whole process without
isolation; both kinds take turns, so that a busy machine slows both.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 11
GOALS = {1: 1.3, 100: 1.5}
"""How many prompts, and how many times the plain build theirs should take at most."""

BUILD = "import sys, {0} as b; print(b.build_wheel(sys.argv[1]))"
BACKENDS = {"hatchling": "hatchling.build", "setuptools": "setuptools.build_meta"}

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
    """Print the medians and their ratio for each backend and number of prompts."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    print(f"wheel builds, whole processes in turn, median of {runs}")
    for backend in BACKENDS:
        for prompts, goal in GOALS.items():
            base, ours = compare(backend, prompts, runs)
            print(
                f"{backend:<10} {prompts:>4} prompts: {ours * 1000:6.0f} ms rendered, "
                f"{base * 1000:6.0f} ms unrendered, ratio {ours / base:.2f} "
                f"(goal: {goal})"
            )


def compare(backend: str, prompts: int, runs: int) -> tuple[float, float]:
    """Return the median seconds of a plain build, and of one that renders."""
    with tempfile.TemporaryDirectory() as scratch:
        ours, plain = Path(scratch, "ours"), Path(scratch, "plain")
        write_project(ours, prompts, rendered=True)
        write_project(plain, prompts, rendered=False)
        times: dict[Path, list[float]] = {plain: [], ours: []}
        for _ in range(runs):
            for project, seconds in times.items():
                seconds.append(build(project, backend))
        base, rendered = (statistics.median(seconds) for seconds in times.values())
    return base, rendered


def write_project(root: Path, prompts: int, *, rendered: bool) -> None:
    """Write a project with templates, or with the same files in its package."""
    package = root / "demo"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    pyproject = PROJECT + (HOOK if rendered else "")
    (root / "pyproject.toml").write_text(pyproject, encoding="utf-8")
    texts = (root if rendered else package) / "prompts" / "agents"
    texts.mkdir(parents=True)
    for number in range(prompts):
        text = (FRONTMATTER + TEMPLATE).format(number=number) + PROSE
        (texts / f"reviewer-{number}.md").write_text(text, encoding="utf-8")


def build(project: Path, backend: str) -> float:
    """Return the seconds of one build, from scratch."""
    shutil.rmtree(project / "build", ignore_errors=True)
    with tempfile.TemporaryDirectory() as out:
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, "-c", BUILD.format(BACKENDS[backend]), out],
            cwd=project,
            # What is installed has its byte code.
            env={k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"},
            check=True,
            capture_output=True,
        )
        return time.perf_counter() - start


if __name__ == "__main__":
    main()
