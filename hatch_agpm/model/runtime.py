"""
Run-time variables: those of a prompt whose values are given when it is used.

A file declares them in its frontmatter, under `agpm.runtime`; the build keeps `{{ name
}}` in its body.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "ANY",
    "KIND_DEFINITION",
    "KIND_SCHEMA",
    "RUNTIME_SCHEMA",
    "SCALARS",
    "VARIABLE_FIELDS",
    "Kind",
    "ListKind",
    "RecordKind",
    "RuntimeVariable",
    "VariableDeclaration",
    "fields_of",
    "kind_data",
    "kind_of_data",
    "takes_none",
]

SCALARS: Final = ("str", "int", "float", "bool")
"""The types of single values, by the name that frontmatter gives them."""

ANY: Final = "any"
"""The type of a variable that is not declared."""

_NONE: Final = " | None"

VARIABLE_FIELDS: Final = ("type", "default", "description")
"""The keys of a variable that is declared by more than its type."""

_KIND: Final = {"$ref": "#/definitions/Kind"}

KIND_DEFINITION: Final[Mapping[str, object]] = {
    "type": ["string", "array", "object"],
    "pattern": rf"^\s*({'|'.join(SCALARS)})\s*(\|\s*None\s*)?$",
    "minItems": 1,
    "maxItems": 1,
    "items": _KIND,
    "minProperties": 1,
    "propertyNames": {"pattern": "^[A-Za-z][A-Za-z0-9_]*$"},
    "additionalProperties": _KIND,
}
"""The definition `Kind` of JSON schemas: a type, a list of one, or a record."""

KIND_SCHEMA: Final[Mapping[str, object]] = _KIND

RUNTIME_SCHEMA: Final[Mapping[str, object]] = {
    "propertyNames": {"pattern": "^[A-Za-z][A-Za-z0-9_]*$"},
    "additionalProperties": {"$ref": "#/definitions/Variable"},
    "definitions": {
        "Kind": KIND_DEFINITION,
        "Variable": {
            "type": ["string", "array", "object"],
            "pattern": KIND_DEFINITION["pattern"],
            "minItems": 1,
            "maxItems": 1,
            "items": _KIND,
            "properties": {
                "type": _KIND,
                "default": {},
                "description": {"type": "string"},
            },
            "additionalProperties": False,
        },
    },
}
"""The schema of `runtime`, for frontmatter and for entries of the table."""


@dataclass(frozen=True, slots=True)
class ListKind:
    """The type of a list."""

    item: Kind


@dataclass(frozen=True, slots=True)
class RecordKind:
    """The type of a record: names and types of its fields, in their order."""

    fields: tuple[tuple[str, Kind], ...]


Kind: TypeAlias = str | ListKind | RecordKind
"""The type of a variable; a text is one of `SCALARS`, which may end with ` | None`."""


def kind_data(kind: Kind) -> Any:
    """Return a type as plain data: a text, a list of one type, or a dict."""
    if isinstance(kind, ListKind):
        return [kind_data(kind.item)]
    if isinstance(kind, RecordKind):
        return {name: kind_data(of) for name, of in kind.fields}
    return kind


def kind_of_data(data: Any) -> Kind:
    """Return the type that `kind_data` returned as plain data."""
    if isinstance(data, list):
        return ListKind(kind_of_data(data[0]))
    if isinstance(data, dict):
        return RecordKind(tuple((name, kind_of_data(of)) for name, of in data.items()))
    return str(data)


def fields_of(kind: Kind) -> set[str]:
    """Return the names of all fields of the records in a type."""
    if isinstance(kind, ListKind):
        return fields_of(kind.item)
    if isinstance(kind, RecordKind):
        inner = (fields_of(of) for _, of in kind.fields)
        return {name for name, _ in kind.fields}.union(*inner)
    return set()


def takes_none(kind: Kind) -> bool:
    """Tell whether None is a value of a type."""
    return isinstance(kind, str) and kind.endswith(_NONE)


@dataclass(frozen=True, kw_only=True, slots=True)
class VariableDeclaration:
    """A run-time variable, as frontmatter declares it."""

    name: str
    kind: Kind
    default: object = field(default=None, hash=False)
    """Plain data; None where the caller has to give a value, unless None is one."""

    description: str = field(default="", compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class RuntimeVariable:
    """A run-time variable of a rendered resource, and its placeholders."""

    name: str
    kind: Kind
    default: object = field(hash=False)
    spans: tuple[tuple[int, int], ...]
    """Start and end of each `{{ name }}` in the bytes of the file, in order."""

    description: str = ""

    is_read: bool = False
    """Whether the program of the text reads it; there are no placeholders then."""

    @property
    def has_default(self) -> bool:
        """Whether there is a value without one from the caller."""
        return self.default is not None or takes_none(self.kind)

    @property
    def is_required(self) -> bool:
        """Whether it must be given: the text has it, and there is no default."""
        is_used = bool(self.spans) or self.is_read
        return is_used and not self.has_default and self.kind != ANY

    @property
    def parameter(self) -> str:
        """
        The parameter of a function signature, in ASCII: `limit: int = 5`.

        The default `...` means that the text does not have the variable, or that it is
        not declared.
        """
        return f"{self.name}: {_written(self.kind)}{self.default_text}"

    @property
    def default_text(self) -> str:
        """The default behind a parameter: ` = 5`, "" for a required one."""
        if self.is_required:
            return ""
        # YAML can contain lone surrogates, which a file cannot.
        return f" = {ascii(self.default) if self.has_default else '...'}"


def _written(kind: Kind) -> str:
    """Return a type for people: `list[str]`, `{title: str, done: bool}`."""
    if isinstance(kind, ListKind):
        return f"list[{_written(kind.item)}]"
    if isinstance(kind, RecordKind):
        fields = (f"{name}: {_written(of)}" for name, of in kind.fields)
        return f"{{{', '.join(fields)}}}"
    return kind
