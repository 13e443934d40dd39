"""Compare two snapshots: texts that were added, removed, renamed or changed."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from hatch_agpm.review.causes import Cause, CauseSearch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hatch_agpm.review.snapshot import PackageSnapshot, SnapshotText

__all__ = ["Change", "SnapshotDiff", "compare"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One text that is not the same in both."""

    name: str
    kind: Literal["added", "removed", "renamed", "changed"]
    old_name: str | None = None
    """The name that it had, if it was renamed."""

    diff: tuple[str, ...] = ()
    """The unified diff, without line ends; () for bytes, and for equal texts."""

    variables: tuple[str, ...] = ()
    """What changed in its run-time variables."""

    causes: tuple[Cause, ...] = ()
    """Why it changed; () for what was added, removed or only renamed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SnapshotDiff:
    """The differences of two snapshots."""

    old: str
    new: str
    number: int
    """The number of texts that the new one has."""

    changes: tuple[Change, ...]

    @property
    def causes(self) -> Mapping[Cause, list[str]]:
        """The names of the texts that each cause reached."""
        reached: dict[Cause, list[str]] = {}
        for change in self.changes:
            for cause in change.causes:
                reached.setdefault(cause, []).append(change.name)
        return dict(
            sorted(reached.items(), key=lambda each: (each[0].kind, each[0].what))
        )

    @property
    def summary(self) -> str:
        """The numbers of changes, in words."""
        kinds = ("changed", "added", "removed", "renamed")
        numbers = {
            kind: sum(each.kind == kind for each in self.changes) for kind in kinds
        }
        found = [f"{number} {kind}" for kind, number in numbers.items() if number]
        return (
            f"{', '.join(found)} of {self.number} texts" if found else "no difference"
        )


def compare(old: PackageSnapshot, new: PackageSnapshot) -> SnapshotDiff:
    """Return the differences of two snapshots, by name."""
    removed = [name for name in old.texts if name not in new.texts]
    added = [name for name in new.texts if name not in old.texts]
    renamed = _renamed(old, new, removed, added)
    search = CauseSearch(old, new)
    changes = [
        *(Change(name=name, kind="removed") for name in removed),
        *(
            Change(name=name, kind="added", diff=_diff(None, new.texts[name]))
            for name in added
            if name not in renamed
        ),
        *(
            _changed(search, old.texts[before], new.texts[name])
            for name, before in renamed.items()
        ),
    ]
    gone = set(renamed.values())
    changes = [each for each in changes if each.name not in gone or each.old_name]
    for name, text in new.texts.items():
        if name in old.texts and _differs(old.texts[name], text):
            changes.append(_changed(search, old.texts[name], text))
    changes.sort(key=lambda change: change.name)
    return SnapshotDiff(
        old=old.label, new=new.label, number=len(new.texts), changes=tuple(changes)
    )


def _renamed(
    old: PackageSnapshot, new: PackageSnapshot, removed: list[str], added: list[str]
) -> dict[str, str]:
    """Return the old names of the texts that have the same bytes, or template."""
    found: dict[str, str] = {}
    left = dict.fromkeys(removed)
    for key in (_data, _template):
        same: dict[object, list[str]] = {}
        for name in left:
            same.setdefault(key(old.texts[name]), []).append(name)
        for name in added:
            wanted = key(new.texts[name])
            matches = same.get(wanted, []) if wanted is not None else []
            if name not in found and len(matches) == 1:
                found[name] = matches.pop()
                del left[found[name]]
    return found


def _data(text: SnapshotText) -> object:
    return text.data


def _template(text: SnapshotText) -> object:
    """Return the template of a prompt; None if it is not known."""
    return text.top if text.entry and text.tops else None


def _differs(one: SnapshotText, other: SnapshotText) -> bool:
    return one.data != other.data or [*_variables(one, other)] != []


def _changed(search: CauseSearch, one: SnapshotText, other: SnapshotText) -> Change:
    diff, is_renamed = _diff(one, other), one.name != other.name
    causes = search.causes(one, other, diff) if _differs(one, other) else ()
    return Change(
        name=other.name,
        kind="renamed" if is_renamed else "changed",
        old_name=one.name if is_renamed else None,
        diff=diff,
        variables=tuple(_variables(one, other)),
        causes=tuple(causes),
    )


def _diff(one: SnapshotText | None, other: SnapshotText) -> tuple[str, ...]:
    """Return the unified diff of two texts; () if one is not text."""
    before = "" if one is None else one.text
    after = other.text
    if before is None or after is None:
        return ()
    lines = difflib.unified_diff(
        before.split("\n"),
        after.split("\n"),
        one.name if one else "/dev/null",
        other.name,
        lineterm="",
    )
    return tuple(lines)


def _variables(one: SnapshotText, other: SnapshotText) -> Iterator[str]:
    """Yield what changed in the run-time variables of two texts."""
    before, after = (
        {each["name"]: each for each in text.entry.get("runtime", ())}
        for text in (one, other)
    )
    for name in sorted({*before, *after}):
        if name not in after:
            yield f"-{_written(before[name])}"
        elif name not in before:
            yield f"+{_written(after[name])}"
        elif _written(before[name]) != _written(after[name]):
            yield f"-{_written(before[name])}"
            yield f"+{_written(after[name])}"


def _written(variable: Mapping[str, Any]) -> str:
    default = variable["default"]
    optional = "" if variable["required"] else f" = {default!r}"
    return f"{variable['name']}: {variable['type']}{optional}"
