# SPDX-License-Identifier: MIT-0
"""
The errors that a bundle raises, and what they suggest.

Every bundle has a copy of this file.  Runs on Python 3.9 and later, with the standard
library alone.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


class UnknownPromptError(KeyError, AttributeError):
    """
    No resource has this name; `near` are the nearest of those there are.

    It is what a failed key raises and what a failed attribute raises, so that
    `except KeyError` and `hasattr` work.
    """

    def __init__(self, place: str, name: object, near: tuple[str, ...] = ()) -> None:
        super().__init__(place, name, near)
        self.place = place
        self.near = near
        # Keeps Python 3.10 and later from adding its own guess to a traceback.
        self.obj = None

    def __str__(self) -> str:
        _, name, near = self.args
        hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
        return f"{self.place} has no {name!r}{hint}"


class DamagedWheelError(OSError):
    """A file of the bundle is not there, or is not what was built."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        package = self.path.partition("/")[0]
        return (
            f"{self.path}: {self.reason}; the installed files of {package} are not"
            " those of its wheel, install it again"
        )


class VariableError(TypeError):
    """
    A prompt was called with other variables than it has; `problems` says which.

    It is what a function raises that is called with wrong arguments.
    """

    def __init__(self, place: str, problems: tuple[str, ...]) -> None:
        super().__init__(place, problems)
        self.place = place
        self.problems = problems

    def __str__(self) -> str:
        return f"{self.place}: {'; '.join(self.problems)}"


def nearest(name: object, known: Iterable[str]) -> tuple[str, ...]:
    import difflib

    if not isinstance(name, str):
        return ()
    return tuple(difflib.get_close_matches(name, list(known), 2, 0.7))


def did_you_mean(name: object, known: Iterable[str]) -> str:
    """Return the end of a message about a name that is not known."""
    near = nearest(name, known)
    return f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
