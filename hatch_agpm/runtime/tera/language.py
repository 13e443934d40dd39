# SPDX-License-Identifier: MIT-0
"""The filters, tests and functions that a template may use, and errors for others."""

from __future__ import annotations

from .builtins.filters import FILTERS
from .builtins.functions import FUNCTIONS
from .builtins.tests import TESTS
from .failures import Failure, Undefined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from .builtins.filters import Filter
    from .builtins.functions import Function
    from .builtins.tests import Check
    from .scope import Scope

__all__ = ["Language"]


class Language:
    """What is in wheels; a build has more, with hints for names that are not there."""

    filters: Mapping[str, Filter] = FILTERS
    tests: Mapping[str, Check] = TESTS
    functions: Mapping[str, Function] = FUNCTIONS

    errors: tuple[type[Exception], ...] = (Failure,)
    """What a condition on a variable counts as false; never a Refusal."""

    def undefined(self, scope: Scope, text: str, at: int) -> Undefined:
        """Return the error for a variable that is not there."""
        del scope
        return Undefined(f"'{text}' is undefined", at=at)

    def unknown(self, kind: str, name: str) -> Failure:
        """Return the error for a filter, test or function that is not there."""
        return Failure(f"there is no {kind} '{name}'")
