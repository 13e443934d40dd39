"""Names and paths of files, by the rules of all file systems."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath
from typing import Final

__all__ = ["folded", "is_device", "leads_out"]


# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
_DEVICES: Final = frozenset(
    ["con", "prn", "aux", "nul", "conin$", "conout$"]
    + [port + digit for port in ("com", "lpt") for digit in "0123456789¹²³"]
)


def folded(path: str) -> str:
    """Return a path as file systems compare it that ignore case and composition."""
    composed = unicodedata.normalize("NFC", path)
    return unicodedata.normalize("NFC", composed.casefold())


def is_device(name: str) -> bool:
    """Tell whether Windows reserves a name for a device, whatever its extension."""
    return name.split(".", maxsplit=1)[0].rstrip().casefold() in _DEVICES


def leads_out(path: str) -> bool:
    """Tell whether a written path, with `/`, could lead out of its directory."""
    pure = PurePosixPath(path)
    return pure.is_absolute() or ".." in pure.parts
