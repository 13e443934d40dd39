"""
Run-time variables: those of a prompt whose values are given when it is used.

A file declares them in its frontmatter, under `agpm.runtime`; the build keeps `{{ name
}}` in its body.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["KINDS", "RuntimeVariable", "VariableDeclaration"]

Default: TypeAlias = "str | int | float | bool | None"

KINDS: Final[Mapping[str, type]] = {
    "str": str,
    "int": int,
    "float": float,
    "bool": bool,
}
"""The types a variable can have, by the name that frontmatter gives them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class VariableDeclaration:
    """A run-time variable, as frontmatter declares it."""

    name: str
    kind: str
    """One of `KINDS`."""

    default: Default = None
    """None where the caller has to give a value."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RuntimeVariable:
    """A run-time variable of a rendered resource, and its placeholders."""

    name: str
    kind: str
    default: Default
    spans: tuple[tuple[int, int], ...]
    """Start and end of each `{{ name }}` in the bytes of the file, in order."""

    @property
    def is_required(self) -> bool:
        """Whether it must be given: the text has it, and there is no default."""
        return self.default is None and bool(self.spans)

    @property
    def parameter(self) -> str:
        """
        The parameter of a function signature, in ASCII: `limit: int = 5`.

        The default `...` means that the text does not have the variable.
        """
        # YAML can contain lone surrogates, which a file cannot.
        value = "..." if self.default is None else ascii(self.default)
        default = "" if self.is_required else f" = {value}"
        return f"{self.name}: {self.kind}{default}"
