"""The files that the texts of a snapshot are made of, with numbers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

from hatch_agpm.preview.model import PreviewFile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hatch_agpm.review import InputGraph, PackageSnapshot

__all__ = ["SnapshotFiles"]


@dataclass(frozen=True)
class SnapshotFiles:
    """The files that the texts of a snapshot are made of, with numbers."""

    snapshot: PackageSnapshot
    sources: Mapping[str, bytes]
    """Those that are known, by the paths that the snapshot has."""

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """The number of each file, by path; sorted."""
        graphs = self.snapshot.graphs
        paths = sorted({file.path for graph in graphs for file in graph.files})
        return {path: number for number, path in enumerate(paths)}

    @cached_property
    def offsets(self) -> Mapping[InputGraph, int]:
        """The position in `nodes` of the first node of each graph."""
        sizes = [len(graph.files) for graph in self.snapshot.graphs]
        starts = accumulate(sizes, initial=0)
        return dict(zip(self.snapshot.graphs, starts, strict=False))

    @property
    def nodes(self) -> tuple[tuple[int, tuple[int, ...]], ...]:
        """The nodes of all graphs: the number of the file, and the nodes it uses."""
        return tuple(
            (self.numbers[file.path], tuple(offset + each for each in file.uses))
            for graph, offset in self.offsets.items()
            for file in graph.files
        )

    @cached_property
    def texts(self) -> Mapping[int, str]:
        """The texts of those that are known and are text, by number."""
        found: dict[int, str] = {}
        for path, number in self.numbers.items():
            try:
                found[number] = self.sources[path].decode()
            except (KeyError, UnicodeDecodeError):
                continue
        return found

    @property
    def shown(self) -> tuple[PreviewFile, ...]:
        """The files as the page has them."""
        return tuple(
            PreviewFile(path=path, text=self.texts.get(number))
            for path, number in self.numbers.items()
        )
