"""
What frontmatter says of a template: its language, and its run-time variables.

They are the keys `agpm.templating` and `agpm.runtime`, which entries have, too.
"""

from __future__ import annotations

import dataclasses
import keyword
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from hatch_agpm.errors import did_you_mean, shown
from hatch_agpm.model.declaration import JINJA_DEFAULTS, JinjaOptions
from hatch_agpm.model.runtime import (
    SCALARS,
    VARIABLE_FIELDS,
    Kind,
    ListKind,
    RecordKind,
    VariableDeclaration,
    kind_data,
    takes_none,
)
from hatch_agpm.runtime._types import Checker

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, TypeAlias

    Report: TypeAlias = Callable[[str, tuple[str, ...], str, str], None]
    """Takes what is wrong, the keys below `runtime`, what was found, what to do."""

    OptionReport: TypeAlias = Callable[[str, str, str, str], None]
    """Takes a key below `templating` or "", what is wrong, what was found, a hint."""

__all__ = ["Templating", "read_declarations", "read_templating"]


_TAKEN: Final = frozenset({"self", "super", "loop", "true", "false", "none", "not"})
"""Names that a signature or one of the two template languages reserves."""

_TYPES: Final = "str, int, float, bool, a list or a record"
_LEVELS: Final = 8
"""The levels of lists and records inside each other."""


def read_declarations(
    value: object, problem: Report
) -> tuple[VariableDeclaration, ...]:
    """
    Return the declarations of the mapping `agpm.runtime`, in its order.

    Each problem is reported to `problem`: what is wrong, the keys below `runtime`,
    the value that was found, and what to do.
    """
    if value is None:
        return ()
    if not isinstance(value, dict):
        hint = "write 'runtime:' and below it '  user_name: str'"
        problem("'agpm.runtime' must be a mapping", (), shown(value), hint)
        return ()
    declared = []
    for name, given in value.items():
        if (
            _is_name(f"'agpm.runtime.{name}'", (name,), problem, name=name)
            and (variable := _variable(name, given, problem)) is not None
        ):
            declared.append(variable)
    return tuple(declared)


def _is_name(
    before: str,
    keys: tuple[str, ...],
    problem: Report,
    *,
    name: str,
    what: str = "variable",
) -> bool:
    """Report a name that is not one of a variable, or of a field of a record."""
    if not name.isidentifier() or not name.isascii() or name.startswith("_"):
        hint = "use letters, digits and _, and begin with a letter"
        problem(f"{before} is not a valid {what} name", keys, "", hint)
        return False
    if keyword.iskeyword(name) or (what == "variable" and name in _TAKEN):
        hint = f"give the {what} another name"
        problem(f"{before} is a reserved name", keys, "", hint)
        return False
    return True


def _variable(name: str, given: object, problem: Report) -> VariableDeclaration | None:
    """Read `str`, or `{type: int, default: 5, description: "at most"}`."""
    before = f"'agpm.runtime.{name}"
    fields = given if isinstance(given, dict) else {"type": given}
    unknown = sorted(set(fields) - set(VARIABLE_FIELDS))
    for key in unknown:
        hint = did_you_mean(key, VARIABLE_FIELDS) or (
            "a variable has type, default and description"
        )
        problem(f"{before}.{key}' is not known", (name, key), "", hint)
    where = (name, "type") if isinstance(given, dict) else (name,)
    kind = _kind(fields.get("type", "str"), f"{before}'", where, problem)
    description = fields.get("description", "")
    if not isinstance(description, str):
        what = f"{before}.description' must be text"
        problem(what, (name, "description"), shown(description), "")
        return None
    if kind is None or unknown:
        return None
    default = None
    if "default" in fields:
        default = _default(fields["default"], kind, name, problem)
        if default is None and not takes_none(kind):
            return None
    return VariableDeclaration(
        name=name, kind=kind, default=default, description=description.strip()
    )


