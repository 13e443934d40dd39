"""What the hook refuses of a project's configuration for hatchling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hatchling.__about__ import __version__ as hatchling_version

from hatch_agpm.errors import ConfigError, did_you_mean, raise_problems

if TYPE_CHECKING:
    from hatch_agpm.hatch.hook import AgpmBuildHook

__all__ = ["check_sbom_support", "check_table"]

_HOOK_KEYS = frozenset(
    {
        "dependencies",
        "enable-by-default",
        "require-runtime-dependencies",
        "require-runtime-features",
    }
)
"""The keys that hatchling reads from the table of any hook."""


def check_table(hook: AgpmBuildHook) -> None:
    """Raise for keys in the hook's table, which only switches the hook on."""
    own = hook.PLUGIN_NAME in hook.build_config.target_config.get("hooks", {})
    target = f".targets.{hook.target_name}" if own else ""
    table = f"tool.hatch.build{target}.hooks.{hook.PLUGIN_NAME}"
    raise_problems(
        [
            ConfigError(
                f"{table}.{key}",
                "is not read",
                hint=did_you_mean(key, _HOOK_KEYS)
                or "options are in [tool.hatch-agpm]; this table is empty",
            )
            for key in sorted(set(hook.config) - _HOOK_KEYS)
        ]
    )


def check_sbom_support(hook: AgpmBuildHook) -> None:
    """Raise ConfigError if hatchling would ignore a bill of materials."""
    builder: Any = hook.build_config.builder
    if "sbom_files" not in builder.get_default_build_data():
        what = "needs hatchling 1.29 or later"
        hint = 'write "hatchling>=1.29" in build-system.requires'
        raise ConfigError("tool.hatch-agpm.sbom", what, hatchling_version, hint)
