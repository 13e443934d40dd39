# SPDX-License-Identifier: MIT-0
"""
What a prompt is: a `str` with the attributes of its file.

Every bundle has a copy of this file.  What reading a text does not need is in
`_reader.py`, which is imported when it is used.  Runs on Python 3.9 and later, with
only the standard library.
"""

from __future__ import annotations

import sys
from keyword import iskeyword

from ._errors import damaged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, final

    from ._variables import _EmbeddedSpans, _Variable
else:

    def final(cls: type) -> type:
        """Mark a class that has no subclasses, as `typing.final` does."""
        return cls


_PACKAGE = __name__.rpartition(".")[0]

TYPES = ("agent", "command", "hook", "mcp-server", "script", "skill", "snippet")
"""The types whose names begin with a directory, which is their plural."""

_PRIME = 2**30 - 35
_MOST_CHECKED, _SAMPLED = 1 << 15, 1 << 13

OTHER_CONTENT = "its content differs"
"""Why a file is damaged that has the right size."""


class ResourceDetails:
    """What is known of a prompt or of another file, beside its content."""

    __module__ = _PACKAGE  # under which code, pickles and type checkers find the class

    full_name: str
    """The argument of `load`."""

    path: str
    """Its file in the wheel."""

    sha256: str
    """Of the whole file, in hexadecimal."""

    _head: bytes
    """The bytes of the file before the text."""

    _variables: tuple[_Variable, ...]

    _dialect: str
    """`tera` or `jinja2`: how values are printed."""

    _program: tuple[str, int, int] | tuple[()]
    """The path of its program in the bundle, "" where a text has no run-time logic."""

    _embedded: _EmbeddedSpans
    """The embedded texts with placeholders, as `PromptTemplate` takes them."""

    @property
    def type(self) -> str:
        """What it is: `agent`, `skill` and so on; `prompt` for the package's own."""
        directory = self.full_name.partition("/")[0]
        return directory[:-1] if directory[:-1] in TYPES else "prompt"

    @property
    def name(self) -> str:
        """Its name among those of its type."""
        is_prompt = self.type == "prompt"
        return self.full_name if is_prompt else self.full_name.partition("/")[2]

    @property
    def metadata(self) -> dict[str, Any]:
        """The frontmatter, {} without one.  All accesses return the same dict."""
        metadata: dict[str, Any] = self._bundle.entry(self.full_name)["metadata"]
        return metadata

    @property
    def tool(self) -> str | None:
        """The coding agent it is for: `claude-code`, `opencode` and so on."""
        tool: str | None = self._bundle.entry(self.full_name)["tool"]
        return tool

    @property
    def install_path(self) -> str | None:
        """Where that coding agent looks for it: `.claude/agents/agpm/x.md`."""
        path: str | None = self._bundle.entry(self.full_name)["install_path"]
        return path

    @property
    def files(self) -> tuple[str, ...]:
        """The files of a skill, SKILL.md included, sorted; () for other types."""
        files = self._bundle.entry(self.full_name)["files"]
        return tuple([file["path"] for file in files])

    def read(self, file: str) -> bytes:
        """Return one of the `files`; raises `UnknownPromptError` for others."""
        if file not in self.files:
            raise reader("unknown_file")(self, file)
        data: bytes = reader("file_of_skill")(self, file)
        return data

    def __getstate__(self) -> dict[str, object]:
        # Without what `_reader` keeps for the next call.
        return {key: value for key, value in vars(self).items() if key != "_template"}

    @property
    def _bundle(self) -> Any:
        __import__(_PACKAGE)
        return sys.modules[_PACKAGE]._bundle


