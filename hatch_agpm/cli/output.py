"""What the commands print, and the directories that they write."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sized

    from hatch_agpm.model.rendering import FileContent

__all__ = ["count_of", "print_text", "write_directory"]


def print_text(text: str, *, to_errors: bool = False) -> None:
    """Print a text that has parts of files: none of them may control the terminal."""
    from hatch_agpm.errors import printable

    stream = sys.stderr if to_errors else sys.stdout
    # Not every terminal has all characters.
    encoding = stream.encoding or "utf-8"
    shown = printable(text).encode(encoding, "backslashreplace").decode(encoding)
    print(shown, file=stream)


def count_of(files: Sized) -> str:
    """Return the number of files in words."""
    return "1 file" if len(files) == 1 else f"{len(files)} files"


def write_directory(target: Path, files: Mapping[str, FileContent]) -> None:
    """Write all files into a new directory, atomically."""
    import tempfile

    from hatch_agpm.build.writing import write_files
    from hatch_agpm.errors import BundleError

    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise BundleError(str(target), "already exists", "choose another output")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(
        prefix=f".{target.name}-", dir=target.parent
    ) as staging:
        whole = Path(staging, "whole")
        write_files(whole, files)
        if target.exists():
            target.rmdir()
        whole.rename(target)
