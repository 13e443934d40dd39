"""
What rendering a whole library costs, beside AGPM where the program is there.

Run as `python bench/bench_corpus.py [RUNS]`.  Both are whole processes that take
turns.  AGPM waits half a second for an update check at each start; that is taken
off its time, so that its work is compared with ours.
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
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

RUNS = 5
UPDATE_CHECK = 0.5
"""Seconds that `agpm install` waits for an answer before it gives up."""

LIBRARY = Path(__file__).parents[2] / "shared" / "corpus" / "agpm-resources"
SIZES = (100, 2000)

RENDER = """
import pathlib, sys
from hatch_agpm import render_manifest
found = render_manifest(sys.argv[1], boundary=sys.argv[2])
out = pathlib.Path(sys.argv[3])
for number, item in enumerate(found):
    (out / f"{number}").write_bytes(item.document)
print(len(found))
"""
WHEEL = "import sys, hatchling.build as b; print(b.build_wheel(sys.argv[1]))"

PYPROJECT = """\
[project]
name = "library"
version = "1.0"

[tool.hatch.build.targets.wheel]
bypass-selection = true

[tool.hatch.build.hooks.agpm]

[tool.hatch-agpm]
output = "library"
manifest = "{manifest}"
"""
AGENT = """\
---
description: Agent {number}
agpm:
  templating: true
  dependencies:
    snippets:
      - path: ../snippets/first-{number}.md
        install: false
      - path: ../snippets/second-{number}.md
        install: false
---
# Agent {number} of {{{{ agpm.project.name }}}}

{{{{ agpm.deps.snippets.first_{number}.content }}}}

{{{{ agpm.deps.snippets.second_{number}.content }}}}
"""
SNIPPET = """\
---
agpm:
  templating: true
---
## {name} in {{{{ agpm.project.language }}}}

{{% if agpm.project.strict %}}Be strict.{{% else %}}Be kind.{{% endif %}}
"""
PROSE = "Read the whole change before you say the first word about it.\n" * 20


def main() -> None:
    """Print milliseconds, and ratios where there is something to compare with."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    print(f"rendering libraries, whole processes in turn, median of {runs}")
    with tempfile.TemporaryDirectory() as scratch:
        if LIBRARY.is_dir():
            root = Path(scratch, "library")
            shutil.copytree(LIBRARY, root, copy_function=shutil.copyfile)
            for folder in (root, *root.rglob("*/")):
                folder.chmod(0o755)
            compare("real library", root, "examples/local/agpm.toml", runs)
        each = []
        for size in SIZES:
            root = Path(scratch, f"generated-{size}")
            generate(root, size)
            # The program takes minutes for the large one; its figure moves little.
            turns = runs if size <= SIZES[0] else 1
            each.append(compare(f"{size} agents", root, "agpm.toml", turns) / size)
    print(f"cost of an agent at {SIZES[1]} and at {SIZES[0]}: {each[1] / each[0]:.2f}")


def compare(title: str, root: Path, manifest: str, runs: int) -> float:
    """Measure one library in all ways; return the seconds that rendering took."""
    (root / "pyproject.toml").write_text(PYPROJECT.format(manifest=manifest))
    ways: dict[str, Callable[[], float]] = {
        "render": lambda: render(root, manifest),
        "wheel": lambda: wheel(root),
    }
    if program_path := shutil.which("agpm"):
        ways["agpm"] = lambda: agpm(program_path, (root / manifest).parent)
    times: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(runs):
        for way, once in ways.items():
            times[way].append(once())
    medians = {way: statistics.median(seconds) for way, seconds in times.items()}
    program = medians.get("agpm")
    for way, seconds in medians.items():
        beside = f", {seconds / program:.2f} of agpm's work" if program else ""
        print(f"{title:>13}: {way:<7}{seconds * 1000:7.0f} ms{beside}")
    return medians["render"]


def render(root: Path, manifest: str) -> float:
    """Render to files; return the seconds."""
    with tempfile.TemporaryDirectory() as out:
        return timed(["-c", RENDER, str(root / manifest), str(root), out], root)


def wheel(root: Path) -> float:
    """Build a wheel; return the seconds."""
    with tempfile.TemporaryDirectory() as out:
        return timed(["-c", WHEEL, out], root)


def agpm(program: str, project: Path) -> float:
    """Install with AGPM from nothing; return the seconds of its work."""
    for name in ("agpm.lock", ".claude", ".opencode", ".agpm", ".mcp.json"):
        path = project / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as home:
        start = time.perf_counter()
        subprocess.run(
            [program, "install", "--yes", "--quiet"],
            cwd=project,
            env={**os.environ, "HOME": home, "AGPM_CONFIG_PATH": f"{home}/config.toml"},
            check=True,
            capture_output=True,
        )
        seconds = time.perf_counter() - start
    return seconds - UPDATE_CHECK


def timed(arguments: list[str], cwd: Path) -> float:
    """Run this Python; return the seconds."""
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, *arguments], cwd=cwd, check=True, capture_output=True
    )
    return time.perf_counter() - start


def generate(root: Path, size: int) -> None:
    """Write agents with two templated snippets each."""
    for folder in ("agents", "snippets"):
        (root / folder).mkdir(parents=True)
    for number in range(size):
        text = AGENT.format(number=number) + PROSE
        (root / f"agents/agent-{number}.md").write_text(text)
        for order in ("first", "second"):
            text = SNIPPET.format(name=f"{order} {number}") + PROSE
            (root / f"snippets/{order}-{number}.md").write_text(text)
    entries = "".join(f'a{n} = "agents/agent-{n}.md"\n' for n in range(size))
    project = '[project]\nname = "demo"\nlanguage = "python"\nstrict = true\n'
    (root / "agpm.toml").write_text(f"{project}\n[agents]\n{entries}")


if __name__ == "__main__":
    main()
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"largest process: {peak:.0f} MB")
