"""
A build backend (PEP 517 and PEP 660) that adds prompts to what another one builds.

`[tool.hatch-agpm] build-backend` names the other one, the inner backend.  A hook exists
here if the inner backend has it.  Importing this package loads neither the inner
backend nor the core: front ends look up hooks that they do not call.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as in `typing`; type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_HOOKS = ("build_", "get_requires_for_build_", "prepare_metadata_for_build_")
"""The prefixes of the names of hooks."""


def __getattr__(name: str) -> Callable[..., Any]:
    """Return a hook; raises AttributeError if the inner backend does not have it."""
    if not name.startswith(_HOOKS):
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message, name=name)
    from hatch_agpm.backend.hooks import find_hook

    return find_hook(name)
