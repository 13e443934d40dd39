# SPDX-License-Identifier: MIT-0
"""Begin a `for` loop: which values it goes over."""

from __future__ import annotations

from .builtins.graphemes import graphemes
from .failures import Failure
from .scope import Loop
from .values import describe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .scope import Scope

__all__ = ["start_loop"]


def start_loop(
    scope: Scope, container: object, names: tuple[str, str], label: str, at: int
) -> Loop:
    """
    Return the loop over the values of `container`, with the `names` of key and value.

    `label` names the container in errors.  Raise Failure for what has no values, and
    for a loop over keys and values of something that has no keys, or the reverse.
    """
    scope.account.used(container)
    if isinstance(container, str) and not container.isascii():
        scope.account.items(len(container))
    try:
        return _loop(container, *names, label)
    except Failure as failure:
        raise failure.placed(at) from None


def _loop(container: object, key: str, name: str, label: str) -> Loop:
    if isinstance(container, dict):
        if not key:
            what = f"'{label}' is an object, which gives a key and a value"
            raise Failure(what, hint=f"write 'for key, {name} in ...'")
        keys = sorted(container)
        return Loop((key, name), keys, [container[k] for k in keys], len(keys))
    if not isinstance(container, (list, str)):
        raise Failure(f"'{label}' cannot be looped over", describe(container))
    if key:
        kind = "an array" if isinstance(container, list) else "a string"
        what = f"'{label}' is {kind}, which gives no key"
        raise Failure(what, hint=f"write 'for {name} in ...'")
    if isinstance(container, list):
        return Loop(("", name), [], container, len(container))
    return Loop(("", name), [], _clusters(container), len(container))


def _clusters(text: str) -> Sequence[object]:
    if text.isascii() and "\r\n" not in text:
        return text
    return graphemes(text)
