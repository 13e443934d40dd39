"""
Frontmatter: where it begins and ends, and what it says of a resource.

Frontmatter is what stands between a first line `---` and the next line `---`, if
that is a YAML mapping or nothing but comments; anything else is text.  What looks
like an instruction to AGPM and would not be recognised as one is an error.

Knows neither templates nor files: the caller renders the matter and reads them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from hatch_agpm.errors import (
    FrontmatterError,
    Location,
    SourceError,
    did_you_mean,
    raise_problems,
    shown,
)
from hatch_agpm.formats.runtime_variables import read_declarations
from hatch_agpm.formats.yaml import Document, load, shape
from hatch_agpm.model.types import RESOURCE_TYPES
from hatch_agpm.rust import WHITE_SPACE, rust_lines, strip_blank_ends

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from hatch_agpm.model.runtime import Declared

__all__ = [
    "Dialect",
    "Frontmatter",
    "Spec",
    "Split",
    "body_text",
    "check_unrecognised",
    "interpret",
    "interpret_json",
    "is_frontmatter",
    "normalise",
    "parse",
    "split",
]

Dialect = Literal["tera", "jinja2"]

_RULE_LINE = re.compile(
    rf"^---[{WHITE_SPACE.replace(chr(10), '')}]*+(?:\n|\Z)", re.MULTILINE
)
_TOP = ("agpm", "dependencies")
_OURS = ("templating", "dependencies", "runtime")
_OUR_PATHS = (("agpm",), *(("agpm", key) for key in _OURS))
_SPEC_TEXTS = ("path", "name", "version", "tool", "source")
_SPEC_FIELDS = (*_SPEC_TEXTS, "install", "flatten")
_OUR_KEY_LINE = re.compile(
    r"""^["']?(?:agpm|dependencies|agpm\.\w+)["']?[ \t]*:""", re.MULTILINE
)


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
    source: str | None = None
    """Where the path starts, if not at the file that declares it."""

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
    runtime: tuple[Declared, ...] = ()
    """The variables that the body leaves open."""

    runtime_lines: Mapping[str, int] = field(default_factory=dict)
    """Where they are declared, as `line` of a `Spec`."""


def split(text: str) -> Split | None:
    """
    Find the two rules; None where there are none or nothing is between them.

    A rule is a line of three hyphens with nothing before and only white space
    after them; the first one is the first line (AGPM semantics, 1.2).
    """
    opening = _RULE_LINE.match(text)
    if opening is None or not opening[0].endswith("\n"):
        return None
    closing = _RULE_LINE.search(text, opening.end())
    if closing is None:
        return None
    raw = "\n".join(rust_lines(text[opening.end() : closing.start()]))
    matter = strip_blank_ends(raw)
    if not matter:
        return None
    skipped = raw.count("\n", 0, raw.index(matter))
    return Split(matter=matter, line=2 + skipped, end=closing.end())


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


def is_frontmatter(matter: str) -> bool:
    """
    Tell whether rendered matter is frontmatter: a mapping, or only comments.

    What the mapping holds does not matter here.  Raises FrontmatterError, with
    lines counted in `matter`, for invalid YAML.
    """
    return shape(matter) != "other"


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
        is_text = not is_frontmatter(parts.matter)
    except FrontmatterError as error:
        raise error.at("", error.line + parts.line - 1 if error.line else 1) from None
    return normalise(text if is_text else text[parts.end :])


def check_unrecognised(text: str) -> None:
    """
    Refuse frontmatter that AGPM would silently take for text.

    That is: a first line `---` that does not begin at the first byte, or is never
    closed, above a line `agpm:` or `dependencies:`.  Raises FrontmatterError.
    """
    stripped = text.lstrip("\ufeff" + WHITE_SPACE)
    opening = _RULE_LINE.match(stripped)
    if opening is None:
        return
    lead = text[: len(text) - len(stripped)]
    closed = split(stripped)
    matter = closed.matter if closed else stripped[opening.end() :]
    if not _OUR_KEY_LINE.search(matter):
        return
    line = lead.count("\n") + 1
    if lead:
        what = "the frontmatter does not begin at the first byte of the file"
        was = "byte order mark" if "\ufeff" in lead else "white space"
        raise FrontmatterError(
            what, location=Location(line=line), hint=f"delete the {was} before it"
        )
    if closed is None and not _RULE_LINE.search(text, opening.end()):
        what = "the frontmatter is not closed"
        raise FrontmatterError(
            what, location=Location(line=line), hint="end it with a line ---"
        )


