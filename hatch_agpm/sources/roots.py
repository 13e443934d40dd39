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
    """Opens the sources of one manifest, each once, and no more than are used."""

    def __init__(
        self, sources: Mapping[str, Source | None], tree: Tree, *, live: bool = False
    ) -> None:
        """
        Take the sources of a manifest by name, and the project's tree.

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
        return tuple(place for place in found if place.is_external)

    @property
    def used(self) -> tuple[SourceRoot, ...]:
        """The project, and the external source roots that were opened."""
        return (self.project, *self.opened)

    @property
    def external_trees(self) -> tuple[Tree, ...]:
        """The trees of external directories that are read in place, without a copy."""
        trees = (place.tree for place in self.opened)
        return tuple(tree for tree in trees if not tree.is_locked)

    def problems(self) -> list[AgpmError]:
        """Return what is wrong with the listed sources, used or not."""
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
                # They may be missing if no template uses them.
                continue
            try:
                self._of(source)
            except AgpmError as error:
                found.append(error)
        return found

    def _of(self, source: Source) -> SourceRoot:
        """
        Return the root of a source.

        Raises ConfigError where it cannot be opened, each time.
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

    def named(self, name: str | None, place: SourceRoot) -> SourceRoot:
        """
        Return what a template of `place` means by `source: <name>`; None is `place`.

        The project's own templates, and those of its directories, have the project's
        sources; those of a distribution have what that lists itself.  Raises
        ContentError, or ConfigError where the source cannot be opened.
        """
        if name is None:
            return place
        if place.package is None:
            source = self._sources.get(name)
            if source is not None:
                return self._of(source)
            if name in self._sources:
                what = f"the source '{name}' is a Git repository"
                raise ContentError(what, hint="a build reads none")
            hint = did_you_mean(name, self._sources) or "list it under 'sources'"
            raise ContentError(f"the source '{name}' is not known", hint=hint)
        whose = place.package.distribution
        if name not in place.sources:
            what = f"the source '{name}' is not one of {whose}"
            raise ContentError(what, hint=did_you_mean(name, place.sources))
        required = place.sources[name]
        if required is None:
            what = f"the source '{name}' of {whose} is a directory, and not shipped"
            raise ContentError(what)
        return self._required(required, by=whose)

    def _required(self, required: Required, by: str) -> SourceRoot:
        """Return the root of a distribution that another one needs."""
        place = self._of(self._external.source_of(required, by, self._sources))
        if place.package is not None:
            self._external.check_version(place.package, required, by)
        return place

    @cached_property
    def _external(self) -> ExternalRoots:
        from hatch_agpm.sources.external import ExternalRoots  # noqa: PLC0415 - rare

        return ExternalRoots(self.project, live=self._live)

    # --- opening ----------------------------------------------------------------------

    def _is_external(self, source: Source) -> bool:
        if source.distribution:
            return True
        # By its spelling alone: a build from an sdist must not look there.
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
