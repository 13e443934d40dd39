"""
Text that looks like an instruction to hatch-agpm, but has no effect.

A file that is meant to be a template, and is not recognised as one, would be shipped
as it is.  Under `[tool.hatch-agpm]` each such mistake is an error; `verbatim` says of a
file that it is meant.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from hatch_agpm.errors import FrontmatterError, Location
from hatch_agpm.formats.frontmatter import has_agpm_key, parse, split
from hatch_agpm.formats.yaml import load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hatch_agpm.formats.file_names import Kind

__all__ = ["misplaced", "unrendered"]

_VERBATIM: Final = "or list the file under `verbatim` if it is meant as it is"
_USE: Final = re.compile(
    r"""\{\{-?\s*(agpm|project)\s*\.|\{[{%](?:(?![%}]\}).){0,200}?(?<![\w.'"])(agpm)\s*[.\[]"""
)
"""`project` may be a variable of the package's own templates, `agpm` is not."""

_INVISIBLE: Final = "\ufeff\u00ad\u200b-\u200f\u2060"
_START: Final = re.compile(rf"[\s{_INVISIBLE}]*---[ \t]*(?:\r?\n|\r|$)")
_OTHER_START: Final = re.compile(r"(--|-{4,}|[\u2013\u2014]+)[ \t]*\r?\n")
_END: Final = re.compile(
    r"^(?:---|\.\.\.|[ \t]*(?:-{2,}|[\u2013\u2014]+|\*{3,}|_{3,}))[ \t]*\r?$",
    re.MULTILINE,
)
_BLANK: Final = re.compile(r"^[ \t]*\r?$", re.MULTILINE)
_CARRIAGE_RETURN: Final = re.compile(r"\r(?!\n)")
_INDENTATION: Final = re.compile(
    r"^[ \t]*[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+[ \t]*(?=\S)", re.MULTILINE
)
_ROOT_KEYS: Final = ("templating", "runtime")


def misplaced(text: str, kind: Kind) -> Iterator[FrontmatterError]:
    """
    Yield the problems at the beginning of a file, without its path.

    `kind` says how the file is read: in what is not Markdown, only frontmatter with the
    key `agpm` counts.
    """
    start = _START.match(text)
    if start is None:
        yield from _other_start(text, kind)
        return
    lead = text[: text.index("---")]
    line = lead.count("\n") + 1
    if _CARRIAGE_RETURN.search(start[0]):
        if _is_ours(_block(text.replace("\r\n", "\n").replace("\r", "\n")), kind):
            what = "the lines of the file end with carriage returns alone"
            hint = "save it with the line ends of Unix"
            yield _problem(what, line, hint)
        return
    block = _block(text)
    if spaces := _INDENTATION.search(block):
        if _is_ours(_with_plain_spaces(block), kind):
            number = line + 1 + block.count("\n", 0, spaces.start())
            what = "a line of the frontmatter is indented with other spaces than ' '"
            yield _problem(what, number, "replace them by spaces")
        return
    if lead and _is_ours(block, kind):
        is_invisible = re.search(f"[{_INVISIBLE}]", lead.replace("\ufeff", ""))
        was = "a byte order mark" if "\ufeff" in lead else "white space"
        was = "an invisible character" if is_invisible else was
        what = "the frontmatter does not begin at the first byte of the file"
        yield _problem(what, line, f"delete {was} before it")
    elif not lead and split(text) is None and _is_ours(block, kind):
        what = "the frontmatter is not closed"
        yield _problem(what, line, "end it with a line ---")
    elif not lead:
        yield from _root_keys(text, kind)


def _other_start(text: str, kind: Kind) -> Iterator[FrontmatterError]:
    """Yield the problem of a block between two lines of a kind that are not `---`."""
    start = _OTHER_START.match(text)
    if start is None:
        return
    rest = text[start.end() :]
    end = _END.search(rest)
    if (
        end
        and end[0].strip() in {start[1], "---"}
        and _is_ours(rest[: end.start()], kind)
    ):
        what = f"the frontmatter begins with '{start[1]}'"
        yield _problem(what, 1, "begin and end it with a line ---")


def _root_keys(text: str, kind: Kind) -> Iterator[FrontmatterError]:
    """Yield the keys of frontmatter that have an effect only below `agpm`."""
    parts = split(text)
    if parts is None or kind == "data":
        return
    try:
        document = parse(parts.frontmatter)
    except FrontmatterError:
        return
    if document is None or not isinstance(document.value, dict):
        return
    for key in _ROOT_KEYS:
        if key in document.value:
            line = document.lines.get((key,), 1) + parts.line - 1
            what = f"the key '{key}' has no effect at the root of the frontmatter"
            yield _problem(what, line, "write it below 'agpm:'")


def unrendered(text: str) -> Iterator[FrontmatterError]:
    """Yield the first use of the project's data in a text that is not a template."""
    found = _USE.search(text)
    if found is not None:
        line = text.count("\n", 0, found.start()) + 1
        name = found[1] or found[2]
        what = f"{{{{ {name}. is used, but the file is not a template"
        hint = "write 'agpm: {templating: true}' in its frontmatter"
        yield _problem(what, line, hint)


def _problem(what: str, line: int, hint: str) -> FrontmatterError:
    hint = f"{hint}, {_VERBATIM}"
    return FrontmatterError(what, location=Location(line=line), hint=hint)


def _block(text: str) -> str:
    """Return the lines after an opening rule, up to the end of what it opens."""
    start = _START.match(text)
    rest = text[start.end() :] if start else ""
    end = _END.search(rest) or _BLANK.search(rest)
    return rest[: end.start()] if end else rest


def _with_plain_spaces(block: str) -> str:
    return _INDENTATION.sub(lambda found: " " * len(found[0]), block)


def _is_ours(block: str, kind: Kind) -> bool:
    """Tell whether a block is meant as frontmatter: a mapping with a key."""
    try:
        document = load(block)
    except FrontmatterError:
        return kind != "markdown" and has_agpm_key(block)
    value = document.value
    if not isinstance(value, dict) or not value:
        return False
    return kind == "markdown" or "agpm" in value
