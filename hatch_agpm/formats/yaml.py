"""
YAML with the scalars of YAML 1.2, as AGPM's parser (serde_yaml) reads them.

PyYAML scans and composes, with its C parser if available.  This module converts plain
scalars: `yes`, `on` and dates are text, `0o17` is a number, `<<` is an ordinary key.
The results are plain JSON values.

Does not depend on frontmatter.
"""

from __future__ import annotations

import bisect
import math
import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, cast

import yaml

from hatch_agpm.errors import FrontmatterError, Location, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from yaml.error import Mark
    from yaml.nodes import MappingNode, Node, ScalarNode

__all__ = [
    "Document",
    "Shape",
    "Unquoted",
    "load",
    "plain_value",
    "shape",
    "unquoted",
]

Shape = Literal["mapping", "nothing", "other"]

_PLAIN: Final = "tag:hatch-agpm:plain"
_TAGS: Final = "tag:yaml.org,2002:"
_TYPES: Final = {"int": int, "float": float, "bool": bool, "null": type(None)}
_MAX_TEXT: Final = 1_000_000
_MAX_NODES: Final = 100_000
_MAX_DEPTH: Final = 127
"""The limit of AGPM's parser."""

_U128_DIGITS: Final = 39
_INT = r"([-+]?)(?:0x([0-9a-fA-F]+)|0o([0-7]+)|0b([01]+)|(0|[1-9][0-9]*))"
_FLOAT = r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
_NEEDS_QUOTES = re.compile(r"\s*(?:- +)*(?:[\w-]+: +)?(?<=[:-] )\s*[]\[{},*@`%&!|>?]")
"""A value that begins with a character of YAML's syntax."""

_QUOTED = re.compile(r"""\s*(?:- +)*(?:[\w-]+: +)?(?<=[:-] )\s*["']""")
"""A value that begins with a quote."""

