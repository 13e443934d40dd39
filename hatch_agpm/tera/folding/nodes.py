"""The parts of programs: what an expression or a statement consists of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hatch_agpm.runtime._tera.operations import OPERATIONS
from hatch_agpm.tera.uses import roots

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from hatch_agpm.tera.compiler import Code

__all__ = [
    "EVERYTHING",
    "LOOP",
    "OPERANDS",
    "Reads",
    "assigned",
    "bodies",
    "bound",
    "has_jump",
    "operands",
    "parts_of",
    "parts_of_body",
]

OPERANDS: Final[Mapping[str, str]] = {
    **{name: kinds for name, (_, kinds) in OPERATIONS.items()},
    **dict.fromkeys(("path", "peek"), ""),
}
"""The operands of each operator, which are before what is known from the template."""

EVERYTHING: Final = "__tera_context"
"""The name by which a template reads all variables."""

LOOP: Final = "loop"
"""The name of what every loop knows about itself."""


def operands(code: Code) -> list[Code]:
    """Return the expressions in an expression, without those of its bodies."""
    name = code[0]
    if name in OPERANDS:
        return list(code[1 : 1 + len(OPERANDS[name])])
    if name == "dict":
        return list(code[1].values())
    if name == "pipe":
        given = [value for _, values, _ in code[2] for value in values.values()]
        return [code[1], *given]
    return list(code[1:]) if name in {"all", "any", "list", "not", "truth"} else []


def _expressions(statement: Code) -> list[Code]:
    """Return the expressions of a statement, without those of its bodies."""
    match statement[0]:
        case "print":
            return [statement[1]]
        case "set":
            return [statement[2]]
        case "if":
            return [condition for condition, _ in statement[1]]
        case "for":
            return [statement[1][0]]
    return []


def bodies(statement: Code) -> list[list[Code]]:
    """Return the bodies of a statement, those in its expressions included."""
    found = [
        part[1]
        for code in _expressions(statement)
        for part in parts_of(code)
        if part[0] == "text"
    ]
    if statement[0] == "if":
        found += [*(body for _, body in statement[1]), statement[2]]
    elif statement[0] == "for":
        found += [statement[2], statement[3]]
    return found


def parts_of(code: Code) -> Iterator[Code]:
    """Yield an expression and those in it that are no constants."""
    if isinstance(code, list):
        yield code
        for operand in operands(code):
            yield from parts_of(operand)


def _statements(body: Iterable[Code]) -> Iterator[Code]:
    for statement in body:
        if isinstance(statement, str):
            continue
        yield statement
        for inner in bodies(statement):
            yield from _statements(inner)


def parts_of_body(body: Iterable[Code]) -> Iterator[Code]:
    """Yield the statements of a body, at all levels, and the parts of expressions."""
    for statement in _statements(body):
        yield statement
        for code in _expressions(statement):
            yield from parts_of(code)


def assigned(body: Iterable[Code]) -> set[str]:
    """Return the names that `set` and `set_global` give values to in a body."""
    return {each[1] for each in _statements(body) if each[0] == "set"}


def bound(body: Iterable[Code]) -> set[str]:
    """Return the names that loops in a body give values to."""
    names = {name for s in _statements(body) if s[0] == "for" for name in s[1][1]}
    return names - {""}


def has_jump(body: Iterable[Code]) -> bool:
    """Tell whether a turn of a loop with this body may end early."""
    return any(each[0] == "jump" for each in _statements(body))


class Reads:
    """What expressions and bodies of a program read."""

    def __init__(self, functions: dict[str, Code]) -> None:
        self._functions = functions
        self._open: set[str] = set()
        """The functions whose reads are being collected."""

    def of(self, code: Code) -> set[str]:
        """Return the names that an expression reads; of a macro, those of its call."""
        found: set[str] = set()
        for node in parts_of(code):
            found |= self._own(node)
        return found

    def of_body(self, body: Iterable[Code]) -> set[str]:
        """Return the names that the statements of a body read."""
        found: set[str] = set()
        for statement in body:
            for code in _expressions(statement):
                found |= self.of(code)
            for inner in bodies(statement):
                found |= self.of_body(inner)
        return found

    def of_function(self, name: str) -> set[str]:
        """Return the names that a function reads, and those that it calls."""
        if name in self._open:
            # One that calls itself reads nothing more.
            return set()
        self._open.add(name)
        try:
            return self.of_body(self._functions[name][1])
        finally:
            self._open.discard(name)

    def _own(self, node: Code) -> set[str]:
        match node[0]:
            case "path" | "peek":
                return {node[1][0]}
            case "path_at" | "peek_at":
                return set(roots(node[1]))
            case "text":
                return self.of_body(node[1])
            case "block" | "macro":
                return self.of_function(node[1 if node[0] == "block" else 2])
        return {EVERYTHING} if node[0] == "dump" else set()
