"""
Write the time zones of filter `date`: TZif files of tzdata 2024.1 in one archive.

Run as `python tools/make_zones.py` where tzdata==2024.1 is installed.  Tera formats
dates with chrono-tz, whose tables are those of this release (2024a).
"""

from __future__ import annotations

import sys
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

ARCHIVE = (
    Path(__file__).parent.parent
    / "hatch_agpm"
    / "tera"
    / "builtins"
    / "dates"
    / "zones.zip"
)
RELEASE = "2024.1"
LEFT_OUT = frozenset({"Factory"})
"""Zones that chrono-tz does not have."""


def write_zones(path: Path) -> None:
    """Write the archive; exit with a message where another tzdata is installed."""
    installed = version("tzdata")
    if installed != RELEASE:
        sys.exit(f"tzdata {installed} is installed, tzdata=={RELEASE} is needed")
    package = files("tzdata")
    names = package.joinpath("zones").read_text("utf-8").split()
    with ZipFile(path, "w") as archive:
        for name in sorted(set(names) - LEFT_OUT):
            data = package.joinpath("zoneinfo", *name.split("/")).read_bytes()
            entry = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = ZIP_DEFLATED
            archive.writestr(entry, data, compresslevel=9)


if __name__ == "__main__":
    write_zones(ARCHIVE)
