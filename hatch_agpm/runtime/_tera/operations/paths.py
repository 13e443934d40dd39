# SPDX-License-Identifier: MIT-0
"""
Paths with square brackets: `a["x"].b`, `a[0]`, `a[b.c]`, and pointers of filters.

Tera rewrites such a path as text into a dotted pointer and splits that again; its
faults are in the rewriting, so it is done here in the same steps.
"""

from __future__ import annotations

from functools import partial

from ..failures import Failure, Refusal, Undefined
from ..rust import encode, json_number
from ..scope import MISSING, Missing
from ..values import as_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..limits import Account
    from ..scope import Scope

__all__ = [
    "dynamic_path",
    "look_up_text",
    "path_at",
    "path_in",
    "peek_at",
    "peek_in",
    "pointer",
    "static_path",
]

_LONGEST_POINTER = 10_000
_POINTER_CHARACTER = 100
"""The work of splitting a pointer, for each of its characters."""


def pointer(text: str, account: Account) -> tuple[str, ...]:
    """
    Split a dotted pointer (`a.b[0]."c.d"`) into steps, as Tera does.

    Raise Refusal where Tera panics: it counts characters but cuts bytes, so that a
    quoted key with accents is cut in two.
    """
    known = account.pointers.get(text)
    if known is None:
        account.work(_POINTER_CHARACTER * len(text))
        known = account.pointers[text] = _split_pointer(text)
    return known


def _split_pointer(text: str) -> tuple[str, ...]:
    if len(text) > _LONGEST_POINTER:
        raise Refusal("the path is too long")
    try:
        return tuple(
            step.replace("~1", "/").replace("~0", "~") for step in _steps(text.encode())
        )
    except UnicodeDecodeError:
        raise Refusal("cannot be read as a path", encode(text)) from None


def _steps(data: bytes) -> Iterator[str]:
    """Yield the steps of a pointer; the state outlives each step, as in Tera."""
    last = 0
    quoted = {'"': False, "'": False}
    while True:
        offset, escaped = 0, False
        for index, character in enumerate(data[last:].decode()):
            if character == "\\":
                escaped = True
                continue
            inside = any(quoted.values())
            if not escaped and character in quoted:
                quoted[character] = not quoted[character]
                cuts = True
            elif character == "]" and not (escaped or inside):
                offset += 1
                cuts = False
            else:
                cuts = character in ".[" and not (escaped or inside)
            escaped = False
            if not cuts:
                continue
            if index == offset and character != "[":
                offset += 1
                continue
            step = data[last + offset : last + index].decode()
            last += index + 1
            if step:
                yield step
                break
        else:
            if last + offset < len(data):
                yield data[last + offset :].decode()
            return


def static_path(text: str) -> tuple[str, ...] | None:
    """Return the steps of a path without brackets, None for one that has them."""
    return None if "[" in text else tuple(text.split("."))


def dynamic_path(
    text: str, look_up: Callable[[str], object], account: Account
) -> tuple[str, tuple[str, ...]]:
    """
    Return the root and the steps of a path with brackets.

    `look_up` returns the values of its indices.

    Raise Failure for an index that is neither string nor number.
    """
    rewritten = text
    for index in _indices(text):
        value = look_up(index)
        number = as_number(value)
        if isinstance(value, str):
            step = f'"{value}"'
        elif number is not None:
            step = json_number(number)
        else:
            raise Failure(f"the index '{index}' is neither a string nor a number")
        before, _, after = rewritten.partition(f"[{index}]")
        rewritten = f"{before}.{step}{after}"
    for old, new in _BRACKETS:
        rewritten = rewritten.replace(old, new)
    account.work(len(rewritten))
    root, _, tail = rewritten.partition(".")
    return root, pointer(tail, account)


_BRACKETS = (
    *(("/", "~1"), ("['", '."'), ('["', '."'), ("[", ".")),
    *(("']", '"'), ('"]', '"'), ("]", "")),
)


def _indices(text: str) -> list[str]:
    """Return what is in brackets and is neither quoted nor an index."""
    found: list[str] = []
    at = text.find("[") + 1
    while at:
        if text[at] in "\"'":
            at = text.find("[", at + 1) + 1
            continue
        end, open_brackets = at + 1, 1
        while open_brackets and end < len(text):
            open_brackets += {"[": 1, "]": -1}.get(text[end], 0)
            end += 1
        inside = text[at : end - 1]
        if open_brackets == 0 and not _is_index(inside):
            found.append(inside)
        at = text.find("[", end) + 1
    return found


_INDEX_DIGITS = 20


def _is_index(text: str) -> bool:
    if not text.isascii() or not text.isdigit():
        return False
    digits = text.lstrip("0")
    return len(digits) <= _INDEX_DIGITS and int(digits or "0") < 2**64


# Operations


def look_up_text(scope: Scope, text: str) -> object:
    """Return the value of a path with brackets or without, or `MISSING`."""
    if "[" not in text:
        root, *steps = text.split(".")
        return scope.look_up(root, tuple(steps))
    root, found = dynamic_path(text, partial(_index, scope), scope.account)
    return scope.look_up(root, found, dotted=False)


def _index(scope: Scope, text: str) -> object:
    value = look_up_text(scope, text)
    if isinstance(value, Missing):
        raise Undefined(f"'{text}' is undefined")
    return value


def peek_at(scope: Scope, text: str, at: int) -> object:
    """Return the variable to which a path with brackets leads, or `MISSING`."""
    try:
        return look_up_text(scope, text)
    except Refusal as refusal:
        refusal.at = at
        raise
    except Failure:
        return MISSING


def path_at(scope: Scope, text: str, at: int) -> object:
    """Return the variable to which a path with brackets leads; raise Failure."""
    try:
        value = look_up_text(scope, text)
    except Failure as failure:
        failure.at = at
        raise
    if isinstance(value, Missing):
        raise scope.language.undefined(scope, text, at)
    return value


def peek_in(scope: Scope, root: str, steps: list[str], text: str, at: int) -> object:
    """Return what a path with brackets leads to whose indices are known."""
    del text, at
    return scope.look_up(root, tuple(steps), dotted=False)


def path_in(scope: Scope, root: str, steps: list[str], text: str, at: int) -> object:
    """Return the same; raise Failure if it is missing."""
    value = scope.look_up(root, tuple(steps), dotted=False)
    if isinstance(value, Missing):
        raise scope.language.undefined(scope, text, at)
    return value
