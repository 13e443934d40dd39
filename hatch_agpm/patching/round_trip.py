"""
The values that AGPM keeps of a frontmatter that it patches (semantics, 1.9).

To apply a patch, AGPM reads frontmatter with a second parser, which reads some
scalars as other values, and with a table of known keys: where one of them has the
wrong type, the file loses its whole frontmatter.  Every value that would be lost or
changed is a problem here.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from hatch_agpm.errors import (
    FrontmatterError,
    Location,
    ProblemsError,
    SourceError,
    shown,
)
from hatch_agpm.formats.frontmatter import interpret
from hatch_agpm.formats.yaml import plain_value, unquoted
from hatch_agpm.runtime._tera.rust import json_number

if TYPE_CHECKING:
    from collections.abc import Collection

    from hatch_agpm.formats.yaml import Document, Unquoted

__all__ = ["Kept", "round_trip", "sort_keys"]

_ORDER: Final = (
    *("title", "description", "version", "author"),
    *("tags", "type", "dependencies"),
)
"""The keys that AGPM knows and writes first."""

_SPEC_ORDER: Final = ("path", "name", "version", "tool", "flatten", "install")
_WORD = re.compile(r"[-+.~\w]+")
_INT = re.compile(r"0x([-+]?[0-9a-fA-F]+)|0o([-+]?[0-7]+)|\+?([-+]?[0-9]+)")
_FLOAT = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_I64_DIGITS: Final = 20
_NULLS: Final = ("", "~", "null")
_LOST: Final = "AGPM would drop the frontmatter"


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """One key of the frontmatter, and its value as it is written."""

    key: str
    value: object
    line: int = 0
    """In the frontmatter, from 1; 0 where it is not known."""

    known: bool = False
    """Whether AGPM knows the key, and so writes it before all others."""


def round_trip(
    frontmatter: str, document: Document, replaced: Collection[str]
) -> tuple[tuple[Kept, ...], tuple[SourceError, ...]]:
    """
    Return the keys of a mapping as AGPM writes them, and the problems.

    `document` is the parsed `frontmatter`, not rendered.  The keys that AGPM knows
    come first, in its order, without those that are null or empty.  Keys that are
    `replaced` are left out and not checked.
    """
    trip = _RoundTrip(frontmatter, document)
    trip.compare_keys(replaced)
    metadata = document.value if isinstance(document.value, dict) else {}
    known = [key for key in _ORDER if key in metadata]
    kept: list[Kept] = []
    for key in [*known, *sorted(metadata.keys() - {*known})]:
        if key in replaced:
            continue
        value = trip.value(key, metadata[key])
        if key not in known or value not in (None, []):
            line = trip.line((key,))
            kept.append(Kept(key=key, value=value, line=line, known=key in known))
    problems = sorted(trip.problems, key=lambda problem: problem.line)
    return tuple(kept), tuple(problems)


class _RoundTrip:
    """Collects the values that AGPM would lose or change."""

    def __init__(self, frontmatter: str, document: Document) -> None:
        self.document = document
        self.problems: list[SourceError] = []
        self.scalars = tuple(unquoted(frontmatter))
        self.written = {each.path: each for each in self.scalars if not each.is_key}

    def line(self, path: tuple[str | int, ...]) -> int:
        return self.document.lines.get(path, 0)

    def problem(self, what: str, line: int, *, got: str = "", hint: str = "") -> None:
        self.problems.append(
            FrontmatterError(what, location=Location(line=line), got=got, hint=hint)
        )

    def changed(self, scalar: Unquoted) -> None:
        tag = f"!!{scalar.tag} " if scalar.tag else ""
        text = f"{tag}{scalar.text}" or "what is empty"
        what = f"AGPM would change {text} when it patches the file"
        self.problem(what, scalar.line, hint="quote it")

    def compare_keys(self, replaced: Collection[str]) -> None:
        """Report keys that AGPM's second parser reads differently or cannot read."""
        for path, line in self.document.repeated.items():
            key = ".".join(map(str, path))
            self.problem(f"'{key}' is given twice", line, hint="delete one")
        for scalar in self.scalars:
            if scalar.path[:1] and scalar.path[0] in replaced:
                continue
            if scalar.is_key:
                # A float stays as it is written, unlike other values that are not text.
                other = _other_value(scalar.text)
                kept = isinstance(other, str | float)
                if scalar.tag or not (kept or _printed(other) == scalar.text):
                    self.changed(scalar)
            elif scalar.path[0] not in _ORDER and _differs(scalar):
                self.changed(scalar)

    def value(self, key: str, value: object) -> object:
        if key not in _ORDER:
            return sort_keys(value)
        if key == "tags":
            return self.tags(value)
        if key == "dependencies":
            return self.dependencies(value)
        return self.text(value, (key,), optional=True)

    def text(
        self, value: object, path: tuple[str | int, ...], *, optional: bool = False
    ) -> str | None:
        """Return the text that AGPM makes of a scalar; None for an `optional` null."""
        if isinstance(value, dict | list):
            what = f"'{'.'.join(map(str, path))}' must be text, or {_LOST}"
            self.problem(what, self.line(path), got=shown(value))
            return None
        scalar = self.written.get(path)
        if scalar is None:
            return None if value is None else str(value)
        if optional and scalar.text in _NULLS and not scalar.tag:
            return None
        if scalar.tag or _printed(_other_value(scalar.text)) != scalar.text:
            self.changed(scalar)
        return scalar.text

    def tags(self, value: object) -> object:
        if not isinstance(value, list):
            what = f"'tags' must be a list, or {_LOST}"
            self.problem(what, self.line(("tags",)), got=shown(value))
            return None
        return [self.text(item, ("tags", i)) for i, item in enumerate(value)]

    def dependencies(self, value: object) -> object:
        """Return the declarations with the fields in AGPM's order."""
        only = replace(self.document, value={"dependencies": value}, repeated={})
        try:
            interpret(only)
        except ProblemsError as error:
            self.problems += [e for e in error.problems if isinstance(e, SourceError)]
        except SourceError as error:
            self.problems.append(error)
        if not isinstance(value, dict):
            return None
        return {
            section: self.specs(section, value[section]) for section in sorted(value)
        }

    def specs(self, section: str, specs: object) -> object:
        path = ("dependencies", section)
        if specs is None:
            what = f"'dependencies.{section}' must be a list, or {_LOST}"
            self.problem(what, self.line(path), hint="write []")
        items = enumerate(specs if isinstance(specs, list) else ())
        return [
            {
                field: text
                for field in _SPEC_ORDER
                if field in item
                and (text := self.field(item[field], (*path, index, field))) is not None
            }
            for index, item in items
            if isinstance(item, dict)
        ]

    def field(self, value: object, path: tuple[str | int, ...]) -> object:
        flag = path[-1] in {"flatten", "install"}
        return value if flag else self.text(value, path, optional=True)


