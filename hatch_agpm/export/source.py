"""
The frontmatter of a file that is exported, as its author wrote it.

Values keep their spelling: `1.10` is not a number here.  Besides the values, it is
known how each was written, because some tools read lines and not YAML.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import yaml

from hatch_agpm.errors import FrontmatterError, Location
from hatch_agpm.formats.yaml import Document, load

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from yaml.nodes import Node

__all__ = [
    "YAML_LINE_END",
    "Cut",
    "Spelled",
    "WrittenText",
    "cut_values",
    "read_source",
]

YAML_LINE_END: Final = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""What ends a line in YAML 1.1."""

_RULE: Final = "---"
_PLAIN_LINE: Final = re.compile(r"([A-Za-z][\w-]*):[ \t]+([^\s\"'\[{|>#].*)")
_CUT: Final = re.compile(r"[ \t]+#")
_PAIR: Final = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")
_MERGE: Final = "<<"


@dataclass(frozen=True, kw_only=True, slots=True)
class Spelled:
    """A number, a truth value or nothing, as it is written."""

    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Cut:
    """A value without quotes that ends where a comment begins."""

    path: tuple[str, ...]
    """The keys that lead to it."""

    line: int
    """The line in the frontmatter, from 1."""

    value: str
    """What is left of it."""

    whole: str
    """What is written, with what follows the `#`."""


@dataclass(frozen=True, kw_only=True)
class WrittenText:
    """The text of one file, split at its frontmatter."""

    text: str
    """The text with `\\n`, without a byte order mark."""

    is_exact: bool
    """Whether mark, line ends and rules are those that every tool reads."""

    frontmatter: str | None
    """The lines between the rules; None if there are no two rules."""

    body: int
    """The position in the text after the frontmatter."""

    document: Document | None
    """The parsed frontmatter; None if it is not a mapping."""

    error: FrontmatterError | None
    """Why the frontmatter is not YAML."""

    is_lenient: bool = False
    """Whether it is not YAML, and read line by line."""

    @cached_property
    def fields(self) -> Mapping[str, object]:
        """The values by key, in their order: texts, `Spelled`, tables and lists."""
        if self.document is None or not isinstance(self.document.value, dict):
            return {}
        fields = _as_written(self.document, self.document.value)
        return fields if isinstance(fields, dict) else {}

    @property
    def top(self) -> Mapping[str, object]:
        """The values by key as JSON has them."""
        value = self.document.value if self.document else None
        return value if isinstance(value, dict) else {}

    @cached_property
    def is_read_by_some(self) -> bool:
        """Whether only some parsers of YAML have the `error`."""
        document, _ = _parsed(self.frontmatter or "", strict=False)
        return self.error is not None and document is not None

    @cached_property
    def tag_lines(self) -> tuple[int, ...]:
        """The lines of the file in which the frontmatter has a YAML tag."""
        try:
            events = [*yaml.parse(self.frontmatter or "", Loader=yaml.SafeLoader)]
        except yaml.YAMLError:
            return ()
        return tuple(
            getattr(event.start_mark, "line", -1) + 2
            for event in events
            if getattr(event, "tag", None)
        )

    def line_of(self, *keys: str) -> int:
        """Return the line of a key in the file, 1 if it is not there."""
        line = self.document.lines.get(keys, 0) if self.document else 0
        return line + 1 if line else 1


def read_source(data: bytes, *, lenient: bool) -> WrittenText:
    """
    Return the text of a file, split and parsed.

    If `lenient`, frontmatter that is not YAML because of texts without quotes is read
    line by line, as Claude Code does.  Raises UnicodeDecodeError.
    """
    raw = data.decode()
    text = raw.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    closing = _closing_rule(lines)
    if not closing:
        return WrittenText(
            text=text,
            is_exact=raw == text,
            frontmatter=None,
            body=0,
            document=None,
            error=None,
        )
    frontmatter = "".join(f"{line}\n" for line in lines[1:closing])
    joined = _joined(frontmatter)
    document, error = _parsed(joined, strict=not lenient)
    is_lenient = error is not None and lenient
    if is_lenient:
        document, _ = _parsed(_quoted(frontmatter), strict=False)
    if document is not None and not isinstance(document.value, dict):
        document = None
    body = sum(len(line) + 1 for line in lines[: closing + 1])
    return WrittenText(
        text=text,
        is_exact=raw == text
        and joined == frontmatter
        and lines[0] == lines[closing] == _RULE,
        frontmatter=joined,
        body=min(body, len(text)),
        document=document,
        error=error,
        is_lenient=is_lenient and document is not None,
    )