def interpret(document: Document) -> Frontmatter:
    """
    Read what a parsed frontmatter says to AGPM.

    Raises FrontmatterError, or ProblemsError with several of them, with lines
    counted in the matter, for everything that looks like an instruction and is
    none: a dotted key, a flag that is no boolean, an unknown field.
    """
    metadata = document.value if isinstance(document.value, dict) else {}
    reader = _SpecReader(document)
    for path, line in document.repeated.items():
        if path[0] == "dependencies" or path[:2] in _OUR_PATHS:
            reader.problem(f"'{_dotted(path)}' is given twice", line)
    for key in metadata:
        _refuse_near_miss(key, metadata[key], reader)
    reader.section(metadata.get("dependencies"), ("dependencies",))
    dialect, runtime = _agpm(metadata.get("agpm"), reader)
    raise_problems(reader.problems)
    return Frontmatter(
        metadata=metadata,
        dialect=dialect,
        specs=tuple(reader.specs),
        runtime=runtime,
        runtime_lines={
            variable.name: reader.lines.get(("agpm", "runtime", variable.name), 0)
            for variable in runtime
        },
    )


def _refuse_near_miss(key: str, value: object, reader: _SpecReader) -> None:
    """Note a key at the top that is meant for AGPM and would have no effect."""
    line = reader.lines.get((key,), 0)
    if key.startswith("agpm."):
        hint = f"write it nested: agpm: {{{key.removeprefix('agpm.')}: ...}}"
        reader.problem(f"the key '{key}' has no effect", line, hint=hint)
    # Any other key is the author's own, unless its value looks like ours as well.
    elif key not in _TOP and isinstance(value, dict):
        hint = did_you_mean(key.lower(), _TOP)
        if hint and not value.keys().isdisjoint((*_OURS[:2], *RESOURCE_TYPES)):
            reader.problem(f"the key '{key}' has no effect", line, hint=hint)


def _agpm(
    agpm: object, reader: _SpecReader
) -> tuple[Dialect | None, tuple[Declared, ...]]:
    if agpm is None:
        return None, ()
    if not isinstance(agpm, dict):
        reader.problem(
            "'agpm' must be a mapping",
            reader.lines.get(("agpm",), 0),
            got=shown(agpm),
            hint="write 'agpm:' and below it '  templating: true'",
        )
        return None, ()
    for key in sorted(set(agpm) - set(_OURS)):
        if hint := did_you_mean(key, _OURS):
            line = reader.lines.get(("agpm", key), 0)
            reader.problem(f"'agpm.{key}' is not known", line, hint=hint)
    reader.section(agpm.get("dependencies"), ("agpm", "dependencies"))
    runtime = _runtime(agpm.get("runtime"), reader)
    dialect = _dialect(agpm.get("templating"), reader)
    if runtime and agpm.get("templating") is False:
        line = reader.lines.get(("agpm", "templating"), 0)
        what = "'agpm.runtime' needs a template, and 'agpm.templating' is false"
        reader.problem(what, line, hint="delete one of the two")
    # What leaves places open in its text is a template, whether it says so or not.
    return dialect or ("tera" if runtime else None), runtime


def _runtime(value: object, reader: _SpecReader) -> tuple[Declared, ...]:
    path = ("agpm", "runtime")

    def problem(what: str, keys: tuple[str, ...], got: str, hint: str) -> None:
        # A mapping on one line has one line for all its keys.
        known = [(*path, *keys[:end]) for end in range(len(keys), -1, -1)]
        line = next((reader.lines[key] for key in known if key in reader.lines), 0)
        reader.problem(what, line, got=got, hint=hint)

    return read_declarations(value, problem)


