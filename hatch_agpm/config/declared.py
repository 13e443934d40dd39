"""
Reads a table into the dataclass that declares it.

The type of a field is `str`, `bool`, `int`, `float`, a `Literal` of strings,
`tuple[X, ...]` for an array, `Mapping[str, X]` for a table with any keys (with a
`Literal` instead of `str`: with these keys), another dataclass for a table, or `object`
for any value.  Several of these that TOML tells apart are a union with words for a
message: `Annotated[str | bool, "a text, or true"]`.  `| None` says that the key may be
absent.
"""

import dataclasses
from collections.abc import Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from hatch_agpm.errors import did_you_mean, shown
from hatch_agpm.formats.toml import TableReader, quoted_key
from hatch_agpm.model.declared import keys_of

__all__ = ["alternatives", "read_table"]

T = TypeVar("T")


def read_table(
    declaration: type[T],
    table: Mapping[str, object],
    reader: TableReader,
    where: str = "",
) -> T:
    """
    Return the values of a table; keys that are absent or wrong have their defaults.

    Every problem goes to `reader`: unknown keys, missing ones, and values of another
    type.  `where` is the table's own key and a full stop.
    """
    keys = keys_of(declaration)
    known = [each.name for each in keys if each.refused is None]
    refused = {each.name for each in keys} - set(known)
    reader.known_only({name: 0 for name in table if name not in refused}, known, where)
    values: dict[str, object] = {}
    for each in keys:
        full = f"{where}{each.name}"
        if each.name not in table:
            if each.is_required:
                reader.problem(full, "is missing")
            continue
        if each.refused is not None:
            what, hint = each.refused
            reader.problem(full, what, hint=hint)
            continue
        value = _read(each.type, table[each.name], reader, full)
        if value is None:
            continue
        if each.problem_of is not None and (problem := each.problem_of(value)):
            reader.problem(full, problem, got=shown(value))
        values[each.field] = value
    return declaration(**values)


def alternatives(type_: Any) -> tuple[tuple[Any, ...], str]:
    """Return the types of which a value may be, without None, and words for them."""
    origin = get_origin(type_)
    if origin is Annotated:
        inner, words = get_args(type_)
        return alternatives(inner)[0], words
    if origin not in {Union, UnionType}:
        return (type_,), ""
    parts = [alternatives(each) for each in get_args(type_) if each is not NoneType]
    types = tuple(each for members, _ in parts for each in members)
    return types, next((words for _, words in parts if words), "")


def _read(type_: Any, value: object, reader: TableReader, full: str) -> Any:
    """Return a value as the type of its field says; report it, and None, if wrong."""
    types, words = alternatives(type_)
    if len(types) == 1:
        return _read_one(types[0], value, reader, full)
    for each in types:
        is_choice = get_origin(each) is Literal
        if value in get_args(each) if is_choice else isinstance(value, _kind(each)):
            return _read_one(each, value, reader, full)
    reader.problem(full, f"must be {words}", got=shown(value))
    return None


def _kind(type_: Any) -> type:
    """Return the Python type of the TOML values that a field's type accepts."""
    origin = get_origin(type_)
    if origin is tuple:
        return list
    return dict if origin is Mapping or dataclasses.is_dataclass(type_) else type_


def _read_one(type_: Any, value: object, reader: TableReader, full: str) -> Any:
    if get_origin(type_) is Literal:
        return _choice(get_args(type_), value, reader, full)
    found = value if type_ is object else reader.expect(value, _kind(type_), full)
    if type_ is object or found is None:
        return found
    if dataclasses.is_dataclass(type_):
        return read_table(type_, found, reader, f"{full}.")  # type: ignore[arg-type]
    if isinstance(found, str) and "\0" in found:
        reader.problem(full, "must not hold a NUL character", got=shown(found))
        return None
    if isinstance(found, list):
        of = get_args(type_)[0]
        read = (_read(of, x, reader, f"{full}[{n}]") for n, x in enumerate(found))
        return tuple(each for each in read if each is not None)
    return _read_mapping(type_, found, reader, full) if type(found) is dict else found


def _read_mapping(
    type_: Any, table: Mapping[str, object], reader: TableReader, full: str
) -> dict[str, Any]:
    keys, of = get_args(type_)
    if get_origin(keys) is Literal:
        reader.known_only(table, get_args(keys), f"{full}.")
        table = {name: table[name] for name in table if name in get_args(keys)}
    read = {
        name: _read(of, item, reader, f"{full}.{quoted_key(name)}")
        for name, item in table.items()
    }
    return {name: item for name, item in read.items() if item is not None}


def _choice(
    choices: tuple[str, ...], value: object, reader: TableReader, full: str
) -> str | None:
    found = reader.expect(value, str, full)
    if found is None or found in choices:
        return found
    known = ", ".join(f"'{each}'" for each in choices)
    hint = did_you_mean(found, choices)
    reader.problem(full, f"must be one of {known}", got=repr(found), hint=hint)
    return None
