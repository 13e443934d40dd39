"""
Finds the resources of a manifest, their variables and their dependencies.

A resource is identified by type, file, tool and variables.  The search starts with the
entries of the manifest and follows the dependencies that files declare; a dependency on
a listed resource is that entry.  The result has no cycles, and dependencies come first.

Renders frontmatter to read its declarations, and no bodies.
"""

from __future__ import annotations

import posixpath
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hatch_agpm.config.tools import install_path
from hatch_agpm.errors import (
    AgpmError,
    ConfigError,
    ContentError,
    FrontmatterError,
    Location,
    ProblemsError,
    raise_problems,
)
from hatch_agpm.model.types import RESOURCE_TYPES, SKILL_FILE
from hatch_agpm.model.variants import variant_hash
from hatch_agpm.rendering.resolution.keys import Dependency, keyed
from hatch_agpm.rendering.resolution.lookup import dependency_files, entry_files
from hatch_agpm.rendering.resolution.ordering import dependencies_first
from hatch_agpm.rendering.resolution.variables import (
    resolution_context,
    variant_inputs,
    with_metadata,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from hatch_agpm.config.manifest import Manifest
    from hatch_agpm.model.config import Patch
    from hatch_agpm.model.declaration import Declaration
    from hatch_agpm.rendering.resolution.declarations import DeclarationReader
    from hatch_agpm.sources import SourceRoots
    from hatch_agpm.sources.root import SourceRoot

__all__ = ["Resource", "resolve"]


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

    tool: str
    variables: Mapping[str, object]
    variant: str
    alias: str | None
    install: bool | None
    install_path: str
    is_match: bool
    """Whether it was found by a pattern; `alias` is then the key of the pattern."""

    source_root: SourceRoot
    """The source root to which `path`, and the paths in the file, are relative."""

    patch: Patch | None
    export: bool
    """Whether it is exported to coding agents."""

    dependencies: Mapping[str, Mapping[str, Resource]]
    """The dependencies by section and key, as in `agpm.deps`."""

    def children(self) -> list[Resource]:
        """Return the resources that it depends on."""
        return [
            child for by_key in self.dependencies.values() for child in by_key.values()
        ]

    @property
    def source(self) -> str | None:
        """The name of the source that it is from; None: the project itself."""
        return self.source_root.name

    @property
    def text_file(self) -> str:
        """The real path of the file that holds its text."""
        return _text_file(self.section, self.file)


@dataclass(kw_only=True, eq=False, repr=False)
class _Node:
    """A resource during the search."""

    section: str
    path: str
    file: str
    tool: str
    variables: Mapping[str, object]
    variant: str
    source_root: SourceRoot
    entry: Declaration | None = None
    is_match: bool = False
    """Whether it was found by a pattern of the manifest."""

    install: bool | None = None
    edges: list[tuple[Declaration, _Node]] = field(default_factory=list)

    @property
    def text_file(self) -> str:
        """The real path of the file that holds its text."""
        return _text_file(self.section, self.file)

    def children(self) -> Iterator[_Node]:
        """Yield its dependencies."""
        return (child for _, child in self.edges)


def resolve(
    manifest: Manifest,
    source_roots: SourceRoots,
    declarations: Callable[[SourceRoot], DeclarationReader],
    metadata: Mapping[str, object],
) -> tuple[Resource, ...]:
    """
    Find every resource of a manifest; dependencies come before their dependents.

    `declarations` gives the reader for the files of a source root.  `metadata` is
    overridden by `project` in the variables of templates.  Raises ConfigError for
    entries that name no file, SourceError for declarations that cannot be read or
    followed, CycleError, ConflictError, or ProblemsError with all of one stage.
    """
    resolver = _Resolver(manifest, source_roots, declarations, metadata)
    resolver.list_entries()
    resolver.follow()
    ordered = dependencies_first(
        resolver.nodes, children=_Node.children, name=lambda node: node.file
    )
    return _Freezer(manifest).freeze(ordered)


class _Resolver:
    """Finds the nodes, breadth first."""

    def __init__(
        self,
        manifest: Manifest,
        source_roots: SourceRoots,
        declarations: Callable[[SourceRoot], DeclarationReader],
        metadata: Mapping[str, object],
    ) -> None:
        self.manifest = manifest
        self.source_roots = source_roots
        self.declarations = declarations
        self.metadata = metadata
        self.nodes: list[_Node] = []
        self.known: dict[tuple[str, str, str, str, str | None], _Node] = {}
        self.problems: list[AgpmError] = []
        self._dependencies: dict[
            tuple[SourceRoot, str, str], tuple[Declaration, ...]
        ] = {}

    def list_entries(self) -> None:
        """Make nodes of the manifest's entries, one for each match of a pattern."""
        raise_problems(self.source_roots.problems())
        for entry in self.manifest.entries:
            variables = variant_inputs(self.manifest.project, entry.template_vars)
            variant = variant_hash(variables)
            try:
                source_root = self.source_roots.named(
                    entry.source, self.source_roots.project
                )
                found = list(entry_files(entry, source_root))
            except (ConfigError, ContentError) as error:
                problem = _entry_error(entry, error)
                # A source that cannot be opened is reported once.
                if problem not in self.problems:
                    self.problems.append(problem)
                continue
            for path, file, is_match in found:
                node = _Node(
                    section=entry.section,
                    path=path,
                    file=file,
                    tool=self.manifest.tool_for(entry.section, entry.tool, None),
                    variables=variables,
                    variant=variant,
                    source_root=source_root,
                    entry=entry,
                    is_match=is_match,
                    install=entry.install,
                )
                self._add(node)
        raise_problems(self.problems)

    def _add(self, node: _Node) -> None:
        self.nodes.append(node)
        identity = (
            node.section,
            node.file,
            node.tool,
            node.variant,
            node.source_root.name,
        )
        self.known.setdefault(identity, node)

    def follow(self) -> None:
        """Find the dependencies of the nodes, direct and indirect."""
        queue = deque(self.nodes)
        while queue:
            node = queue.popleft()
            for declared in self._declared(node):
                known = len(self.nodes)
                self._connect(node, declared)
                queue.extend(self.nodes[known:])
        raise_problems(self.problems)

    def _declared(self, node: _Node) -> tuple[Declaration, ...]:
        key = (node.source_root, node.file, node.variant)
        if key not in self._dependencies:
            self._dependencies[key] = ()
            if node.source_root.is_rendered:
                # Its dependencies were embedded when its own bundle was built.
                return ()
            variables = with_metadata(node.variables, self.metadata)
            try:
                file = node.source_root.tree.read(node.text_file)
                self._dependencies[key] = self.declarations(
                    node.source_root
                ).dependencies(file, resolution_context(variables))
            except ProblemsError as error:
                self.problems.extend(error.problems)
            except AgpmError as error:
                self.problems.append(error)
        return self._dependencies[key]

    def _connect(self, node: _Node, declared: Declaration) -> None:
        try:
            source_root = self.source_roots.named(declared.source, node.source_root)
            files = dependency_files(
                declared, node.file, source_root, elsewhere=declared.source is not None
            )
            targets = [(file, source_root.path(file)) for file in files]
            tool = self.manifest.tool_for(declared.section, declared.tool, node.tool)
        except (ConfigError, ContentError) as error:
            what = f"the dependency '{declared.path}': {_what(error)}"
            path = node.text_file
            self.problems.append(
                FrontmatterError(
                    what,
                    location=Location(path=path, line=declared.line),
                    hint=error.hint,
                )
            )
            return
        for file, path in targets:
            identity = (declared.section, file, tool, node.variant, source_root.name)
            child = self.known.get(identity)
            if child is None:
                child = _Node(
                    section=declared.section,
                    path=path,
                    file=file,
                    tool=tool,
                    variables=node.variables,
                    variant=node.variant,
                    source_root=source_root,
                )
                self._add(child)
            if child.entry is None:
                # One dependent that wants it installed is enough.
                child.install = bool(child.install) or declared.install is not False
            node.edges.append((declared, child))


def _what(error: ConfigError | ContentError) -> str:
    if isinstance(error, ConfigError):
        return f"{error.key} {error.what}"
    return f"{error.path} {error.what}" if error.path else error.what


def _entry_error(entry: Declaration, error: ConfigError | ContentError) -> ConfigError:
    if isinstance(error, ConfigError):
        return error
    return ConfigError(f"{entry.key}.path:", _what(error), hint=error.hint)


class _Freezer:
    """Turns nodes into resources, dependencies first."""

    def __init__(self, manifest: Manifest) -> None:
        self.manifest = manifest
        self.frozen: dict[_Node, Resource] = {}
        self.problems: list[AgpmError] = []

    def freeze(self, nodes: list[_Node]) -> tuple[Resource, ...]:
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

    def _resource(self, node: _Node) -> Resource:
        entry = node.entry
        alias = entry.name if entry else None
        name = posixpath.splitext(node.path)[0]
        return Resource(
            section=node.section,
            name=name,
            path=node.path,
            file=node.file,
            tool=node.tool,
            variables=node.variables,
            variant=node.variant,
            alias=alias,
            install=node.install,
            install_path=self._install_path(node),
            is_match=node.is_match,
            source_root=node.source_root,
            patch=entry.patch if entry else None,
            export=bool(entry and entry.export),
            dependencies=self._dependencies(node),
        )

    def _install_path(self, node: _Node) -> str:
        entry = node.entry
        try:
            return install_path(
                self.manifest.tools[node.tool],
                node.section,
                node.path,
                entry,
            )
        except ValueError as error:
            if entry is None:
                raise ContentError(
                    f"its install path {error}", location=Location(path=node.file)
                ) from None
            raise ConfigError(f"{entry.key}: the install path", str(error)) from None

    def _dependencies(self, node: _Node) -> dict[str, dict[str, Resource]]:
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
