"""
Writing of a plan, so that a run that is killed loses nothing.

The record is written first, with what each file has before and after, and again at the
end: whatever is there in between is known, and the next run completes it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hatch_agpm.errors import BundleError
from hatch_agpm.install.record import (
    DIRECTORY,
    RECORD,
    Record,
    read_record_text,
    record_text,
)
from hatch_agpm.model.rendering import FileContent

if TYPE_CHECKING:
    from hatch_agpm.install.disk import Disk
    from hatch_agpm.install.placement import Tools
    from hatch_agpm.install.plan import InstallPlan

__all__ = ["execute", "read_record"]


def read_record(disk: Disk, tools: Tools) -> Record:
    """Return the record of a project, empty without one; raises BundleError."""
    found = disk.find(RECORD)
    if found.blocked:
        raise BundleError(RECORD, found.blocked, "move it away")
    try:
        return read_record_text((found.data or b"").decode(), tools)
    except UnicodeDecodeError:
        raise BundleError(RECORD, "is not UTF-8 text", "restore it") from None


def execute(plan: InstallPlan, disk: Disk) -> None:
    """
    Write and remove files as planned; nothing if all is as it should be.

    Raises BundleError if a file was changed since the plan was made, and if the system
    does not allow something.  What was done until then is in the record.
    """
    if disk.find(RECORD).sha256 != plan.recorded:
        raise BundleError(RECORD, "was changed while the command ran", "run it again")
    if plan.writes or plan.directories:
        _write_record(plan.pending, disk)
    # What is removed may be in the way of what is written.
    for write in plan.writes:
        if write.content is None:
            disk.remove(write.path, write.expected)
    for directory in plan.emptied:
        disk.remove_empty(directory)
    for directory in plan.directories:
        if not disk.has_directory(directory):
            disk.make(directory)
    for write in plan.writes:
        if write.content is not None:
            disk.write(write.path, write.content, write.expected)
    _finish(plan.record, disk)


def _finish(record: Record, disk: Disk) -> None:
    """Remove directories that are empty, and write the record or remove it."""
    gone = {
        path
        for path in sorted(record.directories, reverse=True)
        if disk.remove_empty(path)
    }
    kept = tuple(
        path
        for path in record.directories
        if path not in gone and disk.has_directory(path)
    )
    record = replace(record, directories=kept)
    if record.distributions:
        _write_record(record, disk)
        disk.clean()
        return
    found = disk.find(RECORD)
    if found.data is not None:
        disk.clean()
        disk.remove(RECORD, found.sha256)
    disk.remove_empty(DIRECTORY)


def _write_record(record: Record, disk: Disk) -> None:
    found = disk.find(RECORD)
    content = FileContent(data=record_text(record).encode())
    if found.data == content.data:
        return
    if not disk.has_directory(DIRECTORY):
        disk.make(DIRECTORY)
    try:
        disk.write(RECORD, content, found.sha256)
    except BundleError:
        disk.remove_empty(DIRECTORY)
        raise
