"""The inner backend: which one it is, and how it is imported."""

from __future__ import annotations

import importlib
import os
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hatch_agpm.errors import ConfigError
from hatch_agpm.reading import read_regular

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

__all__ = ["InnerBackend", "load_inner_backend", "read_inner_backend"]

_TABLE = "tool.hatch-agpm"
_OURS = "hatch_agpm"


@dataclass(frozen=True, kw_only=True, slots=True)
class InnerBackend:
    """The backend that builds the package itself, as the table names it."""

    name: str
    """A module, or a module and an object in it: `module:object.attribute`."""

    path: tuple[str, ...] = ()
    """The directories of the project to import it from; () for the environment."""

    @property
    def module(self) -> str:
        """The name of the module."""
        return self.name.partition(":")[0]


def read_inner_backend(pyproject: Mapping[str, Any]) -> InnerBackend:
    """
    Return the inner backend that a parsed pyproject.toml names.

    Raises ConfigError if it names none, or a wrong one.
    """
    tool = pyproject.get("tool")
    table = tool.get("hatch-agpm") if isinstance(tool, dict) else None
    table = table if isinstance(table, dict) else {}
    name, path = table.get("build-backend"), table.get("backend-path", [])
    key = f"{_TABLE}.build-backend"
    if name is None:
        what = "is missing: it says which backend builds the package itself"
        raise ConfigError(key, what, hint='for example: build-backend = "uv_build"')
    if not isinstance(name, str) or not _is_object_path(name):
        what = "must be a module, or a module and an object: 'module:object'"
        raise ConfigError(key, what, repr(name))
    if name.partition(":")[0].partition(".")[0] == _OURS:
        what = "must be another backend"
        hint = "name the one that builds the package itself"
        raise ConfigError(key, what, repr(name), hint)
    if not isinstance(path, list) or not all(isinstance(each, str) for each in path):
        what = "must be a list of strings"
        raise ConfigError(f"{_TABLE}.backend-path", what, repr(path))
    return InnerBackend(name=name, path=tuple(path))


def _is_object_path(name: str) -> bool:
    module, colon, attributes = name.partition(":")
    parts = [*module.split("."), *(attributes.split(".") if colon else ())]
    return all(part.isidentifier() for part in parts)


def load_inner_backend(root: Path) -> object:
    """
    Import the inner backend of the project at `root`, and return its object.

    Raises ConfigError if there is no such backend.
    """
    text = read_regular(root / "pyproject.toml").decode()
    inner = read_inner_backend(tomllib.loads(text))
    found: object = _imported(inner, _directories(root, inner))
    for attribute in inner.name.partition(":")[2].split("."):
        if attribute and not hasattr(found, attribute):
            what = f"names '{attribute}', which is not in {inner.module}"
            raise ConfigError(f"{_TABLE}.build-backend", what, repr(inner.name))
        found = getattr(found, attribute) if attribute else found
    return found


def _directories(root: Path, inner: InnerBackend) -> list[str]:
    """Return the absolute paths of `backend-path`."""
    top = root.resolve()
    directories = [Path(top, path).resolve() for path in inner.path]
    for path, directory in zip(inner.path, directories, strict=True):
        if not directory.is_relative_to(top) or not directory.is_dir():
            what = "must be directories inside the project"
            raise ConfigError(f"{_TABLE}.backend-path", what, repr(path))
    return [str(directory) for directory in directories]


def _imported(inner: InnerBackend, directories: list[str]) -> ModuleType:
    """Import the module, from `directories` if there are any."""
    sys.path[:0] = [each for each in directories if each not in sys.path]
    key = f"{_TABLE}.build-backend"
    try:
        module = importlib.import_module(inner.module)
    except ModuleNotFoundError as error:
        what = f"cannot be imported: {error}"
        hint = "list its distribution in build-system.requires"
        if directories:
            hint = "look at backend-path"
        raise ConfigError(key, what, repr(inner.name), hint) from None
    file = os.path.realpath(module.__file__ or "")
    if directories and not any(file.startswith(each + os.sep) for each in directories):
        what = f"is not in backend-path, but in {module.__file__}"
        raise ConfigError(key, what, repr(inner.name))
    return module
