"""
Renders a part of a project again: the files that changed, and those that use them.

The result is, byte for byte, what a rendering of the whole project gives.  That is so
because nothing but texts may differ: any other change is refused, and the whole project
is rendered.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from hatch_agpm.build.editable.record import (
    RenderingRecord,
    input_digest,
    input_records,
    sources_digest,
)
from hatch_agpm.build.editable.replacing import (
    WholeRenderingNeededError,
    replaced_files,
)
from hatch_agpm.build.plan import must_hold
from hatch_agpm.bundle.layout import lay_out
from hatch_agpm.config import read_built_project
from hatch_agpm.config.selection.glob import compile_pattern, is_pattern
from hatch_agpm.config.tools import MERGED
from hatch_agpm.model.types import section_of
from hatch_agpm.rendering import render_project
from hatch_agpm.runtime.editable.freshness import (
    ABSENT,
    DIRECTORY,
    FILE,
    LINK,
    VISIBLE,
    Snapshot,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from hatch_agpm.config import Project
    from hatch_agpm.model.build import BuildContext
    from hatch_agpm.model.declaration import Declaration
    from hatch_agpm.model.rendering import FileContent, Rendering

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


def render_changed(context: BuildContext, last: LastRendering) -> ChangedBundle:
    """
    Render what has changed since the last rendering, and all that uses it.

    Raises `WholeRenderingNeededError` where that is not enough, `AgpmError` for
    mistakes in templates, which rendering the whole project reports better.
    """
    inputs = last.record.inputs
    changed = _changed_files(last, str(context.root))
    affected = last.record.users_of(changed)
    needed = last.record.used_by(affected)
    if len(needed) > len(inputs) * _LARGEST_PART:
        raise WholeRenderingNeededError("most files are needed")
    project = read_built_project(context, only=needed)
    if project.output != last.output or not {*last.environ}.issuperset(project.env):
        raise WholeRenderingNeededError("it is not as when it was installed")
    entries = [
        each for each in project.manifest.entries if _is_needed(project, each, needed)
    ]
    part = replace(project, manifest=replace(project.manifest, entries=tuple(entries)))
    rendering = render_project(part, context, is_part=True)
    _check_inputs(rendering, last, changed)
    _check_structure(rendering, last, affected)
    items = [
        item
        for item in lay_out(rendering.resources, output=project.output)
        if any(each.template.file.path in affected for each in item.resources)
    ]
    digests = {
        each.path: each.sha256 for each in rendering.inputs if each.path in changed
    }
    contents = replaced_files(last.directory, items, digests)
    return _result(rendering, last, contents, context)


def _changed_files(last: LastRendering, root: str) -> set[str]:
    """Return the files whose content has changed; raises for any other change."""
    changed = {*last.snapshot.changes(root)}
    paths = {path for kind, path in changed if kind == FILE}
    if len(paths) < len(changed) or not paths <= last.record.inputs.keys():
        raise WholeRenderingNeededError("not only the content of templates has changed")
    return paths


def _is_needed(project: Project, entry: Declaration, needed: Collection[str]) -> bool:
    """Tell whether an entry of the manifest may mean one of the needed files."""
    base = posixpath.relpath(project.base.as_posix(), project.root.as_posix())
    written = posixpath.normpath(posixpath.join(base, entry.path))
    skills = entry.section == "skills"
    if not is_pattern(written):
        return written in needed or (skills and f"{written}/SKILL.md" in needed)
    matches = compile_pattern(written).fullmatch
    return any(matches(posixpath.dirname(each) if skills else each) for each in needed)


def _check_inputs(
    rendering: Rendering, last: LastRendering, changed: Collection[str]
) -> None:
    """Raise if something was read that the last rendering did not read as it is."""
    known: dict[str, dict[str, str]] = {FILE: {}, DIRECTORY: {}, VISIBLE: {}, LINK: {}}
    for source in last.snapshot.sources:
        kind, digest, _, path = source.split(" ", 3)
        known.setdefault(kind, {})[path] = digest
    for each in rendering.inputs:
        before = known[FILE].get(each.path)
        if each.path not in changed and before != input_digest(each):
            raise WholeRenderingNeededError("another file was read")
    absent = {path for path, digest in known[FILE].items() if digest == ABSENT}
    searched = {*known[DIRECTORY], *known[VISIBLE]}
    if (
        not absent.issuperset(rendering.absent)
        or not known[LINK].keys() >= rendering.links.keys()
        or not searched.issuperset(rendering.searched)
    ):
        raise WholeRenderingNeededError("another path was looked for")


def _check_structure(
    rendering: Rendering, last: LastRendering, affected: Collection[str]
) -> None:
    """Raise if resources differ in more than their texts, or are not independent."""
    for path, record in input_records(rendering.resources).items():
        if record != last.record.inputs.get(path):
            raise WholeRenderingNeededError("dependencies or resources have changed")
    for resource in rendering.resources:
        is_merged = section_of(resource.type) in MERGED
        if resource.template.file.path in affected and (is_merged or resource.export):
            raise WholeRenderingNeededError("a changed resource is merged or exported")


def _result(
    rendering: Rendering,
    last: LastRendering,
    contents: Mapping[str, FileContent],
    context: BuildContext,
) -> ChangedBundle:
    """Return the changed bundle with its snapshot and record."""
    if not last.record.files.keys() >= contents.keys():
        raise WholeRenderingNeededError("the bundle has other files")
    root = str(context.root)
    digests = {each.path: input_digest(each) for each in rendering.inputs}
    sources = []
    for source in last.snapshot.sources:
        kind, digest, seen, path = source.split(" ", 3)
        digest = digests.get(path, digest) if kind == FILE else digest
        sources.append(f"{kind} {digest} {seen} {path}")
    # The stamps of changed files are no longer those of the last rendering.
    snapshot = Snapshot("", sources, root).stamped(root)
    made = {path: must_hold(file) for path, file in contents.items()}
    record = RenderingRecord(
        sources=sources_digest(snapshot),
        inputs=last.record.inputs,
        files={**last.record.files, **made},
    )
    return ChangedBundle(contents=contents, snapshot=snapshot, record=record)
