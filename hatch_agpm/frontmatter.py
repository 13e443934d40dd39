"""
Frontmatter: where it begins and ends, and what it says of a resource.

Frontmatter is what stands between a first line `---` and the next line `---`, if
that is a YAML mapping or nothing but comments; anything else is text.  What looks
like an instruction to AGPM and would not be recognised as one is an error.

Knows neither templates nor files: the caller renders the matter and reads them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from hatch_agpm.errors import (
    FrontmatterError,
    SourceError,
    did_you_mean,
    raise_problems,
)
from hatch_agpm.lines import WHITE_SPACE, rust_lines, strip_blank_ends
from hatch_agpm.resource_types import RESOURCE_TYPES
from hatch_agpm.yaml12 import Document, load

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "Dialect",
    "Frontmatter",
    "Spec",
    "Split",
    "body_text",
    "check_unrecognised",
    "interpret",
    "interpret_json",
    "normalise",
    "parse",
    "split",
]

Dialect = Literal["tera", "jinja2"]

_RULE = "---"
_OURS = ("templating", "dependencies", "runtime")
_SPEC_FIELDS = ("path", "name", "version", "tool", "install", "flatten")
_OUR_KEY_LINE = re.compile(r"^(?:agpm|dependencies)[ \t]*:", re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Split:
    """A text taken apart at its frontmatter's rules; nothing is parsed yet."""

    matter: str
    r"""The lines between the rules, with `\n`, without blank ends."""

    line: int
    """The number of the first line of `matter` in the text."""

    end: int
    """Where in the text the line after the closing rule begins."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Spec:
    """One dependency that a file declares."""

    type: str
    """The plural, as the section is called."""

    path: str
    name: str | None = None
    tool: str | None = None
    install: bool | None = None
    line: int = 0
    """In the rendered frontmatter, from 1; 0 where it is not known."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Frontmatter:
    """What the frontmatter of a file says."""

    metadata: Mapping[str, object]
    """All of it, as plain JSON values."""

    dialect: Dialect | None
    """The language of the file's template; None: it is not a template."""

    specs: tuple[Spec, ...]


def split(text: str) -> Split | None:
    """
    Find the two rules; None where there are none or nothing is between them.

    A rule is a line of three hyphens with nothing before and only white space
    after them; the first one is the first line (AGPM semantics, 1.2).
    """
    first, newline, _ = text.partition("\n")
    if not newline or not _is_rule(first):
        return None
    start = position = len(first) + 1
    while position < len(text):
        stop = text.find("\n", position)
        stop = len(text) if stop < 0 else stop
        if text.startswith(_RULE, position) and _is_rule(text[position:stop]):
            raw = "\n".join(rust_lines(text[start:position]))
            matter = strip_blank_ends(raw)
            if not matter:
                return None
            skipped = raw[: raw.index(matter)].count("\n")
            return Split(matter=matter, line=2 + skipped, end=min(stop + 1, len(text)))
        position = stop + 1
    return None


def _is_rule(line: str) -> bool:
    return line.rstrip(WHITE_SPACE) == _RULE


def parse(matter: str) -> Document | None:
    """
    Parse rendered matter; None where it is text: a sentence, a list, a number.

    Raises FrontmatterError, with lines counted in `matter`, for invalid YAML.
    """
    document = load(matter)
    if document.is_empty or isinstance(document.value, dict):
        return document
    return None


def normalise(text: str) -> str:
    r"""
    Return `text` as it is embedded.

    Line ends are `\n`, leading newlines and one final newline are gone (AGPM
    semantics, 1.2 step 4).
    """
    return "\n".join(rust_lines(text)).lstrip("\n")


def body_text(text: str) -> str:
    """
    Return what is embedded of a Markdown `text`: normalised, less its frontmatter.

    The frontmatter is taken as it stands.  Raises FrontmatterError, with lines
    counted in `text`, where it is invalid YAML.
    """
    parts = split(text)
    if parts is None:
        return normalise(text)
    try:
        document = parse(parts.matter)
    except FrontmatterError as error:
        raise error.at("", error.line + parts.line - 1 if error.line else 1) from None
    return normalise(text if document is None else text[parts.end :])


