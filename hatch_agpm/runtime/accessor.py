# SPDX-License-Identifier: MIT-0
"""
The prompts of a bundle by name, read when they are asked for.

Every bundle has a copy of this file as `_accessor.py`.  Its generated `__init__.py` has
a table of all names, and makes a `Bundle` of it.  Runs on Python 3.9 and later, with
only the standard library.
"""

from __future__ import annotations

from ._errors import damaged
from ._prompt import (
    OTHER_CONTENT,
    TYPES,
    BinaryResource,
    Prompt,
    identifier,
    normalized,
    quick_checksum,
    read_file,
    reader,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    _Row = tuple[Any, ...]
    """
    Path, offset of the text or None for other bytes, sha256, size, quick
    checksum, run-time variables, dialect, program and embedded texts of a prompt.
    """
    _Size = tuple[int, int]  # with the checksum

_DEFAULTS: list[Any] = [(), "tera", (), ()]
"""The last fields of a row that does not have them."""


class Bundle:
    """The prompts of one package."""

    def __init__(self, spec: Any, table: Mapping[str, _Row], index: _Size) -> None:
        self.spec = spec
        self.table = table
        self.index = index
        self._read: dict[str, Prompt | BinaryResource] = {}
        self._members: dict[str, dict[str, str]] = {}
        self._normalized: dict[str, str] | None = None
        self._entries: dict[str, dict[str, Any]] = {}

    def load(self, full_name: str) -> Any:
        """
        Return the resource of this full name: its type in the plural, `/`, its name.

        Plain prompts have no type in their name.  Raises `UnknownPromptError`, which is
        a `KeyError` and names the most similar.
        """
        name = self.find(full_name)
        if name is None:
            raise reader("unknown_name")(self, full_name)
        if name not in self._read:
            # If two threads read it, both get the object that the first one stores.
            self._read.setdefault(name, self._resource(name, self.table[name]))
        return self._read[name]

    def names(self) -> list[str]:
        """Return the full names of all resources, sorted."""
        return [*self.table]

    def find(self, name: object) -> str | None:
        """
        Return the full name in the table that equals `name`, None without one.

        Names are compared as Python compares identifiers.
        """
        if not isinstance(name, str):
            return None
        if name in self.table:
            return name
        if self._normalized is None:
            others = [known for known in self.table if not known.isascii()]
            self._normalized = {normalized(known): known for known in others}
        return self._normalized.get(normalized(name))

    def below(self, directory: str) -> list[str]:
        """Return the full names in a directory (`agents/`) and those below it."""
        return [name for name in self.table if name.startswith(directory)]

    def members(self, directory: str) -> dict[str, str]:
        """
        Return what is directly in a directory (`agents/`, "" for all), by attribute.

        A directory ends with `/`, and precedes a file of the same name.
        """
        if directory not in self._members:
            types = [] if directory else [f"{name}s/" for name in TYPES]
            members: dict[str, str] = {}
            for name in [*types, *self.below(directory)]:
                part, slash, _ = name[len(directory) :].partition("/")
                attribute = identifier(part)
                if attribute and (slash or attribute not in members):
                    members[attribute] = f"{directory}{part}{slash}"
            self._members[directory] = members
        return self._members[directory]

    def entry(self, full_name: str) -> dict[str, Any]:
        """Return the entry of a resource in the index, which is read once."""
        if full_name not in self._entries:
            self._entries = reader("entries")(self, full_name)
        return self._entries[full_name]

    def wheel_path(self, path: str) -> str:
        """Return the path in the wheel of a path in the bundle."""
        return f"{self.spec.name.replace('.', '/')}/{path}"

    def _resource(self, full_name: str, row: _Row) -> Prompt | BinaryResource:
        path, body, sha256, size, check, *more = row
        variables, *filling = more + _DEFAULTS[len(more) :]
        data = read_file(self.spec, path, size)
        if quick_checksum(data) != check:
            raise damaged(self.spec, path, OTHER_CONTENT)
        try:
            text = None if body is None else Prompt(data[body:], "utf-8")
            data[: body or 0].decode()
        except UnicodeDecodeError as error:
            raise damaged(self.spec, path, str(error)) from None
        resource = BinaryResource(data) if text is None else text
        resource.full_name, resource.sha256 = full_name, sha256
        resource.path = self.wheel_path(path)
        resource._head, resource._variables = data[: body or 0], variables
        resource._dialect, resource._program, resource._embedded = filling
        return resource
