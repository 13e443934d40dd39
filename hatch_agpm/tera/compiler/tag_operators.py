"""
The operators of tags, which compiled templates call: loops, macros, sections, errors.

Each takes the scope, then its operands, then constants of the template; `at` is the
offset of the tag, for errors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn

from hatch_agpm.tera.compiler.compiler import MACRO
from hatch_agpm.tera.failures import Failure, Refusal
from hatch_agpm.tera.runtime.scope import Loop
from hatch_agpm.tera.runtime.values import describe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from hatch_agpm.tera.runtime.scope import Scope

__all__ = ["OPERATORS"]


def open_section(scope: Scope, _: int) -> None:
    """Begin a filter section, whose text is counted by itself."""
    scope.sections.append(scope.account.open())


def section(scope: Scope, text: str) -> str:
    scope.account.close(scope.sections.pop())
    scope.account.made(text)
    return text


def macro(scope: Scope, arguments: dict[str, object], name: str, at: int) -> str:
    """Call a macro; what it prints is a value."""
    try:
        scope.enter_macro(arguments)
    except Failure as failure:
        raise failure.placed(at) from None
    text = part(scope, f"{MACRO}{name}")
    scope.leave()
    return text


def turn(scope: Scope, weight: int) -> None:
    """Count a call of a macro or a block like a turn of a loop."""
    scope.account.iterate(weight)


def part(scope: Scope, name: str) -> str:
    """Run a part of the template that is a function of its own."""
    before = scope.account.open()
    text = str(scope.vars[name]())
    scope.account.close(before)
    scope.account.made(text)
    return text


def loop(  # noqa: PLR0913, PLR0917 - compiled code calls it
    scope: Scope,
    container: object,
    key: str,
    name: str,
    label: str,
    weight: int,
    at: int,
) -> Iterator[int]:
    """Run a `for` loop."""
    scope.account.used(container)
    if isinstance(container, str) and not container.isascii():
        scope.account.items(len(container))
    run = _loop_over(container, key, name, label, at)
    scope.loop_was_empty = not run.length
    if run.length:
        for index in scope.enter_loop(run):
            scope.account.iterate(weight)
            yield index
        scope.loop_was_empty = False


def was_empty(scope: Scope, _: int) -> bool:
    """Say whether the loop that has just ended had nothing to loop over."""
    return scope.loop_was_empty


def _loop_over(container: object, key: str, name: str, label: str, at: int) -> Loop:
    if isinstance(container, dict):
        if not key:
            what = f"'{label}' is an object, which gives a key and a value"
            raise Failure(what, hint=f"write 'for key, {name} in ...'", at=at)
        keys = sorted(container)
        return Loop((key, name), keys, [container[k] for k in keys], len(keys))
    if not isinstance(container, list | str):
        what = f"'{label}' cannot be looped over"
        raise Failure(what, describe(container), at=at)
    if key:
        kind = "an array" if isinstance(container, list) else "a string"
        what = f"'{label}' is {kind}, which gives no key"
        raise Failure(what, hint=f"write 'for {name} in ...'", at=at)
    if isinstance(container, list):
        return Loop(("", name), [], container, len(container))
    return Loop(("", name), [], _clusters(container), len(container))


def _clusters(text: str) -> Sequence[object]:
    if text.isascii() and "\r\n" not in text:
        return text
    from hatch_agpm.tera.builtins.graphemes import graphemes  # noqa: PLC0415 - regex

    return graphemes(text)


def jump(scope: Scope, word: str, at: int) -> None:
    """Prepare a `break` or `continue`."""
    try:
        scope.current_loop(f"'{word}'")
    except Failure as failure:
        raise failure.placed(at) from None
    if word == "break":
        scope.leave()
        scope.loop_was_empty = False


def fail(_: Scope, what: str, at: int) -> NoReturn:
    raise Failure(what, at=at)


def refuse(_: Scope, what: str, hint: str, at: int) -> NoReturn:
    raise Refusal(what, hint=hint, at=at)


OPERATORS: Final[dict[str, Callable[..., object]]] = {
    function.__name__: function
    for function in (
        open_section,
        section,
        macro,
        turn,
        part,
        loop,
        was_empty,
        jump,
        fail,
        refuse,
    )
}
