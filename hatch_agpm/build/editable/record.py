"""
What a rendering leaves for the next one, which then renders only what has changed.

A record has the graph of the files that were read, and the digests of the files that
were made.  It is a JSON file beside the snapshot that it belongs to.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hatch_agpm._version import __version__
from hatch_agpm.build.plan import must_hold
from hatch_agpm.formats.archives import FileDigest
from hatch_agpm.reading import read_regular

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from hatch_agpm.build.plan import Plan
    from hatch_agpm.model.rendering import Input, RenderedResource
    from hatch_agpm.runtime.editable.freshness import Snapshot

__all__ = [
    "InputRecord",
    "RenderingRecord",
    "input_digest",
    "input_records",
    "record_text",
    "short_digest",
    "sources_digest",
]

_SCHEMA: Final = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class InputRecord:
    """One file that was read, and the resources that it is the template of."""

    structure: str
    """The digest of all that is known of these resources but their texts."""

    uses: tuple[str, ...]
    """The templates of their dependencies, and the files that they embed, sorted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RenderingRecord:
    """The files that were read for a bundle, and those that are in it."""

    sources: str
    """The digest of the sources in the snapshot that it belongs to."""

    inputs: Mapping[str, InputRecord]
    """The templates and embedded files, by path relative to the project."""

    files: Mapping[str, FileDigest]
    """The files of the bundle, by path in it."""

    @classmethod
    def read(cls, file: Path) -> RenderingRecord | None:
        """Return the record in a file; None if it is missing, invalid or older."""
        try:
            document = json.loads(read_regular(file))
            if document["made by"] != [_SCHEMA, __version__]:
                return None
            return cls(
                sources=document["sources"],
                inputs={
                    path: InputRecord(structure=structure, uses=tuple(uses))
                    for path, (structure, uses) in document["inputs"].items()
                },
                files={
                    path: FileDigest(size=size, sha256=sha256, executable=executable)
                    for path, (size, sha256, executable) in document["files"].items()
                },
            )
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            return None

    def text(self) -> str:
        """Return the text that `read` parses."""
        document = {
            "made by": [_SCHEMA, __version__],
            "sources": self.sources,
            "inputs": {
                path: [each.structure, each.uses] for path, each in self.inputs.items()
            },
            "files": {
                path: [each.size, each.sha256, each.executable]
                for path, each in self.files.items()
            },
        }
        return json.dumps(document)

    def users_of(self, paths: Iterable[str]) -> set[str]:
        """Return these files and all that use them, directly or not."""
        users: dict[str, list[str]] = defaultdict(list)
        for path, record in self.inputs.items():
            for used in record.uses:
                users[used].append(path)
        return _reached(paths, users)

    def used_by(self, paths: Iterable[str]) -> set[str]:
        """Return these files and all that they use, directly or not."""
        return _reached(paths, {path: each.uses for path, each in self.inputs.items()})


def record_text(plan: Plan, snapshot: Snapshot) -> str:
    """
    Return the text of the record of a rendering; "" for one that cannot be continued.

    That is one with other distributions or directories as sources, whose files may
    change unnoticed, and one that exports templates.
    """
    rendering, bundle = plan.rendering, plan.bundle
    if rendering.sources or rendering.exported_templates or bundle.shares_files:
        return ""
    record = RenderingRecord(
        sources=sources_digest(snapshot),
        inputs=input_records(rendering.resources),
        files={path: must_hold(file) for path, file in bundle.in_one().items()},
    )
    return record.text()


def _reached(paths: Iterable[str], edges: Mapping[str, Iterable[str]]) -> set[str]:
    """Return these nodes of a graph, and all to which its edges lead from them."""
    found = set(paths)
    waiting = [*found]
    while waiting:
        new = {each for each in edges.get(waiting.pop(), ()) if each not in found}
        found |= new
        waiting += new
    return found


def input_records(resources: Iterable[RenderedResource]) -> dict[str, InputRecord]:
    """Return the records of all files that these resources were made of."""
    structures: dict[str, list[str]] = defaultdict(list)
    uses: dict[str, set[str]] = defaultdict(set)
    for resource in resources:
        path = resource.template.file.path
        structures[path].append(_structure(resource))
        used = {node.file.path for node in resource.template.uses}
        uses[path] |= used
        for each in used:
            structures.setdefault(each, [])
    return {
        path: InputRecord(
            structure=short_digest("\n".join(sorted(found))),
            uses=tuple(sorted(uses[path])),
        )
        for path, found in structures.items()
    }


def _structure(resource: RenderedResource) -> str:
    """Return a text that is the same as long as only the text of a resource changes."""
    return repr(
        (
            resource.type,
            resource.name,
            resource.alias,
            resource.bundle_name,
            resource.tool,
            resource.install,
            resource.install_path,
            resource.variables,
            resource.source_path,
            resource.is_match,
            resource.export,
            resource.max_tokens,
            resource.executable,
            resource.declared,
        )
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
