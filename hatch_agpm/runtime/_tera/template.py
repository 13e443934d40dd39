# SPDX-License-Identifier: MIT-0
"""The text of a prompt that has run-time logic, as calls of the prompt use it."""

from __future__ import annotations

from .._variables import FillError, Variables, joined_parts
from .failures import Failure
from .limits import Account, Bounds
from .program import Program

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from .._variables import _Variable
    from .scope import Scope

__all__ = ["ProgramTemplate"]


class ProgramTemplate:
    """A program, compiled once."""

    def __init__(self, data: Mapping[str, Any], variables: Sequence[_Variable]) -> None:
        """Take a program with its `reads` and its `file`, and its variables."""
        self.variables = Variables(variables, "tera")
        self.variables.used = set(data["reads"])
        self._program = Program(data)
        self._file = data["file"]
        self._is_text = [isinstance(statement, str) for statement in data["body"]]

    def fill(self, values: Mapping[str, object]) -> str:
        """Return the text with checked `values`; raise FillError."""
        try:
            return self._program.run_in(self._scope(values))
        except (Failure, RecursionError) as error:
            raise self._fill_error(error) from None

    def parts(self, values: Mapping[str, object]) -> list[tuple[str, bool]]:
        """Return the same in pieces, each with whether values made it."""
        try:
            pieces = self._pieces(self._scope(values))
        except (Failure, RecursionError) as error:
            raise self._fill_error(error) from None
        return joined_parts(pieces)

    def _scope(self, values: Mapping[str, object]) -> Scope:
        return self._program.scope(values, Account(Bounds()))

    def _pieces(self, scope: Scope) -> list[tuple[str, bool]]:
        """Return what each statement prints, with whether it is not a known text."""
        found: list[tuple[str, bool]] = []
        for step, is_text in zip(self._program.body, self._is_text):
            pieces: list[str] = []
            step(scope, pieces)
            found.append(("".join(pieces), not is_text))
        return found

    def _fill_error(self, error: Failure | RecursionError) -> FillError:
        if isinstance(error, RecursionError):
            return FillError(f"{self._file}: nests too deeply")
        place = error.file or self._file
        return FillError(
            _sentence(f"{place}:{error.at}" if error.at > 0 else place, error)
        )


def _sentence(place: str, failure: Failure) -> str:
    got = f", got {failure.got}" if failure.got else ""
    hint = failure.hint if isinstance(failure.hint, str) else failure.hint()
    return f"{place}: {failure.what}{got}" + (f"; {hint}" if hint else "")
