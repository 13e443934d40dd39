"""
`hatch-agpm init`: the lines by which a project adopts hatch-agpm.

Finds the prompts and skills of a project where they are, and says how they will be
named.  Changes nothing but `pyproject.toml`, and that only if it is asked to; comments
in it are kept.
"""

from __future__ import annotations

import itertools
import re
import tomllib
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from hatch_agpm.build import is_wrapped
from hatch_agpm.build.writing import replace_text
from hatch_agpm.cli.backends import NATIVE, cache_keys, required, unwatched, uses_uv
from hatch_agpm.cli.file_notes import visible_files
from hatch_agpm.cli.project import open_project
from hatch_agpm.cli.toml_text import with_key
from hatch_agpm.config import read_project
from hatch_agpm.config.output import has_code, import_packages
from hatch_agpm.errors import ConfigError
from hatch_agpm.formats.file_names import is_python, kind_of
from hatch_agpm.formats.toml import toml_value
from hatch_agpm.model.types import PLAIN, SKILL_FILE
from hatch_agpm.reading import read_regular
from hatch_agpm.rendering.resolution.lookalikes import misplaced, unrendered

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from hatch_agpm.model.declaration import Declaration

__all__ = ["Adoption", "adopt", "initialise"]

_HOOK: Final = "[tool.hatch.build.hooks.agpm]"
_TABLE: Final = "[tool.hatch-agpm]"
_SYSTEM: Final = "[build-system]"
_UV: Final = "[tool.uv]"
_OF_SETUPTOOLS: Final = ("setup.py", "setup.cfg")
"""The files of projects that need no pyproject.toml, which is then written."""

_WIDTH: Final = 88
"""The length that a line may have."""

_TOP: Final = ("prompts", "templates", "skills", "agents", "commands")
"""The directories beside the package that are searched."""

_NAMED: Final = re.compile(r"prompts?|instructions|system_messages", re.IGNORECASE)
_MARKDOWN: Final = (".md", ".mdc", ".markdown")
_TEXTS: Final = (*_MARKDOWN, ".txt", ".prompt", ".j2", ".jinja", ".jinja2", ".tera")
_MORE: Final = (*_TEXTS, ".yaml", ".yml", ".toml", ".xml")
_TYPED: Final = ("agents", "commands")
_AGENTS: Final = ".agents"


@dataclass(frozen=True, kw_only=True, slots=True)
class Adoption:
    """What a project has to write into its pyproject.toml."""

    requires: tuple[str, ...]
    """The whole array of `[build-system]`."""

    backend: str

    tables: tuple[str, ...]
    """The lines to append."""

    cache_keys: tuple[object, ...] = ()
    """The value of `[tool.uv] cache-keys`; () if it is as it should be."""

    @property
    def lines(self) -> list[str]:
        """The lines as they are printed."""
        return [
            _SYSTEM,
            f"requires = {toml_value(list(self.requires))}",
            f"build-backend = {toml_value(self.backend)}",
            "",
            *self.tables,
            *(["", _UV, f"cache-keys = {self._keys}"] if self.cache_keys else []),
        ]

    @property
    def _keys(self) -> str:
        return toml_value([*self.cache_keys])

    def written(self, text: str) -> str:
        """
        Return the text of a pyproject.toml with the lines in it.

        Raises ConfigError where they cannot be inserted by themselves.
        """
        before = tomllib.loads(text)
        requires = toml_value(list(self.requires))
        changed = with_key(text, _SYSTEM, "requires", requires, first=True)
        changed = with_key(changed, _SYSTEM, "build-backend", toml_value(self.backend))
        changed = f"{changed.rstrip()}\n\n" + "\n".join(self.tables) + "\n"
        if self.cache_keys:
            changed = with_key(changed, _UV, "cache-keys", self._keys)
        try:
            after = tomllib.loads(changed)
        except tomllib.TOMLDecodeError:
            after = {}
        system = {**before.get("build-system", {}), "build-backend": self.backend}
        system["requires"] = list(self.requires)
        others = _without_ours(before)
        if after.get("build-system") != system or _without_ours(after) != others:
            what = "cannot be changed by itself"
            raise ConfigError("pyproject.toml", what, hint="insert the lines yourself")
        return changed


def initialise(directory: Path, *, write: bool) -> list[str]:
    """
    Return the lines for the project in a directory, and the names of its prompts.

    If `write`, they are inserted into its pyproject.toml.  Raises ConfigError where a
    project has the lines already, or no prompts.
    """
    root, file, text = directory.resolve(), directory / "pyproject.toml", ""
    pyproject: Mapping[str, Any] = {}
    if file.exists() or not any((root / name).is_file() for name in _OF_SETUPTOOLS):
        pyproject = open_project(directory).pyproject
        text = read_regular(file).decode().replace("\r\n", "\n")
    adoption = adopt(root, pyproject)
    project = read_project(root, tomllib.loads(adoption.written(text)))
    entries = project.manifest.entries
    adoption = _with_cache_keys(adoption, root, pyproject, entries)
    changed = adoption.written(text)
    named = [
        (
            each.name if each.section == PLAIN else f"{each.section}/{each.name}",
            each.path,
        )
        for each in entries
    ]
    width = max(len(name or "") for name, _ in named)
    if write:
        replace_text(file, changed)
    listed = [f"{name:<{width}}  {path}" for name, path in sorted(named)]
    return [*adoption.lines, "", *listed]


