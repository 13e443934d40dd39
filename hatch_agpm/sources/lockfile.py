"""
The lock file of vendored sources: the copied files, their origins and sha256.

It is TOML, and the same copies always give the same bytes.  This module only reads and
writes its text.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hatch_agpm.errors import ConfigError, ContentError, Location
from hatch_agpm.formats.toml import toml_value
from hatch_agpm.sources.locked import FileList, read_file_list

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["LOCK_FILE", "VENDOR_HINT", "Locked", "lock_text", "read_lock"]

LOCK_FILE: Final = "hatch-agpm.lock"
"""The name of the file; it is beside pyproject.toml."""

VENDOR_HINT: Final = "run `hatch-agpm vendor`"

_VERSION: Final = 1
_HEADER: Final = "# Written by `hatch-agpm vendor`: what is vendored, and from where.\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class Locked:
    """One source that is vendored."""

    name: str
    directory: str
    """The directory of the copies, relative to the project root."""

    file_list: FileList
    distribution: str = ""
    """The distribution that was copied; "" for a directory."""

    version: str = ""
    is_rendered: bool = False
    """Whether the files are the texts of the distribution's bundle."""

    sources: Mapping[str, str] | None = None
    """The distributions by source name in its templates."""


def lock_text(sources: Iterable[Locked]) -> str:
    """Return the text of the lock file."""
    lines = [_HEADER, f"version = {_VERSION}\n"]
    for source in sorted(sources, key=lambda source: source.name):
        lines += ["\n[[source]]\n", *_source_lines(source)]
    return "".join(lines)


def _source_lines(source: Locked) -> Iterator[str]:
    values: dict[str, object] = {"name": source.name, "directory": source.directory}
    if source.distribution:
        values |= {
            "distribution": source.distribution,
            "version": source.version,
            "rendered": source.is_rendered,
        }
    if source.sources:
        values["sources"] = dict(sorted(source.sources.items()))
    yield from (f"{key} = {toml_value(value)}\n" for key, value in values.items())
    for key, items in source.file_list.as_table().items():
        if isinstance(items, list):
            yield f"{key} = [\n"
            yield from (f"    {toml_value(item)},\n" for item in items)
            yield "]\n"


def read_lock(text: str) -> dict[str, Locked]:
    """Return the sources of a lock file, by name; raises ConfigError, ContentError."""
    try:
        tables = tomllib.loads(text)
        version = tables["version"]
        if version != _VERSION:
            what = f"unsupported version {version!r} (supported: {_VERSION})"
            raise ConfigError(f"{LOCK_FILE}:", what, hint="use a newer hatch-agpm")
        return {
            table["name"]: Locked(
                name=table["name"],
                directory=table["directory"],
                file_list=read_file_list(table, LOCK_FILE),
                distribution=table.get("distribution", ""),
                version=table.get("version", ""),
                is_rendered=table.get("rendered", False),
                sources=table.get("sources", {}),
            )
            for table in tables.get("source", [])
        }
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise ContentError(
            f"is damaged: {error}", location=Location(path=LOCK_FILE), hint=VENDOR_HINT
        ) from None