def _default(given: object, kind: Kind, name: str, problem: Report) -> Any:
    """Return a default as plain data; report one that its type does not take."""
    checker = Checker(infinities=False)
    data: Any = kind_data(kind)
    value = checker.checked(data, given, f"agpm.runtime.{name}.default")
    if not checker.problems:
        return value
    if isinstance(data, str) and "finite" not in checker.problems[0]:
        what = f"'agpm.runtime.{name}.default' must be of the type {data}"
        problem(what, (name, "default"), shown(given), "")
        return None
    for each in checker.problems:
        path, _, what = each.partition(" ")
        problem(f"'{path}' {what}", (name, "default"), "", "")
    return None


def _kind(
    given: object,
    before: str,
    keys: tuple[str, ...],
    problem: Report,
    levels: int = _LEVELS,
) -> Kind | None:
    """Read a type; report one that is none."""
    if levels and isinstance(given, list) and len(given) == 1:
        item = _kind(given[0], before, keys, problem, levels - 1)
        return None if item is None else ListKind(item)
    if levels and isinstance(given, dict) and given:
        return _record(given, before, keys, problem, levels)
    if isinstance(given, str):
        name, bar, none = (part.strip() for part in given.partition("|"))
        if name in SCALARS and (none == "None" or not bar):
            return f"{name} | None" if bar else name
    near = did_you_mean(given, SCALARS) if isinstance(given, str) else ""
    problem(f"{before} must be {_TYPES}", keys, shown(given), near or _hint(given))
    return None


def _record(
    given: Mapping[str, object],
    before: str,
    keys: tuple[str, ...],
    problem: Report,
    levels: int,
) -> RecordKind | None:
    fields: list[tuple[str, Kind]] = []
    for name, of in given.items():
        inside = f"{before[:-1]}.{name}'"
        if _is_name(inside, keys, problem, name=name, what="field"):
            kind = _kind(of, inside, keys, problem, levels - 1)
            fields += [] if kind is None else [(name, kind)]
    return RecordKind(tuple(fields)) if len(fields) == len(given) else None


def _hint(given: object) -> str:
    if isinstance(given, list):
        return "write a list as '[str]', with the type of its items"
    if isinstance(given, dict):
        return "write a record as '{title: str, done: bool}'"
    if isinstance(given, str) and "|" in given:
        return "write 'str | None' for what may be None"
    return ""


# --- the language ---------------------------------------------------------------------

_JINJA: Final = tuple(each.name for each in dataclasses.fields(JinjaOptions))


@dataclass(frozen=True, kw_only=True, slots=True)
class Templating:
    """What a file or an entry says about the language of a template."""

    dialect: Literal["tera", "jinja2"] | None = None
    options: JinjaOptions = JINJA_DEFAULTS


def read_templating(value: object, problem: OptionReport) -> Templating:
    """Read `true`, `false`, `jinja2`, or a mapping; each problem goes to `problem`."""
    if value is True:
        return Templating(dialect="tera")
    if value == "jinja2":
        return Templating(dialect="jinja2")
    if isinstance(value, dict):
        return _read_mapping(value, problem)
    if value is not None and value is not False:
        what = "must be true, false or jinja2"
        problem("", what, shown(value), "")
    return Templating()


def _read_mapping(value: Mapping[str, object], problem: OptionReport) -> Templating:
    for key in value:
        if key != "engine" and key not in _JINJA:
            near = did_you_mean(str(key), ("engine", *_JINJA))
            problem(str(key), "is not known", "", near)
    engine = value.get("engine", "jinja2")
    if engine != "jinja2":
        what = "must be jinja2, the only one with options"
        problem("engine", what, shown(engine), "write 'templating: true' for Tera")
    given: dict[str, bool] = {}
    for name in _JINJA:
        option = value.get(name, False)
        if isinstance(option, bool):
            given[name] = option
        else:
            problem(name, "must be true or false", shown(option), "")
    return Templating(dialect="jinja2", options=JinjaOptions(**given))
