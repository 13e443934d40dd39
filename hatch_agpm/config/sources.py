"""
The `sources` table of a manifest, and the sources of its entries.

Reads plain tables into `Source` values; opens no file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from hatch_agpm.errors import did_you_mean
from hatch_agpm.formats.file_names import is_too_long
from hatch_agpm.formats.toml import TableReader, quoted_key
from hatch_agpm.model.config import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hatch_agpm.config.tables import AgpmEntryTable
    from hatch_agpm.model.declaration import Declaration

__all__ = [
    "SourceTable",
    "asked_version",
    "check_source",
    "check_version",
    "name_problem",
    "path_problem",
    "read_sources",
]

_DISTRIBUTION: Final = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_URL: Final = r"[A-Za-z][A-Za-z0-9+.-]*://"
_HOST: Final = r"[^/\\:]{2,}:"
_HELPER: Final = r"[A-Za-z0-9]+::"
_CONTROL: Final = r"[\x00-\x1f\x7f]"
_USER_AND_MORE: Final = r"[A-Za-z][A-Za-z0-9+.-]*://[^/@:]*:[^/@]+@"

_AT_SOURCE: Final = "give the version of a distribution in the 'sources' table"
_ONLY_GIT: Final = "it is of a Git repository that is listed under 'sources'"


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceTable:
    """A table `sources.<name>`: a distribution, or a Git repository."""

    distribution: str | None = None
    """The name of a distribution that exports templates."""

    git: str | None = None
    """The address of a Git repository, whose files `hatch-agpm vendor` copies."""

    version: str | None = None
    """The versions of the distribution that are accepted, as in requirements: `>=1.2`.

    Of a repository, the version of entries that ask for none.
    """

    branch: str | None = None
    """The branch of entries that ask for none."""

    rev: str | None = None
    """The commit of entries that ask for none."""

    jinja2: bool = False
    """Whether its templates may be in Jinja2: set it if you trust its authors."""


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
    if is_too_long(path):
        return "is longer than a path can be"
    return ""


def check_version(
    reader: TableReader,
    table: AgpmEntryTable,
    where: str,
    sources: Mapping[str, Source],
) -> None:
    """Report the keys of an entry that only a Git repository can have."""
    if table.source is not None and table.source not in sources:
        # That is reported; what it should be is not known.
        return
    source = sources[table.source] if table.source is not None else None
    if source is not None and source.git:
        asked_version(reader, table, where)
        return
    for name in ("branch", "rev"):
        if getattr(table, name) is not None:
            reader.problem(f"{where}{name}", "has no effect here", hint=_ONLY_GIT)
    # In AGPM, a version has an effect beside a source, and none beside a path.
    if source is not None and table.version is not None:
        reader.problem(f"{where}version", "is not supported", hint=_AT_SOURCE)


class _Versioned(Protocol):
    """A table with keys for what is meant of a Git repository."""

    @property
    def version(self) -> str | None: ...
    @property
    def branch(self) -> str | None: ...
    @property
    def rev(self) -> str | None: ...


def asked_version(reader: TableReader, table: _Versioned, where: str) -> str | None:
    """
    Return the version, branch or commit that a table asks for; None for none.

    AGPM takes the commit before the branch, and that before the version.
    """
    given = {
        name: value
        for name in ("rev", "branch", "version")
        if (value := getattr(table, name)) is not None
    }
    for name, value in given.items():
        if problem := _asked_problem(value):
            reader.problem(f"{where}{name}", problem, got=repr(value))
    if len(given) > 1 and not reader.path:
        names = " and ".join(f"'{name}'" for name in given)
        reader.problem(where[:-1], f"has {names}", hint="keep one of them")
    return next(iter(given.values()), None)


def _asked_problem(asked: str) -> str:
    if not asked.strip():
        return "must not be empty"
    if asked.startswith("-"):
        return "begins with '-', so git would read it as an option"
    if re.search(r"[\x00-\x1f\x7f]", asked):
        return "has a control character"
    return ""


def read_sources(
    reader: TableReader, table: Mapping[str, str | SourceTable]
) -> dict[str, Source]:
    """Return the sources by name."""
    sources: dict[str, Source] = {}
    for name, value in table.items():
        key = f"sources.{quoted_key(name)}"
        if problem := name_problem(name):
            reader.problem(key, problem)
        if isinstance(value, str):
            read_text = _repository if _is_address(value) else _directory
            sources[name] = read_text(reader, name, value, key)
        else:
            read = _distribution if value.git is None else _git
            sources[name] = read(reader, name, value, f"{key}.")
    _repeated_addresses(reader, sources.values())
    return sources


def _repeated_addresses(reader: TableReader, sources: Iterable[Source]) -> None:
    """Report sources that are one repository: their files would be vendored twice."""
    seen: dict[str, Source] = {}
    for source in sources:
        if not source.git:
            continue
        other = seen.setdefault(_compared_address(source.git), source)
        if other is not source:
            key = source.key.removeprefix(reader.whole(""))
            what = f"is the same repository as '{other.name}'"
            reader.problem(key, what, hint="use one name for it")


def _repository(reader: TableReader, name: str, address: str, key: str) -> Source:
    problem, hint = _address_problem(address)
    if problem:
        reader.problem(key, problem, hint=hint)
    return Source(name=name, git=address, key=reader.whole(key))


def _git(reader: TableReader, name: str, table: SourceTable, where: str) -> Source:
    address = table.git or ""
    if table.distribution is not None:
        what = "has 'git' and 'distribution'"
        reader.problem(where[:-1], what, hint="keep one of them")
    asked = asked_version(reader, table, where)
    problem, hint = _address_problem(address)
    if problem:
        reader.problem(f"{where}git", problem, hint=hint)
    return Source(
        name=name,
        git=address,
        asked=asked,
        key=reader.whole(where[:-1]),
        jinja2=table.jinja2,
    )


def _directory(reader: TableReader, name: str, path: str, key: str) -> Source:
    if problem := path_problem(path):
        reader.problem(key, problem, got=repr(path))
    elif path.startswith(("/", "~")):
        hint = "a build on another machine could not find it"
        what = "must be relative to the manifest"
        reader.problem(key, what, got=repr(path), hint=hint)
    return Source(name=name, path=path, key=reader.whole(key))


def _distribution(
    reader: TableReader, name: str, table: SourceTable, where: str
) -> Source:
    distribution, version = table.distribution, table.version or ""
    for key in ("branch", "rev"):
        if getattr(table, key) is not None:
            reader.problem(f"{where}{key}", "has no effect here", hint=_ONLY_GIT)
    if distribution is None:
        reader.problem(f"{where}distribution", "is missing")
    elif not re.fullmatch(_DISTRIBUTION, distribution):
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
        distribution=distribution or "",
        version=version,
        key=reader.whole(where[:-1]),
        jinja2=table.jinja2,
    )


def check_source(
    reader: TableReader, entry: Declaration, sources: Mapping[str, Source]
) -> None:
    """Note the source that an entry names if it is not listed; each source once."""
    if entry.source is None or entry.source in sources:
        return
    key = f"{entry.key.removeprefix(reader.whole(''))}.source"
    got, what = repr(entry.source), "is not known"
    if any((each.got, each.what) == (got, what) for each in reader.problems):
        return
    hint = did_you_mean(entry.source, sources) or "list it under 'sources'"
    reader.problem(key, what, got=got, hint=hint)


def _is_address(text: str) -> bool:
    """Tell whether a text is an address and not a path: it has a scheme, or a host."""
    return re.match(f"{_URL}|{_HOST}", text) is not None


def _address_problem(text: str) -> tuple[str, str]:
    """Return what is wrong with an address, and a hint; "" and "" for nothing."""
    if not text:
        return "must not be empty", ""
    if text.startswith("-"):
        return "begins with '-', so git would read it as an option", ""
    if re.search(_CONTROL, text):
        return "has a control character", ""
    if re.match(_HELPER, text):
        return "names a program that git would run", "write https://..., ssh://..."
    if re.match(_USER_AND_MORE, text):
        hint = "delete it: git asks your credential helper"
        return "has a password, which would be published", hint
    return "", ""


def _compared_address(text: str) -> str:
    """Return an address as it is compared: the end `.git` or `/` says nothing."""
    return text.rstrip("/").removesuffix(".git").rstrip("/")
