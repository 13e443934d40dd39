# SPDX-License-Identifier: MIT-0
"""The functions that templates may call, and what they make."""

from __future__ import annotations

from ..operations.measures import limit_items
from ..values import Public

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from ..limits import Budget

__all__ = ["FUNCTIONS"]


class TemplateNamespace(Public):
    """Variables that a template may set anywhere."""

    def __init__(self, *given: Any, **named: Any) -> None:
        self._public = dict(*given, **named)

    def __getattr__(self, name: str) -> Any:
        if name[:1] == "_" or name not in self._public:
            raise AttributeError(name)
        return self._public[name]

    def _set(self, name: str, value: Any) -> None:
        self._public[name] = value


class Cycler(Public):
    """Gives its items in turn."""

    _public = ("next", "reset", "current", "items", "pos")

    def __init__(self, *items: Any) -> None:
        if not items:
            raise RuntimeError("at least one item has to be provided")
        self.items = items
        self.pos = 0

    @property
    def current(self) -> Any:
        return self.items[self.pos]

    def next(self) -> Any:
        """Return the current item, and go to the next one."""
        current = self.current
        self.pos = (self.pos + 1) % len(self.items)
        return current

    def reset(self) -> None:
        """Go back to the first item."""
        self.pos = 0


class Joiner(Public):
    """Gives a text, but not at the first call."""

    _public = ("sep", "used")

    def __init__(self, sep: Any = ", ") -> None:
        self.sep = sep
        self.used = False

    def __call__(self) -> Any:
        is_first = not self.used
        self.used = True
        return "" if is_first else self.sep


def _range(budget: Budget) -> Callable[..., range]:
    def make(*given: Any) -> range:
        numbers = range(*given)
        # `len` fails for very many.
        limit_items(budget, len(numbers[:200_000]))
        return numbers

    return make


FUNCTIONS: Mapping[str, Callable[[Budget], Any]] = {
    "cycler": lambda _: Cycler,
    "dict": lambda _: dict,
    "joiner": lambda _: Joiner,
    "namespace": lambda _: TemplateNamespace,
    "range": _range,
}
