# SPDX-License-Identifier: MIT-0
"""The text of a prompt that has run-time logic, as calls of the prompt use it."""

from __future__ import annotations

from .._variables import FillError, Variables, joined_parts
from .limits import Budget, RunError
from .program import JinjaProgram
from .scope import run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from .._variables import _Variable

__all__ = ["JinjaProgramTemplate"]


class JinjaProgramTemplate:
    """A program, compiled once."""

    def __init__(self, data: Mapping[str, Any], variables: Sequence[_Variable]) -> None:
        """Take a program with its `reads` and its `file`, and its variables."""
        self.variables = Variables(variables, "jinja2")
        self.variables.used = set(data["reads"])
        self._program = JinjaProgram(data)
        self._file: str = data["file"]
        self._is_text = [isinstance(statement, str) for statement in data["body"]]

    def fill(self, values: Mapping[str, Any]) -> str:
        """Return the text with checked `values`; raise FillError."""
        try:
            return self._program.run(values, Budget())
        except (RunError, RecursionError) as error:
            raise self._fill_error(error) from error.__cause__

    def parts(self, values: Mapping[str, Any]) -> list[tuple[str, bool]]:
        """Return the same in pieces, each with whether values made it."""
        try:
            return joined_parts(self._pieces(values))
        except (RunError, RecursionError) as error:
            raise self._fill_error(error) from error.__cause__

    def _pieces(self, values: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
        budget = Budget()
        scope = self._program.scope(values, budget)
        for statement, is_text in zip(self._program.body, self._is_text):
            pieces: list[str] = []
            run(scope, [statement], pieces)
            yield budget.joined(pieces), not is_text

    def _fill_error(self, error: RunError | RecursionError) -> FillError:
        if isinstance(error, RecursionError):
            return FillError(f"{self._file}: nests too deeply")
        place = error.file or self._file
        return FillError(
            f"{place}:{error.line}: {error}" if error.line else f"{place}: {error}"
        )
