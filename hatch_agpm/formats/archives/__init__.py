"""Wheels and sdists: unpacking within bounds, and the RECORD."""

from __future__ import annotations

from hatch_agpm.formats.archives.tars import tar_files
from hatch_agpm.formats.archives.unpacking import (
    FileDigest,
    digest_of,
    member_digest,
    opened_zip,
    read_member,
    readable,
)

__all__ = [
    "FileDigest",
    "digest_of",
    "member_digest",
    "opened_zip",
    "read_member",
    "readable",
    "tar_files",
]
