"""
Compile a syntax tree to a template shape.

This module compiles tags, `evaluation` expressions; `generator` makes code of both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hatch_agpm.tera.compiler.evaluation import Evaluation, place
from hatch_agpm.tera.compiler.template_shape import Expression, Statement, Table
from hatch_agpm.tera.failures import Failure
from hatch_agpm.tera.parser.tree import (
    Array,
    Block,
    Call,
    FilterSection,
    For,
    If,
    Include,
    Jump,
    MacroDefinition,
    Path,
    Print,
    Raw,
    Set,
    Super,
    Text,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hatch_agpm.tera.compiler.template_shape import Body, Known, TemplateShape
    from hatch_agpm.tera.parser.tree import Node, TemplateTree

__all__ = ["MACRO", "template_shape"]

MACRO: Final = "macro_"
"""The prefix of functions that are macros."""

_BLOCK: Final = "block_"
"""The prefix of functions that are blocks."""

_LOOPS_IN_A_FUNCTION: Final = 15
"""Python allows 20."""


def template_shape(tree: TemplateTree) -> TemplateShape:
    """Return the shape of a template; raise Failure where Tera does."""
    compiler = _Compiler(tree)
    return compiler.table.shape(compiler.template())


class _Compiler:
    def __init__(self, tree: TemplateTree) -> None:
        self.table: Final = Table()
        self._tree: Final = tree
        self._macros: Final[dict[str, MacroDefinition]] = {}
        self._expressions: Final = Evaluation(self._macros, self.table)
        self._blocks: Final[dict[str, Block]] = {}
        self._called_blocks: Final[dict[str, None]] = {}
        self._loops = 0
        """How many loops are open here."""
        self._parts: Final[list[Statement]] = []

    def template(self) -> Body:
        for node in self._tree.nodes:
            if isinstance(node, MacroDefinition):
                if node.name in self._macros:
                    raise Failure(f"macro '{node.name}' is defined twice", at=node.at)
                self._macros[node.name] = node
        self._find_blocks(self._tree.nodes)
        # Macros first: Tera knows them before their definition.
        functions = [
            self._function(MACRO + name, macro.body)
            for name, macro in self._macros.items()
        ]
        body = self._body(self._tree.nodes)
        functions += self._block_functions()
        return (*self._parts, *functions, *body)

    def _find_blocks(self, body: Iterable[Node]) -> None:
        for node in body:
            if isinstance(node, Block):
                if node.name in self._blocks:
                    raise Failure(f"block '{node.name}' is defined twice", at=node.at)
                self._blocks[node.name] = node
                self._find_blocks(node.body)

    # Statements

    def _body(self, body: Iterable[Node]) -> Body:
        result: list[Statement] = []
        at = 0
        for node in body:
            if isinstance(node, Text):
                # Text has no position of its own: it gets that of the preceding node.
                here = self.table.place(at)
                result.append(_output(here, self.table.constant(node.text)))
            else:
                at = max(_statement_place(node), at)
                result += self._node(node, self.table.place(at))
        return tuple(result)

    def _node(self, node: Node, here: int) -> list[Statement]:
        match node:
            case Print():
                return [_output(here, self._expressions.value(node.value))]
            case If():
                return [self._if(node, here)]
            case For():
                return self._for(node, here)
            case FilterSection():
                return self._filter_section(node, here)
            case Block():
                return self._block(node, here)
        return self._simple_node(node, here)

    def _simple_node(self, node: Node, here: int) -> list[Statement]:
        """Compile what has no body."""
        compiled: list[Statement] = []
        match node:
            case Raw() if node.text:
                compiled = [_output(here, self.table.constant(node.text))]
            case Set():
                value = self._expressions.value(node.value)
                compiled = [
                    self._run(here, "assign", (value,), node.name, node.everywhere)
                ]
            case Jump():
                compiled = self._jump(node, here)
            case Include():
                compiled = [self._include(node, here)]
            case Super():
                what = "'super()' has no block above this one"
                compiled = [self._run(here, "fail", (), what, node.at)]
        return compiled

    def _run(
        self, here: int, name: str, operands: tuple[Expression, ...], *known: Known
    ) -> Statement:
        return Statement("run", here, (self.table.call(name, operands, *known),))

    def _if(self, node: If, here: int) -> Statement:
        tests = [
            self._expressions.condition(branch.condition) for branch in node.branches
        ]
        bodies = [self._body(branch.body) for branch in node.branches]
        bodies.append(self._body(node.otherwise.body) if node.otherwise else ())
        return Statement("if", here, tuple(tests), tuple(bodies))

    def _for(self, node: For, here: int) -> list[Statement]:
        container = node.container.value
        if not isinstance(container, Path | Call | Array):
            what = "a loop goes over a variable, a function or an array"
            return [self._run(here, "fail", (), what, node.at)]
        label = container.text if isinstance(container, Path) else "this"
        items = self.table.call(
            "loop",
            (self._expressions.value(node.container),),
            *(node.key, node.value, label, _weigh(node.body), node.at),
        )
        self._loops += 1
        body = self._body(node.body)
        self._loops -= 1
        loop = [Statement("for", here, (items,), (body,))]
        if self._loops % _LOOPS_IN_A_FUNCTION == _LOOPS_IN_A_FUNCTION - 1:
            name = f"part_{len(self._parts)}"
            self._parts.append(Statement("function", here, (), (tuple(loop),), name))
            loop = [_output(here, self.table.call("part", (), name))]
        if node.empty:
            # Not Jinja2's `else`: that runs, too, when the first turn breaks.
            empty = self._body(node.empty)
            was_empty = self.table.call("was_empty", (), 0)
            loop.append(Statement("if", here, (was_empty,), (empty, ())))
        return loop

    def _jump(self, node: Jump, here: int) -> list[Statement]:
        if not self._loops:
            what = f"'{node.word}' stands outside a loop"
            return [self._run(here, "fail", (), what, node.at)]
        prepared = self._run(here, "jump", (), node.word, node.at)
        return [prepared, Statement(node.word, here)]

    def _filter_section(self, node: FilterSection, here: int) -> list[Statement]:
        filtered = self.table.call("section", (Expression("buffer"),))
        if node.call.name != "safe":
            calls = self._expressions.calls([node.call])
            filtered = self.table.call("pipe", (filtered, calls))
        show = self.table.call("show", (filtered,))
        body = self._body(node.body)
        return [
            self._run(here, "open_section", (), 0),
            Statement("section", here, (show,), (body,)),
        ]

    def _block(self, node: Block, here: int) -> list[Statement]:
        if self._blocks.get(node.name, node) is node:
            return list(self._body(node.body))
        # A nested block takes the body of the top-level block of the same name, which
        # becomes a function because it can be called several times.
        self._called_blocks[node.name] = None
        return [_output(here, self.table.call("part", (), f"{_BLOCK}{node.name}"))]

    def _block_functions(self) -> list[Statement]:
        """Compile the blocks that are called; each may call further ones."""
        functions: list[Statement] = []
        while len(functions) < len(self._called_blocks):
            name = list(self._called_blocks)[len(functions)]
            functions.append(self._function(_BLOCK + name, self._blocks[name].body))
        return functions

    def _function(self, name: str, body: tuple[Node, ...]) -> Statement:
        """Compile a body that is called: each call counts as a turn of a loop."""
        here = self.table.place(0)
        turn = self._run(here, "turn", (), _weigh(body))
        return Statement("function", here, (), ((turn, *self._body(body)),), name)

    def _include(self, node: Include, here: int) -> Statement:
        names = ", ".join(node.names)
        if node.ignore_missing:
            what = f"'{names}' would silently be left out"
            hint = "embed files with the content filter"
            return self._run(here, "refuse", (), what, hint, node.at)
        what = f"'{names}' cannot be included: a template is rendered by itself"
        return self._run(here, "fail", (), what, node.at)


def _output(here: int, value: Expression) -> Statement:
    return Statement("output", here, (value,))


def _weigh(body: Iterable[Node]) -> int:
    """Count the nodes that one turn of a loop may run."""
    weight = 0
    for node in body:
        weight += 1
        match node:
            case For():
                weight += _weigh(node.empty)
            case FilterSection() | Block():
                weight += _weigh(node.body)
            case If():
                weight += sum(_weigh(branch.body) + 1 for branch in node.branches)
                weight += _weigh(node.otherwise.body) if node.otherwise else 0
    return weight


def _statement_place(node: Node) -> int:
    """Return the offset of the first expression of a statement, or of its name."""
    match node:
        case Print() | Set():
            return place(node.value.value)
        case If():
            return place(node.branches[0].condition.value)
        case FilterSection():
            return node.call.at
    return place(node)
