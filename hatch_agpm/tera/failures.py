"""
What goes wrong while a template runs, before it is given a place in a file.

    Failure     Tera's ordinary error: a condition on a path swallows it
    └── Refusal     swallowed by nothing: a panic of Tera's, a limit, a rule of ours

Neither leaves the package: the environment turns both into `TemplateError`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Failure", "Refusal"]


Hint: TypeAlias = "str | Callable[[], str]"


class Failure(Exception):  # noqa: N818 - Tera's errors are values, not accidents
    """
    An error as Tera means it: `at` is the offset in the template, or -1.

    A hint that takes work is a function, called when somebody will read it.
    """

    def __init__(self, what: str, got: str = "", hint: Hint = "", at: int = -1) -> None:
        super().__init__(what, got, hint, at)
        self.what = what
        self.got = got
        self.hint = hint
        self.at = at


class Refusal(Failure):
    """An error that ends the render wherever it happens."""
