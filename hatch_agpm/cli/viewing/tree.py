"""The command `tree`: the files that each prompt is made of, or who uses a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hatch_agpm.cli.snapshots import open_place
from hatch_agpm.cli.viewing.branches import branches
from hatch_agpm.cli.viewing.show import find_text, length_of
from hatch_agpm.errors import ConfigError, did_you_mean
from hatch_agpm.tokens import counter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from hatch_agpm.review import PackageSnapshot, SnapshotText

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
    seen = set[str]() if _agree(texts) else None
    for text in texts:
        length = length_of(text, counts)
        yield f"{text.name} ({length})" if length else text.name
        if text.top:
            yield from branches(text.top, text.uses, seen=seen)


def _agree(texts: Iterable[SnapshotText]) -> bool:
    """Tell whether each file uses the same files in all texts, also in variants."""
    uses: dict[str, Sequence[str]] = {}
    return all(
        uses.setdefault(path, used) == used
        for text in texts
        for path, used in text.uses.items()
    )


def _made(snapshot: PackageSnapshot) -> list[SnapshotText]:
    """Return the texts of which the inputs are known, without parts of skills."""
    texts = snapshot.texts.values()
    return [text for text in texts if text.entry or (text.inputs and not text.template)]


def _users(name: str | None, snapshot: PackageSnapshot) -> Iterator[str]:
    """Yield each file, and below it the prompts made of it, with the files between."""
    users: dict[str, list[str]] = {}
    for text in _made(snapshot):
        for path, chain in _chains(text).items():
            between = f" ({' > '.join(chain)})" if chain else ""
            users.setdefault(path, []).append(f"  {text.name}{between}")
    if name is not None and name in snapshot.texts and name not in users:
        # A prompt stands for its template.
        name = snapshot.texts[name].top
    if name is not None and name not in users:
        hint = did_you_mean(name, users) or "`hatch-agpm tree` shows the files"
        what = f"is a file of no prompt in {snapshot.label}"
        raise ConfigError(f"'{name}'", what, hint=hint)
    for path in [name] if name else sorted(users):
        yield from (path, *users[path])


def _chains(text: SnapshotText) -> dict[str, tuple[str, ...]]:
    """Return the files by which a text reaches each of its files, from its template."""
    found: dict[str, tuple[str, ...]] = {text.top: ()}
    waiting = [text.top]
    for path in waiting:
        for each in text.uses.get(path, ()):
            if each not in found:
                found[each] = (*found[path], path)
                waiting.append(each)
    return found
