"""
Finds the resources of a manifest, their variables and their dependencies.

A resource is identified by type, file, tool and variables.  The search starts with the
entries of the manifest and follows the dependencies that files declare; a dependency on
a listed resource is that entry.  The result has no cycles, and dependencies come first.

Renders frontmatter to read its declarations, and no bodies.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from hatch_agpm.errors import (
    AgpmError,
    ConfigError,
    ContentError,
    FrontmatterError,
    Location,
    ProblemsError,
    raise_problems,
)
from hatch_agpm.model.declaration import NO_OPTIONS, TemplateOptions
from hatch_agpm.model.variants import variant_hash
from hatch_agpm.rendering.resolution.exported import as_template, template_parts
from hatch_agpm.rendering.resolution.lookup import (
    dependency_files,
    dependency_path,
    entry_files,
)
from hatch_agpm.rendering.resolution.ordering import dependencies_first
from hatch_agpm.rendering.resolution.resource import Freezer, Identity, Node
from hatch_agpm.rendering.resolution.variables import (
    resolution_context,
    variant_inputs,
    with_metadata,
)
from hatch_agpm.sources.git.conflicts import (
    choose,
    entries_conflict,
    is_other_commit,
    same_files,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hatch_agpm.config.manifest import Manifest
    from hatch_agpm.model.declaration import Declaration
    from hatch_agpm.rendering.resolution.declarations import DeclarationReader
    from hatch_agpm.rendering.resolution.resource import Resource
    from hatch_agpm.sources import SourceRoots
    from hatch_agpm.sources.root import SourceRoot

__all__ = ["resolve"]


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
    preferred: dict[Identity, str] = {}
    while True:
        resolver = _Resolver(manifest, source_roots, declarations, metadata, preferred)
        resolver.list_entries()
        resolver.follow()
        if resolver.overruled.keys() <= preferred.keys():
            break
        # Their own dependencies are those of another commit.
        preferred |= resolver.overruled
    ordered = dependencies_first(
        resolver.nodes, children=Node.children, name=lambda node: node.file
    )
    return Freezer(manifest).freeze(ordered)


class _Resolver:
    """Finds the nodes, breadth first."""

    def __init__(
        self,
        manifest: Manifest,
        source_roots: SourceRoots,
        declarations: Callable[[SourceRoot], DeclarationReader],
        metadata: Mapping[str, object],
        preferred: Mapping[Identity, str],
    ) -> None:
        self.manifest = manifest
        self.preferred = preferred
        """The versions of Git sources that resources shall have."""

        self.overruled: dict[Identity, str] = {}
        """The same for those that had another version when it was asked for."""

        self.source_roots = source_roots
        self.declarations = declarations
        self.metadata = metadata
        self.nodes: list[Node] = []
        self.queue: deque[Node] = deque()
        self.known: dict[Identity, Node] = {}
        self._compared: set[tuple[Identity, str]] = set()
        """The commits with which the known one of a resource was compared."""

        self.problems: list[AgpmError] = []
        self.options: dict[tuple[str, str, str | None], TemplateOptions] = {}
        """The options of the entries, by section, file and source."""

        self._dependencies: dict[
            tuple[SourceRoot, str, str, TemplateOptions, bool],
            tuple[Declaration, ...],
        ] = {}

    def list_entries(self) -> None:
        """Make nodes of the manifest's entries, one for each match of a pattern."""
        raise_problems(self.source_roots.problems())
        reported: list[AgpmError] = []
        for entry in self.manifest.entries:
            variables = variant_inputs(self.manifest.project, entry.template_vars)
            variant = variant_hash(variables)
            try:
                source_root = self._entry_root(entry)
                found = list(
                    entry_files(entry, source_root, is_agpm=self.manifest.is_agpm)
                )
            except (ConfigError, ContentError) as error:
                # A source, or version of it, that cannot be opened is reported once.
                if not any(error is each for each in reported):
                    reported.append(error)
                    self.problems.append(_entry_error(entry, error))
                continue
            for path, file, fixed in found:
                node = Node(
                    section=entry.section,
                    path=path,
                    file=file,
                    tool=self.manifest.tool_for(entry.section, entry.tool, None),
                    variables=variables,
                    variant=variant,
                    source_root=source_root,
                    asked=entry.asked or "",
                    entry=entry,
                    is_match=fixed is not None,
                    fixed=fixed or "",
                    options=entry.options,
                    install=entry.install,
                )
                self._add(node)
                self.options[entry.section, file, source_root.name] = entry.options
        raise_problems(self.problems)

    def _entry_root(self, entry: Declaration) -> SourceRoot:
        return self.source_roots.named(
            entry.source,
            self.source_roots.project,
            asked=entry.asked or "",
            path=entry.path,
        )

    def _add(self, node: Node) -> None:
        self.nodes.append(node)
        known = self.known.setdefault(node.identity, node)
        if is_other_commit(known.source_root, node.source_root):
            self.problems.append(
                entries_conflict(_shown(known), known.asked, node.asked)
            )

    def follow(self) -> None:
        """Find the dependencies of the nodes, direct and indirect."""
        self.queue.extend(self.nodes)
        while self.queue:
            node = self.queue.popleft()
            for file, declared in self._declared(node):
                known = len(self.nodes)
                self._connect(node, file, declared)
                self.queue.extend(self.nodes[known:])
        if self.overruled.keys() <= self.preferred.keys():
            raise_problems(self.problems)
        self._leave_out_parts()

    def _leave_out_parts(self) -> None:
        """Leave out what was found by convention, and is only for others to embed."""
        wanted: dict[tuple[str, str], bool] = {}
        for node in self.nodes:
            for declared, child in node.edges:
                key = (child.section, child.file)
                installs = declared.install is not False
                wanted[key] = wanted.get(key, False) or installs
        for node in self.nodes:
            if node.entry is not None and node.entry.is_conventional:
                is_part = wanted.get((node.section, node.file)) is False
                node.install = False if is_part else node.install

    def _declared(self, node: Node) -> list[tuple[str, Declaration]]:
        """Return what the files of a resource declare, each with the file."""
        found = [(node.file, each) for each in self._declared_by_text(node)]
        if node.section != "skills" or self.manifest.is_agpm:
            return found
        reader = self.declarations(node.source_root)
        context = resolution_context(with_metadata(node.variables, self.metadata))
        try:
            for part in template_parts(node.source_root.tree, node.file):
                declared = reader.dependencies(part, context, NO_OPTIONS)
                found += [(part.path, each) for each in declared]
        except ProblemsError as error:
            self.problems.extend(error.problems)
        except AgpmError as error:
            self.problems.append(error)
        return found

    def _declared_by_text(self, node: Node) -> tuple[Declaration, ...]:
        is_exported = node.is_only_exported and not self.manifest.is_agpm
        key = (node.source_root, node.file, node.variant, node.options, is_exported)
        if key not in self._dependencies:
            self._dependencies[key] = ()
            if node.source_root.is_rendered:
                # Its dependencies were embedded when its own bundle was built.
                return ()
            variables = with_metadata(node.variables, self.metadata)
            try:
                file = node.source_root.tree.read(node.text_file)
                if is_exported:
                    template = as_template(file, node.options)
                    if template is None:
                        return ()
                    file = template
                self._dependencies[key] = self.declarations(
                    node.source_root
                ).dependencies(file, resolution_context(variables), node.options)
            except ProblemsError as error:
                self.problems.extend(error.problems)
            except AgpmError as error:
                self.problems.append(error)
        return self._dependencies[key]

    def _connect(self, node: Node, own: str, declared: Declaration) -> None:
        """Add what the file `own` of a resource declares to its dependencies."""
        try:
            asked, source_root = self._root_of(node, own, declared)
            files = dependency_files(
                declared, own, source_root, elsewhere=declared.source is not None
            )
            targets = [(file, source_root.path(file)) for file in files]
            tool = self.manifest.tool_for(declared.section, declared.tool, node.tool)
        except (ConfigError, ContentError) as error:
            what = f"the dependency '{declared.path}': {_what(error)}"
            path = node.text_file if own == node.file else own
            location = Location(path=path, line=declared.line)
            problem = FrontmatterError(what, location=location, hint=error.hint)
            self.problems.append(problem)
            return
        for file, path in targets:
            wanted = Node(
                section=declared.section,
                path=path,
                file=file,
                tool=tool,
                variables=node.variables,
                variant=node.variant,
                source_root=source_root,
                asked=asked,
                options=self.options.get(
                    (declared.section, file, source_root.name), NO_OPTIONS
                ),
            )
            child = self.known.get(wanted.identity)
            if child is None:
                child = self._preferred(wanted)
                self._add(child)
            elif is_other_commit(child.source_root, source_root):
                self._compare(child, wanted)
            if child.entry is None:
                # One dependent that wants it installed is enough.
                child.install = bool(child.install) or self._installs(node, declared)
            node.edges.append((declared, child))

    def _root_of(
        self, node: Node, own: str, declared: Declaration
    ) -> tuple[str, SourceRoot]:
        """Return the version that a dependency asks for, and where its file is."""
        elsewhere = declared.source is not None
        asked = self.source_roots.asked(declared.source, declared.asked, node.asked)
        path = dependency_path(declared, own, node.source_root, elsewhere=elsewhere)
        root = self.source_roots.named(
            declared.source, node.source_root, asked=asked, path=path
        )
        return asked, root

    def _preferred(self, wanted: Node) -> Node:
        """Return a dependency in the version that wins over the one it asks for."""
        asked = self.preferred.get(wanted.identity)
        if asked is not None:
            wanted.asked = asked
            wanted.source_root = self.source_roots.named(
                None, wanted.source_root, asked=asked, path=wanted.path
            )
        return wanted

    def _compare(self, child: Node, wanted: Node) -> None:
        """Compare a resource with itself in another commit, and decide for one."""
        git = wanted.source_root.git
        key = (wanted.identity, git.commit if git else "")
        if key in self._compared:
            return
        self._compared.add(key)
        try:
            if same_files(child.file, child.source_root, wanted.source_root):
                # What it depends on could differ: that is compared, too.
                self.queue.append(wanted)
                return
            is_listed = child.entry is not None
            chosen = choose(
                _shown(child), child.asked, wanted.asked, is_listed=is_listed
            )
            if chosen == "other":
                self.overruled[child.identity] = wanted.asked
        except AgpmError as error:
            self.problems.append(error)

    def _installs(self, node: Node, declared: Declaration) -> bool:
        """Tell whether a dependency is in the bundle, as far as `node` is concerned."""
        if node.is_only_exported and not self.manifest.is_agpm:
            # Coding agents read what is embedded, and nothing else.
            return declared.install is True
        return declared.install is not False


def _shown(node: Node) -> str:
    return node.source_root.stable_name(node.file)


def _what(error: ConfigError | ContentError) -> str:
    if isinstance(error, ConfigError):
        return f"{error.key} {error.what}"
    return f"{error.path} {error.what}" if error.path else error.what


def _entry_error(entry: Declaration, error: ConfigError | ContentError) -> ConfigError:
    if isinstance(error, ConfigError):
        return error
    return ConfigError(f"{entry.key}.path:", _what(error), hint=error.hint)
