"""
The declarations of a file: its dependencies, and whether it is a template.

Reads the file, renders its frontmatter with the variables of one variant and interprets
the result.  A declaration that AGPM would ignore is an error.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hatch_agpm.errors import (
    AgpmError,
    ContentError,
    FrontmatterError,
    Location,
    ProblemsError,
    SourceError,
    TemplateError,
)
from hatch_agpm.formats.file_names import kind_of
from hatch_agpm.formats.frontmatter import (
    Frontmatter,
    Split,
    check_unrecognised,
    has_agpm_key,
    interpret,
    interpret_json,
    metadata_of,
    parse,
    split,
)
from hatch_agpm.formats.json import parse_json
from hatch_agpm.model.declaration import NO_OPTIONS
from hatch_agpm.model.types import AGPM_SECTIONS, RESOURCE_TYPES
from hatch_agpm.rendering.resolution.hints import in_frontmatter
from hatch_agpm.rendering.resolution.lookalikes import misplaced
from hatch_agpm.rendering.resolution.templates import Piece, render_piece
from hatch_agpm.rust import strip_blank_ends

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hatch_agpm.formats.file_names import Kind
    from hatch_agpm.formats.frontmatter import Dialect
    from hatch_agpm.formats.yaml import Document
    from hatch_agpm.model.declaration import Declaration, TemplateOptions
    from hatch_agpm.model.files import File
    from hatch_agpm.tera import TeraEnvironment

__all__ = ["DeclarationReader", "RenderedFrontmatter"]

_JINJA2 = r"""(?mx)
    ^agpm[ \t]*:[ \t]*
    (?:
        \{[^}\n#]*?\btemplating[ \t]*:[ \t]*
        (?:\{[^}\n#]*?\bengine[ \t]*:[ \t]*)?
        ["']?jinja2["']?[ \t]*[,}]
    |
        (?:\#.*)?\n
        (?:[ \t]*\n|[ \t]+[^ \t\n].*\n)*?
        [ \t]+templating[ \t]*:[ \t]*
        (?:
            \{[^}\n#]*?\bengine[ \t]*:[ \t]*
        |
            (?:\#.*)?\n(?:[ \t]*\n|[ \t]+[^ \t\n].*\n)*?[ \t]+engine[ \t]*:[ \t]*
        )?
        ["']?jinja2["']?[ \t]*(?:[,}\#].*)?$
    )
"""
"""The pattern of the flag in frontmatter that is not rendered yet."""
_OTHER_MARKDOWN = (".md", ".markdown")


@dataclass(frozen=True, kw_only=True, slots=True)
class RenderedFrontmatter:
    """The frontmatter of one file, rendered and interpreted."""

    split: Split
    rendered: str
    """The text without blank ends, as it is shipped if the file is not a template."""

    content: Frontmatter


class DeclarationReader:
    """
    Reads declarations, and caches parsed frontmatter.

    The frontmatter of a file is rendered several times, for each of its variants and
    once more with the document, usually with the same result.
    """

    def __init__(
        self,
        environment: TeraEnvironment,
        *,
        is_agpm: bool = True,
        is_verbatim: Callable[[str], bool] = lambda _: False,
        distrusted: str = "",
    ) -> None:
        """
        Take the environment that renders frontmatter.

        In files of an `agpm.toml`, AGPM's own rules hold (`is_agpm`).  `is_verbatim`
        tells whether the file at a path is text as a whole.  The source `distrusted`
        must have no templates of Jinja2; "" where it may.
        """
        self._distrusted = distrusted
        self.environment = environment
        self.is_agpm = is_agpm
        self._is_verbatim = is_verbatim
        self._sections = AGPM_SECTIONS if is_agpm else tuple(RESOURCE_TYPES)
        self._splits: dict[File, Split | None] = {}
        self._documents: dict[str, Document | None] = {}
        self._frontmatters: dict[tuple[File, str], Frontmatter | None] = {}

    def kind(self, path: str) -> Kind:
        """Return how a file is read."""
        return kind_of(path, is_agpm=self.is_agpm)

    def dependencies(
        self, file: File, context: Mapping[str, object], options: TemplateOptions
    ) -> tuple[Declaration, ...]:
        """
        Return the dependencies that a file declares, with `context` for templates.

        Markdown declares them in its frontmatter, JSON at the top; other files declare
        none in an `agpm.toml`.  Raises AgpmError for declarations that cannot be read
        or would be ignored.
        """
        kind = self.kind(file.path)
        if kind == "json":
            return self._json_dependencies(file, context)
        if kind != "other":
            if kind == "text" and not _is_text(file):
                return ()
            frontmatter = self.frontmatter(file, context, options)
            return frontmatter.content.dependencies if frontmatter else ()
        if file.path.lower().endswith(_OTHER_MARKDOWN):
            _check_other_markdown(file)
        return ()

    def frontmatter(
        self,
        file: File,
        context: Mapping[str, object],
        options: TemplateOptions = NO_OPTIONS,
    ) -> RenderedFrontmatter | None:
        """
        Render and interpret the frontmatter of a file.

        `options` hold where the file says nothing.  Returns None for a file that has
        no frontmatter, if the options say nothing either.  Raises TemplateError,
        FrontmatterError or ProblemsError, with lines of the file.
        """
        if self._is_verbatim(file.path):
            return None
        found = self._own_frontmatter(file, context, options)
        if found is None:
            content = _with_options(Frontmatter.empty(), options)
            if content.dialect is None:
                return None
            whole = Split(frontmatter="", line=1, end=0)
            found = RenderedFrontmatter(split=whole, rendered="", content=content)
        else:
            found = replace(found, content=_with_options(found.content, options))
        self._check_trusted(file, found.content.dialect)
        return found

    def _check_trusted(self, file: File, dialect: Dialect | None) -> None:
        """Raise FrontmatterError for a template of Jinja2 in a distrusted source."""
        if dialect == "jinja2" and self._distrusted:
            what = "is a template of Jinja2, whose time and memory have no limit"
            hint = (
                f"write jinja2 = true in the table of the source '{self._distrusted}' "
                "if you trust its authors"
            )
            location = Location(path=file.path, line=1)
            raise FrontmatterError(what, location=location, hint=hint)

    def _own_frontmatter(
        self, file: File, context: Mapping[str, object], options: TemplateOptions
    ) -> RenderedFrontmatter | None:
        """Render and interpret the frontmatter that a file has, None for none."""
        parts = self._split(file)
        if parts is None:
            return None
        dialect = _dialect(parts.frontmatter, options)
        self._check_trusted(file, dialect)
        piece = Piece(
            text=parts.frontmatter, path=file.path, line=parts.line, dialect=dialect
        )
        try:
            rendered = render_piece(self.environment, piece, context)
        except (TemplateError, ProblemsError) as error:
            raise in_frontmatter(error, parts.frontmatter) from None
        # The key is the file, not its path: a patched file has another text.
        key = (file, rendered)
        if key not in self._frontmatters:
            self._frontmatters[key] = self._interpreted(file.path, parts, rendered)
        frontmatter = self._frontmatters[key]
        if frontmatter is None:
            return None
        # The dialect of a file that only declares variables is that of its entry.
        is_said = options.templating is None or _says(frontmatter, "templating")
        if is_said and frontmatter.dialect not in {None, dialect}:
            what = "'agpm.templating' must not contain a template"
            hint = "write 'agpm:' and below it '  templating: jinja2'"
            raise FrontmatterError(
                what, location=Location(path=file.path, line=parts.line), hint=hint
            )
        return RenderedFrontmatter(
            split=parts, rendered=strip_blank_ends(rendered), content=frontmatter
        )

    def metadata(self, text: str, kind: Kind) -> tuple[int, Mapping[str, object]]:
        """
        Return the offset of the body of a rendered document, and its metadata.

        The offset is one in the UTF-8 bytes.  A tag that trims the line end before it
        can delete the closing rule: then there is no frontmatter.
        """
        parts = split(text)
        if parts is None:
            return 0, {}
        try:
            document = self._parse(parts.frontmatter)
        except FrontmatterError:
            document = None
        if document is None:
            return 0, {}
        metadata = metadata_of(document)
        if kind != "markdown" and "agpm" not in metadata:
            return 0, {}
        return len(text[: parts.end].encode()), metadata

    def _split(self, file: File) -> Split | None:
        if file not in self._splits:
            try:
                self._splits[file] = self._checked_split(file)
            except FrontmatterError as error:
                raise error.at(file.path, error.line) from None
        return self._splits[file]

    def _checked_split(self, file: File) -> Split | None:
        if self.is_agpm:
            check_unrecognised(file.text)
            return split(file.text)
        kind = self.kind(file.path)
        for problem in misplaced(file.text, kind):
            raise problem
        parts = split(file.text)
        if parts and kind != "markdown" and not has_agpm_key(parts.frontmatter):
            return None
        return parts

    def _parse(self, frontmatter: str) -> Document | None:
        if frontmatter not in self._documents:
            self._documents[frontmatter] = parse(frontmatter)
        return self._documents[frontmatter]

    def _interpreted(
        self, path: str, parts: Split, rendered: str
    ) -> Frontmatter | None:
        # A template can add or remove lines; then the line is unknown.
        same_lines = rendered.count("\n") == parts.frontmatter.count("\n")
        shift = parts.line - 1

        def placed(line: int) -> int:
            return line + shift if same_lines and line else 0

        try:
            document = self._parse(rendered)
            if document is None:
                return None
            frontmatter = interpret(document, sections=self._sections)
        except (FrontmatterError, ProblemsError) as error:
            raise _relocated(error, path, placed) from None
        dependencies = (
            replace(each, line=placed(each.line)) for each in frontmatter.dependencies
        )
        lines = frontmatter.runtime_lines.items()
        return replace(
            frontmatter,
            dependencies=tuple(dependencies),
            runtime_lines={name: placed(line) for name, line in lines},
        )

    def _json_dependencies(
        self, file: File, context: Mapping[str, object]
    ) -> tuple[Declaration, ...]:
        """Return the dependencies of a JSON file, which is rendered to find them."""
        piece = Piece(text=file.text, path=file.path)
        rendered = render_piece(self.environment, piece, context)
        try:
            return interpret_json(parse_json(rendered), sections=self._sections)
        except (FrontmatterError, ProblemsError) as error:
            raise _relocated(error, file.path, lambda line: line) from None


def _dialect(frontmatter: str, options: TemplateOptions) -> Dialect:
    # The pattern is slow, and few files need it.
    found = "jinja2" in frontmatter and re.search(_JINJA2, frontmatter)
    if found or (options.templating == "jinja2" and "templating" not in frontmatter):
        return "jinja2"
    return "tera"


def _with_options(content: Frontmatter, options: TemplateOptions) -> Frontmatter:
    """Return the declarations of a file, completed by the options of its entry."""
    if options == NO_OPTIONS:
        return content
    runtime = content.runtime if _says(content, "runtime") else options.runtime
    dialect = content.dialect
    if not _says(content, "templating") and (options.templating or runtime):
        dialect = options.templating or dialect or "tera"
    lines = {each.name: 1 for each in runtime} | dict(content.runtime_lines)
    return replace(
        content,
        dialect=dialect,
        options=content.options if _says(content, "templating") else options.jinja,
        runtime=runtime,
        is_undeclared=options.is_undeclared
        and dialect == "jinja2"
        and not _says(content, "runtime"),
        runtime_lines=lines,
    )


def _says(content: Frontmatter, key: str) -> bool:
    """Tell whether frontmatter has a key below `agpm`."""
    agpm = content.metadata.get("agpm")
    return isinstance(agpm, dict) and key in agpm


def _is_text(file: File) -> bool:
    try:
        _ = file.text
    except ContentError:
        return False
    return True


def _relocated(
    error: FrontmatterError | ProblemsError, path: str, placed: Callable[[int], int]
) -> AgpmError:
    """Return an error of a piece of a file with its location in the file."""
    if isinstance(error, ProblemsError):
        return ProblemsError(
            [
                each.at(path, placed(each.line))
                for each in error.problems
                if isinstance(each, SourceError)
            ]
        )
    return error.at(path, placed(error.line))


def _check_other_markdown(file: File) -> None:
    try:
        text = file.data.decode()
        parts = split(text)
        document = parse(parts.frontmatter) if parts else None
    except (UnicodeDecodeError, FrontmatterError):
        # It is shipped unchanged, so it need not be valid.
        return
    if document is None or not isinstance(document.value, dict):
        return
    agpm = document.value.get("agpm")
    ours = isinstance(agpm, dict) and (
        agpm.get("templating")
        or not agpm.keys().isdisjoint(("dependencies", "runtime"))
    )
    if ours or "dependencies" in document.value:
        raise FrontmatterError(
            "only files that end in .md are templates or have dependencies",
            location=Location(path=file.path),
            hint="rename the file",
        )