def _closing_rule(lines: list[str]) -> int:
    """Return the index of the line that ends the frontmatter, 0 for none."""
    if lines[0].rstrip() != _RULE:
        return 0
    rules = (at for at, line in enumerate(lines) if at and line.rstrip() == _RULE)
    return next(rules, 0)


def _parsed(
    frontmatter: str, *, strict: bool
) -> tuple[Document | None, FrontmatterError | None]:
    """Parse frontmatter; a `strict` parser refuses tabs that others accept."""
    try:
        document = load(frontmatter)
        if strict:
            for _ in yaml.parse(frontmatter, Loader=yaml.SafeLoader):
                pass
    except FrontmatterError as error:
        return None, error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        location = Location(line=mark.line + 1 if mark else 0)
        what = f"invalid YAML: {error.problem}"
        return None, FrontmatterError(what, location=location)
    return document, None


def _joined(frontmatter: str) -> str:
    """Return frontmatter with each escaped surrogate pair as its character."""
    return _PAIR.sub(
        lambda pair: (
            pair[0]
            .encode("ascii")
            .decode("unicode-escape")
            .encode("utf-16", "surrogatepass")
            .decode("utf-16")
        ),
        frontmatter,
    )


def _quoted(frontmatter: str) -> str:
    """Return frontmatter with each text of one line quoted."""

    def line_of(line: str) -> str:
        found = _PLAIN_LINE.fullmatch(line)
        if found is None:
            return line
        quoted = json.dumps(found[2].rstrip(), ensure_ascii=False)
        return f"{found[1]}: {quoted}"

    return "\n".join(map(line_of, frontmatter.split("\n")))


def _as_written(document: Document, value: object, *path: str | int) -> object:
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        fields: dict[str, object] = {}
        for key, item in value.items():
            found = _as_written(document, item, *path, key)
            for each in found if isinstance(found, list) else [found]:
                if key == _MERGE and isinstance(each, dict):
                    fields = {**each, **fields}
            if key != _MERGE or isinstance(found, str | Spelled):
                fields[key] = found
        return fields
    if isinstance(value, list):
        items = enumerate(value)
        return [_as_written(document, item, *path, index) for index, item in items]
    return Spelled(text=document.spelled.get(path, ""))


def cut_values(frontmatter: str) -> Iterator[Cut]:
    """
    Yield each text without quotes that is followed by ` #` on its line.

    To YAML the rest of the line is a comment.  Where a space follows the `#`, it is
    taken for one, except in a description.
    """
    lines = YAML_LINE_END.split(frontmatter)
    try:
        root = yaml.compose(frontmatter, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return
    waiting: list[tuple[tuple[str, ...], Node | None]] = [((), root)]
    while waiting:
        path, node = waiting.pop(0)
        if isinstance(node, yaml.MappingNode):
            waiting += [((*path, str(key.value)), each) for key, each in node.value]
        elif isinstance(node, yaml.SequenceNode):
            waiting += [(path, each) for each in node.value]
        elif isinstance(node, yaml.ScalarNode) and node.style is None and node.value:
            start, end = node.start_mark, node.end_mark
            rest = lines[end.line][end.column :]
            found = _CUT.match(rest)
            is_text = node.tag == "tag:yaml.org,2002:str"
            if found and is_text and _is_meant(path, rest[found.end() :]):
                whole = lines[start.line][start.column :]
                yield Cut(
                    path=path, line=end.line + 1, value=node.value, whole=whole.rstrip()
                )


def _is_meant(path: tuple[str, ...], rest: str) -> bool:
    """Tell whether what follows a `#` is text, and not a comment."""
    return path == ("description",) or not rest.startswith((" ", "\t", "#"))
