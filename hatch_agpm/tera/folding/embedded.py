"""Texts of other templates that are not known until they are filled in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hatch_agpm.tera.compiler import Code

__all__ = ["EmbeddedText", "contains_embedded"]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class EmbeddedText:
    """A value of a template: the text of another one, which is filled in first."""

    program: Mapping[str, Code]
    reads: frozenset[str]
    """The run-time variables that it needs."""


def contains_embedded(value: object) -> bool:
    """Tell whether a value is such a text, or has one inside."""
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, EmbeddedText):
            return True
        if isinstance(found, dict):
            waiting += found.values()
        elif isinstance(found, list):
            waiting += found
    return False
