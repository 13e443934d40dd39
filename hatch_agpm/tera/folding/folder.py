"""Fold the statements of a program: run what is known, and keep the rest."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from hatch_agpm.runtime._tera.failures import Failure
from hatch_agpm.runtime._tera.limits import Account
from hatch_agpm.runtime._tera.loops import start_loop
from hatch_agpm.runtime._tera.operations.printing import show
from hatch_agpm.runtime._tera.program import Program
from hatch_agpm.runtime._tera.scope import Scope
from hatch_agpm.tera.folding.embedded import contains_embedded
from hatch_agpm.tera.folding.expressions import ExpressionFolder
from hatch_agpm.tera.folding.nodes import EVERYTHING, LOOP, assigned, bound, has_jump
from hatch_agpm.tera.folding.state import UnrollError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from hatch_agpm.runtime._tera.loops import Loop
    from hatch_agpm.tera.compiler import Code
    from hatch_agpm.tera.folding.state import Conditions

__all__ = ["Folded", "fold"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Folded:
    """What is left of a program."""

    program: Mapping[str, Code]
    """Its `body`, its `functions`, and what it needs of the build: `known`."""

    reads: frozenset[str]
    """The run-time variables that it reads."""

    later: tuple[tuple[int, str], ...]
    """Line and text of the errors in parts that may not be reached."""

    @property
    def only_prints(self) -> bool:
        """Whether all that is left is printing variables, or texts of other files."""
        printed = [each[1] for each in self._left() if each[0] == "print"]
        return len(printed) == len(self._left()) and all(
            isinstance(value, list)
            and (value[0] == "fill" or (value[0] == "path" and len(value[1]) == 1))
            for value in printed
        )

    def _left(self) -> list[Code]:
        return [each for each in self.program["body"] if not isinstance(each, str)]

    def with_texts(self, change: Callable[[str], str]) -> Folded:
        """Return the same with `change` applied to the texts between tags."""
        functions = {
            name: [weight, _with_texts(body, change), parameters]
            for name, (weight, body, parameters) in self.program["functions"].items()
        }
        body = _with_texts(self.program["body"], change)
        changed = {**self.program, "body": body, "functions": functions}
        return replace(self, program=changed)


def _with_texts(body: Iterable[Code], change: Callable[[str], str]) -> list[Code]:
    return [_with_text(statement, change) for statement in body]


def _with_text(statement: Code, change: Callable[[str], str]) -> Code:
    """Return a statement with other texts; `change` also checks those in filters."""
    if isinstance(statement, str):
        return change(statement)
    if statement[0] == "if":
        _, branches, otherwise, at = statement
        tests = [[test, _with_texts(body, change)] for test, body in branches]
        return ["if", tests, _with_texts(otherwise, change), at]
    if statement[0] == "for":
        _, head, body, empty = statement
        return ["for", head, _with_texts(body, change), _with_texts(empty, change)]
    return statement


def fold(
    program: Mapping[str, Code],
    context: Mapping[str, object],
    names: Collection[str],
    conditions: Conditions,
) -> Folded:
    """
    Return what is left of a program that has `context`, without the variables `names`.

    Raise Failure for an error that every use of the program would have, and for what
    cannot be left for run time.
    """
    shared = ExpressionFolder(program["functions"], context, names, conditions)
    scope = Scope(context, Account(conditions.limits), conditions.language)
    scope.functions = Program(program).functions
    shared.scope = scope
    shared.open = {*names, EVERYTHING}
    shared.fold_body = StatementFolder(shared).body
    body = shared.fold_body(program["body"], certain=True)
    functions: dict[str, Code] = {}
    while shared.called - functions.keys():
        name = min(shared.called - functions.keys())
        functions[name] = _function(name, program, shared)
    bodies = [body, *(each[1] for each in functions.values())]
    parameters = {name for each in functions.values() for name in each[2]}
    return Folded(
        program={
            "body": body,
            "functions": functions,
            "assigned": sorted(parameters.union(*map(assigned, bodies))),
            "bound": sorted(set().union(*map(bound, bodies))),
            "known": shared.known(),
            "embedded": [each.program for each in shared.embedded],
        },
        reads=frozenset(shared.reads),
        later=tuple((shared.line_of(each.at), each.what) for each in shared.later),
    )


def _function(name: str, program: Mapping[str, Code], shared: ExpressionFolder) -> Code:
    """Fold a macro, of which only the context is known."""
    weight, body, parameters = program["functions"][name]
    conditions = shared.conditions
    scope = Scope(shared.context, Account(conditions.limits), conditions.language)
    scope.functions = shared.scope.functions
    shared.scope = scope
    shared.open = {*shared.names, EVERYTHING, *parameters}
    shared.open |= assigned(body) | bound(body)
    shared.fold_body = StatementFolder(shared).body
    return [weight, shared.fold_body(body, certain=False), parameters]


class StatementFolder:
    """
    Folds statements in the order in which they run.

    The scope has the variables as they are at that point; those that are not known are
    `open`.  Where it is not certain that a statement runs, or how often, nothing in the
    scope may change: what such statements set is open.
    """

    def __init__(self, shared: ExpressionFolder) -> None:
        self._shared: Final = shared

    def body(self, statements: Iterable[Code], *, certain: bool) -> list[Code]:
        """Return what is left of a body; texts beside each other are one."""
        result: list[Code] = []
        for statement in statements:
            for left in self._statement(statement, certain=certain):
                if isinstance(left, str) and result and isinstance(result[-1], str):
                    result[-1] += left
                elif left != "":
                    result.append(left)
        return result

    def _statement(self, statement: Code, *, certain: bool) -> list[Code]:
        match statement[0]:
            case "text":
                return [statement[1]]
            case "print":
                return self._print(*statement[1:], certain=certain)
            case "set":
                return self._set(statement, certain=certain)
            case "if":
                return self._if(*statement[1:], certain=certain)
            case "for":
                return self._for(statement, certain=certain)
        word, at = statement[1:]
        return [["jump", word, self._shared.line_of(at)]]

    def _print(self, value: Code, at: int, *, certain: bool) -> list[Code]:
        try:
            folded = self._shared.fold(value, certain=certain)
        except Failure as failure:
            raise failure.placed(at) from None
        if not isinstance(folded, list):
            return [self._shown(folded)]
        if folded[0] == "=":
            return [self._shown(folded[1])]
        return [["print", folded, self._shared.line_of(at)]]

    def _shown(self, value: object) -> str:
        text = show(self._shared.scope, value)
        self._shared.scope.account.write(text)
        return text

    def _set(self, statement: Code, *, certain: bool) -> list[Code]:
        shared = self._shared
        name, value, everywhere, at = statement[1:]
        try:
            if certain and name not in shared.open and not shared.depends(value):
                found = shared.evaluated(value)
                shared.scope.assign(name, found, everywhere=everywhere)
                return []
            folded = shared.fold(value, certain=certain)
        except Failure as failure:
            raise failure.placed(at) from None
        if shared.is_unrolled:
            raise UnrollError
        shared.open.add(name)
        return [["set", name, folded, everywhere, shared.line_of(at)]]

    def _opened(self, bodies: Iterable[Code], names: Iterable[str] = ()) -> list[Code]:
        """
        Stop to know the `names`, and the variables that bodies may change.

        Return statements that set those that have a value.
        """
        shared = self._shared
        changed = {*names, *shared.open}
        for body in bodies:
            changed |= assigned(body) | bound(body)
        statements: list[Code] = []
        for name in sorted(changed - shared.open):
            if shared.has_variable(name):
                if shared.is_unrolled:
                    raise UnrollError
                value = shared.constant(shared.scope.look_up(name, ()))
                statements.append(["set", name, value, False, 0])
        shared.open |= changed
        return statements

    def _close(
        self, bodies: Iterable[Code], opened: Iterable[Code], before: set[str]
    ) -> None:
        """
        Know the names of loops again after the bodies in which they were.

        `opened` are the statements that `_opened` returned, `before` what was open
        before them.
        """
        changed = {statement[1] for statement in opened}
        for body in bodies:
            changed |= assigned(body)
        self._shared.open = before | changed

    def _if(
        self, branches: Code, otherwise: Code, at: int, *, certain: bool
    ) -> list[Code]:
        shared = self._shared
        tests: list[Code] = []
        left = otherwise
        for condition, body in branches:
            try:
                folded = shared.fold(condition, certain=certain and not tests)
            except Failure as failure:
                raise failure.placed(at) from None
            if isinstance(folded, bool):
                if not folded:
                    continue
                left = body
                break
            tests.append([folded, body])
        if not tests:
            return self.body(left, certain=certain)
        possible = [*(body for _, body in tests), left]
        known = set(shared.open)
        before = self._opened(possible)
        tests = [[test, self.body(body, certain=False)] for test, body in tests]
        last = self.body(left, certain=False)
        self._close(possible, before, known)
        return [*before, ["if", tests, last, shared.line_of(at)]]

    # Loops

    def _for(self, statement: Code, *, certain: bool) -> list[Code]:
        shared = self._shared
        container, names, label, _, at, tag = statement[1]
        try:
            if shared.can_run(statement, certain=certain):
                return [shared.run(statement)]
            folded = self._container(container, certain=certain)
            if isinstance(folded, list) and folded[0] != "=":
                return self._open_loop(statement, folded)
            value = folded[1] if isinstance(folded, list) else folded
            loop = start_loop(shared.scope, value, tuple(names), label, tag)
        except Failure as failure:
            failure.placed(at)
            failed = shared.failed(failure, certain=certain)
            return [["print", failed, shared.line_of(at)]]
        return self._known_loop(statement, loop, value, certain=certain)

    def _container(self, container: Code, *, certain: bool) -> Code:
        shared = self._shared
        if shared.is_open(container) or not shared.depends(container):
            return shared.fold(container, certain=certain)
        # It contains texts of other templates, which the body may print.
        return ["=", shared.evaluated(container)]

    def _known_loop(
        self, statement: Code, loop: Loop, value: object, *, certain: bool
    ) -> list[Code]:
        """Return the turns of a loop, or the loop, whichever is smaller."""
        shared = self._shared
        _, body, empty = statement[1:]
        if not loop.length:
            return self.body(empty, certain=certain)
        saved = shared.saved()
        unrolled = self._unrolled(loop, body, certain=certain)
        if unrolled is not None and all(isinstance(each, str) for each in unrolled):
            return unrolled
        kept = shared.saved()
        shared.restore(saved)
        if unrolled is not None and contains_embedded(value):
            shared.restore(kept)
            return unrolled
        staying = self._open_loop(statement, shared.constant(value))
        if unrolled is None or _size(staying) < _size(unrolled):
            return staying
        shared.restore(kept)
        return unrolled

    def _unrolled(self, loop: Loop, body: Code, *, certain: bool) -> list[Code] | None:
        """Return the turns one after the other, or None where that is not the same."""
        shared = self._shared
        is_hidden = not shared.open.isdisjoint({loop.key, loop.name})
        if is_hidden or has_jump(body) or not shared.may_unroll(loop.length):
            return None
        open_before = set(shared.open)
        shared.open.discard(LOOP)
        result: list[Code] = []
        shared.enter(loop)
        try:
            for index in range(loop.length):
                loop.index = index
                result += self.body(body, certain=certain)
                shared.end_turn()
        except UnrollError:
            return None
        shared.leave()
        if LOOP in open_before:
            shared.open.add(LOOP)
        return result

    def _open_loop(self, statement: Code, container: Code) -> list[Code]:
        """Return a loop of which the number of turns or the values are not known."""
        shared = self._shared
        (_, names, label, weight, at, tag), body, empty = statement[1:]
        known = set(shared.open)
        before = self._opened([body, empty], {*names, LOOP} - {""})
        head = [container, names, label, weight, shared.line_of(at)]
        head.append(shared.line_of(tag))
        folded = self.body(body, certain=False)
        last = self.body(empty, certain=False)
        self._close([body, empty], before, known)
        return [*before, ["for", head, folded, last]]


def _size(statements: list[Code]) -> int:
    return len(json.dumps(statements, ensure_ascii=False))
