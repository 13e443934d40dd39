"""
A bundle some of whose names were made again: its files, without those of the others.

The texts of the other names stay as they are, and so do their entries in the index, but
for the numbers of their templates.  What concerns all names is made again.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

from hatch_agpm.build.editable.record import (
    WholeRenderingNeededError,
    full_name,
    known_name,
)
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
from hatch_agpm.formats.file_names import directories_of, folded
from hatch_agpm.model.index import as_json
from hatch_agpm.model.rendering import FileContent
from hatch_agpm.reading import read_regular

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from hatch_agpm.build.editable.graph import ResourceGraph
    from hatch_agpm.build.editable.record import (
        KnownName,
        KnownNames,
        RenderingRecord,
    )
    from hatch_agpm.bundle.layout import Shipped
    from hatch_agpm.bundle.shown import Shown
    from hatch_agpm.model.build import BuildContext

__all__ = ["MergedBundle", "merged_files"]

_TABLE: Final = "__init__.py"
_INDEX: Final = "index.json"
_INPUTS: Final = '\n "inputs": '
_RESOURCES: Final = ',\n "resources": '
_NUMBER: Final = ', "input": '


@dataclass(frozen=True, kw_only=True)
class MergedBundle:
    """The names of a bundle, some of which were made again."""

    before: RenderingRecord
    graph: ResourceGraph
    """All resources as they are now."""

    inputs: Mapping[str, str]
    """The digests of the files that they were made of, by path."""

    gone: Mapping[str, KnownName]
    """The names of the bundle before that were made again, as they were."""

    items: Mapping[str, Shipped]
    """The names that were made again, with their resources."""

    output: str
    """The bundle's directory in the source tree."""

    @cached_property
    def new(self) -> Mapping[str, KnownName]:
        """The names that were made again, as they are now."""
        return {name: known_name(item) for name, item in self.items.items()}

    @cached_property
    def names(self) -> KnownNames:
        """All names as they are now."""
        return self.before.names.merged(self.gone, self.new)

    @property
    def shows_the_same(self) -> bool:
        """Whether there is nothing new in Python files but rows of the table."""
        return _without_rows(self.gone) == _without_rows(self.new)

    @property
    def uses_the_same(self) -> bool:
        """Whether the graph of the inputs is the same, but for their digests."""
        names = {name: each.resources for name, each in self.gone.items()}
        same = names == {name: each.resources for name, each in self.new.items()}
        return same and self.graph == self.before.graph


def _without_rows(
    names: Mapping[str, KnownName],
) -> dict[str, tuple[Shown, tuple[str, ...]]]:
    return {
        name: (replace(each.shown, row=""), each.files) for name, each in names.items()
    }


def merged_files(
    merged: MergedBundle, before: Path, context: BuildContext
) -> tuple[dict[str, FileContent], Iterable[str]]:
    """
    Return the files of a bundle that may not be those of the one in `before`, by path.

    Returns also the paths of those that belong to all names together.  Raises
    `WholeRenderingNeededError` where two names may be one, `AgpmError` where two
    directories are, and `OSError` for a bundle that cannot be read.
    """
    old = (before / _INDEX).read_bytes()
    table = read_regular(before / _TABLE).decode()
    if table_end(old) not in table:
        raise WholeRenderingNeededError("the index is damaged")
    # As the index is written: its strings may have surrogates.
    index = _merged_index(old.decode(), merged).encode(errors="backslashreplace")
    if merged.shows_the_same:
        lines = {table_end(old): table_end(index), **_rows(merged)}
        files = {_TABLE: FileContent(data=_with_lines(table, lines).encode())}
        generated: Iterable[str] = merged.before.generated
    else:
        names = merged.names.all()
        files = package_files(
            [name.shown for name in names],
            merged.output,
            index=index,
            distribution=context.distribution,
            version=str(context.metadata.get("version", "")),
        )
        generated = sorted({*files, _INDEX})
        _check_apart(names, generated)
    files[_INDEX] = FileContent(data=index)
    for item in merged.items.values():
        files |= item.files
        if item.program:
            files[item.program_path] = FileContent(data=item.program)
    return files, generated


def _rows(merged: MergedBundle) -> dict[str, str]:
    """Return the present rows of the names that were made again, by those before."""
    return {merged.gone[x].shown.row: each.shown.row for x, each in merged.new.items()}