def _dialect(flag: object, reader: _SpecReader) -> Dialect | None:
    if flag is True:
        return "tera"
    if flag == "jinja2":
        return "jinja2"
    if flag is not None and flag is not False:
        reader.problem(
            "'agpm.templating' must be true, false or jinja2",
            reader.lines.get(("agpm", "templating"), 0),
            got=shown(flag),
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
    reader = _SpecReader()
    agpm = value.get("agpm")
    if isinstance(agpm, dict) and "dependencies" in agpm:
        hint = 'move it to the top: "dependencies": {...}'
        reader.problem("'agpm.dependencies' has no effect in JSON", 0, hint=hint)
    if isinstance(agpm, dict) and "runtime" in agpm:
        hint = "only files that end in .md leave values open"
        reader.problem("'agpm.runtime' has no effect in JSON", 0, hint=hint)
    dependencies = value.get("dependencies")
    if isinstance(dependencies, dict) and not RESOURCE_TYPES.keys().isdisjoint(
        dependencies
    ):
        reader.section(dependencies, ("dependencies",))
    raise_problems(reader.problems)
    return tuple(reader.specs)


class _SpecReader:
    """Collects dependencies, and everything that is wrong with them."""

    def __init__(self, document: Document | None = None) -> None:
        self.lines = document.lines if document else {}
        self.spelled = document.spelled if document else {}
        self.specs: list[Spec] = []
        self.problems: list[SourceError] = []

    def problem(self, what: str, line: int, *, got: str = "", hint: str = "") -> None:
        self.problems.append(
            FrontmatterError(what, location=Location(line=line), got=got, hint=hint)
        )

    def section(self, value: object, path: tuple[str | int, ...]) -> None:
        """
        Read one `dependencies`.

        A path that an earlier section has under the same type is left out.
        """
        where = _dotted(path)
        if value is None:
            return
        if not isinstance(value, dict):
            line = self.lines.get(path, 0)
            self.problem(f"'{where}' must be a mapping", line, got=shown(value))
            return
        earlier = {(spec.type, spec.path, spec.source) for spec in self.specs}
        for type_ in sorted(value):
            here = (*path, type_)
            line = self.lines.get(here, 0)
            if type_ not in RESOURCE_TYPES:
                hint = did_you_mean(type_, RESOURCE_TYPES)
                hint = hint or f"the types are {', '.join(RESOURCE_TYPES)}"
                what = f"'{where}.{type_}' is not a resource type"
                self.problem(what, line, hint=hint)
            elif isinstance(value[type_], list):
                self.items(type_, value[type_], here, earlier)
            elif value[type_] is not None:
                got = shown(value[type_])
                self.problem(f"'{where}.{type_}' must be a list", line, got=got)

    def items(
        self,
        type_: str,
        items: Sequence[object],
        path: tuple[str | int, ...],
        earlier: Collection[tuple[str, str, str | None]],
    ) -> None:
        for index, item in enumerate(items):
            here = (*path, index)
            if not isinstance(item, dict):
                self.problem(
                    f"'{_dotted(here)}' must be a mapping with a path",
                    self.lines.get(here, 0),
                    got=shown(item),
                    hint=f"write 'path: {item}'" if isinstance(item, str) else "",
                )
                continue
            spec = self.spec(type_, item, here)
            if spec and (type_, spec.path, spec.source) not in earlier:
                self.specs.append(spec)

    def spec(
        self, type_: str, item: Mapping[str, object], here: tuple[str | int, ...]
    ) -> Spec | None:
        before = len(self.problems)
        where, line = _dotted(here), self.lines.get(here, 0)
        for key in sorted(set(item) - set(_SPEC_FIELDS)):
            hint = did_you_mean(key, _SPEC_FIELDS)
            hint = hint or f"a dependency has {', '.join(_SPEC_FIELDS)}"
            what = f"'{where}.{key}' is not known"
            self.problem(what, self.line_of(here, key), hint=hint)
        for key in ("install", "flatten"):
            if not isinstance(item.get(key), bool | None):
                got = shown(item[key])
                what = f"'{where}.{key}' must be true or false"
                self.problem(what, self.line_of(here, key), got=got)
        texts = {key: self.text(item, key, here) for key in _SPEC_TEXTS}
        path, install = texts["path"], item.get("install")
        if item.get("path") is None:
            self.problem(f"'{where}.path' is missing", line)
        if len(self.problems) > before or path is None:
            return None
        return Spec(
            type=type_,
            path=path,
            name=texts["name"],
            tool=texts["tool"],
            source=texts["source"],
            install=install if isinstance(install, bool) else None,
            line=line,
        )

    def line_of(self, here: tuple[str | int, ...], key: str) -> int:
        return self.lines.get((*here, key), 0)

    def text(
        self, item: Mapping[str, object], key: str, here: tuple[str | int, ...]
    ) -> str | None:
        """Return a key as it is written; None where it is absent or null."""
        value = item.get(key)
        if value is None:
            return None
        # `name: 1.10` is meant, and read by AGPM, as text.
        text = value if isinstance(value, str) else self.spelled.get((*here, key))
        where, line = f"{_dotted(here)}.{key}", self.line_of(here, key)
        if text is None:
            self.problem(f"'{where}' must be text", line, got=shown(value))
        elif not text and key != "version":
            self.problem(f"'{where}' must not be empty", line)
        return text


def _dotted(path: Sequence[str | int]) -> str:
    """Return a path of keys and indices as messages show it."""
    pieces = (f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)
    return "".join(pieces).removeprefix(".")