def sort_keys(value: object) -> object:
    """Return a value with the keys of all its mappings sorted."""
    if isinstance(value, dict):
        return {key: sort_keys(value[key]) for key in sorted(value)}
    return [sort_keys(item) for item in value] if isinstance(value, list) else value


def _printed(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return json_number(value) if isinstance(value, int | float) else str(value)


def _differs(scalar: Unquoted) -> bool:
    """Tell whether the two parsers of AGPM read a scalar as different values."""
    if scalar.tag:
        return True
    if not _WORD.fullmatch(scalar.text):
        # Both read it as text, or as null.
        return False
    ours, other = plain_value(scalar.text), _other_value(scalar.text)
    return type(ours) is not type(other) or ours != other


def _other_value(text: str) -> object:
    """Return the value that the parser of a patch (yaml-rust2) reads."""
    if match := _INT.fullmatch(text):
        digits, base = next(
            (found, base)
            for found, base in zip(match.groups(), (16, 8, 10), strict=True)
            if found is not None
        )
        # More digits are not an integer, and Python limits how many it converts.
        if len(digits.lstrip("-+0")) < _I64_DIGITS:
            number = int(digits, base)
            if -(2**63) <= number < 2**63:
                return number
    if _INFINITE.fullmatch(text):
        return 0.0
    if _FLOAT.fullmatch(text):
        value = float(text)
        return value if math.isfinite(value) else None
    # In base 2, with a sign before the base, or null in capitals.
    return text if text in {"NULL", "Null"} or _is_int(text) else plain_value(text)


def _is_int(text: str) -> bool:
    return type(plain_value(text)) is int
