"""
JSON with comments and trailing commas, changed in its text.

Tools keep settings in such files, which people edit.  A change replaces only what it
is about: comments, order, indentation and line ends of the rest stay as they are.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NoReturn

from hatch_agpm.errors import Location, SourceError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "JsonItem",
    "JsonNode",
    "append_element",
    "node_at",
    "parse_jsonc",
    "remove_element",
    "remove_member",
    "replace_element",
    "set_member",
]

_MAX_DEPTH: Final = 100
_BLANK: Final = re.compile(r"(?:[ \t\r\n]+|//[^\r\n]*|/\*.*?\*/)*", re.DOTALL)
_STRING: Final = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*"')
_SCALAR: Final = re.compile(r"[^\s,\[\]{}:\"/]+")
_COMMENT: Final = re.compile(r"[ \t]*(?://[^\r\n]*|/\*[^\r\n]*?\*/)")
_SPACE: Final = " \t"


@dataclass(frozen=True, kw_only=True, slots=True)
class JsonItem:
    """A member of an object, or an element of an array."""

    start: int
    """Where its key begins, or the element."""

    key: str | None
    node: JsonNode
    comma: int | None
    """The position of the comma behind it; None without one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class JsonNode:
    """A value, and where it is in the text."""

    start: int
    end: int
    value: object
    """As Python has it; of members with one key, the last."""

    items: tuple[JsonItem, ...] = ()
    """Of an object or an array."""

    def member(self, key: str) -> JsonItem | None:
        """Return the member of an object that readers take; None without one."""
        return next((item for item in reversed(self.items) if item.key == key), None)


def parse_jsonc(text: str) -> JsonNode:
    """Return the value that a text is; raises SourceError, with line and column."""
    parser = _Parser(text)
    parser.position = 1 if text.startswith("\ufeff") else 0
    parser.skip()
    if parser.position == len(text):
        raise SourceError("has no value", hint="write {} into it")
    node = parser.value(0)
    parser.skip()
    if parser.position < len(text):
        parser.fail("there is more after the value")
    return node


