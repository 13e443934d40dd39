"""
YAML with the scalars of YAML 1.2, as AGPM's parser (serde_yaml) reads them.

PyYAML scans and composes, with its C parser where there is one; what a plain
scalar means is decided here: `yes`, `on` and dates are text, `0o17` is a number,
`<<` is a key like any other.  Values come out as plain JSON values.

Knows nothing of frontmatter.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

import yaml

from hatch_agpm.errors import FrontmatterError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yaml.nodes import MappingNode, Node, ScalarNode

__all__ = ["Document", "load"]

_PLAIN: Final = "tag:hatch-agpm:plain"
_TAGS: Final = "tag:yaml.org,2002:"
_MAX_NODES: Final = 100_000
_MAX_DEPTH: Final = 100
_INT = re.compile(r"([-+]?)(?:0x([0-9a-fA-F]+)|0o([0-7]+)|0b([01]+)|(0|[1-9][0-9]*))")
_FLOAT = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_DIGITS = re.compile(r"[-+]?[0-9]+")
_WORDS: Final[Mapping[str, object]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    # JSON has neither; AGPM turns both into null.
    **dict.fromkeys((".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF", "+.inf", "+.Inf", "+.INF")),
}


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """PyYAML's loader without any of its own ideas about plain scalars."""

    yaml_implicit_resolvers: Final = {None: [(_PLAIN, re.compile(""))]}


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """A YAML document as JSON values, and where its keys and items stand."""

    value: object
    is_empty: bool
    """Nothing but white space and comments."""

    lines: Mapping[tuple[str | int, ...], int]
    """For the path of each key or list item the number of its line, from 1."""

    repeated: Mapping[str, int]
    """Keys of the outermost mapping given twice: the line of the second one."""


def load(text: str) -> Document:
    """
    Parse one YAML document.

    Of a key that is given twice the last one counts.  Integer, boolean and null
    keys become text, NaN and the infinities null.

    Raises FrontmatterError, with line and column in `text`, for what is no YAML
    or no JSON value: custom tags, lists or mappings as keys, integers beyond 64
    bits, a second document.
    """
    try:
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = " ".join(str(error.problem or error.context or "invalid").split())
        where = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        raise _error(what, text, *where) from None
    except (yaml.YAMLError, RecursionError) as error:
        what = str(error).splitlines()[0] if str(error) else "nested too deeply"
        raise _error(what, text, 0, 0) from None
    converter = _Converter(text)
    value = None if root is None else converter.convert(root, ())
    return Document(
        value=value,
        is_empty=root is None,
        lines=converter.lines,
        repeated=converter.repeated,
    )


class _Converter:
    """Nodes to JSON values; remembers where the keys stand."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines: dict[tuple[str | int, ...], int] = {}
        self.repeated: dict[str, int] = {}
        self.count = 0

    def convert(self, node: Node, path: tuple[str | int, ...]) -> object:
        self.count += 1
        if self.count > _MAX_NODES or len(path) > _MAX_DEPTH:
            # An anchor can multiply, or contain, itself.
            raise self.fail(node, "there are too many values, or too deeply nested")
        if isinstance(node, yaml.ScalarNode):
            return self.scalar(node)
        if isinstance(node, yaml.SequenceNode):
            self.expect(node, "seq")
            items = []
            for index, item in enumerate(node.value):
                here = (*path, index)
                self.lines[here] = item.start_mark.line + 1
                items.append(self.convert(item, here))
            return items
        self.expect(node, "map")
        return self.mapping(cast("MappingNode", node), path)

    def mapping(self, node: MappingNode, path: tuple[str | int, ...]) -> object:
        result: dict[str, object] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise self.fail(key_node, "a key must be text")
            key = _key_text(self.scalar(key_node))
            line = key_node.start_mark.line + 1
            if key in result and not path:
                self.repeated[key] = line
            self.lines[(*path, key)] = line
            result[key] = self.convert(value_node, (*path, key))
        return result

    def scalar(self, node: ScalarNode) -> object:
        text: str = node.value
        if node.tag == _TAGS + "str":
            return text
        if node.tag == _PLAIN:
            return self.plain(node, text)
        kind = node.tag.removeprefix(_TAGS)
        value = self.plain(node, text)
        if kind == "float" and type(value) is int:
            return float(value)
        matches = {"int": int, "float": float, "bool": bool, "null": type(None)}
        if kind not in matches:
            raise self.fail(node, f"the tag '{node.tag}' is not known")
        if type(value) is not matches[kind]:
            raise self.fail(node, f"'{text}' is no {kind}")
        return value

    def plain(self, node: ScalarNode, text: str) -> object:
        if text in _WORDS:
            return _WORDS[text]
        if match := _INT.fullmatch(text):
            sign, *digits = match.groups()
            bases = zip(digits, (16, 8, 2, 10), strict=True)
            value = next(int(sign + d, base) for d, base in bases if d is not None)
            if not -(2**63) <= value < 2**64:
                raise self.fail(node, f"{text} does not fit into 64 bits; quote it")
            return value
        # A run of digits that begins with 0 is text, and so is 1e400.
        if _FLOAT.fullmatch(text) and not _DIGITS.fullmatch(text):
            number = float(text)
            return number if math.isfinite(number) else text
        return text

    def expect(self, node: Node, kind: str) -> None:
        if node.tag != _TAGS + kind:
            raise self.fail(node, f"the tag '{node.tag}' is not known")

    def fail(self, node: Node, what: str) -> FrontmatterError:
        mark = node.start_mark
        return _error(what, self.text, mark.line + 1, mark.column + 1)


def _key_text(key: object) -> str:
    if isinstance(key, str):
        return key
    if isinstance(key, bool):
        return "true" if key else "false"
    return "null" if key is None else str(key)


def _error(what: str, text: str, line: int, column: int) -> FrontmatterError:
    lines = text.split("\n")
    source_line = lines[line - 1] if 0 < line <= len(lines) else ""
    return FrontmatterError(
        f"invalid YAML: {what}", "", line, column, "", "", source_line
    )
