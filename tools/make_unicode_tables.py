"""
Write the character classes of loops over text and of filters `truncate` and `title`.

Run as `python tools/make_unicode_tables.py` where teraplate is installed; with
`--check` it compares the file with the engine and writes nothing.

The classes are those of the engine's version of Unicode, which is the version of no
particular Python.  So the engine is asked: each code point takes the place of `?` in
some probes, and those with the same answers are a class.  A class is found again by
one of its characters.  Each line `[name]` in the file begins a class; its ranges of
code points in hexadecimal follow.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import fill

from teraplate import TeraEngine  # type: ignore[import-untyped]  # has no types

from hatch_agpm.runtime._prompt import checksum

TABLE = (
    Path(__file__).parent.parent
    / "hatch_agpm/runtime/_tera/builtins/unicode_ranges.txt"
)
CODE = TABLE.with_suffix(".py")
SURROGATES = range(0xD800, 0xE000)
CODES = [code for code in range(sys.maxunicode + 1) if code not in SURROGATES]

WORD = "{% for text in texts %}{{ text | title }}\n{% endfor %}"
CLUSTER = (
    "{% for text in texts %}{{ text | truncate(length=1, end='') | length }}\n"
    "{% endfor %}"
)
CLUSTER_PROBES = [
    "a?",
    "?a",
    "\u0600?",  # behind a prepended mark
    "?\u0300",  # before a combining mark
    "\r?",
    "?\n",
    "\U0001f1e6?",  # behind a regional indicator
    "\u1100?",  # beside Hangul: behind a leading consonant and a vowel, ...
    "\u1161?",
    "?\u1161",  # ... before a vowel and a trailing consonant
    "?\u11a8",
    "\U0001f600\u200d?",  # in sequences of emoji
    "\U0001f600?\U0001f600",
    "\U0001f600?\u200d\U0001f600",
    "\u0915\u094d?",  # in conjuncts: Devanagari Ka and the virama
    "\u0915?\u0915",
    "\u0915?\u094d\u0915",
]
CLUSTER_CLASSES = {
    "control": "\0",
    "prepend": "\u0600",
    "extend": "\u0300",
    "linker": "\u094d",
    "non-joiner": "\u200c",
    "joiner": "\u200d",
    "spacing": "\u0903",
    "regional": "\U0001f1e6",
    "leading": "\u1100",
    "vowel": "\u1161",
    "trailing": "\u11a8",
    "pictographic": "\U0001f600",
    "consonant": "\u0915",
}
COMPUTED = {"other": "a", "return": "\r", "newline": "\n", "lv": "가", "lvt": "각"}
"""Classes that need no table: syllables of Hangul are in a regular order."""


def answers(template: str, texts: list[str]) -> list[str]:
    """Return what a template that has a line for each text says of them."""
    with TemporaryDirectory() as directory:
        Path(directory, "template").write_text(template, "utf-8")
        engine = TeraEngine(f"{directory}/*")
        lines: list[str] = engine.render("template", {"texts": texts}).split("\n")
    return lines[:-1]


def word_characters() -> list[int]:
    r"""Return the code points that are `\w`: behind them, no word begins."""
    # The line ends are those of the answers.
    codes = [code for code in CODES if chr(code) != "\n"]
    titles = answers(WORD, [f"{chr(code)}a" for code in codes])
    pairs = zip(codes, titles, strict=True)
    return [code for code, title in pairs if title.endswith("a")]


def cluster_classes() -> dict[str, list[int]]:
    """Return the code points of each class that decides where a cluster ends."""
    lengths = [
        answers(CLUSTER, [probe.replace("?", chr(code)) for code in CODES])
        for probe in CLUSTER_PROBES
    ]
    classes: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for code, signature in zip(CODES, zip(*lengths, strict=True), strict=True):
        classes[signature].append(code)
    known = CLUSTER_CLASSES | COMPUTED
    if len(classes) != len(known):
        sys.exit(f"the engine has {len(classes)} classes, {len(known)} are expected")
    return {
        name: codes
        for name, example in CLUSTER_CLASSES.items()
        for codes in classes.values()
        if ord(example) in codes
    }


def ranges(codes: list[int]) -> str:
    """Return sorted code points as ranges."""
    bounds: list[list[int]] = []
    for code in codes:
        if bounds and bounds[-1][1] == code - 1:
            bounds[-1][1] = code
        else:
            bounds.append([code, code])
    return " ".join(
        f"{first:x}" if first == last else f"{first:x}-{last:x}"
        for first, last in bounds
    )


def table() -> str:
    """Return the text of the file."""
    classes = {"word": word_characters(), **cluster_classes()}
    return "".join(
        f"[{name}]\n{fill(ranges(codes), 88, break_on_hyphens=False)}\n"
        for name, codes in classes.items()
    )


def code(text: str) -> str:
    """Return the module that reads the file, with its size and checksum."""
    size, check = len(text), checksum(text.encode())
    line = f"SIZE, CHECKSUM = {size}, {check}"
    return re.sub(r"(?m)^SIZE, CHECKSUM = .*", line, CODE.read_text("utf-8"))


def main() -> None:
    """Write the file, or compare it; exit with 1 where it differs."""
    text = table()
    if "--check" not in sys.argv[1:]:
        TABLE.write_text(text, "ascii", newline="\n")
        CODE.write_text(code(text), "utf-8", newline="\n")
    elif TABLE.read_text("ascii") != text:
        sys.exit(f"{TABLE} differs from what the engine does; make it again")


if __name__ == "__main__":
    main()