def check_unrecognised(text: str) -> None:
    """
    Refuse frontmatter that AGPM would silently take for text.

    That is: a first line `---` that does not begin at the first byte, or is never
    closed, above a line `agpm:` or `dependencies:`.  Raises FrontmatterError.
    """
    stripped = text.lstrip("\ufeff" + WHITE_SPACE)
    lead = text[: len(text) - len(stripped)]
    first, _, rest = stripped.partition("\n")
    if not _is_rule(first):
        return
    line = lead.count("\n") + 1
    closed = split(stripped)
    matter = closed.matter if closed else rest
    if not _OUR_KEY_LINE.search(matter):
        return
    if lead:
        what = "the frontmatter does not begin at the first byte of the file"
        was = "byte order mark" if "\ufeff" in lead else "white space"
        raise FrontmatterError(what, "", line, 0, "", f"delete the {was} before it")
    if closed is None and not _has_rule(rest):
        what = "the frontmatter is not closed"
        raise FrontmatterError(what, "", line, 0, "", "end it with a line ---")


def _has_rule(text: str) -> bool:
    return any(_is_rule(line) for line in rust_lines(text))


def interpret(document: Document) -> Frontmatter:
    """
    Read what a parsed frontmatter says to AGPM.

    Raises FrontmatterError, or ProblemsError with several of them, with lines
    counted in the matter, for everything that looks like an instruction and is
    none: a dotted key, a flag that is no boolean, an unknown field.
    """
    metadata = document.value if isinstance(document.value, dict) else {}
    reader = _SpecReader(document.lines)
    for key, line in document.repeated.items():
        if key in {"agpm", "dependencies"}:
            reader.problem(f"'{key}' is given twice", line)
    for key in metadata:
        if key.partition(".")[0] == "agpm" and key != "agpm":
            hint = f"write it nested: agpm: {{{key.removeprefix('agpm.')}: ...}}"
            line = document.lines.get((key,), 0)
            reader.problem(f"the key '{key}' has no effect", line, hint=hint)
    reader.section(metadata.get("dependencies"), ("dependencies",))
    dialect = _agpm(metadata.get("agpm"), reader)
    raise_problems(reader.problems)
    return Frontmatter(metadata=metadata, dialect=dialect, specs=tuple(reader.specs))


def _agpm(agpm: object, reader: _SpecReader) -> Dialect | None:
    if agpm is None:
        return None
    if not isinstance(agpm, dict):
        reader.problem(
            "'agpm' must be a mapping",
            reader.lines.get(("agpm",), 0),
            got=repr(agpm),
            hint="write 'agpm:' and below it '  templating: true'",
        )
        return None
    for key in sorted(set(agpm) - set(_OURS)):
        if hint := did_you_mean(key, _OURS):
            line = reader.lines.get(("agpm", key), 0)
            reader.problem(f"'agpm.{key}' is not known", line, hint=hint)
    if "runtime" in agpm:
        reader.problem(
            "'agpm.runtime' is not supported yet",
            reader.lines.get(("agpm", "runtime"), 0),
        )
    reader.section(agpm.get("dependencies"), ("agpm", "dependencies"))
    return _dialect(agpm.get("templating"), reader)


def _dialect(flag: object, reader: _SpecReader) -> Dialect | None:
    if flag is True:
        return "tera"
    if flag == "jinja2":
        return "jinja2"
    if flag is not None and flag is not False:
        reader.problem(
            "'agpm.templating' must be true, false or jinja2",
            reader.lines.get(("agpm", "templating"), 0),
            got=repr(flag),
        )
    return None


