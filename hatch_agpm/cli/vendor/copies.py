"""
Vendoring: files of other sources are copied into a project and locked.

A build then needs neither the directories nor the distributions.  Writes the copies and
the lock file, and does not change files that it has not written itself.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from hatch_agpm.cli.vendor.replacing import Replacement
from hatch_agpm.errors import (
    AgpmError,
    BundleError,
    ConfigError,
    ContentError,
    Location,
)
from hatch_agpm.formats.file_names import leads_out
from hatch_agpm.reading import read_regular
from hatch_agpm.sources.locked import FileList
from hatch_agpm.sources.lockfile import (
    LOCK_FILE,
    VENDOR_HINT,
    Locked,
    LockedCommit,
    copies_of,
    lock_text,
    read_lock,
)
from hatch_agpm.sources.portable import check_portable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from hatch_agpm.model.rendering import FileContent, UsedSource

__all__ = ["DIRECTORY", "Vendored", "read_present_lock", "vendored"]

_DIGITS: Final = 12

DIRECTORY: Final = "prompts/vendor"
"""The default directory of copies, with a directory for each source."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Vendored:
    """The copies that a project should have, and those that its lock file lists."""

    root: Path
    locked: Mapping[str, Locked]
    """The sources, by name."""

    files: Mapping[str, Mapping[str, FileContent]]
    """By directory of a source and path in it."""

    old: Mapping[str, Locked]
    """The contents of the present lock file, by source."""

    @property
    def lock(self) -> str:
        """The text of the lock file, "" where there is nothing to lock."""
        return lock_text(self.locked.values()) if self.locked else ""

    @property
    def summary(self) -> str:
        """A sentence with the number of files and of sources."""
        count = sum(len(files) for files in self.files.values())
        sources = len(self.files)
        if not sources:
            return "nothing to vendor: no template is from outside of the project"
        return (
            f"{count} file{'s' * (count != 1)} of {sources} "
            f"source{'s' * (sources != 1)} in {', '.join(self.files)}"
        )

    def differences(self) -> Iterator[AgpmError]:
        """Yield an error for each difference between the project and these files."""
        for directory, files in self.files.items():
            for path, file in files.items():
                whole = self.root / directory / path
                if not whole.is_file() or whole.is_symlink():
                    yield BundleError(f"{directory}/{path}", "is missing", VENDOR_HINT)
                elif read_regular(whole) != file.data:
                    yield BundleError(
                        f"{directory}/{path}", "differs from its source", VENDOR_HINT
                    )
        for path in self._replacement().stale():
            yield BundleError(path, "is vendored and not used", VENDOR_HINT)
        if self.lock != _text(self.root / LOCK_FILE):
            yield BundleError(LOCK_FILE, "is not up to date", VENDOR_HINT)

    def write(self) -> None:
        """
        Write the copies and the lock file, and remove older copies.

        Raises BundleError, before anything is written, if a directory has files that
        the lock file does not list.
        """
        self._replacement().write()

    def _replacement(self) -> Replacement:
        return Replacement(
            root=self.root, files=self.files, lock=self.lock, old=self.old
        )


def read_present_lock(root: Path) -> Mapping[str, Locked]:
    """Return the sources of a project's lock file; raises ContentError."""
    text = _text(root / LOCK_FILE)
    return read_lock(text) if text else {}


def vendored(
    root: Path, sources: Sequence[UsedSource], *, directory: str | None = None
) -> Vendored:
    """
    Return the copies of `sources` for the project at `root`.

    `directory` is the directory of the copies, relative to `root`: by default that of
    the present copies, or DIRECTORY.  Raises ConfigError if it is not inside the
    project, ContentError for a damaged lock file, ConflictError for files that cannot
    be in one directory.
    """
    old = read_present_lock(root)
    if directory is None:
        parents = {str(PurePosixPath(each.directory).parent) for each in old.values()}
        directory = parents.pop() if len(parents) == 1 else DIRECTORY
    top = _checked(root, directory)
    locked: dict[str, Locked] = {}
    files: dict[str, dict[str, FileContent]] = {}
    for name in dict.fromkeys(used.name for used in sources):
        of_name = [used for used in sources if used.name == name]
        whole = f"{top}/{name}"
        if of_name[0].git is None:
            locked[name] = _locked(of_name[0], whole)
            files[whole] = {file.path: file.content for file in of_name[0].files}
        else:
            locked[name], files[whole] = locked_repository(of_name, whole)
        check_portable(files[whole], f"the source '{name}'")
    return Vendored(root=root, locked=locked, files=files, old=old)


def _checked(root: Path, directory: str) -> PurePosixPath:
    """Return a directory as a path; raise ConfigError if it is not in the project."""
    pure = PurePosixPath(directory)
    if leads_out(directory) or not pure.parts:
        raise ConfigError("--directory", "must be inside the project", repr(directory))
    if os.path.realpath(root / pure) != str(root / pure):
        raise ConfigError("--directory", "leads through a link", repr(directory))
    return pure


def _locked(used: UsedSource, directory: str) -> Locked:
    return Locked(
        name=used.name,
        directory=directory,
        file_list=FileList.of(used),
        distribution=used.distribution,
        version=used.version,
        is_rendered=used.is_rendered,
        sources=used.needs,
    )


def locked_repository(
    commits: Sequence[UsedSource], directory: str
) -> tuple[Locked, dict[str, FileContent]]:
    """
    Return a Git source of which several commits may be used, and its copies by path.

    A path with the same file in all of them has one copy.  Of different files the first
    has the path, and the others are in a directory that is named by the commit.
    """
    copies: dict[str, FileContent] = {}
    found: list[LockedCommit] = []
    git = [used.git for used in commits if used.git is not None]
    order = sorted(zip(git, commits, strict=True), key=lambda each: each[0].commit)
    for commit, used in order:
        files = dict(FileList.of(used).files)
        for file in used.files:
            known = copies.setdefault(file.path, file.content)
            if known != file.content:
                stored = f"@{commit.commit[:_DIGITS]}/{file.path}"
                copies[stored] = file.content
                files[file.path] = replace(files[file.path], stored=stored)
        file_list = FileList(files=files, links={})
        found.append(LockedCommit(git=commit, file_list=file_list))
    locked = Locked(
        name=commits[0].name,
        directory=directory,
        file_list=copies_of(found),
        git=git[0].address,
        commits=tuple(found),
    )
    return locked, copies


def _text(path: Path) -> str:
    """Return the text of the lock file, "" where there is none."""
    try:
        return read_regular(path).decode()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ContentError(
            f"cannot be read: {reason}", location=Location(path=LOCK_FILE)
        ) from None
