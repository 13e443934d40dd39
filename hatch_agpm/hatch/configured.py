"""The hooks that hatchling would run for a project, without a build."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

from hatch_agpm.hatch.hook import AgpmBuildHook

if TYPE_CHECKING:
    from hatchling.metadata.core import ProjectMetadata

__all__ = ["configured_hooks"]


def configured_hooks(metadata: ProjectMetadata[Any]) -> dict[str, AgpmBuildHook]:
    """
    Return the hook for each of the targets `sdist` and `wheel` that would run it.

    Uses hatch.toml and the environment as hatchling does, and loads only the plugins
    that `metadata` needs.  Raises the errors of hatchling.
    """
    hooks: dict[str, AgpmBuildHook] = {}
    for builder_class in (SdistBuilder, WheelBuilder):
        config: Any = builder_class(metadata.root, metadata=metadata).config
        table = config.hook_config.get(AgpmBuildHook.PLUGIN_NAME)
        if table is not None:
            target = builder_class.PLUGIN_NAME
            hooks[target] = AgpmBuildHook(
                metadata.root, table, config, metadata, "", target
            )
    return hooks
