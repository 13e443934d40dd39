# SPDX-License-Identifier: MIT-0
"""Tera's functions that give the same result at every call."""

from __future__ import annotations

from ..failures import Failure, Refusal
from ..operations.measures import limit_items

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

    from .arguments import Arguments


__all__ = ["FUNCTIONS"]


def range_(arguments: Arguments) -> list[int]:
    """Return the integers from `start` to before `end` by `step_by`."""
    start = arguments.integer("start", 0)
    step = arguments.integer("step_by", 1)
    end = arguments.integer("end")
    if start > end:
        raise Failure(
            "function 'range' has a start behind its end", f"{start} and {end}"
        )
    if step == 0 and start < end:
        raise Refusal("function 'range' would never end with 'step_by=0'")
    numbers = range(start, end, step or 1)
    # No len(): it does not take as many as there may be.
    limit_items(arguments.scope.account, (end - start) // (step or 1))
    return list(numbers)


def throw(arguments: Arguments) -> NoReturn:
    """Fail with `message`."""
    raise Failure(arguments.string("message"))


FUNCTIONS = {
    function.__name__.removesuffix("_"): function for function in (range_, throw)
}