_LEADING_ZERO = r"[-+]?0[0-9]+"
_FIRST_OF_NUMBERS: Final = frozenset("-+.0123456789")
_WORDS: Final[Mapping[str, object]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    # JSON has neither; AGPM turns both into null.
    **dict.fromkeys((".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF", "+.inf", "+.Inf", "+.INF")),
}


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """PyYAML's loader without its own rules for plain scalars."""

    yaml_implicit_resolvers: Final = {None: [(_PLAIN, re.compile(""))]}


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """A YAML document as JSON values, with the lines of its keys and items."""

    value: object
    is_empty: bool
    """Whether it has only white space and comments."""

    lines: Mapping[tuple[str | int, ...], int]
    """The line of each key or list item, from 1, by its path."""

    spelled: Mapping[tuple[str | int, ...], str]
    """The source of scalars that are not text, by path: `1.10`, `TRUE`, `~`."""

    repeated: Mapping[tuple[str | int, ...], int]
    """The last line of each key that is given several times, by its path."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unquoted:
    """A scalar as it is written, without quotes."""

    path: tuple[str | int, ...]
    """The path of the value; a key has that of its value."""

    is_key: bool
    line: int
    text: str
    tag: str
    """`int`, `float`, `bool` or `null` if it has such a tag, else ""."""


def load(text: str) -> Document:
    """
    Parse one YAML document.

    If a key is given twice, the last value is used.  Integer, boolean and null keys
    become text, NaN and the infinities null.

    Raises FrontmatterError, with line and column in `text`, for invalid YAML and for
    values that JSON does not have: custom tags, lists or mappings as keys, integers
    beyond 64 bits, a second document.
    """
    with _located(text):
        root = yaml.compose(text, Loader=_Loader)
    converter = _Converter(text)
    value = None if root is None else converter.convert(root, ())
    return Document(
        value=value,
        is_empty=root is None,
        lines=converter.lines,
        spelled=converter.spelled,
        repeated=converter.repeated,
    )


def shape(text: str) -> Shape:
    """
    Return the kind of a YAML document, also if JSON could not represent its values.

    Of several documents the first one is used.  Raises FrontmatterError, with line and
    column in `text`, for invalid YAML.
    """
    found: Shape | None = None
    with _located(text):
        # Parse the whole text, which must be valid YAML to its end.
        for event in yaml.parse(text, Loader=_Loader):
            if found is None and isinstance(event, yaml.NodeEvent):
                is_mapping = isinstance(event, yaml.MappingStartEvent)
                found = "mapping" if is_mapping else "other"
    return found or "nothing"


def unquoted(text: str) -> Iterator[Unquoted]:
    """
    Yield each scalar of a document that has no quotes, or has one of YAML's own tags.

    Aliases are not followed.  Raises FrontmatterError as `load` does.
    """
    with _located(text):
        root = yaml.compose(text, Loader=_Loader)
    positions = _Positions(text)
    seen: set[int] = set()
    waiting: list[tuple[Node, tuple[str | int, ...], bool]] = []
    if root is not None:
        waiting.append((root, (), False))
    while waiting:
        node, path, is_key = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.ScalarNode):
            kind = node.tag.removeprefix(_TAGS)
            if node.tag == _PLAIN or kind in _TYPES:
                yield Unquoted(
                    path=path,
                    is_key=is_key,
                    line=positions.line(node.start_mark),
                    text=node.value,
                    tag="" if node.tag == _PLAIN else kind,
                )
        elif isinstance(node, yaml.SequenceNode):
            items = [(item, (*path, i), False) for i, item in enumerate(node.value)]
            waiting += reversed(items)
        else:
            for key_node, value_node in reversed(cast("MappingNode", node).value):
                here = (*path, _node_text(key_node))
                waiting += [(value_node, here, False), (key_node, here, True)]


def _node_text(node: Node) -> str:
    """Return the text of a key as `load` does; "" for a node that cannot be a key."""
    if not isinstance(node, yaml.ScalarNode):
        return ""
    value = plain_value(node.value) if node.tag == _PLAIN else node.value
    return _key_text(value, node.value)


@contextmanager
def _located(text: str) -> Iterator[None]:
    """Convert PyYAML's errors, and refuse texts that it would parse for minutes."""
    if len(text) > _MAX_TEXT:
        raise _error(f"there are more than {_MAX_TEXT} characters", text, 0, 0)
    try:
        yield
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        closing = _closing(error)
        if closing:
            # The position of the opening sign is more helpful than the end of the text.
            mark = error.context_mark or mark
        what = str(error.problem or error.context or "invalid")
        if what.startswith("but "):
            what = f"{error.context}, {what}"
        where = _Positions(text).position(mark) if mark else (0, 0)
        # By far the commonest mistake: a description with a colon in it.
        if what.startswith("mapping values are not allowed"):
            hint = "quote the text that has the colon"
        elif what == "found unknown escape character":
            hint = r"write \\ for a backslash, or use single quotes"
        else:
            hint = closing or _hint(text, where)
        raise _error(" ".join(what.split()), text, *where, hint) from None
    except yaml.reader.ReaderError as error:
        raise _control_character(text, chr(error.character)) from None
    except UnicodeEncodeError as error:
        raise _control_character(text, text[error.start]) from None
    except RecursionError:
        raise _error("nested too deeply", text, 0, 0) from None


def _closing(error: yaml.MarkedYAMLError) -> str:
    """Return a hint for closing an open quote or bracket, "" for other errors."""
    if error.context in {
        "while parsing a flow sequence",
        "while parsing a flow mapping",
    }:
        sign = "]" if error.context.endswith("sequence") else "}"
        return f"close it with '{sign}', or quote the text"
    at_end = "unexpected end of stream" in str(error.problem)
    if error.context == "while scanning a quoted scalar" and at_end:
        return "close the quote"
    return ""


def _hint(text: str, where: tuple[int, int]) -> str:
    """Return a hint for a syntax error at a line and column, or ""."""
    line, column = where
    lines = text.split("\n")
    source_line = lines[line - 1] if 0 < line <= len(lines) else ""
    if source_line[: max(column, 1)].endswith("\t"):
        return "a tab is not allowed: use spaces"
    if _NEEDS_QUOTES.match(source_line):
        return "quote the text"
    if _QUOTED.match(source_line):
        return "quote the whole text, and write '' for a quote inside of '...'"
    return ""


def _control_character(text: str, character: str) -> FrontmatterError:
    # The parser counts bytes or characters, depending on how it was built.
    before = text[: max(text.find(character), 0)]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    what = f"the character U+{ord(character):04X} is not allowed"
    return _error(what, text, line, column)


