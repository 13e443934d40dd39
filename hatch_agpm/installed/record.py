"""The RECORD of a wheel or of an installed distribution."""

from __future__ import annotations

import base64
import csv
import io
import re

__all__ = ["read_record", "recorded_digest"]

_SHA256 = "sha256="
_DIGEST = re.compile(rf"{_SHA256}[A-Za-z0-9_-]{{43}}")
_LONGEST_SIZE = 18
_MOST_FILES = 500_000


def read_record(text: str) -> dict[str, tuple[str, str]]:
    """
    Return the digest and the size of each path, as they are written.

    What a line does not have is "".  Raises ValueError for a text that is not CSV, or
    that has more lines than any distribution has files.
    """
    found: dict[str, tuple[str, str]] = {}
    try:
        for row in csv.reader(io.StringIO(text, newline="")):
            if row:
                path, digest, size, *_ = [*row[:3], "", ""]
                found[path] = (digest, size)
            if len(found) > _MOST_FILES:
                raise ValueError(f"it has more than {_MOST_FILES:,} files")
    except csv.Error as error:
        raise ValueError(str(error)) from None
    return found


def recorded_digest(digest: str, size: str) -> tuple[str, int] | None:
    """Return a SHA-256 in hexadecimal and a size; None if either is not valid."""
    is_number = size.isascii() and size.isdecimal() and len(size) <= _LONGEST_SIZE
    if not (is_number and _DIGEST.fullmatch(digest)):
        return None
    encoded = digest.removeprefix(_SHA256)
    return base64.urlsafe_b64decode(f"{encoded}=").hex(), int(size)
