# SPDX-License-Identifier: MIT-0
"""
The arguments of a filter or function, taken by name with the type they must have.

Unknown arguments are ignored, as Tera does.
"""

from __future__ import annotations

from ..failures import Failure
from ..operations.measures import count_characters, count_steps
from ..values import as_float, describe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..limits import Account
    from ..scope import Scope

    _Filter = Callable[[object, "Arguments"], object]
    _Function = Callable[["Arguments"], object]
    _Check = Callable[[object, list[object], Account], bool]

__all__ = ["Arguments", "is_integer"]

_USIZE = range(2**64)


def is_integer(value: object, bounds: range) -> bool:
    """Say whether `value` is an integer within `bounds`."""
    return isinstance(value, int) and not isinstance(value, bool) and value in bounds


class Arguments:
    """What is in the parentheses of a call; `owner` is named in errors."""

    def __init__(
        self, owner: str, given: Mapping[str, object], scope: Scope, at: int
    ) -> None:
        self.owner = owner
        self.given = given
        self.scope = scope
        self.at = at

    def wrong(self, name: str, kind: str) -> Failure:
        """Return the error for an argument of the wrong type."""
        what = f"{self.owner} needs {kind} for '{name}'"
        return Failure(what, describe(self.given[name]))

    def value(self, name: str) -> object:
        """Return an argument that must be there."""
        if name not in self.given:
            raise Failure(f"{self.owner} needs an argument '{name}'")
        return self.given[name]

    def string(self, name: str, default: str | None = None) -> str:
        """Return a string; without a default the argument must be there."""
        if default is not None and name not in self.given:
            return default
        value = self.value(name)
        if not isinstance(value, str):
            raise self.wrong(name, "a string")
        return value

    def boolean(self, name: str, *, default: bool) -> bool:
        """Return a boolean."""
        value = self.given.get(name, default)
        if not isinstance(value, bool):
            raise self.wrong(name, "true or false")
        return value

    def integer(
        self, name: str, default: int | None = None, bounds: range = _USIZE
    ) -> int:
        """Return an integer within `bounds`; without a default it must be there."""
        value = self.value(name) if default is None else self.given.get(name, default)
        if not isinstance(value, int) or not is_integer(value, bounds):
            kind = (
                "an integer" if bounds.start < 0 else "an integer that is not negative"
            )
            raise self.wrong(name, kind)
        return value

    def number(self, name: str, default: float) -> float:
        """Return a number as a float."""
        value = as_float(self.given.get(name, default))
        if value is None:
            raise self.wrong(name, "a number")
        return value

    # What the filter is applied to

    def of(self, value: object, kind: str) -> Failure:
        """Return the error for a filter applied to something else than `kind`."""
        return Failure(f"{self.owner} needs {kind}", describe(value))

    def text(self, value: object) -> str:
        """Return `value`, which must be a string."""
        if not isinstance(value, str):
            raise self.of(value, "a string")
        return value

    def characters(self, value: object) -> str:
        """Return `value`, a string of which each character is looked at."""
        count_characters(self.scope.account, value)
        return self.text(value)

    def letters(self, value: object) -> str:
        """Return `value`, a string to change the case of: slow outside of ASCII."""
        text = self.characters(value)
        if not text.isascii():
            count_steps(self.scope.account, text)
        return text

    def items(self, value: object) -> list[object]:
        """Return `value`, which must be an array."""
        if not isinstance(value, list):
            raise self.of(value, "an array")
        return value
