"""
The texts that templates embed: `.content` of a dependency, and `| content`.

Texts are embedded without their frontmatter and without the newlines at their ends,
JSON is formatted, other files are unchanged (AGPM semantics, 4).  Embedded text is
never rendered again.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from hatch_agpm.config.selection.glob import compile_pattern
from hatch_agpm.errors import (
    ConfigError,
    ContentError,
    FrontmatterError,
    SourceError,
    TemplateError,
    did_you_mean,
    raise_problems,
    shown,
)
from hatch_agpm.formats.file_names import kind_of
from hatch_agpm.formats.frontmatter import (
    body_text,
    has_agpm_key,
    is_frontmatter,
    normalise,
    split,
)
from hatch_agpm.formats.hidden_text import check_hidden_text
from hatch_agpm.formats.json import parse_json, pretty_json
from hatch_agpm.model.config import TABLE
from hatch_agpm.rendering.resolution.templates import Piece, render_piece, trace_piece
from hatch_agpm.runtime._tera.rust import WHITE_SPACE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from hatch_agpm.formats.file_names import Kind
    from hatch_agpm.formats.frontmatter import Dialect
    from hatch_agpm.model.files import File
    from hatch_agpm.rendering.resolution.declarations import RenderedFrontmatter
    from hatch_agpm.sources.root import SourceRoot
    from hatch_agpm.sources.tree import Tree
    from hatch_agpm.tera import TeraEnvironment

__all__ = [
    "TemplateSource",
    "check_allowed",
    "check_embedded",
    "check_verbatim",
    "content_tree",
    "filter_content",
    "markdown_texts",
    "other_content",
    "rendered_content",
]

_EXTENSIONS: Final = ("md", "txt", "json", "toml", "yaml", "yml")


@dataclass(frozen=True, kw_only=True, slots=True)
class TemplateSource:
    """A Markdown file with frontmatter, and everything that is needed to render it."""

    environment: TeraEnvironment
    file: File
    frontmatter: RenderedFrontmatter
    variables: Mapping[str, object]
    """The variables that have a value at build time."""

    placeholders: Mapping[str, str]
    """The texts that are printed for the run-time variables of the file."""

    @property
    def dialect(self) -> Dialect:
        """The language of the template."""
        return self.frontmatter.content.dialect or "tera"

    @property
    def keeps_last_line_end(self) -> bool:
        """Whether the line end at the end of the file is not removed."""
        options = self.frontmatter.content.options
        return self.dialect == "tera" or options.keep_trailing_newline

    @property
    def is_undeclared(self) -> bool:
        """Whether every name that the build does not know is a run-time variable."""
        return self.frontmatter.content.is_undeclared

    @property
    def context(self) -> Mapping[str, object]:
        """All variables of the template."""
        return {**self.variables, **self.placeholders}

    def piece(self, text: str, line: int) -> Piece:
        """Return a piece of the file that begins at `line`."""
        return Piece(
            text=text,
            path=self.file.path,
            line=line,
            dialect=self.dialect,
            options=self.frontmatter.content.options,
        )

    def render(self, text: str, line: int) -> str:
        """Render a piece of the file that begins at `line`; raises TemplateError."""
        return render_piece(self.environment, self.piece(text, line), self.context)

    def trace(self) -> list[tuple[int, str]]:
        """Render the whole file in pieces, each with its line; raises TemplateError."""
        piece = self.piece(self.file.text, 1)
        return trace_piece(self.environment, piece, self.context)


def markdown_texts(
    source: TemplateSource, *, is_embedded: bool
) -> tuple[str, str, bool]:
    """
    Return the text of a Markdown file that is shipped, and the text that is embedded.

    The last item says whether the latter had a final newline, which is removed.

    A file that is not a template is shipped with its frontmatter rendered and
    normalised and its body unchanged, a template is rendered as a whole (AGPM
    semantics, 1.7).  The embedded text is the body, rendered by itself; unless the file
    `is_embedded`, it is "".  Raises TemplateError.
    """
    text, frontmatter = source.file.text, source.frontmatter
    head, rest = text[: frontmatter.split.end], text[frontmatter.split.end :]
    if frontmatter.content.dialect is None:
        document = f"---\n{frontmatter.rendered}\n---\n{rest}"
        return document, normalise(rest) if is_embedded else "", False
    if not is_embedded:
        return source.render(text, 1), "", False
    body = normalise(rest)
    unified = rest.replace("\r\n", "\n")
    blank = len(unified) - len(unified.lstrip("\n"))
    line = head.count("\n") + blank + 1
    if not _is_independent(head, body) or not source.keeps_last_line_end:
        document, rendered = source.render(text, 1), source.render(body, line)
    else:
        # Compiling is the most expensive step, so the whole is rendered only once.
        rendered = source.render(body, line)
        newlines = unified[blank + len(body) :]
        document = head.replace("\r\n", "\n") + "\n" * blank + rendered + newlines
    return document, _strip_rendered(rendered), rendered.endswith("\n")


def _is_independent(head: str, body: str) -> bool:
    """
    Tell whether a body renders the same with the head before it and without.

    It does if the head is plain text, and no tag at either end of the body can trim
    white space in the head.
    """
    plain = not any(mark in head for mark in ("{{", "{%", "{#", "```"))
    trimmed = body.strip(WHITE_SPACE)
    # A second carriage return would be a line end of its own.
    plain = plain and "\r" not in body
    return plain and not trimmed.startswith("{") and not trimmed.endswith("}")


def other_content(file: File, kind: Kind) -> str:
    """
    Return the embedded text of a file of this kind that has no frontmatter.

    JSON is formatted again, without the dependencies at its top; Markdown loses the
    newlines at its ends.  Raises ContentError if the file is not text.
    """
    if kind == "json":
        value = parse_json(file.text)
        if isinstance(value, dict):
            value = {key: value[key] for key in value if key != "dependencies"}
        return pretty_json(value)
    return normalise(file.text) if kind == "markdown" else file.text


def rendered_content(file: File, body: int) -> str:
    """
    Return the embedded text of a file that another build has rendered.

    `body` is the offset in its bytes at which its frontmatter ends.  Raises
    ContentError if the file is not text.
    """
    if body:
        return normalise(file.data[body:].decode())
    # It is from a bundle, which AGPM does not have.
    return other_content(file, kind_of(file.path, is_agpm=True))


def _strip_rendered(rendered: str) -> str:
    """
    Strip a rendered body once more, as AGPM does.

    This removes up to two newlines at the end, and a block that has become frontmatter
    by rendering.  A block that only looks like frontmatter is kept.
    """
    parts = split(rendered)
    if parts is None:
        return normalise(rendered)
    try:
        stripped = is_frontmatter(parts.frontmatter)
    except FrontmatterError:
        return rendered
    return normalise(rendered[parts.end :] if stripped else rendered)


def content_tree(value: object, source_root: SourceRoot, project: SourceRoot) -> Tree:
    """
    Return the tree of the path in `value | content`, in a template of `source_root`.

    It is the project for its own templates and those of Git repositories, as in AGPM,
    and the distribution for those of a distribution.  For templates of an external
    directory it is the one of the two that has the path.  Raises TemplateError if both
    have it.
    """
    if source_root.package is not None:
        return source_root.tree
    is_of_project = not source_root.is_external or source_root.git is not None
    if is_of_project or not isinstance(value, str):
        return project.tree
    found = [tree for tree in (project.tree, source_root.tree) if _is_in(tree, value)]
    if len(found) > 1:
        what = f"'{value}' is in the project and in the source '{source_root.name}'"
        raise _refused(what, hint="rename one of the two")
    return found[0] if found else project.tree


def _is_in(tree: Tree, path: str) -> bool:
    try:
        return tree.locate(path) is not None
    except ContentError:
        return False


def filter_content(
    tree: Tree,
    value: object,
    *,
    is_agpm: bool,
    is_verbatim: Callable[[str], bool],
) -> tuple[File, str]:
    """
    Return the file that `value | content` names, and its embedded text.

    The path starts at the manifest's directory and must stay in it.  To AGPM
    (`is_agpm`), only some extensions are those of texts.  Raises TemplateError without
    a location if there is no such file, and with a location in the file if it cannot be
    embedded.
    """
    if not isinstance(value, str):
        raise _refused("the filter content needs the path of a file", repr(value))
    _check_path(value, is_agpm=is_agpm)
    real = _located(tree, value)
    try:
        file = tree.read(real)
        verbatim = is_verbatim(real)
        kind = "text" if verbatim else kind_of(value.lower(), is_agpm=is_agpm)
        return file, _filtered(file, kind, is_verbatim=verbatim)
    except SourceError as error:
        if not error.line:
            raise _refused(
                f"the file '{value}' {error.what}", error.got, error.hint
            ) from None
        location = replace(error.location, path=real)
        raise TemplateError(
            error.what, location=location, got=error.got, hint=error.hint
        ) from None


def _located(tree: Tree, value: str) -> str:
    """Return the real path of a file that can be embedded; raises TemplateError."""
    try:
        real = tree.locate(value)
        missing = _missing_directory(tree, value)
    except ContentError as error:
        raise _refused(error.what, hint=error.hint) from None
    if missing:
        raise _refused(f"the directory '{missing}' of '{value}' does not exist")
    if real is None:
        what = f"the file '{value}' does not exist"
        raise _refused(what, hint=tree.nearest(value))
    if tree.is_directory(real):
        raise _refused(f"'{value}' is a directory, not a file")
    if _extension(real) != _extension(value):
        raise _refused(
            f"'{value}' is a symlink to '{real}', which has a different extension"
        )
    if tree.from_base(real).startswith("../"):
        raise _refused(f"'{value}' is outside of the manifest's directory")
    return real


def _missing_directory(tree: Tree, path: str) -> str:
    """Return a directory on the way of a path with `..` that is missing, or ""."""
    parts = path.split("/")
    for end, part in enumerate(parts):
        above = "/".join(parts[:end])
        if part == ".." and above and tree.locate(above) is None:
            return above
    return ""


def _filtered(file: File, kind: Kind, *, is_verbatim: bool) -> str:
    if kind == "markdown":
        return body_text(file.text)
    if kind == "json":
        try:
            return pretty_json(parse_json(file.text))
        except FrontmatterError:
            # Comments and trailing commas are common in configuration files.
            return file.text
    parts = split(file.text) if kind != "other" and not is_verbatim else None
    has_frontmatter = parts is not None and has_agpm_key(parts.frontmatter)
    return body_text(file.text) if has_frontmatter else file.text


def _extension(path: str) -> str:
    return posixpath.splitext(path)[1].lower()


def _check_path(path: str, *, is_agpm: bool) -> None:
    if path.startswith("/"):
        hint = "paths start at the manifest's directory"
        raise _refused(f"the path '{path}' is absolute", hint=hint)
    depth = 0
    for part in path.split("/"):
        depth += -1 if part == ".." else part not in {"", "."}
        if depth < 0:
            raise _refused(f"'{path}' is outside of the manifest's directory")
    extension = posixpath.splitext(path)[1].removeprefix(".")
    if is_agpm and extension.lower() not in _EXTENSIONS:
        known = ", ".join(_EXTENSIONS)
        raise _refused(f"'{path}' cannot be embedded", hint=f"files can be {known}")


def _refused(what: str, got: str = "", hint: str = "") -> TemplateError:
    return TemplateError(what, got=got, hint=hint)


def check_embedded(
    file: File, text: str, source_root: SourceRoot, allowed: Collection[str] | None
) -> None:
    """
    Raise for hidden text in an embedded file; `text` is the embedded part of it.

    The error has the stable name of the file in its `source_root`.  Files in `allowed`
    may have hidden text; all may if it is None.  The text of the template itself is not
    checked.

    Raises HiddenTextError, or ProblemsError with several.
    """
    if allowed is None or text.isascii():
        return
    name = source_root.stable_name(file.path)
    if name in allowed:
        return
    problems = check_hidden_text(name, file.text)
    if not problems and file.path.endswith(".json"):
        # Escapes of the file have become the characters themselves.
        problems = check_hidden_text(name, text, is_file=False)
    raise_problems(problems)


def check_allowed(allowed: Collection[str], read: Collection[str]) -> None:
    """Raise for allowed files that were not `read`: the list is outdated."""
    raise_problems(
        [
            ConfigError(
                f"{TABLE}.hidden-text",
                "names a file that the build does not read",
                shown(path),
                did_you_mean(path, read),
            )
            for path in allowed
            if path not in read
        ]
    )


def check_verbatim(patterns: Collection[str], read: Collection[str]) -> None:
    """Raise for patterns of texts that match no file that was `read`."""
    raise_problems(
        [
            ConfigError(
                f"{TABLE}.verbatim",
                "names no file that the build reads",
                shown(pattern),
                did_you_mean(pattern, read),
            )
            for pattern in patterns
            if not any(compile_pattern(pattern).fullmatch(path) for path in read)
        ]
    )
