"""The command `tree`: the files that each prompt is made of, or who uses a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hatch_agpm.cli.snapshots import open_place
from hatch_agpm.cli.viewing.branches import branches
from hatch_agpm.cli.viewing.show import find_text, length_of
from hatch_agpm.cli.viewing.users import users_of, users_of_all
from hatch_agpm.errors import ConfigError, did_you_mean
from hatch_agpm.review import EXPORTED
from hatch_agpm.tokens import counter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hatch_agpm.review import InputGraph, PackageSnapshot, SnapshotText

__all__ = ["tree"]


def tree(name: str | None, place: str, *, invert: bool) -> str:
    """
    Return what `tree` prints, for one name or for all.

    `place` is a project, a wheel or a distribution.  If `invert`, the name is that of a
    file, and below it is what uses it.  Raises ConfigError for an unknown name, and
    AgpmError for a place that cannot be read.
    """
    snapshot = open_place(place)
    lines = _users(name, snapshot) if invert else _prompts(name, snapshot)
    return "\n".join(lines)


def _prompts(name: str | None, snapshot: PackageSnapshot) -> Iterator[str]:
    """Yield each prompt, and below it the files that it is made of."""
    counts = counter()
    texts = [find_text(name, snapshot)] if name else _made(snapshot)
    # In a chain, the trees of all prompts have a size that grows with its cube.
    seen: dict[InputGraph, set[int]] = {}
    for text in texts:
        length = length_of(text, counts)
        yield f"{text.name} ({length})" if length else text.name
        yield from branches(text.graph, text.tops, seen.setdefault(text.graph, set()))


def _made(snapshot: PackageSnapshot) -> list[SnapshotText]:
    """Return the texts of which the inputs are known, without parts of skills."""
    return [
        text
        for text in snapshot.texts.values()
        if text.entry or (text.tops and text.name.startswith(EXPORTED))
    ]


def _users(name: str | None, snapshot: PackageSnapshot) -> Iterator[str]:
    """Yield each file, and below it the prompts made of it, with the files between."""
    texts = _made(snapshot)
    if name is None:
        yield from users_of_all(texts)
        return
    files = (file for graph in snapshot.graphs for file in graph.files)
    known = {file.path for file in files}
    if name in snapshot.texts and name not in known:
        # A prompt stands for its template.
        name = snapshot.texts[name].top
    if name not in known:
        hint = did_you_mean(name, known) or "`hatch-agpm tree` shows the files"
        what = f"is a file of no prompt in {snapshot.label}"
        raise ConfigError(f"'{name}'", what, hint=hint)
    yield from users_of(name, texts)
