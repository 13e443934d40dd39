"""The limits of one render at the build."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["DEFAULT_LIMITS", "Limits"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """
    The resources that one render may use.

    They also bound intermediate results: `output` the work of filters and the text
    they make, `loop` the size of arrays, `source` the number of tags.
    """

    output: int = 66 * 2**20
    """Characters of the output: 64 MiB of content and some text around it."""

    loop: int = 100_000
    """Iterations of all loops together; length of a range or of an array made."""

    depth: int = 64
    """Levels of blocks, expressions, macros or values inside each other."""

    source: int = 66 * 2**20
    """Characters of a template; each tag, value and filter in it counts as 2,000."""


DEFAULT_LIMITS: Final = Limits()
