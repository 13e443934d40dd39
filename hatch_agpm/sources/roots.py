"""
Opens the source roots of a manifest: the project, and its declared sources.

A source inside the project is a directory of it.  An external one is read where the
build at hand has it: vendored, as the copy in an sdist, or from its own directory or
installed distribution.  Nothing else is ever read.
"""

from __future__ import annotations

import os
import posixpath
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from packaging.utils import canonicalize_name

from hatch_agpm.errors import (
    AgpmError,
    BundleError,
    ConfigError,
    ContentError,
    Location,
    RequirementError,
    did_you_mean,
)
from hatch_agpm.model.config import Source
from hatch_agpm.model.rendering import COPIES, MARKER
from hatch_agpm.sources.distributions import (
    NotInstalledError,
    Package,
    Required,
    fits,
    installed_package,
)
from hatch_agpm.sources.locked import FileList, LockedTree
from hatch_agpm.sources.lockfile import LOCK_FILE, VENDOR_HINT, Locked, read_lock
from hatch_agpm.sources.names import folded_name, problems_of_names
from hatch_agpm.sources.root import SourceRoot
from hatch_agpm.sources.sdist_copies import read_marker
from hatch_agpm.sources.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Mapping

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
            found += problems_of_names(external)
        if external and not self._has_copies and self._has_marker:
            what = "holds the copies of an sdist, but this is not an unpacked sdist"
            found.append(BundleError(".hatch-agpm", what, "move it away"))
        if found:
            return found
        for source in real:
            if source.distribution or (source in external and self._has_copies):
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
        wanted = canonicalize_name(required.distribution)
        listed = (source for source in self._sources.values() if source)
        source = next(
            (each for each in listed if canonicalize_name(each.distribution) == wanted),
            None,
        )
        if source is None:
            if folded_name(wanted) in map(folded_name, self._sources):
                what = f"the source '{wanted}' of {by} has the name of another source"
                raise ContentError(what, hint="give yours another name")
            source = Source(
                name=wanted,
                path="",
                distribution=required.distribution,
                version=required.version,
                key=f"the source of {by}",
            )
        place = self._of(source)
        version = place.package.version if place.package else ""
        if not fits(version, required.version):
            what = f"{by} needs {required}, and {wanted} is {version}"
            raise ContentError(what, hint="install versions that fit each other")
        return place

    # --- opening ----------------------------------------------------------------------

    def _is_external(self, source: Source) -> bool:
        if source.distribution:
            return True
        # By its spelling alone: a build from an sdist must not look there.
        whole = Path(os.path.normpath(self.project.tree.base / source.path))
        return not whole.is_relative_to(self.project.tree.root)

    @property
    def _has_copies(self) -> bool:
        return self._locked is not None or self._copied is not None

    @cached_property
    def _locked(self) -> Mapping[str, Locked] | None:
        """What is vendored, by name; None where nothing is."""
        tree = self.project.tree
        if self._live or not tree.is_file(LOCK_FILE):
            return None
        return read_lock(tree.read(LOCK_FILE).text)

    @cached_property
    def _copied(self) -> Mapping[str, FileList] | None:
        """The copies that an unpacked sdist has, by name; None elsewhere."""
        tree = self.project.tree
        if not (self._has_marker and tree.is_file("PKG-INFO")):
            return None
        return read_marker(tree.read(MARKER).text)

    @property
    def _has_marker(self) -> bool:
        return self.project.tree.is_file(MARKER)

    def _open(self, source: Source) -> SourceRoot:
        if source.distribution:
            return self._distribution(source)
        if not self._is_external(source):
            return self._inside(source)
        if self._locked is not None:
            return self._vendored(source.name, self._locked.get(source.name))
        if self._copied is not None:
            return self._copy(source.name, self._copied.get(source.name))
        root = self.project.tree.root
        whole = Path(os.path.realpath(self.project.tree.base / source.path))
        if not whole.is_dir():
            hint = self.project.tree.nearest(source.path)
            raise ConfigError(source.key, "names no directory", repr(source.path), hint)
        label = f"the source '{source.name}'"
        tree = Tree(root, whole, bounded=True, label=label)
        return SourceRoot(tree=tree, name=source.name, is_external=True)

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

    def _copy(self, name: str, listing: FileList | None) -> SourceRoot:
        if listing is None:
            raise ContentError(
                f"lists no source '{name}'", location=Location(path=MARKER)
            )
        directory = f"{COPIES}/{name}"
        return SourceRoot(
            tree=_locked_tree(
                name,
                self.project.tree.root / directory,
                listing,
                prefix=f"{directory}/",
                hint="unpack the sdist again",
            ),
            name=name,
            is_external=True,
        )

    def _vendored(self, name: str, locked: Locked | None) -> SourceRoot:
        if locked is None:
            what = f"does not have the source '{name}'"
            raise ContentError(
                what, location=Location(path=LOCK_FILE), hint=VENDOR_HINT
            )
        root = self.project.tree.root
        directory = root / locked.directory
        if os.path.realpath(directory) != str(directory) or directory == root:
            what = (
                f"names '{locked.directory}', which is not a directory of the project"
            )
            raise ContentError(
                what, location=Location(path=LOCK_FILE), hint=VENDOR_HINT
            )
        tree = _locked_tree(
            name,
            directory,
            locked.listing,
            prefix=f"{locked.directory}/",
            hint=VENDOR_HINT,
        )
        return SourceRoot(
            tree=tree,
            name=name,
            is_external=True,
            package=_locked_package(locked, directory),
            hint=VENDOR_HINT,
        )

    def _distribution(self, source: Source) -> SourceRoot:
        if self._locked is not None:
            place = self._vendored(source.name, self._locked.get(source.name))
            package = place.package
            wanted = canonicalize_name(source.distribution)
            if package is None or package.distribution != wanted:
                what = f"has another source of the name '{source.name}'"
                raise ContentError(
                    what, location=Location(path=LOCK_FILE), hint=place.hint
                )
            if not fits(package.version, source.version):
                what = f"{wanted} {package.version} is vendored, not {source.version}"
                raise ContentError(what, hint=place.hint)
            return place
        required = Required(distribution=source.distribution, version=source.version)
        try:
            package = installed_package(required)
        except NotInstalledError as error:
            key = f"{source.key}:"
            raise RequirementError(key, error.what, hint=error.hint) from None
        tree = _locked_tree(
            source.name,
            package.directory,
            package.listing,
            prefix=f"{package.distribution}:",
            hint=f"install {package.distribution} again",
        )
        return SourceRoot(
            tree=tree,
            name=source.name,
            is_external=True,
            package=package,
        )


def _locked_tree(
    name: str, directory: Path, listing: FileList, *, prefix: str, hint: str
) -> Tree:
    label = f"the source '{name}'"
    return LockedTree(directory, listing, prefix=prefix, label=label, hint=hint)


def _locked_package(locked: Locked, directory: Path) -> Package | None:
    """Return what was vendored of a distribution; None if it was a directory."""
    if not locked.distribution:
        return None
    return Package(
        distribution=locked.distribution,
        version=locked.version,
        directory=directory,
        listing=locked.listing,
        is_rendered=locked.is_rendered,
        sources={
            own: Required(distribution=distribution, version="")
            for own, distribution in (locked.sources or {}).items()
        },
    )
