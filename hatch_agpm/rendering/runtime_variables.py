"""
Texts with places that are left open: run-time variables, from frontmatter to bytes.

Such a text is rendered twice, once with `{{ name }}` where a value will go and once
with words that stand for values.  The words say where the places are; that both
renders agree but for them shows that nothing else depends on a value, whatever
filters, conditions and other files the text has gone through (docs/adr/0007).
"""

from __future__ import annotations

import itertools
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hatch_agpm.errors import ConflictError, FrontmatterError, Location, TemplateError
from hatch_agpm.model.runtime import RuntimeVariable
from hatch_agpm.rendering.resolution.templates import check_uses

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from hatch_agpm.model.runtime import Declared
    from hatch_agpm.rendering.content import TemplateSource

__all__ = ["Placeholders", "Rendered", "Sentinels", "Texts", "dependent", "shown_place"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rendered:
    """What one render of a file gave."""

    document: str | bytes
    content: str | None = None
    """What is embedded of it; None where nothing can be, or nobody asked."""

    declared: tuple[Declared, ...] = ()
    source: TemplateSource | None = None
    """The template it comes from, where it is one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Texts:
    """What is shipped of a file and what is embedded of it."""

    document: str | bytes
    content: str | None = None
    worded: str | None = None
    """`content` with words for the values; None where it leaves nothing open."""

    runtime: tuple[RuntimeVariable, ...] = ()
    """The file's own variables as declared, then those of embedded files by name."""


class Placeholders:
    """Knows what stands for each value of one build, and who declared it."""

    def __init__(self) -> None:
        """Begin a build."""
        self._stand_ins = Sentinels()
        self._declared_in: dict[Declared, str] = {}

    def values(self, declared: Sequence[Declared], *, worded: bool) -> dict[str, str]:
        """Return what templates print for the variables of their file."""
        return {
            variable.name: self._stand_ins.word(variable)
            if worded
            else shown_place(variable.name)
            for variable in declared
        }

    def check(self, source: TemplateSource, context: Collection[str]) -> None:
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
                line = frontmatter.runtime_lines[variable.name]
                raise FrontmatterError(
                    what, location=Location(path=path, line=line), hint=hint
                )
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
        found = self._found(plain.document, worded.document)
        in_content = self._found(plain.content, worded.content)
        if found is None or in_content is None:
            raise dependent(path, plain.source, self._parting(plain, worded))
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
        self, plain: str | bytes | None, worded: str | bytes | None
    ) -> Mapping[Declared, list[tuple[int, int]]] | None:
        """Return the places in a text, or None where the two disagree."""
        if not isinstance(plain, str) or not isinstance(worded, str):
            return {}
        text, places = self._stand_ins.places(worded)
        return places if text == plain else None

    def _parting(self, plain: Rendered, worded: Rendered) -> int:
        """Return the line of the source where the two renders part, or 0."""
        if plain.source is None or worded.source is None:
            return 0
        both = plain.source.trace(), worded.source.trace()
        for (line, one), (other, two) in itertools.zip_longest(
            *both, fillvalue=(0, "")
        ):
            if self._stand_ins.places(two)[0] != one:
                return line or other
        return 0

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


def dependent(path: str, source: TemplateSource | None, line: int) -> TemplateError:
    """Return the error for a text that depends on what nobody knows yet."""
    lines = source.file.text.split("\n") if source else []
    return TemplateError(
        "what is rendered depends on the value of a run-time variable",
        location=Location(
            path=path,
            line=line,
            source_line=lines[line - 1] if 0 < line <= len(lines) else "",
        ),
        hint="embed its text as it is, without filters or conditions",
    )


def shown_place(name: str) -> str:
    """Return what a shipped document shows where the value of `name` goes."""
    return f"{{{{ {name} }}}}"


class Sentinels:
    """
    What stands for values during one build, and is found again in what comes out.

    A word is changed by every filter that would have changed some value: by those
    that escape, too, and by those that only know small or capital letters.
    """

    def __init__(self) -> None:
        """Draw a beginning of all words that no text can have foreseen."""
        self._seed = os.urandom(16).hex()
        self._words: dict[Declared, str] = {}

    def word(self, variable: Declared) -> str:
        """Return the word of a variable: one for all files that declare it alike."""
        if variable not in self._words:
            number = len(self._words)
            self._words[variable] = f"""aZ<'"&\\{self._seed}.{number}>Za"""
        return self._words[variable]

    def places(self, text: str) -> tuple[str, dict[Declared, list[tuple[int, int]]]]:
        """
        Put what is shipped in place of each word of `text`.

        Return the text, and for each variable in it the places, as offsets in its
        UTF-8 bytes.
        """
        found: dict[Declared, list[tuple[int, int]]] = {}
        if self._seed not in text:
            return text, found
        by_word = {word: variable for variable, word in self._words.items()}
        either = "|".join(map(re.escape, by_word))
        pieces, length = [], 0
        for piece in re.split(f"({either})", text):
            variable = by_word.get(piece)
            shown_as = piece if variable is None else shown_place(variable.name)
            size = len(shown_as.encode(errors="surrogatepass"))
            if variable is not None:
                found.setdefault(variable, []).append((length, length + size))
            pieces.append(shown_as)
            length += size
        return "".join(pieces), found