def interpret_json(value: object) -> tuple[Spec, ...]:
    """
    Read the dependencies that a JSON file declares.

    Only `dependencies` at the top counts, and only where one of its keys is a
    resource type: a package.json is just a file.  Raises FrontmatterError for
    `agpm.dependencies`, which AGPM ignores in JSON, and as `interpret` does.
    """
    if not isinstance(value, dict):
        return ()
    reader = _SpecReader({})
    agpm = value.get("agpm")
    if isinstance(agpm, dict) and "dependencies" in agpm:
        hint = 'move it to the top: "dependencies": {...}'
        reader.problem("'agpm.dependencies' has no effect in JSON", 0, hint=hint)
    dependencies = value.get("dependencies")
    if isinstance(dependencies, dict) and not RESOURCE_TYPES.keys().isdisjoint(
        dependencies
    ):
        reader.section(dependencies, ("dependencies",))
    raise_problems(reader.problems)
    return tuple(reader.specs)


class _SpecReader:
    """Collects dependencies, and everything that is wrong with them."""

    def __init__(self, lines: Mapping[tuple[str | int, ...], int]) -> None:
        self.lines = lines
        self.specs: list[Spec] = []
        self.problems: list[SourceError] = []
        self.seen: set[tuple[str, str]] = set()

    def problem(self, what: str, line: int, *, got: str = "", hint: str = "") -> None:
        self.problems.append(FrontmatterError(what, "", line, 0, got, hint))

    def section(self, value: object, path: tuple[str, ...]) -> None:
        """Read one `dependencies`; the first of two equal paths of a type counts."""
        where = ".".join(path)
        if value is None:
            return
        if not isinstance(value, dict):
            line = self.lines.get(path, 0)
            self.problem(f"'{where}' must be a mapping", line, got=repr(value))
            return
        for type_ in sorted(value):
            here = (*path, type_)
            line = self.lines.get(here, 0)
            if type_ not in RESOURCE_TYPES:
                self.problem(
                    f"'{where}.{type_}' is not a resource type",
                    line,
                    hint=did_you_mean(type_, RESOURCE_TYPES)
                    or f"the types are {', '.join(RESOURCE_TYPES)}",
                )
            elif isinstance(value[type_], list):
                self.items(type_, value[type_], here)
            elif value[type_] is not None:
                got = repr(value[type_])
                self.problem(f"'{where}.{type_}' must be a list", line, got=got)

    def items(self, type_: str, items: Sequence[object], path: tuple[str, ...]) -> None:
        for index, item in enumerate(items):
            line = self.lines.get((*path, index), 0)
            where = f"{'.'.join(path)}[{index}]"
            if not isinstance(item, dict):
                self.problem(
                    f"'{where}' must be a mapping with a path",
                    line,
                    got=repr(item),
                    hint=f"write 'path: {item}'" if isinstance(item, str) else "",
                )
                continue
            spec = self.spec(type_, item, where, line)
            if spec and (type_, spec.path) not in self.seen:
                self.seen.add((type_, spec.path))
                self.specs.append(spec)

    def spec(
        self, type_: str, item: Mapping[str, object], where: str, line: int
    ) -> Spec | None:
        before = len(self.problems)
        for field in sorted(set(item) - set(_SPEC_FIELDS)):
            hint = did_you_mean(field, _SPEC_FIELDS)
            hint = hint or f"a dependency has {', '.join(_SPEC_FIELDS)}"
            self.problem(f"'{where}.{field}' is not known", line, hint=hint)
        for field in ("install", "flatten"):
            if not isinstance(item.get(field), bool | None):
                got = repr(item[field])
                what = f"'{where}.{field}' must be true or false"
                self.problem(what, line, got=got)
        texts = {
            field: self.text(item.get(field), f"{where}.{field}", line)
            for field in ("path", "name", "tool", "version")
        }
        path, install = texts["path"], item.get("install")
        if not path:
            self.problem(f"'{where}.path' is missing", line)
        if len(self.problems) > before or not path:
            return None
        return Spec(
            type=type_,
            path=path,
            name=texts["name"] or None,
            tool=texts["tool"] or None,
            install=install if isinstance(install, bool) else None,
            line=line,
        )

    def text(self, value: object, where: str, line: int) -> str | None:
        """Return a scalar as the text that AGPM makes of it; None for null."""
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int | float):
            return str(value)
        self.problem(f"'{where}' must be text", line, got=repr(value))
        return None
