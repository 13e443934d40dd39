"""
Versions and ranges of versions as the Rust package `semver` reads them.

They are a part of AGPM's semantics.  `packaging` reads the versions of Python, which
know neither `^` and `~` nor the pre-releases of Semantic Versioning.
"""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from functools import total_ordering
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Requirement", "Version", "parse_requirement", "parse_version"]

_NUMBER: Final = r"(?:0|[1-9][0-9]*)"
_PRE: Final = rf"(?:{_NUMBER}|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
_PRES: Final = rf"{_PRE}(?:\.{_PRE})*"
_BUILD: Final = r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*"
_VERSION: Final = (
    rf"({_NUMBER})\.({_NUMBER})\.({_NUMBER})(?:-({_PRES}))?(?:\+({_BUILD}))?"
)
_COMPARATOR: Final = (
    rf"(?P<operator>[<>]=?|[=~^])?\x20*(?P<major>{_NUMBER})"
    rf"(?:\.(?:(?P<minor>{_NUMBER})|[*xX])"
    rf"(?:\.(?:(?P<patch>{_NUMBER})(?:-(?P<pre>{_PRES}))?(?:\+{_BUILD})?|[*xX]))?)?"
)
_WILDCARD: Final = "[*xX]"
_MOST_COMPARATORS: Final = 32
_LARGEST: Final = 2**64 - 1

_Identifiers = tuple[tuple[int, int, str], ...]


@total_ordering
@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """A version, with the order of `semver`: build metadata counts, too."""

    numbers: tuple[int, int, int]
    pre: str = ""
    build: str = ""

    def __lt__(self, other: Version) -> bool:
        return self._order() < other._order()

    def _order(self) -> tuple[object, ...]:
        return (self.numbers, pre_order(self.pre), _build_order(self.build))


def pre_order(pre: str) -> tuple[bool, _Identifiers]:
    """Return the key that sorts pre-releases; without one a version is greater."""
    return not pre, _identifiers(pre)


def _build_order(build: str) -> _Identifiers:
    return _identifiers(build)


def _identifiers(text: str) -> _Identifiers:
    """Return the order of identifiers: numbers are less than words."""
    found = text.split(".") if text else ()
    return tuple(
        # Only build metadata may have leading zeros; they decide last.
        (0, int(each), f"{len(each):020}") if each.isdecimal() else (1, 0, each)
        for each in found
    )


def parse_version(text: str) -> Version | None:
    """Return the version that a text is as a whole; None if it is not one."""
    found = re.fullmatch(_VERSION, text, re.ASCII)
    if found is None:
        return None
    major, minor, patch = map(int, found.groups()[:3])
    if max(major, minor, patch) > _LARGEST:
        return None
    return Version(
        numbers=(major, minor, patch), pre=found[4] or "", build=found[5] or ""
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Comparator:
    """One condition; numbers that are not given are missing at the end."""

    operator: str
    numbers: tuple[int, ...]
    pre: str = ""

    def matches(self, version: Version) -> bool:
        return _RULES[self.operator](self, version)

    def allows_pre(self, version: Version) -> bool:
        """Tell whether pre-releases of this version's numbers may match."""
        return bool(self.pre) and self.numbers == version.numbers


def _is_equal(each: _Comparator, version: Version) -> bool:
    start = version.numbers[: len(each.numbers)]
    return start == each.numbers and version.pre == each.pre


def _compares(
    each: _Comparator, version: Version, compare: Callable[..., bool]
) -> bool:
    start = version.numbers[: len(each.numbers)]
    if start != each.numbers:
        return compare(start, each.numbers)
    # `>1.2` means another minor version: 1.2.3 is not greater.
    is_whole = len(each.numbers) == len(version.numbers)
    return is_whole and compare(pre_order(version.pre), pre_order(each.pre))


def _is_greater(each: _Comparator, version: Version) -> bool:
    return _compares(each, version, operator.gt)


def _is_less(each: _Comparator, version: Version) -> bool:
    return _compares(each, version, operator.lt)


def _is_compatible(each: _Comparator, version: Version, fixed: int) -> bool:
    """Tell whether a version has the first `fixed` numbers, and is not older."""
    if version.numbers[:fixed] != each.numbers[:fixed]:
        return False
    start = version.numbers[: len(each.numbers)]
    if len(each.numbers) < len(version.numbers) or start != each.numbers:
        return start >= each.numbers
    return pre_order(version.pre) >= pre_order(each.pre)


def _is_tilde(each: _Comparator, version: Version) -> bool:
    return _is_compatible(each, version, fixed=min(len(each.numbers), 2))


def _is_caret(each: _Comparator, version: Version) -> bool:
    # Up to the first number that is not 0.
    found = (index for index, number in enumerate(each.numbers) if number)
    return _is_compatible(each, version, next(found, len(each.numbers) - 1) + 1)


_RULES: Final[dict[str, Callable[[_Comparator, Version], bool]]] = {
    "=": _is_equal,
    ">": _is_greater,
    ">=": lambda each, version: _is_equal(each, version) or _is_greater(each, version),
    "<": _is_less,
    "<=": lambda each, version: _is_equal(each, version) or _is_less(each, version),
    "~": _is_tilde,
    "^": _is_caret,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Requirement:
    """A range of versions: all its comparators must match."""

    comparators: tuple[_Comparator, ...]

    def matches(self, version: Version) -> bool:
        """Tell whether a version is in the range; a pre-release only if it is named."""
        if not all(each.matches(version) for each in self.comparators):
            return False
        return not version.pre or any(
            each.allows_pre(version) for each in self.comparators
        )


def parse_requirement(text: str) -> Requirement:
    """Return the range that a text is; raises ValueError that says what is wrong."""
    if re.fullmatch(rf"\x20*{_WILDCARD}\x20*", text):
        return Requirement(comparators=())
    parts = text.split(",")
    if len(parts) > _MOST_COMPARATORS:
        what = f"has more than {_MOST_COMPARATORS} conditions"
        raise ValueError(what)
    return Requirement(comparators=tuple(map(_comparator, parts)))


def _comparator(text: str) -> _Comparator:
    stripped = text.strip(" ")
    found = re.fullmatch(_COMPARATOR, stripped, re.ASCII)
    # After a wildcard there is nothing but a wildcard: `1.*.3` is none.
    if found is None or (found["minor"] is None and found["patch"] is not None):
        what = f"'{stripped}' is not a condition such as '^1.2'"
        raise ValueError(what)
    written = (found["major"], found["minor"], found["patch"])
    numbers = tuple(int(each) for each in written if each is not None)
    if max(numbers) > _LARGEST:
        what = f"'{stripped}' has a number that is too large"
        raise ValueError(what)
    is_wild = re.search(rf"\.{_WILDCARD}(?:\.|$)", stripped) is not None
    default = "=" if is_wild else "^"
    return _Comparator(
        operator=found["operator"] or default, numbers=numbers, pre=found["pre"] or ""
    )
