"""
Renders a part of a project again: what changed, and what depends on it.

The result is, byte for byte, what a rendering of the whole project gives.  The part is
extended until it has every resource that could be another one now; what concerns all
resources together is made of the new ones and of the record of the others.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from hatch_agpm.build.editable.graph import ResourceGraph, known_resource
from hatch_agpm.build.editable.merging import (
    MergedBundle,
    merged_files,
)
from hatch_agpm.build.editable.record import (
    RenderingRecord,
    WholeRenderingNeededError,
    input_digest,
    known_resources,
    name_of,
    sources_digest,
)
from hatch_agpm.build.editable.wheel import seen_sources
from hatch_agpm.build.plan import must_hold
from hatch_agpm.bundle.layout import lay_out
from hatch_agpm.config import read_built_project
from hatch_agpm.config.selection.glob import compile_pattern, is_pattern
from hatch_agpm.model.types import SKILL_FILE
from hatch_agpm.rendering import render_project
from hatch_agpm.rendering.install_paths import check_install_paths
from hatch_agpm.runtime.editable.freshness import (
    FILE,
    UNSURE,
    VISIBLE,
    Snapshot,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from hatch_agpm.build.editable.graph import KnownResource
    from hatch_agpm.bundle.layout import Shipped
    from hatch_agpm.config import Project
    from hatch_agpm.formats.archives import FileDigest
    from hatch_agpm.model.build import BuildContext
    from hatch_agpm.model.declaration import Declaration
    from hatch_agpm.model.rendering import (
        FileContent,
        RenderedResource,
        Rendering,
    )

__all__ = ["ChangedBundle", "LastRendering", "render_changed"]

_LARGEST_PART: Final = 0.5
"""The part of all files above which rendering all of them is not slower."""


@dataclass(frozen=True, kw_only=True)
class LastRendering:
    """A bundle, and what it was made of."""

    directory: Path
    snapshot: Snapshot
    record: RenderingRecord
    output: str
    """The bundle's directory in the source tree when the project was installed."""

    environ: Collection[str]
    """The environment variables that have the values of the install."""


@dataclass(frozen=True, kw_only=True)
class ChangedBundle:
    """A bundle some of whose files are those of the one before."""

    contents: Mapping[str, FileContent]
    """The files that are not, by path."""

    snapshot: Snapshot
    """The new snapshot, which does not name the bundle yet."""

    record: RenderingRecord


@dataclass(frozen=True, kw_only=True)
class _RenderedPart:
    """The part of a project that was rendered again."""

    project: Project
    rendering: Rendering
    paths: set[str]
    """The templates whose resources may be others than before."""

    before: Sequence[KnownResource]
    """The resources that these had."""

    now: Mapping[str, KnownResource]
    """The resources that these have now, by key."""

    @property
    def resources(self) -> list[RenderedResource]:
        """The same as they were rendered."""
        return [each for each in self.rendering.resources if each.key in self.now]


def render_changed(context: BuildContext, last: LastRendering) -> ChangedBundle:
    """
    Render what has changed since the last rendering, and all that depends on it.

    Raises `WholeRenderingNeededError` where that is not enough, `AgpmError` for
    mistakes in templates, which rendering the whole project reports better.
    """
    changed = _changed_sources(last, str(context.root))
    part = _rendered_part(context, last, changed)
    snapshot = _snapshot(context, part, last, changed)
    shipped = lay_out(part.resources, output=part.project.output)
    graph = _merged_graph(part, last, shipped)
    gone = {each.name for each in part.before if each.name is not None}
    merged = MergedBundle(
        before=last.record,
        graph=graph,
        inputs=_merged_inputs(part, last, graph),
        gone={name: last.record.names[name] for name in gone},
        items={name_of(item): item for item in shipped},
        output=part.project.output,
    )
    if not (last.record.names.texts.keys() - gone).isdisjoint(merged.items):
        raise WholeRenderingNeededError("a name is taken")
    if not merged.names.texts:
        raise WholeRenderingNeededError("there is no name")
    contents, generated = merged_files(merged, last.directory, context)
    files = _merged_digests(merged, generated, contents)
    record = RenderingRecord(
        sources=sources_digest(snapshot),
        inputs=merged.inputs,
        graph=graph,
        names=merged.names,
        generated=tuple(generated),
        files=files,
    )
    before = last.record.files
    new = {path: x for path, x in contents.items() if before.get(path) != files[path]}
    return ChangedBundle(contents=new, snapshot=snapshot, record=record)


