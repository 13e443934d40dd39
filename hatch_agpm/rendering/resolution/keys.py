"""
The keys of `agpm.deps`, by which a template uses its dependencies.

A key means one resource.  The key that AGPM makes of a file's name (semantics, 2.6) is
used unless every resource that would have it has a `name` of its own.  Two resources
with one key are an error; AGPM would keep one of them.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from hatch_agpm.errors import ConflictError, raise_problems

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Dependency", "keyed"]


class _Named(Protocol):
    """The attributes of a resource that are needed here."""

    @property
    def name(self) -> str: ...

    @property
    def file(self) -> str: ...


R = TypeVar("R", bound=_Named)


@dataclass(frozen=True, kw_only=True, slots=True)
class Dependency(Generic[R]):
    """One declared dependency: the resource and its name."""

    name: str | None
    resource: R


def keyed(dependencies: Sequence[Dependency[R]], parent: str) -> dict[str, R]:
    """
    Return the dependencies of one type by key, sorted.

    `parent` is the file that declares them.  Raises ConflictError, or ProblemsError
    with several, if a key would mean two resources.
    """
    names: dict[R, list[str]] = {}
    for dependency in dependencies:
        known = names.setdefault(dependency.resource, [])
        if dependency.name and (name := _identifier(dependency.name)) not in known:
            known.append(name)
    claims: dict[str, list[R]] = {}
    for resource in names:
        claims.setdefault(_file_key(resource), []).append(resource)
    shared = {key for key, owners in claims.items() if len(owners) > 1}
    for key in shared:
        if all(names[owner] for owner in claims[key]):
            # Each has a name of its own, so the ambiguous key is not needed.
            del claims[key]
    for resource, own in names.items():
        for name in own:
            owners = claims.setdefault(name, [])
            if resource not in owners:
                owners.append(resource)
    raise_problems(
        [
            _conflict(key, owners, parent)
            for key, owners in sorted(claims.items())
            if len(owners) > 1
        ]
    )
    return {key: owners[0] for key, owners in sorted(claims.items())}


def _conflict(key: str, owners: Sequence[R], parent: str) -> ConflictError:
    paths = sorted(owner.file for owner in owners)
    what = f"both are the dependency '{key}' of {parent}"
    return ConflictError(what, paths, "give each a different 'name'")


def _file_key(resource: _Named) -> str:
    folder, _, base = resource.name.rpartition("/")
    # A name with a directory loses one more extension: rust-1.70 is rust_1.
    return _identifier(posixpath.splitext(base)[0] if folder else base)


def _identifier(name: str) -> str:
    return name.replace("-", "_")
