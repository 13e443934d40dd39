"""
One resource in one variant: while it is searched for, and when it is found.

A `Node` becomes a `Resource` when all its dependencies are known.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from hatch_agpm.config.tools import install_path
from hatch_agpm.errors import (
    AgpmError,
    ConfigError,
    ContentError,
    Location,
    ProblemsError,
    raise_problems,
)
from hatch_agpm.model.declaration import NO_OPTIONS, TemplateOptions
from hatch_agpm.model.rendering import ResourceUse
from hatch_agpm.model.types import RESOURCE_TYPES, SKILL_FILE
from hatch_agpm.model.variants import resource_key
from hatch_agpm.rendering.resolution.keys import Dependency, keyed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hatch_agpm.config.manifest import Manifest
    from hatch_agpm.model.config import Patch
    from hatch_agpm.model.declaration import Declaration
    from hatch_agpm.sources.root import SourceRoot

__all__ = ["Freezer", "Identity", "Node", "Resource"]

Identity = tuple[str, str, str | None, str, str | None]
"""Type, file, tool, variant and source of a resource."""


def _text_file(section: str, file: str) -> str:
    return f"{file}/{SKILL_FILE}" if section == "skills" else file


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Resource:
    """One resource in one variant, found but not rendered."""

    section: str
    """The plural."""

    name: str
    """AGPM's canonical name: the path without its last extension."""

    path: str
    """The path in AGPM's spelling, relative to the manifest's directory."""

    file: str
    """The real path of the file, or skill's directory, relative to the root."""

    tool: str | None
    """The coding agent that it is for; None for a plain prompt."""

    variables: Mapping[str, object]
    variant: str
    alias: str | None
    bundle_name: str | None
    """The name in the bundle; None for the one that follows from AGPM's."""

    install: bool | None
    install_path: str | None
    is_match: bool
    """Whether it was found by a pattern; `alias` is then the key of the pattern."""

    source_root: SourceRoot
    """The source root to which `path`, and the paths in the file, are relative."""

    version: str | None
    """The version of its source in templates; None for the project."""

    patch: Patch | None
    export: bool
    """Whether it is exported to coding agents."""

    max_tokens: int | None
    """The tokens that its text may have; None if its entry does not say."""

    options: TemplateOptions
    """What its entry says of the file, where the file itself does not."""

    declared: tuple[Declaration, ...]
    """What its files declare, without lines, in their order."""

    dependencies: Mapping[str, Mapping[str, Resource]]
    """The dependencies by section and key, as in `agpm.deps`."""

    wanted: frozenset[Resource]
    """Those of its dependencies that are to be in the bundle."""

    @property
    def key(self) -> str:
        """A text that distinguishes it from the other resources of the project."""
        return resource_key(self.section, self.tool, self.variables, self.text_file)

    def uses(self) -> tuple[ResourceUse, ...]:
        """Return the resources that it depends on, each once."""
        return tuple(
            ResourceUse(
                key=child.key, path=child.text_file, is_wanted=child in self.wanted
            )
            for child in dict.fromkeys(self.children())
        )

    def children(self) -> list[Resource]:
        """Return the resources that it depends on."""
        return [
            child for by_key in self.dependencies.values() for child in by_key.values()
        ]

    @property
    def is_only_exported(self) -> bool:
        """Whether it is for coding agents, and not in the bundle."""
        return self.export and self.install is False

    @property
    def source(self) -> str | None:
        """The name of the source that it is from; None: the project itself."""
        return self.source_root.name

    @property
    def text_file(self) -> str:
        """The real path of the file that holds its text."""
        return _text_file(self.section, self.file)


