"""Lines of a tree, of files that use each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hatch_agpm.review import InputGraph

__all__ = ["branches"]


def branches(
    graph: InputGraph, tops: Iterable[int], seen: set[int] | None = None
) -> Iterator[str]:
    """
    Yield the lines of files, each with those below it that it uses.

    What a file uses is shown once.  `seen` are the nodes that were shown before with
    what they use; it is extended.
    """
    seen = set() if seen is None else seen
    waiting = [(1, number) for number in reversed([*tops])]
    while waiting:
        depth, number = waiting.pop()
        file = graph.files[number]
        again = number in seen and bool(file.uses)
        yield f"{'  ' * depth}{file.path}{' (as above)' if again else ''}"
        if not again:
            seen.add(number)
            waiting += ((depth + 1, each) for each in reversed(file.uses))
