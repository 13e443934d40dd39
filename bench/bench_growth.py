"""
What many templates and long chains of dependencies cost.

Measures projects of 100, 1,000 and 10,000 templates that share a snippet, and chains
in which each snippet depends on the next.  In seconds of processor time: building a
wheel, `verify` of it, the commands that show a project, `diff` of the wheel with one
template changed, and the first import of a development install with nothing changed and
with one template changed.  The memory of the build, and the sizes of index.json, of the
bill of materials and of the page of `preview`.  Each figure is followed by its ratio to
the one of the size before: with `x10` templates, more than `x10` is more than linear.
Has no limits.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
import tomllib
import zipfile
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
    from collections.abc import Callable, Mapping

MODULE = "ours.prompts"
TABLE = """\
[build-system]
requires = ["hatchling", "hatch-agpm"]
build-backend = "hatchling.build"

[project]
name = "ours"
version = "1"

[tool.hatch.build.hooks.agpm]

[tool.hatch-agpm]
output = "ours/prompts"
sbom = true
"""
DEPENDS = "dependencies: {{snippets: [{{path: {path}, name: next}}]}}\n"
TEXT = (
    "---\nagpm: {{templating: true}}\n{depends}---\n{{{{ agpm.project.name }}}}{body}\n"
)
BODY = "{{ agpm.deps.snippets.next.content }}"
BUILD = "import sys; from hatchling.build import build_wheel; build_wheel(sys.argv[1])"
IMPORT = f"""\
import sys
sys.path[:0] = sys.argv[2:]
sys.path += sys.argv[1].split('|')
import {editable_name(MODULE)} as finder
finder.start()
from ours import prompts
"""


def template(path: str = "", *, embeds: bool = False) -> str:
    """Return a template that depends on `path`, and perhaps embeds it."""
    depends = DEPENDS.format(path=path) if path else ""
    return TEXT.format(depends=depends, body=BODY if embeds else "")


def many(count: int) -> dict[str, str]:
    """Return `count` templates by path, which embed one snippet."""
    of_agent = template("../snippets/kind.md", embeds=True)
    texts = {f"prompts/agents/p{number}.md": of_agent for number in range(count)}
    return texts | {"prompts/snippets/kind.md": template()}


def chain(count: int) -> dict[str, str]:
    """Return `count` snippets by path, each of which depends on the next."""
    last = count - 1
    return {
        f"prompts/snippets/s{number}.md": template(
            f"s{number + 1}.md" if number < last else ""
        )
        for number in range(count)
    }


@dataclass(frozen=True, kw_only=True)
class Run:
    """What one run of a program took."""

    seconds: float
    """Of processor time."""

    megabytes: float
    """The largest memory at one time."""


def run(command: list[str], *, cwd: Path, environ: Mapping[str, str]) -> Run:
    """Run a program without its output, and measure it."""
    quiet = subprocess.DEVNULL
    child = subprocess.Popen(command, cwd=cwd, env=environ, stdout=quiet, stderr=quiet)
    _, child.returncode, used = os.wait4(child.pid, 0)
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, command)
    seconds = used.ru_utime + used.ru_stime
    return Run(seconds=seconds, megabytes=used.ru_maxrss / 1024)


def install(project: Path, site: Path) -> None:
    """Write the files of a development install."""
    plan = plan_build(
        BuildContext(
            project,
            tomllib.loads(TABLE),
            metadata={"name": "ours", "version": "1"},
            distribution="ours",
        )
    )
    made = editable_install(plan, module=MODULE)
    write_files(site, {**made.bundle, **made.files})


def measure(top: Path, texts: Mapping[str, str]) -> dict[str, float]:
    """Return what a project of these templates costs, by what was done."""
    project, site, wheels = top / "project", top / "site", top / "wheels"
    files = {"pyproject.toml": TABLE, "ours/__init__.py": "", **texts}
    contents = {p: FileContent(data=text.encode()) for p, text in files.items()}
    write_files(project, contents)
    environ = {**os.environ, "XDG_CACHE_HOME": str(top / "cache")}
    # Without byte code, most of the time is spent compiling hatch-agpm.
    environ.pop("PYTHONDONTWRITEBYTECODE", None)

    def python(*arguments: str) -> Run:
        return run([sys.executable, *arguments], cwd=project, environ=environ)

    build = python("-c", BUILD, str(wheels))
    (path,) = wheels.glob("*.whl")
    with zipfile.ZipFile(path) as wheel:
        sizes = {Path(each.filename).name: each.file_size for each in wheel.infolist()}
    # What changed a moment ago would be read again, and real projects are older.
    time.sleep(0.2)
    install(project, site)
    importing = ("-c", IMPORT, "|".join(filter(None, sys.path)))
    places = (str(site), str(project))
    python(*importing, *places)
    unchanged = python(*importing, *places)
    nothing = python("-c", IMPORT.partition("from ours")[0], *importing[2:], *places)
    page = top / "preview.html"
    commands = {
        "verify": ("verify", str(path)),
        "list": ("list",),
        "check": ("check",),
        "tree": ("tree",),
        "users": ("tree", "--invert"),
        "preview": ("preview", "--output", str(page)),
    }
    shown = {
        f"{name}, s": python("-m", "hatch_agpm", *command).seconds
        for name, command in commands.items()
    }
    changed = project / next(iter(texts))
    changed.write_text(f"{changed.read_text()}Changed.\n")
    time.sleep(0.2)
    return {
        "build, s": build.seconds,
        "build, MB": build.megabytes,
        **shown,
        "diff, s": python("-m", "hatch_agpm", "diff", str(path), ".").seconds,
        "import, ms": (unchanged.seconds - nothing.seconds) * 1000,
        "changed, s": python(*importing, *places).seconds,
        "index, kB": sizes["index.json"] / 1000,
        "SBOM, kB": sizes["ours.agpm.cdx.json"] / 1000,
        "page, kB": page.stat().st_size / 1000,
    }


def main(
    shapes: Mapping[str, tuple[Callable[[int], dict[str, str]], list[int]]],
) -> None:
    """Measure all projects, and print their figures beside the ratios."""
    for name, (texts, counts) in shapes.items():
        before: dict[str, float] = {}
        size = 0
        for count in counts:
            with tempfile.TemporaryDirectory() as top:
                costs = measure(Path(top), texts(count))
            print(f"{name} of {count:,}", f"(x{count / size:.1f})" if size else "")
            for what, cost in costs.items():
                ratio = f"x{cost / before[what]:.1f}" if before.get(what) else ""
                print(f"    {what:12}{cost:12,.2f}  {ratio}", flush=True)
            before, size = costs, count


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counts", type=int, nargs="*", default=[100, 1_000, 10_000])
    parser.add_argument("--lengths", type=int, nargs="*", default=[500, 1_000, 2_000])
    arguments = parser.parse_args()
    main({"star": (many, arguments.counts), "chain": (chain, arguments.lengths)})
