# SPDX-License-Identifier: MIT-0
"""What values are assigned to beside names: several names, attributes."""

from __future__ import annotations

from ..expressions import evaluator
from ..limits import RunError
from ..program import setter
from ..values import Public

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ..scope import CallScope, _Value

__all__ = ["setter_of"]


def setter_of(kind: str, *rest: Any) -> Callable[[CallScope, Any], object]:
    """Return the function that assigns to an attribute or to several names."""
    if kind == "attribute":
        of, name = rest
        return _namespace_setter(evaluator(of), name)
    setters = [setter(each) for each in rest]

    def unpack(scope: CallScope, value: Any) -> None:
        values = tuple(value)
        if len(values) != len(setters):
            raise RunError(f"{len(values)} values for {len(setters)} names")
        for each, part in zip(setters, values):
            each(scope, part)

    return unpack


def _namespace_setter(of: _Value, name: str) -> Callable[[CallScope, Any], object]:
    def assign(scope: CallScope, value: Any) -> None:
        namespace: Any = of(scope)
        if not isinstance(namespace, Public) or not hasattr(namespace, "_set"):
            raise RunError("only attributes of a namespace can be set")
        namespace._set(name, value)

    return assign
