"""
Opens the sources outside of a project: directories and installed distributions.

Each is read from its vendored copy, from the copy in an sdist, or from its own
directory or distribution.
"""

from __future__ import annotations

import os
from dataclasses import replace
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
    from collections.abc import Mapping, Sequence

    from hatch_agpm.sources.git.origins import Live

__all__ = ["ExternalRoots"]


class ExternalRoots:
    """Opens the external sources of one project."""

    def __init__(self, project: SourceRoot, *, live: Live | None) -> None:
        """Keep the project's source root; with `live`, copies are ignored."""
        self.project: Final = project
        self._live: Final = live
        self._commits: Final[dict[tuple[str, str], SourceRoot]] = {}

    def problems(self, sources: Sequence[Source]) -> list[AgpmError]:
        """Return the problems of the names of sources, and of their copies."""
        found: list[AgpmError] = list(problems_of_names(sources))
        if not self.has_copies and self._has_marker:
            what = "holds the copies of an sdist, but this is not an unpacked sdist"
            found.append(BundleError(".hatch-agpm", what, "move it away"))
        return found

    def open(self, source: Source) -> SourceRoot:
        """Return the root of a source.  Raises AgpmError if it cannot be opened."""
        if source.distribution:
            return replace(self._distribution(source), allows_jinja2=source.jinja2)
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

    def open_commit(self, source: Source, asked: str | None, path: str) -> SourceRoot:
        """
        Return the root of the commit that a version of a Git source means.

        Raises VersionError if the repository has no such version, ConfigError without
        a vendored copy, ContentError if it cannot be read.
        """
        if self._live is not None and self._live.git is not None:
            base = self.project.tree.base
            return self._live.git.open(source, asked, path, base=base)
        locked = (self._lock or {}).get(source.name)
        found = locked.commit_of(asked) if locked is not None else None
        if locked is None or found is None or locked.git != source.git:
            raise self._not_vendored
        key = (source.name, found.git.commit)
        if key not in self._commits:
            self._commits[key] = SourceRoot(
                tree=self._vendored_tree(locked, found.file_list),
                name=source.name,
                is_external=True,
                git=found.git,
                allows_jinja2=source.jinja2,
                hint=VENDOR_HINT,
            )
        return self._commits[key]

    @cached_property
    def _not_vendored(self) -> ConfigError:
        """The error that the lock file lacks a commit: one, however many it lacks."""
        if self._lock is None:
            what = "does not exist, and templates of Git repositories are vendored"
        else:
            what = "does not have all Git sources of the manifest"
        return ConfigError(f"{LOCK_FILE}:", what, hint=VENDOR_HINT)

    def source_of(
        self, required: Required, by: str, known: Mapping[str, Source]
    ) -> Source:
        """
        Return the source of a distribution that the distribution `by` needs.

        It is one of the `known` sources if one names the distribution.  Raises
        ContentError if another source has its name.
        """
        wanted = canonicalize_name(required.distribution)
        for source in known.values():
            if canonicalize_name(source.distribution) == wanted:
                return source
        if folded_name(wanted) in map(folded_name, known):
            what = f"the source '{wanted}' of {by} has the name of another source"
            raise ContentError(what, hint="give yours another name")
        return Source(
            name=wanted,
            distribution=required.distribution,
            version=required.version,
            key=f"the source of {by}",
        )

    def check_version(self, package: Package, required: Required, by: str) -> None:
        """Raise ContentError for a version that the distribution `by` cannot use."""
        if not fits(package.version, required.version):
            found = f"{package.distribution} is {package.version}"
            what = f"{by} needs {required}, and {found}"
            raise ContentError(what, hint="install versions that fit each other")

    @property
    def has_copies(self) -> bool:
        """Whether sources are vendored, or copied into an unpacked sdist."""
        return self._locked is not None or self._copied is not None

    @cached_property
    def _locked(self) -> Mapping[str, Locked] | None:
        """The vendored sources by name; None where they are not read."""
        return self._lock if self._live is None else None

    @cached_property
    def _lock(self) -> Mapping[str, Locked] | None:
        """The contents of the lock file; None without one."""
        tree = self.project.tree
        if not tree.is_file(LOCK_FILE):
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

    def _copy(self, name: str, file_list: FileList | None) -> SourceRoot:
        if file_list is None:
            raise ContentError(
                f"lists no source '{name}'", location=Location(path=MARKER)
            )
        directory = f"{COPIES}/{name}"
        return SourceRoot(
            tree=_locked_tree(
                name,
                self.project.tree.root / directory,
                file_list,
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
        return SourceRoot(
            tree=self._vendored_tree(locked, locked.file_list),
            name=name,
            is_external=True,
            package=_locked_package(locked, self.project.tree.root / locked.directory),
            hint=VENDOR_HINT,
        )

    def _vendored_tree(self, locked: Locked, file_list: FileList) -> Tree:
        """Return the tree of copies; raises ContentError if they are not there."""
        root = self.project.tree.root
        directory = root / locked.directory
        if os.path.realpath(directory) != str(directory) or directory == root:
            what = (
                f"names '{locked.directory}', which is not a directory of the project"
            )
            raise ContentError(
                what, location=Location(path=LOCK_FILE), hint=VENDOR_HINT
            )
        if locked.git and not directory.is_dir():
            where = Location(path=locked.directory)
            raise ContentError("is missing", location=where, hint=VENDOR_HINT)
        return _locked_tree(
            locked.name,
            directory,
            file_list,
            prefix=f"{locked.directory}/",
            hint=VENDOR_HINT,
        )

    def _distribution(self, source: Source) -> SourceRoot:
        if self._locked is not None:
            source_root = self._vendored(source.name, self._locked.get(source.name))
            package = source_root.package
            wanted = canonicalize_name(source.distribution)
            if package is None or package.distribution != wanted:
                what = f"has another source of the name '{source.name}'"
                raise ContentError(
                    what, location=Location(path=LOCK_FILE), hint=source_root.hint
                )
            if not fits(package.version, source.version):
                what = f"{wanted} {package.version} is vendored, not {source.version}"
                raise ContentError(what, hint=source_root.hint)
            return source_root
        required = Required(distribution=source.distribution, version=source.version)
        try:
            package = installed_package(required)
        except NotInstalledError as error:
            key = f"{source.key}:"
            raise RequirementError(key, error.what, hint=error.hint) from None
        tree = _locked_tree(
            source.name,
            package.directory,
            package.file_list,
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
    name: str, directory: Path, file_list: FileList, *, prefix: str, hint: str
) -> Tree:
    label = f"the source '{name}'"
    return LockedTree(directory, file_list, prefix=prefix, label=label, hint=hint)


def _locked_package(locked: Locked, directory: Path) -> Package | None:
    """Return the package of a vendored distribution; None for a directory."""
    if not locked.distribution:
        return None
    return Package(
        distribution=locked.distribution,
        version=locked.version,
        directory=directory,
        file_list=locked.file_list,
        is_rendered=locked.is_rendered,
        sources={
            own: Required(distribution=distribution, version="")
            for own, distribution in (locked.sources or {}).items()
        },
    )
