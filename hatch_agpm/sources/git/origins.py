"""
Opens Git sources at their repositories, for `hatch-agpm vendor`.

Builds do not use this module: they read vendored copies.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from hatch_agpm.errors import ContentError
from hatch_agpm.model.rendering import GitCommit
from hatch_agpm.sources.git.references import Resolved, resolve_version
from hatch_agpm.sources.git.repository import Repository
from hatch_agpm.sources.git.tree import GitTree
from hatch_agpm.sources.root import SourceRoot

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from hatch_agpm.model.config import Source
    from hatch_agpm.sources.git.references import References
    from hatch_agpm.sources.lockfile import Locked

__all__ = ["GitOrigins", "Live", "LockPins", "Pins"]


class Pins(Protocol):
    """Commits that are decided already."""

    def find(self, source: Source, asked: str | None, path: str) -> Resolved | None:
        """Return the commit for a version of a path; None if it is not decided."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LockPins:
    """The commits of a lock file, as long as the address is the same."""

    locked: Mapping[str, Locked]

    def find(self, source: Source, asked: str | None, path: str) -> Resolved | None:
        """Return the commit that the lock file has for a version."""
        del path
        locked = self.locked.get(source.name)
        if locked is None or locked.git != source.git:
            return None
        found = locked.commit_of(asked)
        if found is None:
            return None
        version = found.git.versions[asked or ""]
        return Resolved(version=version, commit=found.git.commit)


class GitOrigins:
    """Opens the commits of the Git sources of one project, each once."""

    def __init__(self, pins: Pins, *, report: Callable[[str], None]) -> None:
        """Keep the commits that are decided; `report` gets a line for each fetch."""
        self._pins = pins
        self._report = report
        self._repositories: dict[str, Repository] = {}
        self._references: dict[str, References] = {}
        self._resolved: dict[tuple[str, str | None], Resolved] = {}
        self._roots: dict[tuple[str, str], SourceRoot] = {}
        self._versions: dict[tuple[str, str], dict[str, str]] = {}

    def open(
        self, source: Source, asked: str | None, path: str, *, base: Path
    ) -> SourceRoot:
        """
        Return the root of the commit that a version of a source means.

        `path` is the path that is wanted of it; a relative address starts at `base`.
        Raises ContentError.
        """
        resolved = self._resolve(source, asked, path, base)
        key = (source.name, resolved.commit)
        versions = self._versions.setdefault(key, {})
        versions[asked or ""] = resolved.version
        if key not in self._roots:
            repository = self._repository(source, base)
            tree = GitTree(
                repository, resolved.commit, name=source.name, root=repository.directory
            )
            self._roots[key] = SourceRoot(
                tree=tree,
                name=source.name,
                is_external=True,
                allows_jinja2=source.jinja2,
                git=GitCommit(
                    address=source.git, commit=resolved.commit, versions=versions
                ),
            )
        return self._roots[key]

    def references(self, source: Source, base: Path) -> References:
        """Return the names of a repository, which is fetched for them."""
        if source.name not in self._references:
            repository = self._repository(source, base)
            self._report(f"fetching {source.git}")
            repository.fetch()
            self._references[source.name] = repository.references()
        return self._references[source.name]

    def _repository(self, source: Source, base: Path) -> Repository:
        if source.name not in self._repositories:
            self._repositories[source.name] = Repository(source.git, base)
        return self._repositories[source.name]

    def _resolve(
        self, source: Source, asked: str | None, path: str, base: Path
    ) -> Resolved:
        locked = self._pins.find(source, asked, path)
        known = self._resolved.get((source.name, asked))
        if locked is None:
            found = known or resolve_version(asked, self.references(source, base))
        elif known not in {None, locked}:
            what = f"has two commits for the version '{asked}'"
            raise ContentError(what, hint="name the versions in the manifest")
        else:
            found = locked
            self._check_there(source, found.commit, base)
        self._resolved[source.name, asked] = found
        return found

    def _check_there(self, source: Source, commit: str, base: Path) -> None:
        """Raise ContentError if a locked commit is not in the repository any more."""
        repository = self._repository(source, base)
        if not repository.has(commit):
            self.references(source, base)
        if not repository.has(commit):
            what = f"does not have the locked commit {commit} any more"
            hint = f"run `hatch-agpm vendor update {source.name}`"
            raise ContentError(what, hint=hint)


@dataclass(frozen=True, kw_only=True, slots=True)
class Live:
    """Says that sources are read from their origins, and not from vendored copies."""

    git: GitOrigins | None
    """Opens Git sources; None reads them from vendored copies after all."""
