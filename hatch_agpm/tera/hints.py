"""
What to do about an error: the nearest names that exist, and habits of Jinja2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hatch_agpm.errors import did_you_mean
from hatch_agpm.tera.failures import Failure

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hatch_agpm.tera.scope import Scope

__all__ = ["undefined", "unknown_filter", "unknown_function", "unknown_test"]


def undefined(scope: Scope, text: str, at: int) -> Failure:
    """Return the error for a variable that is not there."""
    return Failure(f"'{text}' is undefined", at=at)


def unknown_filter(name: str, known: Iterable[str]) -> Failure:
    """Return the error for a filter that is not there."""
    return Failure(f"there is no filter '{name}'", hint=did_you_mean(name, known))


def unknown_function(name: str, known: Iterable[str]) -> Failure:
    """Return the error for a function that is not there."""
    return Failure(f"there is no function '{name}'", hint=did_you_mean(name, known))


def unknown_test(name: str, known: Iterable[str]) -> Failure:
    """Return the error for a test that is not there."""
    return Failure(f"there is no test '{name}'", hint=did_you_mean(name, known))
