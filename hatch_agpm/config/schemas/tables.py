"""JSON schemas (draft 7) of declared tables."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from types import NoneType
from typing import Any, Final, Literal, TypeAlias, get_args, get_origin

from hatch_agpm.config.declared import alternatives
from hatch_agpm.model.declared import Key, describe

__all__ = ["Schema", "schema_of"]

Schema: TypeAlias = dict[str, Any]

_DRAFT: Final = "http://json-schema.org/draft-07/schema#"
_BASE: Final = "https://hatch-agpm.example"
"""Only identifies: validators resolve references against an address, and read none."""
_LINK: Final = re.compile(r"\[([^]]+)\]\([^)]+\)", re.DOTALL)
_TYPES: Final[Mapping[type, str]] = {
    bool: "boolean",
    float: "number",
    int: "integer",
    NoneType: "null",
    str: "string",
}
_VALUES: Final[Mapping[str, list[Any]]] = {"boolean": [True, False], "null": [None]}
"""The values of the types that can be beside a `Literal`."""


def schema_of(
    declaration: type, name: str, *, nullable: bool = False, is_whole: bool = False
) -> Schema:
    """
    Return the schema of a table, with `name` in its own identifier.

    In a `nullable` one, a key whose type has None may have the value null.  A table
    that `is_whole` has every key.
    """
    maker = _SchemaMaker(nullable=nullable, is_whole=is_whole)
    schema = maker.table(declaration)
    schema = {"$schema": _DRAFT, "$id": f"{_BASE}/{name}.schema.json", **schema}
    return {**schema, "definitions": maker.definitions} if maker.definitions else schema


class _SchemaMaker:
    """Makes schemas of types, and collects those of tables as definitions."""

    def __init__(self, *, nullable: bool, is_whole: bool) -> None:
        self.definitions: dict[str, Schema] = {}
        self.nullable = nullable
        self.is_whole = is_whole

    def table(self, declaration: type) -> Schema:
        keys = [each for each in describe(declaration) if each.refused is None]
        is_whole = self.is_whole
        required = [each.name for each in keys if each.is_required or is_whole]
        return {
            "description": _plain(declaration.__doc__ or "").partition("\n\n")[0],
            "type": "object",
            "properties": {each.name: self._key(each) for each in keys},
            **({"required": required} if required else {}),
            "additionalProperties": getattr(declaration, "is_open", False),
        }

    def _key(self, key: Key) -> Schema:
        schema: Schema = {
            "description": _plain(key.description),
            **self._type(key.type, nullable=self.nullable and not key.is_required),
            **key.schema,
        }
        self.definitions |= schema.pop("definitions", {})
        if isinstance(key.default, str | int | float) and not (
            key.is_required or self.is_whole
        ):
            schema["default"] = key.default
        return schema

    def _type(self, type_: Any, *, nullable: bool = False) -> Schema:
        types, _ = alternatives(type_)
        tables = [each for each in types if dataclasses.is_dataclass(each)]
        if nullable and NoneType in get_args(type_):
            types = (*types, NoneType)
        if not tables:
            return self._united(types)
        # A table may be at several keys, alone or beside other types.
        name = "_or_".join(each.__name__ for each in types)
        if name not in self.definitions:
            self.definitions[name] = {}
            self.definitions[name] |= self._united(types)
        return {"$ref": f"#/definitions/{name}"}

    def _united(self, types: tuple[Any, ...]) -> Schema:
        """
        Return one schema for all types, whose values JSON tells apart.

        Each keyword has an effect on values of one type, and the message of a validator
        then names what is wrong; with `anyOf`, it could only say that nothing matches.
        """
        schemas = [self._one(each) for each in types]
        kinds = [each["type"] for each in schemas if "type" in each]
        is_table = any(kind in {"array", "object"} for kind in kinds)
        if any("enum" in each for each in schemas) and not is_table:
            values = [each.get("enum") or _VALUES[each["type"]] for each in schemas]
            united: Schema = {"enum": [value for each in values for value in each]}
        else:
            parts = map(_with_pattern, schemas)
            united = {key: value for each in parts for key, value in each.items()}
        return united | (
            {"type": kinds if len(kinds) > 1 else kinds[0]} if kinds else {}
        )

    def _one(self, type_: Any) -> Schema:
        if type_ is object:
            return {}
        origin, arguments = get_origin(type_), get_args(type_)
        if origin is Literal:
            return {"type": "string", "enum": [*arguments]}
        if origin is tuple:
            return {"type": "array", "items": self._type(arguments[0])}
        if origin is not Mapping:
            is_table = dataclasses.is_dataclass(type_)
            return self.table(type_) if is_table else {"type": _TYPES[type_]}
        keys = [key for each in alternatives(arguments[0])[0] for key in get_args(each)]
        values = self._type(arguments[1], nullable=self.nullable)
        if not keys:
            return {"type": "object", "additionalProperties": values}
        properties = dict.fromkeys(keys, values)
        return {
            "type": "object",
            "properties": properties,
            "additionalProperties": False,
        }


def _with_pattern(schema: Schema) -> Schema:
    """Return a schema of certain texts as one that has no effect on other types."""
    if "enum" not in schema:
        return schema
    texts = "|".join(map(re.escape, schema["enum"]))
    return {"type": "string", "pattern": f"^({texts})$"}


def _plain(text: str) -> str:
    """Return a docstring on one line, without the targets of its links."""
    return _LINK.sub(r"\1", " ".join(text.split()))
