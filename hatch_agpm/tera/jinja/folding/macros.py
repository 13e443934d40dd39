"""Macros that depend on nothing open, whose calls with known arguments are texts."""

from __future__ import annotations

import copy
from collections import Counter
from typing import TYPE_CHECKING, Final

import jinja2
from jinja2 import nodes
from jinja2.compiler import find_undeclared
from jinja2.meta import find_undeclared_variables

from hatch_agpm.tera.jinja.folding.known import EvaluationError

if TYPE_CHECKING:
    from hatch_agpm.tera.jinja.folding.blocks import BlockNames
    from hatch_agpm.tera.jinja.folding.state import JinjaState

__all__ = ["KnownMacros"]

_SPECIAL: Final = ("caller", "kwargs", "varargs")


class KnownMacros:
    """
    Finds the macros of one template that can be called at build time.

    The template has no blocks.
    """

    def __init__(self, state: JinjaState, tree: nodes.Template) -> None:
        self._state: Final = state
        self._assigned: Final = Counter(_assigned(tree))
        """How often each name gets a value, anywhere in the template."""

    def note(self, node: nodes.Macro, variable: str, block: BlockNames) -> None:
        """Let a macro be known if what it reads is, and never changes."""
        names = self._free_names(node)
        if names is None or self._assigned[node.name] > 1:
            return
        if all(self._is_fixed(name, block) for name in names):
            try:
                self._state.values[variable] = self._state.macro(node, names, block)
            except EvaluationError:
                return

    def _free_names(self, node: nodes.Macro) -> set[str] | None:
        """Return what a macro reads from outside; None if that is not known."""
        if find_undeclared(node.body, _SPECIAL):
            return None
        environment = self._state.conditions.environment
        memo = {id(environment): environment}
        tree = nodes.Template([copy.deepcopy(node, memo)], lineno=1)
        tree.set_environment(environment)
        try:
            return set(find_undeclared_variables(tree))
        except (jinja2.TemplateError, AssertionError):
            return None

    def _is_fixed(self, name: str, block: BlockNames) -> bool:
        """Tell whether a name has the same known value everywhere."""
        state = self._state
        if not state.knows(name, block) or state.contains_embedded(name, block):
            return False
        found = block.find(name)
        if found is None or found.given:
            return not self._assigned[name]
        # It may have another value before the only one that the template gives it.
        return self._assigned[name] == 1 and not state.has_given(name)


def _assigned(tree: nodes.Template) -> list[str]:
    names = [each.name for each in tree.find_all(nodes.Name) if each.ctx != "load"]
    return names + [each.name for each in tree.find_all(nodes.Macro)]
