"""
Why a text changed: files, values, or the version of hatch-agpm.

A changed file is a cause for every text that was made of it.  Which text prints a value
of the metadata is not recorded: a value is a cause where its old text is in a line that
is gone, and its new text in a line that came.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hatch_agpm.review.snapshot import PackageSnapshot, SnapshotText

__all__ = ["Cause", "causes_of"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Cause:
    """One thing that changed."""

    kind: Literal["file", "value", "other"]
    what: str
    """The path of a file, or the name of a value."""

    how: str
    """`changed`, `added`, `removed`, or the old and the new value."""


def causes_of(
    old: PackageSnapshot,
    new: PackageSnapshot,
    one: SnapshotText,
    other: SnapshotText,
    diff: Sequence[str],
) -> Iterator[Cause]:
    """Yield the causes of the difference of two texts, of which `diff` is the diff."""
    found = [
        *_files(one, other),
        *_values(one, other),
        *_metadata(old.metadata, new.metadata, diff),
    ]
    if found:
        yield from found
    elif old.generator != new.generator and old.generator:
        how = f"{old.generator} -> {new.generator}"
        yield Cause(kind="other", what="hatch-agpm", how=how)
    else:
        yield Cause(kind="other", what="the configuration", how="changed")


def _files(one: SnapshotText, other: SnapshotText) -> Iterator[Cause]:
    if not one.inputs or not other.inputs:
        return
    for path in sorted({*one.inputs, *other.inputs}):
        before, after = one.inputs.get(path), other.inputs.get(path)
        if before != after:
            how = "added" if not before else "changed" if after else "removed"
            yield Cause(kind="file", what=path, how=how)


def _values(one: SnapshotText, other: SnapshotText) -> Iterator[Cause]:
    """Yield the values of `template_vars` and `[project]` that changed."""
    before, after = (_flat(text.entry.get("variables", {})) for text in (one, other))
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            yield _value(name, before.get(name), after.get(name))


def _metadata(
    before: Mapping[str, object], after: Mapping[str, object], diff: Sequence[str]
) -> Iterator[Cause]:
    gone, came = (
        "\n".join(line[1:] for line in diff[2:] if line.startswith(sign))
        for sign in "-+"
    )
    one, other = _flat(before), _flat(after)
    for name in sorted(one.keys() & other.keys()):
        old, new = one[name], other[name]
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
