"""Snapshots of wheels, source trees, installed distributions and Git revisions."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hatch_agpm.bundle.index import numbered_inputs
from hatch_agpm.cli.project import open_project
from hatch_agpm.config.metadata import project_metadata
from hatch_agpm.errors import BundleError, ConfigError
from hatch_agpm.formats.archives import opened_zip, read_member
from hatch_agpm.installed.discovery import FILE_PATHS, read_prompts_file
from hatch_agpm.installed.environment import distributions_of
from hatch_agpm.installed.headers import headers_of
from hatch_agpm.installed.index import IndexReader, damage_of
from hatch_agpm.reading import read_regular
from hatch_agpm.rendering.marking import MarkedTexts, marked_texts
from hatch_agpm.review.inputs import InputFile, InputGraph
from hatch_agpm.review.snapshot import (
    EXPORTED,
    PackageSnapshot,
    SnapshotText,
    exported_texts,
    indexed_texts,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from hatch_agpm.build import Plan
    from hatch_agpm.bundle import Bundle
    from hatch_agpm.installed.environment import InstalledDistribution

__all__ = [
    "OpenedPlace",
    "is_revision",
    "open_old",
    "open_place",
    "open_revision",
    "open_with_sources",
    "two_snapshots",
]

_FEW_BYTES = 1 << 25
_LARGEST_RATIO = 8
"""The texts of a wheel may have so many times its bytes, and a few."""

_MOST = 1 << 28
"""The bytes that are read of an installed distribution."""


@dataclass(frozen=True, kw_only=True)
class OpenedPlace:
    """A project, wheel or distribution that has been read."""

    snapshot: PackageSnapshot
    plan: Plan | None = None
    """How the project was read; None for a wheel or a distribution."""

    @cached_property
    def sources(self) -> Mapping[str, bytes]:
        """
        The files that the texts are made of, by the paths that the index has.

        Only those of a project are known.
        """
        return _sources_of(self.plan) if self.plan else {}

    @cached_property
    def marked(self) -> MarkedTexts:
        """
        The texts of which it is known what they embed: only those of a project.

        The project is rendered again to find it.
        """
        if self.plan is None:
            return MarkedTexts()
        return marked_texts(self.plan.project, self.plan.context)


def open_place(place: str) -> PackageSnapshot:
    """
    Return the snapshot of a wheel, of a project by its directory, or of a distribution.

    Raises AgpmError for what is none of these, or cannot be read.
    """
    return open_with_sources(place).snapshot


def open_with_sources(place: str) -> OpenedPlace:
    """Return the same snapshot, and what it was made of; raises AgpmError likewise."""
    path = Path(place)
    if path.is_dir():
        plan = open_project(path).plan()
        return OpenedPlace(snapshot=_of_plan(plan, place), plan=plan)
    return OpenedPlace(snapshot=_of_package(place))


def open_old(old: str, project: Path) -> PackageSnapshot:
    """
    Return the snapshot of a wheel, project or distribution, or of a revision.

    A file or directory comes first, then a revision of the project's repository.
    Raises AgpmError for what is none of these, or cannot be read.
    """
    path = Path(old)
    if path.exists() or path.suffix == ".whl":
        return open_place(old)
    if is_revision(old, project):
        return open_revision(old, project)
    if not distributions_of(old):
        what = "is not a wheel, the directory of a project, a revision of its "
        what += "repository, or installed here"
        raise ConfigError(f"'{old}'", what)
    return open_place(old)


def _sources_of(plan: Plan) -> dict[str, bytes]:
    """Return the files that a plan was made of, by the paths that the index has."""
    rendering = plan.rendering
    found = {
        each.path: rendering.contents[each.path].data
        for each in rendering.inputs
        if each.path in rendering.contents and not each.source
    }
    for used in rendering.sources:
        found |= {f"{used.name}:{file.path}": file.data for file in used.files}
    return found


def _of_package(place: str) -> PackageSnapshot:
    """Return the snapshot of a wheel or an installed distribution."""
    path = Path(place)
    if path.is_file() or path.suffix == ".whl":
        return _of_wheel(path)
    installed = distributions_of(place)
    if not installed:
        what = "is not a wheel, the directory of a project, or installed here"
        hint = f"`diff --git {place}` compares with a revision"
        raise ConfigError(f"'{place}'", what, hint=hint)
    return _of_distribution(place, installed[0])


def _of_plan(plan: Plan, place: str) -> PackageSnapshot:
    bundle = plan.bundle
    texts: list[SnapshotText] = []
    index: dict[str, Any] = {}
    if not bundle.is_empty:
        index = json.loads(bundle.files["index.json"].data)
        files = {f"{bundle.output}/{path}": bundle.files[path] for path in bundle.files}
        texts += indexed_texts(bundle.output, index, lambda path: files[path].data)
    texts += _exported_of_plan(bundle)
    version = str(plan.context.metadata.get("version", ""))
    return _snapshot(
        f"{place} ({bundle.distribution} {version})",
        texts,
        {**plan.context.metadata, **plan.project.manifest.project},
        index,
    )


def _exported_of_plan(bundle: Bundle) -> Iterator[SnapshotText]:
    """Yield the exported files, with what their resources were made of."""
    export = bundle.export
    items = export.resources if export else ()
    inputs = numbered_inputs(item.resource.template for item in items)
    graph = InputGraph(
        [
            InputFile(
                path=node.file.stable_name, sha256=node.file.sha256, uses=tuple(uses)
            )
            for node, uses in inputs.nodes
        ]
    )
    for path, file in bundle.exported.items():
        item = export.resource_of(path) if export else None
        top = (inputs.numbers[item.resource.template],) if item else ()
        name = f"{EXPORTED}{path}"
        yield SnapshotText(name=name, data=file.data, graph=graph, tops=top)


def _of_wheel(path: Path) -> PackageSnapshot:
    with opened_zip(path) as archive:
        size = path.stat().st_size
        left = _FEW_BYTES + _LARGEST_RATIO * size

        def read(name: str) -> bytes:
            nonlocal left
            try:
                member = archive.getinfo(name)
            except KeyError:
                raise BundleError(name, f"is missing from {path.name}") from None
            data = read_member(archive, member, left)
            left -= len(data)
            return data

        return _of_files(path.name, archive.namelist(), read, size)


def _of_distribution(name: str, distribution: InstalledDistribution) -> PackageSnapshot:
    hint = f"install {name} again"
    try:
        files = distribution.files
    except (OSError, ValueError) as error:
        what = f"is damaged: {error}"
        raise BundleError(f"{distribution.info}/RECORD", what, hint) from None
    left = _MOST

    def read(path: str) -> bytes:
        nonlocal left
        if path not in files:
            raise BundleError(path, f"is not a file of {name}")
        try:
            data = read_regular(distribution.root / path, left)
        except OSError as error:
            raise BundleError(path, f"cannot be read: {error.strerror}", hint) from None
        left -= len(data)
        return data

    return _of_files(name, files, read, _MOST // 4)


def _of_files(
    label: str, paths: Iterable[str], read: Callable[[str], bytes], size: int
) -> PackageSnapshot:
    """Return the snapshot of a wheel or a distribution of a size, by its files."""
    paths = list(dict.fromkeys(paths))
    indexes = IndexReader(size)
    texts: list[SnapshotText] = []
    first: dict[str, Any] = {}
    core = ""
    for path in paths:
        directory, _, name = path.rpartition("/")
        if name == "index.json" and (index := _index(indexes, read(path))):
            first = first or index
            texts += indexed_texts(directory, index, read)
        elif directory.endswith(".dist-info") and name == "METADATA":
            core = _headers(path, read(path))
    texts += _exported(paths, read)
    if not texts:
        hint = "`hatch-agpm check` says what switches them off"
        raise BundleError(label, "has no prompts of hatch-agpm", hint)
    facts = _facts(label, core) if core else {}
    shown = f"{label} ({facts.get('name', '')} {facts.get('version', '')})"
    return _snapshot(shown, texts, facts, first)


def _index(indexes: IndexReader, data: bytes) -> dict[str, Any]:
    """Return the index in these bytes, {} for another file."""
    try:
        return indexes.read(data) or {}
    except ValueError:
        return {}


def _facts(label: str, core: str) -> dict[str, object]:
    """Return the values of `agpm.project`; raises BundleError for damaged metadata."""
    try:
        return project_metadata({}, core_metadata=core)
    except (ValueError, RecursionError) as error:
        what = f"has damaged metadata: {damage_of(error)}"
        raise BundleError(label, what) from None


def _headers(path: str, data: bytes) -> str:
    """Return the headers of METADATA; raises BundleError for too many."""
    try:
        return headers_of(data)
    except ValueError as error:
        raise BundleError(path, f"is damaged: {error}") from None


def _exported(
    paths: Iterable[str], read: Callable[[str], bytes]
) -> Iterator[SnapshotText]:
    for path in paths:
        directory, _, name = path.partition(".dist-info/")
        if name in FILE_PATHS and "/" not in directory:
            described = read_prompts_file("", "", read(path))
            files = {each.path: each.resource for each in described.exports}
            yield from exported_texts(files, read)
            return


def _snapshot(
    label: str,
    texts: Iterable[SnapshotText],
    values: Mapping[str, object],
    index: Mapping[str, Any],
) -> PackageSnapshot:
    by_name = {each.name: each for each in texts}
    made_by = index.get("generator", {}).get("version")
    return PackageSnapshot(
        label=label,
        texts=dict(sorted(by_name.items())),
        metadata=values,
        generator=made_by if isinstance(made_by, str) else "",
    )


def open_revision(revision: str, project: Path) -> PackageSnapshot:
    """
    Return the snapshot of a project at a revision of its Git repository.

    The files are written into a temporary directory; the repository is only read.
    Raises ConfigError if there is no such revision, AgpmError as a build does.
    """
    root = _git(project, "rev-parse", "--show-toplevel")
    below = _git(project, "rev-parse", "--show-prefix")
    try:
        tree = _tree_of(revision, project)
    except ConfigError:
        raise ConfigError("--git", "must be a revision", repr(revision)) from None
    with tempfile.TemporaryDirectory(prefix="hatch-agpm-") as scratch:
        index = {"GIT_INDEX_FILE": str(Path(scratch, "index"))}
        target = Path(scratch, "tree")
        target.mkdir()
        _git(Path(root), "read-tree", tree, environ=index)
        _git(
            Path(root), "checkout-index", "--all", f"--prefix={target}/", environ=index
        )
        try:
            plan = open_project(target / below).plan()
        except ConfigError as error:
            raise ConfigError(f"revision {revision}:", str(error)) from None
        return _of_plan(plan, revision)


def is_revision(name: str, project: Path) -> bool:
    """Tell whether a name is a revision of the project's Git repository."""
    try:
        _tree_of(name, project)
    except ConfigError:
        return False
    return True


