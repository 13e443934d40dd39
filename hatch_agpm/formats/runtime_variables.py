"""The mapping `agpm.runtime` of frontmatter: the run-time variables of a file."""

from __future__ import annotations

import keyword
from typing import TYPE_CHECKING, Final, TypeGuard

from hatch_agpm.errors import did_you_mean, shown
from hatch_agpm.model.runtime import KINDS, VariableDeclaration

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["read_declarations"]


_FIELDS: Final = ("type", "default")


_TAKEN: Final = frozenset({"self", "super", "loop", "true", "false", "none", "not"})
"""Names that a signature or one of the two template languages reserves."""


def read_declarations(
    value: object, problem: Callable[[str, tuple[str, ...], str, str], None]
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
        before = f"'agpm.runtime.{name}'"
        if not name.isidentifier() or not name.isascii() or name.startswith("_"):
            hint = "use letters, digits and _, and begin with a letter"
            problem(f"{before} is not a valid variable name", (name,), "", hint)
        elif keyword.iskeyword(name) or name in _TAKEN:
            hint = "give the variable another name"
            problem(f"{before} is a reserved name", (name,), "", hint)
        elif (variable := _variable(name, given, problem)) is not None:
            declared.append(variable)
    return tuple(declared)


def _variable(
    name: str,
    given: object,
    problem: Callable[[str, tuple[str, ...], str, str], None],
) -> VariableDeclaration | None:
    """Read `str`, or `{type: int, default: 5}`."""
    before = f"'agpm.runtime.{name}"
    fields = given if isinstance(given, dict) else {"type": given}
    unknown = sorted(set(fields) - set(_FIELDS))
    for key in unknown:
        hint = did_you_mean(key, _FIELDS) or "a variable has type and default"
        problem(f"{before}.{key}' is not known", (name, key), "", hint)
    kind, default = fields.get("type", "str"), fields.get("default")
    if not isinstance(kind, str) or kind not in KINDS:
        near = did_you_mean(kind, KINDS) if isinstance(kind, str) else ""
        where = (name, "type") if isinstance(given, dict) else (name,)
        what = f"{before}' must be {', '.join([*KINDS][:-1])} or {[*KINDS][-1]}"
        problem(what, where, shown(kind), near)
        return None
    if "default" not in fields:
        default = None
    elif not _fits(default, kind):
        what = f"{before}.default' must be of the type {kind}"
        problem(what, (name, "default"), shown(default), "")
        return None
    if unknown:
        return None
    return VariableDeclaration(name=name, kind=kind, default=default)


def _fits(value: object, kind: str) -> TypeGuard[str | float]:
    if isinstance(value, bool) or kind == "bool":
        return isinstance(value, bool) and kind == "bool"
    return isinstance(value, KINDS[kind]) or (kind == "float" and type(value) is int)
