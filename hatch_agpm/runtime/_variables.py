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
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from ._reader import Origin


class PromptTemplate:
    """A text with placeholders for its run-time variables, parsed once."""

    def __init__(self, prompt: Any) -> None:
        origin: Origin = prompt._origin
        self.kinds: dict[str, str] = {}
        self.defaults: dict[str, str] = {}
        spans: list[tuple[int, int, str]] = []
        for row in filter(None, "".join(origin[5:]).split(";")):
            # `name:kind=default@start-end,start-end`, the default's bytes in hex.
            declared, _, found = row.partition("@")
            name, _, kind = declared.partition(":")
            self.kinds[name], has_default, default = kind.partition("=")
            if has_default:
                self.defaults[name] = bytes.fromhex(default).decode()
            for span in filter(None, found.split(",")):
                start, end = map(int, span.split("-"))
                spans.append((start, end, name))
        # Offsets count from the start of the file, as in the index.
        data, at = origin[3] + str(prompt).encode(), len(origin[3])
        self.parts: list[str] = []
        self.gaps: list[tuple[int, str]] = []
        for start, end, name in sorted(spans):
            self.parts += [data[at:start].decode(), ""]
            self.gaps.append((len(self.parts) - 1, name))
            at = end
        self.parts.append(data[at:].decode())

    def fill(self, given: Mapping[str, object]) -> str | None:
        """Return the text with the values `given`; None if they are not valid."""
        texts = self.defaults.copy()
        for name, value in given.items():
            text = text_of(self.kinds.get(name), value)
            if text is None:
                return None
            texts[name] = text
        if len(texts) != len(self.kinds):
            return None
        parts = self.parts.copy()
        for index, name in self.gaps:
            parts[index] = texts[name]
        return "".join(parts)

    def problems(self, given: Mapping[str, object]) -> Iterator[str]:
        """Yield the problems of the values `given`."""
        missing = [
            name
            for name in self.kinds
            if name not in given and name not in self.defaults
        ]
        for name in missing:
            yield f"{name} is missing, {_with_article(self.kinds[name])}"
        for name, value in given.items():
            if name not in self.kinds:
                yield f"there is no variable {name!r}{did_you_mean(name, self.kinds)}"
            elif text_of(self.kinds[name], value) is None:
                kind = type(value).__name__
                yield f"{name} must be {_with_article(self.kinds[name])}, got {kind}"

    def signature(self) -> Any:
        """Return the variables as the parameters of a function."""
        import inspect

        parsers: dict[str, Callable[[str], object]]
        parsers = {"str": str, "int": int, "float": float, "bool": "true".__eq__}
        parameters = [
            inspect.Parameter(
                name,
                inspect.Parameter.KEYWORD_ONLY,
                default=parsers[kind](self.defaults[name])
                if name in self.defaults
                else inspect.Parameter.empty,
                annotation={**parsers, "bool": bool}[kind],
            )
            for name, kind in self.kinds.items()
        ]
        return inspect.Signature(parameters, return_annotation=str)


def text_of(kind: str | None, value: object) -> str | None:
    """Return the text of a value of the type `kind`; None if it has another type."""
    if kind == "str":
        return value if isinstance(value, str) else None
    if isinstance(value, bool):
        # As in templates, JSON and YAML.
        return ("true" if value else "false") if kind == "bool" else None
    if isinstance(value, int) and kind in {"int", "float"}:
        return int.__repr__(value)
    if isinstance(value, float) and kind == "float":
        return float.__repr__(value)
    return None


def parameter(variable: Mapping[str, object]) -> str:
    """Return a variable of the index as in a signature."""
    default = "" if variable["required"] else f" = {variable['default']!r}"
    return f"{variable['name']}: {variable['type']}{default}"


def _with_article(kind: str) -> str:
    return f"an {kind}" if kind == "int" else f"a {kind}"
