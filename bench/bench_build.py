"""
What rendering adds to a build, beside packing the same files unrendered.

Run as `python bench/bench_build.py [RUNS]`; takes minutes, and a package index before
the first build.  Two tables:

- As users run it, with isolation: the front end makes an environment for the backend,
  from a directory of wheels.  uv has a warm cache; it compiles nothing to byte code
  when it installs, so each of its builds compiles PyYAML and us again.  `hatch
  build` finds the environment of its last build; it asks hatchling projects what they
  require in a process of its own, but only those with a hook.  Of RUNS, a quarter.
- Without isolation: the backend runs in an environment made beforehand, called by front
  ends, by itself, and by the bare call that stands behind each of them.

Three projects take turns, so that a busy machine slows all: plain, ours, and the least
that a hook on Jinja2 and PyYAML could cost (`build_contestants.py`).  The first turn
fills caches, and is thrown away.  Printed are the medians by the clock, and how many
times the plain build the others take: by the clock (`wall`), and by the time of the
processor (`cpu`), which moves less with what else a machine does.

The goal is for the latter, and for the build: what isolation adds is the time to
install what a build requires, so that the first table has none.  Where even the least
exceeds a goal, it is out of reach.

Without isolation, projects and what is built lie in memory where the system has a
directory for that: to make a file on a disk takes 0.02 to 0.4 ms, with what else the
disk has to do, and both kinds of hook make one for each prompt.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import sys
import tempfile
import time
import zipfile
from collections import Counter
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from build_contestants import BACKENDS, Contestant, write_project
from build_environments import SourceRoots, prepare, run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

RUNS = 11
FEWEST_RUNS = 3
GOALS = {1: 1.3, 100: 1.5}
"""How many prompts, and how many times the plain build theirs should take at most."""

ISOLATED = {
    "python -m build": "{bin}/python -m build --wheel -o",
    "pip wheel": "{bin}/python -m pip wheel . --no-deps -w",
    "uv build": "{bin}/uv build --wheel --python {bin}/python -o",
    "hatch build": "{hatch}/hatch build -t wheel",
}
"""What users run; the directory for the wheel comes last."""

BARE = {
    "bare backend": "{bin}/python -c {call}",
    "python -m build": "{bin}/python -m build --wheel --no-isolation -o",
    "pip wheel": "{bin}/python -m pip wheel . --no-deps --no-build-isolation -w",
    "uv build": "{bin}/uv build --wheel --no-build-isolation --python {bin}/python -o",
    "hatchling build": "{bin}/python -m hatchling build -t wheel -d",
}
"""The same in an environment that is there, and the backend without a front end."""

CALL = "import sys, {0} as b; print(b.build_wheel(sys.argv[1]))"
ONLY_HATCHLING = {"hatchling build"}
HEADER = (
    f"{'':27}{'prompts':>8}{'plain':>9}{'ours':>9}{'least':>9}"
    f"{'wall':>7}{'cpu':>7}{'least cpu':>11}{'goal':>6}"
)


MEMORY = Path("/dev/shm")  # noqa: S108 - no secret, and no other place


class Verdict(StrEnum):
    """Whether a row meets its goal, as the row says it."""

    NO_GOAL = ""
    MET = "met"
    MISSED = "missed"
    OUT_OF_REACH = "out of reach"


class Cost(NamedTuple):
    """The seconds of a build."""

    wall: float
    processor: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """What one command takes with one number of prompts."""

    backend: str
    command: str
    prompts: int
    goal: float | None
    """How many times the plain build ours may take."""

    costs: Mapping[Contestant, Cost]

    def __str__(self) -> str:
        cells = [f"{cost.wall * 1e3:>6.0f} ms" for cost in self.costs.values()]
        wall, cpu = self.ratios(Contestant.OURS)
        _, least = self.ratios(Contestant.LEAST)
        return (
            f"{self.backend:<11}{self.command:<16}{self.prompts:>8}{''.join(cells)}"
            f"{wall:>7.2f}{cpu:>7.2f}{least:>11.2f}{self.goal or '':>6}  {self.verdict}"
        ).rstrip()

    @property
    def verdict(self) -> Verdict:
        """Whether ours meets the goal, or if not, whether any hook could."""
        if self.goal is None:
            return Verdict.NO_GOAL
        if self.ratios(Contestant.OURS).processor <= self.goal:
            return Verdict.MET
        if self.ratios(Contestant.LEAST).processor <= self.goal:
            return Verdict.MISSED
        return Verdict.OUT_OF_REACH

    def ratios(self, contestant: Contestant) -> Cost:
        """Return how many times the plain build a contestant's takes."""
        plain, other = self.costs[Contestant.PLAIN], self.costs[contestant]
        return Cost(other.wall / plain.wall, other.processor / plain.processor)


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """Commands, and where and how often they are run."""

    title: str
    commands: Mapping[str, str]
    places: SourceRoots
    runs: int
    goals: Mapping[int, float | None]
    """By number of prompts."""

    scratch: Path | None = None
    """Where projects and wheels lie for the time of the builds."""

    def rows(self) -> Iterator[Row]:
        """Measure one row after the other."""
        for backend in BACKENDS:
            for command in self.commands:
                if command in ONLY_HATCHLING and backend != "hatchling":
                    continue
                for prompts, goal in self.goals.items():
                    yield Row(
                        backend=backend,
                        command=command,
                        prompts=prompts,
                        goal=goal,
                        costs=self.compare(command, backend, prompts),
                    )

    def compare(
        self, command: str, backend: str, prompts: int
    ) -> dict[Contestant, Cost]:
        """Return the medians of what each contestant's build takes, in turn."""
        spent: dict[Contestant, list[Cost]] = {it: [] for it in Contestant}
        with tempfile.TemporaryDirectory(dir=self.scratch) as scratch:
            # hatch keeps an environment for each project: as long as they take turns.
            own = {"HATCH_DATA_DIR": str(Path(scratch, "hatch")), "TMPDIR": scratch}
            environ = {**self.places.environ, **own}
            for contestant in Contestant:
                project = Path(scratch, contestant)
                write_project(project, contestant, backend=backend, prompts=prompts)
            for turn in range(self.runs + 1):
                for contestant, costs in spent.items():
                    words = self.words(command, backend, contestant)
                    cost = build(words, Path(scratch, contestant), environ, prompts)
                    if turn:
                        costs.append(cost)
        return {
            contestant: Cost(*map(statistics.median, zip(*costs, strict=True)))
            for contestant, costs in spent.items()
        }

    def words(self, command: str, backend: str, contestant: Contestant) -> list[str]:
        """Return a command's words, with the programs of a contestant's environment."""
        least = contestant is Contestant.LEAST
        environment = self.places.least if least else self.places.ours
        return [
            word.format(
                bin=environment.programs,
                hatch=self.places.hatch.programs,
                call=CALL.format(BACKENDS[backend]),
            )
            for word in self.commands[command].split()
        ]


