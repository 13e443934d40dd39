# SPDX-License-Identifier: MIT-0
"""The filters, tests and functions that a template may use, and errors for others."""

from __future__ import annotations

from . import part
from .failures import Failure, Undefined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .builtins.arguments import _Check, _Filter, _Function
    from .scope import Scope

__all__ = ["Language"]


class Language:
    """What is in wheels; a build has more, with hints for names that are not there."""

    errors: tuple[type[Exception], ...] = (Failure,)
    """What a condition on a variable counts as false; never a Refusal."""

    def filter(self, name: str) -> _Filter | None:
        """Return a filter, or None."""
        found: _Filter | None = part("builtins").filter_of(name)
        return found

    def test(self, name: str) -> _Check | None:
        """Return a test, or None."""
        found: _Check | None = part("builtins.tests").TESTS.get(name)
        return found

    def function(self, name: str) -> _Function | None:
        """Return a function, or None."""
        found: _Function | None = part("builtins.functions").FUNCTIONS.get(name)
        return found

    def undefined(self, scope: Scope, text: str, at: int) -> Undefined:
        """Return the error for a variable that is not there."""

        def hint() -> str:
            near: str = part("operations.names").nearest(scope, text)
            return near

        return Undefined(f"'{text}' is undefined", hint=hint, at=at)

    def unknown(self, kind: str, name: str) -> Failure:
        """Return the error for a filter, test or function that is not there."""
        return Failure(f"there is no {kind} '{name}'")
