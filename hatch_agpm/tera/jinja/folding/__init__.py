"""
Partial evaluation of the second dialect: from a template to what is left to run.

Branches on known values disappear, and what depends on no run-time variable is
evaluated by the environment that renders templates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hatch_agpm.tera.jinja.folding.expressions import JinjaExpressions
from hatch_agpm.tera.jinja.folding.state import JinjaConditions, JinjaState
from hatch_agpm.tera.jinja.folding.statements import JinjaStatements
from hatch_agpm.tera.jinja_programs import JinjaFolded
from hatch_agpm.tera.jinja_programs.folded import bodies_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from jinja2 import nodes

    from hatch_agpm.tera.jinja_programs import Code

__all__ = ["JinjaConditions", "fold"]


def fold(
    tree: nodes.Template,
    context: Mapping[str, object],
    names: Collection[str] | None,
    conditions: JinjaConditions,
) -> JinjaFolded:
    """
    Return what is left of a template that has `context`.

    `names` are the variables of the caller, None stands for all others.  Raise
    TemplateError for an error that every use would have, and for what cannot be left
    for run time.
    """
    state = JinjaState(context, names, conditions)
    expressions = JinjaExpressions(state, conditions)
    statements = JinjaStatements(state, expressions, conditions)
    variables, body = statements.template(tree)
    return JinjaFolded(
        program={
            "dialect": "jinja2",
            "variables": variables,
            "body": _without_unread(body, state.read),
            "known": state.known(),
            "embedded": [each.program for each in state.embedded],
        },
        reads=frozenset(state.reads),
        later=tuple(state.later),
    )


def _without_unread(body: Iterable[Code], read: Collection[str]) -> list[Code]:
    """Return a body without assignments of known values that nothing reads."""
    result: list[Code] = []
    for each in body:
        if _is_unread(each, read):
            continue
        for inner in bodies_of(each):
            inner[:] = _without_unread(inner, read)
        if isinstance(each, str) and result and isinstance(result[-1], str):
            result[-1] += each
        else:
            result.append(each)
    return result


def _is_unread(statement: Code, read: Collection[str]) -> bool:
    if isinstance(statement, str) or statement[0] not in {"set", "macro"}:
        return False
    variable = statement[1]
    if not isinstance(variable, str) or variable in read:
        return False
    value = statement[2]
    is_constant = not isinstance(value, list) or value[0] in {"=", "markup"}
    return statement[0] == "macro" or is_constant
