# SPDX-License-Identifier: MIT-0
"""
The code of every accessor: what reading a text needs, and nothing more.

What stands below the line is copied into a bundle's `__init__.py`, above its tables.
It is compiled at every start where `.pyc` files are not kept, so each function costs
its 50 microseconds; what reading a text does not need is in `reader.py`, which is
imported when somebody asks.  Nothing is imported here, not even `__future__`, hence
the annotations in quotes.  Runs on Python 3.9 and later.
"""

# --- below this line -----------------------------------------------------------------

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


class Prompt(str):
    """
    A prompt: a `str`, everything after the frontmatter, byte for byte.

    document        the whole file, frontmatter included
    metadata        the frontmatter, as a dict
    name, type      `backend-engineer`, `agent`
    tool            the coding agent it is for
    path            its file in the wheel
    install_path    where the coding agent looks for it
    sha256          of the whole file, in hexadecimal
    files, read()   of a skill: the names of its files; the bytes of one
    """

    __slots__ = ("_origin",)

    def __getattr__(self, name: str) -> "Any":
        return _more().detail(self, name)

    def __dir__(self) -> "list[str]":
        return [*super().__dir__(), *_more().details]


class Resources:
    """
    The resources of one type.

    Each is an attribute, with `_` for `-`, where its name can be one, and an item by
    its name.  Iterating gives the names.  There are no methods.
    """

    def __init__(self, directory: str, table: str) -> None:
        rows = table.split("\n")[:-1]
        self._rows = dict([row.split("|", 1) for row in rows])
        self._read: dict[str, Any] = {}
        self._directory = directory
        _types[directory] = self

    def __getitem__(self, name: str) -> "Any":
        if name in self._read:
            return self._read[name]
        if name not in self._rows:
            raise _more().unknown(self._directory, name, self._rows)
        # What a later version adds to a row will stand at its end.
        tail, body, sha256 = self._rows[name].split("|")[:3]
        path = f"{self._directory}/{name}{tail}"
        try:
            # Loaders take `/` everywhere; zipimport turns it into the system's own.
            data = _loader.get_data(f"{_place[0]}/{path}")
            start = int(body) if body else 0
            resource: Any
            resource = Prompt(data[start:], "utf-8") if body else _more().binary(data)
        except (OSError, ValueError, ImportError) as error:
            raise _more().damaged(path, error) from None
        resource._origin = (self._directory, name, path, sha256, data[:start])
        # Two threads may both have read it: both get what the first one stores.
        return self._read.setdefault(name, resource)

    def __getattr__(self, attribute: str) -> "Any":
        # Copying and debuggers ask for `__names__`, even before `__init__` ran.
        if attribute.startswith("_"):
            raise AttributeError(attribute)
        name = attribute.replace("_", "-")
        if name not in self._rows:
            name = _more().spelled(self._directory, attribute, self._rows)
        self.__dict__[attribute] = resource = self[name]
        return resource

    def __iter__(self) -> "Iterator[str]":
        return iter(list(self._rows))

    def __len__(self) -> int:
        return len(self._rows)

    def __dir__(self) -> "Any":
        return _more().attributes(self._rows)

    def __repr__(self) -> str:
        return f"<{self._directory}: {', '.join(self) or 'none'}>"


def load(full_name: str) -> "Any":
    """
    Return the resource of this name: `load("agents/backend-engineer")`.

    Raises `UnknownPromptError`, which is a `KeyError` and names the nearest.
    """
    directory, _, name = full_name.partition("/")
    if directory not in _types:
        raise _more().unknown("", full_name, names())
    return _types[directory][name]


def names() -> "list[str]":
    """Return the full names of all resources, sorted."""
    return [f"{directory}/{name}" for directory in _types for name in _types[directory]]


def __getattr__(name: str) -> "Any":
    return _more().public(name, _types)


def _more() -> "Any":
    """Return what knows all but the texts."""
    return __import__(f"{__name__}._reader", None, None, ("*",)).reader(__spec__)


_loader: "Any" = __spec__.loader
_place: "Any" = __spec__.submodule_search_locations
_types: "dict[str, Resources]" = {}
