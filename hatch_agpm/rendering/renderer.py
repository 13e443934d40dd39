"""
From a project's manifest to rendered resources: the core that every door calls.

Reads the project's files, writes nothing.  Each resource is rendered once, after
everything it depends on; what it says of others and of itself is AGPM's context
(AGPM semantics, 3).
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from hatch_agpm.config.output import find_output
from hatch_agpm.config.project import load_toml, read_agpm_toml, read_project
from hatch_agpm.config.tools import MERGED
from hatch_agpm.errors import (
    AgpmError,
    ContentError,
    FrontmatterError,
    Location,
    TemplateError,
    raise_problems,
)
from hatch_agpm.model.rendering import (
    FileContent,
    Input,
    RenderedResource,
    Rendering,
    SkillFile,
)
from hatch_agpm.model.types import RESOURCE_TYPES, SKILL_FILE
from hatch_agpm.rendering.content import (
    TemplateSource,
    check_allowed,
    check_embedded,
    content_tree,
    filter_content,
    markdown_texts,
    other_content,
    rendered_content,
)
from hatch_agpm.rendering.install_paths import check_install_paths
from hatch_agpm.rendering.resolution.declarations import Declarations
from hatch_agpm.rendering.resolution.graph import resolve
from hatch_agpm.rendering.resolution.templates import with_declaration
from hatch_agpm.rendering.resolution.variables import deep_merge, with_metadata
from hatch_agpm.rendering.runtime_variables import (
    Placeholders,
    Rendered,
    Texts,
    dependent,
)
from hatch_agpm.sources.roots import SourceRoots
from hatch_agpm.sources.tree import Tree
from hatch_agpm.tera import TeraEnvironment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hatch_agpm.config.project import Project
    from hatch_agpm.model.build import BuildContext
    from hatch_agpm.model.files import File
    from hatch_agpm.model.rendering import ExportedTemplates
    from hatch_agpm.rendering.resolution.graph import Resource
    from hatch_agpm.sources.root import SourceRoot

__all__ = [
    "Input",
    "RenderedResource",
    "Rendering",
    "SkillFile",
    "render_manifest",
    "render_project",
]


def render_project(context: BuildContext, *, live: bool = False) -> Rendering:
    """
    Render the project that is being built.

    If `live`, sources are read from where they are, not as vendored.  Raises AgpmError
    for whatever is wrong with the user's input: all the problems of the first stage
    that fails.
    """
    project = read_project(context.root, context.pyproject)
    output = find_output(context.root, project.output, context.distribution)
    known = {"package": _import_name(output), **context.metadata}
    renderer = _Renderer(
        project,
        known if project.with_metadata else {},
        live=live,
        environ=context.environ,
    )
    if project.manifest.path != "pyproject.toml":
        # A build from an sdist needs it, too.
        renderer.tree.read(project.manifest.path)
    return renderer.render(output)


def _import_name(output: str) -> str:
    """Return the dotted name of the package that the output lies in."""
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
    Render what an `agpm.toml`, or the table of a `pyproject.toml`, lists.

    `boundary` is the directory that no template may leave, by default the one that
    holds the manifest; `project` is metadata that lies below the manifest's own
    `[project]`, by default nothing, as in AGPM.  Every resolved resource comes
    back, also those that are not installed: by type in AGPM's order, then by
    alias, then by name.

    Raises AgpmError for whatever is wrong with the files.
    """
    file = Path(path).absolute()
    root = Path(boundary).absolute() if boundary is not None else file.parent
    if file.name == "pyproject.toml":
        read = read_project(file.parent, load_toml(file, file.name))
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
        live: bool = False,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self.environ = environ
        self.project = project
        self.manifest = project.manifest
        self.metadata = metadata
        self.tree = Tree(root or project.root, project.base)
        self.places = SourceRoots(project.manifest.sources, self.tree, live=live)
        self.problems: list[AgpmError] = []
        self.embedded: list[Input] = []
        """What `| content` read since the resource at hand was begun."""

        self.dependents: dict[Resource, Resource] = {}
        """For a dependency one resource that embeds it, to say so in errors."""

        self.contents: dict[Resource, dict[str, object]] = {}
        self.worded: dict[Resource, dict[str, object]] = {}
        """The same for those that leave values open, with words for the values."""

        self.openings = Placeholders()
        self.inputs: dict[Resource, dict[str, Input]] = {}
        """What each is made of: in a chain of files, all those further down."""

        self._declarations: dict[SourceRoot, Declarations] = {}

    def render(self, output: str = "") -> Rendering:
        """Render everything; `output` is handed on."""
        resources = resolve(
            self.manifest, self.places, self.declarations, self.metadata
        )
        for resource in resources:
            for child in _children(resource):
                self.dependents.setdefault(child, resource)
        rendered: list[RenderedResource] = []
        for resource in resources:
            if all(child in self.contents for child in _children(resource)):
                rendered += self._attempt(resource)
        raise_problems(self.problems)
        read = [
            place.stable_name(path)
            for place in self.places.used
            for path in place.tree.read_files
        ]
        check_allowed(self.project.hidden_text or (), read)
        by_key = self.manifest.path == "pyproject.toml"
        check_install_paths(rendered, by_key=by_key)
        if any(resource.type in MERGED for resource in resources):
            from hatch_agpm.rendering.merged_files import check_merged  # noqa: PLC0415 - few have any

            check_merged(rendered)
        order = list(RESOURCE_TYPES.values()).index
        rendered.sort(key=lambda r: (order(r.type), r.alias or "", r.name, r.tool))
        return self._rendering(rendered, output)

    def _rendering(self, resources: list[RenderedResource], output: str) -> Rendering:
        """Return the resources with all that was read, and what is asked of a build."""
        # Before the files are listed: to offer templates is to read them.
        offered = self._offered(output)
        trees = [self.tree, *self.places.external_trees]
        listings = dict(self.project.listings)
        for tree in trees:
            listings |= tree.listings
        return Rendering(
            resources=tuple(resources),
            inputs=tuple(sorted(self._all_inputs(), key=attrgetter("path"))),
            contents={
                file.path: FileContent(data=file.data, executable=file.executable)
                for place in self.places.used
                if not place.is_installed
                for file in place.tree.read_files.values()
            },
            links=self.tree.links,
            listings=listings,
            absent=tuple(sorted({path for tree in trees for path in tree.absent})),
            sources=tuple(
                place.as_used() for place in self.places.opened if place.tree.read_files
            ),
            offered=offered,
            output=output,
            env=self.project.env,
            hidden_text=self.project.hidden_text or (),
            sbom=self.project.sbom,
            export=self.project.export,
        )

    def _offered(self, output: str) -> ExportedTemplates | None:
        if self.project.templates is None or not output:
            return None
        # Few projects offer any, and every build would pay for the import.
        from hatch_agpm.sources.templates import read_exported_templates  # noqa: PLC0415

        return read_exported_templates(
            self.tree,
            self.project.templates,
            output=output,
            sources=self.manifest.sources,
        )

    def _all_inputs(self) -> Iterator[Input]:
        for place in self.places.used:
            if not place.is_installed:
                for file in place.tree.read_files.values():
                    yield place.as_input(file)

    def declarations(self, place: SourceRoot) -> Declarations:
        """Return what reads the files of a place, and renders them."""
        # The project and its own directories are one, and have one cache.
        place = place if place.is_external else self.places.project
        if place not in self._declarations:
            environment = TeraEnvironment(
                filters={"content": partial(self._content_filter, place)},
                limits=self.project.limits,
                # What the project lets its own templates see is not for others.
                env=() if place.package else self.project.env,
                environ=self.environ,
            )
            self._declarations[place] = Declarations(environment)
        return self._declarations[place]

    def _attempt(self, resource: Resource) -> Iterator[RenderedResource]:
        """Yield the resource rendered, or note why it cannot be."""
        try:
            yield self._render(resource)
        except TemplateError as error:
            own = resource.text_file
            chain = [*error.embedded_in] or ([own] if error.path != own else [])
            chain += self._embedders(resource)
            self.problems.append(with_declaration(error).within(chain))
        except AgpmError as error:
            self.problems.append(error)

    def _embedders(self, resource: Resource) -> Iterator[str]:
        while resource in self.dependents:
            resource = self.dependents[resource]
            yield resource.text_file

    def _render(self, resource: Resource) -> RenderedResource:
        self.embedded = []
        file = resource.place.tree.read(resource.text_file)
        texts = self._texts(resource, file)
        text = texts.document
        if resource in self.dependents:
            embedded = texts.content or ""
            check_embedded(file, embedded, resource.place, self.project.hidden_text)
            self._remember(resource, texts)
        self.inputs[resource] = self._inputs_of(resource, file)
        if resource.type in MERGED:
            # Few projects have any, and every build would pay for the import.
            from hatch_agpm.rendering.merged_files import check_shape  # noqa: PLC0415

            check_shape(
                resource.type, file.path, text if isinstance(text, str) else file.text
            )
        body, metadata = self._parts(resource.place, text, file.path)
        _check_places(texts, body, file.path)
        own, *others = self.inputs[resource].values()
        return RenderedResource(
            type=RESOURCE_TYPES[resource.type],
            name=resource.name,
            alias=resource.alias,
            tool=resource.tool,
            install=resource.install,
            install_path=resource.install_path,
            variables=resource.variables,
            text=text,
            body=body,
            metadata=metadata,
            source_path=file.path,
            inputs=(own, *sorted(others, key=attrgetter("path"))),
            source=resource.source,
            runtime=texts.runtime,
            is_match=resource.is_match,
            export=resource.export,
            executable=file.executable,
            files=self._skill_files(resource, file, text),
        )

    def _remember(self, resource: Resource, texts: Texts) -> None:
        """Keep what those see that embed a resource."""
        data = self._data(resource)
        if texts.worded is not None:
            self.worded[resource] = {**data, "content": texts.worded}
        if texts.content is not None:
            data["content"] = texts.content
        self.contents[resource] = data

    def _parts(
        self, place: SourceRoot, text: str | bytes, path: str
    ) -> tuple[int, Mapping[str, object]]:
        if isinstance(text, bytes) or not path.endswith(".md"):
            return 0, {}
        return self.declarations(place).metadata(text)

    def _texts(self, resource: Resource, file: File) -> Texts:
        """Return what is shipped of a resource, and its `content` if it has one."""
        embedded = resource in self.dependents
        if resource.patch is None:
            return self._of_file(resource, file, embedded=embedded)
        # What is embedded of a resource is never patched (AGPM semantics, 1.9).
        original = Texts(document=file.data)
        if embedded:
            original = self._of_file(resource, file, embedded=True)
        # What is not installed under a name of its own keeps that of its source.
        merged = resource.type in MERGED or resource.type == "skills"
        path = file.path if merged else resource.install_path
        # Few manifests have patches, and every build would pay for the import.
        from hatch_agpm.patching.apply import apply_patch  # noqa: PLC0415

        patched = apply_patch(resource.patch, file, path)
        if resource.type == "skills" and not resource.export:
            return replace(original, document=patched.file.text)
        try:
            texts = self._of_file(resource, patched.file, embedded=False)
        except AgpmError as error:
            raise patched.relocated(error) from None
        return replace(texts, content=original.content, worded=original.worded)

    def _of_file(self, resource: Resource, file: File, *, embedded: bool) -> Texts:
        """Render a file: once, or in both ways where it leaves values open."""
        plain = self._rendered(resource, file, embedded=embedded)
        if not plain.declared and self.worded.keys().isdisjoint(_children(resource)):
            return Texts(document=plain.document, content=plain.content)
        try:
            worded = self._rendered(resource, file, embedded=embedded, worded=True)
        except AgpmError as error:
            # Said of words that are not the user's: with what is shipped all is well.
            place = error if isinstance(error, TemplateError) else TemplateError("")
            line = place.line if place.path == file.path else 0
            raise dependent(file.path, plain.source, line) from None
        return self.openings.settle(plain, worded, file.path)

    def _rendered(
        self, resource: Resource, file: File, *, embedded: bool, worded: bool = False
    ) -> Rendered:
        # Bytes are for scripts; and what is embedded has to be text.
        as_text = embedded or resource.type != "scripts"
        text = file.text if as_text else _text_or_bytes(file)
        if isinstance(text, bytes):
            return Rendered(document=text)
        declarations = self.declarations(resource.place)
        if resource.place.is_rendered:
            resource.place.check_closed(file.path)
            body, _ = self._parts(resource.place, text, file.path)
            return Rendered(document=text, content=rendered_content(file, body))
        context = self._context(resource, worded=worded)
        is_markdown = file.path.endswith(".md")
        matter = declarations.matter(file, context) if is_markdown else None
        if matter is None:
            content = other_content(file) if embedded else None
            return Rendered(document=text, content=content)
        declared = matter.frontmatter.runtime
        if resource.type == "skills" and declared:
            what = "a skill has no run-time variables: coding agents fill nothing in"
            line = matter.frontmatter.runtime_lines[declared[0].name]
            raise FrontmatterError(what, location=Location(path=file.path, line=line))
        # AGPM copies skills as they are; only what is embedded of one is rendered.
        is_template = resource.export and matter.frontmatter.dialect is not None
        as_it_is = resource.type == "skills" and not is_template
        if as_it_is and not embedded:
            return Rendered(document=text)
        source = TemplateSource(
            environment=declarations.environment,
            file=file,
            matter=matter,
            context={**context, **self.openings.values(declared, worded=worded)},
        )
        if declared and not worded:
            self.openings.check(source, context)
        document, content = markdown_texts(source, embedded=embedded)
        return Rendered(
            document=text if as_it_is else document,
            content=content,
            declared=declared,
            source=source,
        )

    def _context(self, resource: Resource, *, worded: bool) -> dict[str, object]:
        """Return what a template sees (AGPM semantics, 3.1 and 3.5)."""
        contents = {**self.contents, **self.worded} if worded else self.contents
        agpm: dict[str, object] = {
            "resource": self._data(resource),
            "deps": {
                type_: {key: contents[child] for key, child in by_key.items()}
                for type_, by_key in resource.dependencies.items()
            },
        }
        context: dict[str, object] = {"agpm": agpm}
        variables = with_metadata(resource.variables, self.metadata)
        if "project" in variables:
            agpm["project"] = context["project"] = variables.pop("project")
        merged = deep_merge(context, variables)
        assert isinstance(merged, dict)  # noqa: S101 - two mappings make one
        return merged

    def _data(self, resource: Resource) -> dict[str, object]:
        """Return what templates see of a resource (AGPM semantics, 3.2)."""
        return {
            "type": RESOURCE_TYPES[resource.type],
            "name": resource.name,
            "install_path": resource.install_path,
            "source": resource.source,
            "version": resource.place.version,
            "resolved_commit": resource.source and "",
            # AGPM renders before it knows them.
            "checksum": "",
            "path": resource.path,
        }

    def _content_filter(
        self, place: SourceRoot, value: object, arguments: Mapping[str, object]
    ) -> object:
        """`| content`; arguments are ignored, as AGPM ignores them."""
        del arguments
        tree = content_tree(value, place, self.places.project)
        file, text = filter_content(tree, value)
        of = place if tree is place.tree else self.places.project
        check_embedded(file, text, of, self.project.hidden_text)
        self.embedded.append(of.as_input(file))
        return text

    def _inputs_of(self, resource: Resource, file: File) -> dict[str, Input]:
        """Return all that a resource is made of: its own file, then the rest."""
        # One value for each file: a file at the end of a chain is in all lists.
        own = resource.place.as_input(file)
        inputs = {each.path: each for each in [own, *self.embedded]}
        for child in _children(resource):
            inputs |= {**self.inputs[child], **inputs}
        return inputs

    def _skill_files(
        self, resource: Resource, file: File, text: str | bytes
    ) -> tuple[SkillFile, ...]:
        """Return the files of a skill, with `text` as its SKILL.md."""
        if resource.type != "skills" or isinstance(text, bytes):
            return ()
        from hatch_agpm.rendering.skills import check_skill, read_skill  # noqa: PLC0415 - the same

        is_template = resource.patch is None and text != file.text
        files = read_skill(resource.place.tree, resource.file, is_template=is_template)
        if text == file.text:
            return files
        check_skill(resource.text_file, text)
        return tuple(
            replace(file, data=text.encode()) if file.path == SKILL_FILE else file
            for file in files
        )


def _check_places(texts: Texts, body: int, path: str) -> None:
    """Raise where a value would go into frontmatter, which is not filled."""
    for variable in texts.runtime:
        if any(start < body for start, _ in variable.places):
            what = f"the run-time variable '{variable.name}' comes into the frontmatter"
            hint = "embed the text that has it below the frontmatter"
            raise TemplateError(what, location=Location(path=path), hint=hint)


def _children(resource: Resource) -> list[Resource]:
    return [
        child for by_key in resource.dependencies.values() for child in by_key.values()
    ]


def _text_or_bytes(file: File) -> str | bytes:
    """Return the file as text if it is text, else its bytes."""
    try:
        return file.text
    except ContentError:
        # For these the language or the parser needs text.
        if file.path.endswith((".md", ".json")):
            raise
        return file.data
