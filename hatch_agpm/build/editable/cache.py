"""
The bundles in the user's cache, each in a directory that is named by its content.

A directory is written beside its place and moved there, and never changed afterwards.
So a new bundle can have the unchanged files of an earlier one as hard links.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import stat
import time
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from hatch_agpm.build.writing import mode_of, write_files
from hatch_agpm.model.rendering import FileContent
from hatch_agpm.reading import read_regular
from hatch_agpm.runtime.editable.private import make_private

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hatch_agpm.formats.archives import FileDigest

__all__ = ["write_bundle"]

_KEPT_SECONDS = 7 * 24 * 3600
"""How long a bundle stays in the cache for processes that may still read from it."""


def _bundle_name(files: Mapping[str, FileDigest]) -> str:
    """Return the name of the directory for exactly these files."""
    whole = hashlib.sha256()
    for path, file in files.items():
        whole.update(f"{path}\0{file.sha256}\0{file.executable}\0".encode())
    return whole.hexdigest()[:16]


def write_bundle(
    cache: Path,
    files: Mapping[str, FileDigest],
    contents: Mapping[str, FileContent],
    before: Path | None = None,
) -> str:
    """
    Write a bundle to the cache atomically, and return the name of its directory.

    `contents` are its files; those that it does not have are in the directory `before`.
    Raises `OSError`, also where one of these is damaged.
    """
    make_private(str(cache))
    name = _bundle_name(files)
    if _has(cache / name, files):
        return name
    part = Path(mkdtemp(prefix="new-", dir=cache))
    whole = part / "whole"
    try:
        write_files(whole, contents)
        if before is not None:
            unchanged = {path: files[path] for path in files.keys() - contents.keys()}
            _link_files(before, whole, unchanged)
        for path in (whole, *_directories(whole)):
            # Whatever the umask is.
            path.chmod(0o700)
        # Damaged, or partly deleted by a cleanup.
        if (cache / name).exists():
            (cache / name).rename(part / "damaged")
        whole.rename(cache / name)
    except OSError:
        # Another process may have written it first.
        if not _has(cache / name, files):
            raise
    finally:
        shutil.rmtree(part, ignore_errors=True)
    _prune(cache, name)
    return name


def _directories(top: Path) -> Iterator[Path]:
    for folder, names, _ in os.walk(top):
        yield from (Path(folder, name) for name in names)


def _has(directory: Path, files: Mapping[str, FileDigest]) -> bool:
    """Tell whether a directory has all these files, undamaged."""
    try:
        return all(
            _sha256(directory / path) == file.sha256 for path, file in files.items()
        )
    except OSError:
        return False


def _sha256(path: Path) -> str:
    return hashlib.sha256(read_regular(path)).hexdigest()


def _link_files(source: Path, target: Path, files: Mapping[str, FileDigest]) -> None:
    """
    Give a directory files of another one: as hard links, or as copies.

    A link is made to files of the user alone, which have the mode that they would be
    written with; and only where the file system has links.  Raises `OSError`.
    """
    for folder in {path.rpartition("/")[0] for path in files}:
        (target / folder).mkdir(parents=True, exist_ok=True)
    copied = {}
    for path, file in files.items():
        if not _is_as_written(os.lstat(f"{source}/{path}"), file):
            copied[path] = file
            continue
        try:
            os.link(f"{source}/{path}", f"{target}/{path}")
        except OSError:
            copied[path] = file
    write_files(target, {p: _copy(source / p, file) for p, file in copied.items()})


def _is_as_written(status: os.stat_result, file: FileDigest) -> bool:
    """Tell whether the user has a file with this status, size and mode alone."""
    is_own = not hasattr(os, "getuid") or status.st_uid == os.getuid()
    mode = mode_of(executable=bool(file.executable))
    is_alike = os.name == "nt" or stat.S_IMODE(status.st_mode) == mode
    is_file = stat.S_ISREG(status.st_mode)
    return is_own and is_alike and is_file and status.st_size == file.size


def _copy(path: Path, file: FileDigest) -> FileContent:
    """Return a file of a bundle; raises `OSError` if it is damaged."""
    content = FileContent(data=read_regular(path), executable=bool(file.executable))
    if content.sha256 != file.sha256:
        raise OSError(errno.EIO, "is damaged", str(path))
    return content


def _prune(cache: Path, name: str) -> None:
    """Remove bundles that are no longer read, also those of earlier installs."""
    before = time.time() - _KEPT_SECONDS
    for path in [*cache.iterdir(), *cache.parent.iterdir()]:
        if path == cache or path.stem in {name, cache.name}:
            continue
        if path.lstat().st_mtime < before:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
