"""
Notes of `hatch-agpm check` about the files of a project.

They name files that nothing uses, that are packed twice, or that are left out.
"""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from packaging.utils import canonicalize_name

from hatch_agpm.bundle.namespaces import RESERVED
from hatch_agpm.cli.check import Note, some
from hatch_agpm.config.selection.directories import CONVENTION
from hatch_agpm.errors import Location, SourceError
from hatch_agpm.export.names import is_own
from hatch_agpm.export.source import cut_values, read_source
from hatch_agpm.formats.file_names import (
    is_rubbish,
    is_visible,
    kind_of,
    split_extension,
)
from hatch_agpm.installed.discovery import discover
from hatch_agpm.model.types import SKILL_FILE
from hatch_agpm.rendering.resolution.lookalikes import misplaced, unrendered
from hatch_agpm.sources.lockfile import LOCK_FILE, read_lock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hatch_agpm.build import Plan

__all__ = ["file_notes", "visible_files"]

_NO_PROMPTS: Final = ("README", "LICENSE", "AGPM.")


def file_notes(plan: Plan) -> Iterator[Note]:
    """Yield notes about files that a build leaves out or ships twice."""
    yield from _about_unused(plan)
    yield from _about_copies(plan)
    yield from _about_variants(plan)
    yield from _about_rubbish(plan)
    yield from _about_names(plan)
    yield from _about_exports(plan)
    yield from _about_cut_values(plan)
    if plan.project.manifest.is_agpm:
        yield from _about_lookalikes(plan)


def _about_unused(plan: Plan) -> Iterator[Note]:
    """Yield the files below `prompts/` that no resource is made of."""
    used = {*plan.source_paths(), *plan.rendering.links}
    apart = [plan.output, *_vendored(plan.root)]
    if plan.project.templates:
        apart.append(plan.project.templates)
    unused = [
        path
        for path in visible_files(plan.root, CONVENTION)
        if path not in used
        and not any(PurePosixPath(path).is_relative_to(each) for each in apart)
        and not path.rpartition("/")[2].upper().startswith(_NO_PROMPTS)
    ]
    if unused:
        what = f"{some(unused)} is not used"
        yield Note(rule="unused-file", what=what, path=unused[0])


def _vendored(root: Path) -> list[str]:
    """Return the directories of the vendored sources."""
    lock = root / LOCK_FILE
    if not lock.is_file():
        return []
    return [each.directory for each in read_lock(lock.read_text("utf-8")).values()]


def _about_copies(plan: Plan) -> Iterator[Note]:
    """Yield the templates that are in the package, and again in the bundle."""
    package = str(PurePosixPath(plan.output).parent)
    if plan.bundle.is_top_level or package in {".", "src"}:
        return
    twice = sorted(
        {
            resource.source_path
            for resource in plan.rendering.resources
            if resource.install is not False and resource.source is None
            if resource.source_path.startswith(f"{package}/")
            and not resource.source_path.startswith(f"{plan.output}/")
            and not resource.export
        }
    )
    if twice:
        directory = os.path.commonpath([str(Path(path).parent) for path in twice])
        where = directory.replace(os.sep, "/")
        is_package = all(map(str.isidentifier, where.split("/")))
        lines = ("[tool.hatch-agpm]", f'output = "{where}"')
        # Those that are in place would no longer be, and a skill is not a package.
        has_others = plan.templates_in_output or any(
            path.endswith(f"/{SKILL_FILE}") for path in twice
        )
        yield Note(
            rule="duplicate-file",
            path=twice[0],
            what=f"{some(twice)} is in the wheel twice: as it is, and rendered",
            lines=lines if is_package and where != package and not has_others else (),
        )


def _about_variants(plan: Plan) -> Iterator[Note]:
    """Yield the templates in the output directory that have no file at their path."""
    names: dict[str, list[str]] = defaultdict(list)
    for resource in plan.rendering.resources:
        within = resource.source_path.removeprefix(f"{plan.output}/")
        if resource.install is False or resource.source is not None:
            continue
        if within != resource.source_path and within not in plan.bundle.files:
            names[within].append(resource.bundle_name or resource.name)
    for within, made in sorted(names.items()):
        what = f"{plan.output}/{within} is not in the wheel"
        how = f"name one of them '{split_extension(within)[0]}' to have it there"
        several = " and ".join(sorted(made))
        yield Note(
            rule="missing-at-its-path",
            what=f"{what}: {several} are made of it; {how}",
            path=f"{plan.output}/{within}",
        )


