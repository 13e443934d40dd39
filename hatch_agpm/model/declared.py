"""
Tables that are declared as dataclasses, for parsers, schemas and documentation.

The fields of a class are the keys of a table: their types say which values are
accepted, and the string below a field describes it.  `config/declared.py` says which
types a field can have, and reads tables; `config/schemas` makes JSON schemas.
"""

import ast
import dataclasses
import inspect
import itertools
import textwrap
from collections.abc import Callable, Iterator, Mapping
from typing import Any, get_type_hints

__all__ = ["Key", "describe", "key", "keys_of", "refused_key"]


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

    schema: Mapping[str, object]
    """Keywords of a JSON schema that say what `problem_of` checks."""

    refused: tuple[str, str] | None
    """What is wrong with the key itself, and what to do; None if it is accepted."""

    description: str = ""


def key(
    name: str = "",
    *,
    default: object = None,
    required: bool = False,
    problem_of: Callable[[Any], str] | None = None,
    schema: Mapping[str, object] | None = None,
) -> Any:
    """
    Declare a key whose field says more than type and default.

    `name` is the key where it is not that of the field.  A `required` key that is
    missing is a problem; the field then has its default.  The `schema` must not refuse
    what `problem_of` accepts.
    """
    metadata = {
        "name": name,
        "required": required,
        "problem_of": problem_of,
        "schema": schema or {},
    }
    return dataclasses.field(default=default, metadata=metadata)


def refused_key(what: str, hint: str) -> Any:
    """Declare a key that is known and not accepted: what is wrong, what to do."""
    return dataclasses.field(default=None, metadata={"refused": (what, hint)})


def keys_of(declaration: type) -> tuple[Key, ...]:
    """Return the keys of a table, in the order of their declaration."""
    types = get_type_hints(declaration, include_extras=True)
    return tuple(
        Key(
            name=field.metadata.get("name") or field.name,
            field=field.name,
            type=types[field.name],
            default=field.default,
            is_required=field.metadata.get("required", False),
            problem_of=field.metadata.get("problem_of"),
            schema=field.metadata.get("schema", {}),
            refused=field.metadata.get("refused"),
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


def _descriptions(declaration: type) -> Iterator[tuple[str, str]]:
    """Yield each field of a dataclass with the string below it."""
    (body,) = ast.parse(textwrap.dedent(inspect.getsource(declaration))).body
    statements = body.body if isinstance(body, ast.ClassDef) else []
    for field, text in itertools.pairwise(statements):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            match text:
                case ast.Expr(value=ast.Constant(value=str(description))):
                    yield field.target.id, inspect.cleandoc(description)
