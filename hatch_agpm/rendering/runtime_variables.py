"""
Run-time variables of a text: from their declaration to the spans in its bytes.

A text with run-time variables is rendered twice: once with the placeholder `{{ name }}`
for each value, once with a sentinel, a random string.  The sentinels show the positions
of the values.  If the two results differ in nothing else, no filter, condition or other
file has made the text depend on a value (docs/adr/0007).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hatch_agpm.errors import ConflictError, FrontmatterError, Location, TemplateError
from hatch_agpm.model.runtime import ANY, RuntimeVariable
from hatch_agpm.rendering.logic import EmbeddedPrompt, runtime_variables
from hatch_agpm.rendering.resolution.templates import check_unused, only_prints
from hatch_agpm.rendering.sentinels import (
    EmbeddedPart,
    FoundText,
    Sentinels,
    placeholder,
)
from hatch_agpm.tera.folding import EmbeddedText, source_of
from hatch_agpm.tera.jinja_programs import jinja_source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from hatch_agpm.formats.frontmatter import Dialect
    from hatch_agpm.model.rendering import EmbeddedSpan
    from hatch_agpm.model.runtime import VariableDeclaration
    from hatch_agpm.rendering.content import TemplateSource
    from hatch_agpm.rendering.logic import LogicTexts
    from hatch_agpm.rendering.sentinels import Part
    from hatch_agpm.tera.compiler import Code
    from hatch_agpm.tera.folding import Folded
    from hatch_agpm.tera.jinja_programs import JinjaFolded

__all__ = [
    "Placeholders",
    "Rendered",
    "Texts",
    "check_spans",
    "logic_texts",
    "value_dependence",
]


_EMPTY: Final[Mapping[Dialect, Mapping[str, object]]] = {
    "tera": {"functions": {}, "assigned": [], "bound": []},
    "jinja2": {"dialect": "jinja2", "variables": {}},
}
"""What the program of a text has that only prints variables, beside its body."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rendered:
    """The result of rendering a file once."""

    document: str | bytes
    content: str | None = None
    """Its embedded text; None if it cannot be or is not embedded."""

    has_newline: bool = False
    """Whether a final newline has been removed from the embedded text."""

    declared: tuple[VariableDeclaration, ...] = ()
    source: TemplateSource | None = None
    """The template; None if the file is not one."""

    has_logic: bool = False
    """Whether more is done with run-time variables than printing; it has no text."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Texts:
    """The document that is shipped for a file, and the text embedded of it."""

    document: str | bytes
    content: str | None = None
    with_sentinels: str | None = None
    """`content` with sentinels for the values; None if it has no variables."""

    runtime: tuple[RuntimeVariable, ...] = ()
    """The file's own variables in their order, then those of embedded files by name."""

    dialect: Dialect = "tera"
    """How the values of the variables are printed."""

    embedded_spans: tuple[EmbeddedSpan, ...] = ()
    """The spans of the texts in the document that are filled in first, inner first."""

    folded: Folded | JinjaFolded | None = None
    """What is left of the document to run, if there is run-time logic."""

    embedded: EmbeddedPrompt | None = None
    """The same of the embedded text."""

    @property
    def has_logic(self) -> bool:
        """Whether what is left does more than print variables and embedded texts."""
        return self.folded is not None and not self.folded.only_prints


