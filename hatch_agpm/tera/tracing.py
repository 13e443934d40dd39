"""Programs that note for each piece of their text which tag has printed it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hatch_agpm.runtime._tera.limits import Account
from hatch_agpm.runtime._tera.program import Compiler, Program
from hatch_agpm.runtime._tera.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hatch_agpm.runtime._tera.language import Language
    from hatch_agpm.runtime._tera.scope import _Evaluator, _Step
    from hatch_agpm.tera.compiler import Code
    from hatch_agpm.tera.limits import Limits

__all__ = ["traced"]


def traced(
    program: Mapping[str, Code],
    context: Mapping[str, object],
    language: Language,
    limits: Limits,
) -> list[tuple[int, str]]:
    """Return the pieces of the text of a program, each with its offset in the source.

    Raise Failure, but not for a text that is too long.
    """
    compiler = _TracingCompiler()
    scope = Scope(context, Account(limits), language)
    scope.functions = Program({**program, "body": []}).functions
    pieces: list[str] = []
    for step in compiler.body(program["body"]):
        step(scope, pieces)
    return list(zip(compiler.offsets, pieces, strict=True))


class _TracingCompiler(Compiler):
    """Compiles statements outside of expressions so that they note their offsets."""

    def __init__(self) -> None:
        super().__init__()
        self._plain: Final = Compiler()
        self.offsets: Final[list[int]] = []

    def evaluator(self, expression: Any) -> _Evaluator:
        return self._plain.evaluator(expression)

    def statement(self, statement: Any) -> _Step:
        step = super().statement(statement)
        if statement[0] not in {"print", "text"}:
            return step
        offset = statement[2]

        def run(scope: Scope, pieces: list[str]) -> str | None:
            jump = step(scope, pieces)
            self.offsets.append(offset)
            return jump

        return run
