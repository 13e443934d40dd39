# SPDX-License-Identifier: MIT-0
"""
The code of every accessor: what reading a text needs, and nothing more.

What stands below the line is copied into a bundle's `__init__.py`, above its tables.
It is compiled at every start where `.pyc` files are not kept, and from a zip twice, so
each function costs 70 or 140 microseconds.  What reading a text does not need is in
`reader.py`, which is imported when somebody asks.  Nothing is imported here but what
is a part of the interpreter, not even `__future__`, hence the annotations in quotes.
Runs on Python 3.9 and later.
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
    name, type      `backend-engineer`, `agent`
    tool            the coding agent it is for
    path            its file in the wheel
    install_path    where the coding agent looks for it
    sha256          of the whole file, in hexadecimal
    files, read()   of a skill: the names of its files; the bytes of one
    """

    __slots__ = ("_origin",)
    __call__ = property(attrgetter("_late.call"), doc="The text with its variables.")
    __dir__ = property(attrgetter("_late.dir"), doc="What stands after the dot.")

    def __getattr__(self, name: str) -> "Any":
        return _more().detail(self, name)


class Resources:  # noqa: D101 - what `help` shows is that of the type at hand
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
                # Loaders take `/` everywhere; zipimport turns it into its own.
                path = f"{_place[0]}/{self._directory}/{name}{tail}"
                data = _loader.get_data(path)
                resource: Any = Prompt(data[int(body) :], "utf-8")
                resource._origin = self._directory, name, tail, data[: int(body)], *more
            except Exception as error:  # noqa: BLE001 - the reader knows what it means
                resource = _more().otherwise(self, name, error)
            # Two threads may both have read it: both get what the first one stores.
            self._read.setdefault(name, resource)
        return self._read[name]

    def __getattr__(self, attribute: str) -> "Any":
        # Copying and debuggers ask for `__names__`, even before `__init__` ran.
        if attribute[:1] == "_":
            return _more().detail(self, attribute)
        name = attribute.replace("_", "-")
        if name not in self._rows:
            name = _more().spelled(self, attribute)
        self.__dict__[attribute] = resource = self[name]
        return resource


def load(full_name: str) -> "Any":
    """
    Return the resource of this name: `load("agents/backend-engineer")`.

    Raises `UnknownPromptError`, which is a `KeyError` and names the nearest.
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
    """Return what knows all but the texts."""
    return __import__(f"{__name__}._reader", None, None, ("*",)).reader(__spec__)


_loader: "Any" = __spec__.loader
_place: "Any" = __spec__.submodule_search_locations
_types: "dict[str, Resources]" = {}
