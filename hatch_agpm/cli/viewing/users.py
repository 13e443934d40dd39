"""
Which prompts are made of a file, and by way of which files.

The number of all pairs of a file and a prompt grows with the square of a chain.  So the
list of all files has for each file those prompts whose templates use it directly, and
not more than a number of others; the list of one file has them all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from hatch_agpm.review import InputGraph, SnapshotText

__all__ = ["users_of", "users_of_all"]

_MOST: Final = 100
"""The prompts of a file up to which the list of all files has all of them."""

_ENDS: Final = 4
"""The files at each end of a longer way that are shown."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Way:
    """The files from a template to a file that it uses; long ways are shortened."""

    files: tuple[str, ...] = ()
    """The template first; the file itself is not among them."""

    left_out: int = 0
    """How many are left out in the middle."""

    def __str__(self) -> str:
        shown = list(self.files)
        if self.left_out:
            shown.insert(_ENDS, f"{self.left_out:,} more")
        return f" ({' > '.join(shown)})" if shown else ""

    def then(self, path: str) -> _Way:
        """Return this way with a file behind it."""
        return self._shortened((*self.files, path))

    def before(self, path: str) -> _Way:
        """Return this way with a file before it."""
        return self._shortened((path, *self.files))

    def _shortened(self, files: tuple[str, ...]) -> _Way:
        if len(files) <= 2 * _ENDS:
            return _Way(files=files)
        files = (*files[:_ENDS], *files[_ENDS + 1 :])
        return _Way(files=files, left_out=self.left_out + 1)


def users_of(path: str, texts: Iterable[SnapshotText]) -> Iterator[str]:
    """Yield the lines of one file: its path, and all prompts that are made of it."""
    ways: dict[InputGraph, Mapping[int, _Way]] = {}
    yield path
    for text in texts:
        if text.graph not in ways:
            ways[text.graph] = _ways_to(path, text.graph)
        known = ways[text.graph]
        found = next((known[top] for top in text.tops if top in known), None)
        if found is not None:
            yield f"  {text.name}{found}"


def _ways_to(path: str, graph: InputGraph) -> dict[int, _Way]:
    """Return the shortest way to a file from each node that reaches it."""
    files = graph.files
    found = {number: _Way() for number, file in enumerate(files) if file.path == path}
    level = list(found)
    while level:
        users = {each for number in level for each in graph.users[number]}
        level = sorted(users - found.keys())
        # The first of the files that it uses, as in the tree.
        nearest = {
            number: next(each for each in files[number].uses if each in found)
            for number in level
        }
        found |= {
            number: found[each].before(files[number].path)
            for number, each in nearest.items()
        }
    return found


def users_of_all(texts: Sequence[SnapshotText]) -> Iterator[str]:
    """Yield the lines of all files, sorted, with the prompts that are made of each."""
    numbers = _numbers_of_users(texts)
    users: dict[str, list[str]] = {}
    for text in texts:
        for path, way in _ways_from(text, numbers).items():
            users.setdefault(path, []).append(f"  {text.name}{way}")
    for path in sorted(users):
        yield from (path, *users[path])
        if left := numbers[path] - len(users[path]):
            how = f"`hatch-agpm tree --invert {path}` shows them"
            yield f"  and {left:,} more: {how}"


def _numbers_of_users(texts: Sequence[SnapshotText]) -> Mapping[str, int]:
    """Return how many texts are made of each file."""
    reached: dict[str, int] = {}
    for graph in dict.fromkeys(text.graph for text in texts):
        tops = [text.tops if text.graph is graph else () for text in texts]
        for file, mask in zip(graph.files, graph.reached_from(tops), strict=True):
            reached[file.path] = reached.get(file.path, 0) | mask
    return {path: mask.bit_count() for path, mask in reached.items()}


def _ways_from(text: SnapshotText, users: Mapping[str, int]) -> Mapping[str, _Way]:
    """
    Return the shortest ways from a text to its files.

    Files that too many texts use are left out, unless its template uses them directly.
    """
    files = text.graph.files
    found = {files[top].path: _Way() for top in text.tops}
    waiting = [(top, 0) for top in text.tops]
    for number, depth in waiting:
        file = files[number]
        if depth and users[file.path] > _MOST:
            continue
        for each in file.uses:
            path = files[each].path
            if path not in found and (not depth or users[path] <= _MOST):
                found[path] = found[file.path].then(file.path)
                waiting.append((each, depth + 1))
    return found
