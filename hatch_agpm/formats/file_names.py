"""Names and paths of files, by the rules of all file systems."""

from __future__ import annotations

import posixpath
import unicodedata
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "Kind",
    "directories_of",
    "faults",
    "folded",
    "is_device",
    "is_git_directory",
    "is_installed_metadata",
    "is_python",
    "is_rubbish",
    "is_too_long",
    "is_visible",
    "kind_of",
    "leads_out",
    "split_extension",
]


# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
_DEVICES: Final = frozenset(
    ["con", "prn", "aux", "nul", "conin$", "conout$"]
    + [port + digit for port in ("com", "lpt") for digit in "0123456789¹²³"]
)

_OF_TEMPLATES: Final = (".j2", ".jinja", ".jinja2", ".tera")
_OF_TEXTS: Final = frozenset(
    (
        *(".md", ".markdown", ".mdc", ".txt", ".prompt", ".xml", ".html"),
        *(".yaml", ".yml", ".toml", ".json", ".sh", ".py"),
    )
)
_MARKDOWN: Final = (".md", ".markdown", ".mdc")
_DATA: Final = (".yaml", ".yml", ".toml")
_UNPRINTABLE = frozenset(["Cc", "Cs", "Zl", "Zp"])
_FORBIDDEN = frozenset('<>:"\\|?*')
_LONGEST = 255
_LONGEST_PATH = 2048
_RUBBISH: Final = frozenset(
    [".DS_Store", "Thumbs.db", ".git", "node_modules", "__pycache__"]
)


def folded(path: str) -> str:
    """Return a path as file systems compare it that ignore case and composition."""
    composed = unicodedata.normalize("NFC", path)
    return unicodedata.normalize("NFC", composed.casefold())


def directories_of(path: str) -> Iterator[str]:
    """Yield the directories that a relative path is in, the innermost first."""
    while path := posixpath.dirname(path):
        yield path


def is_device(name: str) -> bool:
    """Tell whether Windows reserves a name for a device, whatever its extension."""
    return name.split(".", maxsplit=1)[0].rstrip().casefold() in _DEVICES


def leads_out(path: str) -> bool:
    """Tell whether a written path, with `/`, could lead out of its directory."""
    pure = PurePosixPath(path)
    return pure.is_absolute() or ".." in pure.parts


def is_too_long(path: str) -> bool:
    """Tell whether no system can have a file of this path."""
    names = [len(part.encode(errors="replace")) for part in path.split("/")]
    return max(names) > _LONGEST or sum(names) + len(names) > _LONGEST_PATH


def split_extension(path: str) -> tuple[str, str]:
    """
    Return a path without the extension that its resource's name leaves out, and that.

    First one of the extensions of template languages is left out, then one of those of
    text formats, and nothing else: `a.md.j2` is `a`, and `gpt-4.1.j2` is `gpt-4.1`.
    """
    folder, slash, name = path.rpartition("/")
    stem, suffix = _split(name)
    rest = ""
    if suffix in _OF_TEMPLATES:
        name, rest = stem, suffix
        stem, suffix = _split(name)
    if suffix in _OF_TEXTS:
        name, rest = stem, suffix + rest
    return f"{folder}{slash}{name}", rest


def _split(name: str) -> tuple[str, str]:
    pure = PurePosixPath(name)
    return pure.stem, pure.suffix


Kind = Literal["markdown", "json", "data", "text", "other"]
"""How a file is read: its frontmatter, its dependencies, what others embed of it."""


def kind_of(path: str, *, is_agpm: bool) -> Kind:
    """
    Return how a file is read.

    To AGPM, in an `agpm.toml`, only `.md` is Markdown, and all but that and JSON is
    shipped as it is.
    """
    if path.endswith(".json"):
        return "json"
    if is_agpm:
        return "markdown" if path.endswith(".md") else "other"
    extension = split_extension(path)[1].lower()
    if extension.startswith(_MARKDOWN) or path.lower().endswith(_MARKDOWN):
        return "markdown"
    return "data" if extension.startswith(_DATA) else "text"


def is_rubbish(name: str) -> bool:
    """Tell whether a file or directory of this name was made by a program by itself."""
    return name in _RUBBISH or name.endswith(".pyc")


def is_git_directory(name: str) -> bool:
    """Tell whether some file system takes a name for that of Git's own directory."""
    # macOS ignores characters without a width, Windows what follows a colon and dots
    # and spaces at the end; its short name is `git~1`.
    seen = "".join(each for each in name if unicodedata.category(each) != "Cf")
    plain = seen.partition(":")[0].rstrip(" .").casefold()
    return plain in {".git", "git~1"}


def is_installed_metadata(name: str) -> bool:
    """Tell whether installers take a directory of this name for one of their own."""
    return name.casefold().endswith((".dist-info", ".egg-info", ".data"))


def is_visible(name: str) -> bool:
    """Tell whether a name is neither hidden nor of what programs made by themselves."""
    return not name.startswith(".") and not is_rubbish(name)


def is_python(name: str) -> bool:
    """Tell whether a file of this name is Python code, a stub or byte code."""
    return name.endswith((".py", ".pyi", ".pyc"))


def faults(path: str) -> Iterator[str]:
    """Yield the reasons why some system cannot have a file of this path."""
    for part in path.split("/"):
        shown = f"'{part}'" if part.isprintable() else ascii(part)
        if part in {"", ".", ".."}:
            yield f"{shown} is not a name"
        if any(unicodedata.category(letter) in _UNPRINTABLE for letter in part):
            yield f"{shown} has a letter that cannot be printed"
        if found := sorted(_FORBIDDEN & set(part)):
            yield f"{shown} has a {found[0]} in it"
        if part.endswith((" ", ".")):
            yield f"{shown} ends with a space or a full stop"
        if is_device(part):
            yield f"{shown} is the name of a device on Windows"
        if len(part.encode(errors="replace")) > _LONGEST:
            yield f"'{part[:20]}...' is longer than {_LONGEST} bytes"
