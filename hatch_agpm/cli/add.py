"""
The command `add`: puts the prompts of a project into a wheel that exists.

For build systems that do not call a backend of PEP 517.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from hatch_agpm.backend.metadata import context_of, metadata_of_wheel, pyproject_of
from hatch_agpm.backend.wheel import add_to_wheel
from hatch_agpm.build import BuildSession
from hatch_agpm.errors import BundleError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["add_prompts"]


def add_prompts(root: Path, wheel: Path) -> str:
    """
    Add the prompts of the project at `root` to a wheel, and return a summary.

    The metadata of the wheel are used.  Raises AgpmError for whatever is wrong; then
    the wheel is not changed.
    """
    core = metadata_of_wheel(wheel)
    root = root.resolve()
    context = context_of(root, pyproject_of(root), core)
    distribution = context.distribution
    if canonicalize_name(distribution) != canonicalize_name(core.name):
        what = f"is a wheel of {core.name}, not of {distribution}"
        hint = "give the directory of its project with --project"
        raise BundleError(wheel.name, what, hint)
    session = BuildSession(context)
    add_to_wheel(wheel, session)
    return session.plan.bundle.summary
