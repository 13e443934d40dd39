"""The command `show`: one prompt of a project, a wheel or an installed distribution."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from hatch_agpm.cli.snapshots import open_place
from hatch_agpm.cli.viewing.branches import branches
from hatch_agpm.errors import ConfigError, did_you_mean
from hatch_agpm.reading import read_regular
from hatch_agpm.review import EXPORTED
from hatch_agpm.tokens import counter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hatch_agpm.review import PackageSnapshot, SnapshotText
    from hatch_agpm.tokens import Counter

__all__ = ["find_text", "length_of", "shown"]


def shown(name: str, place: str, form: str) -> bytes:
    """
    Return what `show` prints of a prompt, by its name in the wheel.

    `place` is a project, a wheel or a distribution; `form` is `text`, `json`, `source`
    for the template, or `document` for the file.  Raises ConfigError if there is no
    such prompt or template, and AgpmError for a place that cannot be read.
    """
    found = find_text(name, open_place(place))
    if form == "document":
        return found.data
    if form == "source":
        return _source(found, Path(place))
    if form == "json":
        return f"{json.dumps(_as_json(found), indent=1)}\n".encode()
    return _as_text(found)


def find_text(name: str, snapshot: PackageSnapshot) -> SnapshotText:
    """Return a text by the name that `list` prints; raise ConfigError for another."""
    texts = snapshot.texts
    exported = re.sub(r"^(?:.*/)?\.agents/", EXPORTED, name)
    for each in (name, exported, f"{exported}.md", f"{exported}/SKILL.md"):
        if each in texts:
            return texts[each]
    hint = did_you_mean(name, texts) or "`hatch-agpm list` shows the names"
    raise ConfigError(f"'{name}'", f"is not in {snapshot.label}", hint=hint)


def _source(found: SnapshotText, project: Path) -> bytes:
    """Return the template; raise ConfigError where only its path is known."""
    path = found.top
    if project.is_dir() and path and ":" not in path:
        try:
            return read_regular(project / path)
        except OSError as error:
            raise ConfigError(f"{path}:", f"cannot be read: {error.strerror}") from None
    what = f"is of {path or 'a template'}, which is not in {project}"
    hint = "give the directory of its project with --project"
    raise ConfigError(f"'{found.name}'", what, hint=hint)


def _as_json(found: SnapshotText) -> dict[str, object]:
    entry, text, counts = found.entry, found.text, counter()
    uses, body = found.uses, entry.get("body", 0)
    behind = None if text is None else found.data[body:].decode()
    return {
        "name": found.name,
        "type": entry.get("type"),
        "tool": entry.get("tool"),
        "install_path": entry.get("install_path"),
        "size": len(found.data),
        "tokens": None if behind is None else counts.count(behind),
        "counted_by": counts.method,
        "prefix": entry.get("prefix"),
        "metadata": entry.get("metadata", {}),
        "runtime": entry.get("runtime", []),
        "variables": entry.get("variables", {}),
        "template": found.top or None,
        "inputs": [
            {"path": path, "sha256": sha256, "uses": [*uses[path]]}
            for path, sha256 in found.inputs.items()
        ],
        "text": behind,
    }


def _as_text(found: SnapshotText) -> bytes:
    """Return the facts, and below a line the text."""
    head = "\n".join(_facts(found))
    body = found.data[found.entry.get("body", 0) :]
    if found.text is None:
        return f"{head}\n".encode()
    return f"{head}\n---\n".encode() + body


def length_of(found: SnapshotText, counts: Counter) -> str:
    """Return the length of a text for people, "" for what is not text."""
    if found.text is None:
        return ""
    body = found.data[found.entry.get("body", 0) :]
    length = counts.shown(counts.count(body.decode()))
    prefix = found.entry.get("prefix")
    if not prefix or prefix["size"] == len(body):
        return length
    before = body[: prefix["size"]].decode()
    return f"{length}, {counts.count(before):,} before the first value"


def _facts(found: SnapshotText) -> Iterator[str]:
    entry, counts = found.entry, counter()
    tool = f", for {entry['tool']}" if entry.get("tool") else ""
    yield f"{found.name}: {entry.get('type', 'file')}{tool}"
    if length := length_of(found, counts):
        yield f"length: {length}"
    for each in entry.get("runtime", ()):
        default = "" if each["required"] else f" = {each['default']!r}"
        yield f"variable: {each['name']}: {each['type']}{default}"
    if entry.get("metadata"):
        written = yaml.safe_dump(
            entry["metadata"], sort_keys=False, allow_unicode=True, width=88
        )
        yield "metadata:"
        yield from (f"  {line}" for line in written.splitlines())
    if found.tops:
        yield "made of:"
        yield from branches(found.graph, found.tops)
