"""The values that templates have: of their variables, and of other resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hatch_agpm.model.types import type_of
from hatch_agpm.rendering.resolution.variables import deep_merge, with_metadata

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hatch_agpm.formats.frontmatter import Dialect
    from hatch_agpm.rendering.logic import EmbeddedPrompt
    from hatch_agpm.rendering.resolution.resource import Resource
    from hatch_agpm.rendering.runtime_variables import Placeholders, Texts
    from hatch_agpm.tera.folding import EmbeddedText

__all__ = ["ResourceValues"]


class ResourceValues:
    """The values of rendered resources, for those that embed them."""

    def __init__(
        self,
        metadata: Mapping[str, object],
        placeholders: Placeholders,
        *,
        has_project: bool,
    ) -> None:
        """
        Begin without resources.

        `metadata` are the defaults of `agpm.project`; `has_project` says whether there
        is one without values.
        """
        self._metadata = metadata
        self._placeholders = placeholders
        self._has_project = has_project
        self._contents: dict[Resource, dict[str, object]] = {}
        self._with_sentinels: dict[Resource, dict[str, object]] = {}
        """The same with sentinels, for resources that have run-time variables."""

        self._embedded: dict[Resource, EmbeddedPrompt] = {}
        """The texts that are filled in before they are embedded."""

    def has_all_of(self, resource: Resource) -> bool:
        """Tell whether everything that a resource embeds is here."""
        return self._contents.keys() >= set(resource.children())

    def has_sentinels(self, resource: Resource) -> bool:
        """Tell whether a resource embeds texts with placeholders."""
        return not self._with_sentinels.keys().isdisjoint(resource.children())

    def with_logic(self, resource: Resource) -> dict[Resource, EmbeddedPrompt]:
        """Return the texts with run-time logic that a resource embeds."""
        children = set(resource.children())
        return {
            child: each for child, each in self._embedded.items() if child in children
        }

    def embedded(
        self, resource: Resource, dialect: Dialect
    ) -> dict[Resource, EmbeddedPrompt]:
        """Return the texts that a template of `dialect` embeds, to be filled first."""
        found: dict[Resource, EmbeddedPrompt] = {}
        for child in resource.children():
            if child in self._embedded:
                found[child] = self._embedded[child]
            elif child in self._with_sentinels:
                text = str(self._with_sentinels[child]["content"])
                found[child] = self._placeholders.embedded(
                    text, child.text_file, dialect
                )
        return found

    def remember(self, resource: Resource, texts: Texts) -> None:
        """Keep the values of a resource for those that embed it."""
        data = _data(resource)
        if texts.with_sentinels is not None:
            self._with_sentinels[resource] = {**data, "content": texts.with_sentinels}
        if texts.embedded is not None:
            self._embedded[resource] = texts.embedded
        if texts.content is not None:
            data["content"] = texts.content
        self._contents[resource] = data

    def context(
        self,
        resource: Resource,
        *,
        with_sentinels: bool = False,
        embedded: Mapping[Resource, EmbeddedText] | None = None,
    ) -> dict[str, object]:
        """Return the variables of a template (AGPM semantics, 3.1 and 3.5)."""
        contents = self._contents
        for child, text in (embedded or {}).items():
            contents = contents | {child: {**contents[child], "content": text}}
        if with_sentinels:
            contents = contents | self._with_sentinels
        agpm: dict[str, object] = {
            "resource": _data(resource),
            "deps": {
                section: {key: contents[child] for key, child in by_key.items()}
                for section, by_key in resource.dependencies.items()
            },
        }
        context: dict[str, object] = {"agpm": agpm}
        variables = with_metadata(resource.variables, self._metadata)
        if "project" in variables:
            agpm["project"] = context["project"] = variables.pop("project")
        elif self._has_project:
            agpm["project"] = context["project"] = {}
        return deep_merge(context, variables)


def _data(resource: Resource) -> dict[str, object]:
    """Return the values of a resource in templates (AGPM semantics, 3.2)."""
    return {
        "type": type_of(resource.section),
        "name": resource.name,
        "install_path": resource.install_path,
        "source": resource.source,
        "version": resource.version,
        "resolved_commit": resource.source_root.resolved_commit,
        # AGPM renders before it computes them.
        "checksum": "",
        "path": resource.path,
    }
