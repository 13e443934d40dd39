"""
Writes frontmatter that every tool reads alike.

Keys keep their order, there are only block mappings and lists, and each text is on one
line: plain if YAML allows that, else in quotes that need no escapes, else as JSON.
Some tools use YAML 1.1, some YAML 1.2, and some read lines and remove the quotes.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

import yaml

from hatch_agpm.export.source import Spelled
from hatch_agpm.formats.yaml import plain_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["write_frontmatter"]

_UNSAFE: Final = re.compile(
    # Control characters, and what is a line end or not printable in one of the YAMLs.
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]"
)
_RULE: Final = re.compile("-{3,}")
_NOT_PLAIN: Final = re.compile(r"^[-?:,\[\]{}#&*!|>'\"%@`=<~\s]|:(?:\s|$)|\s#|\s$|^$")
_PLAIN_KEY: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_YAML_WORDS: Final = frozenset(
    ("y", "n", "yes", "no", "on", "off", "true", "false", "null")
)


def write_frontmatter(fields: Mapping[str, object]) -> str:
    r"""
    Return `fields` as a frontmatter block, from `---\n` to `---\n`.

    Values are texts, `Spelled`, tables and lists.
    """
    return "\n".join(["---", *_table(fields), "---", ""])


def _table(fields: Mapping[str, object]) -> Iterator[str]:
    for key, value in fields.items():
        name = _key(key)
        if isinstance(value, dict) and value:
            yield f"{name}:"
            yield from (f"  {line}" for line in _table(value))
        elif isinstance(value, list) and value:
            yield f"{name}:"
            yield from (f"  {line}" for line in _list(value))
        else:
            yield f"{name}: {_scalar(value)}".rstrip()


def _list(items: list[object]) -> Iterator[str]:
    for item in items:
        if isinstance(item, dict | list) and item:
            lines = _table(item) if isinstance(item, dict) else _list(item)
            yield from (
                f"{'- ' if first == 0 else '  '}{line}"
                for first, line in enumerate(lines)
            )
        else:
            yield f"- {_scalar(item)}".rstrip()


def _scalar(value: object) -> str:
    if isinstance(value, Spelled):
        return value.text
    if isinstance(value, str):
        return _text(value)
    return "{}" if isinstance(value, dict) else "[]"


def _text(text: str) -> str:
    """Return a text on one line, without escapes where that is possible."""
    if _UNSAFE.search(text) or _RULE.search(text):
        return _escaped(text)
    if not _NOT_PLAIN.search(text) and _is_text(text):
        return text
    if not re.search(r'["\\]', text):
        return f'"{text}"'
    return f"'{text}'" if "'" not in text else _escaped(text)


def _is_text(plain: str) -> bool:
    """Tell whether both versions of YAML read a text without quotes as a text."""
    try:
        older = yaml.safe_load(f"- {plain}")
    except (yaml.YAMLError, ValueError):
        return False
    return (
        older == [plain]
        and isinstance(plain_value(plain), str)
        and plain.lower() not in _YAML_WORDS
    )


def _escaped(text: str) -> str:
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    quoted = json.dumps(whole, ensure_ascii=False)
    quoted = _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", quoted)
    # Some readers look for the closing rule anywhere in the text.
    return _RULE.sub(lambda match: "-" + "\\u002d" * (len(match[0]) - 1), quoted)


def _key(name: str) -> str:
    is_plain = _PLAIN_KEY.fullmatch(name) and name.lower() not in _YAML_WORDS
    return name if is_plain and not _RULE.search(name) else _text_in_quotes(name)


def _text_in_quotes(name: str) -> str:
    text = _text(name)
    return text if text[:1] in {'"', "'"} else _escaped(name)
