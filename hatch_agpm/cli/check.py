"""
Notes of `hatch-agpm check` that a build cannot print, or that it never makes.

Front ends hide the output of a hook, or do not run it.  The notes are about the table
that switches the hook on, uv's cache keys, and line ends.  They are derived from tables
and from the inputs of prompts; the integrations supply what only a backend knows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hatch_agpm.build import is_wrapped
from hatch_agpm.cli.backends import (
    NATIVE,
    cache_keys,
    names_us,
    patterns_of,
    required,
    unwatched,
    uses_uv,
)
from hatch_agpm.formats.toml import toml_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from hatch_agpm.build import Plan

__all__ = [
    "Note",
    "build_system_notes",
    "hook_notes",
    "plan_notes",
    "some",
    "table_notes",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """One thing to fix, and the lines to paste."""

    rule: str
    """The stable name of what is checked, a key of `cli/report/rules.py`."""

    what: str
    lines: tuple[str, ...] = ()
    file: str = "pyproject.toml"
    """The file to paste the lines into."""

    path: str = ""
    """The file that it is about; "" if that is `file`."""

    line: int = 0
    """The line in that file, from 1; 0 for the whole file."""

    loses_prompts: bool = False
    """Whether a build would succeed without prompts; such a note is an error."""

    is_harmless: bool = False
    """Whether no wheel depends on it, so that `--strict` accepts it."""

    def __str__(self) -> str:
        if not self.lines:
            return self.what
        return "\n    ".join((f"{self.what}; in {self.file}:", *self.lines))


def build_system_notes(
    pyproject: Mapping[str, object], hook: Mapping[str, object]
) -> Iterator[Note]:
    """
    Yield the reasons why the backend does not call hatch-agpm.

    `hook` is the table of the hook, {} without one: hatchling also installs its
    `dependencies`.
    """
    system = pyproject.get("build-system", {})
    if not isinstance(system, dict) or "backend-path" in system:
        return
    tool = pyproject.get("tool", {})
    likely = "hatchling" if isinstance(tool, dict) and "hatch" in tool else "setuptools"
    backend = system.get("build-backend")
    name = next((name for name in NATIVE if str(backend).startswith(name)), None)
    stated = _strings(system.get("requires"))
    wrapped = is_wrapped(pyproject)
    if backend is not None and name is None and not wrapped:
        yield Note(
            rule="build-system",
            what=f"the backend '{backend}' renders no prompts",
            lines=_wrapping(str(backend), stated),
            loses_prompts=True,
        )
        return
    requires = [*stated, *_strings(hook.get("dependencies"))]
    if not any(names_us(requirement) for requirement in requires):
        added = f"requires = {toml_value([*stated, 'hatch-agpm'])}"
        own = _build_system(name or likely)
        with_ours = (own[0], added if stated else own[1], own[2])
        lines = (added,) if wrapped else with_ours
        yield Note(
            rule="build-system",
            what="the build does not install hatch-agpm",
            lines=lines,
            loses_prompts=True,
        )


def hook_notes(
    build: Mapping[str, object], targets: Iterable[str], *, file: str, no_hooks: bool
) -> Iterator[Note]:
    """
    Yield the reasons why hatchling does not run the hook for sdist and wheel.

    `build` is the table `[tool.hatch.build]` as hatchling reads it, `targets` the
    targets that run the hook, `file` the file that has the table, and `no_hooks` says
    whether the environment switches all hooks off.
    """
    off = sorted({"sdist", "wheel"} - set(targets))
    if not off:
        return
    what = f"the hook is off for {' and '.join(off)}"
    hooks = build.get("hooks", {})
    if no_hooks:
        what = f"{what}: HATCH_BUILD_NO_HOOKS is set"
        yield Note(rule="build-system", what=what, loses_prompts=True)
    elif isinstance(hooks, dict) and "agpm" in hooks:
        what = f"{what}; delete `enable-by-default = false`"
        yield Note(rule="build-system", what=what, path=file, loses_prompts=True)
    else:
        prefix = "tool.hatch." if file == "pyproject.toml" else ""
        lines = (f"[{prefix}build.hooks.agpm]",)
        yield Note(
            rule="build-system", what=what, lines=lines, file=file, loses_prompts=True
        )


def table_notes(pyproject: Mapping[str, Any]) -> Iterator[Note]:
    """Yield a note if setuptools does nothing because our table is missing."""
    tool = pyproject.get("tool")
    if isinstance(tool, dict) and "hatch-agpm" in tool:
        return
    what = "without the table [tool.hatch-agpm], setuptools packs no prompts"
    lines = ("[tool.hatch-agpm]",)
    yield Note(rule="build-system", what=what, lines=lines, loses_prompts=True)


def _build_system(name: str) -> tuple[str, ...]:
    return (
        "[build-system]",
        f'requires = ["{name}", "hatch-agpm"]',
        f'build-backend = "{NATIVE[name]}"',
    )


def _wrapping(backend: str, requires: list[str]) -> tuple[str, ...]:
    """Return the lines with which `hatch_agpm.backend` wraps a backend."""
    return (
        "[build-system]",
        f"requires = {toml_value(required(backend, requires))}",
        'build-backend = "hatch_agpm.backend"',
        "[tool.hatch-agpm]",
        f"build-backend = {toml_value(backend)}",
    )


def _strings(value: object) -> list[str]:
    items = value if isinstance(value, list) else []
    return [item for item in items if isinstance(item, str)]


def plan_notes(plan: Plan, pyproject: Mapping[str, object]) -> Iterator[Note]:
    """Yield why a correct build may become outdated, or differ between two machines."""
    # The stub in the tree is not an input: the wheel has one of its own.
    paths = [path for path in plan.source_paths() if path not in plan.stubs]
    for path in plan.stubs:
        stub = plan.source(path).data.replace(b"\r\n", b"\n")
        if stub != plan.bundle.stubs[path.rpartition("/")[2]].data:
            what = f"{path} is not up to date; run `hatch-agpm stub`"
            yield Note(rule="stub", what=what, path=path)
    for resource in plan.rendering.resources:
        for error in resource.may_fail:
            what = f"{error}, for values that lead there"
            path = resource.source_path
            line = re.match(rf"{re.escape(path)}:(\d+)", error)
            yield Note(
                rule="may-fail", what=what, path=path, line=int(line[1]) if line else 0
            )
    if uses_uv(plan.root, pyproject) and (missing := unwatched(paths, pyproject)):
        keys = toml_value(cache_keys(paths, pyproject))
        yield Note(
            rule="uv-cache",
            what=f"uv does not rebuild when {some(missing)} changes",
            lines=("[tool.uv]", f"cache-keys = {keys}"),
        )
    crlf = [path for path in paths if b"\r\n" in plan.source(path).data]
    if crlf:
        yield Note(
            rule="line-ends",
            path=crlf[0],
            what=f"{some(crlf)} may have other line ends in another checkout",
            lines=tuple(f"{pattern} text eol=lf" for pattern in patterns_of(crlf)),
            file=".gitattributes",
        )


def some(paths: list[str]) -> str:
    """Return the first of several paths, and how many more there are."""
    more = f" (and {len(paths) - 1} more)" if len(paths) > 1 else ""
    return f"{paths[0]}{more}"
