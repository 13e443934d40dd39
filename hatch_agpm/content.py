"""
What is embedded in a template: `.content` of a dependency, and `| content`.

Texts come without their frontmatter and without the newlines at their ends, JSON
comes pretty-printed, everything else as it is (AGPM semantics, 4).  What comes in
is never rendered again.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Final

from hatch_agpm.errors import ContentError, FrontmatterError, SourceError, TemplateError
from hatch_agpm.frontmatter import body_text, normalise, parse, split
from hatch_agpm.json_text import parse_json, pretty_json
from hatch_agpm.templates import render_piece

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hatch_agpm.declarations import Matter
    from hatch_agpm.files import File, Tree
    from hatch_agpm.tera import TeraEnvironment

__all__ = ["dependency_content", "filter_content"]

_EXTENSIONS: Final = ("md", "txt", "json", "toml", "yaml", "yml")


def dependency_content(
    environment: TeraEnvironment,
    file: File,
    matter: Matter | None,
    context: Mapping[str, object],
    *,
    embeds: Iterable[str] = (),
) -> str:
    """
    Return what `agpm.deps.<type>.<key>.content` is for a dependency.

    `matter` is its rendered frontmatter, `context` its own.  Raises TemplateError
    where its body cannot be rendered, ContentError where it is no text.
    """
    if file.path.endswith(".json"):
        value = parse_json(file.text)
        if isinstance(value, dict):
            value = {key: value[key] for key in value if key != "dependencies"}
        return pretty_json(value)
    if not file.path.endswith(".md"):
        return file.text
    if matter is None:
        return normalise(file.text)
    rest = file.text[matter.split.end :]
    body = normalise(rest)
    dialect = matter.frontmatter.dialect
    if dialect is None:
        return body
    rendered = render_piece(
        environment,
        body,
        context,
        path=file.path,
        line=_line_of_body(file.text, matter.split.end),
        dialect=dialect,
        embeds=embeds,
    )
    return _strip_rendered(rendered)


def _line_of_body(text: str, end: int) -> int:
    """Return the number of the first line that is not skipped as leading newline."""
    rest = text[end:].replace("\r\n", "\n")
    blank = len(rest) - len(rest.lstrip("\n"))
    return text.count("\n", 0, end) + blank + 1


def _strip_rendered(rendered: str) -> str:
    """
    Strip a rendered body once more, as AGPM does.

    So up to two newlines at the end go, and a block that has become frontmatter.
    What only looks like frontmatter is text.
    """
    parts = split(rendered)
    if parts is None:
        return normalise(rendered)
    try:
        document = parse(parts.matter)
    except FrontmatterError:
        return rendered
    return normalise(rendered if document is None else rendered[parts.end :])


def filter_content(tree: Tree, value: object) -> tuple[File, str]:
    """
    Return the file that `value | content` names, and what is embedded of it.

    The path starts at the manifest's directory and stays in it.  Raises
    TemplateError, without a place, where the value names no such file; with the
    place in that file where it cannot be embedded.
    """
    if not isinstance(value, str):
        raise _refused("the filter content needs the path of a file", repr(value))
    _check_path(value)
    try:
        real = tree.locate(value)
    except ContentError as error:
        raise _refused(error.what, hint=error.hint) from None
    if real is None or tree.is_directory(real):
        what = f"the file '{value}' does not exist"
        raise _refused(what, hint=tree.nearest(value))
    if tree.from_base(real).startswith("../"):
        raise _refused(f"'{value}' leads out of the manifest's directory")
    try:
        file = tree.read(real)
        return file, _filtered(file, value)
    except SourceError as error:
        raise TemplateError(*error.args[:7]).at(
            error.path or real, error.line
        ) from None


def _filtered(file: File, name: str) -> str:
    extension = name.lower().rpartition(".")[2]
    # Case counts for Markdown, as it does in AGPM.
    if name.endswith(".md"):
        return body_text(file.text)
    if extension == "json":
        try:
            return pretty_json(parse_json(file.text))
        except FrontmatterError:
            # Comments and trailing commas are usual in configuration files.
            return file.text
    return file.text


def _check_path(path: str) -> None:
    if path.startswith("/"):
        hint = "paths start at the manifest's directory"
        raise _refused(f"the path '{path}' is absolute", hint=hint)
    depth = 0
    for part in path.split("/"):
        depth += -1 if part == ".." else part not in {"", "."}
        if depth < 0:
            raise _refused(f"'{path}' leads out of the manifest's directory")
    extension = posixpath.splitext(path)[1].removeprefix(".")
    if extension.lower() not in _EXTENSIONS:
        known = ", ".join(_EXTENSIONS)
        raise _refused(f"'{path}' cannot be embedded", hint=f"files can be {known}")


def _refused(what: str, got: str = "", hint: str = "") -> TemplateError:
    return TemplateError(what, got=got, hint=hint)
