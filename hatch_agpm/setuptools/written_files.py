"""
A record of the files that a build wrote into `build/lib`.

That directory is kept between builds, and setuptools packs all of it.  The record is
beside it and lists the files that were written there, with their sha256: the next build
deletes only these, if they are unchanged.
"""

from __future__ import annotations

import hashlib
import json
from itertools import takewhile
from typing import TYPE_CHECKING

from hatch_agpm.build.writing import remove_empty, replace_file
from hatch_agpm.model.rendering import FileContent
from hatch_agpm.reading import read_regular

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["record_file", "remove_recorded", "remove_unchanged", "write_record"]

_VERSION = 1


def record_file(build_lib: Path) -> Path:
    """Return the path of the record of a directory."""
    return build_lib.with_name(f"{build_lib.name}.hatch-agpm.json")


def write_record(build_lib: Path, files: Mapping[str, FileContent]) -> None:
    """Record files by their path in `build_lib`, before they are written there."""
    digests = {path: file.sha256 for path, file in files.items()}
    record = record_file(build_lib)
    document = {"version": _VERSION, "files": digests}
    text = json.dumps(document, indent=1) + "\n"
    replace_file(record, FileContent(data=text.encode()))


def remove_recorded(build_lib: Path) -> None:
    """
    Remove the files that the record lists, and the directories this leaves empty.

    A file that is outside of `build_lib`, is a link or has another content is kept.
    """
    remove_unchanged(build_lib, _read_record(record_file(build_lib)))


def remove_unchanged(directory: Path, digests: Mapping[str, str]) -> None:
    """Remove the files of a directory that have the given sha256, by path in it."""
    top = directory.resolve()
    for path, sha256 in digests.items():
        file = directory / path
        if _is_within(file, top) and _sha256(file) == sha256:
            file.unlink()
            below_top = takewhile(lambda parent: parent.resolve() != top, file.parents)
            remove_empty(below_top)


def _read_record(record: Path) -> dict[str, str]:
    """Return the sha256 of the recorded files; {} without a readable record."""
    try:
        document = json.loads(read_regular(record))
        if document["version"] != _VERSION:
            return {}
        return {str(path): str(sha256) for path, sha256 in document["files"].items()}
    except (OSError, ValueError, RecursionError):
        return {}
    except (LookupError, TypeError, AttributeError):
        # It is JSON, but not a record.
        return {}


def _is_within(file: Path, top: Path) -> bool:
    """Return whether a path is that of a file below `top`, and not a link."""
    try:
        if file.is_symlink() or not file.is_file():
            return False
        return file.resolve().is_relative_to(top)
    except (OSError, ValueError, RuntimeError):
        return False


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
