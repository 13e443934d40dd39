"""
Writing YAML as AGPM's library (serde_yaml 0.9 on libyaml) does, byte for byte.

Block style, two spaces, lists under a key not indented, no limit of width.  PyYAML's
emitter is not used: its Python and its C version quote other texts.

Writes plain JSON values; does not depend on frontmatter.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from hatch_agpm.formats.yaml import plain_value
from hatch_agpm.runtime._tera.rust import json_number

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["dump"]

_STEP: Final = "  "
_LAST_OF_LATIN_1: Final = 0xFF
_SIMPLE_KEY: Final = 128
"""The length in characters beyond which a key is on its own line, after `?`."""

_SPECIAL = re.compile(
    # The characters that libyaml does not print: the tabulator is one of them.
    "[^\n -~\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_NOT_PLAIN = re.compile(
    r"^(?:---|\.\.\.|[ #,\[\]{}&*!|>'\"%@`]|[-?:](?: |$))|:(?: |$)| #| $"
)
# U+0085 is a line end, too, but cannot be printed.
_BREAKS: Final = "\n\u2028\u2029"
_BREAK_RUN = re.compile(f"[{_BREAKS}]+")
_BEFORE_LINE = re.compile(f"(^|[{_BREAKS}])(?=[^{_BREAKS}])")
_DIGITS = re.compile(r"[-+]?0[0-9]+")
_ESCAPED = re.compile(f'{_SPECIAL.pattern}|[{_BREAKS}"\\\\]')
_ESCAPES: Final = dict(
    zip('\0\a\b\t\n\v\f\r\x1b"\\\x85\u2028\u2029', '0abtnvfre"\\NLP', strict=True)
)


def dump(mapping: Mapping[str, object]) -> str:
    """
    Return a mapping as block YAML, keys in their order, with a newline at the end.

    Values are plain JSON; an empty mapping is `{}`.
    """
    lines = _block(mapping, "") if mapping else ["{}"]
    return "\n".join(lines) + "\n"


def _node(value: object, indent: str) -> list[str]:
    """
    Return the lines of a value in a collection that is indented by `indent`.

    The first line comes without its indentation: it follows a `- ` or a `: `.
    """
    if not _is_collection(value):
        return _scalar(value, indent)
    return _block(value, indent + _STEP)


def _block(value: object, indent: str) -> list[str]:
    """Return the lines of a collection whose entries are indented by `indent`."""
    lines: list[str] = []
    entries: list[list[str]] = []
    if isinstance(value, dict):
        entries = [_entry(key, value[key], indent) for key in value]
    elif isinstance(value, list):
        items = [_node(item, indent) for item in value]
        entries = [[f"- {first}", *rest] for first, *rest in items]
    for first, *rest in entries:
        lines += [indent + first if lines else first, *rest]
    return lines


def _entry(key: str, value: object, indent: str) -> list[str]:
    name, *more = _scalar(key, indent)
    if (
        _BREAK_RUN.search(key)
        or len(key.encode("utf-8", "surrogatepass")) > _SIMPLE_KEY
    ):
        first, *rest = _node(value, indent)
        return [f"? {name}", *more, f"{indent}: {first}", *rest]
    if not _is_collection(value):
        first, *rest = _scalar(value, indent)
        return [f"{name}: {first}", *rest]
    # Only a mapping is indented further; a list is below its key.
    inner = indent if isinstance(value, list) else indent + _STEP
    first, *rest = _block(value, inner)
    return [f"{name}:", inner + first, *rest]


def _is_collection(value: object) -> bool:
    return isinstance(value, dict | list) and bool(value)


def _scalar(value: object, indent: str) -> list[str]:
    """Return the lines of a scalar, or of an empty collection, below `indent`."""
    if isinstance(value, str):
        return _text(value, indent)
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, int | float):
        return [json_number(value)]
    if isinstance(value, dict | list):
        return ["{}" if isinstance(value, dict) else "[]"]
    return ["null"]


def _text(text: str, indent: str) -> list[str]:
    literal, breaks = "\n" in text, _BREAK_RUN.search(text)
    unfit = text.endswith(" ") if literal else re.search(f"[{_BREAKS}] ", text)
    if _SPECIAL.search(text) or re.search(f" [{_BREAKS}]", text) or (breaks and unfit):
        return [f'"{_ESCAPED.sub(_escape, text)}"']
    if literal:
        return _literal(text, indent + _STEP)
    if breaks or _NOT_PLAIN.search(text) or _reads_as_other(text):
        quoted = text.replace("'", "''")
        return ["'" + _BREAK_RUN.sub(rf"\g<0>{indent}{_STEP}", quoted) + "'"]
    return [text]


def _reads_as_other(text: str) -> bool:
    """Tell whether a text needs quotes, because without them it is or seems no text."""
    return not isinstance(plain_value(text), str) or bool(_DIGITS.fullmatch(text))


def _literal(text: str, indent: str) -> list[str]:
    hint = "2" if text[0] in f" {_BREAKS}" else ""
    if text[-1] not in _BREAKS:
        hint += "-"
    elif len(text) == 1 or text[-2] in _BREAKS:
        hint += "+"
    indented = _BEFORE_LINE.sub(rf"\g<0>{indent}", text)
    return [f"|{hint}", *indented.removesuffix("\n").split("\n")]


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    if character in _ESCAPES:
        return f"\\{_ESCAPES[character]}"
    code = ord(character)
    return f"\\x{code:02X}" if code <= _LAST_OF_LATIN_1 else f"\\u{code:04X}"
