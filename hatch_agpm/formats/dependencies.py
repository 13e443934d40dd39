"""
The key `dependencies` of a file: the other resources that the file names.

It is read from frontmatter and from JSON, already parsed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hatch_agpm.errors import (
    FrontmatterError,
    Location,
    SourceError,
    did_you_mean,
    shown,
)
from hatch_agpm.model.declaration import Declaration
from hatch_agpm.model.declared import keys_of
from hatch_agpm.model.frontmatter import DependencyKeys
from hatch_agpm.model.types import AGPM_SECTIONS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from hatch_agpm.formats.yaml import Document

__all__ = ["DependencyReader", "dotted_key"]

_FLAGS: Final = tuple(
    each.name for each in keys_of(DependencyKeys) if each.type == bool | None
)
_TEXTS: Final = tuple(
    each.name for each in keys_of(DependencyKeys) if each.name not in _FLAGS
)
_FIELDS: Final = (*_TEXTS, *_FLAGS)


class DependencyReader:
    """Collects dependencies, and everything that is wrong with them."""

    def __init__(
        self,
        document: Document | None = None,
        *,
        sections: Sequence[str] = AGPM_SECTIONS,
    ) -> None:
        """Take the document with the lines, and the sections that are allowed."""
        self.sections = sections
        self.lines = document.lines if document else {}
        self.spelled = document.spelled if document else {}
        self.declarations: list[Declaration] = []
        self.problems: list[SourceError] = []

    def problem(self, what: str, line: int, *, got: str = "", hint: str = "") -> None:
        """Report a problem in a line of the document."""
        self.problems.append(
            FrontmatterError(what, location=Location(line=line), got=got, hint=hint)
        )

    def section(self, value: object, path: tuple[str | int, ...]) -> None:
        """
        Read one table `dependencies`.

        A dependency that an earlier section has, too, is left out.
        """
        where = dotted_key(path)
        if value is None:
            return
        if not isinstance(value, dict):
            line = self.lines.get(path, 0)
            self.problem(f"'{where}' must be a mapping", line, got=shown(value))
            return
        earlier = {
            (known.section, known.path, known.source) for known in self.declarations
        }
        for section in sorted(value):
            here = (*path, section)
            line = self.lines.get(here, 0)
            if section not in self.sections:
                hint = did_you_mean(section, self.sections)
                hint = hint or f"the types are {', '.join(self.sections)}"
                what = f"'{where}.{section}' is not a resource type"
                self.problem(what, line, hint=hint)
            elif isinstance(value[section], list):
                self._items(section, value[section], here, earlier)
            elif value[section] is not None:
                got = shown(value[section])
                self.problem(f"'{where}.{section}' must be a list", line, got=got)

    def _items(
        self,
        section: str,
        items: Sequence[object],
        path: tuple[str | int, ...],
        earlier: Collection[tuple[str, str, str | None]],
    ) -> None:
        for index, item in enumerate(items):
            here = (*path, index)
            if not isinstance(item, dict):
                self.problem(
                    f"'{dotted_key(here)}' must be a mapping with a path",
                    self.lines.get(here, 0),
                    got=shown(item),
                    hint=f"write 'path: {item}'" if isinstance(item, str) else "",
                )
                continue
            found = self._declaration(section, item, here)
            if found and (section, found.path, found.source) not in earlier:
                self.declarations.append(found)

    def _declaration(
        self, section: str, item: Mapping[str, object], here: tuple[str | int, ...]
    ) -> Declaration | None:
        before = len(self.problems)
        where, line = dotted_key(here), self.lines.get(here, 0)
        for key in sorted(set(item) - set(_FIELDS)):
            hint = did_you_mean(key, _FIELDS)
            hint = hint or f"a dependency has {', '.join(_FIELDS)}"
            what = f"'{where}.{key}' is not known"
            self.problem(what, self._line_of(here, key), hint=hint)
        for key in _FLAGS:
            if not isinstance(item.get(key), bool | None):
                got = shown(item[key])
                what = f"'{where}.{key}' must be true or false"
                self.problem(what, self._line_of(here, key), got=got)
        texts = {key: self._text(item, key, here) for key in _TEXTS}
        path, install = texts["path"], item.get("install")
        if item.get("path") is None:
            self.problem(f"'{where}.path' is missing", line)
        if len(self.problems) > before or path is None:
            return None
        return Declaration(
            section=section,
            path=path,
            name=texts["name"],
            tool=texts["tool"],
            source=texts["source"],
            asked=texts["version"],
            install=install if isinstance(install, bool) else None,
            line=line,
        )

    def _line_of(self, here: tuple[str | int, ...], key: str) -> int:
        return self.lines.get((*here, key), 0)

    def _text(
        self, item: Mapping[str, object], key: str, here: tuple[str | int, ...]
    ) -> str | None:
        """Return a key as it is written; None where it is absent or null."""
        value = item.get(key)
        if value is None:
            return None
        # `name: 1.10` is meant, and read by AGPM, as text.
        text = value if isinstance(value, str) else self.spelled.get((*here, key))
        where, line = f"{dotted_key(here)}.{key}", self._line_of(here, key)
        if text is None:
            self.problem(f"'{where}' must be text", line, got=shown(value))
        elif not text and key != "version":
            self.problem(f"'{where}' must not be empty", line)
        return text


def dotted_key(path: Sequence[str | int]) -> str:
    """Return a path of keys and indices as messages show it."""
    pieces = (f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)
    return "".join(pieces).removeprefix(".")
