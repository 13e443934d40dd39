"""A snapshot of what is shipped: each text with what it was made of."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from hatch_agpm.errors import BundleError
from hatch_agpm.installed.index import damage_of, schema_problem
from hatch_agpm.review.inputs import InputFile, InputGraph

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

__all__ = [
    "EXPORTED",
    "PackageSnapshot",
    "SnapshotText",
    "exported_texts",
    "indexed_texts",
]

NO_INPUTS: Final = InputGraph()

EXPORTED: Final = "exported:"
"""What the name of a file for coding agents begins with."""


@dataclass(frozen=True, kw_only=True)
class SnapshotText:
    """One text: a prompt, a file of a skill, or a file for coding agents."""

    name: str
    data: bytes
    graph: InputGraph = NO_INPUTS
    """The files that the texts of the snapshot are made of."""

    tops: tuple[int, ...] = ()
    """The nodes of the templates that give these bytes; () if they are not known."""

    entry: Mapping[str, Any] = field(default_factory=dict)
    """What the index says of it; {} for a file that has no entry."""

    program: bytes = b""
    """The program that fills it in; b"" without run-time logic."""

    @property
    def top(self) -> str:
        """The template, "" if it is not known."""
        return self.graph.files[self.tops[0]].path if self.tops else ""

    @property
    def inputs(self) -> Mapping[str, str]:
        """The SHA-256 of each file that it was made of, by path; {} if not known."""
        files = (self.graph.files[each] for each in self.graph.reached(self.tops))
        return {file.path: file.sha256 for file in files}

    @property
    def uses(self) -> Mapping[str, tuple[str, ...]]:
        """The files that each of these uses, by path."""
        files = self.graph.files
        return {
            files[number].path: tuple(files[each].path for each in files[number].uses)
            for number in self.graph.reached(self.tops)
        }

    @property
    def text(self) -> str | None:
        """The text; None if it is not UTF-8."""
        try:
            return self.data.decode()
        except UnicodeDecodeError:
            return None


@dataclass(frozen=True, kw_only=True)
class PackageSnapshot:
    """All texts of one project, wheel or distribution."""

    label: str
    """What the user asked for, with name and version."""

    texts: Mapping[str, SnapshotText]
    """The texts by name, sorted."""

    metadata: Mapping[str, object]
    """The values of `agpm.project`."""

    generator: str = ""
    """The version of hatch-agpm that made it."""

    @property
    def graphs(self) -> tuple[InputGraph, ...]:
        """The graphs of the files that the texts are made of, each once."""
        return tuple(dict.fromkeys(text.graph for text in self.texts.values()))


def indexed_texts(
    directory: str, index: Mapping[str, Any], read: Callable[[str], bytes]
) -> Iterator[SnapshotText]:
    """
    Yield the texts of an index in a directory, whose files `read` returns by path.

    Raises BundleError for an index that cannot be used.
    """
    path = f"{directory}/index.json"
    if problem := schema_problem(dict(index)):
        raise BundleError(path, problem, "use the version that built it")
    try:
        yield from _of_index(directory, index, read)
    except (LookupError, TypeError, AttributeError, RecursionError) as error:
        raise BundleError(path, f"is damaged: {damage_of(error)}") from None


def _of_index(
    directory: str, index: Mapping[str, Any], read: Callable[[str], bytes]
) -> Iterator[SnapshotText]:
    graph = _graph(index["inputs"])
    done: dict[str, SnapshotText] = {}
    tops: dict[str, dict[int, None]] = {}
    for entry in index["resources"]:
        name = _string(entry, "full_name")
        top = _number(entry["input"], graph.files)
        # Versions for other tools, and variants, with the same bytes have one name.
        tops.setdefault(name, {})[top] = None
        if name in done:
            continue
        path = f"{directory}/{entry['path']}"
        program = entry.get("program")
        done[name] = SnapshotText(
            name=name,
            data=read(path),
            graph=graph,
            entry=entry,
            program=read(f"{directory}/{program}") if program else b"",
        )
        for file in entry["files"]:
            part = f"{name}/{_string(file, 'path')}"
            if f"{directory}/{part}" != path:
                data = read(f"{directory}/{part}")
                done[part] = SnapshotText(name=part, data=data, graph=graph)
                tops[part] = {top: None}
    for name, text in done.items():
        yield replace(text, tops=tuple(tops[name]))


def _graph(inputs: Sequence[Mapping[str, Any]]) -> InputGraph:
    return InputGraph(
        [
            InputFile(
                path=_path(node),
                sha256=_string(node, "sha256"),
                uses=tuple(_number(each, inputs) for each in node["uses"]),
            )
            for node in inputs
        ]
    )


def _number(value: object, inputs: Sequence[object]) -> int:
    """Return the number of a node; raises LookupError for what is none."""
    if not isinstance(value, int) or not 0 <= value < len(inputs):
        raise LookupError(value)
    return value


def _path(node: Mapping[str, Any]) -> str:
    path = _string(node, "path")
    return f"{_string(node, 'source')}:{path}" if node["source"] else path


def _string(document: Mapping[str, Any], key: str) -> str:
    value = document[key]
    if not isinstance(value, str):
        message = f"{key} is not a string"
        raise TypeError(message)
    return value


def exported_texts(
    files: Mapping[str, str], read: Callable[[str], bytes]
) -> Iterator[SnapshotText]:
    """Yield the exported files; `files` has the resource of each, "" for none."""
    tops = [
        path[: path.index(f"/{resource}") + 1]
        for path, resource in files.items()
        if resource and f"/{resource}" in path
    ]
    top = tops[0] if tops else ""
    for path in files:
        name = f"{EXPORTED}{path.removeprefix(top)}"
        yield SnapshotText(name=name, data=read(path))
