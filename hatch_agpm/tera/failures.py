"""
Errors of a running template, before they get a position in a file.

    Failure       Tera's ordinary error: a condition on a path swallows it
    ├── Undefined     a variable is not there
    └── Refusal       always ends the render: a panic of Tera's, a limit, a rule of ours

The environment converts both to `TemplateError`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Self, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["AS_TEXT", "NOT_A_VARIABLE", "Failure", "Refusal", "Undefined"]

AS_TEXT: Final = "put text that has braces between {% raw %} and {% endraw %}"
"""The hint where a text is probably not meant as a tag."""

NOT_A_VARIABLE: Final = f"if it is not a variable, {AS_TEXT}"
"""The hint where it may be."""

Hint: TypeAlias = "str | Callable[[], str]"


class Failure(Exception):  # noqa: N818 - Tera's errors are values, not accidents
    """
    An error as Tera means it: `at` is the offset in the template, or -1.

    A hint that is expensive to make is a function, called when the error is reported.
    """

    def __init__(self, what: str, got: str = "", hint: Hint = "", at: int = -1) -> None:
        super().__init__(what, got, hint, at)
        self.what = what
        self.got = got
        self.hint = hint
        self.at = at

    def placed(self, at: int) -> Self:
        """Set the offset unless there is one already; return the failure."""
        if self.at < 0:
            self.at = at
        return self


class Undefined(Failure):
    """
    A variable is not there.

    `others` are further ones of the same template.
    """

    others: Sequence[Failure] = ()


class Refusal(Failure):
    """An error that ends the render wherever it happens."""
