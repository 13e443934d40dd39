"""
The places that templates may come from: the project, and its declared sources.

A source inside the project is a directory of it.  One outside is found where the
build at hand has it: vendored, as the copy that an sdist carries, or where it really
is, which is a directory or an installed distribution.  Nothing else is ever read.
"""

from __future__ import annotations

import os
import posixpath
from dataclasses import dataclass
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
from hatch_agpm.model.rendering import COPIES, MARKER, Input, SkillFile, UsedSource
from hatch_agpm.sources.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hatch_agpm.model.config import Source
    from hatch_agpm.model.files import File
    from hatch_agpm.sources.distributions import Package, Required
    from hatch_agpm.sources.locked import FileList
    from hatch_agpm.sources.lockfile import Locked

__all__ = ["SourceRoot", "SourceRoots"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class SourceRoot:
    """Where paths start that are no further qualified."""

    tree: Tree
    name: str | None = None
    """The source's; None for the project."""

    folder: str = ""
    """Of a source inside the project: relative to the tree's base."""

    top: str | None = None
    """The same, as a real path."""

    is_external: bool = False
    """Whether it is no part of the project, wherever a build finds it."""

    package: Package | None = None
    """What it is of a distribution, installed or vendored."""

    remedy: str = ""
    """What to do about a file that is not there."""

    @property
    def sources(self) -> Mapping[str, Required | None]:
        """What `source` means in the templates of a distribution."""
        return self.package.sources if self.package is not None else {}

    @property
    def is_rendered(self) -> bool:
        """Whether its texts are shipped and embedded as they are."""
        return self.package is not None and self.package.is_rendered

    @property
    def is_installed(self) -> bool:
        """Whether it is an installed distribution, and no copy in the project."""
        return self.package is not None and not self.remedy

    @property
    def version(self) -> str | None:
        """What templates see as the version of what is from here."""
        if self.package is not None:
            return self.package.version
        return self.name and "local"

    @property
    def within(self) -> str:
        """The words that say where something was looked for, "" for the project."""
        return f" in the source '{self.name}'" if self.is_external else ""

    def stable_name(self, path: str) -> str:
        """Return a real path as it can be named wherever a build finds the place."""
        if not self.is_external:
            return path
        return f"{self.name}:{self.tree.from_base(path)}"

    def as_input(self, file: File) -> Input:
        """Return what a rendering says of a file that was read here."""
        if not self.is_external:
            return Input(path=file.path, sha256=file.sha256, executable=file.executable)
        return Input(
            path=file.path,
            sha256=file.sha256,
            executable=file.executable,
            source=self.name,
            path_in_source=self.tree.from_base(file.path),
        )

    def as_used(self) -> UsedSource:
        """Return what a rendering says of all that was read here."""
        tree, package = self.tree, self.package
        relative = tree.from_base
        read = sorted(tree.read_files.items())
        return UsedSource(
            name=self.name or "",
            files=tuple(
                SkillFile(
                    path=relative(path), data=file.data, executable=file.executable
                )
                for path, file in read
            ),
            links=dict(sorted(tree.used_links.items())),
            is_external=not tree.is_locked,
            distribution=package.distribution if package else "",
            version=package.version if package else "",
            is_rendered=self.is_rendered,
            needs={
                own: canonicalize_name(required.distribution)
                for own, required in sorted(self.sources.items())
                if required is not None
            },
        )

    def check_closed(self, file: str) -> None:
        """Raise ContentError for a rendered text that leaves values open."""
        if self.is_rendered and (runtime := self.tree.open_variables(file)):
            what = f"leaves the run-time variable '{runtime[0]}' open"
            hint = "only templates can be built upon then: see `templates`"
            raise ContentError(what, location=Location(path=file), hint=hint)

    def path(self, file: str) -> str:
        """
        Return a real path as AGPM names it: relative to the source, if it is one.

        Raises ContentError where the file is not in its source.
        """
        if self.top is None:
            return self.tree.from_base(file)
        path = posixpath.relpath(file, self.top)
        if path.startswith("../"):
            raise ContentError(f"{file!r} leads out of the source '{self.name}'")
        return path


class SourceRoots:
    """Opens the sources of one manifest, each once, and no more than are used."""

    def __init__(
        self, sources: Mapping[str, Source | None], tree: Tree, *, live: bool = False
    ) -> None:
        """
        Take the sources of a manifest by name, and the project's tree.

        If `live`, what is vendored is left aside and read anew from where it is from.
        """
        self.project: Final = SourceRoot(tree=tree)
        self._sources: Final = sources
        self._live: Final = live
        self._opened: Final[dict[str, SourceRoot]] = {}
        self._failed: Final[dict[str, AgpmError]] = {}

    @property
    def opened(self) -> tuple[SourceRoot, ...]:
        """The places outside of the project that were opened so far, by name."""
        found = (self._opened[name] for name in sorted(self._opened))
        return tuple(place for place in found if place.is_external)

    @property
    def used(self) -> tuple[SourceRoot, ...]:
        """The project, and these."""
        return (self.project, *self.opened)

    @property
    def away(self) -> tuple[Tree, ...]:
        """The directories outside that were opened where they really are."""
        trees = (place.tree for place in self.opened)
        return tuple(tree for tree in trees if not tree.is_locked)

    def problems(self) -> list[AgpmError]:
        """Return what is wrong with sources that nobody may even use."""
        found: list[AgpmError] = []
        real = [source for source in self._sources.values() if source]
        outside = [source for source in real if self._is_external(source)]
        if outside:
            from hatch_agpm.sources.names import problems_of_names  # noqa: PLC0415 - rare

            found += problems_of_names(outside)
        if outside and not self._has_copies and self._has_marker:
            what = "is a copy for sdists, and this is none"
            found.append(BundleError(".hatch-agpm", what, "delete it"))
        if found:
            return found
        for source in real:
            if source.distribution or (source in outside and self._has_copies):
                # They may be missing where nobody uses them.
                continue
            try:
                self.of(source)
            except AgpmError as error:
                found.append(error)
        return found

    def of(self, source: Source | None) -> SourceRoot:
        """
        Return the place of a source that the manifest lists; None is the project.

        Raises ConfigError where it cannot be opened, each time.
        """
        if source is None:
            return self.project
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

    def named(self, name: str, place: SourceRoot) -> SourceRoot:
        """
        Return what a template of `place` means by `source: <name>`.

        The project's own templates, and those of its directories, have the project's
        sources; those of a distribution have what that lists itself.  Raises
        ContentError, or ConfigError where the source cannot be opened.
        """
        if place.package is None:
            source = self._sources.get(name)
            if source is not None:
                return self.of(source)
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
        """Return the place of a distribution that another one needs."""
        from hatch_agpm.model.config import Source  # noqa: PLC0415 - rare, as packages
        from hatch_agpm.sources.distributions import fits  # noqa: PLC0415

        wanted = canonicalize_name(required.distribution)
        listed = (source for source in self._sources.values() if source)
        source = next(
            (each for each in listed if canonicalize_name(each.distribution) == wanted),
            None,
        )
        if source is None:
            from hatch_agpm.sources.names import folded_name  # noqa: PLC0415 - rare

            if folded_name(wanted) in map(folded_name, self._sources):
                what = f"the source '{wanted}' is another one than that of {by}"
                raise ContentError(what, hint="give yours another name")
            source = Source(
                name=wanted,
                path="",
                distribution=required.distribution,
                version=required.version,
                key=f"the source of {by}",
            )
        place = self.of(source)
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
        from hatch_agpm.sources.lockfile import LOCK_FILE, read_lock  # noqa: PLC0415 - rare

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
        from hatch_agpm.sources.sdist_copies import read_marker  # noqa: PLC0415 - in sdists alone

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
        folder = posixpath.normpath(source.path)
        return SourceRoot(tree=tree, name=source.name, folder=folder, top=real)

    def _copy(self, name: str, listing: FileList | None) -> SourceRoot:
        if listing is None:
            raise ContentError(
                f"lists no source '{name}'", location=Location(path=MARKER)
            )
        directory = f"{COPIES}/{name}"
        return SourceRoot(
            tree=_pinned(
                name,
                self.project.tree.root / directory,
                listing,
                prefix=f"{directory}/",
                remedy="unpack the sdist again",
            ),
            name=name,
            is_external=True,
        )

    def _vendored(self, name: str, locked: Locked | None) -> SourceRoot:
        from hatch_agpm.sources.lockfile import LOCK_FILE, REMEDY  # noqa: PLC0415 - rare

        if locked is None:
            what = f"does not have the source '{name}'"
            raise ContentError(what, location=Location(path=LOCK_FILE), hint=REMEDY)
        root = self.project.tree.root
        directory = root / locked.directory
        if os.path.realpath(directory) != str(directory) or directory == root:
            what = f"names '{locked.directory}', which is no directory of the project"
            raise ContentError(what, location=Location(path=LOCK_FILE), hint=REMEDY)
        tree = _pinned(
            name,
            directory,
            locked.listing,
            prefix=f"{locked.directory}/",
            remedy=REMEDY,
        )
        return SourceRoot(
            tree=tree,
            name=name,
            is_external=True,
            package=_locked_package(locked, directory),
            remedy=REMEDY,
        )

    def _distribution(self, source: Source) -> SourceRoot:
        # Few projects use any, and every build would pay for the imports.
        from hatch_agpm.sources.distributions import (  # noqa: PLC0415
            NotInstalledError,
            Required,
            fits,
            installed_package,
        )
        from hatch_agpm.sources.lockfile import LOCK_FILE  # noqa: PLC0415

        if self._locked is not None:
            place = self._vendored(source.name, self._locked.get(source.name))
            package = place.package
            wanted = canonicalize_name(source.distribution)
            if package is None or package.distribution != wanted:
                what = f"has another source of the name '{source.name}'"
                raise ContentError(
                    what, location=Location(path=LOCK_FILE), hint=place.remedy
                )
            if not fits(package.version, source.version):
                what = f"{wanted} {package.version} is vendored, not {source.version}"
                raise ContentError(what, hint=place.remedy)
            return place
        required = Required(distribution=source.distribution, version=source.version)
        try:
            package = installed_package(required)
        except NotInstalledError as error:
            key = f"{source.key}:"
            raise RequirementError(key, error.what, hint=error.hint) from None
        tree = _pinned(
            source.name,
            package.directory,
            package.listing,
            prefix=f"{package.distribution}:",
            remedy=f"install {package.distribution} anew",
        )
        return SourceRoot(
            tree=tree,
            name=source.name,
            is_external=True,
            package=package,
        )


def _pinned(
    name: str, directory: Path, listing: FileList, *, prefix: str, remedy: str
) -> Tree:
    # Few projects have sources outside, and every build would pay for the import.
    from hatch_agpm.sources.locked import LockedTree  # noqa: PLC0415

    label = f"the source '{name}'"
    return LockedTree(directory, listing, prefix=prefix, label=label, remedy=remedy)


def _locked_package(locked: Locked, directory: Path) -> Package | None:
    """Return what was vendored of a distribution; None if it was a directory."""
    if not locked.distribution:
        return None
    from hatch_agpm.sources.distributions import Package, Required  # noqa: PLC0415 - rare

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
