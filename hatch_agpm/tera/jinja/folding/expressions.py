"""Fold expressions: evaluate what is known, and keep the rest as code."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from jinja2 import nodes

from hatch_agpm.runtime._jinja.builtins import FILTERS
from hatch_agpm.runtime._jinja.builtins.tests import TESTS
from hatch_agpm.tera.folding.embedded import contains_embedded
from hatch_agpm.tera.jinja.folding.known import EvaluationError
from hatch_agpm.tera.jinja.folding.state import later, names_of, nodes_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hatch_agpm.tera.jinja.folding.blocks import BlockNames
    from hatch_agpm.tera.jinja.folding.state import JinjaConditions, JinjaState
    from hatch_agpm.tera.jinja_programs import Code

__all__ = ["JinjaExpressions"]

_SIGNS: Final[Mapping[str, str]] = {
    "eq": "==",
    "ne": "!=",
    "lt": "<",
    "lteq": "<=",
    "gt": ">",
    "gteq": ">=",
    "in": "in",
    "notin": "not in",
}
_NAMED: Final[Mapping[str, tuple[int, str]]] = {
    "map": (0, "filter"),
    "select": (0, "test"),
    "reject": (0, "test"),
    "selectattr": (1, "test"),
    "rejectattr": (1, "test"),
}
"""Filters that take the name of a filter or test, with its position."""


_FORMATS: Final = ("format", "format_map")
"""Methods of texts that look into values."""


class JinjaExpressions:
    """Folds the expressions of one template."""

    def __init__(self, state: JinjaState, conditions: JinjaConditions) -> None:
        self._state: Final = state
        self._conditions: Final = conditions
        self._kinds: Final[Mapping[str, Callable[[Any, BlockNames], Code]]] = {
            "Call": self._call,
            "Compare": self._compare,
            "Concat": self._joined,
            "CondExpr": self._choose,
            "Const": self._const,
            "Dict": self._dict,
            "Filter": self._filter,
            "Getattr": self._attribute,
            "Getitem": self._item,
            "List": self._items,
            "Name": self._name,
            "Test": self._test,
            "Tuple": self._items,
        }

    # What is known

    def is_known(self, node: nodes.Expr, block: BlockNames) -> bool:
        """Tell whether the value of an expression depends on nothing open."""
        if any(each.node is None for each in nodes_of(node, nodes.Filter)):
            return False
        names = names_of(node)
        if not all(self._state.knows(name, block) for name in names):
            return False
        embedding = {
            name for name in names if self._state.contains_embedded(name, block)
        }
        return not embedding or not self._embeds(node, block, embedding)

    def _embeds(self, node: nodes.Node, block: BlockNames, names: set[str]) -> bool:
        """Tell whether a part of an expression is a text that is not known yet."""
        if _root(node) in names:
            return contains_embedded(self._followed(node, block))
        return any(
            self._embeds(child, block, names) for child in node.iter_child_nodes()
        )

    def _followed(self, node: nodes.Node, block: BlockNames) -> object:
        """
        Return what a path leads to, whose root contains texts of other templates.

        That is the last value on the way of which a method or nothing is used.
        """
        if isinstance(node, nodes.Name):
            return self._state.values_of([node.name], block)[node.name]
        if isinstance(node, nodes.Getattr):
            of, key = self._followed(node.node, block), node.attr
            is_method = hasattr(dict, node.attr)
        elif isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
            of, key = self._followed(node.node, block), node.arg.value
            is_method = False
        else:
            return self._followed(node.node, block)  # type: ignore[attr-defined]
        try:
            return of if is_method else of[key]  # type: ignore[index]
        except (TypeError, LookupError):
            return of

    def _is_followed(self, node: nodes.Node, block: BlockNames) -> bool:
        """Tell whether a path leads to a value, without methods on its way."""
        if isinstance(node, nodes.Name):
            return True
        inner = self._followed(node.node, block)  # type: ignore[attr-defined]
        return self._followed(node, block) is not inner and self._is_followed(
            node.node,  # type: ignore[attr-defined]
            block,
        )

    def fold(self, node: nodes.Expr, block: BlockNames) -> Code:
        """Return the code of an expression; raise TemplateError."""
        state = self._state
        if isinstance(node, nodes.Const):
            return self._const(node, block)
        if self._is_path_to_embedded(node, block):
            return state.constant(self._followed(node, block))
        if self.is_known(node, block):
            try:
                return state.constant(state.value(node, block))
            except EvaluationError as failed:
                state.failed(failed, node)
            except ValueError:
                pass
        return self.left(node, block)

    def _is_path_to_embedded(self, node: nodes.Expr, block: BlockNames) -> bool:
        """Tell whether an expression is a path to texts of other templates."""
        root, state = _root(node), self._state
        return bool(
            root
            and all(state.knows(name, block) for name in names_of(node))
            and state.contains_embedded(root, block)
            and self._is_followed(node, block)
            and contains_embedded(self._followed(node, block))
        )

    def truth(self, node: nodes.Expr, block: BlockNames) -> Code:
        """Return the code of a condition: a bool if it is known."""
        state = self._state
        if self.is_known(node, block):
            try:
                negated = nodes.Not(node, lineno=node.lineno)
                return not state.value(negated, block)
            except EvaluationError as failed:
                state.failed(failed, node)
        return self.fold(node, block)

    # What is left

    def left(self, node: nodes.Expr, block: BlockNames) -> Code:
        """Return the code of an expression, whose parts are folded."""
        name = type(node).__name__
        if name in self._kinds:
            return self._kinds[name](node, block)
        if isinstance(node, nodes.And | nodes.Or):
            left = self.fold(node.left, block)
            return [name.lower(), left, self._perhaps(node.right, block)]
        if isinstance(node, nodes.BinExpr) and node.operator:
            left, right = self.fold(node.left, block), self.fold(node.right, block)
            return ["binary", node.operator, left, right]
        if isinstance(node, nodes.Not):
            return ["not", self.fold(node.node, block)]
        if isinstance(node, nodes.Neg):
            return ["negative", self.fold(node.node, block)]
        if isinstance(node, nodes.Pos):
            return ["positive", self.fold(node.node, block)]
        raise later(f"'{name}'", node, self._conditions)

    def _perhaps(self, node: nodes.Expr, block: BlockNames) -> Code:
        """Fold a part that may not be evaluated."""
        state = self._state
        certain, state.certain = state.certain, False
        try:
            return self.fold(node, block)
        finally:
            state.certain = certain

    def _const(self, node: nodes.Const, _: BlockNames) -> Code:
        value = node.value
        if isinstance(value, float) and not math.isfinite(value):
            raise later("an infinite number", node, self._conditions)
        return value

    def _name(self, node: nodes.Name, block: BlockNames) -> Code:
        found = block.find(node.name)
        if node.name == "lipsum" or (found and found.given == "self"):
            raise later(f"'{node.name}'", node, self._conditions)
        if found is None or found.given:
            return self._state.given(node.name)
        return ["local", found.name, *([found.levels] if found.levels else [])]

    def _attribute(self, node: nodes.Getattr, block: BlockNames) -> Code:
        fields = self._conditions.fields or ()
        if node.attr in fields and hasattr(dict, node.attr):
            what = f"'.{node.attr}', a field with the name of a method,"
            raise later(what, node, self._conditions)
        of = self.fold(node.node, block)
        is_text = self._conditions.fields is not None or isinstance(of, str)
        if node.attr in _FORMATS and is_text and node.attr not in fields:
            raise later(f"method '{node.attr}'", node, self._conditions)
        return ["attribute", of, node.attr]

    def _item(self, node: nodes.Getitem, block: BlockNames) -> Code:
        of = self.fold(node.node, block)
        if not isinstance(node.arg, nodes.Slice):
            return ["item", of, self.fold(node.arg, block)]
        bounds = (node.arg.start, node.arg.stop, node.arg.step)
        parts = [None if each is None else self.fold(each, block) for each in bounds]
        return ["slice", of, *parts]

    def arguments(self, node: Any, block: BlockNames) -> list[Code]:
        """Return the arguments of a call, [] for none."""
        given = [self.fold(each, block) for each in node.args]
        named = {each.key: self.fold(each.value, block) for each in node.kwargs}
        more = [
            None if each is None else self.fold(each, block)
            for each in (node.dyn_args, node.dyn_kwargs)
        ]
        if more != [None, None]:
            return [given, named, *more]
        return [given, named] if given or named else []

    def _filter(self, node: nodes.Filter, block: BlockNames) -> Code:
        of = ["section"] if node.node is None else self.fold(node.node, block)
        self._check("filter", node.name, node)
        if node.name in _NAMED:
            self._check_named(node)
        return ["filter", of, node.name, *self.arguments(node, block)]

    def _check_named(self, node: nodes.Filter) -> None:
        position, kind = _NAMED[node.name]
        if node.dyn_args or len(node.args) <= position:
            if node.dyn_args:
                what = f"filter '{node.name}' with arguments of a list"
                raise later(what, node, self._conditions)
            return
        name = node.args[position]
        if not isinstance(name, nodes.Const) or not isinstance(name.value, str):
            what = f"filter '{node.name}' with a {kind} that has no fixed name"
            raise later(what, node, self._conditions)
        self._check(kind, name.value, node)

    def _check(self, kind: str, name: str, node: nodes.Node) -> None:
        """Raise TemplateError for a filter or test that cannot run later."""
        known = FILTERS if kind == "filter" else TESTS
        if name not in known:
            raise later(f"{kind} '{name}'", node, self._conditions)

    def _test(self, node: nodes.Test, block: BlockNames) -> Code:
        self._check("test", node.name, node)
        of = self.fold(node.node, block)
        return ["test", of, node.name, *self.arguments(node, block)]

    def _call(self, node: nodes.Call, block: BlockNames) -> Code:
        return ["call", self.fold(node.node, block), *self._given(node, block)]

    def _given(self, node: nodes.Call, block: BlockNames) -> list[Code]:
        return self.arguments(node, block) or [[], {}]

    def _compare(self, node: nodes.Compare, block: BlockNames) -> Code:
        operands = [[_SIGNS[each.op], self.fold(each.expr, block)] for each in node.ops]
        return ["compare", self.fold(node.expr, block), operands]

    def _choose(self, node: nodes.CondExpr, block: BlockNames) -> Code:
        test = self.truth(node.test, block)
        if isinstance(test, bool):
            chosen = node.expr1 if test else node.expr2
            if chosen is not None:
                return self.fold(chosen, block)
        parts = [test, self._perhaps(node.expr1, block)]
        if node.expr2 is not None:
            parts.append(self._perhaps(node.expr2, block))
        return ["choose", *parts]

    def _joined(self, node: nodes.Concat, block: BlockNames) -> Code:
        return ["join", *(self.fold(each, block) for each in node.nodes)]

    def _items(self, node: nodes.List | nodes.Tuple, block: BlockNames) -> Code:
        kind = "list" if isinstance(node, nodes.List) else "tuple"
        return [kind, *(self.fold(each, block) for each in node.items)]

    def _dict(self, node: nodes.Dict, block: BlockNames) -> Code:
        pairs = (
            [self.fold(pair.key, block), self.fold(pair.value, block)]
            for pair in node.items
        )
        return ["dict", *pairs]


def _root(node: nodes.Node) -> str:
    """Return the name that a path of attributes and items begins with, or ""."""
    while isinstance(node, nodes.Getattr | nodes.Getitem):
        node = node.node
    return node.name if isinstance(node, nodes.Name) else ""
