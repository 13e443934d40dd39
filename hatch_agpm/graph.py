"""
Which resources there are, with which variables, and how they depend on each other.

A resource is its type, file, tool and variables.  What the manifest lists comes
first, then whatever those declare, and so on; a dependency on something listed is
that entry.  The result has no cycle and comes dependencies first.

Renders frontmatter, to read what it declares; bodies are not looked at.
"""

from __future__ import annotations

import posixpath
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hatch_agpm.errors import (
    AgpmError,
    ConfigError,
    ContentError,
    FrontmatterError,
    ProblemsError,
    raise_problems,
)
from hatch_agpm.keys import Dependency, keyed
from hatch_agpm.ordering import dependencies_first
from hatch_agpm.patterns import compile_pattern, is_pattern
from hatch_agpm.placement import install_path
from hatch_agpm.resource_types import RESOURCE_TYPES, SKILL_FILE
from hatch_agpm.variables import (
    resolution_context,
    variant_hash,
    variant_inputs,
    with_metadata,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hatch_agpm.declarations import Declarations
    from hatch_agpm.files import Tree
    from hatch_agpm.frontmatter import Spec
    from hatch_agpm.manifest import Entry, Manifest, Source
    from hatch_agpm.patches import Patch

__all__ = ["Resource", "resolve"]


def _text_file(type_: str, file: str) -> str:
    return f"{file}/{SKILL_FILE}" if type_ == "skills" else file


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Resource:
    """One resource in one variant, found but not rendered."""

    type: str
    """The plural."""

    name: str
    """AGPM's canonical name: the path without its last extension."""

    path: str
    """As AGPM reports it: relative to the manifest's directory."""

    file: str
    """The real path of the file, or skill's directory, relative to the root."""

    tool: str
    variables: Mapping[str, object]
    variant: str
    alias: str | None
    install: bool | None
    install_path: str
    is_match: bool
    """Found by a pattern, so that `alias` names the pattern, not the resource."""

    source: str | None
    """The name of the source that `path` is relative to."""

    patch: Patch | None
    export: bool
    """Whether coding agents are to find it in the package."""

    dependencies: Mapping[str, Mapping[str, Resource]]
    """By plural of the type and key, as `agpm.deps` has them."""

    @property
    def text_file(self) -> str:
        """The real path of the file that holds its text."""
        return _text_file(self.type, self.file)


@dataclass(kw_only=True, slots=True, eq=False)
class _Node:
    """A resource while it is being found."""

    type: str
    path: str
    file: str
    tool: str
    variables: Mapping[str, object]
    variant: str
    source: str | None
    entry: Entry | None = None
    is_match: bool = False
    """Found by a pattern of the manifest."""

    install: bool | None = None
    edges: list[tuple[Spec, _Node]] = field(default_factory=list)

    @property
    def text_file(self) -> str:
        """The real path of the file that holds its text."""
        return _text_file(self.type, self.file)

    def children(self) -> Iterator[_Node]:
        """Yield what it depends on."""
        return (child for _, child in self.edges)


def resolve(
    manifest: Manifest,
    tree: Tree,
    declarations: Declarations,
    metadata: Mapping[str, object],
) -> tuple[Resource, ...]:
    """
    Find every resource of a manifest; dependencies come before their dependents.

    `metadata` lies below `project` in all variables that templates see.  Raises
    ConfigError for entries that name no file, SourceError for declarations that
    cannot be read or followed, CycleError, ConflictError, or ProblemsError with
    all of one stage.
    """
    resolver = _Resolver(manifest, tree, declarations, metadata)
    resolver.list_entries()
    resolver.follow()
    ordered = dependencies_first(
        resolver.nodes, children=_Node.children, name=lambda node: node.file
    )
    return _Freezer(manifest, tree).freeze(ordered)


class _Resolver:
    """Finds the nodes, breadth first."""

    def __init__(
        self,
        manifest: Manifest,
        tree: Tree,
        declarations: Declarations,
        metadata: Mapping[str, object],
    ) -> None:
        self.manifest = manifest
        self.tree = tree
        self.declarations = declarations
        self.metadata = metadata
        self.nodes: list[_Node] = []
        self.known: dict[tuple[str, str, str, str, str | None], _Node] = {}
        self.sources: dict[str, str] = {}
        """The real paths of the directories that are sources, by name."""

        self.problems: list[AgpmError] = []
        self._specs: dict[tuple[str, str], tuple[Spec, ...]] = {}

    def list_entries(self) -> None:
        """Turn the manifest's entries into nodes, one for each match of a pattern."""
        for source in self.manifest.sources:
            self._locate_source(source)
        raise_problems(self.problems)
        for entry in self.manifest.entries:
            variables = variant_inputs(self.manifest.project, entry.template_vars)
            variant = variant_hash(variables)
            try:
                found = list(self._matches(entry))
            except (ConfigError, ContentError) as error:
                self.problems.append(_entry_error(entry, error))
                continue
            for path, file, is_match in found:
                node = _Node(
                    type=entry.type,
                    path=path,
                    file=file,
                    tool=entry.tool,
                    variables=variables,
                    variant=variant,
                    source=entry.source.name if entry.source else None,
                    entry=entry,
                    is_match=is_match,
                    install=entry.install,
                )
                self._add(node)
        raise_problems(self.problems)

    def _locate_source(self, source: Source) -> None:
        try:
            real = self.tree.locate(source.path)
        except ContentError as error:
            what = f"{error.what}: a directory outside of it is not supported yet"
            self.problems.append(ConfigError(f"{source.key}:", what))
            return
        if real is None or not self.tree.is_directory(real):
            hint = self.tree.nearest(source.path) if real is None else ""
            what = "names no directory"
            self.problems.append(ConfigError(source.key, what, repr(source.path), hint))
            return
        self.sources[source.name] = real

    def _add(self, node: _Node) -> None:
        self.nodes.append(node)
        identity = (node.type, node.file, node.tool, node.variant, node.source)
        self.known.setdefault(identity, node)

    def _matches(self, entry: Entry) -> Iterator[tuple[str, str, bool]]:
        """Yield path, real path, and whether it was a pattern that named them."""
        folder = posixpath.normpath(entry.source.path) if entry.source else ""
        whole = posixpath.join(folder, entry.path)
        name = entry.source.name if entry.source else None
        file = self.tree.locate(whole)
        if file is not None:
            self._check_kind(entry.type, file, whole)
            _check_ending(entry, file)
            self._path(name, file)
            yield entry.path.rstrip("/"), file, False
            return
        if not is_pattern(entry.path):
            what = f"names no {'directory' if entry.type == 'skills' else 'file'}"
            hint = self.tree.nearest(whole)
            raise ConfigError(f"{entry.key}.path", what, repr(entry.path), hint)
        if entry.filename is not None:
            what = "cannot name all the files of a pattern"
            raise ConfigError(f"{entry.key}.filename", what, repr(entry.filename))
        for path, file in self.expand(entry.type, folder, entry.path):
            self._path(name, file)
            yield posixpath.relpath(path, folder) if folder else path, file, True

    def expand(self, type_: str, folder: str, pattern: str) -> list[tuple[str, str]]:
        """
        Return what a pattern matches: paths relative to the base, and real paths.

        The pattern starts at `folder`, relative to the base.  Raises ContentError
        where it is none or matches nothing.
        """
        top, rest = _static_part(posixpath.normpath(posixpath.join(folder, pattern)))
        try:
            matches = compile_pattern(rest).fullmatch
        except ValueError as error:
            raise ContentError(f"the pattern {pattern!r} is wrong: {error}") from None
        start = self.tree.locate(top or ".")
        found: list[tuple[str, str]] = []
        for path in self.tree.entries(start) if start is not None else ():
            if not matches(path):
                continue
            whole = posixpath.join(top, path)
            file = self.tree.locate(whole)
            if file is not None and self._is_kind(type_, file):
                self._check_kind(type_, file, whole)
                found.append((whole, file))
        if not found:
            raise ContentError(f"the pattern {pattern!r} matches nothing")
        return found

    def _is_kind(self, type_: str, file: str) -> bool:
        if type_ != "skills":
            return not self.tree.is_directory(file)
        return (self.tree.root / file / SKILL_FILE).is_file()

    def _check_kind(self, type_: str, file: str, path: str) -> None:
        """Raise ContentError where a path names a directory, or for a skill a file."""
        if type_ == "skills" and (self.tree.base / path.rstrip("/")).is_symlink():
            hint = "put the directory there, or name the one it leads to"
            raise ContentError("is a link, not a directory", path, hint=hint)
        if self._is_kind(type_, file):
            return
        if type_ != "skills":
            raise ContentError("is a directory, not a file", file)
        hint = "" if self.tree.is_directory(file) else "a skill is a directory"
        raise ContentError(f"has no {SKILL_FILE}", file, hint=hint)

    def follow(self) -> None:
        """Find what the nodes declare, and what that declares, to the end."""
        queue = deque(self.nodes)
        while queue:
            node = queue.popleft()
            for spec in self._declared(node):
                known = len(self.nodes)
                self._connect(node, spec)
                queue.extend(self.nodes[known:])
        raise_problems(self.problems)

    def _declared(self, node: _Node) -> tuple[Spec, ...]:
        key = (node.file, node.variant)
        if key not in self._specs:
            self._specs[key] = ()
            variables = with_metadata(node.variables, self.metadata)
            try:
                file = self.tree.read(node.text_file)
                self._specs[key] = self.declarations.specs(
                    file, resolution_context(variables)
                )
            except ProblemsError as error:
                self.problems.extend(error.problems)
            except AgpmError as error:
                self.problems.append(error)
        return self._specs[key]

    def _connect(self, node: _Node, spec: Spec) -> None:
        try:
            targets = [
                (file, self._path(node.source, file))
                for file in self._targets(node, spec)
            ]
            tool = self.manifest.tool_for(spec.type, spec.tool, node.tool)
        except (ConfigError, ContentError) as error:
            what = f"the dependency '{spec.path}': {_what(error)}"
            path = node.text_file
            self.problems.append(
                FrontmatterError(what, path, spec.line, hint=error.hint)
            )
            return
        for file, path in targets:
            identity = (spec.type, file, tool, node.variant, node.source)
            child = self.known.get(identity)
            if child is None:
                child = _Node(
                    type=spec.type,
                    path=path,
                    file=file,
                    tool=tool,
                    variables=node.variables,
                    variant=node.variant,
                    source=node.source,
                )
                self._add(child)
            if child.entry is None:
                # Whoever wants it installed gets it, whatever the others say.
                child.install = bool(child.install) or spec.install is not False
            node.edges.append((spec, child))

    def _path(self, source: str | None, file: str) -> str:
        """
        Return a real path as AGPM names it: relative to the source, if there is one.

        Raises ContentError where the file is not in its source.
        """
        if source is None:
            return self.tree.from_base(file)
        path = posixpath.relpath(file, self.sources[source])
        if path.startswith("../"):
            raise ContentError(f"{file!r} leads out of the source '{source}'")
        return path

    def _targets(self, node: _Node, spec: Spec) -> list[str]:
        """Return the real paths that a dependency names (AGPM semantics, 2.3)."""
        own = self.tree.from_base(node.file)
        folder = posixpath.dirname(own)
        if spec.path.startswith(("./", "../")) or "/" not in spec.path:
            path = posixpath.join(folder, spec.path)
        else:
            # Relative to the directory above its own, whatever that is called.
            path = posixpath.join(folder, "..", spec.path)
        try:
            file = self.tree.locate(path)
        except ContentError as error:
            raise _hinting(error, self._respelled(folder, spec.path)) from None
        if file is None and is_pattern(spec.path):
            return [file for _, file in self.expand(spec.type, folder, spec.path)]
        if file is None:
            where = posixpath.normpath(path)
            hint = self._respelled(folder, spec.path) or self.tree.nearest(where)
            raise ContentError(f"there is no file '{where}'", hint=hint)
        self._check_kind(spec.type, file, path)
        return [file]

    def _respelled(self, folder: str, path: str) -> str:
        """Return a hint where a path is right, but for where it starts; else ""."""
        for start in ("", folder):
            try:
                found = self.tree.locate(posixpath.join(start, path))
            except ContentError:
                continue
            if found is not None:
                written = posixpath.relpath(posixpath.join(start, path), folder)
                written = written if written.startswith("..") else f"./{written}"
                return f"write '{written}'"
        return ""


def _check_ending(entry: Entry, file: str) -> None:
    """Refuse a link whose target ends otherwise: one of the two would be ignored."""
    ending = posixpath.splitext(file)[1]
    if entry.type != "skills" and posixpath.splitext(entry.path)[1] != ending:
        what = f"is a link to '{file}', which ends otherwise"
        raise ConfigError(f"{entry.key}.path", what, repr(entry.path))


def _hinting(error: ContentError, hint: str) -> ContentError:
    return error.hinting(hint) if hint else error


def _static_part(pattern: str) -> tuple[str, str]:
    """Split a pattern before its first component that is one."""
    parts = pattern.split("/")
    first = next(i for i, part in enumerate(parts) if is_pattern(part))
    return "/".join(parts[:first]), "/".join(parts[first:])


def _what(error: ConfigError | ContentError) -> str:
    if isinstance(error, ConfigError):
        return f"{error.key} {error.what}"
    return f"{error.path} {error.what}" if error.path else error.what


def _entry_error(entry: Entry, error: ConfigError | ContentError) -> ConfigError:
    if isinstance(error, ConfigError):
        return error
    return ConfigError(f"{entry.key}.path:", _what(error), hint=error.hint)


class _Freezer:
    """Turns nodes into resources, dependencies first."""

    def __init__(self, manifest: Manifest, tree: Tree) -> None:
        self.manifest = manifest
        self.tree = tree
        self.frozen: dict[_Node, Resource] = {}
        self.problems: list[AgpmError] = []

    def freeze(self, nodes: list[_Node]) -> tuple[Resource, ...]:
        for node in nodes:
            if any(child not in self.frozen for _, child in node.edges):
                # It depends on what could not be frozen, and is not at fault.
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
        alias = entry.alias if entry else None
        name = posixpath.splitext(node.path)[0]
        return Resource(
            type=node.type,
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
            source=node.source,
            patch=entry.patch if entry else None,
            export=bool(entry and entry.export),
            dependencies=self._dependencies(node),
        )

    def _install_path(self, node: _Node) -> str:
        entry = node.entry
        try:
            return install_path(
                self.manifest.tools[node.tool],
                node.type,
                node.path,
                filename=entry.filename if entry else None,
                target=entry.target if entry else None,
                flatten=entry.flatten if entry else None,
            )
        except ValueError as error:
            if entry is None:
                raise ContentError(f"its install path {error}", node.file) from None
            raise ConfigError(f"{entry.key}: the install path", str(error)) from None

    def _dependencies(self, node: _Node) -> dict[str, dict[str, Resource]]:
        edges = [
            Dependency(name=spec.name, resource=self.frozen[child])
            for spec, child in node.edges
        ]
        found = {}
        for type_ in RESOURCE_TYPES:
            of_type = [edge for edge in edges if edge.resource.type == type_]
            if of_type:
                found[type_] = keyed(of_type, node.text_file)
        return found
