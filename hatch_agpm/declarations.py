"""
What a file of the project declares: its dependencies, and whether it is a template.

Reads the file, renders its frontmatter with the variables of one variant and
interprets the result.  Where AGPM would ignore a declaration, this is an error.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hatch_agpm.errors import FrontmatterError, ProblemsError, SourceError
from hatch_agpm.frontmatter import (
    Frontmatter,
    Spec,
    check_unrecognised,
    interpret,
    interpret_json,
    parse,
    split,
)
from hatch_agpm.json_text import parse_json
from hatch_agpm.lines import strip_blank_ends
from hatch_agpm.templates import render_piece

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hatch_agpm.files import File
    from hatch_agpm.frontmatter import Dialect, Split
    from hatch_agpm.tera import TeraEnvironment

__all__ = ["Matter", "declared_specs", "read_matter"]

_JINJA2 = re.compile(
    r"\btemplating[ \t]*:[ \t]*[\"']?jinja2[\"']?[ \t]*(?=$|[,}#])", re.MULTILINE
)
_OTHER_MARKDOWN = (".md", ".markdown")


@dataclass(frozen=True, kw_only=True, slots=True)
class Matter:
    """The frontmatter of one file, rendered and interpreted."""

    split: Split
    rendered: str
    """Without blank ends, as it is shipped where the file is not a template."""

    frontmatter: Frontmatter


def declared_specs(
    environment: TeraEnvironment, file: File, context: Mapping[str, object]
) -> tuple[Spec, ...]:
    """
    Return the dependencies that a file declares, with `context` for its templates.

    Markdown declares them in its frontmatter, JSON at the top; other files declare
    none.  Raises AgpmError for whatever cannot be read or would be ignored.
    """
    if file.path.endswith(".md"):
        matter = read_matter(environment, file, context)
        return matter.frontmatter.specs if matter else ()
    if file.path.endswith(".json"):
        return _json_specs(environment, file, context)
    if file.path.lower().endswith(_OTHER_MARKDOWN):
        _check_other_markdown(file)
    return ()


def read_matter(
    environment: TeraEnvironment,
    file: File,
    context: Mapping[str, object],
    *,
    embeds: Iterable[str] = (),
) -> Matter | None:
    """
    Render and interpret the frontmatter of a Markdown file; None without one.

    Raises TemplateError, FrontmatterError or ProblemsError, with lines of the file.
    """
    try:
        check_unrecognised(file.text)
    except FrontmatterError as error:
        raise error.at(file.path, error.line) from None
    parts = split(file.text)
    if parts is None:
        return None
    dialect: Dialect = "jinja2" if _JINJA2.search(parts.matter) else "tera"
    rendered = render_piece(
        environment,
        parts.matter,
        context,
        path=file.path,
        line=parts.line,
        dialect=dialect,
        embeds=embeds,
    )
    frontmatter = _interpreted(file.path, parts, rendered)
    if frontmatter is None:
        return None
    return Matter(
        split=parts, rendered=strip_blank_ends(rendered), frontmatter=frontmatter
    )


def _interpreted(path: str, parts: Split, rendered: str) -> Frontmatter | None:
    # A template can add or take lines: then none of them can be named.
    same_lines = rendered.count("\n") == parts.matter.count("\n")

    def placed(error: SourceError) -> SourceError:
        known = same_lines and error.line
        return error.at(path, error.line + parts.line - 1 if known else 0)

    try:
        document = parse(rendered)
        if document is None:
            return None
        frontmatter = interpret(document)
    except FrontmatterError as error:
        raise placed(error) from None
    except ProblemsError as error:
        problems = [placed(e) for e in error.problems if isinstance(e, SourceError)]
        raise ProblemsError(problems) from None
    shift = parts.line - 1
    specs = (
        replace(spec, line=spec.line + shift if same_lines and spec.line else 0)
        for spec in frontmatter.specs
    )
    return replace(frontmatter, specs=tuple(specs))


def _json_specs(
    environment: TeraEnvironment, file: File, context: Mapping[str, object]
) -> tuple[Spec, ...]:
    """AGPM renders the whole file to find them; what it ships is the source."""
    rendered = render_piece(environment, file.text, context, path=file.path)
    try:
        return interpret_json(parse_json(rendered))
    except FrontmatterError as error:
        raise error.at(file.path, error.line) from None
    except ProblemsError as error:
        problems = [
            e.at(file.path, 0) for e in error.problems if isinstance(e, SourceError)
        ]
        raise ProblemsError(problems) from None


def _check_other_markdown(file: File) -> None:
    try:
        text = file.data.decode()
        parts = split(text)
        document = parse(parts.matter) if parts else None
    except (UnicodeDecodeError, FrontmatterError):
        # It is shipped as it is, so it need not be anything.
        return
    if document is None or not isinstance(document.value, dict):
        return
    agpm = document.value.get("agpm")
    ours = isinstance(agpm, dict) and (agpm.get("templating") or "dependencies" in agpm)
    if ours or "dependencies" in document.value:
        raise FrontmatterError(
            "only files that end in .md are templates or have dependencies",
            file.path,
            hint="rename the file",
        )
