"""
Patches: keys of a file's frontmatter, or of a JSON file, that the manifest replaces.

A patched file is written as AGPM writes it (semantics, 1.9), each key once.  AGPM
uses a second YAML parser for that, and loses values that this parser cannot read or
reads differently: here that is an error.

Rewrites texts; renders nothing and reads no files.
"""

from __future__ import annotations

import json
import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hatch_agpm.errors import (
    AgpmError,
    ConfigError,
    FrontmatterError,
    Location,
    ProblemsError,
    SourceError,
    raise_problems,
    shown,
)
from hatch_agpm.formats.frontmatter import normalise, split
from hatch_agpm.formats.json import parse_json, pretty_json
from hatch_agpm.formats.toml import quoted_key
from hatch_agpm.formats.yaml import Document, load
from hatch_agpm.formats.yaml_writer import dump
from hatch_agpm.patching.round_trip import Kept, round_trip, sort_keys
from hatch_agpm.runtime._tera.rust import WHITE_SPACE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hatch_agpm.model.config import Patch
    from hatch_agpm.model.files import File

__all__ = ["Patched", "apply_patch"]

_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_NOTHING = re.compile(rf"---[{WHITE_SPACE}]*\n[{WHITE_SPACE}]*---[^\S\n]*(?:\n|\Z)")
"""Two rules with only white space between them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Patched:
    """A file after a patch, and the origin of each of its lines."""

    file: File
    frontmatter: tuple[int | str, ...] = ()
    """
    For each line of the frontmatter the line of the file that it comes from (0 if
    that is not known), or the key of the patch.
    """

    body: int = 1
    """The line of the file at which the body begins."""

    def relocated(self, error: AgpmError) -> AgpmError:
        """Return an error of the patched text as one of the original file."""
        if isinstance(error, ProblemsError):
            return ProblemsError([self.relocated(each) for each in error.problems])
        if not isinstance(error, SourceError) or error.path != self.file.path:
            return error
        # There is a rule above and below the frontmatter, and then a blank line.
        inside, below = error.line - 2, error.line - len(self.frontmatter) - 4
        if below >= 0 or error.line <= 0 or not self.frontmatter:
            line = (
                self.body + below if self.frontmatter and error.line > 0 else error.line
            )
            return error.at(error.path, line)
        origin = self.frontmatter[inside] if 0 <= inside < len(self.frontmatter) else 0
        by_patch = isinstance(origin, str)
        # The column is that of a line that the user's file does not have.
        return error.located(
            Location(
                path=str(origin) if by_patch else error.path,
                line=0 if isinstance(origin, str) else origin,
                source_line=error.source_line,
            )
        )


def apply_patch(patch: Patch, file: File, installed_as: str) -> Patched:
    """
    Return a file with the keys of a patch replaced.

    The extension of the path it is `installed_as` decides the kind of file.  Raises
    ConfigError where that kind cannot be patched; FrontmatterError, ContentError, or
    ProblemsError with several, where AGPM would lose or change another value.
    """
    extension = posixpath.splitext(posixpath.basename(installed_as))[1]
    if extension == ".md":
        return _Markdown(patch, file).patched()
    if extension == ".json":
        return Patched(file=file.holding(_patched_json(patch, file)))
    what = f"has no effect on {file.path}"
    hint = f"only .md and .json can be patched, and it is installed as {installed_as}"
    raise ConfigError(patch.key, what, hint=hint)


def _patched_json(patch: Patch, file: File) -> str:
    try:
        value = parse_json(file.text)
        json.loads(file.text, parse_int=_exact)
    except FrontmatterError as error:
        raise error.at(file.path, error.line) from None
    except OverflowError as error:
        what = f"AGPM would round {error} when it patches the file"
        raise FrontmatterError(
            what, location=Location(path=file.path), hint="write it as a string"
        ) from None
    if not isinstance(value, dict):
        what = "only an object can be patched"
        raise FrontmatterError(
            what, location=Location(path=file.path), got=shown(value)
        )
    return pretty_json({**value, **patch.values})


def _exact(digits: str) -> int:
    if not -(2**63) <= int(digits[:21]) < 2**64:
        raise OverflowError(shown(digits).strip("'"))
    return int(digits)


class _Markdown:
    """Writes one Markdown file with the keys of a patch, or raises an error."""

    def __init__(self, patch: Patch, file: File) -> None:
        self.patch = patch
        self.file = file
        self.text = file.text
        self.parts = split(self.text)
        self.problems: list[AgpmError] = []

    def patched(self) -> Patched:
        """Return the patched file; raises as `apply_patch` does."""
        document = self.document()
        entries = self.entries(document)
        raise_problems(self.problems)
        frontmatter, origins = self.written(entries)
        raise_problems(self.problems)
        start = self.body_start(document)
        rest = self.text[start:].replace("\r\n", "\n")
        blank = len(rest) - len(rest.lstrip("\n"))
        text = f"---\n{frontmatter}\n---\n\n{normalise(rest)}"
        return Patched(
            file=self.file.holding(text),
            frontmatter=origins,
            body=self.text.count("\n", 0, start) + blank + 1,
        )

    def document(self) -> Document | None:
        """Return the frontmatter, not rendered; None where there is none."""
        if self.parts is None:
            return None
        try:
            # A block at the end keeps its line break, as it does in the file.
            document = load(f"{self.parts.frontmatter}\n")
        except FrontmatterError as error:
            hint = "what is patched must be valid YAML before it is rendered"
            if _TAG.search(self.parts.frontmatter):
                hint += ": quote its templates"
            error = error.with_hint(error.hint or hint)
            raise error.at(self.file.path, self.line(error.line)) from None
        is_text = not document.is_empty and not isinstance(document.value, dict)
        return None if is_text else document

    def body_start(self, document: Document | None) -> int:
        if document is not None and self.parts is not None:
            return self.parts.end
        # Otherwise an empty frontmatter is text; here the patch's replaces it.
        nothing = _NOTHING.match(self.text)
        return nothing.end() if nothing else 0

    def line(self, line: int) -> int:
        return line + self.parts.line - 1 if self.parts and line else 0

    def entries(self, document: Document | None) -> list[Kept]:
        """Return the keys that the frontmatter keeps and those that the patch sets."""
        values = self.patch.values
        kept: tuple[Kept, ...] = ()
        if document is not None and self.parts is not None:
            kept, problems = round_trip(self.parts.frontmatter, document, values)
            self.problems += [
                problem.at(self.file.path, self.line(problem.line))
                for problem in problems
            ]
        first = [entry for entry in kept if entry.known]
        patched = [Kept(key=key, value=sort_keys(values[key])) for key in values]
        others = [entry for entry in kept if not entry.known] + patched
        return [*first, *sorted(others, key=lambda entry: entry.key)]

    def written(self, entries: list[Kept]) -> tuple[str, tuple[int | str, ...]]:
        """Return the entries as YAML, and the origin of each line."""
        text, origins = "", []
        for entry in entries:
            piece = dump({entry.key: entry.value})
            if tag := _broken_tag(entry.value, piece):
                hint = "use the other kind of quotes in it, no escapes and no tabs"
                self.problem(
                    entry, f"patching it would change the template {tag}", hint
                )
            text += piece
            origins += [self.origin(entry)] * piece.count("\n")
        text = text.rstrip(WHITE_SPACE)
        # A value at the end can lose line breaks; nothing else should ever differ.
        again = load(f"{text}\n").value
        kept = again if isinstance(again, dict) else {}
        for entry in entries:
            if kept.get(entry.key) != entry.value:
                what = "patching it would change it: it ends in line breaks"
                self.problem(entry, what, "let the text end in one line break or none")
        return text, tuple(origins[: text.count("\n") + 1])

    def origin(self, entry: Kept) -> int | str:
        if entry.key in self.patch.values:
            return f"{self.patch.key}.{quoted_key(entry.key)}"
        return self.line(entry.line)

    def problem(self, entry: Kept, what: str, hint: str) -> None:
        origin = self.origin(entry)
        if isinstance(origin, str):
            self.problems.append(ConfigError(f"{origin}:", what, hint=hint))
            return
        what = f"'{entry.key}': {what}"
        self.problems.append(
            FrontmatterError(
                what, location=Location(path=self.file.path, line=origin), hint=hint
            )
        )


def _broken_tag(value: object, written: str) -> str:
    """Return a template in a value that quoting has changed, or ""."""
    squeezed = " ".join(written.split())
    for text in _texts(value):
        for match in _TAG.finditer(text):
            if " ".join(match[0].split()) not in squeezed:
                return match[0]
    return ""


def _texts(value: object) -> Iterator[str]:
    """Yield all texts in a value, keys included."""
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    if isinstance(value, str):
        yield value
    for item in value if isinstance(value, list) else ():
        yield from _texts(item)
