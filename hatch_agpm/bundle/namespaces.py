"""
The directories of a bundle, which code reads as namespaces.

Their attributes are those that the copied modules find at run time
(`hatch_agpm.runtime.accessor`).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hatch_agpm.bundle.layout import attribute_path
from hatch_agpm.errors import ConflictError
from hatch_agpm.runtime._prompt import identifier

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from hatch_agpm.bundle.shown import Shown

__all__ = [
    "RESERVED",
    "Directory",
    "directory_conflicts",
    "directory_tree",
    "module_names",
]

ERRORS = ("DamagedWheelError", "UnknownPromptError", "VariableError")
RESERVED = frozenset({*ERRORS, "BinaryResource", "Prompt", "load", "names"})
"""The attributes that the module of every bundle has."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Directory:
    """A directory of a bundle with the resources that are read from it."""

    path: str
    """Relative to the bundle, with `/` at its end: `agents/`; "" for the bundle."""

    items: tuple[Shown, ...]
    """All resources in it and below it, sorted by full name."""

    attributes: Mapping[str, Shown]
    """The resources directly in it that are attributes, by attribute."""

    directories: Mapping[str, Directory]
    """The directories directly in it that are attributes, by attribute."""

    @property
    def attribute(self) -> str:
        """The attribute path of the directory, with dots: `agents.team`."""
        return ".".join(map(identifier, self.path.split("/")[:-1]))

    def name_of(self, item: Shown) -> str:
        """Return the key by which this directory has a resource."""
        return item.full_name.removeprefix(self.path)


def directory_tree(shipped: Iterable[Shown], path: str = "") -> Directory:
    """Return the directory at `path` with what is below it."""
    items = tuple(item for item in shipped if item.full_name.startswith(path))
    attributes: dict[str, Shown] = {}
    below: dict[str, list[Shown]] = defaultdict(list)
    for item in items:
        part, slash, _ = item.full_name.removeprefix(path).partition("/")
        attribute = attribute_path(part)
        if attribute is None or (not path and attribute in RESERVED):
            continue
        if slash:
            below[f"{path}{part}/"].append(item)
        else:
            attributes[attribute] = item
    directories = {
        identifier(inner.removeprefix(path)[:-1]): directory_tree(found, inner)
        for inner, found in below.items()
    }
    return Directory(
        path=path,
        items=items,
        attributes={
            name: item
            for name, item in sorted(attributes.items())
            if name not in directories
        },
        directories=dict(sorted(directories.items())),
    )


def module_names(full_names: Iterable[str]) -> list[str]:
    """Return the names of the modules beside the directories of a bundle, sorted."""
    first = {name.partition("/")[0] for name in full_names if "/" in name}
    return sorted({identifier(part) for part in first} - RESERVED - {""})


def directory_conflicts(shipped: Iterable[Shown]) -> Iterator[ConflictError]:
    """Yield the directories that would be read by one attribute."""
    found: dict[str, set[str]] = defaultdict(set)
    for item in shipped:
        parts = item.full_name.split("/")[:-1]
        for number in range(len(parts)):
            path = "/".join(parts[: number + 1])
            if attribute := attribute_path(path):
                found[attribute].add(path)
    for attribute, paths in sorted(found.items()):
        if len(paths) > 1:
            what = f"would all be read as prompts.{attribute}"
            yield ConflictError(what, sorted(paths), "rename one of them")
