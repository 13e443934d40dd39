"""
Relative links of a Markdown text.

Finds CommonMark's inline links, images and reference definitions, and skips code in
fences and between backticks.  A target that does not look like the path of a file is
ignored.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

__all__ = ["holds", "relative_links"]

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_CODE = re.compile(r"(?<!`)(`+)(?!`)(?:.*?)(?<!`)\1(?!`)")
_LINK = re.compile(
    r"""\]\(\s*(?:<(?P<angled>[^<>]*)>|(?P<inline>[^\s()<>]+))"""
    r"""(?:\s+(?:"[^"]*"|'[^']*'))?\s*\)"""
    r"""|^ {0,3}\[[^\]]+\]:\s*(?:<(?P<defined>[^<>]*)>|(?P<bare>\S+))"""
)
_NO_PATH = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:|//|#|.*[{}$*|\\]")
"""A URL, an anchor in the text, or a placeholder for a path."""

_LIKE_A_PATH = re.compile(r"[/.]")


def relative_links(text: str) -> Iterator[tuple[int, str]]:
    """
    Yield line (from 1) and decoded path of each link to a file beside `text`.

    Absolute paths are included; URLs and links within the text are not.
    """
    fence = ""
    for number, line in enumerate(text.split("\n"), 1):
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence) and not line[mark.end() :].strip():
                fence = ""
            continue
        if mark:
            fence = mark[1]
            continue
        for match in _LINK.finditer(_CODE.sub("", line)):
            written = next(filter(None, match.groups()), "")
            path = unquote(re.split("[#?]", written)[0])
            if _LIKE_A_PATH.search(path) and not _NO_PATH.match(written):
                yield number, path


def holds(files: Collection[str], target: str) -> bool:
    """Tell whether `target` is one of the files, or a directory of some of them."""
    return target in files or any(file.startswith(f"{target}/") for file in files)
