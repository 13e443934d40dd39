"""
Reads a table into the dataclass that declares it.

A dataclass declares a table: its fields are the keys, their types say which values are
accepted, and the string below a field describes it.  `read_table` reads a table, and
`describe` returns the declaration itself, for documentation and schemas.

A type is `str`, `bool`, `int`, `float`, a `Literal` of strings, `tuple[X, ...]` for an
array, `Mapping[str, X]` for a table with any keys, another dataclass for a table, one
of these `| None`, or `object` for a value that other code reads.
"""

import ast
import dataclasses
import inspect
import itertools
import textwrap
from collections.abc import Callable, Iterator, Mapping
from types import UnionType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from hatch_agpm.errors import shown
from hatch_agpm.formats.toml import TableReader, quoted_key

__all__ = ["Key", "describe", "key", "keys_of", "read_table"]

T = TypeVar("T")


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """One key of a table, as its dataclass declares it."""

    name: str
    """As it is written in the table."""

    field: str
    """The name of the field."""

    type: Any
    default: object
    is_required: bool
    problem_of: Callable[[Any], str] | None
    """Returns the problem of a value that has the right type, or ""."""

    description: str = ""


def key(
    name: str = "",
    *,
    default: object = None,
    required: bool = False,
    problem_of: Callable[[Any], str] | None = None,
) -> Any:
    """
    Declare a key whose field says more than type and default.

    `name` is the key where it is not that of the field.  A `required` key that is
    missing is a problem; the field then has its default.
    """
    metadata = {"name": name, "required": required, "problem_of": problem_of}
    return dataclasses.field(default=default, metadata=metadata)


def keys_of(declaration: type) -> tuple[Key, ...]:
    """Return the keys of a table, in the order of their declaration."""
    types = get_type_hints(declaration)
    return tuple(
        Key(
            name=field.metadata.get("name") or field.name,
            field=field.name,
            type=types[field.name],
            default=field.default,
            is_required=field.metadata.get("required", False),
            problem_of=field.metadata.get("problem_of"),
        )
        for field in dataclasses.fields(declaration)
    )


def describe(declaration: type) -> tuple[Key, ...]:
    """Return the keys of a table with their descriptions."""
    texts = {
        field: text
        for each in reversed(declaration.__mro__[:-1])
        for field, text in _descriptions(each)
    }
    return tuple(
        dataclasses.replace(each, description=texts.get(each.field, ""))
        for each in keys_of(declaration)
    )


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
    reader.known_only(table, [each.name for each in keys], where)
    values: dict[str, object] = {}
    for each in keys:
        full = f"{where}{each.name}"
        if each.name not in table:
            if each.is_required:
                reader.problem(full, "is missing")
            continue
        value = _read(each.type, table[each.name], reader, full)
        if value is None:
            continue
        if each.problem_of is not None and (problem := each.problem_of(value)):
            reader.problem(full, problem, got=shown(value))
        values[each.field] = value
    return declaration(**values)


def _read(type_: Any, value: object, reader: TableReader, full: str) -> Any:
    """Return a value as the type of its field says; report it, and None, if wrong."""
    if isinstance(type_, UnionType):
        (type_,) = (each for each in get_args(type_) if each is not type(None))
    if type_ is object:
        return value
    origin = get_origin(type_)
    if origin is Literal:
        return _choice(get_args(type_), value, reader, full)
    if origin is tuple:
        items = reader.expect(value, list, full)
        read = (
            _read(get_args(type_)[0], item, reader, f"{full}[{index}]")
            for index, item in enumerate(items or ())
        )
        return None if items is None else tuple(x for x in read if x is not None)
    if origin is Mapping:
        found = reader.expect(value, dict, full)
        read_items = {
            name: _read(get_args(type_)[1], item, reader, f"{full}.{quoted_key(name)}")
            for name, item in (found or {}).items()
        }
        return (
            None
            if found is None
            else {n: x for n, x in read_items.items() if x is not None}
        )
    if dataclasses.is_dataclass(type_):
        found = reader.expect(value, dict, full)
        declaration: type[Any] = type_  # type: ignore[assignment]
        return (
            None
            if found is None
            else read_table(declaration, found, reader, f"{full}.")
        )
    return reader.expect(value, type_, full)


def _choice(
    choices: tuple[str, ...], value: object, reader: TableReader, full: str
) -> str | None:
    found = reader.expect(value, str, full)
    if found is None or found in choices:
        return found
    known = ", ".join(f"'{each}'" for each in choices)
    reader.problem(full, f"must be one of {known}", got=repr(found))
    return None


def _descriptions(declaration: type) -> Iterator[tuple[str, str]]:
    """Yield each field of a dataclass with the string below it."""
    (body,) = ast.parse(textwrap.dedent(inspect.getsource(declaration))).body
    statements = body.body if isinstance(body, ast.ClassDef) else []
    for field, text in itertools.pairwise(statements):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            match text:
                case ast.Expr(value=ast.Constant(value=str(description))):
                    yield field.target.id, inspect.cleandoc(description)
