"""
Renders each text a second time, with marks around what it embeds.

The second text is compared with the first: without the marks it must be the same, or
what the marks say is not used.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from hatch_agpm.errors import AgpmError
from hatch_agpm.rendering.documents import DocumentRenderer
from hatch_agpm.rendering.marking.marks import ContentMarks, MarkedText, MarkedTexts
from hatch_agpm.rendering.renderer import render_project

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hatch_agpm.config import Project
    from hatch_agpm.model.build import BuildContext
    from hatch_agpm.model.files import File
    from hatch_agpm.rendering.content import TemplateSource
    from hatch_agpm.rendering.logic import EmbeddedPrompt
    from hatch_agpm.rendering.resolution.resource import Resource
    from hatch_agpm.rendering.runtime_variables import Placeholders, Rendered, Texts
    from hatch_agpm.sources import SourceRoots
    from hatch_agpm.sources.root import SourceRoot

__all__ = ["MarkedDocuments", "marked_texts"]


def marked_texts(project: Project, context: BuildContext) -> MarkedTexts:
    """Render a project that was built before, and return what its texts embed."""
    found: list[MarkedText] = []
    try:
        render_project(project, context, documents=partial(MarkedDocuments, found))
    except AgpmError:
        # A file has changed since then.
        return MarkedTexts()
    return MarkedTexts(tuple(found))


class MarkedDocuments(DocumentRenderer):
    """Renders texts as for a build, and notes which parts are from which files."""

    def __init__(
        self,
        found: list[MarkedText],
        project: Project,
        metadata: Mapping[str, object],
        source_roots: SourceRoots,
        *,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        """Take what a `DocumentRenderer` takes; texts are added to `found`."""
        super().__init__(project, metadata, source_roots, environ=environ)
        self._found = found
        self._marking = _MarkingRenderer(
            project,
            metadata,
            source_roots,
            environ=environ,
            placeholders=self._placeholders,
        )
        self._marks = self._marking.marks
        self._unmarked: set[Resource] = set()
        """The resources whose embedded texts are not the same with marks."""

    def render(self, resource: Resource, file: File, *, is_embedded: bool) -> Texts:
        """Render a file as for a build, and again with marks; raises AgpmError."""
        texts = super().render(resource, file, is_embedded=is_embedded)
        marked = self._with_marks(resource, file, is_embedded=is_embedded)
        if marked is not None:
            self._note(resource, file, texts, marked)
        if not is_embedded:
            return texts
        if marked is None or self._marks.spans(marked.content, texts.content) is None:
            self._unmarked.add(resource)
            marked = texts
        self._marking.remember(resource, marked)
        return texts

    def _note(
        self, resource: Resource, file: File, texts: Texts, marked: Texts
    ) -> None:
        """Keep which parts of a text are embedded, if that is known."""
        spans = self._marks.spans(marked.document, texts.document)
        if spans is None or not isinstance(texts.document, str):
            return
        template = resource.source_root.stable_name(file.path)
        self._found.append(
            MarkedText(template=template, text=texts.document, spans=spans)
        )

    def _with_marks(
        self, resource: Resource, file: File, *, is_embedded: bool
    ) -> Texts | None:
        """Render a file with marks; None if that fails, or marks would be missing."""
        if not self._unmarked.isdisjoint(resource.children()):
            return None
        try:
            return self._marking.texts(resource, file, is_embedded=is_embedded)
        except AgpmError:
            # The author has not written the marks: without them there is no error.
            return None


class _MarkingRenderer(DocumentRenderer):
    """
    Renders texts with marks around what they embed, and around themselves.

    It has environments of its own: a compiled template may have what a filter returned.
    """

    def __init__(
        self,
        project: Project,
        metadata: Mapping[str, object],
        source_roots: SourceRoots,
        *,
        environ: Mapping[str, str] | None,
        placeholders: Placeholders,
    ) -> None:
        super().__init__(
            project,
            metadata,
            source_roots,
            environ=environ,
            placeholders=placeholders,
        )
        self.marks = ContentMarks()

    def texts(self, resource: Resource, file: File, *, is_embedded: bool) -> Texts:
        """Return the texts of a file with marks; raises AgpmError."""
        self.embedded_files = []
        template = self._template(resource, file)
        return self._texts(resource, template, is_embedded=is_embedded)

    def remember(self, resource: Resource, texts: Texts) -> None:
        """Keep the texts of a resource for those that embed it."""
        self._values.remember(resource, texts)

    def _rendered(
        self,
        resource: Resource,
        file: File,
        *,
        is_embedded: bool,
        with_sentinels: bool = False,
    ) -> Rendered:
        found = super()._rendered(
            resource, file, is_embedded=is_embedded, with_sentinels=with_sentinels
        )
        return replace(found, content=self._marked(found.content, resource, file))

    def _folded(
        self, resource: Resource, source: TemplateSource, *, is_embedded: bool
    ) -> Texts:
        texts = super()._folded(resource, source, is_embedded=is_embedded)
        embedded = texts.embedded
        return replace(
            texts,
            content=self._marked(texts.content, resource, source.file),
            embedded=self._marked_program(embedded, resource, source.file)
            if embedded
            else None,
        )

    def _marked(
        self, content: str | None, resource: Resource, file: File
    ) -> str | None:
        if not content:
            return content
        return self.marks.around(content, resource.source_root.as_input(file))

    def _marked_program(
        self, embedded: EmbeddedPrompt, resource: Resource, file: File
    ) -> EmbeddedPrompt:
        start, end = self.marks.pair(resource.source_root.as_input(file))
        program = embedded.text.program
        program = {**program, "body": [start, *program["body"], end]}
        return replace(embedded, text=replace(embedded.text, program=program))

    def _content_filter(
        self, source_root: SourceRoot, value: object, arguments: Mapping[str, object]
    ) -> object:
        text = super()._content_filter(source_root, value, arguments)
        if not isinstance(text, str):
            return text
        return self.marks.around(text, self.embedded_files[-1])
