"""What is found in an exported file: errors, and notes for the author."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hatch_agpm.errors import Location, PortabilityError
from hatch_agpm.export.readers import READERS

if TYPE_CHECKING:
    from collections.abc import Collection

    from hatch_agpm.export.source import WrittenText

__all__ = ["Findings"]


@dataclass(kw_only=True, eq=False, repr=False)
class Findings:
    """Collects what is found in one file."""

    path: str
    source: WrittenText | None = None
    """The text, for the lines of keys; None for a file that cannot be read."""

    errors: list[PortabilityError] = field(default_factory=list)
    """What a named tool drops, cuts or misreads, sorted by line if `sorted`."""

    notes: list[PortabilityError] = field(default_factory=list)
    """What only a validator minds, or is worth knowing."""

    def error(
        self,
        what: str,
        line: int,
        readers: Collection[str],
        *,
        got: str = "",
        hint: str = "",
    ) -> None:
        """Report an error; a mapping as `readers` says the effect for each."""
        self.errors.append(self._problem(what, line, readers, got, hint))

    def note(
        self,
        what: str,
        line: int,
        readers: Collection[str] = (),
        *,
        got: str = "",
        hint: str = "",
    ) -> None:
        """Report a note, otherwise as `error`."""
        self.notes.append(self._problem(what, line, readers, got, hint))

    def of_key(
        self,
        what: str,
        key: str,
        readers: Collection[str],
        *,
        got: str = "",
        hint: str = "",
    ) -> None:
        """Report an error at the line of a key."""
        line = self.source.line_of(key) if self.source else 1
        self.error(what, line, readers, got=got, hint=hint)

    def _problem(
        self, what: str, line: int, readers: Collection[str], got: str, hint: str
    ) -> PortabilityError:
        effects = readers if isinstance(readers, Mapping) else READERS
        return PortabilityError(
            what,
            location=Location(path=self.path, line=line),
            got=got,
            hint=hint,
            readers={name: effects[name] for name in READERS if name in readers},
        )
