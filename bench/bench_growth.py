"""
What many templates and long chains of dependencies cost.

Measures projects of 100, 1,000 and 10,000 templates that share a snippet, and chains
in which each snippet depends on the next: building a wheel, `list`, `check`, the first
import of a development install with nothing changed and with one template changed, in
seconds of processor time; and the size of index.json.  Prints a table and has no
limits.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import tomllib
import zipfile
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


def run(command: list[str], *, cwd: Path, environ: Mapping[str, str]) -> str:
    """Run a program without its output; return its processor time."""
    quiet = subprocess.DEVNULL
    child = subprocess.Popen(command, cwd=cwd, env=environ, stdout=quiet, stderr=quiet)
    _, child.returncode, used = os.wait4(child.pid, 0)
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, command)
    return f"{used.ru_utime + used.ru_stime:.2f} s"


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


def measure(top: Path, texts: Mapping[str, str]) -> dict[str, str]:
    """Return what a project of these templates costs, by what was done."""
    project, site, wheels = top / "project", top / "site", top / "wheels"
    files = {"pyproject.toml": TABLE, "ours/__init__.py": "", **texts}
    contents = {p: FileContent(data=text.encode()) for p, text in files.items()}
    write_files(project, contents)
    environ = {**os.environ, "XDG_CACHE_HOME": str(top / "cache")}

    def python(*arguments: str) -> str:
        return run([sys.executable, *arguments], cwd=project, environ=environ)

    build = python("-c", BUILD, str(wheels))
    with zipfile.ZipFile(next(wheels.glob("*.whl"))) as wheel:
        index = wheel.read("ours/prompts/index.json")
    inputs = len(json.loads(index)["inputs"])
    # What changed a moment ago would be read again, and real projects are older.
    time.sleep(0.2)
    install(project, site)
    importing = ("-c", IMPORT, "|".join(filter(None, sys.path)))
    places = (str(site), str(project))
    python(*importing, *places)
    unchanged = python(*importing, *places)
    changed = project / next(iter(texts))
    changed.write_text(f"{changed.read_text()}Changed.\n")
    time.sleep(0.2)
    return {
        "build": build,
        "list": python("-m", "hatch_agpm", "list"),
        "check": python("-m", "hatch_agpm", "check"),
        "import": unchanged,
        "changed": python(*importing, *places),
        "index": f"{len(index):,} bytes, {inputs} files",
    }


def main(counts: list[int], lengths: list[int]) -> None:
    """Measure all projects, and print a row for each."""
    projects = {f"{count} templates": many(count) for count in counts}
    projects |= {f"chain of {length}": chain(length) for length in lengths}
    for name, texts in projects.items():
        with tempfile.TemporaryDirectory() as top:
            costs = measure(Path(top), texts)
        print(name)
        for what, cost in costs.items():
            print(f"    {what:10}{cost}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counts", type=int, nargs="*", default=[100, 1_000, 10_000])
    parser.add_argument("--lengths", type=int, nargs="*", default=[500, 1_000, 2_000])
    arguments = parser.parse_args()
    main(arguments.counts, arguments.lengths)
