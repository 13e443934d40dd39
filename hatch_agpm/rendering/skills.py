"""
Skills: directories that are shipped unchanged.

A skill of an `agpm.toml` that AGPM would reject is an error, with all its problems
(AGPM semantics, 7.5).  One that is exported is checked by the rules of its readers.
Only the SKILL.md can be a template, in an `agpm.toml` only that of an exported skill.
Nothing else in a skill is rendered.
"""

from __future__ import annotations

import re
import stat
from typing import TYPE_CHECKING, Final

from hatch_agpm.errors import (
    AgpmError,
    ContentError,
    FrontmatterError,
    Location,
    SourceError,
    raise_problems,
    shown,
)
from hatch_agpm.formats.file_names import is_rubbish
from hatch_agpm.formats.frontmatter import split
from hatch_agpm.formats.yaml import load
from hatch_agpm.model.rendering import SkillFile
from hatch_agpm.model.types import SKILL_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hatch_agpm.formats.yaml import Document
    from hatch_agpm.sources.tree import Tree

__all__ = ["check_skill", "read_skill"]


_MAX_FILES: Final = 1000
_MAX_BYTES: Final = 100 * 2**20
_MAX_FRONTMATTER: Final = 64 * 2**10
_MAX_LENGTHS: Final = {"name": 100, "description": 1000}
_MAX_DESCRIPTION: Final = 1024
"""In characters; the limit of the specification."""

_NAME = r"[A-Za-z0-9 _-]*"
_KNOWN: Final = ("name", "description", "version", "allowed-tools")


def read_skill(
    tree: Tree,
    directory: str,
    *,
    is_checked: bool = True,
    is_agpm: bool = True,
) -> tuple[SkillFile, ...]:
    """
    Return all files of a skill, whose real path is `directory`, sorted by path.

    What programs leave behind (`.DS_Store`, `.git`) is left out, but to AGPM it is a
    part of the skill.  The SKILL.md is checked here if it `is_checked`.
    Raises SourceError, or ProblemsError with several: for a symlink or a special file,
    too many files or bytes, a SKILL.md that AGPM would not accept.
    """
    problems: list[AgpmError] = []
    names: list[str] = []
    size = 0
    for name in _entries(tree, directory, is_agpm=is_agpm):
        status = tree.status(f"{directory}/{name}")
        if stat.S_ISREG(status.st_mode):
            names.append(name)
            size += status.st_size
        elif not is_agpm and tree.is_file(f"{directory}/{name}"):
            # Tools that copy a skill, or refuse links, find a file there.
            names.append(name)
        elif not stat.S_ISDIR(status.st_mode):
            is_link = stat.S_ISLNK(status.st_mode)
            problems.append(_not_a_file(f"{directory}/{name}", is_link=is_link))
    problems += _limits(directory, len(names), size)
    # A skill that is too large is not read.
    small = len(names) <= _MAX_FILES and size <= _MAX_BYTES
    if small and SKILL_FILE in names and is_checked:
        path = f"{directory}/{SKILL_FILE}"
        problems += _text_problems(tree, path, is_agpm=is_agpm)
    raise_problems(problems)
    return tuple(_file(tree, directory, name) for name in names)


def _file(tree: Tree, directory: str, name: str) -> SkillFile:
    """Return a file of a skill, which may be a link."""
    path = f"{directory}/{name}"
    file = tree.read(tree.locate(tree.from_base(path)) or path)
    return SkillFile(path=name, data=file.data, executable=file.executable)


def _not_a_file(path: str, *, is_link: bool) -> ContentError:
    what = f"a skill must not contain {'symlinks' if is_link else 'special files'}"
    hint = "replace it with a copy of the file" if is_link else "delete it"
    return ContentError(what, location=Location(path=path), hint=hint)


def _entries(tree: Tree, directory: str, *, is_agpm: bool) -> list[str]:
    """Return the files and directories of a skill, by path in it."""
    return [
        name
        for name in tree.entries(directory)
        if is_agpm or not any(map(is_rubbish, name.split("/")))
    ]


def _limits(directory: str, count: int, size: int) -> Iterator[ContentError]:
    hint = "delete the files that the skill does not need"
    if count > _MAX_FILES:
        what = f"a skill has at most {_MAX_FILES} files"
        yield ContentError(
            what, location=Location(path=directory), got=str(count), hint=hint
        )
    if size > _MAX_BYTES:
        what = f"a skill has at most {_MAX_BYTES // 2**20} MiB"
        yield ContentError(
            what,
            location=Location(path=directory),
            got=f"{size / 2**20:.1f} MiB",
            hint=hint,
        )


def _text_problems(tree: Tree, path: str, *, is_agpm: bool) -> list[SourceError]:
    try:
        return _frontmatter_problems(path, tree.read(path).text, is_agpm=is_agpm)
    except SourceError as error:
        return [error]


