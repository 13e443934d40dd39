"""A file in memory."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

from hatch_agpm.errors import ContentError, Location

__all__ = ["File"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class File:
    """The content of one file, read once."""

    path: str
    """The real path, relative to the project root, with `/`."""

    data: bytes
    executable: bool

    def holding(self, text: str) -> File:
        """Return the same file with `text` as its content."""
        return File(path=self.path, data=text.encode(), executable=self.executable)

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the bytes, in hexadecimal digits."""
        return hashlib.sha256(self.data).hexdigest()

    @cached_property
    def text(self) -> str:
        """The content as text; raises ContentError if it is not UTF-8."""
        try:
            return self.data.decode()
        except UnicodeDecodeError as error:
            line = self.data.count(b"\n", 0, error.start) + 1
            raise ContentError(
                "is not UTF-8 text",
                location=Location(path=self.path, line=line),
                got=f"byte 0x{self.data[error.start]:02x}",
                hint="save the file as UTF-8",
            ) from None