def _about_rubbish(plan: Plan) -> Iterator[Note]:
    """Yield a note about files such as `.DS_Store` in the directories of resources."""
    tops = {
        *(path for path in plan.rendering.searched if path),
        *(
            str(PurePosixPath(resource.source_path).parent)
            for resource in plan.rendering.resources
            if resource.type == "skill" and resource.source is None
        ),
    }
    found = sorted({path for top in tops for path in _rubbish(plan.root, top)})
    if found and not plan.project.manifest.is_agpm:
        what = f"{some(found)} is left out: programs make such files"
        yield Note(rule="left-out", what=what, path=found[0], is_harmless=True)


def _about_names(plan: Plan) -> Iterator[Note]:
    """Yield the prompts whose names the module has for something else."""
    for name in plan.bundle.names:
        first = name.split("/")[0]
        if first in RESERVED:
            what = f"'{name}' is not an attribute: the module has its own {first}"
            what = f'{what}; read the prompt with load("{name}")'
            yield Note(rule="not-an-attribute", what=what)


def _about_exports(plan: Plan) -> Iterator[Note]:
    """Yield notes about exported files, and about names that may collide."""
    export = plan.bundle.export
    if export is None:
        return
    for problem in export.notes:
        place = problem.location if isinstance(problem, SourceError) else Location()
        yield Note(
            rule="portability", what=str(problem), path=place.path, line=place.line
        )
    package = PurePosixPath(plan.output).parent.name
    common = [
        item.full_name
        for item in export.resources
        if not is_own(item.name, distribution=plan.bundle.distribution, package=package)
    ]
    if common:
        what = f"{some(common)} begins with the name of neither the distribution nor "
        what = f"{what}the package: another one may export the same name"
        yield Note(rule="exported-name", what=what)
    own = canonicalize_name(plan.bundle.distribution)
    taken = {
        file.resource: bundle.distribution
        for bundle in discover()
        if canonicalize_name(bundle.distribution) != own
        for file in bundle.exports
    }
    for item in export.resources:
        if other := taken.get(item.full_name):
            what = f"{item.full_name} is also exported by {other}, which is installed"
            what = f"{what} here: some tools drop both"
            path = item.resource.source_path
            yield Note(rule="exported-name", what=what, path=path)


def _about_cut_values(plan: Plan) -> Iterator[Note]:
    """Yield values of frontmatter that end where YAML begins a comment."""
    for resource in plan.rendering.resources:
        path = resource.source_path
        if resource.export or resource.source is not None or not resource.metadata:
            continue
        source = read_source(plan.source(path).data, lenient=True)
        for cut in cut_values(source.frontmatter or ""):
            name = ".".join(cut.path)
            what = f"{path}:{cut.line + 1}: '{name}' is cut at ' #': quote its text"
            yield Note(rule="cut-value", what=what, path=path, line=cut.line + 1)


def _about_lookalikes(plan: Plan) -> Iterator[Note]:
    """Yield notes about text that looks like a template, in files shipped unchanged."""
    for resource in plan.rendering.resources:
        path = resource.source_path
        if resource.source is not None or not isinstance(resource.text, str):
            continue
        text = plan.source(path).data.decode(errors="replace")
        found = [*misplaced(text, kind_of(path, is_agpm=False))]
        if resource.install is not False and resource.text == text:
            found += unrendered(text)
        for problem in found[:1]:
            what = f"{path}:{problem.line}: {problem.what}"
            yield Note(rule="lookalike", what=what, path=path, line=problem.line)


def _rubbish(root: Path, top: str) -> Iterator[str]:
    """Yield the outermost files and directories below one that programs made."""
    for folder, directories, names in os.walk(root / top):
        for name in (*directories, *names):
            if is_rubbish(name):
                yield (Path(folder) / name).relative_to(root).as_posix()
        directories[:] = filter(is_visible, directories)


def visible_files(root: Path, top: str) -> Iterator[str]:
    """Yield the files below a directory, without hidden ones and rubbish."""
    for folder, directories, names in os.walk(root / top):
        directories[:] = filter(is_visible, directories)
        for name in sorted(filter(is_visible, names)):
            yield (Path(folder) / name).relative_to(root).as_posix()