class Prompt(ResourceDetails, str):
    """
    A prompt: a `str`, everything after the frontmatter, byte for byte.

    Calling it gives a `str` with the values of its run-time variables.
    """

    __module__ = _PACKAGE

    @property
    def document(self) -> str:
        """The whole file, frontmatter included."""
        return self._head.decode() + str(self)

    def __call__(self, /, *positional: object, **values: object) -> str:
        """Return the text with its run-time variables; raises `VariableError`."""
        text: str = reader("fill")(self, positional, values)
        return text

    def parts(
        self, /, *positional: object, **values: object
    ) -> tuple[tuple[str, bool], ...]:
        """Return the same in pieces: (text, False), and (value, True) for a value."""
        pieces: tuple[tuple[str, bool], ...] = reader("parts")(self, positional, values)
        return pieces

    def __getattr__(self, name: str) -> Any:
        if name == "__signature__":
            return reader("signature")(self)
        raise AttributeError(
            f"{type(self).__name__!r} object has no attribute {name!r}"
        )

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Return the schema of a field that takes any `str` and keeps a prompt."""
        text = handler(str)
        choices = [{"type": "is-instance", "cls": cls}, text]
        python = {"type": "union", "choices": choices}
        return {"type": "json-or-python", "json_schema": text, "python_schema": python}


@final
class BinaryResource(ResourceDetails, bytes):
    """A resource that is not text: the `bytes` of its file."""

    __module__ = _PACKAGE

    @property
    def document(self) -> bytes:
        """The same bytes."""
        return bytes(self)


def checksum(data: bytes) -> int:
    """
    Return the remainder of the bytes, as one number, by a prime.

    It takes 0.01 ms for 4 KB, where importing what computes a better one takes more.
    """
    return int.from_bytes(data, "little") % _PRIME


def quick_checksum(data: bytes) -> int:
    """Return the `checksum`, of more than 32 KB that of the ends and of a sample."""
    if len(data) > _MOST_CHECKED:
        sample = data[:: len(data) // _SAMPLED]
        data = data[:_SAMPLED] + sample + data[-_SAMPLED:]
    return checksum(data)


def read_file(spec: Any, path: str, size: int) -> bytes:
    """
    Return the bytes of a file of the package that has this spec.

    Raises `DamagedWheelError`.  A file of another size is not opened.
    """
    # All loaders accept `/`; zipimport converts it.
    file = f"{spec.submodule_search_locations[0]}/{path}"
    stated = _stated_size(spec.loader, file)
    found = size if stated is None else stated
    try:
        if found == size:
            # Pipes and devices have no size, and may have no end.
            data = b"" if stated == 0 else spec.loader.get_data(file)
            found = len(data)
    except (MemoryError, RecursionError):
        raise
    except Exception as error:
        # Of an archive, also `zlib.error`.
        reason = getattr(error, "strerror", None) or str(error)
        raise damaged(spec, path, reason) from error
    if found != size:
        raise damaged(spec, path, f"it has {found} bytes, not {size}")
    return data


def read_whole(spec: Any, path: str, size: int, check: int) -> bytes:
    """Return the same, of which all bytes are compared with their `checksum`."""
    data = read_file(spec, path, size)
    if checksum(data) != check:
        raise damaged(spec, path, OTHER_CONTENT)
    return data


def _stated_size(loader: Any, file: str) -> int | None:
    """Return the size that the file system states, None for what is not in it."""
    if not hasattr(loader, "path_stats"):
        # Those of `.pyc` files, of compiled modules and of archives.
        from importlib.machinery import SourceFileLoader

        loader = SourceFileLoader("", file)
    try:
        size: int | None = loader.path_stats(file).get("size")
    except (OSError, ValueError):
        return None
    return size


def reader(function: str) -> Any:
    """Return a function of `_reader`; raises `DamagedWheelError` if it is damaged."""
    try:
        from . import _reader

        return getattr(_reader, function)
    except (MemoryError, RecursionError):
        raise
    except Exception as error:
        raise damaged_module("_reader.py", error) from error


def imported(module: str) -> Any:
    """Return a module of the bundle (`_tera.loops`); raises `DamagedWheelError`."""
    name = f"{_PACKAGE}.{module}"
    file = f"{module.replace('.', '/')}.py"
    try:
        __import__(name)
    except (MemoryError, RecursionError):
        raise
    except Exception as error:
        raise damaged_module(file, error) from error
    found = sys.modules[name]
    if getattr(found, "__spec__", None) and not hasattr(found, "__all__"):
        # Python makes a module of a directory, too, and would find it next time.
        vars(sys.modules[_PACKAGE]).pop(module, None)
        raise damaged_module(file, "it is empty, or not there")
    return found


def damaged_module(file: str, error: object) -> Exception:
    """Return the `DamagedWheelError` for a module that cannot be imported."""
    return damaged(own_spec(), file, f"cannot be imported: {error}")


def own_spec() -> Any:
    """Return the spec of the package of the bundle."""
    return sys.modules[_PACKAGE].__spec__


def identifier(name: str) -> str:
    """Return the attribute for a part of a name, "" where code cannot write it."""
    attribute = normalized(name.replace("-", "_"))
    is_public = attribute.isidentifier() and not attribute.startswith("_")
    return attribute if is_public and not iskeyword(attribute) else ""


def normalized(name: str) -> str:
    """Return a name as Python normalizes identifiers, which is how it compares them."""
    if name.isascii():
        return name
    from unicodedata import normalize

    return normalize("NFKC", name)