class Placeholders:
    """The texts that templates of one build print for their run-time variables."""

    def __init__(self) -> None:
        """Begin a build."""
        self._sentinels = Sentinels()
        self._declared_by: dict[tuple[VariableDeclaration, Dialect], str] = {}
        """The first template of each language that declares a variable."""

    def values(
        self,
        declared: Sequence[VariableDeclaration],
        dialect: Dialect,
        *,
        with_sentinels: bool,
    ) -> dict[str, str]:
        """Return the text that a template of `dialect` prints for each variable."""
        return {
            variable.name: self._sentinels.of(variable, dialect)
            if with_sentinels
            else placeholder(variable.name)
            for variable in declared
        }

    def check(self, source: TemplateSource) -> None:
        """
        Check the declarations of a template, and the uses of its variables.

        Raises FrontmatterError if a name is already a variable of the build, and
        TemplateError for a use in the frontmatter.
        """
        frontmatter, path = source.frontmatter.content, source.file.path
        names = {variable.name for variable in frontmatter.runtime}
        for variable in frontmatter.runtime:
            if variable.name in source.variables:
                what = f"'{variable.name}' is already a variable at build time"
                hint = "give the run-time variable another name"
                line = frontmatter.runtime_lines[variable.name]
                raise FrontmatterError(
                    what, location=Location(path=path, line=line), hint=hint
                )
            self._declared_by.setdefault((variable, source.dialect), path)
        split = source.frontmatter.split
        piece = source.piece(split.frontmatter, split.line)
        check_unused(source.environment, piece, names)

    def has_logic(self, source: TemplateSource) -> bool:
        """Tell whether a template does more with its variables than print them."""
        names = {variable.name for variable in source.frontmatter.content.runtime}
        text, end = source.file.text, source.frontmatter.split.end
        line = text.count("\n", 0, end) + 1
        piece = source.piece(text[end:], line)
        return not only_prints(source.environment, piece, names)

    def embedded(self, text: str, path: str, dialect: Dialect) -> EmbeddedPrompt:
        """Return a text with sentinels as one that a template of `dialect` fills."""
        parts = self._sentinels.parts(text)
        match parts:
            case [EmbeddedPart() as whole]:
                parts = _with_newline(whole)
        found = self._sentinels.found(text)
        reads = frozenset(variable.name for variable in found.spans)
        embedded = EmbeddedText(program=_program(parts, path, dialect), reads=reads)
        return EmbeddedPrompt(
            text=embedded, declared=tuple(found.spans), dialects=found.dialects
        )

    def check_declared(
        self,
        source: TemplateSource,
        variables: Sequence[VariableDeclaration],
        embedded: Iterable[EmbeddedPrompt],
    ) -> None:
        """Raise ConflictError for variables that do not fit together in a template."""
        own = source.frontmatter.content.runtime
        if source.is_undeclared:
            own = tuple(each for each in variables if each.kind == ANY)
            for each in own:
                self._declared_by.setdefault((each, source.dialect), source.file.path)
        self._check_names(variables, source.file.path)
        for prompt in embedded:
            others = {
                variable: dialects
                for variable, dialects in prompt.dialects.items()
                if variable in variables and variable not in own
            }
            self._check_dialects(others, source.dialect, source.file.path)

    def compare(self, plain: Rendered, sentinels: Rendered, path: str) -> Texts:
        """
        Return the texts of a file, and the spans in which its variables are.

        The file was rendered with placeholders (`plain`) and with `sentinels`.  Raises
        TemplateError if the results differ in anything else, ConflictError if two files
        declare one name differently.
        """
        found = self._found(plain.document, sentinels.document)
        in_content = self._found(plain.content, sentinels.content)
        if found is None or in_content is None:
            line = self._first_difference(plain, sentinels)
            raise value_dependence(path, plain.source, line)
        spans = found.spans
        others = sorted(spans.keys() - set(plain.declared), key=lambda each: each.name)
        self._check_names([*plain.declared, *others], path)
        dialect = plain.source.dialect if plain.source else "tera"
        self._check_dialects(found.dialects, dialect, path)
        return Texts(
            document=plain.document,
            content=plain.content,
            with_sentinels=self._sentinels.embedded(
                sentinels.content or "", has_newline=sentinels.has_newline
            )
            if in_content.spans
            else None,
            dialect=dialect,
            embedded_spans=tuple(found.embedded),
            runtime=tuple(
                RuntimeVariable(
                    name=variable.name,
                    kind=variable.kind,
                    default=variable.default,
                    spans=tuple(spans.get(variable, ())),
                    description=variable.description,
                )
                for variable in [*plain.declared, *others]
            ),
        )

    def _found(
        self, plain: str | bytes | None, sentinels: str | bytes | None
    ) -> FoundText | None:
        """Return what is in a text; None if the two results differ."""
        if not isinstance(plain, str) or not isinstance(sentinels, str):
            return FoundText()
        found = self._sentinels.found(sentinels)
        return found if found.text == plain and found.is_whole else None

    def _first_difference(self, plain: Rendered, sentinels: Rendered) -> int:
        """Return the first line of the source whose results differ, or 0."""
        if plain.source is None or sentinels.source is None:
            return 0
        both = plain.source.trace(), sentinels.source.trace()
        for (line, one), (other, two) in itertools.zip_longest(
            *both, fillvalue=(0, "")
        ):
            if self._sentinels.found(two).text != one:
                return line or other
        return 0

    def _check_dialects(
        self,
        printed: Mapping[VariableDeclaration, Iterable[Dialect]],
        dialect: Dialect,
        path: str,
    ) -> None:
        """Raise for embedded variables that this file would print differently."""
        for variable, dialects in printed.items():
            for other in {*dialects} - {dialect}:
                if variable.kind in {"str", "int"}:
                    continue
                raise ConflictError(
                    f"are templates of two languages, which print the run-time variable"
                    f" '{variable.name}' differently",
                    [path, self._declared_by[variable, other]],
                    "give it the type str, or write both in one language",
                )

    def _check_names(self, variables: Sequence[VariableDeclaration], path: str) -> None:
        for one, other in itertools.combinations(variables, 2):
            if one.name == other.name:
                files = [self._first_file(one), self._first_file(other)]
                raise ConflictError(
                    f"declare the run-time variable '{one.name}' differently, and"
                    f" {path} has both",
                    files,
                    "give it one type and default, or two names",
                )

    def _first_file(self, variable: VariableDeclaration) -> str:
        """Return the first template that declares a variable, in either language."""
        return next(
            path for (each, _), path in self._declared_by.items() if each == variable
        )


