"""
What a rendering leaves for the next one, which then renders only what has changed.

A record has the graph of resources, what the Python files of the bundle show of each
name, and the digests of all files.  It is a JSON file beside the snapshot that it
belongs to.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
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
from hatch_agpm.model.rendering import ResourceUse
from hatch_agpm.model.runtime import RuntimeVariable, kind_data, kind_of_data
from hatch_agpm.model.types import PLAIN
from hatch_agpm.reading import read_regular

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

    from hatch_agpm.build.plan import Plan
    from hatch_agpm.bundle.layout import Shipped
    from hatch_agpm.model.rendering import Input, RenderedResource
    from hatch_agpm.runtime.editable.freshness import Snapshot

__all__ = [
    "KnownName",
    "KnownNames",
    "RenderingRecord",
    "WholeRenderingNeededError",
    "full_name",
    "input_digest",
    "known_name",
    "known_resources",
    "name_of",
    "record_text",
    "rendering_record",
    "short_digest",
    "sources_digest",
]

_SCHEMA: Final = 2


class WholeRenderingNeededError(Exception):
    """More has changed than can be rendered apart; the reason is the message."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownName:
    """A name of the bundle."""

    shown: Shown
    files: tuple[str, ...]
    """Its files, by path in the bundle, with its program."""

    resources: tuple[str, ...]
    """The keys of its resources, in the order of their index entries."""


@dataclass(frozen=True)
class KnownNames:
    """The names of a bundle, in its order; each is parsed only when it is needed."""

    texts: Mapping[str, str]
    """What a record has of each as JSON, by section and name: `agents/lead`."""

    def __getitem__(self, name: str) -> KnownName:
        """Return a name; raises `WholeRenderingNeededError` if it is damaged."""
        try:
            return _name(json.loads(self.texts[name]))
        except (ValueError, LookupError, TypeError, AttributeError):
            raise WholeRenderingNeededError("the record is damaged") from None

    def all(self) -> list[KnownName]:
        """Return all names."""
        return [self[name] for name in self.texts]

    def merged(self, gone: Collection[str], new: Mapping[str, KnownName]) -> KnownNames:
        """Return these names without some that are gone, and with new ones."""
        found = {name: text for name, text in self.texts.items() if name not in gone}
        found |= {name: json.dumps(_name_data(each)) for name, each in new.items()}
        order = sorted(found, key=lambda name: name.partition("/")[::2])
        return KnownNames({name: found[name] for name in order})


@dataclass(frozen=True, kw_only=True)
class RenderingRecord:
    """What a bundle was made of, and what is in it."""

    sources: str
    """The digest of the sources in the snapshot that it belongs to."""

    inputs: Mapping[str, str]
    """The digests of the files that the resources were made of, by path."""

    graph: ResourceGraph
    names: KnownNames
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
            "inputs": self.inputs,
            "resources": [_resource_data(x) for x in self.graph.resources.values()],
            "names": self.names.texts,
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
    return RenderingRecord(
        sources=document["sources"],
        inputs=document["inputs"],
        graph=ResourceGraph(resources={each.key: each for each in resources}),
        names=KnownNames(document["names"]),
        generated=tuple(document["generated"]),
        files={
            path: FileDigest(size=size, sha256=sha256, executable=executable)
            for path, (size, sha256, executable) in document["files"].items()
        },
    )


def _resource_data(each: KnownResource) -> list[object]:
    # Lists as texts: of 10,000 resources, reading them takes half the time.
    uses = ["-+"[use.is_wanted] + use.key for use in each.uses]
    lists = (
        uses,
        each.embedded,
        each.files,
        each.groups,
    )
    fixed = (each.key, each.path, each.alias, each.name, each.is_independent)
    return [*fixed, *map("\0".join, lists)]


def _resource(data: list[Any], paths: Mapping[str, str]) -> KnownResource:
    key, path, alias, name, is_independent, *lists = data
    uses, embedded, files, groups = (
        tuple(text.split("\0")) if text else () for text in lists
    )
    return KnownResource(
        key=key,
        path=path,
        alias=alias,
        name=name,
        uses=tuple(
            ResourceUse(key=use[1:], path=paths[use[1:]], is_wanted=use[0] == "+")
            for use in uses
        ),
        embedded=embedded,
        files=files,
        groups=groups,
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
    spans = tuple((start, end) for start, end in data["spans"])
    return RuntimeVariable(
        **{**data, "kind": kind_of_data(data["kind"]), "spans": spans}
    )


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
    known = {name_of(item): known_name(item) for item in plan.bundle.items}
    graph = ResourceGraph(
        resources=known_resources(
            plan.rendering.resources,
            plan.bundle.items,
            is_agpm=plan.project.manifest.is_agpm,
        )
    )
    texts = {path for each in known.values() for path in each.files}
    digests = {each.path: input_digest(each) for each in plan.rendering.inputs}
    return RenderingRecord(
        sources=sources_digest(snapshot),
        inputs={path: digests[path] for path in sorted(graph.files) if path in digests},
        graph=graph,
        names=KnownNames({}).merged((), known),
        generated=tuple(path for path in plan.bundle.files if path not in texts),
        files={path: must_hold(file) for path, file in plan.bundle.in_one().items()},
    )


def known_resources(
    resources: Iterable[RenderedResource], items: Iterable[Shipped], *, is_agpm: bool
) -> dict[str, KnownResource]:
    """Return what the next rendering has to know of resources, with their names."""
    names = {each.key: name_of(item) for item in items for each in item.resources}
    known = (known_resource(each, is_agpm=is_agpm) for each in resources)
    return {each.key: replace(each, name=names.get(each.key)) for each in known}


def name_of(item: Shipped) -> str:
    """Return the section and the name of resources, also of a plain prompt."""
    return f"{item.section}/{item.name}"


def full_name(name: str) -> str:
    """Return what `name_of` returned as code has it: that of a plain prompt alone."""
    return name.removeprefix(f"{PLAIN}/")


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
