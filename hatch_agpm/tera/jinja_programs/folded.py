"""What is left of a template of the second dialect."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from hatch_agpm.errors import TemplateError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

__all__ = ["BODIES", "Code", "JinjaFolded", "bodies_of"]

Code: TypeAlias = Any
"""A part of a program: docs/reference/index.md describes it."""

BODIES: Final[Mapping[str, tuple[int, ...]]] = {
    "block": (3,),
    "call_block": (5,),
    "capture": (3,),
    "filter_block": (2,),
    "for": (3,),
    "macro": (4,),
    "with": (3,),
}
"""The positions of bodies in statements, but for `if` and the end of `for`."""

_PRINTED: Final = frozenset({"block", "for", "if", "with"})
"""Statements that print their bodies as they are."""


def bodies_of(statement: Code) -> Iterator[list[Code]]:
    """Yield the bodies of a statement."""
    if isinstance(statement, str):
        return
    if statement[0] == "if":
        yield from (body for _, body in statement[1])
        yield statement[2]
    yield from (statement[at] for at in BODIES.get(statement[0], ()))
    if statement[0] == "for" and statement[5]:
        yield statement[5][1]


@dataclass(frozen=True, kw_only=True, slots=True)
class JinjaFolded:
    """What is left of a program."""

    program: Mapping[str, Code]
    """Its `body`, its `variables`, and what it needs of the build: `known`."""

    reads: frozenset[str]
    """The run-time variables that it reads."""

    later: tuple[tuple[int, str], ...]
    """Line and text of the errors in parts that may not be reached."""

    @property
    def only_prints(self) -> bool:
        """Whether all that is left is printing variables, or texts of other files."""
        left = [each for each in self.program["body"] if not isinstance(each, str)]
        return all(
            each[0] == "print"
            and isinstance(each[1], list)
            and each[1][0] in {"fill", "variable"}
            for each in left
        )

    def with_texts(self, change: Callable[[str], str]) -> JinjaFolded:
        """
        Return the same with `change` applied to the texts between tags.

        Raises TemplateError for a text that something else than printing is done with.
        """
        body = _with_texts(self.program["body"], change)
        return replace(self, program={**self.program, "body": body})


def _with_texts(body: Iterable[Code], change: Callable[[str], str]) -> list[Code]:
    return [_with_text(statement, change) for statement in body]


def _with_text(statement: Code, change: Callable[[str], str]) -> Code:
    if isinstance(statement, str):
        return change(statement)
    if statement[0] not in _PRINTED:
        _check_texts(statement, change)
        return statement
    changed = list(statement)
    if statement[0] == "if":
        for condition, _ in statement[1]:
            _check_texts(condition, change)
        changed[1] = [[test, _with_texts(body, change)] for test, body in statement[1]]
        changed[2] = _with_texts(statement[2], change)
    for at in BODIES.get(statement[0], ()):
        changed[at] = _with_texts(statement[at], change)
    if statement[0] == "for" and statement[5]:
        changed[5] = [statement[5][0], _with_texts(statement[5][1], change)]
    return changed


def _check_texts(code: Code, change: Callable[[str], str]) -> None:
    """Raise TemplateError where `change` would change a text inside."""
    waiting = [code]
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict):
            waiting += found.values()
        elif isinstance(found, list):
            waiting += found
        elif isinstance(found, str) and change(found) != found:
            what = "a literal fence in a macro or section cannot be left for run time"
            raise TemplateError(what, hint="put the fence outside of it")
