# SPDX-License-Identifier: MIT-0
"""
Errors of a running template, before they get a position in a file.

    Failure       an error of Tera's; a condition on a variable is then false
    ├── Undefined     a variable is missing
    └── Refusal       always ends the render: a panic of Tera's, a limit, a rule of ours

The environment converts both to `TemplateError`.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Self

    _Hint = str | Callable[[], str]

__all__ = ["AS_TEXT", "NOT_A_VARIABLE", "Failure", "Refusal", "Undefined"]

AS_TEXT = "put text that has braces between {% raw %} and {% endraw %}"
"""The hint where a text is probably not meant as a tag."""

NOT_A_VARIABLE = f"if it is not a variable, {AS_TEXT}"
"""The hint where it may be."""


class Failure(Exception):  # noqa: N818 - Tera's errors are values, not accidents
    """
    An error of a template; `at` is the offset in its source, or -1.

    A hint that is expensive to make is a function, called when the error is reported.
    """

    def __init__(
        self, what: str, got: str = "", hint: _Hint = "", at: int = -1
    ) -> None:
        super().__init__(what, got, hint, at)
        self.what = what
        self.got = got
        self.hint = hint
        self.at = at
        self.file = ""
        """The template in which `at` is a line; "" at the build."""

    def placed(self, at: int) -> Self:
        """Set the offset if there is none yet; return the failure."""
        if self.at < 0:
            self.at = at
        return self


class Undefined(Failure):
    """
    The error for a variable that is missing.

    `others` are the errors for further variables of the same template.
    """

    others: Sequence[Failure] = ()


class Refusal(Failure):
    """An error that ends the render wherever it happens."""
