"""
Opens the source roots of a manifest: the project, and its declared sources.

A source inside the project is a directory of it; `external` opens the others.
Nothing else is ever read.
"""

from __future__ import annotations

import os
import posixpath
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hatch_agpm.errors import AgpmError, ConfigError, ContentError, did_you_mean
from hatch_agpm.sources.git.references import VersionError
from hatch_agpm.sources.root import SourceRoot

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hatch_agpm.model.config import Source
    from hatch_agpm.sources.distributions import Required
    from hatch_agpm.sources.external import ExternalRoots
    from hatch_agpm.sources.git.origins import Live
    from hatch_agpm.sources.tree import Tree

__all__ = ["SourceRoots"]


class SourceRoots:
    """Opens the used sources of one manifest, each once."""

    def __init__(
        self,
        sources: Mapping[str, Source],
        tree: Tree,
        *,
        live: Live | None = None,
    ) -> None:
        """
        Keep the sources of a manifest by name, and the project's tree.

        With `live`, vendored copies are ignored: their origins are read, those in Git
        repositories as it says.
        """
        self.project: Final = SourceRoot(tree=tree)
        self._sources: Final = sources
        self._live: Final = live
        self._opened: Final[dict[str, SourceRoot]] = {}
        self._commits: Final[dict[tuple[str, str], SourceRoot]] = {}
        """Opened commits of Git sources, by source and commit."""

        self._failed: Final[dict[tuple[str, str | None], AgpmError]] = {}

    @property
    def opened(self) -> tuple[SourceRoot, ...]:
        """The external source roots that were opened so far, sorted by name."""
        found = [self._opened[name] for name in sorted(self._opened)]
        found += [self._commits[key] for key in sorted(self._commits)]
        return tuple(source_root for source_root in found if source_root.is_external)

    @property
    def used(self) -> tuple[SourceRoot, ...]:
        """The project, and the external source roots that were opened."""
        return (self.project, *self.opened)

    @property
    def external_trees(self) -> tuple[Tree, ...]:
        """The trees of external directories that are read in place, without a copy."""
        trees = (source_root.tree for source_root in self.opened)
        return tuple(tree for tree in trees if not tree.is_locked)

    def problems(self) -> list[AgpmError]:
        """Return the problems of the listed sources, used or not."""
        found: list[AgpmError] = []
        real = list(self._sources.values())
        external = [source for source in real if self._is_external(source)]
        if external:
            found += self._external.problems(external)
        if found:
            return found
        names = {source.name for source in external}
        for source in real:
            if not source.is_directory or (
                source.name in names and self._external.has_copies
            ):
                # Unused distributions need not be installed, nor repositories vendored.
                continue
            try:
                self._of(source)
            except AgpmError as error:
                found.append(error)
        return found

    def _of(self, source: Source) -> SourceRoot:
        """
        Return the root of a source.

        Raises ConfigError if it cannot be opened.
        """
        if (source.name, None) in self._failed:
            raise self._failed[source.name, None]
        if source.name not in self._opened:
            try:
                self._opened[source.name] = self._open(source)
            except AgpmError as error:
                failure = _of_source(source, error)
                self._failed[source.name, None] = failure
                raise failure from None
        return self._opened[source.name]

    def _of_git(self, source: Source, asked: str | None, path: str) -> SourceRoot:
        """
        Return the root of the commit that a version of a Git source means.

        Raises VersionError if there is none, ConfigError if the source cannot be read.
        """
        for key in ((source.name, None), (source.name, asked)):
            if key in self._failed:
                raise self._failed[key]
        try:
            found = self._external.open_commit(source, asked, path)
        except VersionError as error:
            self._failed[source.name, asked] = error
            raise
        except AgpmError as error:
            failure = _of_source(source, error)
            self._failed[source.name, None] = failure
            raise failure from None
        commit = found.git.commit if found.git else ""
        return self._commits.setdefault((source.name, commit), found)

    def asked(self, name: str | None, asked: str | None, inherited: str | None) -> str:
        """
        Return what a dependency asks for of a Git source, "" for nothing.

        `name` is the source that it names; without one it has the source of its parent
        and, if it asks for nothing, what the parent has asked for.
        """
        if asked is not None:
            return asked
        source = self._sources.get(name) if name is not None else None
        default = source.asked if source is not None else None
        return (inherited if name is None else default) or ""

    def named(
        self,
        name: str | None,
        source_root: SourceRoot,
        *,
        asked: str = "",
        path: str = "",
    ) -> SourceRoot:
        """
        Return the source root for `source: <name>` in a template of `source_root`.

        It is `source_root` if `name` is None.  Templates of the project and of its
        directories use the project's sources; those of a distribution use its own, and
        those of a Git repository none.  Of a Git repository, `asked` is the version
        that is asked for, and `path` what is wanted of it.
        Raises ContentError, or ConfigError if the source cannot be opened.
        """
        if name is None and source_root.git is None:
            return source_root
        if source_root.git is not None:
            if name is not None:
                what = f"names the source '{name}', which the repository cannot know"
                raise ContentError(what, hint="vendor a version without it")
            own = self._sources.get(source_root.name or "")
            return self._of_git(own, asked or None, path) if own else source_root
        name = name or ""
        if source_root.package is None:
            return self._of_project(name, asked, path)
        whose = source_root.package.distribution
        if name not in source_root.sources:
            what = f"the source '{name}' is not one of {whose}"
            raise ContentError(what, hint=did_you_mean(name, source_root.sources))
        required = source_root.sources[name]
        if required is None:
            what = f"the source '{name}' of {whose} is a directory, and not shipped"
            raise ContentError(what)
        return self._required(required, by=whose)

    def _of_project(self, name: str, asked: str, path: str) -> SourceRoot:
        source = self._sources.get(name)
        if source is not None and source.git:
            return self._of_git(source, asked or None, path)
        if source is not None:
            return self._of(source)
        hint = did_you_mean(name, self._sources) or "list it under 'sources'"
        raise ContentError(f"the source '{name}' is not known", hint=hint)

    def _required(self, required: Required, by: str) -> SourceRoot:
        """Return the root of a distribution that another one needs."""
        source_root = self._of(self._external.source_of(required, by, self._sources))
        if source_root.package is not None:
            self._external.check_version(source_root.package, required, by)
        return source_root

    @cached_property
    def _external(self) -> ExternalRoots:
        from hatch_agpm.sources.external import ExternalRoots  # noqa: PLC0415 - rare

        return ExternalRoots(self.project, live=self._live)

    # --- opening ----------------------------------------------------------------------

    def _is_external(self, source: Source) -> bool:
        if not source.is_directory:
            return True
        # Only the path is checked: a build from an sdist must not read there.
        whole = Path(os.path.normpath(self.project.tree.base / source.path))
        return not whole.is_relative_to(self.project.tree.root)

    def _open(self, source: Source) -> SourceRoot:
        if self._is_external(source):
            return self._external.open(source)
        return self._inside(source)

    def _inside(self, source: Source) -> SourceRoot:
        tree = self.project.tree
        try:
            real = tree.locate(source.path)
        except ContentError as error:
            hint = "name the directory that the link leads to"
            raise ConfigError(f"{source.key}:", error.what, hint=hint) from None
        if real is None or not tree.is_directory(real):
            hint = tree.nearest(source.path) if real is None else ""
            raise ConfigError(source.key, "names no directory", repr(source.path), hint)
        directory = posixpath.normpath(source.path)
        return SourceRoot(tree=tree, name=source.name, directory=directory, top=real)


def _of_source(source: Source, error: AgpmError) -> AgpmError:
    """Return an error of opening a source, with the key of the source."""
    if not isinstance(error, ContentError):
        return error
    what = f"{error.path} {error.what}" if error.path else error.what
    return ConfigError(f"{source.key}:", what, error.got, error.hint)