def main(runs: int, only: str | None) -> None:
    """Print the tables, and how many of the goals are met."""
    verdicts: Counter[Verdict] = Counter()
    with tempfile.TemporaryDirectory() as scratch:
        for name, table in tables(prepare(Path(scratch)), runs).items():
            if only not in {None, name}:
                continue
            print(f"wheel builds {table.title}, median of {table.runs}\n{HEADER}")
            for row in table.rows():
                print(row, flush=True)
                verdicts[row.verdict] += 1
            print()
    del verdicts[Verdict.NO_GOAL]
    print(
        f"of {verdicts.total()} goals, {verdicts[Verdict.MET]} are met, "
        f"{verdicts[Verdict.MISSED]} missed, "
        f"{verdicts[Verdict.OUT_OF_REACH]} out of reach of any hook"
    )


def tables(places: SourceRoots, runs: int) -> dict[str, Table]:
    """Return what can be measured, by the names that `--only` takes."""
    ours, least = places.ours.count(), places.least.count()
    return {
        "isolated": Table(
            title="as users run them, with isolation",
            commands=ISOLATED,
            # What is in the environment of a front end does not matter to the build.
            places=replace(places, least=places.ours),
            runs=max(FEWEST_RUNS, runs // 4),
            goals=dict.fromkeys(GOALS),
        ),
        "bare": Table(
            title=f"without isolation, beside {ours} distributions ({least} for least)",
            commands=BARE,
            places=places,
            runs=runs,
            goals=GOALS,
            scratch=MEMORY if os.access(MEMORY, os.W_OK) else None,
        ),
    }


def build(
    command: list[str], project: Path, environ: Mapping[str, str], prompts: int
) -> Cost:
    """Return what one build from scratch takes."""
    for leftover in ("build", "demo.egg-info"):
        shutil.rmtree(project / leftover, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=project.parent) as out:
        start, before = time.perf_counter(), processor_time()
        run([*command, out], environ, cwd=project)
        cost = Cost(time.perf_counter() - start, processor_time() - before)
        (wheel,) = Path(out).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            packed = [name for name in archive.namelist() if name.endswith(".md")]
    if len(packed) != prompts:
        sys.exit(f"{project.name}: a wheel with {len(packed)} prompts")
    return cost


def processor_time() -> float:
    """Return the seconds that processes which have ended took of the processor."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", nargs="?", type=int, default=RUNS, metavar="RUNS")
    parser.add_argument("--only", choices=("isolated", "bare"), help="one table of two")
    arguments = parser.parse_args()
    main(arguments.runs, arguments.only)
