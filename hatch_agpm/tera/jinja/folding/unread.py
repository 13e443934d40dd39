"""Removes what is left of a template and nothing reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hatch_agpm.tera.jinja_programs.folded import bodies_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from hatch_agpm.tera.jinja_programs import Code

__all__ = ["merged", "reads_of", "without_unread"]


def merged(body: Iterable[Code]) -> list[Code]:
    """Return a body in which texts beside each other are one."""
    result: list[Code] = []
    for each in body:
        if isinstance(each, str) and result and isinstance(result[-1], str):
            result[-1] += each
        elif each != "":
            result.append(each)
    return result


def without_unread(body: list[Code]) -> list[Code]:
    """Return a body without macros and assignments of known values that nothing reads.

    What only such a macro reads goes as well.
    """
    read = reads_of(body)
    while True:
        body = _without(body, read)
        before, read = read, reads_of(body)
        if read == before:
            return body


def reads_of(code: Code) -> set[str]:
    """Return the variables that a part of a program reads, and perhaps some others."""
    if isinstance(code, str):
        return {code} if code.startswith("l_") else set()
    if isinstance(code, dict):
        return set().union(*map(reads_of, code.values()))
    if not isinstance(code, list) or not code:
        return set()
    if code[0] == "set" and _is_name(code[1]):
        return set().union(*map(reads_of, code[2:]))
    found: set[str] = set().union(*map(reads_of, code))
    return found - {code[1]} if code[0] == "macro" and _is_name(code[1]) else found


def _without(body: Iterable[Code], read: Collection[str]) -> list[Code]:
    kept = [each for each in body if not _is_unread(each, read)]
    for each in kept:
        for inner in bodies_of(each):
            inner[:] = _without(inner, read)
    return merged(kept)


def _is_unread(statement: Code, read: Collection[str]) -> bool:
    if isinstance(statement, str) or statement[0] not in {"set", "macro"}:
        return False
    variable = statement[1]
    if not _is_name(variable) or variable in read:
        return False
    value = statement[2]
    is_constant = not isinstance(value, list) or value[0] in {"=", "markup"}
    return statement[0] == "macro" or is_constant


def _is_name(target: Code) -> bool:
    """Tell whether a target is one variable."""
    return isinstance(target, str)
