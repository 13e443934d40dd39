"""
Texts with places that are left open: run-time variables, from frontmatter to bytes.

Such a text is rendered twice, once with `{{ name }}` where a value will go and once
with words that stand for values.  The words say where the places are; that both
renders agree but for them shows that nothing else depends on a value, whatever
filters, conditions and other files the text has gone through (docs/adr/0007).
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

from hatch_agpm.errors import ConflictError, FrontmatterError, TemplateError
from hatch_agpm.runtime import RuntimeVariable, StandIns, shown_place
from hatch_agpm.templates import check_uses

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from hatch_agpm.content import Source
    from hatch_agpm.runtime import Declared

__all__ = ["Openings", "Rendered", "Texts", "dependent"]


class Rendered(NamedTuple):
    """What one render of a file gave."""

    document: str | bytes
    content: str | None = None
    """What is embedded of it; None where nothing can be, or nobody asked."""

    declared: tuple[Declared, ...] = ()


class Texts(NamedTuple):
    """What is shipped of a file and what is embedded of it."""

    document: str | bytes
    content: str | None = None
    worded: str | None = None
    """`content` with words for the values; None where it leaves nothing open."""

    runtime: tuple[RuntimeVariable, ...] = ()
    """The file's own variables as declared, then those of embedded files by name."""


class Openings:
    """Knows what stands for each value of one build, and who declared it."""

    def __init__(self) -> None:
        """Begin a build."""
        self._stand_ins = StandIns()
        self._declared_in: dict[Declared, str] = {}

    def values(self, declared: Sequence[Declared], *, worded: bool) -> dict[str, str]:
        """Return what templates print for the variables of their file."""
        return {
            variable.name: self._stand_ins.word(variable)
            if worded
            else shown_place(variable.name)
            for variable in declared
        }

    def check(self, source: Source, context: Collection[str]) -> None:
        """
        Refuse declarations that clash with `context`, and uses that are not bare.

        Raises FrontmatterError or TemplateError.
        """
        frontmatter, path = source.matter.frontmatter, source.file.path
        names = {variable.name for variable in frontmatter.runtime}
        for variable in frontmatter.runtime:
            if variable.name in context:
                what = f"'{variable.name}' has a value at build time already"
                hint = "give the run-time variable another name"
                raise FrontmatterError(what, path, variable.line, hint=hint)
            self._declared_in.setdefault(variable, path)
        text, split = source.file.text, source.matter.split
        dialect = frontmatter.dialect or "tera"
        pieces = [(split.matter, split.line, False)]
        pieces += [(text[split.end :], text.count("\n", 0, split.end) + 1, True)]
        for piece, line, in_body in pieces:
            check_uses(
                source.environment,
                piece,
                names,
                path=path,
                line=line,
                dialect=dialect,
                in_body=in_body,
            )

    def settle(self, plain: Rendered, worded: Rendered, path: str) -> Texts:
        """
        Return the texts of a file that was rendered both ways, with their places.

        Raises TemplateError where they disagree, ConflictError where two files
        declare one name differently.
        """
        found = self._found(plain.document, worded.document, path)
        in_content = self._found(plain.content, worded.content, path)
        others = sorted(found.keys() - set(plain.declared), key=lambda each: each.name)
        self._check_names([*plain.declared, *others], path)
        return Texts(
            document=plain.document,
            content=plain.content,
            worded=worded.content if in_content else None,
            runtime=tuple(
                RuntimeVariable(
                    name=variable.name,
                    kind=variable.kind,
                    default=variable.default,
                    places=tuple(found.get(variable, ())),
                )
                for variable in [*plain.declared, *others]
            ),
        )

    def _found(
        self, plain: str | bytes | None, worded: str | bytes | None, path: str
    ) -> Mapping[Declared, list[tuple[int, int]]]:
        if not isinstance(plain, str) or not isinstance(worded, str):
            return {}
        text, places = self._stand_ins.places(worded)
        if text != plain:
            raise dependent(path, plain, text)
        return places

    def _check_names(self, variables: Sequence[Declared], path: str) -> None:
        for one, other in itertools.combinations(variables, 2):
            if one.name == other.name:
                files = [self._declared_in[one], self._declared_in[other]]
                raise ConflictError(
                    f"declare the run-time variable '{one.name}' differently, and"
                    f" {path} has both",
                    files,
                    "give it one type and default, or two names",
                )


def dependent(path: str, plain: str = "", other: str = "") -> TemplateError:
    """Return the error for a text that depends on what nobody knows yet."""
    pairs = zip(plain.split("\n"), other.split("\n"), strict=False)
    line = next((one for one, two in pairs if one != two), "")
    return TemplateError(
        "what is rendered depends on the value of a run-time variable",
        path,
        hint="embed its text as it is, without filters or conditions",
        source_line=line,
    )
