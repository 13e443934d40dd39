"""
Why a text changed: files, values, or the version of hatch-agpm.

A changed file is a cause for every text that was made of it.  Which text prints a value
of the metadata is not recorded: a value is a cause where its old text is in a line that
is gone, and its new text in a line that came.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from hatch_agpm.review.file_changes import FileChanges

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hatch_agpm.review.snapshot import PackageSnapshot, SnapshotText

__all__ = ["Cause", "CauseSearch"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Cause:
    """One thing that changed."""

    kind: Literal["file", "value", "other"]
    what: str
    """The path of a file, or the name of a value."""

    how: str
    """`changed`, `added`, `removed`, or the old and the new value."""


class CauseSearch:
    """Finds out why texts of two snapshots differ."""

    def __init__(self, old: PackageSnapshot, new: PackageSnapshot) -> None:
        """Take the old and the new snapshot."""
        self._old: Final = old
        self._new: Final = new
        self._files: Final = FileChanges(old.graphs, new.graphs)
        self._metadata: Final = _flat(old.metadata), _flat(new.metadata)

    def causes(
        self, one: SnapshotText, other: SnapshotText, diff: Sequence[str]
    ) -> Iterator[Cause]:
        """Yield why an old and a new text differ, of which `diff` is the diff."""
        found = [
            *(
                Cause(kind="file", what=path, how=how)
                for path, how in self._files.between(one, other)
            ),
            *_values(one, other),
            *_printed(*self._metadata, diff),
        ]
        old, new = self._old.generator, self._new.generator
        if found:
            yield from found
        elif old != new and old:
            yield Cause(kind="other", what="hatch-agpm", how=f"{old} -> {new}")
        else:
            yield Cause(kind="other", what="the configuration", how="changed")


def _values(one: SnapshotText, other: SnapshotText) -> Iterator[Cause]:
    """Yield the values of `template_vars` and `[project]` that changed."""
    before, after = (_flat(text.entry.get("variables", {})) for text in (one, other))
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            yield _value(name, before.get(name), after.get(name))


def _printed(
    before: Mapping[str, object], after: Mapping[str, object], diff: Sequence[str]
) -> Iterator[Cause]:
    """Yield the values of the metadata that changed and that a diff has."""
    gone, came = (
        "\n".join(line[1:] for line in diff[2:] if line.startswith(sign))
        for sign in "-+"
    )
    for name in sorted(before.keys() & after.keys()):
        old, new = before[name], after[name]
        if old != new and str(old) and str(old) in gone and str(new) in came:
            yield _value(name, old, new)


def _value(name: str, old: object, new: object) -> Cause:
    return Cause(kind="value", what=name, how=f"{_shown(old)} -> {_shown(new)}")


def _shown(value: object) -> str:
    return "nothing" if value is None else repr(value)


def _flat(value: object, name: str = "") -> dict[str, object]:
    """Return the values in a mapping by dotted name: `urls.Home`, `authors.0.name`."""
    if isinstance(value, dict):
        items = [*value.items()]
    elif isinstance(value, list | tuple):
        items = [*enumerate(value)]
    else:
        return {name: value}
    return {
        path: leaf
        for key, each in items
        for path, leaf in _flat(each, f"{name}.{key}" if name else str(key)).items()
    }
