"""Writing of files: many below a directory, or a single one atomically."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from hatch_agpm.model.rendering import FileContent

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "file_mode",
    "mode_of",
    "remove_empty",
    "replace_file",
    "replace_text",
    "write_files",
]

_PART = ".hatch-agpm-"
"""The prefix of files that are being written; `in_tree` owns these, too."""


def file_mode(file: FileContent) -> int:
    """Return the mode of a file on disk and in archives that are written here."""
    return mode_of(executable=file.executable)


def mode_of(*, executable: bool) -> int:
    """Return the mode of a file that is executable, or is not."""
    # Windows has no executable bits, so archives written there have none either.
    return 0o755 if executable and os.name != "nt" else 0o644


def write_files(directory: Path, files: Mapping[str, FileContent]) -> None:
    """
    Write files below a directory, by their path from it; raises OSError.

    An error may leave some of them written: for all or none, write them into a
    directory that is moved afterwards.
    """
    made: set[Path] = set()
    for path, file in files.items():
        written = directory / path
        if written.parent not in made:
            written.parent.mkdir(parents=True, exist_ok=True)
            made.add(written.parent)
        # Not through a link, and not into a file that has another name, too.
        written.unlink(missing_ok=True)
        written.write_bytes(file.data)
        # Archives have the mode of the file, so it must not depend on the umask.
        written.chmod(file_mode(file))


def replace_file(path: Path, file: FileContent, *, part_in: Path | None = None) -> None:
    """
    Replace a file atomically; raises OSError.

    A temporary file is written first: beside it, or in `part_in` on the same file
    system.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, part = tempfile.mkstemp(prefix=_PART, dir=part_in or path.parent)
    try:
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(file.data)
        Path(part).chmod(file_mode(file))
        Path(part).replace(path)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise


def replace_text(path: Path, text: str) -> None:
    """
    Replace the text of a file atomically, and keep its mode; raises OSError.

    Of a link, the file that it names is replaced.
    """
    target = path.resolve()
    mode = target.stat().st_mode if target.exists() else None
    replace_file(target, FileContent(data=text.encode()))
    if mode is not None:
        target.chmod(stat.S_IMODE(mode))


def remove_empty(directories: Iterable[Path]) -> None:
    """Remove directories in their order, up to the first that is not empty."""
    for directory in directories:
        try:
            directory.rmdir()
        except OSError:
            return
