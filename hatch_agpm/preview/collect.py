"""From snapshots, and the files that one was made of, to what the page shows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from hatch_agpm.preview.differences import shown_change, shown_comparison
from hatch_agpm.preview.files import SnapshotFiles
from hatch_agpm.preview.model import Preview, PreviewPrompt
from hatch_agpm.preview.prompts import PromptReader
from hatch_agpm.rendering.marking import MarkedTexts
from hatch_agpm.review import compare

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hatch_agpm.preview.model import PreviewChange
    from hatch_agpm.review import PackageSnapshot, SnapshotDiff
    from hatch_agpm.tokens import Counter

__all__ = ["collect"]

_ORDER: Final = ("changed", "renamed", "added", "removed")
"""Which changes come first."""

_NOT_MARKED: Final = MarkedTexts()


def collect(
    snapshot: PackageSnapshot,
    counts: Counter,
    *,
    sources: Mapping[str, bytes],
    marked: MarkedTexts = _NOT_MARKED,
    against: PackageSnapshot | None = None,
) -> Preview:
    """
    Return what the page shows of a snapshot.

    `sources` are the files that its texts are made of, by the paths that the snapshot
    has; those of a wheel are not known.  `marked` are the texts of which it is known
    what they embed.  `against` is the old state that it is compared with.
    """
    files = SnapshotFiles(snapshot, sources)
    reader = PromptReader(snapshot, counts, files, marked)
    comparison = compare(against, snapshot) if against else None
    prompts = [reader.prompt(text) for text in snapshot.texts.values()]
    if comparison:
        prompts = _with_changes(prompts, comparison)
    return Preview(
        title=_title(snapshot),
        counted_by=counts.method,
        files=files.shown,
        nodes=files.nodes,
        prompts=tuple(prompts),
        comparison=shown_comparison(comparison) if comparison else None,
    )


def _title(snapshot: PackageSnapshot) -> str:
    """Return the name and version of the distribution."""
    facts = (str(snapshot.metadata.get(key, "")) for key in ("name", "version"))
    return " ".join(filter(None, facts)) or snapshot.label


def _with_changes(
    prompts: list[PreviewPrompt], comparison: SnapshotDiff
) -> list[PreviewPrompt]:
    """Return the prompts with what changed, changed ones first, and removed ones."""
    changes = {change.name: shown_change(change) for change in comparison.changes}
    shown = [replace(each, change=changes.pop(each.name, None)) for each in prompts]
    shown += [_removed(name, change) for name, change in changes.items()]
    return sorted(shown, key=_place)


def _place(prompt: PreviewPrompt) -> tuple[int, str]:
    kind = prompt.change.kind if prompt.change else None
    return (_ORDER.index(kind) if kind else len(_ORDER)), prompt.name


def _removed(name: str, change: PreviewChange) -> PreviewPrompt:
    return PreviewPrompt(
        name=name, type="", is_exported=False, size=0, text=None, change=change
    )
