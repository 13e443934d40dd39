"""
The lock file of vendored sources: the copied files, their origins and sha256.

It is TOML, and the same copies always give the same bytes.  This module only reads and
writes its text.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from hatch_agpm.errors import ConfigError, ContentError, Location
from hatch_agpm.formats.toml import toml_value
from hatch_agpm.model.rendering import GitCommit
from hatch_agpm.sources.locked import FileList, read_file_list

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = [
    "LOCK_FILE",
    "VENDOR_HINT",
    "Locked",
    "LockedCommit",
    "copies_of",
    "lock_text",
    "read_lock",
]

LOCK_FILE: Final = "hatch-agpm.lock"
"""The name of the file; it is beside pyproject.toml."""

VENDOR_HINT: Final = "run `hatch-agpm vendor`"

_VERSION: Final = 1
_COMMIT: Final = "[0-9a-f]{40}|[0-9a-f]{64}"
_HEADER: Final = "# Written by `hatch-agpm vendor`: what is vendored, and from where.\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class LockedCommit:
    """One commit of a Git repository that is vendored."""

    git: GitCommit
    file_list: FileList


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

    git: str = ""
    """The address of the Git repository; "" for another source."""

    commits: tuple[LockedCommit, ...] = ()
    """The commits of a Git repository; `file_list` has the files of all of them."""

    def commit_of(self, asked: str | None) -> LockedCommit | None:
        """Return the commit for a version that is asked for; None if it has none."""
        for each in self.commits:
            if (asked or "") in each.git.versions:
                return each
        return None


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
    if source.git:
        values["git"] = source.git
    yield from (f"{key} = {toml_value(value)}\n" for key, value in values.items())
    if not source.git:
        yield from _arrays(source.file_list.as_table())
    for each in source.commits:
        yield f"\n[[source.commit]]\nid = {toml_value(each.git.commit)}\n"
        versions = [
            ({"asked": asked} if asked else {}) | {"version": version}
            for asked, version in sorted(each.git.versions.items())
        ]
        yield from _arrays({"versions": versions, **each.file_list.as_table()})


def _arrays(table: Mapping[str, object]) -> Iterator[str]:
    """Yield the lines of arrays, with a line for each item."""
    for key, items in table.items():
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
        return {table["name"]: _locked(table) for table in tables.get("source", [])}
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise ContentError(
            f"is damaged: {error}", location=Location(path=LOCK_FILE), hint=VENDOR_HINT
        ) from None


def _locked(table: Mapping[str, Any]) -> Locked:
    """Return one source; raises LookupError, TypeError, AttributeError, ValueError."""
    if "git" in table:
        return _locked_repository(table)
    return Locked(
        name=table["name"],
        directory=table["directory"],
        file_list=read_file_list(table, LOCK_FILE),
        distribution=table.get("distribution", ""),
        version=table.get("version", ""),
        is_rendered=table.get("rendered", False),
        sources=table.get("sources", {}),
    )


def _locked_repository(table: Mapping[str, Any]) -> Locked:
    commits = tuple(
        LockedCommit(
            git=GitCommit(
                address=table["git"],
                commit=_commit(item["id"]),
                versions={
                    each.get("asked", ""): each["version"] for each in item["versions"]
                },
            ),
            file_list=read_file_list(item, LOCK_FILE),
        )
        for item in table["commit"]
    )
    return Locked(
        name=table["name"],
        directory=table["directory"],
        file_list=copies_of(commits),
        git=table["git"],
        commits=commits,
    )


def copies_of(commits: Iterable[LockedCommit]) -> FileList:
    """Return the copies of all commits of a repository, by their stored path."""
    files = {
        file.stored or path: replace(file, stored="")
        for each in commits
        for path, file in each.file_list.files.items()
    }
    return FileList(files=files, links={})


def _commit(text: str) -> str:
    if not re.fullmatch(_COMMIT, text):
        what = f"{text!r} is not the id of a commit"
        raise ValueError(what)
    return text
