"""
Compile a syntax tree to steps, the functions that render a template.

This module compiles tags, `expressions` what is in them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hatch_agpm.tera.compiler import operators
from hatch_agpm.tera.compiler.expressions import ExpressionCompiler, position_of
from hatch_agpm.tera.compiler.loops import start_loop
from hatch_agpm.tera.compiler.steps import (
    Function,
    call,
    constant,
    for_step,
    if_step,
    jump_step,
    output_step,
    set_step,
    text_of,
)
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

    from hatch_agpm.tera.compiler.steps import Body, Evaluator, Step
    from hatch_agpm.tera.parser.tree import Node, TemplateTree

__all__ = ["compiled"]


def compiled(tree: TemplateTree) -> Body:
    """Return the steps of a template; raise Failure where Tera does."""
    return _Compiler().template(tree.nodes)


class _Compiler:
    def __init__(self) -> None:
        self._macros: Final[dict[str, MacroDefinition]] = {}
        self._macro_functions: Final[dict[str, Function]] = {}
        self._blocks: Final[dict[str, Block]] = {}
        self._block_functions: Final[dict[str, Function]] = {}
        self._called_blocks: Final[list[str]] = []
        self._loops = 0
        """The number of loops that are open here."""
        self._expressions: Final = ExpressionCompiler(
            self._macros, self._macro_functions
        )

    def template(self, nodes: tuple[Node, ...]) -> Body:
        for node in nodes:
            if isinstance(node, MacroDefinition):
                if node.name in self._macros:
                    raise Failure(f"macro '{node.name}' is defined twice", at=node.at)
                self._macros[node.name] = node
        self._find_blocks(nodes)
        for name, macro in self._macros.items():
            self._macro_functions[name] = self._function(macro.body)
        body = self._body(nodes)
        # Each block that is compiled may call further ones.
        while len(self._block_functions) < len(self._called_blocks):
            name = self._called_blocks[len(self._block_functions)]
            self._block_functions[name] = self._function(self._blocks[name].body)
        return body

    def _find_blocks(self, body: Iterable[Node]) -> None:
        for node in body:
            if isinstance(node, Block):
                if node.name in self._blocks:
                    raise Failure(f"block '{node.name}' is defined twice", at=node.at)
                self._blocks[node.name] = node
                self._find_blocks(node.body)

    def _function(self, body: tuple[Node, ...]) -> Function:
        return Function(body=self._body(body), weight=_weigh(body))

    def _body(self, body: Iterable[Node]) -> Body:
        result: list[Step] = []
        at = 0
        for node in body:
            if isinstance(node, Text):
                # Text has no position of its own: it gets that of the preceding node.
                result.append(_shown(constant(node.text), at))
            else:
                at = max(_position(node), at)
                result += self._node(node, at)
        return result

    def _node(self, node: Node, at: int) -> Body:
        match node:
            case Print():
                return [_shown(self._expressions.value(node.value), at)]
            case If():
                return [self._if(node, at)]
            case For():
                return [self._for(node, at)]
            case FilterSection():
                return [self._filter_section(node, at)]
            case Block():
                return self._block(node, at)
        return self._simple_node(node, at)

    def _simple_node(self, node: Node, at: int) -> Body:
        """Compile a node that has no body."""
        match node:
            case Raw() if node.text:
                return [_shown(constant(node.text), at)]
            case Set():
                value = self._expressions.value(node.value)
                return [set_step(node.name, value, at, everywhere=node.everywhere)]
            case Jump():
                return [self._jump(node)]
            case Include():
                return [_include(node)]
            case Super():
                return [_failing("'super()' has no block above this one", node.at)]
        return []

    def _if(self, node: If, at: int) -> Step:
        tests = [
            (self._expressions.condition(branch.condition), self._body(branch.body))
            for branch in node.branches
        ]
        otherwise = self._body(node.otherwise.body) if node.otherwise else ()
        return if_step(tests, otherwise, at)

    def _for(self, node: For, at: int) -> Step:
        container = node.container.value
        if not isinstance(container, Path | Call | Array):
            what = "a loop goes over a variable, a function or an array"
            return _failing(what, node.at)
        label = container.text if isinstance(container, Path) else "this"
        values = self._expressions.value(node.container)
        start = call(start_loop, (values,), node, label)
        self._loops += 1
        body = self._body(node.body)
        self._loops -= 1
        empty = self._body(node.empty)
        return for_step(start, body, empty, weight=_weigh(node.body), at=at)

    def _jump(self, node: Jump) -> Step:
        if not self._loops:
            return _failing(f"'{node.word}' is outside of a loop", node.at)
        return jump_step(node.word, node.at)

    def _filter_section(self, node: FilterSection, at: int) -> Step:
        text: Evaluator[object] = call(text_of, (), self._body(node.body))
        if node.call.name != "safe":
            text = call(operators.pipe, (text, self._expressions.calls([node.call])))
        return _shown(text, at)

    def _block(self, node: Block, at: int) -> Body:
        if self._blocks.get(node.name, node) is node:
            return self._body(node.body)
        # A nested block takes the body of the top-level block of the same name, which
        # becomes a function because it can be called several times.
        if node.name not in self._called_blocks:
            self._called_blocks.append(node.name)
        text = call(operators.block, (), self._block_functions, node.name)
        return [_shown(text, at)]


def _shown(value: Evaluator[object], at: int) -> Step:
    return output_step(call(operators.show, (value,)), at)


def _failing(what: str, at: int) -> Step:
    """Return the step of what Tera refuses where it is rendered."""
    return output_step(call(operators.fail, (), what, at), at)


def _include(node: Include) -> Step:
    names = ", ".join(node.names)
    if node.ignore_missing:
        what = f"'{names}' would silently be left out"
        hint = "embed files with the content filter"
        return output_step(call(operators.refuse, (), what, hint, node.at), node.at)
    what = f"'{names}' cannot be included: a template is rendered by itself"
    return _failing(what, node.at)


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


def _position(node: Node) -> int:
    """Return the offset of the first expression of a tag, or of its name."""
    match node:
        case Print() | Set():
            return position_of(node.value.value)
        case If():
            return position_of(node.branches[0].condition.value)
        case FilterSection():
            return node.call.at
    return position_of(node)
