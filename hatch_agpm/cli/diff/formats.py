"""A comparison as text for a terminal, Markdown for a pull request, or JSON."""

from __future__ import annotations

import html
import json
import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from hatch_agpm.errors import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hatch_agpm.review.changes import Change, SnapshotDiff

__all__ = ["as_json", "as_markdown", "as_text"]

_LONGEST: Final = 60_000
"""The characters of Markdown with which a comment of GitHub has room for the rest."""

_NAMES: Final = 20
"""The names of texts that a line lists."""


def as_text(comparison: SnapshotDiff) -> str:
    """Return a comparison for people."""
    lines = [f"{comparison.old} -> {comparison.new}: {comparison.summary}"]
    for cause, names in comparison.causes.items():
        lines.append(f"  {cause.what} ({cause.how}) reaches {_some(names)}")
    for change in comparison.changes:
        lines += ["", _title(change)]
        lines += (f"  {line}" for line in change.variables)
        lines += change.diff
    return "\n".join(lines)


def as_json(comparison: SnapshotDiff) -> str:
    """Return a comparison as JSON, with a line end."""
    document = {
        "old": comparison.old,
        "new": comparison.new,
        "summary": comparison.summary,
        "causes": [
            {**asdict(cause), "reaches": names}
            for cause, names in comparison.causes.items()
        ],
        "changes": [asdict(change) for change in comparison.changes],
    }
    return f"{json.dumps(document, indent=1)}\n"


def as_markdown(comparison: SnapshotDiff) -> str:
    """Return a comparison for a pull request; long diffs are left out at the end."""
    lines = [
        f"### Prompts: {comparison.summary}",
        "",
        f"{_code(comparison.old)} → {_code(comparison.new)}",
        "",
    ]
    if comparison.causes:
        lines += ["| Cause | | Reaches |", "|---|---|---|"]
        for cause, names in comparison.causes.items():
            shown = ", ".join(_code(name) for name in names[:_NAMES])
            more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
            row = f"| {_code(cause.what)} | {_plain(cause.how)} |"
            lines.append(f"{row} {len(names)}: {shown}{more} |")
        lines.append("")
    text = printable("\n".join(lines))
    for change in comparison.changes:
        part = printable("\n".join(_details(change)))
        if len(text) + len(part) > _LONGEST:
            part = f"{_plain(_title(change))}: too long to show here\n\n"
        if len(text) + len(part) > _LONGEST:
            break
        text += part
    return text


def _details(change: Change) -> Iterator[str]:
    yield f"<details><summary>{_plain(_title(change))}</summary>"
    yield ""
    lines = (*change.variables, *change.diff)
    if lines:
        runs = [len(run) for line in lines for run in re.findall("`+", line)]
        fence = "`" * max(3, *(run + 1 for run in runs), 3)
        yield from (f"{fence}diff", *lines, fence)
        yield ""
    yield "</details>"
    yield ""
    yield ""


def _title(change: Change) -> str:
    old = f"{change.old_name} -> " if change.old_name else ""
    return f"{change.kind} {old}{change.name}"


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
    return f"{len(names)}: {', '.join(names[:_NAMES])}{more}"


def _plain(text: str) -> str:
    """Return a text as HTML in a cell of a table, without any syntax of its own."""
    escaped = html.escape(" ".join(text.split()))
    for sign in "|`*_[]~@#\\":
        escaped = escaped.replace(sign, f"&#{ord(sign)};") if sign != "#" else escaped
    return escaped


def _code(text: str) -> str:
    return f"<code>{_plain(text)}</code>"
