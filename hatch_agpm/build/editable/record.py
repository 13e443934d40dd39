"""
What a rendering leaves for the next one, which then renders only what has changed.

A record has the graph of resources, what the Python files of the bundle show of each
name, and the digests of all files.  It is a JSON file beside the snapshot that it
belongs to.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from hatch_agpm._version import __version__
from hatch_agpm.build.editable.graph import (
    KnownResource,
    ResourceGraph,
    known_resource,
)
from hatch_agpm.build.plan import must_hold
from hatch_agpm.bundle.shown import Shown, shown
from hatch_agpm.formats.archives import FileDigest
from hatch_agpm.model.index import as_json
from hatch_agpm.model.rendering import Input, ResourceUse
from hatch_agpm.model.runtime import RuntimeVariable, kind_data, kind_of_data
from hatch_agpm.reading import read_regular

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hatch_agpm.build.plan import Plan
    from hatch_agpm.bundle.layout import Shipped
    from hatch_agpm.runtime.editable.freshness import Snapshot

__all__ = [
    "KnownName",
    "RenderingRecord",
    "input_digest",
    "known_name",
    "record_text",
    "rendering_record",
    "short_digest",
    "sources_digest",
]

_SCHEMA: Final = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownName:
    """A name of the bundle."""

    shown: Shown
    files: tuple[str, ...]
    """Its files, by path in the bundle, with its program."""

    resources: tuple[str, ...]
    """The keys of its resources, in the order of their index entries."""


@dataclass(frozen=True, kw_only=True)
class RenderingRecord:
    """What a bundle was made of, and what is in it."""

    sources: str
    """The digest of the sources in the snapshot that it belongs to."""

    inputs: Mapping[str, Input]
    """The files that the resources were made of, by path."""

    graph: ResourceGraph
    names: Mapping[str, KnownName]
    """The names of the bundle, sorted by section and name."""

    generated: tuple[str, ...]
    """The files that belong to all names together, by path in the bundle."""

    files: Mapping[str, FileDigest]
    """All files of the bundle, by path in it."""

    @classmethod
    def read(cls, file: Path) -> RenderingRecord | None:
        """Return the record in a file; None if it is missing, invalid or older."""
        try:
            document = json.loads(read_regular(file))
            if document["made by"] != [_SCHEMA, __version__]:
                return None
            return _parsed(document)
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            return None

    def text(self) -> str:
        """Return the text that `read` parses."""
        document = {
            "made by": [_SCHEMA, __version__],
            "sources": self.sources,
            "inputs": [
                [each.path, each.sha256, each.executable]
                for each in self.inputs.values()
            ],
            "resources": [_resource_data(x) for x in self.graph.resources.values()],
            "names": [_name_data(each) for each in self.names.values()],
            "generated": self.generated,
            "files": {
                path: [each.size, each.sha256, each.executable]
                for path, each in self.files.items()
            },
        }
        return json.dumps(document)


def _parsed(document: Mapping[str, Any]) -> RenderingRecord:
    paths = {each[0]: each[1] for each in document["resources"]}
    resources = [_resource(data, paths) for data in document["resources"]]
    names = [_name(data) for data in document["names"]]
    return RenderingRecord(
        sources=document["sources"],
        inputs={
            path: Input(path=path, sha256=sha256, executable=executable)
            for path, sha256, executable in document["inputs"]
        },
        graph=ResourceGraph(resources={each.key: each for each in resources}),
        names={each.shown.full_name: each for each in names},
        generated=tuple(document["generated"]),
        files={
            path: FileDigest(size=size, sha256=sha256, executable=executable)
            for path, (size, sha256, executable) in document["files"].items()
        },
    )


def _resource_data(each: KnownResource) -> list[object]:
    uses = [[use.key, use.is_wanted] for use in each.uses]
    fixed = [each.key, each.path, each.alias, uses]
    return [*fixed, each.embedded, each.files, each.groups, each.is_independent]


def _resource(data: list[Any], paths: Mapping[str, str]) -> KnownResource:
    key, path, alias, uses, embedded, files, groups, is_independent = data
    return KnownResource(
        key=key,
        path=path,
        alias=alias,
        uses=tuple(
            ResourceUse(key=used, path=paths[used], is_wanted=is_wanted)
            for used, is_wanted in uses
        ),
        embedded=tuple(embedded),
        files=tuple(files),
        groups=tuple(groups),
        is_independent=is_independent,
    )


def _name_data(name: KnownName) -> list[object]:
    each = name.shown
    runtime = [{**as_json(x), "kind": kind_data(x.kind)} for x in each.runtime]
    fixed = [each.section, each.name, each.path, each.row, runtime]
    about = [each.description, each.about, each.is_binary, each.modules]
    return [*fixed, *about, name.files, name.resources]


def _name(data: list[Any]) -> KnownName:
    section, name, path, row, runtime, *about, files, resources = data
    description, text, is_binary, modules = about
    return KnownName(
        shown=Shown(
            section=section,
            name=name,
            path=path,
            row=row,
            runtime=tuple(map(_variable, runtime)),
            description=description,
            about=text,
            is_binary=is_binary,
            modules=tuple(modules),
        ),
        files=tuple(files),
        resources=tuple(resources),
    )


def _variable(data: dict[str, Any]) -> RuntimeVariable:
    kind = kind_of_data(data.pop("kind"))
    spans = tuple((start, end) for start, end in data.pop("spans"))
    return RuntimeVariable(**data, kind=kind, spans=spans)


# --- from a whole rendering -----------------------------------------------------------


def record_text(plan: Plan, snapshot: Snapshot) -> str:
    """
    Return the text of the record of a rendering; "" for one that cannot be continued.

    That is one with other distributions or directories as sources, whose files may
    change unnoticed; one that exports templates; and one in which two names share a
    file, or two entries are the same resource.
    """
    rendering, bundle = plan.rendering, plan.bundle
    record = rendering_record(plan, snapshot)
    is_simple = len(record.graph.resources) == len(rendering.resources)
    if rendering.sources or rendering.exported_templates or bundle.shares_files:
        is_simple = False
    return record.text() if is_simple else ""


def rendering_record(plan: Plan, snapshot: Snapshot) -> RenderingRecord:
    """Return the record of a rendering of the whole project."""
    is_agpm = plan.project.manifest.is_agpm
    resources = [known_resource(x, is_agpm=is_agpm) for x in plan.rendering.resources]
    graph = ResourceGraph(resources={each.key: each for each in resources})
    names = {item.full_name: known_name(item) for item in plan.bundle.items}
    texts = {path for each in names.values() for path in each.files}
    used = graph.files
    return RenderingRecord(
        sources=sources_digest(snapshot),
        inputs={each.path: each for each in plan.rendering.inputs if each.path in used},
        graph=graph,
        names=names,
        generated=tuple(path for path in plan.bundle.files if path not in texts),
        files={path: must_hold(file) for path, file in plan.bundle.in_one().items()},
    )


def known_name(item: Shipped) -> KnownName:
    """Return what the next rendering has to know of a name of the bundle."""
    files = (*item.files, *((item.program_path,) if item.program else ()))
    return KnownName(
        shown=shown(item),
        files=files,
        resources=tuple(resource.key for resource in item.resources),
    )


def input_digest(file: Input) -> str:
    """Return the digest of a file that was read, as a snapshot has it."""
    return file.sha256 + "x" * file.executable


def sources_digest(snapshot: Snapshot) -> str:
    """Return the digest of the sources of a snapshot, whatever their stamps are."""
    parts = (source.split(" ", 3) for source in snapshot.sources)
    return short_digest(*(f"{kind} {digest} {path}" for kind, digest, _, path in parts))


def short_digest(*texts: str) -> str:
    """Return a digest of texts that is short enough for a file name."""
    whole = "\0".join(texts).encode("utf-8", "surrogateescape")
    return hashlib.sha256(whole).hexdigest()[:16]