@dataclass(kw_only=True, eq=False, repr=False)
class Node:
    """A resource during the search."""

    section: str
    path: str
    file: str
    tool: str | None
    variables: Mapping[str, object]
    variant: str
    source_root: SourceRoot
    asked: str = ""
    """The version that is asked for of a Git source, "" for its default."""

    entry: Declaration | None = None
    is_match: bool = False
    """Whether it was found by a pattern of the manifest."""

    fixed: str = ""
    """The directory of the pattern that found it, in its source; "" without one."""

    options: TemplateOptions = NO_OPTIONS
    install: bool | None = None
    edges: list[tuple[Declaration, Node]] = field(default_factory=list)

    @property
    def identity(self) -> Identity:
        """What distinguishes it from other resources; the version does not."""
        name = self.source_root.name
        return (self.section, self.file, self.tool, self.variant, name)

    @property
    def text_file(self) -> str:
        """The real path of the file that holds its text."""
        return _text_file(self.section, self.file)

    @property
    def is_only_exported(self) -> bool:
        """Whether it is for coding agents, and not in the bundle."""
        return bool(self.entry and self.entry.export) and self.install is False

    def children(self) -> Iterator[Node]:
        """Yield its dependencies."""
        return (child for _, child in self.edges)


class Freezer:
    """Turns nodes into resources, dependencies first."""

    def __init__(self, manifest: Manifest) -> None:
        self.manifest = manifest
        self.frozen: dict[Node, Resource] = {}
        self.problems: list[AgpmError] = []

    def freeze(self, nodes: list[Node]) -> tuple[Resource, ...]:
        """Return the resources of nodes whose dependencies come first."""
        for node in nodes:
            if any(child not in self.frozen for _, child in node.edges):
                # A dependency could not be frozen; that is already reported.
                continue
            try:
                self.frozen[node] = self._resource(node)
            except ProblemsError as error:
                self.problems.extend(error.problems)
            except AgpmError as error:
                self.problems.append(error)
        raise_problems(self.problems)
        return tuple(self.frozen[node] for node in nodes)

    def _resource(self, node: Node) -> Resource:
        entry = node.entry
        alias = entry.name if entry else None
        name = posixpath.splitext(self._named_path(node))[0]
        return Resource(
            section=node.section,
            name=name,
            path=node.path,
            file=node.file,
            tool=node.tool,
            variables=node.variables,
            variant=node.variant,
            alias=alias,
            bundle_name=self._bundle_name(node),
            install=node.install,
            install_path=self._install_path(node),
            is_match=node.is_match,
            source_root=node.source_root,
            version=node.source_root.version_of(node.asked),
            patch=entry.patch if entry else None,
            export=bool(entry and entry.export),
            max_tokens=entry.max_tokens if entry else None,
            options=node.options,
            declared=tuple(replace(declared, line=0) for declared, _ in node.edges),
            dependencies=self._dependencies(node),
            wanted=frozenset(
                self.frozen[child]
                for declared, child in node.edges
                if declared.install is not False
            ),
        )

    def _bundle_name(self, node: Node) -> str | None:
        names, entry = self.manifest.names, node.entry
        if names is None:
            return None
        if entry is not None and entry.name is not None and not node.is_match:
            return entry.name
        path = node.path if node.source_root.name else node.file
        return names.of(node.section, path, fixed=node.fixed)

    def _named_path(self, node: Node) -> str:
        """Return the path that names a resource: a whole project has its own name."""
        if node.path.strip("./"):
            return node.path
        return self._bundle_name(node) or node.path

    def _install_path(self, node: Node) -> str | None:
        entry = node.entry
        if node.tool is None:
            return None
        try:
            return install_path(
                self.manifest.tools[node.tool],
                node.section,
                self._named_path(node),
                entry,
            )
        except ValueError as error:
            if entry is None:
                raise ContentError(
                    f"its install path {error}", location=Location(path=node.file)
                ) from None
            raise ConfigError(f"{entry.key}: the install path", str(error)) from None

    def _dependencies(self, node: Node) -> dict[str, dict[str, Resource]]:
        edges = [
            Dependency(name=declared.name, resource=self.frozen[child])
            for declared, child in node.edges
        ]
        found = {}
        for section in RESOURCE_TYPES:
            of_type = [edge for edge in edges if edge.resource.section == section]
            if of_type:
                found[section] = keyed(of_type, node.text_file)
        return found
