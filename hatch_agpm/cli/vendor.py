"""
Vendoring: files of other sources are copied into a project and locked.

A build then needs neither the directories nor the distributions.  Writes the copies and
the lock file, and does not change files that it has not written itself.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from hatch_agpm.build.writing import replace_file, write_files
from hatch_agpm.errors import (
    AgpmError,
    BundleError,
    ConfigError,
    ContentError,
    Location,
    raise_problems,
)
from hatch_agpm.formats.file_names import leads_out
from hatch_agpm.model.rendering import FileContent
from hatch_agpm.reading import read_regular
from hatch_agpm.sources.locked import FileList, check_portable
from hatch_agpm.sources.lockfile import (
    LOCK_FILE,
    VENDOR_HINT,
    Locked,
    lock_text,
    read_lock,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hatch_agpm.model.rendering import UsedSource

__all__ = ["DIRECTORY", "Vendored", "vendored"]

DIRECTORY: Final = "prompts/vendor"
"""The default directory of copies, with a directory for each source."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Vendored:
    """The copies that a project should have, and those that its lock file lists."""

    root: Path
    files: Mapping[str, Mapping[str, FileContent]]
    """By directory of a source and path in it."""

    lock: str
    """The text of the lock file, "" where there is nothing to lock."""

    old: Mapping[str, Locked]
    """The contents of the present lock file, by source."""

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
        for path in self._stale():
            yield BundleError(path, "is vendored and not used", VENDOR_HINT)
        if self.lock != _text(self.root / LOCK_FILE):
            yield BundleError(LOCK_FILE, "is not up to date", VENDOR_HINT)

    def _stale(self) -> Iterator[str]:
        directories = {*self.files, *(locked.directory for locked in self.old.values())}
        for directory in sorted(directories):
            known = self.files.get(directory, {})
            for path in _files_below(self.root / directory):
                if path not in known:
                    yield f"{directory}/{path}"

    def write(self) -> None:
        """
        Write the copies and the lock file, and remove older copies.

        Raises BundleError, before anything is written, if a directory has files that
        the lock file does not list.
        """
        listed = {locked.directory: locked for locked in self.old.values()}
        problems: list[AgpmError] = []
        for path in self._stale():
            owner = next((each for each in listed if path.startswith(f"{each}/")), None)
            inner = path.removeprefix(f"{owner}/")
            if owner is None or inner not in listed[owner].file_list.files:
                what = f"is not listed in {LOCK_FILE}"
                problems.append(BundleError(path, what, "move it elsewhere"))
        raise_problems(problems)
        for directory in sorted({*listed} - {*self.files}):
            shutil.rmtree(self.root / directory, ignore_errors=True)
        for directory, files in self.files.items():
            _replace_directory(self.root / directory, files)
        if self.lock:
            replace_file(self.root / LOCK_FILE, FileContent(data=self.lock.encode()))
        else:
            (self.root / LOCK_FILE).unlink(missing_ok=True)


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
    text = _text(root / LOCK_FILE)
    old = read_lock(text) if text else {}
    if directory is None:
        parents = {str(PurePosixPath(each.directory).parent) for each in old.values()}
        directory = parents.pop() if len(parents) == 1 else DIRECTORY
    top = _checked(root, directory)
    locked = [_locked(used, f"{top}/{used.name}") for used in sources]
    files = {
        f"{top}/{used.name}": {file.path: file.content for file in used.files}
        for used in sources
    }
    lock = lock_text(locked) if locked else ""
    return Vendored(root=root, files=files, lock=lock, old=old)


def _checked(root: Path, directory: str) -> PurePosixPath:
    """Return a directory as a path; raise ConfigError if it is not in the project."""
    pure = PurePosixPath(directory)
    if leads_out(directory) or not pure.parts:
        raise ConfigError("--directory", "must be inside the project", repr(directory))
    if os.path.realpath(root / pure) != str(root / pure):
        raise ConfigError("--directory", "leads through a link", repr(directory))
    return pure


def _locked(used: UsedSource, directory: str) -> Locked:
    file_list = FileList.of(used)
    check_portable(file_list.files, f"the source '{used.name}'")
    return Locked(
        name=used.name,
        directory=directory,
        file_list=file_list,
        distribution=used.distribution,
        version=used.version,
        is_rendered=used.is_rendered,
        sources=used.needs,
    )


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


def _files_below(directory: Path) -> list[str]:
    paths = (path for path in directory.rglob("*") if not path.is_dir())
    return sorted(path.relative_to(directory).as_posix() for path in paths)


def _replace_directory(directory: Path, files: Mapping[str, FileContent]) -> None:
    """Replace a directory by one with these files."""
    directory.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=directory.parent) as staging:
        whole = Path(staging, "whole")
        write_files(whole, files)
        if directory.exists():
            directory.rename(Path(staging, "old"))
        whole.rename(directory)
