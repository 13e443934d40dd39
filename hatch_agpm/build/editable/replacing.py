"""
A bundle with other texts: its index and its table of names, changed where they differ.

What all names have together, such as the stub, stays as it is.  Where it would change,
the bundle must be made as a whole.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from hatch_agpm.bundle.accessor import accessor_row
from hatch_agpm.bundle.index import index_entry, index_line
from hatch_agpm.bundle.programs import program_files
from hatch_agpm.model.index import as_json
from hatch_agpm.model.rendering import FileContent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from hatch_agpm.bundle.layout import Shipped

__all__ = ["WholeRenderingNeededError", "replaced_files"]

_TABLE: Final = "__init__.py"
_INDEX: Final = "index.json"
_OF_TEXT: Final = frozenset(
    {
        "size",
        "sha256",
        "checksum",
        "body",
        "tokens",
        "prefix",
        "metadata",
        "runtime",
        "embedded",
        "files",
    }
)
"""The fields of a resource in the index that depend on its text."""


class WholeRenderingNeededError(Exception):
    """More has changed than some texts; the reason is the message."""


def replaced_files(
    directory: Path, items: Sequence[Shipped], inputs: Mapping[str, str]
) -> dict[str, FileContent]:
    """
    Return the files of the bundle in `directory` that are not what they were.

    `items` are the names that may have another text, and `inputs` the new digests of
    files that were read, by path.  Raises `WholeRenderingNeededError`, and `OSError`
    for a bundle that cannot be read.
    """
    files: dict[str, FileContent] = {}
    for item in items:
        files |= item.files
        if item.program:
            files[item.program_path] = FileContent(data=item.program)
    index = (directory / _INDEX).read_text("utf-8")
    files[_INDEX] = _content(_replaced_index(index, items, inputs, directory))
    table = (directory / _TABLE).read_text("utf-8")
    files[_TABLE] = _content(_replaced_table(table, items))
    return files


def _content(text: str) -> FileContent:
    # As the index is written: its strings may have surrogates.
    return FileContent(data=text.encode(errors="backslashreplace"))


def _replaced_table(table: str, items: Sequence[Shipped]) -> str:
    """Return the package of a bundle with other rows for these names."""
    rows = {row.partition(": (")[0]: row for row in map(accessor_row, items)}
    lines = table.splitlines(keepends=True)
    for number, line in enumerate(lines):
        lines[number] = rows.pop(line.partition(": (")[0], line)
    if rows:
        raise WholeRenderingNeededError("a name is new")
    return "".join(lines)


def _replaced_index(
    index: str,
    items: Sequence[Shipped],
    inputs: Mapping[str, str],
    directory: Path,
) -> str:
    """Return an index with other entries for these names and inputs."""
    wanted = {_start("full_name", item.full_name): item for item in items}
    changed = {_start("path", path): sha256 for path, sha256 in inputs.items()}
    entries: dict[str, list[int]] = defaultdict(list)
    lines = index.split("\n")
    for number, line in enumerate(lines):
        start = line.partition('", "')[0]
        if start in wanted:
            entries[start].append(number)
        elif start in changed:
            entry = _parsed(line)
            lines[number] = _line({**entry, "sha256": changed[start]}, line)
    for start, item in wanted.items():
        numbers = entries[start]
        if len(numbers) != len(item.resources):
            raise WholeRenderingNeededError("a name has more or fewer resources")
        old = [_parsed(lines[number]) for number in numbers]
        new = _entries(item, old)
        for each, now in zip(old, new, strict=True):
            _check_alike(each, now)
        _check_programs(item, old[0], directory)
        for number, now in zip(numbers, new, strict=True):
            lines[number] = _line(now, lines[number])
    return "\n".join(lines)


def _start(key: str, value: str) -> str:
    """Return the first characters of the line of an entry of the index."""
    return "  " + index_line({key: value}).removesuffix('"}')


def _parsed(line: str) -> dict[str, Any]:
    entry: dict[str, Any] = json.loads(line.removesuffix(","))
    return entry


def _line(entry: Mapping[str, object], before: str) -> str:
    return f"  {index_line(entry)}" + "," * before.endswith(",")


def _entries(
    item: Shipped, old: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, object]]:
    """Return the entries of a name; the numbers of its templates stay."""
    made = (
        index_entry(item, resource, input_=before["input"])
        for resource, before in zip(item.resources, old, strict=True)
    )
    # As they are read again, with lists for tuples.
    return [json.loads(json.dumps(as_json(entry))) for entry in made]


def _check_alike(old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """Raise if more than the text differs, or what the stub says of it."""
    same = all(old[key] == new[key] for key in old.keys() - _OF_TEXT)
    if not same or old.keys() != new.keys():
        raise WholeRenderingNeededError("a resource differs in more than its text")
    if _shown(old) != _shown(new):
        raise WholeRenderingNeededError("what the stub shows has changed")


def _shown(entry: Mapping[str, Any]) -> tuple[object, ...]:
    """Return what the stub and the documentation show of a resource."""
    variables = [
        {key: value for key, value in variable.items() if key != "places"}
        for variable in entry["runtime"]
    ]
    files = [each["path"] for each in entry["files"]]
    return variables, files, entry["metadata"].get("description")


def _check_programs(item: Shipped, old: Mapping[str, Any], directory: Path) -> None:
    """Raise if a text needs other modules than before to be filled in."""
    resource = item.resources[0]
    program = old["program"]
    text = (directory / program).read_text("utf-8") if program else ""
    before = replace(item, resources=(replace(resource, program=text),))
    if program_files([before]) != program_files([item]):
        raise WholeRenderingNeededError("other modules fill in the texts")