def logic_texts(
    folded: LogicTexts, declared: tuple[VariableDeclaration, ...], dialect: Dialect
) -> Texts:
    """Return the texts of a template with run-time logic."""
    content = folded.content
    shown = source_of if dialect == "tera" else jinja_source
    return Texts(
        document=shown(folded.document.program),
        content=shown(content.program) if content else None,
        dialect=dialect,
        runtime=runtime_variables(folded.document, declared),
        folded=folded.document,
        embedded=EmbeddedPrompt(
            text=content,
            declared=declared,
            dialects=dict.fromkeys(declared, frozenset({dialect})),
        )
        if content
        else None,
    )


def value_dependence(
    path: str, source: TemplateSource | None, line: int
) -> TemplateError:
    """Return the error for a text that depends on the value of a variable."""
    lines = source.file.text.split("\n") if source else []
    return TemplateError(
        "the rendered text depends on the value of a run-time variable",
        location=Location(
            path=path,
            line=line,
            source_line=lines[line - 1] if 0 < line <= len(lines) else "",
        ),
        hint="embed its text as it is, without filters or conditions",
    )


def _with_newline(embedded: EmbeddedPart) -> list[Part]:
    """Return the parts of an embedded text as they are before it is embedded."""
    return [*embedded.parts, *(["\n"] if embedded.has_newline else [])]


def _program(parts: Iterable[Part], path: str, dialect: Dialect) -> dict[str, Code]:
    """Return the program of a text that only prints variables and embedded texts."""
    body: list[Code] = []
    embedded: list[dict[str, Code]] = []
    for part in parts:
        if isinstance(part, str):
            body.append(part)
        elif isinstance(part, EmbeddedPart):
            body.append(["print", ["fill", len(embedded)], 0])
            embedded.append(_program(_with_newline(part), path, dialect))
        else:
            name = part.name
            is_tera = dialect == "tera"
            code = ["path", [name], name, 0] if is_tera else ["variable", name]
            body.append(["print", code, 0])
    return {
        **_EMPTY[dialect],
        "body": body,
        "known": {},
        "embedded": embedded,
        "file": path,
    }


def check_spans(texts: Texts, body: int, path: str) -> None:
    """Raise TemplateError for a placeholder in the frontmatter."""
    for variable in texts.runtime:
        if any(start < body for start, _ in variable.spans):
            what = f"the run-time variable '{variable.name}' is used in the frontmatter"
            hint = "embed the text that uses it below the frontmatter"
            raise TemplateError(what, location=Location(path=path), hint=hint)
