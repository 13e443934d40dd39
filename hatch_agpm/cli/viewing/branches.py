"""Lines of a tree, of files that use each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["branches"]


def branches(
    top: str,
    uses: Mapping[str, Sequence[str]],
    *,
    depth: int = 1,
    seen: set[str] | None = None,
) -> Iterator[str]:
    """
    Yield a file and below it those that it uses, each once with its own.

    `seen` are the files that were shown before with their own; it is extended.
    """
    waiting, seen = [(depth, top)], set() if seen is None else seen
    while waiting:
        depth, path = waiting.pop()
        below = uses.get(path, ())
        again = path in seen and bool(below)
        yield f"{'  ' * depth}{path}{' (as above)' if again else ''}"
        if not again:
            seen.add(path)
            waiting += ((depth + 1, each) for each in reversed(below))