class _Positions:
    """
    Lines and columns of a text, from 1, by the offsets of PyYAML's marks.

    Its own lines also end at U+0085, U+2028 and U+2029, those of an editor do not.
    """

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def line(self, mark: Mark) -> int:
        return bisect.bisect_right(self._starts, mark.index)

    def position(self, mark: Mark) -> tuple[int, int]:
        line = self.line(mark)
        return line, mark.index - self._starts[line - 1] + 1


class _Converter:
    """Converts nodes to JSON values, and records the lines of keys."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.positions = _Positions(text)
        self.lines: dict[tuple[str | int, ...], int] = {}
        self.spelled: dict[tuple[str | int, ...], str] = {}
        self.repeated: dict[tuple[str | int, ...], int] = {}
        self.count = 0

    def convert(self, node: Node, path: tuple[str | int, ...]) -> object:
        self.count += 1
        if self.count > _MAX_NODES or len(path) > _MAX_DEPTH:
            # An anchor can contain itself, or be repeated exponentially.
            raise self.fail(node, "there are too many values, or too deeply nested")
        if node.tag.startswith("!"):
            what = f"the tag '{node.tag}' is not known"
            raise self.fail(node, what, "quote the text")
        if isinstance(node, yaml.ScalarNode):
            value = self.scalar(node)
            if not isinstance(value, str):
                self.spelled[path] = node.value
            return value
        if isinstance(node, yaml.SequenceNode):
            items = []
            for index, item in enumerate(node.value):
                here = (*path, index)
                self.lines[here] = self.positions.line(item.start_mark)
                items.append(self.convert(item, here))
            return items
        return self.mapping(cast("MappingNode", node), path)

    def mapping(self, node: MappingNode, path: tuple[str | int, ...]) -> object:
        result: dict[str, object] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise self.fail(key_node, "a key must be text")
            key = _key_text(self.scalar(key_node), key_node.value)
            here = (*path, key)
            self.lines[here] = self.positions.line(key_node.start_mark)
            if key in result:
                self.repeated[here] = self.lines[here]
            result[key] = self.convert(value_node, here)
        return result

    def scalar(self, node: ScalarNode) -> object:
        if node.tag == _PLAIN:
            return self.plain(node)
        kind = _TYPES.get(node.tag.removeprefix(_TAGS))
        if kind is None:
            # Quoted, or with a tag of YAML that JSON has no type for: text.
            return node.value
        value = self.plain(node)
        if kind is float and type(value) is int:
            return float(value)
        if type(value) is not kind:
            raise self.fail(node, f"{shown(node.value)} is not a valid {kind.__name__}")
        return value

    def plain(self, node: ScalarNode) -> object:
        value = plain_value(node.value)
        if isinstance(value, int) and not -(2**63) <= value < 2**64:
            what = f"{node.value} does not fit into 64 bits"
            raise self.fail(node, what, "quote it")
        return value

    def fail(self, node: Node, what: str, hint: str = "") -> FrontmatterError:
        where = self.positions.position(node.start_mark)
        return _error(what, self.text, *where, hint)


def plain_value(text: str) -> object:
    """
    Return the value of a scalar without quotes; integers have up to 128 bits.

    NaN and the infinities are null.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _FIRST_OF_NUMBERS:
        return text
    if (match := re.fullmatch(_INT, text)) and len(match[5] or "") <= _U128_DIGITS:
        sign, *digits = match.groups()
        bases = zip(digits, (16, 8, 2, 10), strict=True)
        value = next(int(sign + d, base) for d, base in bases if d is not None)
        if -(2**127) <= value < 2**128:
            return value
    # Larger integers are floats in AGPM, too. Digits that begin with 0 are text, and so
    # is 1e400.
    if re.fullmatch(_FLOAT, text) and not re.fullmatch(_LEADING_ZERO, text):
        number = float(text)
        return number if math.isfinite(number) else text
    return text


def _key_text(key: object, written: str) -> str:
    if isinstance(key, str | float):
        return written
    if isinstance(key, bool):
        return "true" if key else "false"
    return "null" if key is None else str(key)


def _error(
    what: str, text: str, line: int, column: int, hint: str = ""
) -> FrontmatterError:
    lines = text.split("\n")
    source_line = lines[line - 1] if 0 < line <= len(lines) else ""
    return FrontmatterError(
        f"invalid YAML: {what}",
        location=Location(line=line, column=column, source_line=source_line),
        hint=hint,
    )
