"""
The distributions of the environment, by the directories of their metadata.

Unlike `importlib.metadata`, nothing but regular files is opened, and no more of each is
read than it may have.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from packaging.utils import canonicalize_name

from hatch_agpm.installed.headers import core_headers
from hatch_agpm.installed.record import read_record
from hatch_agpm.reading import read_regular

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from email.message import Message

__all__ = ["MOST_OF_METADATA", "InstalledDistribution", "distributions_of"]

_INFOS: Final = (".dist-info", ".egg-info")
MOST_OF_METADATA: Final = 1 << 25
"""The bytes of one file of metadata."""


@dataclass(frozen=True, kw_only=True, slots=True)
class InstalledDistribution:
    """An installed distribution."""

    root: Path
    """The directory like `site-packages`."""

    info: str
    """The name of the directory of its metadata."""

    def read_text(self, name: str) -> str | None:
        """Return a file of its metadata; raises OSError or ValueError, if damaged."""
        data = self._read(name)
        return None if data is None else data.decode()

    def _read(self, name: str) -> bytes | None:
        path = self.root / self.info / name
        try:
            return read_regular(path, MOST_OF_METADATA)
        except (FileNotFoundError, NotADirectoryError):
            return None

    def locate_file(self, path: str) -> Path:
        """Return the whole path of one of its files."""
        return self.root / path

    @property
    def name(self) -> str:
        """The name, as its directory has it."""
        return self.info.rpartition(".")[0].partition("-")[0]

    @property
    def version(self) -> str:
        """The version, "" if its metadata is missing or damaged."""
        headers = self._headers
        return str(headers.get("Version", "")) if headers.get("Name") else ""

    @property
    def requires(self) -> list[str]:
        """The requirements, as they are written; none if its metadata is damaged."""
        return [str(each) for each in self._headers.get_all("Requires-Dist", [])]

    @property
    def _headers(self) -> Message:
        try:
            data = self._read("METADATA") or self._read("PKG-INFO") or b""
            return core_headers(data)
        except (OSError, ValueError):
            return core_headers(b"")

    @property
    def files(self) -> Collection[str]:
        """
        The files by path relative to `root`, by RECORD; none without one.

        Raises OSError or ValueError for one that is damaged.
        """
        return read_record(self.read_text("RECORD") or "")


def distributions_of(
    name: str, paths: Iterable[str] | None = None
) -> list[InstalledDistribution]:
    """
    Return the distribution of this name in some directories, by default `sys.path`.

    Only the first directory that has one counts; it may have several.
    """
    key = canonicalize_name(name)
    for entry in dict.fromkeys(sys.path if paths is None else paths):
        root = Path(entry or ".")
        try:
            names = sorted(path.name for path in root.iterdir())
        except (OSError, ValueError):
            continue
        infos = [name for name in names if name.endswith(_INFOS)]
        installed = [InstalledDistribution(root=root, info=info) for info in infos]
        found = [each for each in installed if canonicalize_name(each.name) == key]
        if found:
            return found
    return []
