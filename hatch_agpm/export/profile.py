"""
Writes frontmatter that every tool reads alike.

Keys are in a fixed order, every value is a JSON string on its line, and there are only
block mappings: tools use YAML 1.1, YAML 1.2 and strict parsers, and some extract the
block with a regular expression before they parse it.  The keys are those of skills,
agents and commands that all tools know.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from hatch_agpm.errors import FrontmatterError, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hatch_agpm.formats.yaml import Document

__all__ = [
    "AGENT_KEYS",
    "COMMAND_KEYS",
    "SKILL_KEYS",
    "as_written",
    "portable_frontmatter",
]

SKILL_KEYS: Final = (
    "name",
    "description",
    "license",
    "compatibility",
    "metadata",
    "allowed-tools",
)
"""The keys of the Agent Skills specification; validators refuse any other."""

AGENT_KEYS: Final = ("name", "description", "tools", "disallowedTools", "model")
"""The keys of an agent that all tools use: its name, its purpose, its permissions."""

COMMAND_KEYS: Final = ("description", "argument-hint", "allowed-tools", "model")

_ORDER: Final = tuple(dict.fromkeys((*SKILL_KEYS, *AGENT_KEYS, *COMMAND_KEYS)))
_SEPARATORS: Final = {"allowed-tools": " ", "tools": ", ", "disallowedTools": ", "}
"""The separator with which a key's list becomes one text."""

_UNSAFE = re.compile(
    # Not printable in YAML, a line end in YAML 1.1, or a byte order mark.
    "[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]"
)
_RULE = re.compile("-{3,}")
_SURROGATE = re.compile("[\ud800-\udfff]")
_PLAIN_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_YAML_WORDS: Final = frozenset(
    ("y", "n", "yes", "no", "on", "off", "true", "false", "null")
)
_MAX_KEY: Final = 128
"""In characters as written; parsers accept 1024 bytes, and some fewer."""


def as_written(document: Document) -> dict[str, object]:
    """
    Return the top level of a parsed frontmatter with its scalars as written.

    So a version `1.10` is a text, not a number; null stays null.  Mappings and lists
    are converted one level down; deeper ones are not portable.
    """
    top = document.value if isinstance(document.value, dict) else {}
    return {key: _as_written(document, value, key) for key, value in top.items()}


def _as_written(document: Document, value: object, *path: str | int) -> object:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, dict | list) and len(path) > 1:
        return value
    if isinstance(value, dict):
        return {key: _as_written(document, value[key], *path, key) for key in value}
    if isinstance(value, list):
        items = enumerate(value)
        return [_as_written(document, item, *path, index) for index, item in items]
    return document.spelled[path]


def portable_frontmatter(fields: Mapping[str, object]) -> str:
    r"""
    Return `fields` as a frontmatter block, from `---\n` to `---\n`.

    Values are text, numbers, booleans, a mapping of these, or, for a list of tools, a
    list of texts; null is left out.  Parsers read all of them as text.

    Raises FrontmatterError, without a location, for a key or a value that cannot be
    written portably.
    """
    lines = ["---"]
    for key in sorted(fields, key=_rank):
        value = fields[key]
        if key not in _ORDER:
            what = f"the key '{key}' is not portable"
            raise FrontmatterError(what, hint=f"portable are {', '.join(_ORDER)}")
        if isinstance(value, dict) and key == "metadata":
            inner = [
                f"  {_key(name)}: {_scalar(f'{key}.{name}', value[name])}"
                for name in value
                if value[name] is not None
            ]
            lines += [f"{key}:", *inner] if inner else []
        elif value is not None:
            lines.append(f"{key}: {_scalar(key, value)}")
    return "\n".join([*lines, "---", ""])


def _rank(key: str) -> int:
    return _ORDER.index(key) if key in _ORDER else len(_ORDER)


def _scalar(key: str, value: object) -> str:
    """Return a value as a JSON string that every reader parses alike."""
    if isinstance(value, list) and key in _SEPARATORS:
        value = _joined(key, value)
    if isinstance(value, str):
        return _quoted(key, value)
    if isinstance(value, bool | int | float):
        return json.dumps(json.dumps(value))
    raise FrontmatterError(f"'{key}' must be text", got=shown(value))


def _joined(key: str, items: list[object]) -> str:
    separator = _SEPARATORS[key]
    for item in items:
        if not isinstance(item, str) or not item.strip():
            raise FrontmatterError(f"an item of '{key}' must be text", got=shown(item))
    return separator.join(item for item in items if isinstance(item, str))


def _quoted(key: str, text: str) -> str:
    if _SURROGATE.search(text):
        what = f"'{key}' has half of a surrogate pair, which UTF-8 cannot hold"
        raise FrontmatterError(what, got=shown(text))
    quoted = json.dumps(text, ensure_ascii=False)
    quoted = _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", quoted)
    # Some readers look for the closing rule anywhere in the text.
    return _RULE.sub(lambda match: "-" + "\\u002d" * (len(match[0]) - 1), quoted)


def _key(name: str) -> str:
    """Return a key of a mapping: plain if every parser reads it as text."""
    plain = _PLAIN_KEY.fullmatch(name) and name.lower() not in _YAML_WORDS
    key = name if plain and not _RULE.search(name) else _quoted("metadata", name)
    if not name or len(key) > _MAX_KEY:
        what = f"a key of 'metadata' has 1 to {_MAX_KEY} characters"
        raise FrontmatterError(what, got=shown(name))
    return key
