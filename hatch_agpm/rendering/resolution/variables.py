"""
Variables of resources, and how they are merged.

All values are plain JSON (AGPM semantics, 3.5).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["deep_merge", "resolution_context", "variant_inputs", "with_metadata"]


def deep_merge(
    below: Mapping[str, object], above: Mapping[str, object]
) -> dict[str, object]:
    """Return `below` overridden by `above`, with mappings merged."""
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        if isinstance(under, dict) and isinstance(value, dict):
            merged[key] = deep_merge(under, value)
        else:
            merged[key] = value
    return merged


def _with_project(
    below: Mapping[str, object], variables: Mapping[str, object]
) -> object:
    """Return `below` overridden by the variable `project`, if that is a mapping."""
    project = variables.get("project", {})
    return deep_merge(below, project) if isinstance(project, dict) else project


def variant_inputs(
    project: Mapping[str, object], template_vars: Mapping[str, object] | None
) -> dict[str, object]:
    """
    Return the variables of a manifest's entry.

    They are its `template_vars`, whose `project` overrides the manifest's.  An empty
    project is left out, unless the entry has it itself.
    """
    variables = dict(template_vars or {})
    merged = _with_project(project, variables)
    if merged or "project" in variables:
        variables["project"] = merged
    return variables


def with_metadata(
    variables: Mapping[str, object], metadata: Mapping[str, object]
) -> dict[str, object]:
    """Return the variables with the project's metadata; their `project` wins."""
    if not metadata:
        return dict(variables)
    return {**variables, "project": _with_project(metadata, variables)}


def resolution_context(variables: Mapping[str, object]) -> dict[str, object]:
    """
    Return the variables of frontmatter while dependencies are found.

    They are the variables, at the top level and again under `agpm` (semantics, 1.6).
    """
    return {**variables, "agpm": dict(variables)}