def check_skill(path: str, text: str, *, is_agpm: bool = True) -> None:
    """
    Check the text of a SKILL.md: by AGPM's limits, or by those of the specification.

    Its frontmatter is not rendered.  Raises FrontmatterError, or ProblemsError with
    all problems.
    """
    raise_problems(_frontmatter_problems(path, text, is_agpm=is_agpm))


def _frontmatter_problems(path: str, text: str, *, is_agpm: bool) -> list[SourceError]:
    parts = split(text)
    if parts is None:
        what = "a skill needs frontmatter with a name and a description"
        hint = "begin the file with '---', 'name: ...', 'description: ...', '---'"
        if text.startswith("\ufeff"):
            hint = "the file begins with a byte order mark: save it without one"
        return [FrontmatterError(what, location=Location(path=path, line=1), hint=hint)]
    size = len(parts.frontmatter.encode())
    if is_agpm and size > _MAX_FRONTMATTER:
        what = f"the frontmatter of a skill has at most {_MAX_FRONTMATTER // 2**10} KiB"
        return [
            FrontmatterError(
                what,
                location=Location(path=path, line=1),
                got=f"{size / 2**10:.1f} KiB",
            )
        ]
    try:
        document = load(parts.frontmatter)
    except FrontmatterError as error:
        hint = error.hint
        if "{{" in parts.frontmatter or "{%" in parts.frontmatter:
            hint = hint or "a skill is not rendered: its frontmatter must be valid YAML"
        line = error.line + parts.line - 1 if error.line else 0
        return [error.with_hint(hint).at(path, line)]
    checker = _Checker(path, document, parts.line - 1)
    if is_agpm:
        checker.check()
    else:
        checker.check_as_specified()
    return checker.problems


class _Checker:
    """Collects the problems of the frontmatter of one skill."""

    def __init__(self, path: str, document: Document, shift: int) -> None:
        self.path = path
        self.document = document
        self.shift = shift
        value = document.value
        self.metadata = value if isinstance(value, dict) else {}
        self.problems: list[SourceError] = []

    def problem(
        self, what: str, *keys: str | int, got: str = "", hint: str = ""
    ) -> None:
        line = self.document.lines.get(keys, 0)
        line = line + self.shift if line else 1
        self.problems.append(
            FrontmatterError(
                what, location=Location(path=self.path, line=line), got=got, hint=hint
            )
        )

    def check(self) -> None:
        for path in self.document.repeated:
            if path[0] in {*_KNOWN, "dependencies"} and len(path) == 1:
                self.problem(f"'{path[0]}' is given twice", *path, hint="delete one")
        name, _ = self.required("name"), self.required("description")
        if not re.fullmatch(_NAME, name):
            wrong = sorted({c for c in name if not re.fullmatch(_NAME, c)})
            what = f"the name of a skill must not contain {' '.join(map(repr, wrong))}"
            hint = "use only ASCII letters, digits, spaces, '-' and '_'"
            self.problem(what, "name", got=shown(name), hint=hint)
        self.text("version")
        self.tools(self.metadata.get("allowed-tools"))

    def check_as_specified(self) -> None:
        """Check what the specification says of a skill that is not exported."""
        for key in ("name", "description"):
            self.required(key, limit=0)
        text = self.metadata.get("description")
        if isinstance(text, str) and len(text.strip()) > _MAX_DESCRIPTION:
            what = f"the description of a skill has at most {_MAX_DESCRIPTION} "
            what += "characters"
            self.problem(what, "description", got=str(len(text.strip())))

    def required(self, key: str, *, limit: int | None = None) -> str:
        """
        Return a required text; if it is missing, report that and return "".

        `limit` is its length in bytes, 0 for none, by default that of AGPM.
        """
        if self.metadata.get(key) is None:
            self.problem(f"a skill needs a {key}", key, hint=f"add '{key}: ...'")
            return ""
        before = len(self.problems)
        text = self.text(key)
        if len(self.problems) > before:
            return ""
        limit = _MAX_LENGTHS[key] if limit is None else limit
        if not text.strip():
            self.problem(f"the {key} of a skill must not be empty", key)
        elif (size := len(text.encode("utf-8", "surrogatepass"))) > limit > 0:
            what = f"the {key} of a skill has at most {limit} bytes"
            self.problem(what, key, got=str(size))
        return text

    def text(self, *keys: str | int) -> str:
        """Return the text that AGPM reads for a scalar."""
        value: object = self.metadata
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else value[key]  # type: ignore[index]
        if value is None or isinstance(value, str):
            return value or ""
        if isinstance(value, dict | list):
            name = f"an item of '{keys[0]}'" if len(keys) > 1 else f"'{keys[0]}'"
            self.problem(f"{name} must be text", *keys, got=shown(value))
            return ""
        return self.document.spelled.get(keys, "")

    def tools(self, value: object) -> None:
        if value is None:
            return
        if not isinstance(value, list):
            hint = f"write [{value}]" if isinstance(value, str) else ""
            what = "'allowed-tools' must be a list"
            self.problem(what, "allowed-tools", got=shown(value), hint=hint)
            return
        for index in range(len(value)):
            self.text("allowed-tools", index)