def _changed_sources(last: LastRendering, root: str) -> set[tuple[str, str]]:
    """Return kind and path of what has changed; raises for what is not of texts."""
    changed = {*last.snapshot.changes(root)}
    files = {path for kind, path in changed if kind == FILE}
    if not {kind for kind, _ in changed} <= {FILE, VISIBLE}:
        raise WholeRenderingNeededError("not only files of texts have changed")
    if not files <= last.record.graph.files:
        raise WholeRenderingNeededError("another file has changed")
    return changed


# --- the part -------------------------------------------------------------------------


def _rendered_part(
    context: BuildContext, last: LastRendering, changed: Collection[tuple[str, str]]
) -> _RenderedPart:
    """Render all resources that may be others than before."""
    graph = last.record.graph
    files = {path for kind, path in changed if kind == FILE}
    whole = None
    if any(kind == VISIBLE for kind, _ in changed):
        whole = read_built_project(context)
        files |= _files_of_other_entries(whole, graph)
    paths = graph.users_of(files)
    while True:
        needed = graph.used_by(paths | graph.witnesses(paths))
        if len(needed) > len(graph.files) * _LARGEST_PART:
            raise WholeRenderingNeededError("most files are needed")
        project = whole or read_built_project(context, only=needed)
        project = _part_of(project, last, needed)
        if project.manifest.path in files:
            raise WholeRenderingNeededError("the manifest has changed")
        rendering = render_project(project, context, is_part=True)
        now = _known(project, rendering, paths)
        more = graph.concerned(paths, now) - paths
        if not more:
            break
        paths |= more
    before = [each for path in paths for each in graph.of_file.get(path, ())]
    part = _RenderedPart(
        project=project,
        rendering=rendering,
        paths=paths,
        before=before,
        now={each.key: each for each in now},
    )
    if len(part.now) < len(now):
        raise WholeRenderingNeededError("two entries are the same resource")
    _check_part(part, has_exact_names=whole is not None)
    return part


def _known(
    project: Project, rendering: Rendering, paths: Collection[str]
) -> list[KnownResource]:
    """Return the resources whose templates are some of these."""
    return [
        known_resource(each, is_agpm=project.manifest.is_agpm)
        for each in rendering.resources
        if each.template.file.path in paths
    ]


def _files_of_other_entries(project: Project, graph: ResourceGraph) -> set[str]:
    """Return the files that are not those of the same entries as before."""
    now: dict[str, set[str]] = defaultdict(set)
    for entry in project.manifest.entries:
        path = _written(project, entry)
        if is_pattern(path):
            raise WholeRenderingNeededError("an entry is a pattern")
        path += f"/{SKILL_FILE}" * (entry.section == "skills")
        now[path].add(f"{entry.section}/{entry.name}")
    before: dict[str, set[str]] = defaultdict(set)
    for each in graph.resources.values():
        if each.alias is not None:
            section = each.key.partition("|")[0]
            before[each.path].add(f"{section}/{each.alias}")
    paths = now.keys() | before.keys()
    other = {path for path in paths if now.get(path) != before.get(path)}
    root = project.root.resolve()
    if any((root / path).resolve() != root / path for path in other):
        raise WholeRenderingNeededError("an entry is a link")
    return other


def _part_of(project: Project, last: LastRendering, needed: Collection[str]) -> Project:
    """Return a project with those of its entries that may mean a needed file."""
    if project.output != last.output or not {*last.environ}.issuperset(project.env):
        raise WholeRenderingNeededError("it is not as when it was installed")
    entries = [
        each for each in project.manifest.entries if _is_needed(project, each, needed)
    ]
    return replace(project, manifest=replace(project.manifest, entries=tuple(entries)))


