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
from hatch_agpm.sources.root import SourceRoot

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hatch_agpm.model.config import Source
    from hatch_agpm.sources.distributions import Required
    from hatch_agpm.sources.external import ExternalRoots
    from hatch_agpm.sources.tree import Tree

__all__ = ["SourceRoots"]


class SourceRoots:
    """Opens the used sources of one manifest, each once."""

    def __init__(
        self, sources: Mapping[str, Source | None], tree: Tree, *, live: bool = False
    ) -> None:
        """
        Keep the sources of a manifest by name, and the project's tree.

        If `live`, vendored copies are ignored, and their origins are read.
        """
        self.project: Final = SourceRoot(tree=tree)
        self._sources: Final = sources
        self._live: Final = live
        self._opened: Final[dict[str, SourceRoot]] = {}
        self._failed: Final[dict[str, AgpmError]] = {}

    @property
    def opened(self) -> tuple[SourceRoot, ...]:
        """The external source roots that were opened so far, sorted by name."""
        found = (self._opened[name] for name in sorted(self._opened))
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
        real = [source for source in self._sources.values() if source]
        external = [source for source in real if self._is_external(source)]
        if external:
            found += self._external.problems(external)
        if found:
            return found
        for source in real:
            if source.distribution or (
                source in external and self._external.has_copies
            ):
                # Unused distributions need not be installed.
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
        if source.name in self._failed:
            raise self._failed[source.name]
        if source.name not in self._opened:
            try:
                self._opened[source.name] = self._open(source)
            except ContentError as error:
                what = f"{error.path} {error.what}" if error.path else error.what
                failure = ConfigError(f"{source.key}:", what, error.got, error.hint)
                self._failed[source.name] = failure
                raise failure from None
            except AgpmError as error:
                self._failed[source.name] = error
                raise
        return self._opened[source.name]

    def named(self, name: str | None, source_root: SourceRoot) -> SourceRoot:
        """
        Return the source root for `source: <name>` in a template of `source_root`.

        It is `source_root` if `name` is None.  Templates of the project and of its
        directories use the project's sources; those of a distribution use its own.
        Raises ContentError, or ConfigError if the source cannot be opened.
        """
        if name is None:
            return source_root
        if source_root.package is None:
            source = self._sources.get(name)
            if source is not None:
                return self._of(source)
            if name in self._sources:
                what = f"the source '{name}' is a Git repository"
                raise ContentError(what, hint="a build reads none")
            hint = did_you_mean(name, self._sources) or "list it under 'sources'"
            raise ContentError(f"the source '{name}' is not known", hint=hint)
        whose = source_root.package.distribution
        if name not in source_root.sources:
            what = f"the source '{name}' is not one of {whose}"
            raise ContentError(what, hint=did_you_mean(name, source_root.sources))
        required = source_root.sources[name]
        if required is None:
            what = f"the source '{name}' of {whose} is a directory, and not shipped"
            raise ContentError(what)
        return self._required(required, by=whose)

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
        if source.distribution:
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
