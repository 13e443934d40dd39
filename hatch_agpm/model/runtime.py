"""
Run-time variables: what a prompt leaves open until it is used.

A file declares them in its frontmatter, under `agpm.runtime`; `{{ name }}` in its
body then survives the build.  What stands for a value during the build must not
matter: a text is rendered twice, with what is shipped and with a word that nobody
can guess, and only where both agree but for the words is it known that nothing
else depends on them (docs/adr/0007).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["KINDS", "Declared", "RuntimeVariable"]

Default: TypeAlias = "str | int | float | bool | None"

KINDS: Final[Mapping[str, type]] = {
    "str": str,
    "int": int,
    "float": float,
    "bool": bool,
}
"""The types a variable can have, by the name that frontmatter gives them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Declared:
    """One variable, as frontmatter declares it."""

    name: str
    kind: str
    """One of `KINDS`."""

    default: Default = None
    """None where the caller has to give a value."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RuntimeVariable:
    """One variable of a rendered resource, and where its values go."""

    name: str
    kind: str
    default: Default
    places: tuple[tuple[int, int], ...]
    """Begin and end of each `{{ name }}`, in the bytes of the file, in order."""

    @property
    def parameter(self) -> str:
        """What a signature says of it, in ASCII: `limit: int = 5`."""
        # YAML can spell half a surrogate pair, and no file can hold it.
        default = "" if self.default is None else f" = {self.default!a}"
        return f"{self.name}: {self.kind}{default}"
