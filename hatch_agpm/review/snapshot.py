"""A snapshot of what is shipped: each text with what it was made of."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from hatch_agpm.errors import BundleError
from hatch_agpm.installed.index import schema_problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

__all__ = [
    "EXPORTED",
    "PackageSnapshot",
    "SnapshotText",
    "exported_texts",
    "indexed_texts",
]

EXPORTED: Final = "exported:"
"""What the name of a file for coding agents begins with."""


@dataclass(frozen=True, kw_only=True)
class SnapshotText:
    """One text: a prompt, a file of a skill, or a file for coding agents."""

    name: str
    data: bytes
    inputs: Mapping[str, str] = field(default_factory=dict)
    """The SHA-256 of each file that it was made of, by path; {} if not known."""

    template: str = ""
    """The first of these; "" if it is not known."""

    uses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The files that each of these uses, by path."""

    entry: Mapping[str, Any] = field(default_factory=dict)
    """What the index says of it; {} for a file that has no entry."""

    program: bytes = b""
    """The program that fills it in; b"" without run-time logic."""

    @property
    def top(self) -> str:
        """The template, "" if it is not known."""
        return self.template or next(iter(self.inputs), "")

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
    except (LookupError, TypeError, AttributeError) as error:
        raise BundleError(path, f"is damaged: {error!r}") from None


def _of_index(
    directory: str, index: Mapping[str, Any], read: Callable[[str], bytes]
) -> Iterator[SnapshotText]:
    done: dict[str, SnapshotText] = {}
    for entry in index["resources"]:
        name = _string(entry, "full_name")
        made = _reached(index["inputs"], entry["input"])
        if name in done:
            # Versions for other tools, and variants, with the same bytes.
            inputs = {**done[name].inputs, **made.inputs}
            uses = {**done[name].uses, **made.uses}
            done[name] = replace(done[name], inputs=inputs, uses=uses)
            continue
        path = f"{directory}/{entry['path']}"
        program = entry.get("program")
        done[name] = replace(
            made,
            name=name,
            data=read(path),
            entry=entry,
            program=read(f"{directory}/{program}") if program else b"",
        )
        for file in entry["files"]:
            part = f"{name}/{_string(file, 'path')}"
            if f"{directory}/{part}" != path:
                data = read(f"{directory}/{part}")
                done[part] = replace(made, name=part, data=data)
    yield from done.values()


def _reached(inputs: Sequence[Mapping[str, Any]], start: int) -> SnapshotText:
    """Return a text without name and data that is made of an input."""
    found: dict[str, str] = {}
    uses: dict[str, tuple[str, ...]] = {}
    waiting, seen = [start], {start}
    while waiting:
        node = inputs[waiting.pop()]
        path = _path(node)
        found[path] = _string(node, "sha256")
        uses[path] = tuple(_path(inputs[each]) for each in node["uses"])
        waiting += (each for each in node["uses"] if each not in seen)
        seen |= set(node["uses"])
    template = _path(inputs[start])
    return SnapshotText(name="", data=b"", inputs=found, uses=uses, template=template)


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
