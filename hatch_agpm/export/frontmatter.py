"""
The text of an exported file: as its author wrote it, or with its frontmatter rewritten.

It is shipped byte for byte if it is not a template and every tool reads it as it is
meant.  Otherwise the frontmatter is written again, with equal values in their order,
and gets the project's licence and version.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

import yaml

from hatch_agpm.export.source import (
    YAML_LINE_END,
    Spelled,
    WrittenText,
    read_source,
)
from hatch_agpm.export.writer import write_frontmatter

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

__all__ = [
    "is_on_one_line",
    "is_read_alike",
    "project_fields",
    "without_keys",
    "written",
]

_TEXTS: Final = {
    "skill": ("name", "description", "license", "compatibility"),
    "agent": ("name", "description"),
    "command": ("description", "argument-hint"),
}
"""The keys of each type whose values are texts, however they are written."""


def written(
    source: WrittenText,
    *,
    type_: str,
    name: str | None,
    drop: Collection[str],
    added: Mapping[str, object],
) -> str:
    """
    Return the text of a file with its frontmatter written again.

    `name` is the name that it gets, None for its own; keys in `drop` are left out, and
    those of `added` that it does not have are appended.
    """
    fields = {key: value for key, value in source.fields.items() if key not in drop}
    for key in _TEXTS[type_]:
        if isinstance(value := fields.get(key), Spelled):
            fields[key] = value.text
        if type_ == "skill" and key == "description" and isinstance(value, str):
            # Line breaks have no meaning there, and some tools read one line.
            fields[key] = " ".join(value.split())
    if name is not None:
        fields = {**({} if "name" in fields else {"name": name}), **fields}
        fields["name"] = name
    for key, value in added.items():
        own = fields.get(key)
        if isinstance(own, dict) and isinstance(value, dict):
            fields[key] = {**own, **{k: v for k, v in value.items() if k not in own}}
        elif own is None or (isinstance(own, Spelled) and not own.text):
            fields[key] = value
    body = source.text[source.body :]
    if not fields:
        return body
    return write_frontmatter(fields) + body


def without_keys(text: str, keys: Collection[str]) -> str:
    """Return a text without these keys of its frontmatter, which may then be empty."""
    source = read_source(text.encode(), lenient=False)
    if not set(keys) & source.top.keys():
        return text
    return written(source, type_="agent", name=None, drop=keys, added={})


def project_fields(
    distribution: str, metadata: Mapping[str, object]
) -> dict[str, object]:
    """Return the fields that a skill gets from the project's metadata."""

    def text(key: str) -> str:
        value = str(metadata.get(key, ""))
        return "" if "\n" in value else value

    version, python = text("version"), text("requires_python")
    fields: dict[str, object] = {}
    if licence := text("license"):
        fields["license"] = licence
    needs = f"Requires {distribution} {version}".strip()
    fields["compatibility"] = needs + (f", Python {python}" if python else "")
    if version:
        fields["metadata"] = {"version": version}
    return fields


def is_read_alike(source: WrittenText, type_: str) -> bool:
    """Tell whether every tool reads the frontmatter as it is written."""
    if not source.is_exact:
        return False
    for key in _TEXTS[type_]:
        if isinstance(source.fields.get(key), Spelled) and source.top[key] is not None:
            return False
    if type_ != "skill" or source.frontmatter is None:
        return True
    return (
        "---" not in source.frontmatter
        and _is_yaml_of_all(source)
        and is_on_one_line(source.frontmatter)
    )


def _is_yaml_of_all(source: WrittenText) -> bool:
    """Tell whether both versions of YAML, and strict tools, read the same values."""
    frontmatter = source.frontmatter or ""
    for event in yaml.parse(frontmatter):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            return False
    try:
        older = yaml.safe_load(frontmatter)
    except (yaml.YAMLError, ValueError):
        return False
    texts = [older.get(key) for key in _TEXTS["skill"]]
    if not all(text is None or isinstance(text, str) for text in texts):
        return False
    return all(
        not isinstance(value, dt.date)
        and not (isinstance(value, str) and _has_surrogate(value))
        for value in _values(older)
    ) and all(isinstance(key, str) for key in _keys(older))


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def _values(value: object) -> Iterator[object]:
    """Yield a value and all values in it, without the keys of mappings."""
    yield value
    items = [*value.values()] if isinstance(value, dict) else value
    if isinstance(items, list):
        for item in items:
            yield from _values(item)


def _keys(value: object) -> Iterator[object]:
    """Yield the keys of all mappings in a value."""
    for each in _values(value):
        if isinstance(each, dict):
            yield from each


def is_on_one_line(frontmatter: str) -> bool:
    """
    Tell whether tools that read lines find the description as it is meant.

    They take what follows `description:` on its line, and remove the quotes.
    """
    root = yaml.compose(frontmatter, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        return False
    lines = YAML_LINE_END.split(frontmatter)
    for key, node in root.value:
        if key.value != "description" or not isinstance(node, yaml.ScalarNode):
            continue
        start, end = node.start_mark, node.end_mark
        raw = lines[start.line][start.column : end.column]
        is_last = not lines[end.line][end.column :].strip()
        is_one = start.line == end.line and node.style not in {"|", ">"}
        is_plain_key = lines[start.line].startswith("description:")
        escaped = {'"': "\\", "'": "''"}.get(node.style or "", "\0")
        inner = raw[1:-1] if node.style else raw
        return is_one and is_last and is_plain_key and escaped not in inner
    return True
