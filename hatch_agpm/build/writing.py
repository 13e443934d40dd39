"""Files on disk: directories of them, and single ones that are never half there."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hatch_agpm.model.rendering import FileContent

__all__ = ["replace_file", "write_files"]

_PART = ".hatch-agpm-"
"""What the name of a file begins with that is not whole yet: `in_tree` owns those."""


def write_files(directory: Path, files: Mapping[str, FileContent]) -> None:
    """
    Write files below a directory, by their path from it; raises OSError.

    Whoever needs all of them or none writes them where nobody looks yet.
    """
    made: set[Path] = set()
    for path, file in files.items():
        written = directory / path
        if written.parent not in made:
            written.parent.mkdir(parents=True, exist_ok=True)
            made.add(written.parent)
        written.write_bytes(file.data)
        # What is packed has the mode of the file, whatever the umask was.
        written.chmod(0o755 if file.executable else 0o644)


def replace_file(path: Path, file: FileContent, *, part_in: Path | None = None) -> None:
    """
    Give a file another content, whole or not at all; raises OSError.

    It is written beside its place first or, on the same file system, in `part_in`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, part = tempfile.mkstemp(prefix=_PART, dir=part_in or path.parent)
    try:
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(file.data)
        Path(part).chmod(0o755 if file.executable else 0o644)
        Path(part).replace(path)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise
