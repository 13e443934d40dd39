"""Fold the expressions of a program: evaluate what is known, and keep the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hatch_agpm.runtime._tera.builtins import MODULES
from hatch_agpm.runtime._tera.builtins.functions import FUNCTIONS
from hatch_agpm.runtime._tera.builtins.tests import TESTS
from hatch_agpm.runtime._tera.failures import Failure, Refusal, Undefined
from hatch_agpm.runtime._tera.operations.paths import dynamic_path, look_up_text
from hatch_agpm.runtime._tera.scope import MISSING
from hatch_agpm.tera.folding.embedded import EmbeddedText
from hatch_agpm.tera.folding.nodes import OPERANDS
from hatch_agpm.tera.folding.state import NotForLater, State, UnrollError, not_for_later
from hatch_agpm.tera.uses import roots

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hatch_agpm.tera.compiler import Code

__all__ = ["ExpressionFolder"]


class ExpressionFolder(State):
    """Folds expressions in the state in which the program is at their point."""

    fold_body: Callable[..., list[Code]]
    """Folds the body of a filter section; the folder of statements sets it."""

    def fold(self, code: Code, *, certain: bool) -> Code:
        """
        Return an expression, without what is known.

        Unless it is `certain` that it is evaluated, an error is left in it.
        """
        if not isinstance(code, list) or code[0] == "=":
            return code
        if self.depends(code):
            return self._left(code, certain=certain)
        try:
            value = self.evaluated(code)
        except Failure as failure:
            return self.failed(failure, certain=certain)
        if value is MISSING:
            return ["missing"]
        return self.constant(value) if isinstance(value, (list, dict)) else value

    def _left(self, code: Code, *, certain: bool) -> Code:
        """Return an expression that depends on something open, with folded parts."""
        special = self._special.get(code[0])
        if special is not None:
            return special(self, code, certain=certain)
        name, rest = code[0], code[1:]
        kinds = OPERANDS[name]
        operands = [self.fold(each, certain=certain) for each in rest[: len(kinds)]]
        known = rest[len(kinds) :]
        if known and isinstance(known[-1], int):
            known = [*known[:-1], self.line_of(known[-1])]
        return [name, *operands, *known]

    def _path(self, code: Code, *, certain: bool) -> Code:
        del certain
        if code[1][0] not in self.open:
            return self._filled(code)
        self._note(code[1][0])
        at = [self.line_of(code[3])] if code[0] == "path" else []
        return [code[0], code[1], *code[2:3], *at]

    def _filled(self, code: Code) -> Code:
        """Return a path that leads to the text of another template."""
        value = self.found(code)
        if isinstance(value, EmbeddedText):
            if value not in self.embedded:
                self.embedded.append(value)
                self.reads |= value.reads
            return ["fill", self.embedded.index(value)]
        text = ".".join(code[1]) if isinstance(code[1], list) else code[1]
        what = f"'{text}', which contains texts with run-time variables,"
        raise not_for_later(what, code[-1] if code[0] != "peek" else -1)

    def _note(self, name: str) -> None:
        """Note that what is left reads a variable."""
        if name in self.names:
            self.reads.add(name)
        elif name in self.context:
            self.known_names.add(name)

    def _path_at(self, code: Code, *, certain: bool) -> Code:
        """Return a path with brackets: with its steps, if all indices are known."""
        name, text, at = code
        if not self.is_open(code):
            return self._filled(code)
        root, *indices = roots(text)
        if self.open.isdisjoint(indices) and root in self.open:
            try:
                found, steps = dynamic_path(text, self._index, self.scope.account)
            except Failure as failure:
                failure.at = at
                if name == "peek_at" and not isinstance(failure, Refusal):
                    return ["missing"]
                return self.failed(failure, certain=certain)
            self._note(found)
            return [f"{name[:4]}_in", found, list(steps), text, self.line_of(at)]
        for each in (root, *indices):
            if each not in self.open and self.has_variable(each):
                if self.is_unrolled:
                    raise UnrollError
                what = f"'{text}' depends on run-time variables and on '{each}'"
                raise NotForLater(
                    what, hint="set another variable to a part of it", at=at
                )
            self._note(each)
        return [name, text, self.line_of(at)]

    def _index(self, text: str) -> object:
        value = look_up_text(self.scope, text)
        if value is MISSING:
            raise Undefined(f"'{text}' is undefined")
        return value

    def _dump(self, code: Code, *, certain: bool) -> Code:
        del code, certain
        raise not_for_later("'__tera_context'", -1)

    def _sequence(self, code: Code, *, certain: bool) -> Code:
        return [code[0], *(self.fold(each, certain=certain) for each in code[1:])]

    def _dict(self, code: Code, *, certain: bool) -> Code:
        return ["dict", self._values(code[1], certain=certain)]

    def _values(self, values: Mapping[str, Code], *, certain: bool) -> dict[str, Code]:
        return {
            name: self.fold(value, certain=certain) for name, value in values.items()
        }

    def _connective(self, code: Code, *, certain: bool) -> Code:
        """Fold `any` or `all`: what is known may decide, or does not count."""
        decides = code[0] == "any"
        left: list[Code] = []
        for each in code[1:]:
            folded = self.fold(each, certain=certain and not left)
            if folded is decides:
                left.append(folded)
                break
            if not isinstance(folded, bool):
                left.append(folded)
        if not left:
            return not decides
        return left[0] if left[0] is decides else [code[0], *left]

    def _unary(self, code: Code, *, certain: bool) -> Code:
        folded = self.fold(code[1], certain=certain)
        if isinstance(folded, list):
            return [code[0], folded]
        return bool(folded) if code[0] == "truth" else not folded

    def _attempt(self, code: Code, *, certain: bool) -> Code:
        del certain
        later = len(self.later)
        folded = self.fold(code[1], certain=False)
        # A failure is false here, so it is nothing to report.
        self.later[later:] = [
            each for each in self.later[later:] if isinstance(each, Refusal)
        ]
        return ["attempt", folded]

    def _fallback(self, code: Code, *, certain: bool) -> Code:
        value = self.fold(code[1], certain=certain)
        if value is None or value == ["missing"]:
            return self.fold(code[2], certain=certain)
        if not isinstance(value, list) or value[0] == "=":
            return value
        return ["fallback", value, self.fold(code[2], certain=False)]

    def _pipe(self, code: Code, *, certain: bool) -> Code:
        """Fold filters: the first ones are applied if their value is known."""
        value, calls = code[1:]
        folded = self.fold(value, certain=certain)
        left: list[Code] = []
        for name, given, at in calls:
            here = ["pipe", folded, [[name, given, at]]]
            is_known = not isinstance(folded, list) or folded[0] == "="
            if not left and is_known and not self.depends(here):
                folded = self.fold(here, certain=certain)
                continue
            if name not in MODULES:
                if self.conditions.language.filter(name) is None:
                    return self._unknown("filter", name, at, certain=certain)
                raise not_for_later(f"filter '{name}'", at)
            arguments = self._values(given, certain=certain)
            left.append([name, arguments, self.line_of(at)])
        return ["pipe", folded, left] if left else folded

    def _unknown(self, kind: str, name: str, at: int, *, certain: bool) -> Code:
        failure = self.conditions.language.unknown(kind, name).placed(at)
        return self.failed(failure, certain=certain)

    def _call(self, code: Code, *, certain: bool) -> Code:
        _, arguments, name, at = code
        if name not in FUNCTIONS:
            if self.conditions.language.function(name) is None:
                return self._unknown("function", name, at, certain=certain)
            raise not_for_later(f"function '{name}'", at)
        folded = self.fold(arguments, certain=certain)
        return ["call", folded, name, self.line_of(at)]

    def _test(self, code: Code, *, certain: bool) -> Code:
        _, subject, arguments, name, at = code
        if name not in TESTS:
            if self.conditions.language.test(name) is None:
                return self._unknown("test", name, at, certain=certain)
            raise not_for_later(f"test '{name}'", at)
        subject = self.fold(subject, certain=certain)
        folded = self.fold(arguments, certain=certain)
        return ["test", subject, folded, name, self.line_of(at)]

    def _macro(self, code: Code, *, certain: bool) -> Code:
        _, arguments, name, at = code
        self.called.add(name)
        folded = self.fold(arguments, certain=certain)
        return ["macro", folded, name, self.line_of(at)]

    def _text(self, code: Code, *, certain: bool) -> Code:
        return _text_of(self.fold_body(code[1], certain=certain))

    def _block(self, code: Code, *, certain: bool) -> Code:
        name = code[1]
        if name in self.inside:
            raise not_for_later(f"{name}, which contains itself,", -1)
        self.inside.append(name)
        body = self.fold_body(self.functions[name][1], certain=certain)
        self.inside.pop()
        return _text_of(body)

    _special: Final[Mapping[str, Callable[..., Code]]] = {
        "all": _connective,
        "any": _connective,
        "attempt": _attempt,
        "block": _block,
        "call": _call,
        "dict": _dict,
        "dump": _dump,
        "fallback": _fallback,
        "list": _sequence,
        "macro": _macro,
        "not": _unary,
        "path": _path,
        "path_at": _path_at,
        "peek": _path,
        "peek_at": _path_at,
        "pipe": _pipe,
        "test": _test,
        "text": _text,
        "truth": _unary,
    }


def _text_of(body: list[Code]) -> Code:
    """Return the text of a folded body as an expression."""
    if all(isinstance(statement, str) for statement in body):
        return "".join(body)
    return ["text", body]
