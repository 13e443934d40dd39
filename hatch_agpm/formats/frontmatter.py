"""
Frontmatter: where it begins and ends, and what it declares about a resource.

Frontmatter is the text between a first line `---` and the next line `---`, if it
is a YAML mapping or only comments; anything else is body text.  What looks like an
instruction to AGPM but would be ignored is an error.

Neither reads files nor renders templates.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from hatch_agpm.errors import (
    FrontmatterError,
    Location,
    did_you_mean,
    raise_problems,
    shown,
)
from hatch_agpm.formats.dependencies import DependencyReader, dotted_key
from hatch_agpm.formats.runtime_variables import (
    Templating,
    read_declarations,
    read_templating,
)
from hatch_agpm.formats.yaml import Document, load, shape
from hatch_agpm.model.declaration import JINJA_DEFAULTS, JinjaOptions
from hatch_agpm.model.declared import keys_of
from hatch_agpm.model.frontmatter import AgpmKeys, FrontmatterKeys
from hatch_agpm.model.types import AGPM_SECTIONS
from hatch_agpm.runtime._tera.rust import WHITE_SPACE
from hatch_agpm.rust import rust_lines, strip_blank_ends

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hatch_agpm.model.declaration import Declaration
    from hatch_agpm.model.runtime import VariableDeclaration

    _Path = tuple[str | int, ...]

__all__ = [
    "Dialect",
    "Frontmatter",
    "Split",
    "body_text",
    "check_unrecognised",
    "has_agpm_key",
    "interpret",
    "interpret_json",
    "is_frontmatter",
    "metadata_of",
    "normalise",
    "parse",
    "split",
]

Dialect = Literal["tera", "jinja2"]

_RULE_LINE = re.compile(
    rf"^---[{WHITE_SPACE.replace(chr(10), '')}]*+(?:\n|\Z)", re.MULTILINE
)
_TOP = tuple(each.name for each in keys_of(FrontmatterKeys))
_OURS = tuple(each.name for each in keys_of(AgpmKeys))
_OUR_PATHS = (("agpm",), *(("agpm", key) for key in _OURS))
_OUR_KEY_LINE = re.compile(
    r"""^["']?(?:agpm|dependencies|agpm\.\w+)["']?[ \t]*:""", re.MULTILINE
)

