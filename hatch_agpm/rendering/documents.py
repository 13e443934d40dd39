"""
The text of each resource: rendered in AGPM's context, after what it embeds.

What a template sees of other resources and of itself is AGPM semantics, 3.  Reads
the project's files, writes nothing.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from hatch_agpm.config.tools import MERGED
from hatch_agpm.errors import (
    AgpmError,
    ContentError,
    FrontmatterError,
    Location,
    TemplateError,
)
from hatch_agpm.model.types import type_of
from hatch_agpm.rendering.content import (
    TemplateSource,
    check_embedded,
    content_tree,
    filter_content,
    markdown_texts,
    other_content,
    rendered_content,
)
from hatch_agpm.rendering.resolution.declarations import DeclarationReader
from hatch_agpm.rendering.resolution.variables import deep_merge, with_metadata
from hatch_agpm.rendering.runtime_variables import (
    Placeholders,
    Rendered,
    Texts,
    value_dependence,
)
from hatch_agpm.tera import TeraEnvironment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hatch_agpm.config.project import Project
    from hatch_agpm.model.files import File
    from hatch_agpm.model.rendering import Input
    from hatch_agpm.rendering.resolution.graph import Resource
    from hatch_agpm.sources.root import SourceRoot
    from hatch_agpm.sources.roots import SourceRoots

__all__ = ["DocumentRenderer"]


class DocumentRenderer:
    """Renders the texts of one project's resources, dependencies first."""

    def __init__(
        self,
        project: Project,
        metadata: Mapping[str, object],
        places: SourceRoots,
        *,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        """
        Take what is common to all texts.

        `metadata` are the defaults of `agpm.project`; `environ` are the variables of
        the process, by default its own.
        """
        self.embedded_files: list[Input] = []
        """What `| content` has read for the text rendered last."""

        self._project = project
        self._metadata = metadata
        self._places = places
        self._environ = environ
        self._placeholders = Placeholders()
        self._declarations: dict[SourceRoot, DeclarationReader] = {}
        self._contents: dict[Resource, dict[str, object]] = {}
        """What templates see of the resources that they embed."""

        self._with_sentinels: dict[Resource, dict[str, object]] = {}
        """The same with a sentinel for each run-time variable, where there are any."""

    def can_render(self, resource: Resource) -> bool:
        """Tell whether everything that a resource embeds has been rendered."""
        return self._contents.keys() >= set(resource.children())

    def render(self, resource: Resource, file: File, *, is_embedded: bool) -> Texts:
        """
        Render the `file` that holds the text of a resource.

        Where other resources embed it (`is_embedded`), they see the result from now
        on.  Raises AgpmError.
        """
        self.embedded_files = []
        texts = self._texts(resource, file, is_embedded=is_embedded)
        if is_embedded:
            embedded = texts.content or ""
            allowed = self._project.hidden_text
            check_embedded(file, embedded, resource.place, allowed)
            self._remember(resource, texts)
        return texts

    def declarations(self, place: SourceRoot) -> DeclarationReader:
        """Return what reads the files of a place, and renders them."""
        # The project and its own directories are one, and have one cache.
        place = place if place.is_external else self._places.project
        if place not in self._declarations:
            environment = TeraEnvironment(
                filters={"content": partial(self._content_filter, place)},
                limits=self._project.limits,
                # What the project lets its own templates see is not for others.
                env=() if place.package else self._project.env,
                environ=self._environ,
            )
            self._declarations[place] = DeclarationReader(environment)
        return self._declarations[place]

    def parts(
        self, place: SourceRoot, text: str | bytes, path: str
    ) -> tuple[int, Mapping[str, object]]:
        """Return where the body of a rendered text begins, and its metadata."""
        if isinstance(text, bytes) or not path.endswith(".md"):
            return 0, {}
        return self.declarations(place).metadata(text)

    def _remember(self, resource: Resource, texts: Texts) -> None:
        """Keep what those see that embed a resource."""
        data = self._data(resource)
        if texts.with_sentinels is not None:
            self._with_sentinels[resource] = {**data, "content": texts.with_sentinels}
        if texts.content is not None:
            data["content"] = texts.content
        self._contents[resource] = data

    def _texts(self, resource: Resource, file: File, *, is_embedded: bool) -> Texts:
        """Return what is shipped of a resource, and what is embedded of it."""
        if resource.patch is None:
            return self._of_file(resource, file, is_embedded=is_embedded)
        # What is embedded of a resource is never patched (AGPM semantics, 1.9).
        from hatch_agpm.patching.apply import apply_patch  # noqa: PLC0415 - rare

        original = Texts(document=file.data)
        if is_embedded:
            original = self._of_file(resource, file, is_embedded=True)
        # What is not installed under a name of its own keeps that of its source.
        merged = resource.section in MERGED or resource.section == "skills"
        path = file.path if merged else resource.install_path
        patched = apply_patch(resource.patch, file, path)
        if resource.section == "skills" and not resource.export:
            return replace(original, document=patched.file.text)
        try:
            texts = self._of_file(resource, patched.file, is_embedded=False)
        except AgpmError as error:
            raise patched.relocated(error) from None
        return replace(
            texts, content=original.content, with_sentinels=original.with_sentinels
        )

    def _of_file(self, resource: Resource, file: File, *, is_embedded: bool) -> Texts:
        """Render a file: once, or twice where it has run-time variables."""
        plain = self._rendered(resource, file, is_embedded=is_embedded)
        has_variables = not self._with_sentinels.keys().isdisjoint(resource.children())
        if not plain.declared and not has_variables:
            return Texts(document=plain.document, content=plain.content)
        try:
            sentinels = self._rendered(
                resource, file, is_embedded=is_embedded, with_sentinels=True
            )
        except AgpmError as error:
            # It is about a sentinel, which the user has not written: the render
            # without them has succeeded.
            line = 0
            if isinstance(error, TemplateError) and error.path == file.path:
                line = error.line
            raise value_dependence(file.path, plain.source, line) from None
        return self._placeholders.compare(plain, sentinels, file.path)

    def _rendered(
        self,
        resource: Resource,
        file: File,
        *,
        is_embedded: bool,
        with_sentinels: bool = False,
    ) -> Rendered:
        # Bytes are for scripts; and what is embedded has to be text.
        as_text = is_embedded or resource.section != "scripts"
        text = file.text if as_text else _text_or_bytes(file)
        if isinstance(text, bytes):
            return Rendered(document=text)
        if resource.place.is_rendered:
            resource.place.check_closed(file.path)
            body, _ = self.parts(resource.place, text, file.path)
            return Rendered(document=text, content=rendered_content(file, body))
        source = self._source(resource, file, with_sentinels=with_sentinels)
        if source is None:
            content = other_content(file) if is_embedded else None
            return Rendered(document=text, content=content)
        # AGPM copies skills as they are; only what is embedded of one is rendered.
        frontmatter = source.frontmatter.content
        is_template = resource.export and frontmatter.dialect is not None
        is_copied = resource.section == "skills" and not is_template
        if is_copied and not is_embedded:
            return Rendered(document=text)
        if frontmatter.runtime and not with_sentinels:
            self._placeholders.check(source)
        document, content = markdown_texts(source, is_embedded=is_embedded)
        return Rendered(
            document=text if is_copied else document,
            content=content,
            declared=frontmatter.runtime,
            source=source,
        )

    def _source(
        self, resource: Resource, file: File, *, with_sentinels: bool
    ) -> TemplateSource | None:
        """Return a Markdown file with its context; None without frontmatter."""
        if not file.path.endswith(".md"):
            return None
        declarations = self.declarations(resource.place)
        context = self._context(resource, with_sentinels=with_sentinels)
        frontmatter = declarations.frontmatter(file, context)
        if frontmatter is None:
            return None
        declared = frontmatter.content.runtime
        if resource.section == "skills" and declared:
            what = "a skill cannot have run-time variables"
            hint = "coding agents read skills as they are; use another type"
            line = frontmatter.content.runtime_lines[declared[0].name]
            raise FrontmatterError(
                what, location=Location(path=file.path, line=line), hint=hint
            )
        return TemplateSource(
            environment=declarations.environment,
            file=file,
            frontmatter=frontmatter,
            variables=context,
            placeholders=self._placeholders.values(
                declared, with_sentinels=with_sentinels
            ),
        )

    def _context(
        self, resource: Resource, *, with_sentinels: bool
    ) -> dict[str, object]:
        """Return what a template sees (AGPM semantics, 3.1 and 3.5)."""
        contents = self._contents
        if with_sentinels:
            contents = contents | self._with_sentinels
        agpm: dict[str, object] = {
            "resource": self._data(resource),
            "deps": {
                section: {key: contents[child] for key, child in by_key.items()}
                for section, by_key in resource.dependencies.items()
            },
        }
        context: dict[str, object] = {"agpm": agpm}
        variables = with_metadata(resource.variables, self._metadata)
        if "project" in variables:
            agpm["project"] = context["project"] = variables.pop("project")
        return deep_merge(context, variables)

    def _data(self, resource: Resource) -> dict[str, object]:
        """Return what templates see of a resource (AGPM semantics, 3.2)."""
        return {
            "type": type_of(resource.section),
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
        tree = content_tree(value, place, self._places.project)
        file, text = filter_content(tree, value)
        of = place if tree is place.tree else self._places.project
        check_embedded(file, text, of, self._project.hidden_text)
        self.embedded_files.append(of.as_input(file))
        return text


def _text_or_bytes(file: File) -> str | bytes:
    """Return the file as text if it is text, else its bytes."""
    try:
        return file.text
    except ContentError:
        # For these the language or the parser needs text.
        if file.path.endswith((".md", ".json")):
            raise
        return file.data