def adopt(root: Path, pyproject: Mapping[str, Any]) -> Adoption:
    """
    Find what a project has, and return the lines for it.

    Raises ConfigError if the project has the table already, or has no prompts.
    """
    tool = pyproject.get("tool", {})
    if "hatch-agpm" in tool:
        what = "is there already"
        raise ConfigError("tool.hatch-agpm", what, hint="run `hatch-agpm check`")
    system = pyproject.get("build-system", {})
    backend = str(system.get("build-backend", "setuptools.build_meta"))
    requires = required(backend, system.get("requires", ["setuptools"]))
    name = backend.partition(".")[0]
    wraps = name not in NATIVE and not is_wrapped(pyproject)
    project = pyproject.get("project", {})
    packages = import_packages(root, pyproject, str(project.get("name", "")))
    listed = _Search(root, packages)
    lines = [f"build-backend = {toml_value(backend)}"] if wraps else []
    lines += listed.lines()
    needs_hook = name == "hatchling" and not _has_hook(tool)
    return Adoption(
        requires=tuple(requires),
        backend="hatch_agpm.backend" if wraps else backend,
        tables=(*([_HOOK, ""] if needs_hook else []), _TABLE, *lines),
    )


def _has_hook(tool: object) -> bool:
    """Tell whether `[tool]` has the table of the hook of Hatch."""
    for key in ("hatch", "build", "hooks", "agpm"):
        tool = tool.get(key) if isinstance(tool, dict) else None
    return tool is not None


def _with_cache_keys(
    adoption: Adoption,
    root: Path,
    pyproject: Mapping[str, Any],
    entries: Iterable[Declaration],
) -> Adoption:
    """Return an adoption with the keys by which uv builds again, if uv is used."""
    paths = [each.path for each in entries]
    if not uses_uv(root, pyproject) or not unwatched(paths, pyproject):
        return adoption
    return replace(adoption, cache_keys=tuple(cache_keys(paths, pyproject)))


