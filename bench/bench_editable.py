"""
What importing the prompts of a development install costs, beside an installed wheel.

Each figure is the time that a fresh process takes from before the import of the
package until the first text is there.  The three take turns, so that a busy machine
slows all of them: the wheel, the development install with nothing changed, and with a
template that was changed and rendered into the cache before.  "rendering" is the first
import after a change, which renders the whole project.

The limit of 2 ms is for the best run over the best run of the wheel; exits with 1
where it is exceeded.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hatch_agpm.build.editable.wheel import editable_install
from hatch_agpm.build.plan import plan_build
from hatch_agpm.build.writing import write_files
from hatch_agpm.installed.discovery import editable_name
from hatch_agpm.model.build import BuildContext
from hatch_agpm.model.rendering import FileContent

if TYPE_CHECKING:
    from collections.abc import Mapping

LIMIT_MS = 2.0
COUNTS = (10, 124)
MODULE = "ours.prompts"
TEMPLATE = (
    "---\nname: p\nagpm: {templating: true}\n---\n{{ agpm.project.name }}, be kind.\n"
)
TABLE = '[project]\nname = "ours"\nversion = "1"\n\n[tool.hatch-agpm]\n'

CLOCK = """\
import sys, time
sys.path[:0] = sys.argv[2:]
sys.path += sys.argv[1].split('|')
{start}
start = time.perf_counter()
from ours import prompts; text = prompts.agents.prompt_7
stop = time.perf_counter()
assert text
print((stop - start) * 1000)
"""
WHEEL = CLOCK.format(start="")
# What a .pth file does when the interpreter starts.
NAME = editable_name(MODULE)
EDITABLE = CLOCK.format(start=f"import {NAME}; {NAME}.start()")


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceRoots:
    """Where a project, its wheel and its development install are."""

    project: Path
    wheel: Path
    site: Path
    environ: Mapping[str, str]

    def milliseconds(self, code: str, *path: Path) -> float:
        """Return the milliseconds that `code` takes in a fresh interpreter."""
        # What renders again comes last, as the packages of an environment do.
        ours = "|".join(filter(None, sys.path))
        command = [sys.executable, "-I", "-S", "-c", code, ours, *map(str, path)]
        run = subprocess.run(
            command, check=True, capture_output=True, text=True, env=self.environ
        )
        return float(run.stdout)


def write(directory: Path, files: Mapping[str, FileContent]) -> None:
    """Write files, and their byte code as pip does."""
    write_files(directory, files)
    compile_all = [sys.executable, "-m", "compileall", "-q", str(directory)]
    subprocess.run(compile_all, check=True)


def install(top: Path, count: int) -> SourceRoots:
    """Write a project with `count` templates, and install it in both ways."""
    project, wheel, site = top / "project", top / "wheel", top / "site"
    texts = {f"prompts/agents/prompt-{number}.md": TEMPLATE for number in range(count)}
    texts |= {"ours/__init__.py": "", "pyproject.toml": TABLE}
    write_files(
        project, {path: FileContent(data=text.encode()) for path, text in texts.items()}
    )
    # What changed a moment ago would be read again, and real projects are older.
    time.sleep(0.2)
    plan = plan_build(
        BuildContext(
            project,
            tomllib.loads(TABLE),
            metadata={"name": "ours", "version": "1"},
            distribution="ours",
        )
    )
    install = editable_install(plan, module=MODULE)
    write(site, {**install.bundle, **install.files})
    write(wheel, plan.bundle.at("ours/prompts"))
    (wheel / "ours/__init__.py").touch()
    return SourceRoots(
        project=project,
        wheel=wheel,
        site=site,
        environ={**os.environ, "XDG_CACHE_HOME": str(top / "cache")},
    )


def measure(
    places: SourceRoots, runs: int
) -> tuple[list[float], list[float], list[float], float]:
    """Return the times of wheel, unchanged and changed install, and of rendering."""
    wheel, unchanged, changed = [], [], []
    checkout = places.site, places.project
    places.milliseconds(EDITABLE, *checkout)
    for _ in range(runs):
        wheel.append(places.milliseconds(WHEEL, places.wheel))
        unchanged.append(places.milliseconds(EDITABLE, *checkout))
    template = places.project / "prompts/agents/prompt-7.md"
    template.write_text(f"{TEMPLATE}Changed.\n", encoding="utf-8")
    time.sleep(0.2)
    rendering = places.milliseconds(EDITABLE, *checkout)
    for _ in range(runs):
        wheel.append(places.milliseconds(WHEEL, places.wheel))
        changed.append(places.milliseconds(EDITABLE, *checkout))
    return wheel, unchanged, changed, rendering


def main(runs: int) -> int:
    """Measure projects of several sizes, print the table, return the exit code."""
    print(f"import and first prompt of a development install, {runs} runs")
    names = ["wheel", "unchanged", "more", "changed", "more", "rendering"]
    print(f"{'':16}{''.join(f'{name:>12}' for name in names)}")
    kept = []
    for count in COUNTS:
        with tempfile.TemporaryDirectory() as top:
            wheel, unchanged, changed, rendering = measure(
                install(Path(top), count), runs
            )
        for what, of in (("best", min), ("median", statistics.median)):
            base, same, other = of(wheel), of(unchanged), of(changed)
            cells = [base, same, same - base, other, other - base, rendering]
            row = "".join(f"{f'{cell:.2f} ms':>12}" for cell in cells)
            over = what == "best" and same - base > LIMIT_MS
            kept.append(not over)
            print(f"{f'{count} {what}':16}{row}{'  over the limit' * over}")
    return 0 if all(kept) else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=21)
    sys.exit(main(parser.parse_args().runs))
