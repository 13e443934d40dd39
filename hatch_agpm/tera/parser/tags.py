"""Parse the beginnings and ends of tags, and report what is wrong in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hatch_agpm.runtime._tera.failures import AS_TEXT, Refusal
from hatch_agpm.tera.parser.expressions import ExpressionParser
from hatch_agpm.tera.parser.suggestions import suggestion
from hatch_agpm.tera.parser.terminals import IDENT
from hatch_agpm.tera.parser.tree import Trim
from hatch_agpm.tera.parser.unclosed import unclosed
from hatch_agpm.tera.positions import position

if TYPE_CHECKING:
    from hatch_agpm.tera.parser.lexer import Terminal

__all__ = ["TRIMS", "Tag", "TagParser"]

_TAG_START: Final = re.compile(r"\{%(-?)[ \t\r\n]*([a-z_]+)?")
_TAG_END: Final = re.compile(r"[ \t\r\n]*(-?)%\}")
_WORDS: Final = (
    *("if", "endif", "else", "for", "endfor", "elif", "set_global", "set", "include"),
    *("filter", "endfilter", "raw", "block", "endblock", "macro", "endmacro"),
    *("break", "continue", "extends", "import"),
)
"""Tera's words: a longer one before its beginning, then by how frequent they are."""

_WORD: Final = re.compile(r"\w+|-?[%#}]\}|\{[{%#]|.", re.DOTALL)
_OPERATORS: Final = dict.fromkeys(
    ("'or'", "'and'", "'in'", "'is'", "'~'", "a comparison", "a filter"), "an operator"
)
"""Terminals that an error calls an operator."""

TRIMS: Final = {
    (left, right): Trim(left == "-", right == "-")
    for left in ("", "-")
    for right in ("", "-")
}
"""The white space that a tag trims, by the signs at its two ends."""


@dataclass(frozen=True, slots=True)
class Tag:
    """The beginning of a tag: `-` or nothing, its word, and the offset of the word."""

    sign: str
    word: str
    at: int


class TagParser(ExpressionParser):
    """Parses the beginnings and ends of tags."""

    def __init__(self, source: str, *, depth: int, size: int) -> None:
        super().__init__(source, depth=depth, size=size)
        self.opening = 0
        """The offset of the tag that is parsed."""

    def tag_start(self) -> Tag | None:
        """Take `{%` and the word behind it."""
        start = self.opening = self.at
        found = _TAG_START.match(self.source, start)
        if found is None:
            return None
        sign, word = found.groups()
        if word is None:
            self.at = found.end()
            self.miss("the name of a tag")
            self.at = start
            return None
        at = found.start(2)
        if word not in _WORDS:
            # What follows a word of Tera's may touch it (`endblockname`).
            word = next((each for each in _WORDS if word.startswith(each)), word)
        self.at = at + len(word)
        return Tag(sign=sign, word=word, at=at)

    def next_tag(self, *words: str) -> Tag | None:
        """Take the start of a tag if its word is one of these."""
        start = self.at
        tag = self.tag_start()
        if tag is not None and tag.word in words:
            self.count()
            return tag
        self.at = start
        return None

    def tag_end(self, tag: Tag) -> Trim:
        """Take `%}` and return what the tag trims."""
        end = _TAG_END.match(self.source, self.at)
        if end is None:
            self.skip()
            self.miss("'%}'")
            raise self.unexpected()
        self.at = end.end()
        return TRIMS[tag.sign, end[1]]

    def end(self, word: str, opening: Tag) -> Trim:
        """Take the closing tag of the body that `opening` began."""
        start = self.at
        if start == len(self.source):
            # Where it began helps more than where the text ends.
            what = f"'{{% {opening.word} %}}' has no '{{% {word} %}}'"
            raise Refusal(what, at=opening.at)
        tag = self.tag_start()
        if tag is None or tag.word != word:
            self.at = tag.at if tag else start
            self.miss(f"'{{% {word} %}}'")
            line, _ = position(self.source, opening.at)
            hint = f"'{{% {opening.word} %}}' of line {line} is not closed"
            raise self.unexpected(hint)
        if word in {"endblock", "endmacro"}:
            self.next(IDENT)
        return self.tag_end(tag)

    def spaces(self) -> None:
        """Take white space, or raise."""
        start = self.at
        self.skip()
        if self.at == start:
            self.miss("a space")
            raise self.unexpected()

    def need(self, wanted: Terminal, expected: str) -> str:
        """Take a terminal, or raise."""
        found = self.take(wanted, expected)
        if found is None:
            raise self.unexpected()
        return found

    def unexpected(self, otherwise: str = "") -> Refusal:
        """
        Return the error at the furthest offset that was reached.

        Its hint is `otherwise` where there is nothing else to suggest.
        """
        if self.at > self.furthest:
            self.furthest, self.expected = self.at, set()
        suggested = suggestion(self.source, self.furthest)
        wanted = set[str]() if suggested else self.expected
        found = unclosed(self.source, self.opening, self.furthest, wanted)
        if found is not None:
            what, at = found
            hint = f"close it, or {AS_TEXT}" if at == self.opening else ""
            return Refusal(what, hint=hint, at=at)
        expected = {_OPERATORS.get(name, name) for name in self.expected}
        what = f"expected {_either(sorted(expected))}" if expected else "is not Tera"
        hint = suggested or otherwise
        return Refusal(what, self._found(), hint, self.furthest)

    def _found(self) -> str:
        """Name what is at the place of the error."""
        found = _WORD.match(self.source, self.furthest)
        if found is None:
            return "the end of the template"
        return "the end of the line" if found.group() == "\n" else f"'{found.group()}'"


def _either(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
