"""Add to the syntax tree of a template the filters that count its work."""

from __future__ import annotations

from typing import Final

from jinja2 import nodes
from jinja2.visitor import NodeTransformer

__all__ = ["JOINED", "MEASURED", "TURN", "CountingTransformer"]

TURN: Final = "a turn"
MEASURED: Final = "measured"
JOINED: Final = "joined"
"""Names of internal filters; templates cannot replace them."""


class CountingTransformer(NodeTransformer):
    """Adds counting to loops and macros, and measuring to new values."""

    def _counted(self, node: nodes.For | nodes.Macro | nodes.CallBlock) -> nodes.Node:
        self.generic_visit(node)
        weight = sum(1 for _ in node.find_all(nodes.Stmt))
        text = sum(len(data.data) for data in node.find_all(nodes.TemplateData))
        turn = _filter(nodes.Const(weight), TURN, nodes.Const(text))
        node.body.insert(0, nodes.ExprStmt(turn, lineno=node.lineno))
        return node

    visit_For = visit_Macro = visit_CallBlock = _counted  # noqa: N815 - Jinja2's names

    def _measured(self, node: nodes.Expr) -> nodes.Node:
        self.generic_visit(node)
        stores = isinstance(node, nodes.Tuple) and node.ctx == "store"
        return node if stores else _filter(node, MEASURED)

    visit_List = visit_Dict = visit_Tuple = _measured  # noqa: N815 - jinja2's names

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802 - jinja2's names
        """Measure the parts of a concatenation."""
        self.generic_visit(node)
        return _filter(nodes.List(node.nodes, lineno=node.lineno), JOINED)


def _filter(value: nodes.Expr, name: str, *arguments: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(
        value, name, list(arguments), [], None, None, lineno=value.lineno or 1
    )
