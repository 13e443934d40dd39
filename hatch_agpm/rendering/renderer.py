"""
From a project's manifest to rendered resources, for every build backend.

Reads the project's files, writes nothing.  Each resource is rendered once, after
everything it depends on.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from hatch_agpm.config import load_toml, read_agpm_toml, read_project
from hatch_agpm.config.tools import MERGED
from hatch_agpm.errors import (
    AgpmError,
    ProblemsError,
    TemplateError,
    raise_problems,
)
from hatch_agpm.model.rendering import (
    FileContent,
    InputNode,
    RenderedResource,
    Rendering,
    SkillFile,
)
from hatch_agpm.model.types import RESOURCE_TYPES, SKILL_FILE, section_of, type_of
from hatch_agpm.rendering.content import check_allowed, check_verbatim
from hatch_agpm.rendering.decoding import decoded
from hatch_agpm.rendering.documents import DocumentRenderer
from hatch_agpm.rendering.install_paths import check_install_paths
from hatch_agpm.rendering.logic import program_of_body
from hatch_agpm.rendering.merged_files import check_merged, check_shape
from hatch_agpm.rendering.resolution.graph import resolve
from hatch_agpm.rendering.resolution.hints import with_declaration
from hatch_agpm.rendering.runtime_variables import check_spans
from hatch_agpm.rendering.skills import check_skill, read_skill
from hatch_agpm.sources import SourceRoots
from hatch_agpm.sources.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from hatch_agpm.config import Project
    from hatch_agpm.model.build import BuildContext
    from hatch_agpm.model.files import File
    from hatch_agpm.model.rendering import ExportedTemplates
    from hatch_agpm.rendering.resolution.resource import Resource
    from hatch_agpm.rendering.runtime_variables import Texts
    from hatch_agpm.sources.git.origins import Live

__all__ = ["render_manifest", "render_project"]


def render_project(
    project: Project,
    context: BuildContext,
    *,
    live: Live | None = None,
    is_part: bool = False,
    documents: Callable[..., DocumentRenderer] = DocumentRenderer,
) -> Rendering:
    """
    Render the project that is being built, as `read_built_project` returned it.

    With `live`, sources are read from their origins and not from vendored copies.  If
    the resources are a part of the project's (`is_part`), what concerns all of them
    together is not checked.  `documents` is called as the class `DocumentRenderer`.
    Raises AgpmError with all the problems of the first stage that fails.
    """
    known = {"package": _import_name(project.output), **context.metadata}
    renderer = _Renderer(
        project,
        known if project.with_metadata else {},
        live=live,
        documents=partial(documents, environ=context.environ),
    )
    if not project.with_metadata:
        renderer.left_out = known
    if project.manifest.path != "pyproject.toml":
        # A build from an sdist needs it, too.
        renderer.tree.read(project.manifest.path)
    return renderer.render(is_part=is_part)


def _import_name(output: str) -> str:
    """Return the dotted name of the package that contains the output."""
    parts = Path(output).parts
    parts = parts[1:] if parts[0] == "src" and len(parts) > 1 else parts
    return ".".join(parts[:-1] or parts)


def render_manifest(
    path: str | Path,
    *,
    boundary: str | Path | None = None,
    project: Mapping[str, object] | None = None,
) -> tuple[RenderedResource, ...]:
    """
    Render the resources of an `agpm.toml`, or of the table of a `pyproject.toml`.

    `boundary` is the directory that templates must not leave, by default that of the
    manifest; `project` is metadata that the manifest's own `[project]` overrides, by
    default nothing, as in AGPM.  Returns every resolved resource, also those that are
    not installed: by type in AGPM's order, then by alias, then by name.

    Raises AgpmError for all problems of the files.
    """
    file = Path(path).absolute()
    root = Path(boundary).absolute() if boundary is not None else file.parent
    if file.name == "pyproject.toml":
        # There is no bundle that could export templates.
        project_read = read_project(file.parent, load_toml(file, file.name))
        read = replace(project_read, templates=None)
    else:
        read = read_agpm_toml(file, root)
    return _Renderer(read, project or {}, root=root).render().resources


class _Renderer:
    """Renders the resources of one project."""

    def __init__(
        self,
        project: Project,
        metadata: Mapping[str, object],
        *,
        root: Path | None = None,
        live: Live | None = None,
        documents: Callable[..., DocumentRenderer] = DocumentRenderer,
    ) -> None:
        self.project = project
        self.manifest = project.manifest
        self.metadata = metadata
        self.left_out: Collection[str] = ()
        """The keys of the project's metadata that templates do not see."""

        self.tree = Tree(root or project.root, project.base)
        self.source_roots = SourceRoots(project.manifest.sources, self.tree, live=live)
        self.documents = documents(project, metadata, self.source_roots)
        self.problems: list[AgpmError] = []
        self.dependents: dict[Resource, Resource] = {}
        """For each dependency one resource that embeds it, for errors."""

        self.templates: dict[Resource, InputNode] = {}
        """The template of each rendered resource, in the graph of inputs."""

    def render(self, *, is_part: bool = False) -> Rendering:
        """Render everything; raises ProblemsError with all problems."""
        rendered = self._resources()
        if not is_part:
            self._check_together(rendered)
        order = list(RESOURCE_TYPES.values()).index
        rendered.sort(
            key=lambda r: (order(r.type), r.alias or "", r.name, r.tool or "")
        )
        return self._rendering(rendered)

    def _resources(self) -> list[RenderedResource]:
        """Return all resources, dependencies first; raises their problems."""
        try:
            resources = resolve(
                self.manifest,
                self.source_roots,
                self.documents.declarations,
                self.metadata,
            )
        except AgpmError as error:
            raise self._with_declaration(error) from None
        for resource in resources:
            for child in resource.children():
                self.dependents.setdefault(child, resource)
        rendered: list[RenderedResource] = []
        for resource in resources:
            if self.documents.can_render(resource):
                rendered += self._attempt(resource)
        raise_problems(self.problems)
        return rendered

    def _check_together(self, rendered: list[RenderedResource]) -> None:
        """Raise for what is wrong with all resources together."""
        read = [
            source_root.stable_name(path)
            for source_root in self.source_roots.used
            for path in source_root.tree.read_files
        ]
        check_allowed(self.project.hidden_text or (), read)
        check_verbatim(self.project.verbatim, read)
        if self.manifest.is_agpm:
            check_install_paths(rendered)
        if any(section_of(resource.type) in MERGED for resource in rendered):
            check_merged(rendered)

    def _rendering(self, resources: list[RenderedResource]) -> Rendering:
        """Return the resources with everything that was read for them."""
        # Before the files are listed: the exported templates are read here.
        exported_templates = self._exported_templates()
        read = [
            (source_root, file)
            for source_root in self.source_roots.used
            if not source_root.is_installed
            for file in source_root.tree.read_files.values()
        ]
        trees = [self.tree, *self.source_roots.external_trees]
        searched = dict(self.project.searched)
        for tree in trees:
            searched |= tree.searched
        return Rendering(
            resources=tuple(resources),
            inputs=tuple(
                sorted(
                    (source_root.as_input(file) for source_root, file in read),
                    key=attrgetter("path"),
                )
            ),
            contents={
                source_root.tree.stored_path(file.path): FileContent(
                    data=file.data, executable=file.executable
                )
                for source_root, file in read
            },
            links=self.tree.links,
            searched=searched,
            absent=tuple(sorted({path for tree in trees for path in tree.absent})),
            sources=tuple(
                source_root.as_used()
                for source_root in self.source_roots.opened
                if source_root.tree.read_files
            ),
            exported_templates=exported_templates,
        )

    def _exported_templates(self) -> ExportedTemplates | None:
        if self.project.templates is None or not self.project.output:
            return None
        from hatch_agpm.sources.templates import (  # noqa: PLC0415 - rare
            read_exported_templates,
        )

        return read_exported_templates(
            self.tree,
            self.project.templates,
            output=self.project.output,
            sources=self.manifest.sources,
        )

    def _attempt(self, resource: Resource) -> Iterator[RenderedResource]:
        """Yield the rendered resource, or record the problem."""
        try:
            yield self._render(resource)
        except AgpmError as error:
            explained = self._with_declaration(error)
            problems: Sequence[AgpmError] = (explained,)
            if isinstance(explained, ProblemsError):
                problems = explained.problems
            self.problems += [self._embedded(resource, each) for each in problems]

    def _embedded(self, resource: Resource, error: AgpmError) -> AgpmError:
        """Return an error of a resource with the files that embed it."""
        if not isinstance(error, TemplateError):
            return error
        own = resource.text_file
        chain = [*error.embedded_in] or ([own] if error.path != own else [])
        chain += self._embedders(resource)
        return error.within(chain)

    def _with_declaration(self, error: AgpmError) -> AgpmError:
        by_key = self.manifest.path == "pyproject.toml"
        file = self.manifest.path
        table = "[tool.hatch-agpm.project]" if by_key else f"[project] of {file}"
        return with_declaration(error, left_out=self.left_out, table=table)

    def _embedders(self, resource: Resource) -> Iterator[str]:
        while resource in self.dependents:
            resource = self.dependents[resource]
            yield resource.text_file

    def _render(self, resource: Resource) -> RenderedResource:
        file = resource.source_root.tree.read(resource.text_file)
        is_embedded = resource in self.dependents
        texts = self.documents.render(resource, file, is_embedded=is_embedded)
        text = texts.document
        _check_merged(resource, text, file)
        body, metadata = self.documents.parts(resource.source_root, text, file.path)
        check_spans(texts, body, file.path)
        files = self._skill_files(resource, file, text)
        self.templates[resource] = self._node(resource, file)
        return RenderedResource(
            type=type_of(resource.section),
            name=resource.name,
            alias=resource.alias,
            bundle_name=resource.bundle_name,
            tool=resource.tool,
            install=resource.install,
            install_path=resource.install_path,
            variables=resource.variables,
            text=text,
            body=body,
            metadata=metadata,
            source_path=file.path,
            template=self.templates[resource],
            uses=resource.uses(),
            declared=resource.declared,
            source=resource.source,
            version=resource.version,
            resolved_commit=resource.source_root.resolved_commit,
            runtime=texts.runtime,
            dialect=texts.dialect,
            embedded_spans=texts.embedded_spans,
            program=_program(texts, body, file.path),
            may_fail=_errors(texts, file.path),
            is_match=resource.is_match,
            export=resource.export,
            max_tokens=resource.max_tokens,
            executable=file.executable,
            files=files,
        )

    def _node(self, resource: Resource, file: File) -> InputNode:
        """Return the node of the template that was rendered last."""
        children = (self.templates[child] for child in resource.children())
        embedded = dict.fromkeys(self.documents.embedded_files)
        return InputNode(
            file=resource.source_root.as_input(file),
            uses=(
                *dict.fromkeys(children),
                *(InputNode(file=each) for each in embedded),
            ),
        )

    def _skill_files(
        self, resource: Resource, file: File, text: str | bytes
    ) -> tuple[SkillFile, ...]:
        """Return the files of a skill, with `text` as its SKILL.md."""
        if resource.section != "skills":
            return ()
        is_agpm = self.manifest.is_agpm
        is_raw = self.documents.is_raw(resource, file)
        is_template = resource.patch is None and text != decoded(file)
        files = read_skill(
            resource.source_root.tree,
            resource.file,
            is_checked=not (is_template or is_raw),
            is_agpm=is_agpm,
        )
        if not is_agpm:
            files = self._with_rendered_parts(resource, files)
        if is_raw or isinstance(text, bytes) or text == file.text:
            return files
        if is_agpm or not resource.is_only_exported:
            check_skill(resource.text_file, text, is_agpm=is_agpm)
        return tuple(
            replace(file, data=text.encode()) if file.path == SKILL_FILE else file
            for file in files
        )

    def _with_rendered_parts(
        self, resource: Resource, files: tuple[SkillFile, ...]
    ) -> tuple[SkillFile, ...]:
        """Return the files of a skill with those rendered that are templates."""
        tree = resource.source_root.tree
        found, problems = [], []
        for each in files:
            real = tree.locate(tree.from_base(f"{resource.file}/{each.path}"))
            if each.path == SKILL_FILE or real is None:
                found.append(each)
                continue
            try:
                data = self.documents.render_part(resource, tree.read(real))
            except AgpmError as error:
                problems.append(error)
            else:
                found.append(replace(each, data=data))
        raise_problems(problems)
        return tuple(found)


def _program(texts: Texts, body: int, path: str) -> str:
    """Return the program of the text behind the frontmatter, "" without one."""
    return program_of_body(texts.folded, path, body) if texts.folded else ""


def _errors(texts: Texts, path: str) -> tuple[str, ...]:
    later = texts.folded.later if texts.folded else ()
    return tuple(f"{path}:{line}: {what}" for line, what in dict.fromkeys(later))


def _check_merged(resource: Resource, text: str | bytes, file: File) -> None:
    """Raise SourceError for a hook or server that could not be merged."""
    if resource.section in MERGED:
        shaped = text if isinstance(text, str) else file.text
        check_shape(resource.section, file.path, shaped)
