"""
The `sources` table of a manifest, and the sources of its entries.

Reads plain tables into `Source` values; opens no file.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from hatch_agpm.errors import did_you_mean
from hatch_agpm.formats.toml import TableReader, quoted_key
from hatch_agpm.model.config import Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hatch_agpm.config.tables import AgpmEntryTable, DistributionTable
    from hatch_agpm.model.declaration import Declaration

__all__ = [
    "NO_GIT",
    "check_source",
    "name_problem",
    "path_problem",
    "read_sources",
    "refuse_version",
]

_DISTRIBUTION: Final = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_URL: Final = r"[A-Za-z][A-Za-z0-9+.-]*://|[^/]+@[^/]+:"
NO_GIT: Final = (
    "a build reads no Git repository: name a directory that has its files, or a "
    "Python distribution that ships them"
)
_AT_SOURCE: Final = "give the version of a distribution in the 'sources' table"


def name_problem(name: str) -> str:
    """Return the problem of a name, which is also a path, "" if there is none."""
    if {"", ".", ".."} & {*name.split("/")}:
        return "must be a name, or several with '/' between them"
    if "\0" in name:
        return "must not hold a NUL character"
    return ""


def path_problem(path: str) -> str:
    """Return the problem of a path, "" if there is none."""
    if not path:
        return "must not be empty"
    if "\0" in path:
        return "must not hold a NUL character"
    return ""


def refuse_version(reader: TableReader, table: AgpmEntryTable, where: str) -> None:
    """Report the `version` of an entry that names a source."""
    # In AGPM, a version has an effect beside a source, and none beside a path.
    if table.source is not None and table.version is not None:
        reader.problem(f"{where}version", "is not supported", hint=_AT_SOURCE)


def read_sources(
    reader: TableReader, table: Mapping[str, str | DistributionTable]
) -> dict[str, Source | None]:
    """
    Return the sources; AGPM's Git repositories are None.

    Git repositories may be listed, but not used.
    """
    sources: dict[str, Source | None] = {}
    for name, value in table.items():
        key = f"sources.{quoted_key(name)}"
        if problem := name_problem(name):
            reader.problem(key, problem)
        if isinstance(value, str):
            sources[name] = _directory(reader, name, value, key)
        else:
            sources[name] = _distribution(reader, name, value, f"{key}.")
    return sources


def _directory(reader: TableReader, name: str, path: str, key: str) -> Source | None:
    if re.match(_URL, path):
        return None
    if problem := path_problem(path):
        reader.problem(key, problem, got=repr(path))
    elif path.startswith(("/", "~")):
        hint = "a build on another machine could not find it"
        what = "must be relative to the manifest"
        reader.problem(key, what, got=repr(path), hint=hint)
    return Source(
        name=name, path=path, distribution="", version="", key=reader.whole(key)
    )


def _distribution(
    reader: TableReader, name: str, table: DistributionTable, where: str
) -> Source:
    distribution, version = table.distribution, table.version or ""
    if distribution is not None and not re.fullmatch(_DISTRIBUTION, distribution):
        what = "is not the name of a distribution"
        reader.problem(f"{where}distribution", what, got=repr(distribution))
    try:
        SpecifierSet(version)
    except InvalidSpecifier:
        hint = "write '>=1.2', '==1.2.*', '>=1.2,<2', ..."
        what = "is not a version specifier"
        reader.problem(f"{where}version", what, got=repr(version), hint=hint)
    return Source(
        name=name,
        path="",
        distribution=distribution or "",
        version=version,
        key=reader.whole(where[:-1]),
        jinja2=table.jinja2,
    )


def check_source(
    reader: TableReader, entry: Declaration, sources: Mapping[str, Source | None]
) -> None:
    """Note the source that an entry names if nothing can be read from it."""
    if entry.source is None:
        return
    key = f"{entry.key.removeprefix(reader.whole(''))}.source"
    got = repr(entry.source)
    if entry.source not in sources:
        hint = did_you_mean(entry.source, sources) or "list it under 'sources'"
        reader.problem(key, "is not known", got=got, hint=hint)
    elif sources[entry.source] is None:
        reader.problem(key, "is not supported", got=got, hint=NO_GIT)
