"""
Literal fences: blocks of a template that are not rendered.

A line that begins with three backticks and `literal` opens one, the next line that
begins with three backticks closes it, white space before them aside (AGPM semantics,
4.5).  Before a render each block becomes one placeholder line, afterwards the
placeholder becomes the block between two bare fences at the left margin.  AGPM renders
the rest of an unclosed block, and loses the contents of a block in which another opens;
here both are errors.

Does not depend on the template language.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hatch_agpm.errors import Location, TemplateError
from hatch_agpm.runtime._tera.rust import WHITE_SPACE
from hatch_agpm.rust import rust_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["ProtectedText", "protect"]

_FENCE = "```"
_LITERAL = "```literal"
_AGPM = "(?i:agpm)"
_CAPITALS = str.maketrans("0123456789abcdef", "ABCDEFGHIJKLMNOP")
_SIGNS = r"[\W_]+"


@dataclass(frozen=True, kw_only=True, slots=True)
class ProtectedText:
    """A template whose literal blocks are replaced by placeholders."""

    text: str
    blocks: tuple[str, ...]
    word: str
    """The placeholder of block n is this text, n and two underscores."""

    lines: tuple[int, ...]
    """For each line of `text` its number, from 1, in the text as written."""

    def line(self, number: int) -> int:
        """Return the line of the text as written that became line `number`."""
        if 0 < number <= len(self.lines):
            return self.lines[number - 1]
        return number

    def restore(self, rendered: str) -> str:
        """
        Put the blocks back into the rendered `text`.

        Raises TemplateError if a filter has changed a placeholder, because its block
        cannot be restored.
        """
        if not self.blocks:
            return rendered
        # Split only once, because the text of a block may look like a placeholder.
        texts = re.split(rf"{self.word}([0-9]+)__", rendered)
        strange = any(int(number) >= len(self.blocks) for number in texts[1::2])
        if strange or any(_resembles(text, self.word) for text in texts[::2]):
            raise TemplateError(
                "a filter changes the text of a literal fence",
                hint="close the filter before the fence",
            )
        texts[1::2] = [
            f"{_FENCE}\n{self.blocks[int(number)]}\n{_FENCE}" for number in texts[1::2]
        ]
        return "".join(texts)


def protect(text: str) -> ProtectedText:
    r"""
    Replace the literal blocks of `text` by placeholders.

    The result has `\n` as line ends, and a final one only if `text` had one, as AGPM
    does before every render.

    Raises TemplateError for a fence that is not closed, or opens inside another.
    """
    if _LITERAL not in text:
        unified = text.replace("\r\n", "\n") if "\r\n" in text else text
        return ProtectedText(text=unified, blocks=(), word="", lines=())
    word = _word(text)
    kept, blocks, numbers = _take_blocks(rust_lines(text), word)
    end = "\n" if text.endswith("\n") else ""
    return ProtectedText(
        text="\n".join(kept) + end,
        blocks=tuple(blocks),
        word=word,
        lines=tuple(numbers),
    )


def _take_blocks(
    lines: Sequence[str], word: str
) -> tuple[list[str], list[str], list[int]]:
    kept: list[str] = []
    blocks: list[str] = []
    numbers: list[int] = []
    opened = 0
    block: list[str] = []
    for number, line in enumerate(lines, 1):
        stripped = line.strip(WHITE_SPACE)
        if opened and stripped.startswith(_LITERAL):
            raise _fence_error(
                f"a literal fence opens inside the one of line {opened}",
                number,
                line,
                "close the first one before it",
            )
        if opened and stripped.startswith(_FENCE):
            kept.append(f"{word}{len(blocks)}__")
            numbers.append(opened)
            # AGPM drops empty lines at the start of a block, not at its end.
            blocks.append("\n".join(block).lstrip("\n"))
            opened, block = 0, []
        elif opened:
            block.append(line)
        elif stripped.startswith(_LITERAL):
            opened = number
        else:
            kept.append(line)
            numbers.append(number)
    if opened:
        raise _fence_error(
            "this literal fence is not closed",
            opened,
            lines[opened - 1],
            "end the block with a line of three backticks",
        )
    return kept, blocks, numbers


def _fence_error(what: str, line: int, source_line: str, hint: str) -> TemplateError:
    return TemplateError(
        what, location=Location(line=line, column=1, source_line=source_line), hint=hint
    )


def _word(text: str) -> str:
    """
    Return the beginning of the placeholders, which does not occur in the text.

    AGPM uses a constant, and also replaces it where an embedded text has it.  A digest
    of the template is not in any other text; in capitals it is not changed by `upper`.
    """
    for salt in itertools.count():
        digest = hashlib.sha256(f"{salt}{text}".encode()).hexdigest()[:8]
        digest = digest.translate(_CAPITALS)
        if f"__{digest[:4]}" not in text:
            break
    return f"__{digest}_AGPM_LITERAL_BLOCK_"


def _resembles(text: str, word: str) -> bool:
    """Tell whether a text may have a placeholder that a filter has changed."""
    # Cut short, in another case, or with other characters between its letters.
    return word[:6] in text or bool(
        re.search(_AGPM, text)
        and re.search(rf"{_letters(word)}[0-9]", _letters(text)) is not None
    )


def _letters(text: str) -> str:
    return re.sub(_SIGNS, "", text.casefold())
