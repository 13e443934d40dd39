"""
The variables of the process, as a build has them.

What an import renders anew sees those of the day the project was installed: an import
elsewhere, with other variables, must not give another text.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["EPOCH", "freeze", "frozen", "variable"]

EPOCH: Final = "SOURCE_DATE_EPOCH"

_FROZEN: Final[ContextVar[Mapping[str, str | None]]] = ContextVar(
    "frozen", default=MappingProxyType({})
)


def variable(name: str) -> str | None:
    """Return the value of a variable; None where it is not set."""
    frozen = _FROZEN.get()
    return frozen[name] if name in frozen else os.environ.get(name)


def freeze(names: Iterable[str]) -> dict[str, str | None]:
    """Return what these variables, and the time of the build, are now."""
    return {name: variable(name) for name in sorted({*names, EPOCH})}


@contextmanager
def frozen(variables: Mapping[str, str | None]) -> Iterator[None]:
    """Give these variables to whatever asks in this thread; None is not set."""
    token = _FROZEN.set(variables)
    try:
        yield
    finally:
        _FROZEN.reset(token)
