"""The prompts of a plan by the names that a command line may give them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hatch_agpm.bundle.layout import lay_out
from hatch_agpm.errors import ConfigError, did_you_mean
from hatch_agpm.export.source import read_source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hatch_agpm.build import Plan
    from hatch_agpm.bundle import Bundle
    from hatch_agpm.export import ExportedResource
    from hatch_agpm.model.rendering import RenderedResource

__all__ = ["Listed", "exported_items", "find", "listed"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """A prompt in the wheel, or a file for coding agents."""

    name: str
    resource: RenderedResource
    """The first of the resources with these bytes."""

    sources: tuple[str, ...]
    """The templates, sorted."""

    is_exported: bool

    @property
    def call(self) -> str:
        """The name, and the run-time variables in parentheses if it has any."""
        parameters = [variable.parameter for variable in self.resource.runtime]
        return f"{self.name}({', '.join(parameters)})" if parameters else self.name


def listed(plan: Plan) -> list[Listed]:
    """Return the prompts of the wheel by name, then the exported ones."""
    prompts = [
        Listed(
            name=item.full_name,
            resource=item.resources[0],
            sources=tuple(sorted({each.source_path for each in item.resources})),
            is_exported=False,
        )
        for item in lay_out(plan.rendering.resources)
    ]
    exported = [
        Listed(
            name=name,
            resource=item.resource,
            sources=(item.resource.source_path,),
            is_exported=True,
        )
        for name, item in exported_items(plan.bundle).items()
    ]
    return [*prompts, *exported]


def exported_items(bundle: Bundle) -> Mapping[str, ExportedResource]:
    """Return the exported resources, by path without extension."""
    export = bundle.export
    items = export.resources if export else ()
    return {f"{export.directory}/{item.full_name}": item for item in items if export}


def find(name: str, plan: Plan) -> RenderedResource:
    """
    Return a resource by its name in the wheel, its key or AGPM's name.

    Raises ConfigError if the name is unknown or ambiguous.
    """
    resources = plan.rendering.resources
    in_wheel = {item.full_name: item.resources[0] for item in lay_out(resources)}
    if name in in_wheel:
        return in_wheel[name]
    if name in (exported := exported_items(plan.bundle)):
        item = exported[name]
        # Its frontmatter may be written again, so that the text begins elsewhere.
        source = read_source(item.text, lenient=True)
        body = len(source.text[: source.body].encode())
        return replace(item.resource, text=item.text, body=body)
    by_other_name: dict[str, list[RenderedResource]] = {}
    for resource in resources:
        for other in {resource.alias, resource.name} - {None}:
            by_other_name.setdefault(str(other), []).append(resource)
    found = by_other_name.get(name, [])
    if not found:
        hint = did_you_mean(name, [*in_wheel, *exported, *by_other_name])
        raise ConfigError(
            f"'{name}'",
            "is not a prompt of this project",
            hint=hint or "`hatch-agpm list` shows their names",
        )
    if len({resource.document for resource in found}) > 1:
        names = [full for full, resource in in_wheel.items() if resource in found]
        raise ConfigError(f"'{name}'", f"means several: {', '.join(names)}")
    return found[0]
