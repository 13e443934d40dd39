"""
From Tera's tree to Jinja2's: what each part does, said in `jinja2.nodes`.

Here are the tags; `evaluation` has the expressions.  Variables are Tera's own (see
`scope`): of Jinja2's there is only the name that each of its loops must have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jinja2 import nodes

from hatch_agpm.tera.evaluation import Evaluation, operation, place
from hatch_agpm.tera.failures import Failure
from hatch_agpm.tera.syntax import (
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

    from hatch_agpm.tera.syntax import Node, TemplateTree

__all__ = ["FIRST_LINE", "MACRO", "compile_tree"]

FIRST_LINE: Final = 1
"""Offsets in the source, plus this, are the line numbers of statements."""

MACRO: Final = "macro_"
"""What the names of Tera's macros begin with among Jinja2's."""

_BLOCK: Final = "block_"
"""The same for blocks."""

_LOOPS_IN_A_FUNCTION: Final = 15
"""Python allows 20."""


def compile_tree(tree: TemplateTree) -> nodes.Template:
    """Return the tree of Jinja2 for a template; raise Failure where Tera does."""
    template = nodes.Template(_Compiler(tree).template())
    template.set_lineno(FIRST_LINE)
    return template


class _Compiler:
    def __init__(self, tree: TemplateTree) -> None:
        self._tree: Final = tree
        self._macros: Final[dict[str, MacroDefinition]] = {}
        self._expressions: Final = Evaluation(self._macros)
        self._blocks: Final[dict[str, Block]] = {}
        self._called_blocks: Final[dict[str, None]] = {}
        self._loops = 0
        """How many loops are open here."""
        self._parts: Final[list[nodes.Node]] = []

    def template(self) -> list[nodes.Node]:
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
        return [*self._parts, *functions, *body]

    def _find_blocks(self, body: Iterable[Node]) -> None:
        for node in body:
            if isinstance(node, Block):
                if node.name in self._blocks:
                    raise Failure(f"block '{node.name}' is defined twice", at=node.at)
                self._blocks[node.name] = node
                self._find_blocks(node.body)

    # Statements

    def _body(self, body: Iterable[Node]) -> list[nodes.Node]:
        result: list[nodes.Node] = []
        line = FIRST_LINE
        for node in body:
            # Text has no place of its own: it is near what comes before it.
            line = max(_statement_place(node) + FIRST_LINE, line)
            for compiled in self._node(node):
                compiled.set_lineno(line)
                result.append(compiled)
        return result

    def _node(self, node: Node) -> list[nodes.Node]:
        match node:
            case If():
                return [self._if(node)]
            case For():
                return self._for(node)
            case FilterSection():
                return self._filter_section(node)
            case Block():
                return self._block(node)
        return self._simple_node(node)

    def _simple_node(self, node: Node) -> list[nodes.Node]:
        """Compile what has no body."""
        compiled: list[nodes.Node] = []
        match node:
            case Text() | Raw() if node.text:
                compiled = [_output(nodes.Const(node.text))]
            case Print():
                compiled = [_output(self._expressions.value(node.value))]
            case Set():
                value = self._expressions.value(node.value)
                compiled = [_run("assign", value, node.name, node.everywhere)]
            case Jump():
                compiled = self._jump(node)
            case Include():
                compiled = [self._include(node)]
            case Super():
                what = "'super()' has no block above this one"
                compiled = [_run("fail", what, node.at)]
        return compiled

    def _if(self, node: If) -> nodes.If:
        tests = [
            self._expressions.condition(branch.condition) for branch in node.branches
        ]
        bodies = [self._body(branch.body) for branch in node.branches]
        otherwise = self._body(node.otherwise.body) if node.otherwise else []
        elifs = [
            nodes.If(test, body, [], [])
            for test, body in zip(tests[1:], bodies[1:], strict=True)
        ]
        return nodes.If(tests[0], bodies[0], elifs, otherwise)

    def _for(self, node: For) -> list[nodes.Node]:
        container = node.container.value
        if not isinstance(container, Path | Call | Array):
            what = "a loop goes over a variable, a function or an array"
            return [_run("fail", what, node.at)]
        label = container.text if isinstance(container, Path) else "this"
        items = operation(
            "loop",
            self._expressions.value(node.container),
            *(node.key, node.value, label, _weigh(node.body), node.at),
        )
        self._loops += 1
        body = self._body(node.body)
        self._loops -= 1
        target = nodes.Name("_item", "store")
        loop: list[nodes.Node] = [
            nodes.For(target, items, body, [], None, False)  # noqa: FBT003 - not recursive
        ]
        if self._loops % _LOOPS_IN_A_FUNCTION == _LOOPS_IN_A_FUNCTION - 1:
            name = f"part_{len(self._parts)}"
            self._parts.append(nodes.Macro(name, [], [], loop))
            loop = [_output(operation("part", name))]
        if node.empty:
            # Not Jinja2's `else`: that runs, too, when the first turn breaks.
            empty = self._body(node.empty)
            was_empty = operation("was_empty", 0)
            loop.append(nodes.If(was_empty, empty, [], []))
        return loop

    def _jump(self, node: Jump) -> list[nodes.Node]:
        if not self._loops:
            return [_run("fail", f"'{node.word}' stands outside a loop", node.at)]
        jump = nodes.Break if node.word == "break" else nodes.Continue
        return [_run("jump", node.word, node.at), jump(lineno=1)]

    def _filter_section(self, node: FilterSection) -> list[nodes.Node]:
        filtered: nodes.Expr = nodes.Filter(None, "section", [], [], None, None)
        if node.call.name != "safe":
            filtered = operation("pipe", filtered, self._expressions.calls([node.call]))
        block = nodes.FilterBlock(self._body(node.body), operation("show", filtered))
        return [_run("open_section", 0), block]

    def _block(self, node: Block) -> list[nodes.Node]:
        if self._blocks.get(node.name, node) is node:
            return self._body(node.body)
        # A block further in takes the body of the one of its name at the top, which
        # becomes a function for that: it may be asked for often, or by itself.
        self._called_blocks[node.name] = None
        return [_output(operation("part", f"{_BLOCK}{node.name}"))]

    def _block_functions(self) -> list[nodes.Node]:
        """Compile the blocks that others call; each may call more of them."""
        functions: list[nodes.Node] = []
        while len(functions) < len(self._called_blocks):
            name = list(self._called_blocks)[len(functions)]
            functions.append(self._function(_BLOCK + name, self._blocks[name].body))
        return functions

    def _function(self, name: str, body: tuple[Node, ...]) -> nodes.Node:
        """Compile a body that is called: each call counts as a turn of a loop."""
        turn = _run("turn", _weigh(body))
        return nodes.Macro(name, [], [], [turn, *self._body(body)])

    def _include(self, node: Include) -> nodes.Node:
        names = ", ".join(node.names)
        if node.ignore_missing:
            what = f"'{names}' would silently be left out"
            return _run("refuse", what, "embed files with the content filter", node.at)
        what = f"'{names}' cannot be included: a template is rendered by itself"
        return _run("fail", what, node.at)


def _run(name: str, *arguments: nodes.Expr | str | float) -> nodes.ExprStmt:
    return nodes.ExprStmt(operation(name, *arguments))


def _output(value: nodes.Expr) -> nodes.Output:
    return nodes.Output([value])


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
