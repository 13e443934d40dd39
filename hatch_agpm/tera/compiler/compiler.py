"""
Compile a syntax tree to a program, which is the template as data.

This module compiles tags, `expressions` what is in them.  The format is described in
docs/reference/index.md; `hatch_agpm.runtime._tera.program` runs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hatch_agpm.runtime._tera.failures import Failure
from hatch_agpm.tera.compiler.expressions import Code, ExpressionCompiler, position_of
from hatch_agpm.tera.compiler.weight import weigh
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

    from hatch_agpm.tera.parser.tree import Node, TemplateTree

__all__ = ["compiled"]


def compiled(tree: TemplateTree) -> dict[str, Code]:
    """Return the program of a template; raise Failure where Tera does."""
    compiler = _Compiler()
    body = compiler.template(tree.nodes)
    return {
        "body": body,
        "functions": compiler.functions,
        "assigned": sorted(compiler.assigned),
        "bound": sorted(compiler.bound),
    }


class _Compiler:
    def __init__(self) -> None:
        self._macros: Final[dict[str, MacroDefinition]] = {}
        self._blocks: Final[dict[str, Block]] = {}
        self._called_blocks: Final[list[str]] = []
        self.functions: Final[dict[str, Code]] = {}
        """Weight, body and parameters: of macros, and of blocks of several places."""

        self.assigned: Final[set[str]] = set()
        """The names of `set`, and of the parameters of macros."""

        self.bound: Final[set[str]] = set()
        """The names of loops."""

        self._loops = 0
        """The number of loops that are open here."""
        self._expressions: Final = ExpressionCompiler(self._macros)

    def template(self, nodes: tuple[Node, ...]) -> list[Code]:
        """Return the statements of a template."""
        for node in nodes:
            if isinstance(node, MacroDefinition):
                if node.name in self._macros:
                    raise Failure(f"macro '{node.name}' is defined twice", at=node.at)
                self._macros[node.name] = node
        self._find_blocks(nodes)
        for name, macro in self._macros.items():
            function = self._function(macro.body, macro.parameters)
            self.assigned.update(macro.parameters)
            self.functions[f"macro {name}"] = function
        body = self._body(nodes)
        # Each block that is compiled may call further ones.
        for name in self._called_blocks:
            block = self._blocks[name]
            self.functions[f"block {name}"] = self._function(block.body, ())
        return body

    def _find_blocks(self, body: Iterable[Node]) -> None:
        for node in body:
            if isinstance(node, Block):
                if node.name in self._blocks:
                    raise Failure(f"block '{node.name}' is defined twice", at=node.at)
                self._blocks[node.name] = node
                self._find_blocks(node.body)

    def _function(self, body: tuple[Node, ...], parameters: Iterable[str]) -> Code:
        return [weigh(body), self._body(body), list(parameters)]

    def _body(self, body: Iterable[Node]) -> list[Code]:
        result: list[Code] = []
        at = 0
        for node in body:
            if isinstance(node, Text):
                # Text has no position of its own: it gets that of the preceding node.
                result.append(["text", node.text, at])
            else:
                at = max(_position(node), at)
                result += self._node(node, at)
        return result

    def _node(self, node: Node, at: int) -> list[Code]:
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

    def _simple_node(self, node: Node, at: int) -> list[Code]:
        """Compile a node that has no body."""
        match node:
            case Raw() if node.text:
                return [["text", node.text, at]]
            case Set():
                value = self._expressions.value(node.value)
                self.assigned.add(node.name)
                return [["set", node.name, value, node.everywhere, at]]
            case Jump():
                return [self._jump(node)]
            case Include():
                return [_include(node)]
            case Super():
                return [_failing("'super()' has no block above this one", node.at)]
        return []

    def _if(self, node: If, at: int) -> Code:
        tests = [
            [self._expressions.condition(branch.condition), self._body(branch.body)]
            for branch in node.branches
        ]
        otherwise = self._body(node.otherwise.body) if node.otherwise else []
        return ["if", tests, otherwise, at]

    def _for(self, node: For, at: int) -> Code:
        container = node.container.value
        if not isinstance(container, Path | Call | Array):
            what = "a loop goes over a variable, a function or an array"
            return _failing(what, node.at)
        label = container.text if isinstance(container, Path) else "this"
        values = self._expressions.value(node.container)
        names = [node.key, node.value]
        self.bound.update(filter(None, names))
        head = [values, names, label, weigh(node.body), at, node.at]
        self._loops += 1
        body = self._body(node.body)
        self._loops -= 1
        empty = self._body(node.empty)
        return ["for", head, body, empty]

    def _jump(self, node: Jump) -> Code:
        if not self._loops:
            return _failing(f"'{node.word}' is outside of a loop", node.at)
        return ["jump", node.word, node.at]

    def _filter_section(self, node: FilterSection, at: int) -> Code:
        text: Code = ["text", self._body(node.body)]
        if node.call.name != "safe":
            text = ["pipe", text, self._expressions.calls([node.call])]
        return _shown(text, at)

    def _block(self, node: Block, at: int) -> list[Code]:
        if self._blocks.get(node.name, node) is node:
            return self._body(node.body)
        # A nested block takes the body of the top-level block of the same name, which
        # becomes a function because it can be called several times.
        if node.name not in self._called_blocks:
            self._called_blocks.append(node.name)
        return [_shown(["block", f"block {node.name}"], at)]


def _shown(value: Code, at: int) -> Code:
    return ["print", value, at]


def _failing(what: str, at: int) -> Code:
    """Return the statement of what Tera refuses where it is rendered."""
    return ["print", ["fail", what, at], at]


def _include(node: Include) -> Code:
    names = ", ".join(node.names)
    if node.ignore_missing:
        what = f"'{names}' would silently be left out"
        hint = "embed files with the content filter"
        return ["print", ["refuse", what, hint, node.at], node.at]
    what = f"'{names}' cannot be included: a template is rendered by itself"
    return _failing(what, node.at)


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
