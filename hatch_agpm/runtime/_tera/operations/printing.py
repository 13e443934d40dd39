# SPDX-License-Identifier: MIT-0
"""Printing values."""

from __future__ import annotations

from ..values import render
from .measures import count_made, count_read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..scope import Scope

__all__ = ["show"]


def show(scope: Scope, value: object) -> str:
    """Return the text that `{{ value }}` prints; count a long one."""
    text = render(value)
    if isinstance(value, list):
        count_read(scope.account, value)
        count_made(scope.account, text)
    return text
