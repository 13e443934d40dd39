# SPDX-License-Identifier: MIT-0
"""What is in place of a value that is not there."""

from __future__ import annotations

from ..limits import RunError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, NoReturn

__all__ = ["MissingElse", "UndefinedValue"]


class UndefinedValue:
    """A value that is not there: an error wherever it is used."""

    __slots__ = ("_what",)

    def __init__(self, what: str) -> None:
        self._what = what

    def _fail(self, *_: object, **__: object) -> NoReturn:
        raise RunError(self._what)

    def __getattr__(self, name: str) -> NoReturn:
        if name[:2] == "__":
            raise AttributeError(name)
        self._fail()

    _any: Any = _fail
    __str__ = __bool__ = __iter__ = __len__ = __eq__ = __ne__ = __hash__ = _any
    __contains__ = __call__ = __getitem__ = __int__ = __float__ = __complex__ = _any
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _any
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = _any
    __mod__ = __rmod__ = __pow__ = __rpow__ = __neg__ = __pos__ = _any
    __lt__ = __le__ = __gt__ = __ge__ = _any


class MissingElse(UndefinedValue):
    """The value of an inline `if` without `else`: it is printed as nothing."""

    __slots__ = ()

    def __str__(self) -> str:
        return ""

    def __bool__(self) -> bool:
        return False

    def __iter__(self) -> Iterator[object]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self)

    def __ne__(self, other: object) -> bool:
        return type(other) is not type(self)

    def __hash__(self) -> int:
        return 0

    def __contains__(self, _: object) -> bool:
        return False