def _written(project: Project, entry: Declaration) -> str:
    """Return the path of an entry, relative to the project."""
    base = posixpath.relpath(project.base.as_posix(), project.root.as_posix())
    return posixpath.normpath(posixpath.join(base, entry.path))


def _is_needed(project: Project, entry: Declaration, needed: Collection[str]) -> bool:
    """Tell whether an entry of the manifest may mean one of the needed files."""
    written = _written(project, entry)
    skills = entry.section == "skills"
    if not is_pattern(written):
        return written in needed or (skills and f"{written}/SKILL.md" in needed)
    matches = compile_pattern(written).fullmatch
    return any(matches(posixpath.dirname(each) if skills else each) for each in needed)


def _check_part(part: _RenderedPart, *, has_exact_names: bool) -> None:
    """Raise if what concerns resources outside of the part may be different."""
    resources = [*part.before, *part.now.values()]
    if not all(each.is_independent for each in resources):
        raise WholeRenderingNeededError("a changed resource is merged or exported")
    before = {(each.key, each.alias) for each in part.before if each.alias is not None}
    now = {(x.key, x.alias) for x in part.now.values() if x.alias is not None}
    # Two files that differ in their extensions alone have other names.
    if not has_exact_names and now != before:
        raise WholeRenderingNeededError("an entry has another name")
    if part.project.manifest.is_agpm:
        check_install_paths(part.resources)


# --- what is merged -------------------------------------------------------------------


def _merged_graph(
    part: _RenderedPart, last: LastRendering, shipped: Iterable[Shipped]
) -> ResourceGraph:
    """Return the graph of all resources as they are now."""
    others = {
        key: each
        for key, each in last.record.graph.resources.items()
        if each.path not in part.paths
    }
    is_agpm = part.project.manifest.is_agpm
    now = known_resources(part.resources, shipped, is_agpm=is_agpm)
    return ResourceGraph(resources={**others, **now})


def _merged_inputs(
    part: _RenderedPart, last: LastRendering, graph: ResourceGraph
) -> dict[str, str]:
    """Return the digests of the files of all texts as they are now."""
    read = {each.path: input_digest(each) for each in part.rendering.inputs}
    inputs = {**last.record.inputs, **read}
    lists = part.project.hidden_text or part.project.verbatim
    if lists and not last.record.inputs.keys() <= graph.files:
        raise WholeRenderingNeededError("a list may name a file that is not read")
    return {path: inputs[path] for path in sorted(graph.files) if path in inputs}


def _merged_digests(
    merged: MergedBundle, generated: Iterable[str], contents: Mapping[str, FileContent]
) -> dict[str, FileDigest]:
    """Return the digests of all files of the bundle, sorted by path."""
    gone = {*merged.before.generated}.difference(generated)
    gone.update(*(each.files for each in merged.gone.values()))
    # Exported files are those of no name.
    old = merged.before.files
    files = {path: file for path, file in old.items() if path not in gone}
    files |= {path: must_hold(file) for path, file in contents.items()}
    return dict(sorted(files.items()))


def _snapshot(
    context: BuildContext,
    part: _RenderedPart,
    last: LastRendering,
    changed: Collection[tuple[str, str]],
) -> Snapshot:
    """
    Return the sources as they were read: those of the last rendering, and new ones.

    A source that is not read any more stays, as a resource of another part may read it;
    but a file that does not exist does not.  Raises `WholeRenderingNeededError` if
    something else was read than the last rendering has read.
    """
    root = str(context.root)
    now = seen_sources(context, part.rendering)
    sources = []
    for source in last.snapshot.sources:
        kind, digest, seen, path = source.split(" ", 3)
        content = now.pop((kind, path), digest)
        is_changed = (kind, path) in changed
        if content != digest and not is_changed:
            raise WholeRenderingNeededError("another file was read")
        if is_changed and content == digest:
            # It was not read: no text is made of it any more.
            continue
        sources.append(f"{kind} {content} {UNSURE if is_changed else seen} {path}")
    sources += [f"{kind} {x} {UNSURE} {path}" for (kind, path), x in now.items()]
    return Snapshot("", sources, root).stamped(root)
