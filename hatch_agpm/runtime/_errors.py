# SPDX-License-Identifier: MIT-0
"""
The errors that a bundle raises, and their suggestions.

Every bundle has a copy of this file.  Runs on Python 3.9 and later, with the standard
library alone.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any


class UnknownPromptError(KeyError, AttributeError):
    """
    No resource has this name; `near` has the most similar names.

    It is both a KeyError and an AttributeError, so that `except KeyError` and `hasattr`
    work.
    """

    def __init__(self, location: str, name: object, near: tuple[str, ...] = ()) -> None:
        super().__init__(location, name, near)
        self.location = location
        self.near = near
        # Prevents Python 3.10 and later from adding its own suggestion to a traceback.
        self.obj = None

    def __str__(self) -> str:
        return f"{self.location} has no {self.args[1]!r}{_hint(self.near)}"


class DamagedWheelError(OSError):
    """
    A file of the bundle is missing, or differs from what was built.

    `frozen` is the module of the bundle if it is in a frozen program, else "", and
    `cache` the directory in the user's cache from which an editable install reads.
    """

    def __init__(
        self, path: str, reason: str, frozen: str = "", cache: str = ""
    ) -> None:
        super().__init__(path, reason, frozen, cache)
        self.path = path
        self.reason = reason
        self.frozen = frozen
        self.cache = cache

    def __str__(self) -> str:
        if self.frozen:
            return (
                f"{self.path}: {self.reason}; the program was frozen without this file,"
                f" freeze it with the data files of {self.frozen}"
                f" (PyInstaller: --collect-data {self.frozen},"
                f" Nuitka: --include-package-data={self.frozen})"
            )
        if self.cache:
            return (
                f"{self.path}: {self.reason}; delete the cache {self.cache}, and the"
                " prompts are rendered again"
            )
        package = self.path.partition("/")[0]
        return (
            f"{self.path}: {self.reason}; the installed files of {package} are not"
            " those of its wheel, install it again"
        )


class VariableError(TypeError):
    """
    A prompt was called with wrong variables; `problems` says which.

    It is a TypeError, as for a function that is called with wrong arguments.
    """

    def __init__(self, location: str, problems: tuple[str, ...]) -> None:
        super().__init__(location, problems)
        self.location = location
        self.problems = problems

    def __str__(self) -> str:
        return f"{self.location}: {'; '.join(self.problems)}"


def damaged(spec: Any, path: str, reason: str) -> DamagedWheelError:
    """Return the error for a file of the package that has this spec."""
    # `sys.frozen` is set by PyInstaller and cx_Freeze, the other name by Nuitka.
    frozen = getattr(sys, "frozen", False) or "__compiled__" in globals()
    # Of an editable install, its finder says where in the user's cache the bundle is.
    cache = getattr(spec, "loader_state", None)
    where = f"{spec.name.replace('.', '/')}/{path}"
    return DamagedWheelError(where, reason, spec.name if frozen else "", cache or "")


def nearest(name: object, known: Iterable[str]) -> tuple[str, ...]:
    """Return the two of the `known` names that a name is most similar to, or fewer."""
    import difflib
    from itertools import islice

    if not isinstance(name, str) or len(name) > _LONGEST_NAME:
        return ()
    compared = list(islice(known, _MOST_NAMES))
    return tuple(difflib.get_close_matches(name, compared, 2, 0.7))


_LONGEST_NAME = 200
_MOST_NAMES = 10_000
"""The names that are compared: others are not mistyped, or take too long."""


def nearest_full(name: object, full_names: Sequence[str]) -> tuple[str, ...]:
    """
    Return the full names that a name is most similar to.

    First those with the same last part: the type may be missing, or another one.
    """
    if not isinstance(name, str):
        return ()
    by_last: dict[str, list[str]] = {}
    for full_name in full_names:
        by_last.setdefault(_last_part(full_name), []).append(full_name)
    last = _last_part(name.removesuffix(".md"))
    found = by_last.get(last) or nearest(name, full_names)
    if not found:
        found = [full for near in nearest(last, by_last) for full in by_last[near]]
    return tuple(found[:2])


def _last_part(name: str) -> str:
    return name.replace("_", "-").replace(".", "/").rpartition("/")[2]


def did_you_mean(name: object, known: Iterable[str]) -> str:
    """Return the hint of a message about an unknown name, "" without one."""
    return _hint(nearest(name, known))


def _hint(near: tuple[str, ...]) -> str:
    return f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
