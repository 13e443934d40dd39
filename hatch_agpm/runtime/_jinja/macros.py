# SPDX-License-Identifier: MIT-0
"""Macros and call blocks."""

from __future__ import annotations

from .expressions import evaluator
from .limits import RunError
from .operations.calls import arguments, call
from .operations.measures import enter, leave
from .program import body_of
from .scope import CallScope, run, starter
from .sections import print_text
from .values import MISSING, Public, undefined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from .scope import _Step, _Value

__all__ = ["STEPS"]


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
        enter(budget)
        scope = CallScope(self._scope.run, self._scope)
        template.bind(self, scope, given, named)
        template.start(scope)
        for (_, name), default in zip(template.parameters, template.defaults):
            if scope.names[name] is MISSING:
                scope.names[name] = default(scope)
        pieces: list[str] = []
        run(scope, template.body, pieces)
        text = budget.joined(pieces)
        budget.work(len(text))
        leave(budget)
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
            names[self.caller] = undefined("no caller") if caller is None else caller
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
    return lambda _: undefined(f"parameter {name!r} was not provided")


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
        print_text(call(budget, macro, found, named), pieces)

    return step


STEPS: Mapping[str, Callable[..., _Step]] = {
    "call_block": _call_block,
    "macro": _macro,
}
