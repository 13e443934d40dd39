"""
The integration of hatchling: registers the build hook `agpm`.

hatchling imports this package in every build of an environment, so it imports only
hatchling and the standard library.
"""

from __future__ import annotations

from hatchling.plugin import hookimpl

from hatch_agpm.hatch.hook import AgpmBuildHook

__all__ = ["hatch_register_build_hook"]


@hookimpl
def hatch_register_build_hook() -> type[AgpmBuildHook]:
    """Return the hook that `[tool.hatch.build.hooks.agpm]` switches on."""
    return AgpmBuildHook
