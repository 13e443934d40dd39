"""
Write the table of filter `slugify`: what Tera makes of each character.

Run as `python tools/make_slugs.py` where teraplate is installed; with `--check` it
compares the table with the engine and writes nothing.

The engine transliterates one character at a time, so the slug of `a?b` shows what it
makes of the character in between, with the dashes at both ends.  The table is a text:
each line has the first of some successive code points in hexadecimal, a space, and
their slugs, separated by commas.  What it does not list is `-`.
"""

from __future__ import annotations

import gzip
import sys
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from teraplate import TeraEngine  # type: ignore[import-untyped]  # has no types

TABLE = Path(__file__).parent.parent / "hatch_agpm/tera/builtins/slugs.txt.gz"
TEMPLATE = "{% for text in texts %}{{ text | slugify }}\n{% endfor %}"
SURROGATES = range(0xD800, 0xE000)
CODES = [code for code in range(0x80, sys.maxunicode + 1) if code not in SURROGATES]


def engine_slugs() -> dict[int, str]:
    """Return what the engine makes of each code point that is not ASCII."""
    with TemporaryDirectory() as directory:
        Path(directory, "template").write_text(TEMPLATE, "utf-8")
        engine = TeraEngine(f"{directory}/*")
        texts = [f"a{chr(code)}b" for code in CODES]
        lines = engine.render("template", {"texts": texts}).splitlines()
    return {code: line[1:-1] for code, line in zip(CODES, lines, strict=True)}


def table(slugs: dict[int, str]) -> str:
    """Return the text of the table."""
    listed = sorted(code for code, slug in slugs.items() if slug != "-")
    pieces = [f"{listed[0]:x} {slugs[listed[0]]}"]
    for before, code in pairwise(listed):
        start = "," if code == before + 1 else f"\n{code:x} "
        pieces.append(f"{start}{slugs[code]}")
    return "".join([*pieces, "\n"])


def write(path: Path, text: str) -> None:
    """Write a table; the same text gives the same bytes."""
    path.write_bytes(gzip.compress(text.encode("ascii"), mtime=0))


def is_current(path: Path, text: str) -> bool:
    """Say whether a file has this table."""
    return gzip.decompress(path.read_bytes()).decode("ascii") == text


def main() -> None:
    """Write the table, or compare it; exit with 1 where it differs."""
    text = table(engine_slugs())
    if "--check" not in sys.argv[1:]:
        write(TABLE, text)
    elif not is_current(TABLE, text):
        sys.exit(f"{TABLE} differs from what the engine does; make it again")


if __name__ == "__main__":
    main()
