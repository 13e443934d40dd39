# SPDX-License-Identifier: MIT-0
"""All variables as text, which only a build can print."""

from __future__ import annotations

from ..rust import encode
from .measures import count_made, measured
from .names import everything

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..scope import Scope

__all__ = ["dump"]

_DUMP_COST = 200
"""The characters of output that take as long as encoding one value."""


def dump(scope: Scope) -> str:
    """Return all variables as pretty JSON."""
    known = dict(everything(scope))
    scope.account.work(_DUMP_COST * measured(known).items)
    text = encode(known, pretty=True)
    count_made(scope.account, text)
    return text
