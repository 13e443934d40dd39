"""Filter `date`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hatch_agpm.tera.failures import Failure

if TYPE_CHECKING:
    from hatch_agpm.tera.builtins.arguments import Arguments

__all__ = ["date"]


def date(value: object, arguments: Arguments) -> str:
    """Format a date."""
    raise Failure("not yet", str(value), str(arguments))
