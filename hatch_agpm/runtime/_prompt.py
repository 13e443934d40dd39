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

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, final

    from ._variables import _Variable
else:

    def final(cls: type) -> type:
        """Mark a class that has no subclasses, as `typing.final` does."""
        return cls


_PACKAGE = __name__.rpartition(".")[0]

TYPES = ("agent", "command", "hook", "mcp-server", "script", "skill", "snippet")
"""The types whose names begin with a directory, which is their plural."""


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

    _program: str
    """The path of its program in the bundle, "" where a text has no run-time logic."""

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
            from ._reader import unknown_file

            raise unknown_file(self, file)
        path: str = self._bundle.table[self.full_name][0]
        data: bytes = self._bundle.read(f"{path.rpartition('/')[0]}/{file}")
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
        from ._reader import fill

        return fill(self, positional, values)

    def parts(
        self, /, *positional: object, **values: object
    ) -> tuple[tuple[str, bool], ...]:
        """Return the same in pieces: (text, False), and (value, True) for a value."""
        from ._reader import parts

        return parts(self, positional, values)

    def __getattr__(self, name: str) -> Any:
        if name == "__signature__":
            from ._reader import signature

            return signature(self)
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