def _with_lines(text: str, lines: Mapping[str, str]) -> str:
    """Return a text with other lines for some of its own."""
    return "".join(lines.get(line, line) for line in text.splitlines(keepends=True))


def _check_apart(names: Iterable[KnownName], generated: Iterable[str]) -> None:
    """
    Raise if two names may be one file or attribute on some system.

    Rendering the whole project tells whether they are, and reports it.
    """
    paths = [*generated]
    attributes: set[str] = set()
    count = 0
    for name in names:
        paths += name.files
        if attribute := attribute_path(name.shown.full_name):
            attributes.add(attribute)
            count += 1
    files = {folded(path) for path in paths}
    directories = {each for path in files for each in directories_of(path)}
    if len(files) < len(paths) or files & directories or len(attributes) < count:
        raise WholeRenderingNeededError("two names may be one")


# --- the index ------------------------------------------------------------------------


def _merged_index(index: str, merged: MergedBundle) -> str:
    """Return an index with the entries of other names, and of all inputs."""
    head, _, rest = index.partition(_INPUTS)
    used, _, rest = rest.partition(_RESOURCES)
    lines = _lines_by_name(rest)
    if merged.uses_the_same:
        used = _with_digests(used, merged)
        for item in merged.items.values():
            numbers = [json.loads(line)["input"] for line in lines[item.full_name]]
            lines[item.full_name] = _entries(item, numbers)
    else:
        used, lines = _numbered_again(lines, merged)
    entries = index_array(line for name in lines for line in lines[name])
    return f"{head}{_INPUTS}{used}{_RESOURCES}{entries}\n}}\n"


def _numbered_again(
    before: Mapping[str, list[str]], merged: MergedBundle
) -> tuple[str, dict[str, list[str]]]:
    """Return the inputs of an index, and the lines of all names, by full name."""
    templates = merged.graph.templates(merged.inputs)
    keys = _keys_by_name(merged)
    inputs = numbered_inputs(templates[key] for each in keys.values() for key in each)
    lines: dict[str, list[str]] = {}
    for name, of_name in keys.items():
        numbers = [inputs.numbers[templates[key]] for key in of_name]
        shown = full_name(name)
        if name in merged.items:
            lines[shown] = _entries(merged.items[name], numbers)
        else:
            lines[shown] = list(map(_renumbered, before[shown], numbers))
    used = index_array(map(index_line, map(as_json, index_inputs(inputs))))
    return used, lines


def _keys_by_name(merged: MergedBundle) -> dict[str, Sequence[str]]:
    """Return the keys of the resources of each name, in the order of the index."""
    found: dict[str, list[str]] = defaultdict(list)
    for each in merged.graph.resources.values():
        if each.name is not None:
            found[each.name].append(each.key)
    return {
        name: found[name] if len(found[name]) == 1 else merged.names[name].resources
        for name in merged.names.texts
    }


def _entries(item: Shipped, numbers: Iterable[int]) -> list[str]:
    """Return the lines of a name, whose templates have these numbers."""
    return [
        index_line(as_json(index_entry(item, resource, input_=number)))
        for resource, number in zip(item.resources, numbers, strict=True)
    ]


def _with_digests(used: str, merged: MergedBundle) -> str:
    """Return the inputs of an index with the present digests of all files."""
    for path, digest in merged.before.inputs.items():
        now = merged.inputs[path]
        if now != digest:
            used = used.replace(_start(path, digest), _start(path, now))
    return used


def _start(path: str, digest: str) -> str:
    """Return the beginning of the line of an input."""
    line = index_line({"path": path, "sha256": digest.removesuffix("x")})
    return line.removesuffix("}")


def _lines_by_name(text: str) -> dict[str, list[str]]:
    """Return the lines of the resources in an index, by full name."""
    found: dict[str, list[str]] = defaultdict(list)
    start = "  " + index_line({"full_name": ""}).removesuffix('"}')
    # Not by other line ends, which texts may have.
    for line in text.split("\n"):
        if line.startswith(start):
            # No file name has quotes, so no name of a bundle has any.
            name = line[len(start) :].partition('"')[0]
            found[name].append(line[2:].removesuffix(","))
    return found


def _renumbered(entry: str, number: int) -> str:
    """Return an entry of a resource with another number of its template."""
    # It is behind all texts but paths, whose quotes are escaped.
    before, _, after = entry.rpartition(_NUMBER)
    return f"{before}{_NUMBER}{number},{after.partition(',')[2]}"
