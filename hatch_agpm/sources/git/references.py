"""
Which tag, branch or commit a version of a Git source means, by AGPM's rules.

Knows the names and commits of a repository, and runs nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hatch_agpm.errors import ContentError, did_you_mean
from hatch_agpm.sources.git.semver import (
    Requirement,
    Version,
    parse_requirement,
    parse_version,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = [
    "References",
    "Resolved",
    "VersionError",
    "fitting_tags",
    "is_range",
    "is_version",
    "resolve_version",
]

_COMMIT: Final = "[0-9a-fA-F]{4,40}"
_OPERATORS: Final = "^~=<>!*"
_MOST_SHOWN: Final = 3


class VersionError(ContentError):
    """A repository does not have the version that is asked for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class References:
    """The names of a repository, each with its commit."""

    tags: Mapping[str, str]
    branches: Mapping[str, str]
    default_branch: str
    """The branch that the repository's HEAD names; "" if there is none."""

    find_commit: Callable[[str], str]
    """Returns the commit that begins with hexadecimal digits, or ""."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Resolved:
    """A version that was asked for, and what it is in a repository."""

    version: str
    """AGPM's name for it: the tag, `origin/<branch>`, or the commit as written."""

    commit: str
    """All digits; of an annotated tag those of the tag itself, as in AGPM."""


def resolve_version(asked: str | None, references: References) -> Resolved:
    """
    Return what a version, branch or commit means; None is the default branch.

    A range of versions means the highest tag in it, with the same prefix.  Raises
    VersionError if there is no such tag, branch or commit.
    """
    if asked is None:
        return _default(references)
    name = _best_tag(asked, references) if is_range(asked) else asked
    if name in references.tags:
        return Resolved(version=name, commit=references.tags[name])
    branch = references.default_branch if name == "HEAD" else name
    branch = branch.removeprefix("origin/")
    if branch in references.branches:
        version = name if "/" in name or name == "HEAD" else f"origin/{name}"
        return Resolved(version=version, commit=references.branches[branch])
    if re.fullmatch(_COMMIT, name) and (commit := references.find_commit(name)):
        return Resolved(version=name, commit=commit)
    what = f"it has no tag, branch or commit '{name}'"
    raise VersionError(what, hint=_correction(name, references))


def _default(references: References) -> Resolved:
    branch = references.default_branch
    if branch not in references.branches:
        what = "it does not say which branch is its default"
        raise VersionError(what, hint="name a version or a branch")
    return Resolved(version=f"origin/{branch}", commit=references.branches[branch])


def is_range(asked: str) -> bool:
    """Tell whether a version is a range: `^1.2`, `x-~v1.0`, `>=1, <3`, `*`."""
    version = _split(asked)[1]
    return version == "*" or version.startswith(tuple("^~><=")) or "," in version


def is_version(asked: str | None) -> bool:
    """Tell whether what was asked for is a version or a range, not a name."""
    if asked is None:
        return False
    version = _split(asked.strip())[1]
    if parse_version(version.removeprefix("v")) is not None:
        return True
    try:
        return version != "*" and bool(_range(version).comparators)
    except ValueError:
        return False


def fitting_tags(asked: str, tags: Mapping[str, str]) -> list[str]:
    """
    Return the tags that a range means, the highest version first.

    Pre-releases are left out, but for `*`.  Raises VersionError for a range that
    cannot be read.
    """
    prefix, version = _split(asked)
    known = _versions(prefix, tags)
    if version == "*":
        return [tag for tag, _ in known]
    try:
        requirement = _range(version)
    except ValueError as error:
        what = f"the range '{asked}' is wrong: {error}"
        raise VersionError(
            what, hint="write '^1.2', '~1.2', '>=1.2, <3', ..."
        ) from None
    return [tag for tag, each in known if not each.pre and requirement.matches(each)]


def _range(version: str) -> Requirement:
    """Return a range, in which a `v` is allowed before a number."""
    return parse_requirement(re.sub(r"(^|[~^=><])v", r"\1", version.strip()))


def _best_tag(asked: str, references: References) -> str:
    found = fitting_tags(asked, references.tags)
    if found:
        return found[0]
    known = [tag for tag, _ in _versions(_split(asked)[0], references.tags)]
    hint = f"the highest are {', '.join(known[:_MOST_SHOWN])}" if known else ""
    raise VersionError(f"it has no tag in the range '{asked}'", hint=hint)


def _versions(prefix: str, tags: Mapping[str, str]) -> list[tuple[str, Version]]:
    """Return the tags with a prefix and a version, the highest version first."""
    found = []
    for tag in sorted(tags):
        own, text = _split(tag)
        version = parse_version(text.lstrip("v").lstrip("V"))
        if own == prefix and version is not None:
            found.append((tag, version))
    found.sort(key=lambda each: each[1], reverse=True)
    return found


def _split(text: str) -> tuple[str, str]:
    """
    Split a tag or a range into its prefix, without the last `-`, and its version.

    The version begins at an operator, at a `v` before a digit, or at a digit that is
    the first character or follows `-`.
    """
    for index, letter in enumerate(text):
        following = text[index + 1 : index + 2]
        is_digit = "0" <= letter <= "9"
        if (
            letter in _OPERATORS
            or (letter == "v" and "0" <= following <= "9" and following)
            or (is_digit and (index == 0 or text[index - 1] == "-"))
        ):
            return text[:index].rstrip("-"), text[index:]
    return "", text


def _correction(name: str, references: References) -> str:
    """Return a hint for a name that does not exist, or ""."""
    prefix, version = _split(name)
    dash = f"{prefix}-" if prefix else ""
    written = f"{dash}^{version}"
    try:
        if version and fitting_tags(written, references.tags):
            return f"write '{written}' for the highest compatible version"
    except VersionError:
        # It does not look like a version.
        pass
    return did_you_mean(name, [*references.tags, *references.branches])
