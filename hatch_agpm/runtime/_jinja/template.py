# SPDX-License-Identifier: MIT-0
"""The text of a prompt that has run-time logic, as calls of the prompt use it."""

from __future__ import annotations

from .._variables import FillError, Variables, joined_parts
from .limits import Budget, RunError
from .program import JinjaProgram

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
        return "".join([text for text, _ in self._pieces(values)])

    def parts(self, values: Mapping[str, Any]) -> list[tuple[str, bool]]:
        """Return the same in pieces, each with whether values made it."""
        return joined_parts(self._pieces(values))

    def _pieces(self, values: Mapping[str, Any]) -> list[tuple[str, bool]]:
        try:
            return list(self._run(values))
        except RunError as failure:
            place = f"{failure.file or self._file}:{failure.line}"
            raise FillError(f"{place}: {failure}") from failure.__cause__
        except RecursionError:
            raise FillError(f"{self._file}: nests too deeply") from None

    def _run(self, values: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
        scope = self._program.scope(values, Budget())
        for step, is_text in zip(self._program.body, self._is_text):
            pieces: list[str] = []
            step(scope, pieces)
            yield "".join(pieces), not is_text
