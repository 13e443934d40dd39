"""The order in which dependencies come before their dependents."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from hatch_agpm.errors import CycleError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["dependencies_first"]

N = TypeVar("N")


def dependencies_first(
    nodes: Iterable[N],
    *,
    children: Callable[[N], Iterator[N]],
    name: Callable[[N], str],
) -> list[N]:
    """
    Order nodes so that each comes after its `children`.

    Does not use recursion, because a chain may exceed Python's recursion limit.
    `graphlib.TopologicalSorter` is not used: it orders level by level, which would
    change the result and the reported cycle.  Raises CycleError with the names of the
    whole cycle.
    """
    done: dict[N, None] = {}
    for start in nodes:
        trail = {start: children(start)} if start not in done else {}
        while trail:
            node = next(reversed(trail))
            for child in trail[node]:
                if child in trail:
                    path = list(trail)
                    cycle = [*path[path.index(child) :], child]
                    raise CycleError([name(each) for each in cycle])
                if child not in done:
                    trail[child] = children(child)
                    break
            else:
                done[node] = None
                del trail[node]
    return list(done)
