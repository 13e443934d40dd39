# SPDX-License-Identifier: MIT-0
"""All variables that a template can see, and the nearest to a name that is missing."""

from __future__ import annotations

import re

from ..._errors import did_you_mean
from ..rust import encode
from .measures import count_json, count_made

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..scope import Scope

__all__ = ["dump", "everything", "nearest"]


def everything(scope: Scope) -> Mapping[str, object]:
    """Return all variables that can be seen, as `__tera_context` shows them."""
    seen: dict[str, object] = {}
    for frame in reversed(scope.frames):
        seen.update(frame.variables)
        if frame.loop is not None:
            seen[frame.loop.name] = frame.loop.value()
            if frame.loop.key:
                seen[frame.loop.key] = frame.loop.keys[frame.loop.index]
        if frame.macro:
            return seen
    return {**scope.context, **seen}


def nearest(scope: Scope, text: str) -> str:
    """Return a hint: what is nearest to the part of a path that is missing, or ""."""
    value: object = everything(scope)
    for step in re.findall(r"\w+", text):
        if not isinstance(value, dict):
            return ""
        if step not in value:
            return did_you_mean(step, value).removeprefix("; ")
        value = value[step]
    return ""


def dump(scope: Scope) -> str:
    """Return all variables as pretty JSON."""
    known = dict(everything(scope))
    count_json(scope.account, known)
    text = encode(known, pretty=True)
    count_made(scope.account, text)
    return text
