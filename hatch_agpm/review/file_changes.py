"""Which of the files that two texts are made of are not the same."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hatch_agpm.review.inputs import InputGraph
    from hatch_agpm.review.snapshot import SnapshotText

__all__ = ["FileChanges"]


class FileChanges:
    """
    Compares the files of an old and a new snapshot.

    What each text reaches is found once for all texts, as bits of an integer.
    """

    def __init__(self, old: Sequence[InputGraph], new: Sequence[InputGraph]) -> None:
        """Take the graphs of the files of both snapshots."""
        self._graphs: Final = (old, new)
        self._before: Final = _digests(old)
        self._after: Final = _digests(new)
        self._paths: Final = sorted({*self._before, *self._after})

    def between(
        self, one: SnapshotText, other: SnapshotText
    ) -> Iterator[tuple[str, str]]:
        """
        Yield the path of each file that two texts do not share, sorted, and a word.

        The word is `added`, `removed` or `changed`.  If it is not known what one of
        them is made of, there are none.
        """
        if not one.tops or not other.tops:
            return
        before, after = self._reached(one), self._reached(other)
        left = (before ^ after) | (before & after & self._changed)
        while left:
            lowest = left & -left
            left ^= lowest
            path = self._paths[lowest.bit_length() - 1]
            if not before & lowest:
                yield path, "added"
            else:
                yield path, "changed" if after & lowest else "removed"

    def _reached(self, text: SnapshotText) -> int:
        masks, found = self._masks[text.graph], 0
        for number in text.tops:
            found |= masks[number]
        return found

    @cached_property
    def _changed(self) -> int:
        """The bits of the paths that have other contents."""
        found = 0
        for path, bit in self._bits.items():
            if self._before.get(path) != self._after.get(path):
                found |= 1 << bit
        return found

    @cached_property
    def _masks(self) -> Mapping[InputGraph, Sequence[int]]:
        """The bits of the paths that each node of each graph reaches."""
        graphs = (graph for side in self._graphs for graph in side)
        return {graph: graph.reached_paths(self._bits) for graph in graphs}

    @cached_property
    def _bits(self) -> Mapping[str, int]:
        return {path: bit for bit, path in enumerate(self._paths)}


def _digests(graphs: Sequence[InputGraph]) -> Mapping[str, str]:
    return {file.path: file.sha256 for graph in graphs for file in graph.files}
