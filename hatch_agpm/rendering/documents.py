"""
The text of each resource: rendered in AGPM's context, after what it embeds.

AGPM semantics, 3, defines the values that a template has for other resources and for
itself.  Reads the project's files, writes nothing.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from hatch_agpm.config.tools import MERGED
from hatch_agpm.errors import AgpmError, FrontmatterError, Location, TemplateError
from hatch_agpm.formats.file_names import split_extension
from hatch_agpm.model.declaration import NO_OPTIONS
from hatch_agpm.rendering.content import (
    TemplateSource,
    check_embedded,
    content_tree,
    filter_content,
    markdown_texts,
    other_content,
    rendered_content,
)
from hatch_agpm.rendering.decoding import decoded, text_or_bytes
from hatch_agpm.rendering.logic import check_embedding, folded_texts, needed_variables
from hatch_agpm.rendering.resolution.declarations import DeclarationReader
from hatch_agpm.rendering.resolution.exported import as_template, is_template_part
from hatch_agpm.rendering.resolution.lookalikes import unrendered
from hatch_agpm.rendering.runtime_variables import (
    Placeholders,
    Rendered,
    Texts,
    logic_texts,
    value_dependence,
)
from hatch_agpm.rendering.values import ResourceValues
from hatch_agpm.tera import TeraEnvironment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hatch_agpm.config import Project
    from hatch_agpm.formats.frontmatter import Frontmatter
    from hatch_agpm.model.declaration import TemplateOptions
    from hatch_agpm.model.files import File
    from hatch_agpm.model.rendering import Input
    from hatch_agpm.rendering.resolution.resource import Resource
    from hatch_agpm.sources import SourceRoots
    from hatch_agpm.sources.root import SourceRoot

__all__ = ["DocumentRenderer"]


class DocumentRenderer:
    """Renders the texts of one project's resources, dependencies first."""

    def __init__(
        self,
        project: Project,
        metadata: Mapping[str, object],
        source_roots: SourceRoots,
        *,
        environ: Mapping[str, str] | None = None,
        placeholders: Placeholders | None = None,
    ) -> None:
        """
        Keep the inputs that all texts share.

        `metadata` are the defaults of `agpm.project`; `environ` are the environment
        variables, by default those of the process; `placeholders` are new ones, except
        for a second renderer of one build.
        """
        self.embedded_files: list[Input] = []
        """The files that `| content` has read for the text rendered last."""

        self._project = project
        self._source_roots = source_roots
        self._environ = environ
        self._is_agpm = project.manifest.is_agpm
        self._placeholders = placeholders or Placeholders()
        self._declarations: dict[SourceRoot, DeclarationReader] = {}
        self._values = ResourceValues(
            metadata, self._placeholders, has_project=project.manifest.has_project
        )

    def can_render(self, resource: Resource) -> bool:
        """Tell whether everything that a resource embeds has been rendered."""
        return self._values.has_all_of(resource)

    def render(self, resource: Resource, file: File, *, is_embedded: bool) -> Texts:
        """
        Render the `file` with the text of a resource.

        If other resources embed it (`is_embedded`), the result is kept for them.
        Raises AgpmError.
        """
        self.embedded_files = []
        if self.is_raw(resource, file) and not is_embedded:
            self._check_rendered(resource, file)
            return Texts(document=decoded(file))
        file = self._template(resource, file)
        texts = self._texts(resource, file, is_embedded=is_embedded)
        if is_embedded:
            embedded = texts.content or ""
            allowed = self._project.hidden_text
            check_embedded(file, embedded, resource.source_root, allowed)
            self._values.remember(resource, texts)
        return texts

    def render_part(self, resource: Resource, file: File) -> bytes:
        """
        Return the bytes of a file of a skill, rendered if it says it is a template.

        It has the variables and dependencies of the skill; `agpm` and `dependencies`
        are left out of its frontmatter.  Raises AgpmError.
        """
        if self._project.is_verbatim(file.path) or not is_template_part(file):
            return file.data
        if self.declarations(resource.source_root).kind(file.path) in {"json", "other"}:
            return file.data
        source = self._source(resource, file, options=NO_OPTIONS, with_sentinels=False)
        if source is None or source.frontmatter.content.dialect is None:
            return file.data
        from hatch_agpm.export.frontmatter import without_keys  # noqa: PLC0415 - rare

        document, *_ = markdown_texts(source, is_embedded=False)
        self.embedded_files.append(resource.source_root.as_input(file))
        own = ("agpm", "dependencies")
        return without_keys(document, own).encode()

    def is_raw(self, resource: Resource, file: File) -> bool:
        """Tell whether a file is only exported, and is not a template."""
        is_read = self._is_agpm or resource.patch is not None
        if is_read or not resource.is_only_exported:
            return False
        return as_template(file, resource.options) is None

    def _template(self, resource: Resource, file: File) -> File:
        """Return a file as it is rendered: if only exported, as tools read it."""
        if self._is_agpm or not resource.is_only_exported:
            return file
        return as_template(file, resource.options) or file

    def declarations(self, source_root: SourceRoot) -> DeclarationReader:
        """Return the reader of the declarations in the files of a source root."""
        # The project and its own directories share one cache.
        source_root = (
            source_root if source_root.is_external else self._source_roots.project
        )
        if source_root not in self._declarations:
            environment = TeraEnvironment(
                filters={"content": partial(self._content_filter, source_root)},
                limits=self._project.limits,
                # External templates have no environment variables of the project.
                env=() if source_root.is_foreign else self._project.env,
                environ=self._environ,
            )
            self._declarations[source_root] = DeclarationReader(
                environment,
                is_agpm=self._is_agpm,
                is_verbatim=self._project.is_verbatim,
                distrusted="" if source_root.allows_jinja2 else source_root.name or "",
            )
        return self._declarations[source_root]

    def parts(
        self, source_root: SourceRoot, text: str | bytes, path: str
    ) -> tuple[int, Mapping[str, object]]:
        """Return the offset of the body of a rendered text, and its metadata."""
        declarations = self.declarations(source_root)
        kind = declarations.kind(path)
        if isinstance(text, bytes) or kind in {"json", "other"}:
            return 0, {}
        if self._project.is_verbatim(path):
            return 0, {}
        return declarations.metadata(text, kind)

    def _texts(self, resource: Resource, file: File, *, is_embedded: bool) -> Texts:
        """Return the shipped text of a resource, and its embedded text."""
        if resource.patch is None:
            return self._of_file(resource, file, is_embedded=is_embedded)
        # The embedded text of a resource is never patched (AGPM semantics, 1.9).
        from hatch_agpm.patching import apply_patch  # noqa: PLC0415 - rare

        original = Texts(document=file.data)
        if is_embedded:
            original = self._of_file(resource, file, is_embedded=True)
        # Without an installed name of its own, it has that of its source.
        merged = resource.section in MERGED or resource.section == "skills"
        path = file.path if merged else resource.install_path or file.path
        patched = apply_patch(resource.patch, file, path)
        if resource.section == "skills" and not resource.export:
            return replace(original, document=patched.file.text)
        try:
            texts = self._of_file(resource, patched.file, is_embedded=False)
        except AgpmError as error:
            raise patched.relocated(error) from None
        return replace(
            texts,
            content=original.content,
            with_sentinels=original.with_sentinels,
            embedded=original.embedded,
        )

    def _of_file(self, resource: Resource, file: File, *, is_embedded: bool) -> Texts:
        """Render a file: once, or twice if it has run-time variables."""
        plain = self._rendered(resource, file, is_embedded=is_embedded)
        if plain.has_logic and plain.source is not None:
            return self._folded(resource, plain.source, is_embedded=is_embedded)
        has_variables = self._values.has_sentinels(resource)
        if not plain.declared and not has_variables:
            return Texts(document=plain.document, content=plain.content)
        source, folded = plain.source, None
        if has_variables and source and source.frontmatter.content.dialect:
            with suppress(AgpmError):
                folded = self._folded(resource, source, is_embedded=is_embedded)
        if resource.section == "skills":
            folded = None
        # What only prints texts with placeholders needs no program.
        if folded is not None and folded.has_logic:
            return folded
        try:
            return self._with_placeholders(
                resource, file, plain, is_embedded=is_embedded
            )
        except TemplateError:
            if folded is None:
                raise
            return folded

    def _with_placeholders(
        self, resource: Resource, file: File, plain: Rendered, *, is_embedded: bool
    ) -> Texts:
        """Render a file with sentinels, and return it with its placeholders."""
        try:
            sentinels = self._rendered(
                resource, file, is_embedded=is_embedded, with_sentinels=True
            )
        except AgpmError as error:
            # The error is caused by a sentinel, which the user has not written:
            # rendering with placeholders has succeeded.
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
        as_text = is_embedded or self._must_be_text(resource, file)
        text = file.text if as_text else text_or_bytes(file)
        if isinstance(text, bytes):
            return Rendered(document=text)
        if resource.source_root.is_rendered:
            resource.source_root.check_closed(file.path)
            body, _ = self.parts(resource.source_root, text, file.path)
            return Rendered(document=text, content=rendered_content(file, body))
        source = self._source(
            resource, file, options=resource.options, with_sentinels=with_sentinels
        )
        if source is None or source.frontmatter.content.dialect is None:
            self._check_rendered(resource, file)
        if source is None:
            kind = self.declarations(resource.source_root).kind(file.path)
            embedded = other_content(file, kind) if is_embedded else None
            return Rendered(document=text, content=embedded)
        frontmatter = source.frontmatter.content
        if (is_copied := self._is_copied(resource, frontmatter)) and not is_embedded:
            return Rendered(document=text)
        if frontmatter.runtime and not with_sentinels:
            self._placeholders.check(source)
        if self._has_logic(resource, source):
            return Rendered(document="", source=source, has_logic=True)
        document, content, has_newline = markdown_texts(source, is_embedded=is_embedded)
        return Rendered(
            document=text if is_copied else document,
            content=content,
            has_newline=has_newline,
            declared=frontmatter.runtime,
            source=source,
        )

    def _has_logic(self, resource: Resource, source: TemplateSource) -> bool:
        """Tell whether a template is folded: it, or what it embeds, has logic."""
        if source.frontmatter.content.dialect is None:
            return False
        if source.is_undeclared and resource.section != "skills":
            return True
        others = self._values.with_logic(resource)
        if not others:
            has_own = bool(source.frontmatter.content.runtime)
            return has_own and self._placeholders.has_logic(source)
        files = {other.text_file: each for other, each in others.items()}
        check_embedding(source, files, is_skill=resource.section == "skills")
        return True

    def _folded(
        self, resource: Resource, source: TemplateSource, *, is_embedded: bool
    ) -> Texts:
        """Return the texts of a template whose logic runs when it is used."""
        embedded = self._values.embedded(resource, source.dialect)
        texts = {child: each.text for child, each in embedded.items()}
        context = self._values.context(resource, embedded=texts)
        if source.is_undeclared:
            # The caller has a `project` of its own.
            context.pop("project", None)
        folded = folded_texts(source, context, is_embedded=is_embedded)
        declared = needed_variables(source, folded, embedded.values())
        if source.is_undeclared and not declared:
            # No name is unknown, so it has no run-time variables.
            known = replace(source, variables=context)
            document, content, _ = markdown_texts(known, is_embedded=is_embedded)
            return Texts(document=document, content=content if is_embedded else None)
        self._placeholders.check_declared(source, declared, embedded.values())
        return logic_texts(folded, declared, source.dialect)

    def _is_copied(self, resource: Resource, frontmatter: Frontmatter) -> bool:
        """Tell whether a file is shipped unchanged, as AGPM does with skills."""
        if resource.section != "skills":
            return False
        is_rendered = resource.export or not self._is_agpm
        return not is_rendered or frontmatter.dialect is None

    def _must_be_text(self, resource: Resource, file: File) -> bool:
        """Tell whether a file cannot be bytes: a script can, and to us any format."""
        if resource.section == "scripts":
            return False
        return self._is_agpm or split_extension(file.path)[1] != ""

    def _check_rendered(self, resource: Resource, file: File) -> None:
        """Raise FrontmatterError for a text that uses what only templates have."""
        is_shipped = resource.install is not False or resource.export
        is_text = self._is_agpm or self._project.is_verbatim(file.path)
        if is_text or not is_shipped or resource.section in MERGED:
            return
        for problem in unrendered(file.data.decode(errors="replace")):
            raise problem.at(file.path, problem.line)

    def _source(
        self,
        resource: Resource,
        file: File,
        *,
        options: TemplateOptions,
        with_sentinels: bool,
    ) -> TemplateSource | None:
        """Return a Markdown file with its context; None without frontmatter."""
        declarations = self.declarations(resource.source_root)
        if declarations.kind(file.path) in {"json", "other"}:
            return None
        context = self._values.context(resource, with_sentinels=with_sentinels)
        frontmatter = declarations.frontmatter(file, context, options)
        if frontmatter is None:
            return None
        declared = frontmatter.content.runtime
        if resource.section == "skills" and (
            declared or frontmatter.content.is_undeclared
        ):
            what = "a skill cannot have run-time variables"
            hint = "coding agents read skills as they are; use another type"
            lines = frontmatter.content.runtime_lines
            line = lines[declared[0].name] if declared else 0
            raise FrontmatterError(
                what, location=Location(path=file.path, line=line), hint=hint
            )
        return TemplateSource(
            environment=declarations.environment,
            file=file,
            frontmatter=frontmatter,
            variables=context,
            placeholders=self._placeholders.values(
                declared,
                frontmatter.content.dialect or "tera",
                with_sentinels=with_sentinels,
            ),
        )

    def _content_filter(
        self, source_root: SourceRoot, value: object, arguments: Mapping[str, object]
    ) -> object:
        """`| content`; arguments are ignored, as AGPM ignores them."""
        del arguments
        tree = content_tree(value, source_root, self._source_roots.project)
        file, text = filter_content(
            tree, value, is_agpm=self._is_agpm, is_verbatim=self._project.is_verbatim
        )
        of = source_root if tree is source_root.tree else self._source_roots.project
        check_embedded(file, text, of, self._project.hidden_text)
        self.embedded_files.append(of.as_input(file))
        return text
