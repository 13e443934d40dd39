"""The files that the texts of a snapshot are made of, as one graph for all texts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from hatch_agpm.review.components import components

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["InputFile", "InputGraph"]


@dataclass(frozen=True, kw_only=True, slots=True)
class InputFile:
    """A file of the graph; it has several nodes if variants use other files."""

    path: str
    """The path, with `<source>:` before it outside of the project."""

    sha256: str
    uses: tuple[int, ...] = ()
    """The numbers of the nodes that this one uses."""


@dataclass(frozen=True, eq=False)
class InputGraph:
    """
    The files of all texts, each with those that it uses.

    A text has only the numbers of its templates: in a chain of files, lists of files
    for each text would have a size that grows with the square of the length.
    """

    files: Sequence[InputFile] = ()
    """The nodes; the number of a node is its position."""

    def reached(self, tops: Iterable[int]) -> list[int]:
        """Return each of these nodes with all that it uses, directly or not."""
        found: list[int] = []
        for top in tops:
            waiting, seen = [top], {top}
            while waiting:
                number = waiting.pop()
                found.append(number)
                uses = self.files[number].uses
                waiting += (each for each in uses if each not in seen)
                seen.update(uses)
        return found

    def reached_paths(self, paths: Mapping[str, int]) -> list[int]:
        """
        Return for each node which paths are reached from it, as bits of an integer.

        `paths` has the number of the bit of each path.
        """
        masks = [0] * len(self.files)
        for component in self._used_first:
            mask = 0
            for number in component:
                mask |= 1 << paths[self.files[number].path]
                for each in self.files[number].uses:
                    mask |= masks[each]
            for number in component:
                masks[number] = mask
        return masks

    def reached_from(self, tops: Sequence[Sequence[int]]) -> list[int]:
        """
        Return for each node from which of some tops it is reached, as bits.

        `tops` has the nodes of each of them.
        """
        masks = [0] * len(self.files)
        for bit, numbers in enumerate(tops):
            for number in numbers:
                masks[number] |= 1 << bit
        for component in reversed(self._used_first):
            mask = 0
            for number in component:
                mask |= masks[number]
            for number in component:
                masks[number] = mask
                for each in self.files[number].uses:
                    masks[each] |= mask
        return masks

    @cached_property
    def users(self) -> Sequence[Sequence[int]]:
        """The nodes that use each node."""
        found: list[list[int]] = [[] for _ in self.files]
        for number, file in enumerate(self.files):
            for each in file.uses:
                found[each].append(number)
        return found

    @cached_property
    def _used_first(self) -> Sequence[Sequence[int]]:
        """The nodes, after those that they use; those of a cycle are together."""
        return components([file.uses for file in self.files])
