"""
The files for coding agents in an installed package: skills, agents, commands.

The tree has the layout that library-skills and similar tools search.  A skill that is
in such a tree of the package already is exported in place, under its own name.  The
result depends only on the arguments.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from hatch_agpm.errors import (
    AgpmError,
    ConfigError,
    ConflictError,
    Location,
    PortabilityError,
    did_you_mean,
    raise_problems,
)
from hatch_agpm.export.plugin import (
    PLUGIN_FILE,
    check_plugin,
    note_plugin,
    plugin_files,
)
from hatch_agpm.export.readers import CLAUDE
from hatch_agpm.export.resource import ExportContext, ExportedResource, ResourceExport
from hatch_agpm.export.source import read_source
from hatch_agpm.model.config import TABLE
from hatch_agpm.model.rendering import FileContent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hatch_agpm.model.config import ExportSettings
    from hatch_agpm.model.rendering import RenderedResource

__all__ = ["Export", "build_export"]

_MAX_DESCRIPTIONS: Final = 23_000
"""What Claude Code lists of all skills together, in characters."""


@dataclass(frozen=True, kw_only=True)
class Export:
    """The files for coding agents that one build adds to the wheel."""

    directory: str
    """The directory of the tree, relative to the import package: `.agents`."""

    package: str
    """The directory of the import package in the source tree."""

    resources: tuple[ExportedResource, ...]
    """Sorted by full name; never empty."""

    files: Mapping[str, FileContent]
    """All files, by path in the tree, sorted; also of what is in place."""

    is_whole: bool
    """Whether nothing else is in the tree."""

    notes: tuple[AgpmError, ...] = ()
    """What is worth knowing of the files, but not an error."""

    @property
    def source_paths(self) -> dict[str, str]:
        """The path of each file in the source tree, by path in the exported one."""
        places = {
            path: f"{item.directory}/{path.removeprefix(f'{item.full_name}/')}"
            for item in self.resources
            if item.directory
            for path in item.files
        }
        return {path: places.get(path, f"{self.top}/{path}") for path in self.files}

    @property
    def top(self) -> str:
        """The directory of the tree, as it would be in the source tree."""
        return str(PurePosixPath(self.package, self.directory))

    def resource_of(self, path: str) -> ExportedResource | None:
        """Return the resource that has a file of the tree; None if no one has it."""
        names = (path, *map(str, PurePosixPath(path).parents))
        found = (self._by_name[name] for name in names if name in self._by_name)
        return next(found, None)

    @cached_property
    def _by_name(self) -> Mapping[str, ExportedResource]:
        """The resources, by the paths of their texts and by their full names."""
        by_path = {item.path: item for item in self.resources}
        return by_path | {item.full_name: item for item in self.resources}


def build_export(
    resources: Sequence[RenderedResource], context: ExportContext
) -> Export:
    """
    Return the tree of those `resources` that are exported; there has to be one.

    Raises AgpmError, with all problems, for resources that cannot be exported, or that
    a coding agent would drop, cut or misread.
    """
    settings = context.settings
    exported = [resource for resource in resources if resource.export]
    makers = [ResourceExport(context, resource) for resource in exported]
    made = [item for maker in makers for item in maker.make()]
    items = sorted(made, key=lambda item: item.full_name)
    problems = [problem for maker in makers for problem in maker.problems]
    notes = [note for maker in makers for note in maker.notes]
    problems += _name_clashes(items)
    problems += _unused(settings, exported)
    notes += _too_long_a_list(items, settings.directory)
    files = {path: file for item in items for path, file in item.files.items()}
    is_whole = context.is_alone and not any(item.directory for item in items)
    if is_whole:
        path = f"{settings.directory}/{PLUGIN_FILE}"
        project = (context.distribution, context.metadata)
        described = plugin_files(*project, _descriptions(items))
        problems += check_plugin(path, described[PLUGIN_FILE])
        notes += note_plugin(path, *project)
        files |= {path: FileContent(data=data) for path, data in described.items()}
    if settings.strict:
        problems += notes
    raise_problems(list(dict.fromkeys(problems)))
    return Export(
        directory=settings.directory,
        package=context.package,
        resources=tuple(items),
        files=dict(sorted(files.items())),
        is_whole=is_whole,
        notes=tuple(notes),
    )


def _descriptions(items: Sequence[ExportedResource]) -> dict[str, dict[str, object]]:
    """Return the description of each resource, by section and name."""
    found: dict[str, dict[str, object]] = defaultdict(dict)
    for item in items:
        top = read_source(item.text, lenient=True).top
        found[item.section][item.name] = top.get("description")
    return found


def _name_clashes(items: Sequence[ExportedResource]) -> Iterator[ConflictError]:
    by_name: dict[str, list[ExportedResource]] = defaultdict(list)
    for item in items:
        by_name[item.full_name].append(item)
    for name, same in sorted(by_name.items()):
        if len(same) > 1:
            yield ConflictError(
                f"would all be exported as '{name}'",
                sorted({item.resource.source_path for item in same}),
                "give each a key of its own, or export one of them",
            )


def _too_long_a_list(
    items: Sequence[ExportedResource], directory: str
) -> Iterator[PortabilityError]:
    """Yield a note if Claude Code would list some skills without a description."""
    texts = _descriptions(items).get("skills", {}).values()
    size = sum(len(text) for text in texts if isinstance(text, str))
    if size > _MAX_DESCRIPTIONS:
        what = f"the descriptions of all skills have more than {_MAX_DESCRIPTIONS:,} "
        what += "characters"
        yield PortabilityError(
            what,
            location=Location(path=directory),
            got=f"{size:,}",
            readers={CLAUDE: "listed in part by name only"},
        )


def _unused(
    settings: ExportSettings, exported: Sequence[RenderedResource]
) -> Iterator[ConfigError]:
    """Yield the keys of `drop` that no exported file has."""
    if not settings.drop:
        return
    try:
        known = {
            key
            for resource in exported
            for key in read_source(resource.document, lenient=True).top
        }
    except UnicodeDecodeError:
        return
    for index, key in enumerate(settings.drop):
        if key not in known:
            what, hint = "is a key of no exported file", did_you_mean(key, known)
            yield ConfigError(f"{TABLE}.export.drop[{index}]", what, repr(key), hint)
