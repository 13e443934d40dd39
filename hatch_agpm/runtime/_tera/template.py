# SPDX-License-Identifier: MIT-0
"""The text of a prompt that has run-time logic, as calls of the prompt use it."""

from __future__ import annotations

from .._variables import FillError, Variables
from .failures import Failure
from .language import Language
from .limits import Account, Bounds
from .program import Program
from .scope import Scope

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any

    from .._variables import _Variable

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
        ((text, _),) = self._run(values, self._all)
        return text

    def parts(self, values: Mapping[str, object]) -> list[tuple[str, bool]]:
        """Return the same in pieces, each with whether values made it."""
        parts: list[tuple[str, bool]] = []
        for text, is_made in self._run(values, self._each):
            if text and parts and parts[-1][1] and is_made:
                parts[-1] = (parts[-1][0] + text, True)
            elif text:
                parts.append((text, is_made))
        return parts

    def _run(
        self,
        values: Mapping[str, object],
        pieces_of: Callable[[Scope], Iterator[tuple[str, bool]]],
    ) -> list[tuple[str, bool]]:
        outer = Scope({}, Account(Bounds()), Language())
        try:
            return list(pieces_of(self._program.scope(values, outer)))
        except Failure as failure:
            place = f"{failure.file or self._file}:{failure.at}"
            raise FillError(_sentence(place, failure)) from None
        except RecursionError:
            raise FillError(f"{self._file}: nests too deeply") from None

    def _all(self, scope: Scope) -> Iterator[tuple[str, bool]]:
        pieces: list[tuple[int, str]] = []
        for step in self._program.body:
            step(scope, pieces)
        yield "".join([text for _, text in pieces]), True

    def _each(self, scope: Scope) -> Iterator[tuple[str, bool]]:
        for step, is_text in zip(self._program.body, self._is_text):
            pieces: list[tuple[int, str]] = []
            step(scope, pieces)
            yield "".join([text for _, text in pieces]), not is_text


def _sentence(place: str, failure: Failure) -> str:
    got = f", got {failure.got}" if failure.got else ""
    hint = failure.hint if isinstance(failure.hint, str) else failure.hint()
    return f"{place}: {failure.what}{got}" + (f"; {hint}" if hint else "")