_NOT_FINITE = re.compile(r"[-+]?\.inf|\.nan", re.IGNORECASE)
_AGPM_KEY_LINE = re.compile(r"""^["']?agpm["']?[ \t]*:""", re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Split:
    """A text split at the two `---` lines of its frontmatter; nothing is parsed yet."""

    frontmatter: str
    r"""The lines between the rules, with `\n`, without blank ends."""

    line: int
    """The number of the first line of `frontmatter` in the text."""

    end: int
    """The position in the text of the line after the closing rule."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Frontmatter:
    """The frontmatter of a file, as typed values."""

    metadata: Mapping[str, object]
    """All of it, as plain JSON values."""

    dialect: Dialect | None
    """The language of the file's template; None: it is not a template."""

    dependencies: tuple[Declaration, ...]
    options: JinjaOptions = JINJA_DEFAULTS
    """The options of Jinja2."""

    runtime: tuple[VariableDeclaration, ...] = ()
    """The run-time variables that it declares."""

    is_undeclared: bool = False
    """Whether every name that the build does not know is a run-time variable."""

    runtime_lines: Mapping[str, int] = field(default_factory=dict)
    """The lines of their declarations, counted as `line` of a `Declaration`."""

    @classmethod
    def empty(cls) -> Frontmatter:
        """Return that of a file without any."""
        return cls(metadata={}, dialect=None, dependencies=())


def split(text: str) -> Split | None:
    """
    Split a text at its two rules; None where one is missing or nothing is between.

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
    frontmatter = strip_blank_ends(raw)
    if not frontmatter:
        return None
    skipped = raw.count("\n", 0, raw.index(frontmatter))
    return Split(frontmatter=frontmatter, line=2 + skipped, end=closing.end())


def has_agpm_key(frontmatter: str) -> bool:
    """Tell whether frontmatter that is not parsed has the key `agpm` at its root."""
    if "agpm" not in frontmatter or _AGPM_KEY_LINE.search(frontmatter):
        return "agpm" in frontmatter
    try:
        value = load(frontmatter).value
    except FrontmatterError:
        # A template, or no YAML: then the key is found where it is on a line.
        return False
    return isinstance(value, dict) and "agpm" in value


def parse(text: str) -> Document | None:
    """
    Parse rendered frontmatter; return None if it is not a mapping.

    Raises FrontmatterError, with lines counted in `text`, for invalid YAML.
    """
    document = load(text)
    if document.is_empty or isinstance(document.value, dict):
        return document
    return None


def metadata_of(document: Document) -> Mapping[str, object]:
    """
    Return the mapping of parsed frontmatter, {} without one, as readers get it.

    What JSON has no number for is text, `.nan`, `.inf` or `-.inf`; for templates it is
    null, as in AGPM.
    """
    texts = {
        path: written.lower().removeprefix("+")
        for path, written in document.spelled.items()
        if _NOT_FINITE.fullmatch(written)
    }
    value = _with_texts(document.value, (), texts) if texts else document.value
    return value if isinstance(value, dict) else {}


def _with_texts(value: object, path: _Path, texts: Mapping[_Path, str]) -> object:
    """Return a value, whose path is given, with the texts at their paths."""
    if isinstance(value, dict):
        return {k: _with_texts(each, (*path, k), texts) for k, each in value.items()}
    if isinstance(value, list):
        return [_with_texts(each, (*path, n), texts) for n, each in enumerate(value)]
    return texts.get(path, value)


def normalise(text: str) -> str:
    r"""
    Return `text` as it is embedded.

    Line ends are `\n`, leading newlines and one final newline are gone (AGPM
    semantics, 1.2 step 4).
    """
    return "\n".join(rust_lines(text)).lstrip("\n")


def is_frontmatter(text: str) -> bool:
    """
    Tell whether the text between two rules is a mapping, or only comments.

    The keys of the mapping are not checked.  Raises FrontmatterError, with lines
    counted in `text`, for invalid YAML.
    """
    return shape(text) != "other"


def body_text(text: str) -> str:
    """
    Return a Markdown `text` as it is embedded: normalised, without frontmatter.

    The frontmatter is not rendered.  Raises FrontmatterError, with lines
    counted in `text`, where it is invalid YAML.
    """
    parts = split(text)
    if parts is None:
        return normalise(text)
    try:
        is_text = not is_frontmatter(parts.frontmatter)
    except FrontmatterError as error:
        raise error.at("", error.line + parts.line - 1 if error.line else 1) from None
    return normalise(text if is_text else text[parts.end :])


def check_unrecognised(text: str) -> None:
    """
    Raise FrontmatterError for frontmatter that AGPM would silently treat as text.

    That is: a first line `---` that does not begin at the first byte, or is never
    closed, above a line `agpm:` or `dependencies:`.
    """
    stripped = text.lstrip("\ufeff" + WHITE_SPACE)
    opening = _RULE_LINE.match(stripped)
    if opening is None:
        return
    lead = text[: len(text) - len(stripped)]
    closed = split(stripped)
    inside = closed.frontmatter if closed else stripped[opening.end() :]
    if not _OUR_KEY_LINE.search(inside):
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


def interpret(
    document: Document, *, sections: Sequence[str] = AGPM_SECTIONS
) -> Frontmatter:
    """
    Read what a parsed frontmatter declares; dependencies can be in the `sections`.

    Raises FrontmatterError, or ProblemsError with several of them, with lines
    counted in the frontmatter, for everything that looks like an instruction but
    would be ignored: a dotted key, a flag that is not a boolean, an unknown field.
    """
    metadata = document.value if isinstance(document.value, dict) else {}
    reader = DependencyReader(document, sections=sections)
    for path, line in document.repeated.items():
        if path[0] == "dependencies" or path[:2] in _OUR_PATHS:
            reader.problem(f"'{dotted_key(path)}' is given twice", line)
    for key in metadata:
        _refuse_near_miss(key, metadata[key], reader)
    reader.section(metadata.get("dependencies"), ("dependencies",))
    templating, runtime = _agpm(metadata.get("agpm"), reader)
    raise_problems(reader.problems)
    return Frontmatter(
        metadata=metadata,
        dialect=templating.dialect,
        options=templating.options,
        dependencies=tuple(reader.declarations),
        runtime=runtime,
        runtime_lines={
            variable.name: reader.lines.get(("agpm", "runtime", variable.name), 0)
            for variable in runtime
        },
    )


def _refuse_near_miss(key: str, value: object, reader: DependencyReader) -> None:
    """Report a top-level key that seems meant for AGPM but has no effect."""
    line = reader.lines.get((key,), 0)
    if key.startswith("agpm."):
        hint = f"write it nested: agpm: {{{key.removeprefix('agpm.')}: ...}}"
        reader.problem(f"the key '{key}' has no effect", line, hint=hint)
    # Any other key is the author's, unless its value looks like one for hatch-agpm.
    elif key not in _TOP and isinstance(value, dict):
        hint = did_you_mean(key.lower(), _TOP)
        if hint and not value.keys().isdisjoint((*_OURS[:2], *AGPM_SECTIONS)):
            reader.problem(f"the key '{key}' has no effect", line, hint=hint)


def _agpm(
    agpm: object, reader: DependencyReader
) -> tuple[Templating, tuple[VariableDeclaration, ...]]:
    if agpm is None:
        return Templating(), ()
    if not isinstance(agpm, dict):
        reader.problem(
            "'agpm' must be a mapping",
            reader.lines.get(("agpm",), 0),
            got=shown(agpm),
            hint="write 'agpm:' and below it '  templating: true'",
        )
        return Templating(), ()
    for key in sorted(set(agpm) - set(_OURS)):
        if hint := did_you_mean(key, _OURS):
            line = reader.lines.get(("agpm", key), 0)
            reader.problem(f"'agpm.{key}' is not known", line, hint=hint)
    reader.section(agpm.get("dependencies"), ("agpm", "dependencies"))
    runtime = _runtime(agpm.get("runtime"), reader)
    templating = _templating(agpm.get("templating"), reader)
    if runtime and agpm.get("templating") is False:
        line = reader.lines.get(("agpm", "templating"), 0)
        what = "'agpm.runtime' needs a template, and 'agpm.templating' is false"
        reader.problem(what, line, hint="delete one of the two")
    # A file with run-time variables is a template, with or without the flag.
    if runtime and templating.dialect is None:
        templating = Templating(dialect="tera")
    return templating, runtime


def _runtime(
    value: object, reader: DependencyReader
) -> tuple[VariableDeclaration, ...]:
    path = ("agpm", "runtime")

    def problem(what: str, keys: tuple[str, ...], got: str, hint: str) -> None:
        # A mapping on one line has one line for all its keys.
        known = [(*path, *keys[:end]) for end in range(len(keys), -1, -1)]
        line = next((reader.lines[key] for key in known if key in reader.lines), 0)
        reader.problem(what, line, got=got, hint=hint)

    return read_declarations(value, problem)


def _templating(value: object, reader: DependencyReader) -> Templating:
    path = ("agpm", "templating")

    def problem(key: str, what: str, got: str, hint: str) -> None:
        keys = (*path, key) if key else path
        line = reader.lines.get(keys) or reader.lines.get(path, 0)
        reader.problem(f"'{'.'.join(keys)}' {what}", line, got=got, hint=hint)

    return read_templating(value, problem)


def interpret_json(
    value: object, *, sections: Sequence[str] = AGPM_SECTIONS
) -> tuple[Declaration, ...]:
    """
    Read the dependencies that a JSON file declares; they can be in the `sections`.

    Only a top-level `dependencies` is used, and only if it lists resources: a
    package.json has other dependencies.  Raises FrontmatterError for
    `agpm.dependencies`, which AGPM ignores in JSON, and as `interpret` does.
    """
    if not isinstance(value, dict):
        return ()
    reader = DependencyReader(sections=sections)
    agpm = value.get("agpm")
    if isinstance(agpm, dict) and "dependencies" in agpm:
        hint = 'move it to the top: "dependencies": {...}'
        reader.problem("'agpm.dependencies' has no effect in JSON", 0, hint=hint)
    if isinstance(agpm, dict) and "runtime" in agpm:
        hint = "only .md files can have run-time variables"
        reader.problem("'agpm.runtime' has no effect in JSON", 0, hint=hint)
    dependencies = value.get("dependencies")
    if isinstance(dependencies, dict) and _lists_resources(dependencies):
        reader.section(dependencies, ("dependencies",))
    raise_problems(reader.problems)
    return tuple(reader.declarations)


def _lists_resources(dependencies: Mapping[object, object]) -> bool:
    """Tell whether `dependencies` of a JSON file are ours, even if misspelt."""
    return not dependencies.keys().isdisjoint(AGPM_SECTIONS) or any(
        isinstance(item, dict) and "path" in item
        for items in dependencies.values()
        for item in (items if isinstance(items, list) else ())
    )
