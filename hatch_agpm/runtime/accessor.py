# SPDX-License-Identifier: MIT-0
"""
The code of every accessor: only what is needed to read a text.

The code below the line is copied into a bundle's `__init__.py`, above its tables.
Where `.pyc` files are not kept it is compiled at every start, and from a zip twice, so
each function costs 70 or 140 microseconds.  Everything else is in `_reader.py`, which
is imported when it is needed.  Only built-in modules are imported here, not even
`__future__`; therefore annotations are in quotes.  Runs on Python 3.9 and later.
"""

# --- below this line -----------------------------------------------------------------

from _operator import attrgetter, methodcaller

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Prompt(str):
    """
    A prompt: a `str`, everything after the frontmatter, byte for byte.

    Calling it gives a `str` with the run-time variables filled in.

    document        the whole file, frontmatter included
    metadata        the frontmatter, as a dict
    name            its name within the type
    type            `agent`, `command`, `skill` and so on
    tool            the coding agent it is for
    path            its file in the wheel
    install_path    where the coding agent looks for it
    sha256          of the whole file, in hexadecimal
    files, read()   of a skill: the names of its files; the bytes of one
    """

    __slots__ = ("_origin",)
    __call__ = property(attrgetter("_late.call"), doc="The text with its variables.")
    __dir__ = property(attrgetter("_late.dir"), doc="The attributes.")

    def __getattr__(self, name: str) -> "Any":
        return _more().detail(self, name)


class Resources:  # noqa: D101 - `help` shows the docstring of the instance
    __dir__ = property(attrgetter("_late.dir"))
    __doc__ = property(attrgetter("_late.doc"))
    __iter__ = property(attrgetter("_rows.__iter__"))
    __len__ = property(attrgetter("_rows.__len__"))
    __repr__ = property(attrgetter("_late.repr"))

    def __init__(self, directory: str, table: str) -> None:
        rows = map(methodcaller("split", "|", 1), table.split("\n")[:-1])
        self._rows: dict[str, str] = dict(rows)
        self._read: dict[str, Any] = {}
        self._directory = directory
        _types[directory] = self

    def __getitem__(self, name: str) -> "Any":
        if name not in self._read:
            try:
                tail, body, *more = self._rows[name].split("|")
                # All loaders accept `/`; zipimport converts it.
                path = f"{_place[0]}/{self._directory}/{name}{tail}"
                data = _loader.get_data(path)
                resource: Any = Prompt(data[int(body) :], "utf-8")
                resource._origin = self._directory, name, tail, data[: int(body)], *more
            except Exception as error:  # noqa: BLE001 - the reader handles it
                resource = _more().otherwise(self, name, error)
            # If two threads read it, both get the object that the first one stores.
            self._read.setdefault(name, resource)
        return self._read[name]

    def __getattr__(self, attribute: str) -> "Any":
        # `copy` and debuggers look up `__names__`, even before `__init__` ran.
        if attribute[:1] == "_":
            return _more().detail(self, attribute)
        name = attribute.replace("_", "-")
        if name not in self._rows:
            name = _more().spelled(self, attribute)
        self.__dict__[attribute] = resource = self[name]
        return resource


def load(full_name: str) -> "Any":
    """
    Return the resource of this full name: its type in the plural, `/`, its name.

    Raises `UnknownPromptError`, which is a `KeyError` and names the most similar.
    """
    directory, _, name = full_name.partition("/")
    if directory not in _types:
        raise _more().nothing(full_name, _types)
    return _types[directory][name]


def names() -> "list[str]":
    """Return the full names of all resources, sorted."""
    listed: list[str] = _more().names(_types)
    return listed


def __getattr__(name: str) -> "Any":
    return _more().public(name, _types)


def _more() -> "Any":
    """Return the reader, which implements everything except reading a text."""
    return __import__(f"{__name__}._reader", None, None, ("*",)).reader(__spec__)


_loader: "Any" = __spec__.loader
_place: "Any" = __spec__.submodule_search_locations
_types: "dict[str, Resources]" = {}
