"""
The environment whose distributions are installed, and which of them a project names.

Nothing is imported or run: distributions are found by their metadata, and the
dependencies of a project by its pyproject.toml.
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from hatch_agpm.config import load_toml
from hatch_agpm.errors import ConfigError
from hatch_agpm.installed.environment import distributions_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from hatch_agpm.installed.environment import InstalledDistribution

__all__ = ["Environment", "dependencies", "find_environment", "read_pyproject"]

_OPTION: Final = "--environment"
_PYPROJECT: Final = "pyproject.toml"
_DYNAMIC: Final = frozenset({"dependencies", "optional-dependencies"})
_NAME: Final = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Environment:
    """The directories in which distributions are installed."""

    paths: tuple[str, ...]
    shown: str
    """What messages call it."""

    def distribution(self, name: str) -> InstalledDistribution | None:
        """Return a distribution; None if it is not installed."""
        return next(iter(distributions_of(name, self.paths)), None)


def find_environment(root: Path, asked: Path | None) -> Environment:
    """
    Return the environment that was asked for, or else that of a project.

    That is `.venv` in the project, or the active virtual environment, or else what the
    running program imports from.  Raises ConfigError for a directory that is none.
    """
    if asked is not None:
        paths = _site_packages(asked)
        if not paths and any(asked.glob("*.dist-info")):
            paths = [asked]
        if not paths:
            what = "is not an environment: it has no site-packages"
            hint = "name the directory of a virtual environment"
            raise ConfigError(_OPTION, what, repr(str(asked)), hint)
        return _environment(asked, paths)
    active = os.environ.get("VIRTUAL_ENV")
    candidates = [root / ".venv", *([Path(active)] if active else [])]
    for candidate in candidates:
        if paths := _site_packages(candidate):
            return _environment(candidate, paths)
    return Environment(paths=tuple(sys.path), shown=sys.prefix)


def _environment(directory: Path, paths: Iterable[Path]) -> Environment:
    return Environment(paths=tuple(map(str, paths)), shown=str(directory))


def _site_packages(directory: Path) -> list[Path]:
    """Return the directories of an environment in which distributions are."""
    patterns = ("lib/python3*/site-packages", "Lib/site-packages")
    found = [path for each in patterns for path in sorted(directory.glob(each))]
    # On a file system that ignores case, both patterns may find one directory.
    return list({path.resolve(): path for path in found if path.is_dir()}.values())


def read_pyproject(root: Path) -> dict[str, object] | None:
    """Return the tables of pyproject.toml; None without one; raises ConfigError."""
    path = root / _PYPROJECT
    return load_toml(path, _PYPROJECT) if path.exists() else None


def dependencies(
    pyproject: Mapping[str, object], environment: Environment
) -> list[str]:
    """
    Return the distributions that a project depends on, directly; sorted, normalised.

    These are its dependencies, optional ones, and those of dependency groups, also of
    Poetry and uv.  If they are dynamic, the metadata of the installed project has them:
    raises ConfigError if it is not installed.
    """
    project = _table(pyproject, "project")
    texts = [*_texts(project.get("dependencies"))]
    for groups in (project.get("optional-dependencies"), _groups(pyproject)):
        texts += [each for group in _values(groups) for each in _texts(group)]
    texts += _texts(_table(pyproject, "tool", "uv").get("dev-dependencies"))
    names = [*_of_poetry(_table(pyproject, "tool", "poetry"))]
    if not _DYNAMIC.isdisjoint(_texts(project.get("dynamic"))):
        texts += _installed(str(project.get("name", "")), environment)
    names += [name for text in texts for name in _named(text)]
    found = {str(canonicalize_name(name)) for name in names}
    # With an extra of its own, a project names itself.
    itself = str(canonicalize_name(str(project.get("name", ""))))
    return sorted(found - {itself})


def _installed(name: str, environment: Environment) -> list[str]:
    """Return the requirements of the project, as it is installed."""
    own = environment.distribution(name)
    if own is None or not own.version:
        what = "has dynamic dependencies, which only the installed project has, and "
        what += f"{name!r} is not installed in {environment.shown}"
        hint = "install the project there, or name distributions"
        raise ConfigError(_PYPROJECT, what, hint=hint)
    return own.requires


def _groups(pyproject: Mapping[str, object]) -> object:
    return pyproject.get("dependency-groups")


def _of_poetry(table: Mapping[str, object]) -> Iterator[str]:
    yield from _keys(table.get("dependencies"))
    yield from _keys(table.get("dev-dependencies"))
    for group in _values(table.get("group")):
        yield from _keys(group.get("dependencies") if isinstance(group, dict) else None)


def _named(text: str) -> Iterator[str]:
    """Yield the name in a requirement; a wrong one is reported by those who build."""
    try:
        yield Requirement(text).name
    except InvalidRequirement:
        if found := _NAME.match(text.strip()):
            yield found[0]


def _table(tables: Mapping[str, object], *keys: str) -> dict[str, object]:
    value: object = tables
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _values(value: object) -> list[object]:
    return list(value.values()) if isinstance(value, dict) else []


def _keys(value: object) -> list[str]:
    names = list(value) if isinstance(value, dict) else []
    return [name for name in names if name != "python"]


def _texts(value: object) -> list[str]:
    items = value if isinstance(value, list) else []
    return [item for item in items if isinstance(item, str)]
