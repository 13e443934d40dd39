"""
A bundle some of whose names were made again: its files, without those of the others.

The texts of the other names stay as they are, and so do their entries in the index, but
for the numbers of their templates.  What concerns all names is made again.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hatch_agpm.bundle import package_files
from hatch_agpm.bundle.accessor import table_end
from hatch_agpm.bundle.index import (
    index_array,
    index_entry,
    index_inputs,
    index_line,
    numbered_inputs,
)
from hatch_agpm.bundle.layout import attribute_path
from hatch_agpm.formats.file_names import folded
from hatch_agpm.model.index import as_json
from hatch_agpm.model.rendering import FileContent
from hatch_agpm.reading import read_regular

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from hatch_agpm.build.editable.record import KnownName
    from hatch_agpm.bundle.layout import Shipped
    from hatch_agpm.model.build import BuildContext
    from hatch_agpm.model.rendering import InputNode

__all__ = ["MergedNames", "WholeRenderingNeededError", "merged_files"]

_INDEX: Final = "index.json"
_TABLE: Final = "__init__.py"
_INPUTS: Final = '\n "inputs": '
_RESOURCES: Final = ',\n "resources": '
_NUMBER: Final = ', "input": '


class WholeRenderingNeededError(Exception):
    """More has changed than can be rendered apart; the reason is the message."""


@dataclass(frozen=True, kw_only=True)
class MergedNames:
    """The names of a bundle, some of which were made again."""

    names: Mapping[str, KnownName]
    """All names, sorted by section and name."""

    items: Mapping[str, Shipped]
    """Those that were made again, with their resources."""

    templates: Mapping[str, InputNode]
    """The template of each resource, by its key."""

    output: str
    """The bundle's directory in the source tree."""


def merged_files(
    merged: MergedNames, before: Path, context: BuildContext
) -> tuple[dict[str, FileContent], list[str]]:
    """
    Return the files of a bundle that are not those of the one in `before`, by path.

    Returns also the paths of those that belong to all names together.  Raises
    `WholeRenderingNeededError` where two names may be one, `AgpmError` where two
    directories are, and `OSError` for a bundle that cannot be read.
    """
    index = (before / _INDEX).read_bytes()
    if table_end(index) not in read_regular(before / _TABLE).decode():
        raise WholeRenderingNeededError("the index is damaged")
    # As the index is written: its strings may have surrogates.
    data = _merged_index(index.decode(), merged).encode(errors="backslashreplace")
    generated = package_files(
        [each.shown for each in merged.names.values()],
        merged.output,
        index=data,
        distribution=context.distribution,
        version=str(context.metadata.get("version", "")),
    )
    generated[_INDEX] = FileContent(data=data)
    _check_apart(merged.names.values(), generated)
    texts: dict[str, FileContent] = {}
    for item in merged.items.values():
        texts |= item.files
        if item.program:
            texts[item.program_path] = FileContent(data=item.program)
    return {**generated, **texts}, sorted(generated)


def _check_apart(names: Iterable[KnownName], generated: Iterable[str]) -> None:
    """
    Raise if two names may be one file or attribute on some system.

    Rendering the whole project tells whether they are, and reports it.
    """
    paths = [*generated]
    attributes: set[str] = set()
    count = 0
    for each in names:
        paths += each.files
        if attribute := attribute_path(each.shown.full_name):
            attributes.add(attribute)
            count += 1
    files = {folded(path) for path in paths}
    directories = {str(each) for path in files for each in _parents(path)}
    if len(files) < len(paths) or files & directories or len(attributes) < count:
        raise WholeRenderingNeededError("two names may be one")


def _parents(path: str) -> list[str]:
    """Return the directories that a path is in."""
    parts = path.split("/")
    return ["/".join(parts[:number]) for number in range(1, len(parts))]


# --- the index ------------------------------------------------------------------------


def _merged_index(index: str, merged: MergedNames) -> str:
    """Return an index with the entries of other names, and of all inputs."""
    head, _, rest = index.partition(_INPUTS)
    lines = _lines_by_name(rest.partition(_RESOURCES)[2])
    keys = (key for each in merged.names.values() for key in each.resources)
    inputs = numbered_inputs(merged.templates[key] for key in keys)
    entries: list[str] = []
    for name, known in merged.names.items():
        numbers = [inputs.numbers[merged.templates[key]] for key in known.resources]
        if name in merged.items:
            item = merged.items[name]
            entries += [
                index_line(as_json(index_entry(item, resource, input_=number)))
                for resource, number in zip(item.resources, numbers, strict=True)
            ]
            continue
        if len(lines[name]) != len(numbers):
            raise WholeRenderingNeededError("the index does not have a name")
        entries += map(_renumbered, lines[name], numbers)
    used = index_array(map(index_line, map(as_json, index_inputs(inputs))))
    return f"{head}{_INPUTS}{used}{_RESOURCES}{index_array(entries)}\n}}\n"


def _lines_by_name(text: str) -> dict[str, list[str]]:
    """Return the lines of the resources in an index, by full name."""
    found: dict[str, list[str]] = defaultdict(list)
    start = index_line({"full_name": ""}).removesuffix('"}')
    # Not by other line ends, which texts may have.
    for line in text.split("\n"):
        entry = line.strip().removesuffix(",")
        if entry.startswith(start):
            # No file name has quotes, so no name of a bundle has any.
            name = entry.removeprefix(start).partition('"')[0]
            found[name].append(entry)
    return found


def _renumbered(entry: str, number: int) -> str:
    """Return an entry of a resource with another number of its template."""
    # It is behind all texts but paths, whose quotes are escaped.
    before, _, after = entry.rpartition(_NUMBER)
    return f"{before}{_NUMBER}{number},{after.partition(',')[2]}"