def _tree_of(revision: str, project: Path) -> str:
    """Return the hash of a revision's tree; raises ConfigError if there is none."""
    named = f"{revision}^{{tree}}"
    return _git(project, "rev-parse", "--verify", "--end-of-options", named)


def two_snapshots(
    places: Sequence[str], revisions: Sequence[str], project: Path
) -> tuple[PackageSnapshot, PackageSnapshot]:
    """
    Return the old and the new snapshot that a command line means.

    `places` are wheels, projects and distributions, `revisions` those of the project's
    repository.  What is not given is the project itself.  Raises ConfigError for too
    many or too few of them, and AgpmError as a build does.
    """
    number = len(places) + len(revisions)
    if number not in (1, 2) or (places and revisions):
        what = (
            "takes an old and a new wheel, project or distribution, or --git REVISION"
        )
        raise ConfigError("diff", what)
    opened = [open_revision(each, project) for each in revisions]
    opened += [open_place(each) for each in places]
    old, *others = opened
    return old, others[0] if others else open_place(str(project))


def _git(
    directory: Path, *arguments: str, environ: Mapping[str, str] | None = None
) -> str:
    """Return what Git prints; raises ConfigError if it fails."""
    command = ["git", *arguments]
    try:
        done = subprocess.run(
            command,
            cwd=directory,
            env={**os.environ, **(environ or {})},
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError as error:
        raise ConfigError("git", f"cannot be run: {error.strerror}") from None
    if done.returncode:
        reason = done.stderr.strip().splitlines() or ["it failed"]
        raise ConfigError("--git", f"cannot be read: {reason[-1]}")
    return done.stdout.rstrip("\n")
