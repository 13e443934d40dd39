# SPDX-License-Identifier: MIT-0
"""
The run-time variables of a prompt: checking values, and filling them in.

Every bundle has a copy of this file.  Runs on Python 3.9 and later, with the standard
library alone.
"""

from __future__ import annotations

from ._errors import did_you_mean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    _Variable = tuple[str, str, str | None, tuple[tuple[int, int], ...]]
    """
    Name, type, text of the default (None without one), and start and end of each
    placeholder in the bytes of the file.
    """

_CLASSES: dict[str, type[str | float]]
_CLASSES = {"str": str, "int": int, "float": float, "bool": bool}


class PromptTemplate:
    """A text with placeholders for its run-time variables, parsed once."""

    def __init__(self, head: bytes, text: str, variables: Iterable[_Variable]) -> None:
        """Take the bytes of the file before the text, the text and its variables."""
        self.kinds: dict[str, str] = {}
        self.defaults: dict[str, str] = {}
        found: list[tuple[int, int, str]] = []
        for name, kind, default, spans in variables:
            self.kinds[name] = kind
            if default is not None:
                self.defaults[name] = default
            found += [(start, end, name) for start, end in spans]
        # Offsets count from the start of the file, as in the index.
        data, at = head + text.encode(), len(head)
        self.texts: list[str] = []
        self.gaps: list[tuple[int, str]] = []
        """The variable of each gap between `texts`, with its position among them."""

        for start, end, name in sorted(found):
            self.texts += [data[at:start].decode(), ""]
            self.gaps.append((len(self.texts) - 1, name))
            at = end
        self.texts.append(data[at:].decode())

    def fill(self, given: Mapping[str, object]) -> str | None:
        """Return the text with the values `given`; None if they are not valid."""
        pieces = self._filled(given)
        return None if pieces is None else "".join(pieces)

    def parts(self, given: Mapping[str, object]) -> list[tuple[str, bool]] | None:
        """Return the same in pieces, each with whether it is a value; none is empty."""
        pieces = self._filled(given)
        if pieces is None:
            return None
        gaps = {index for index, _ in self.gaps}
        return [(piece, i in gaps) for i, piece in enumerate(pieces) if piece]

    def _filled(self, given: Mapping[str, object]) -> list[str] | None:
        values = self.defaults.copy()
        for name, value in given.items():
            text = text_of(self.kinds.get(name), value)
            if text is None:
                return None
            values[name] = text
        pieces = self.texts.copy()
        for index, name in self.gaps:
            if name not in values:
                return None
            pieces[index] = values[name]
        return pieces

    def problems(self, given: Mapping[str, object]) -> Iterator[str]:
        """Yield the problems of the values `given`."""
        for name, kind in self.kinds.items():
            if self.is_required(name) and name not in given:
                yield f"{name} is missing, {_with_article(kind)}"
        for name, value in given.items():
            if name not in self.kinds:
                yield f"there is no variable {name!r}{did_you_mean(name, self.kinds)}"
            elif _has_placeholders(value):
                yield f"{name} is a prompt with unfilled placeholders; call that first"
            elif text_of(self.kinds[name], value) is None:
                kind = type(value).__name__
                yield f"{name} must be {_with_article(self.kinds[name])}, got {kind}"

    def is_required(self, name: str) -> bool:
        """Tell whether a variable must be given: the text has it, without a default."""
        return name not in self.defaults and any(name == used for _, used in self.gaps)

    def signature(self) -> Any:
        """
        Return the variables as the parameters of a function.

        The default `...` means that the text does not have the variable.
        """
        from inspect import Parameter, Signature

        parameters = []
        for name, kind in self.kinds.items():
            default: object = Parameter.empty if self.is_required(name) else ...
            if name in self.defaults:
                default = parse(kind, self.defaults[name])
            parameter = Parameter(
                name, Parameter.KEYWORD_ONLY, default=default, annotation=_CLASSES[kind]
            )
            parameters.append(parameter)
        return Signature(parameters, return_annotation=str)


def text_of(kind: str | None, value: object) -> str | None:
    """Return the text of a value of the type `kind`; None if it has another type."""
    if kind == "str":
        usable = isinstance(value, str) and not _has_placeholders(value)
        return str.__str__(value) if usable else None
    if isinstance(value, bool):
        # As in templates, JSON and YAML.
        return ("true" if value else "false") if kind == "bool" else None
    if isinstance(value, int) and kind in {"int", "float"}:
        return int.__repr__(value)
    if isinstance(value, float) and kind == "float":
        return float.__repr__(value)
    return None


def parse(kind: str, text: str) -> object:
    """Return the value that a text has as `kind`; the text itself if it has none."""
    if kind == "bool":
        return {"true": True, "false": False}.get(text, text)
    try:
        return _CLASSES[kind](text)
    except ValueError:
        return text


def _has_placeholders(value: object) -> bool:
    """Tell whether a value is a prompt with placeholders, of this bundle or another."""
    variables = getattr(value, "_variables", ()) if type(value) is not str else ()
    return any(spans for _, _, _, spans in variables)


def _with_article(kind: str) -> str:
    return f"an {kind}" if kind == "int" else f"a {kind}"
