# SPDX-License-Identifier: MIT-0
"""Macros, call blocks, blocks, and sections whose text is filtered or kept."""

from __future__ import annotations

from .expressions import arguments, evaluator
from .limits import RunError
from .operators import call
from .program import body_of, setter
from .scope import CallScope, Run, run, starter
from .values import MISSING, Public, UndefinedValue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from .scope import _Step, _Value

__all__ = ["STEPS"]


def _capture(
    target: Any, variables: Mapping[str, Any], body: Sequence[Any], code: Any
) -> _Step:
    assign, text, value = setter(target), _texts(variables, body), evaluator(code)

    def step(scope: CallScope, _: list[str]) -> object:
        jump = text(scope)
        if not jump:
            assign(scope, value(scope))
        return jump

    return step


def _filter_block(
    variables: Mapping[str, Any], body: Sequence[Any], code: Any
) -> _Step:
    text, value = _texts(variables, body), evaluator(code)

    def step(scope: CallScope, pieces: list[str]) -> object:
        jump = text(scope)
        if not jump:
            _print(scope, value(scope), pieces)
        return jump

    return step


def _print(scope: CallScope, value: object, pieces: list[str]) -> None:
    """Print what a section or a call block gives, which must be a text."""
    if not isinstance(value, str):
        kind = type(value).__name__
        raise RunError(f"a section must give a text, got a value of type {kind!r}")
    text = str(value)
    scope.run.budget.write(len(text))
    pieces.append(text)


def _texts(
    variables: Mapping[str, Any], body: Sequence[Any]
) -> Callable[[CallScope], object]:
    """Return the function that runs a body and keeps its text for an expression."""
    start, steps = starter(variables), body_of(body)

    def collect(scope: CallScope) -> object:
        start(scope)
        pieces: list[str] = []
        jump = run(scope, steps, pieces)
        scope.text = "".join(pieces)
        scope.run.budget.text(len(scope.text))
        return jump

    return collect


def _block(
    variables: Mapping[str, Any], shared: Mapping[str, Any], body: Sequence[Any]
) -> _Step:
    start, steps = starter(variables), body_of(body)
    values = [(name, evaluator(code)) for name, code in shared.items()]

    def step(scope: CallScope, pieces: list[str]) -> None:
        above = scope.run
        given = dict(above.values)
        for name, value in values:
            found = value(scope)
            if not isinstance(found, UndefinedValue):
                given[name] = found
        inside = CallScope(Run(given, above.budget, above.embedded))
        start(inside)
        run(inside, steps, pieces)

    return step


# Macros


class Macro(Public):
    """A macro, or the body of a call block, with the variables around it."""

    _public = ("name", "arguments", "catch_kwargs", "catch_varargs", "caller")

    def __init__(self, template: _MacroTemplate, scope: CallScope) -> None:
        self._template = template
        self._scope = scope
        self.name = template.name
        self.arguments = tuple(name for name, _ in template.parameters)
        self.caller = template.caller is not None
        self.catch_kwargs = template.kwargs is not None
        self.catch_varargs = template.varargs is not None

    def __call__(self, *given: Any, **named: Any) -> str:
        template = self._template
        budget = self._scope.run.budget
        budget.enter()
        scope = CallScope(self._scope.run, self._scope)
        template.bind(self, scope, given, named)
        template.start(scope)
        for (_, name), default in zip(template.parameters, template.defaults):
            if scope.names[name] is MISSING:
                scope.names[name] = default(scope)
        pieces: list[str] = []
        run(scope, template.body, pieces)
        text = "".join(pieces)
        budget.text(len(text))
        budget.leave()
        return text


class _MacroTemplate:
    """What a macro's calls share."""

    def __init__(
        self,
        head: Sequence[Any],
        variables: Mapping[str, Any],
        body: Sequence[Any],
    ) -> None:
        self.name, self.parameters, defaults, special = head
        self.caller = special.get("caller")
        self.kwargs = special.get("kwargs")
        self.varargs = special.get("varargs")
        required = len(self.parameters) - len(defaults)
        self.defaults = [
            *(_not_provided(name) for name, _ in self.parameters[:required]),
            *(evaluator(default) for default in defaults),
        ]
        self.start = starter(variables)
        self.body = body_of(body)

    def bind(
        self,
        macro: Macro,
        scope: CallScope,
        given: tuple[Any, ...],
        named: dict[str, Any],
    ) -> None:
        """Set the parameters of a call."""
        names = scope.names
        count = len(self.parameters)
        for (_, variable), value in zip(self.parameters, given):
            names[variable] = value
        for name, variable in self.parameters[len(given) :]:
            names[variable] = named.pop(name, MISSING)
        if self.caller:
            caller = named.pop("caller", None)
            names[self.caller] = (
                UndefinedValue("no caller") if caller is None else caller
            )
        if self.kwargs:
            names[self.kwargs] = named
        elif named:
            what = f"macro {macro.name!r} takes no argument {next(iter(named))!r}"
            raise RunError(what)
        if self.varargs:
            names[self.varargs] = given[count:]
        elif len(given) > count:
            raise RunError(f"macro {macro.name!r} takes at most {count} arguments")


def _not_provided(name: str) -> _Value:
    return lambda _: UndefinedValue(f"parameter {name!r} was not provided")


def _macro(
    variable: str,
    head: Sequence[Any],
    variables: Mapping[str, Any],
    body: Sequence[Any],
) -> _Step:
    template = _MacroTemplate(head, variables, body)

    def step(scope: CallScope, _: list[str]) -> None:
        scope.names[variable] = Macro(template, scope)

    return step


def _call_block(
    called: Any,
    given: Sequence[Any],
    head: Sequence[Any],
    variables: Mapping[str, Any],
    body: Sequence[Any],
) -> _Step:
    function, evaluate = evaluator(called), arguments(*given)
    template = _MacroTemplate(head, variables, body)

    def step(scope: CallScope, pieces: list[str]) -> None:
        budget = scope.run.budget
        macro = function(scope)
        found, named = evaluate(scope)
        if "caller" in named:
            raise RunError("'caller' is given twice")
        named["caller"] = Macro(template, scope)
        _print(scope, call(budget, macro, found, named), pieces)

    return step


STEPS: Mapping[str, Callable[..., _Step]] = {
    "block": _block,
    "call_block": _call_block,
    "capture": _capture,
    "filter_block": _filter_block,
    "macro": _macro,
}