class _Search:
    """The files of a project that seem to be prompts."""

    def __init__(self, root: Path, packages: Sequence[str]) -> None:
        self.root = root
        self.packages = packages
        tops = [*packages, *(each for each in _TOP if (root / each).is_dir())]
        self.files = sorted(
            {
                path
                for top in tops
                for path in visible_files(root, top)
                if not is_python(path)
            }
        )
        self.skills = sorted(
            {
                str(PurePosixPath(path).parent)
                for path in self.files
                if path.rpartition("/")[2] == SKILL_FILE
            }
        )
        # What is in `.agents/` at the root is for those who work on the project.
        self.in_place = [
            path.parent.relative_to(root).as_posix()
            for package in packages
            for path in sorted(
                (root / package / _AGENTS / "skills").glob(f"*/{SKILL_FILE}")
            )
        ]

    def lines(self) -> list[str]:
        """Return the keys of the table; raises ConfigError if nothing is found."""
        prompts = self.directories()
        found_skills = [*self.skills, *self.in_place]
        skills = sorted({str(PurePosixPath(each).parent) for each in found_skills})
        if not prompts and not skills and not any(self.typed.values()):
            what = "no prompts are found in the packages, and no skills"
            hint = 'write prompts = "<directory>" below [tool.hatch-agpm]'
            raise ConfigError("init:", what, hint=hint)
        is_read = prompts or any(self.typed.values())
        lines = [*self._output(prompts)] if is_read or self.skills else []
        listed = {"prompts": prompts, **self.typed, "skills": skills}
        for section, found in listed.items():
            value: object = found[0] if len(found) == 1 else found
            lines += _lines(section, value) if found else []
        verbatim = self._verbatim(prompts)
        lines += _lines("verbatim", verbatim) if verbatim else []
        if self.skills:
            lines += ["", "[tool.hatch-agpm.export]", 'types = ["skills"]']
        return lines

    @cached_property
    def typed(self) -> Mapping[str, list[str]]:
        """The directories that are called as a type and have prompts of it, by type."""
        return {section: self._typed(section) for section in _TYPED}

    def _typed(self, section: str) -> list[str]:
        """Return the directories of that name with Markdown that has frontmatter."""
        found: dict[str, bool] = {}
        for path in self.files:
            parts = path.split("/")[:-1]
            if section in parts:
                top = "/".join(parts[: parts.index(section) + 1])
                is_meant = path.endswith(".md") and _has_frontmatter(self.root / path)
                found[top] = found.get(top, True) and is_meant
        return sorted(top for top, is_meant in found.items() if is_meant)

    def directories(self) -> list[str]:
        """Return the directories and single files that are prompts."""
        found: dict[str, list[str]] = {}
        typed = list(itertools.chain(*self.typed.values()))
        for path in self.files:
            if any(path.startswith(f"{skill}/") for skill in self.skills):
                continue
            if any(path.startswith(f"{each}/") for each in typed):
                continue
            if top := _prompt_directory(path):
                found.setdefault(top, []).append(path)
        in_packages = [
            top
            for top, paths in found.items()
            if any(path.endswith(_MORE) for path in paths)
        ]
        return _outermost(in_packages)

    def _output(self, prompts: Sequence[str]) -> Iterator[str]:
        """Yield the key `output` where the default one is taken."""
        package = self.packages[0] if self.packages else ""
        default = f"{package}/prompts"
        directory = self.root / default
        taken = directory.with_suffix(".py").exists() or any(
            path.name != "__init__.py" or has_code(path)
            for path in directory.rglob("*.py")
        )
        in_place = [each for each in prompts if each == default]
        others = [
            each.relative_to(self.root).as_posix()
            for each in directory.rglob("*")
            if each.is_file()
        ]
        foreign = [
            path
            for path in others
            if not any(path.startswith(f"{each}/") for each in prompts)
        ]
        if len(self.packages) != 1:
            yield 'output = "<package>/prompts"  # the package that has the prompts'
        elif taken or foreign:
            yield f'output = "{package}/_prompts"'
        elif len(prompts) == 1 and not in_place and self._is_free(prompts[0]):
            # In place, so that nothing is packed twice.
            yield f"output = {toml_value(prompts[0])}"

    def _is_free(self, directory: str) -> bool:
        """Tell whether a directory in the package has nothing but prompts."""
        top = self.root / directory
        package = self.packages[0]
        return (
            directory.startswith(f"{package}/")
            and all(part.isidentifier() for part in directory.split("/")[1:])
            and not any(
                path.name != "__init__.py" or has_code(path)
                for path in top.rglob("*.py")
            )
        )

    def _verbatim(self, prompts: Sequence[str]) -> list[str]:
        """Return the files that only look like templates of hatch-agpm."""
        return [
            path
            for path in self.files
            if any(path == each or path.startswith(f"{each}/") for each in prompts)
            and _looks_like_ours(self.root / path, path)
        ]


def _lines(key: str, value: object) -> list[str]:
    """Return a key and its value; an array that is long has a line for each item."""
    written = f"{key} = {toml_value(value)}"
    if not isinstance(value, list) or len(written) <= _WIDTH:
        return [written]
    return [f"{key} = [", *(f"    {toml_value(each)}," for each in value), "]"]


def _prompt_directory(path: str) -> str:
    """Return the outermost directory of a path whose name says that it has prompts."""
    parts = path.split("/")
    for end, part in enumerate(parts[:-1], 1):
        if _NAMED.search(part):
            return "/".join(parts[:end])
    if _NAMED.search(parts[-1]) and path.endswith(_MORE):
        return path
    is_template = path.endswith((".j2", ".jinja", ".jinja2", ".prompt", ".tera"))
    return "/".join(parts[:-1]) if is_template and len(parts) > 1 else ""


def _outermost(directories: Sequence[str]) -> list[str]:
    return sorted(
        each
        for each in directories
        if not any(each.startswith(f"{other}/") for other in directories)
    )


def _has_frontmatter(file: Path) -> bool:
    return read_regular(file).partition(b"\n")[0].strip() == b"---"


def _looks_like_ours(file: Path, path: str) -> bool:
    try:
        text = read_regular(file).decode().replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError):
        return False
    kind = kind_of(path, is_agpm=False)
    return any(misplaced(text, kind)) or any(unrendered(text))


def _without_ours(pyproject: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tables that `init` does not write."""
    tool = {
        name: value
        for name, value in pyproject.get("tool", {}).items()
        if name != "hatch-agpm"
    }
    hatch = {**tool.get("hatch", {})}
    build = {**hatch.get("build", {})}
    hooks = {k: v for k, v in build.get("hooks", {}).items() if k != "agpm"}
    build = {k: v for k, v in {**build, "hooks": hooks}.items() if v}
    hatch = {k: v for k, v in {**hatch, "build": build}.items() if v}
    uv = {k: v for k, v in tool.get("uv", {}).items() if k != "cache-keys"}
    tool = {k: v for k, v in {**tool, "hatch": hatch, "uv": uv}.items() if v}
    rest = {k: v for k, v in pyproject.items() if k not in {"tool", "build-system"}}
    return {**rest, "tool": tool}
