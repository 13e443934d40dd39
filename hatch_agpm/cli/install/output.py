"""What `install` and `uninstall` print: a line for each change, or JSON."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hatch_agpm.install.changes import InstallItem

__all__ = ["InstallReport", "as_json", "as_text"]

_ADDRESS: Final = ("http://", "https://", "ws://", "wss://")
_DONE: Final = {"write": "wrote", "remove": "removed"}
_PLANNED: Final = {"write": "would write", "remove": "would remove"}


@dataclass(frozen=True, kw_only=True, slots=True)
class InstallReport:
    """What a run found and did."""

    command: str
    """`install`, `check` or `uninstall`."""

    items: tuple[InstallItem, ...]
    titles: tuple[str, ...]
    """The distributions, with their versions."""

    notes: tuple[str, ...] = ()
    environment: str = ""
    is_dry: bool = False

    @property
    def is_ok(self) -> bool:
        """Whether all is as it should be."""
        if self.command == "check":
            return all(item.state == "ok" for item in self.items)
        if self.command == "install":
            return not any(item.action == "keep" for item in self.items)
        return True

    @property
    def exit_code(self) -> int:
        """1 if anything is not as it should be."""
        return 0 if self.is_ok else 1


def as_json(report: InstallReport) -> str:
    """Return the report as a JSON document."""
    return json.dumps(
        {
            "schema": 1,
            "command": report.command,
            "ok": report.is_ok,
            "dry_run": report.is_dry,
            "environment": report.environment,
            "distributions": list(report.titles),
            "items": [
                {
                    "name": item.name,
                    "state": item.state,
                    "action": item.action,
                    "distributions": list(item.owners),
                    "reason": item.reason,
                    "command": item.command,
                }
                for item in report.items
            ],
            "notes": list(report.notes),
        },
        indent=1,
    )


def as_text(report: InstallReport) -> Iterator[str]:
    """Yield the lines to print."""
    if report.command == "check":
        for item in report.items:
            if item.state != "ok":
                yield f"{item.state}: {item.name} ({_explained(item)})"
    else:
        words = _PLANNED if report.is_dry else _DONE
        for item in report.items:
            if item.action in words:
                yield f"{words[item.action]} {item.name}{_running(item)}"
        for item in report.items:
            yield from _kept(item)
    for note in report.notes:
        yield f"note: {note}"
    yield _summary(report)


def _running(item: InstallItem) -> str:
    is_run = item.command and item.action == "write"
    verb = "connects to" if item.command.startswith(_ADDRESS) else "runs"
    return f", which {verb} `{item.command}`" if is_run else ""


def _explained(item: InstallItem) -> str:
    """Return why an item is not ok, in words of the user."""
    owners = " and ".join(item.owners)
    if item.reason:
        return f"{item.reason}; {owners}"
    if item.state == "drifted":
        return f"edited since it was installed; {owners}"
    if item.state == "foreign":
        return f"not installed by hatch-agpm, and in the way of {owners}"
    if item.state == "missing":
        return f"not there; {owners}"
    if item.action in {"remove", "forget"}:
        return f"not wanted any more; {owners}"
    return f"not up to date; {owners}"


def _kept(item: InstallItem) -> Iterator[str]:
    """Yield a line about what stays as it is."""
    is_forgotten = item.action == "forget" and item.is_present
    if item.action != "keep" and not is_forgotten:
        return
    line = f"kept {item.name} ({_explained(item)})"
    if is_forgotten:
        yield f"{line}: it is yours from now on"
    elif item.reason:
        yield f"{line}: move it away, and run the command again"
    else:
        yield f"{line}: `--force {item.name}` replaces it"


def _summary(report: InstallReport) -> str:
    """Return the last line."""
    if not report.titles and not report.items:
        if report.command == "uninstall":
            return "nothing is installed"
        return "nothing to install: no dependency of the project ships anything"
    states = Counter(item.state for item in report.items)
    of = f"of {', '.join(report.titles)}" if report.titles else "in all"
    if not report.items:
        return f"nothing to install {of}"
    if report.command == "check":
        counts = ", ".join(f"{states[state]} {state}" for state in sorted(states))
        return f"{counts} {of}"
    kept = sum(
        item.action in {"keep", "forget"} and item.is_present for item in report.items
    )
    changed = sum(item.action in _DONE for item in report.items)
    if not changed and not kept:
        return f"{_count(len(report.items))} {of}: up to date"
    word = "would change" if report.is_dry else "changed"
    return f"{_count(len(report.items))} {of}: {changed} {word}, {kept} kept"


def _count(number: int) -> str:
    return "1 file or setting" if number == 1 else f"{number} files and settings"