class _Parser:
    """Reads a text from its position on."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    def fail(self, what: str) -> NoReturn:
        before = self.text[: self.position]
        line = before.count("\n")
        location = Location(
            line=line + 1,
            column=self.position - (before.rfind("\n") + 1) + 1,
            source_line=self.text.split("\n")[line],
        )
        raise SourceError(f"invalid JSON: {what}", location=location)

    def skip(self) -> None:
        """Skip white space and comments."""
        found = _BLANK.match(self.text, self.position)
        self.position = found.end() if found else self.position

    def next(self) -> str:
        return self.text[self.position : self.position + 1]

    def value(self, depth: int) -> JsonNode:
        if depth > _MAX_DEPTH:
            self.fail("nested too deeply")
        if self.next() in {"{", "["}:
            return self.container(depth)
        start = self.position
        return JsonNode(start=start, value=self.scalar(), end=self.position)

    def scalar(self) -> object:
        """Read a text, a number or a word."""
        pattern = _STRING if self.next() == '"' else _SCALAR
        found = pattern.match(self.text, self.position)
        if found is None:
            self.fail("expected a value")
        try:
            value: object = json.loads(found[0], parse_constant=_refuse)
        except ValueError:
            self.fail("this is not a value")
        self.position = found.end()
        return value

    def container(self, depth: int) -> JsonNode:
        start = self.position
        is_object = self.next() == "{"
        close = "}" if is_object else "]"
        items: list[JsonItem] = []
        self.position += 1
        self.skip()
        while self.next() != close:
            if items and items[-1].comma is None:
                self.fail(f"expected ',' or '{close}'")
            items.append(self.item(is_object=is_object, depth=depth))
        self.position += 1
        value: object = [item.node.value for item in items]
        if is_object:
            value = {item.key: item.node.value for item in items}
        return JsonNode(start=start, end=self.position, value=value, items=tuple(items))

    def item(self, *, is_object: bool, depth: int) -> JsonItem:
        start = self.position
        key = self.key() if is_object else None
        node = self.value(depth + 1)
        self.skip()
        comma = self.position if self.next() == "," else None
        if comma is not None:
            self.position += 1
            self.skip()
        return JsonItem(start=start, key=key, node=node, comma=comma)

    def key(self) -> str:
        if self.next() != '"':
            self.fail("expected a key in quotation marks")
        key = str(self.scalar())
        self.skip()
        if self.next() != ":":
            self.fail("expected ':'")
        self.position += 1
        self.skip()
        return key


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def node_at(root: JsonNode, path: Sequence[str]) -> JsonNode | None:
    """Return the value at a path of keys; None without one."""
    for key in path:
        item = root.member(key)
        if item is None:
            return None
        root = item.node
    return root


def set_member(text: str, path: Sequence[str], value: object) -> str:
    """
    Return the text with a value at a path of keys.

    A value that is there is replaced, else it is added as the last of its object, with
    the objects that are missing.  The other values on the path must be objects.
    """
    root = parse_jsonc(text)
    node = root
    for depth, key in enumerate(path):
        item = node.member(key)
        if item is None:
            for missing in reversed(path[depth + 1 :]):
                value = {missing: value}
            return _Layout(text, root).inserted(node, value, key)
        node = item.node
    return _Layout(text, root).replaced(node, value)


def append_element(text: str, path: Sequence[str], value: object) -> str:
    """Return the text with a further element of the array at a path."""
    root = parse_jsonc(text)
    array = node_at(root, path)
    if array is None:
        return set_member(text, path, [value])
    return _Layout(text, root).inserted(array, value)


def replace_element(text: str, path: Sequence[str], index: int, value: object) -> str:
    """Return the text with another value for an element of the array at a path."""
    root = parse_jsonc(text)
    array = node_at(root, path)
    return (
        _Layout(text, root).replaced(array.items[index].node, value) if array else text
    )


def remove_member(text: str, path: Sequence[str]) -> str:
    """Return the text without the member at a path, which there must be."""
    node = node_at(parse_jsonc(text), path[:-1])
    item = node and node.member(path[-1])
    return _without(text, node, item) if node and item else text


def remove_element(text: str, path: Sequence[str], index: int) -> str:
    """Return the text without an element of the array at a path."""
    array = node_at(parse_jsonc(text), path)
    return _without(text, array, array.items[index]) if array else text


class _Layout:
    """How a text is laid out, and changes that follow that."""

    def __init__(self, text: str, root: JsonNode) -> None:
        self.text = text
        self.newline = "\r\n" if "\r\n" in text else "\n"
        own = _own_line(text, root.items[0].start) if root.items else None
        self.unit = own or "  "

    def inserted(self, node: JsonNode, value: object, key: str | None = None) -> str:
        """Return the text with a last item in an object or array."""
        inner = self.text[node.start + 1 : node.end - 1]
        name = "" if key is None else f"{json.dumps(key, ensure_ascii=False)}: "
        if node.items and "\n" not in inner:
            item = name + json.dumps(value, ensure_ascii=False)
            return self._inline(node.items[-1], item)
        outer = _indentation(self.text, node.start)
        first = _own_line(self.text, node.items[0].start) if node.items else None
        indent = outer + self.unit if first is None else first
        item = f"{self.newline}{indent}{name}{self._lines(value, indent)}"
        if node.items:
            return self._below(node.items[-1], item)
        head = (
            self.text[: node.end - 1].rstrip() if inner else self.text[: node.end - 1]
        )
        return f"{head}{item}{self.newline}{outer}{self.text[node.end - 1 :]}"

    def replaced(self, node: JsonNode, value: object) -> str:
        """Return the text with another value."""
        is_inline = node.items and "\n" not in self.text[node.start : node.end]
        lines = self._lines(value, _indentation(self.text, node.start))
        if is_inline:
            lines = json.dumps(value, ensure_ascii=False)
        return self.text[: node.start] + lines + self.text[node.end :]

    def _inline(self, last: JsonItem, item: str) -> str:
        if last.comma is None:
            end = last.node.end
            return f"{self.text[:end]}, {item}{self.text[end:]}"
        end = last.comma + 1
        return f"{self.text[:end]} {item},{self.text[end:]}"

    def _below(self, last: JsonItem, item: str) -> str:
        """Return the text with an item on lines of its own, below the last one."""
        end = last.node.end if last.comma is None else last.comma + 1
        comment = _COMMENT.match(self.text, end)
        below = comment.end() if comment else end
        comma, trailing = (",", "") if last.comma is None else ("", ",")
        between = comma + self.text[end:below]
        return f"{self.text[:end]}{between}{item}{trailing}{self.text[below:]}"

    def _lines(self, value: object, indent: str) -> str:
        lines = json.dumps(value, indent=self.unit, ensure_ascii=False).split("\n")
        return f"{self.newline}{indent}".join(lines)


def _without(text: str, node: JsonNode, item: JsonItem) -> str:
    """Return the text without an item; comments stay."""
    index = node.items.index(item)
    start, end = item.start, item.node.end
    rest = ""
    if item.comma is not None:
        rest, end = text[end : item.comma], item.comma + 1
    tail = text[end:]
    head = text[:start]
    if item.comma is None and index:
        comma = node.items[index - 1].comma or 0
        head = head[:comma] + head[comma + 1 :]
    blank = len(tail) - len(tail.lstrip(_SPACE))
    before = text[node.items[index - 1].node.end if index else node.start : start]
    # What follows must not become part of a comment.
    ends_line = tail[blank : blank + 1] in {"\r", "\n"}
    ends_line |= tail[blank : blank + 1] in {"}", "]"} and "//" not in before
    if _own_line(text, start) is None:
        head, tail = (head.rstrip(_SPACE), tail) if index else (head, tail[blank:])
    elif ends_line and not rest.strip():
        head = head.rstrip(_SPACE).removesuffix("\n").removesuffix("\r")
        tail = tail[blank:]
    else:
        tail = tail[blank:]
    if len(node.items) == 1 and not (head[node.start + 1 :] + rest).strip():
        inside = tail.lstrip()
        if inside.startswith(("}", "]")):
            return head[: node.start + 1] + inside
    return head + rest + tail


def _indentation(text: str, position: int) -> str:
    """Return the white space that the line of a position begins with."""
    line = text[text.rfind("\n", 0, position) + 1 : position]
    return line[: len(line) - len(line.lstrip(_SPACE))]


def _own_line(text: str, position: int) -> str | None:
    """Return the indentation of what begins a line; None for what does not."""
    line = text.rfind("\n", 0, position)
    before = text[line + 1 : position]
    return before if line >= 0 and not before.strip(_SPACE) else None
