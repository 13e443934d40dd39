# SPDX-License-Identifier: MIT-0
"""Printing values."""

from __future__ import annotations

from ..values import render
from .measures import count_deep, count_made

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..scope import Scope

__all__ = ["show"]


def show(scope: Scope, value: object) -> str:
    """Return the text that `{{ value }}` prints; count a long one."""
    if isinstance(value, (list, float)):
        count_deep(scope.account, value)
    if not isinstance(value, list):
        return render(value)
    text = render(value)
    count_made(scope.account, text)
    return text
