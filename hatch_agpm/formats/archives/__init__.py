"""Wheels and sdists: unpacking within bounds, and the RECORD."""

from __future__ import annotations

from hatch_agpm.formats.archives.tars import tar_files
from hatch_agpm.formats.archives.unpacking import (
    FileDigest,
    digest_of,
    opened_zip,
    read_member,
    readable,
)
from hatch_agpm.formats.archives.zips import ZipFiles, paths_below

__all__ = [
    "FileDigest",
    "ZipFiles",
    "digest_of",
    "opened_zip",
    "paths_below",
    "read_member",
    "readable",
    "tar_files",
]
