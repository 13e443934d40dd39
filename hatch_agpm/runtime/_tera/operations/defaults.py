# SPDX-License-Identifier: MIT-0
"""Variables that may be missing, conditions on them, and errors that are left."""

from __future__ import annotations

from ..failures import Failure, Refusal
from ..scope import MISSING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

    from ..scope import Scope

__all__ = ["absent", "attempt", "fail", "fallback", "refuse"]


def absent(_: Scope, value: object) -> bool:
    """Say whether a variable is missing."""
    return value is MISSING


def fallback(_: Scope, value: object, default: Callable[[], object]) -> object:
    """Apply filter `default`: to what is undefined, and to null."""
    return default() if value is MISSING or value is None else value


def attempt(scope: Scope, value: Callable[[], object]) -> bool:
    """Evaluate a condition on a variable: any error but a Refusal makes it false."""
    try:
        return bool(value())
    except Refusal:
        raise
    except scope.language.errors:
        return False


def fail(_: Scope, what: str, at: int, hint: str = "") -> NoReturn:
    """Raise a Failure."""
    raise Failure(what, hint=hint, at=at)


def refuse(_: Scope, what: str, hint: str, at: int) -> NoReturn:
    """Raise a Refusal."""
    raise Refusal(what, hint=hint, at=at)
