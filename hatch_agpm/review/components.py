"""The strongly connected components of a graph, by Tarjan's algorithm."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["components"]


def components(uses: Sequence[Sequence[int]]) -> list[list[int]]:
    """
    Return the nodes of a graph in groups, after the groups that they use.

    `uses` has the nodes that each node uses.  Nodes of one cycle are one group; a build
    writes no cycles, but an index that was changed may have some.
    """
    search = _ComponentSearch(uses)
    for node in range(len(uses)):
        if node not in search.order:
            search.visit(node)
    return search.found


class _ComponentSearch:
    """A search in depth, without recursion: chains may be long."""

    def __init__(self, uses: Sequence[Sequence[int]]) -> None:
        self.found: list[list[int]] = []
        self.order: dict[int, int] = {}
        """When each node was visited first."""

        self._uses = uses
        self._oldest: dict[int, int] = {}
        """The node visited first that each open node is known to reach."""

        self._open: list[int] = []

    def visit(self, start: int) -> None:
        """Find the components of all nodes that are reached from a node."""
        waiting = [self._entered(start)]
        while waiting:
            node, below = waiting[-1]
            for each in below:
                if each not in self.order:
                    waiting.append(self._entered(each))
                    break
                if each in self._oldest:
                    self._oldest[node] = min(self._oldest[node], self.order[each])
            else:
                waiting.pop()
                oldest = self._oldest[node]
                if waiting:
                    user, _ = waiting[-1]
                    self._oldest[user] = min(self._oldest[user], oldest)
                if oldest == self.order[node]:
                    self._close(node)

    def _entered(self, node: int) -> tuple[int, Iterator[int]]:
        self._oldest[node] = self.order[node] = len(self.order)
        self._open.append(node)
        return node, iter(self._uses[node])

    def _close(self, first: int) -> None:
        """Note a component, whose node visited first is `first`."""
        component: list[int] = []
        while not component or component[-1] != first:
            component.append(self._open.pop())
            del self._oldest[component[-1]]
        self.found.append(component)
