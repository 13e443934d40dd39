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
from hatch_agpm.tera.jinja.folding.unread import without_unread
from hatch_agpm.tera.jinja_programs import JinjaFolded

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from jinja2 import nodes

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
            "body": without_unread(body),
            "known": state.known(),
            "embedded": [each.program for each in state.embedded],
        },
        reads=frozenset(state.reads),
        later=tuple(state.later),
    )
