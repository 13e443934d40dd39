"""
From Tera's tree to Jinja2's: what each part does, said in `jinja2.nodes`.

Tera evaluates an expression in one of three ways, and the place decides which: as
a value (`{{ }}`, `set`, arguments), as a condition (`if`, `and`, `or`), as a number
(`+`, `<`).  So there is a method for each, and the compiled code calls `operators`
(as filters of Jinja2) with everything that is known beforehand.  Variables are
Tera's own (see `scope`); of Jinja2's there is only the name that a loop needs.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from jinja2 import nodes

from hatch_agpm.tera.failures import Failure
from hatch_agpm.tera.paths import static_path
from hatch_agpm.tera.syntax import (
    Arithmetic,
    Array,
    Block,
    Boolean,
    Call,
    Comparison,
    Concatenation,
    Connective,
    FilterSection,
    For,
    If,
    Include,
    Jump,
    Literal,
    MacroCall,
    MacroDefinition,
    Membership,
    Path,
    Print,
    Raw,
    Set,
    Super,
    TestCall,
    Text,
)
from hatch_agpm.tera.values import digits

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hatch_agpm.tera.syntax import Arguments, Node, Operand, TemplateTree

__all__ = ["FIRST_LINE", "LAZY", "MACRO", "compile_tree"]

FIRST_LINE: Final = 1
"""Offsets in the source, plus this, are the line numbers of statements."""

LAZY: Final = "lazy"
"""The filter that is none: its value is evaluated when the callee asks for it."""

MACRO: Final = "macro_"
"""What the names of Tera's macros begin with among Jinja2's."""

_SKIPPED_FILTERS: Final = frozenset({"safe", "default"})
"""`safe` means nothing without escaping; `default` is part of reading a variable."""

_LOOPS_IN_A_FUNCTION: Final = 15
"""Python allows 20."""

_DUMP: Final = "__tera_context"


def compile_tree(tree: TemplateTree) -> nodes.Template:
    """Return the tree of Jinja2 for a template; raise Failure where Tera does."""
    template = nodes.Template(_Compiler(tree).template())
    template.set_lineno(FIRST_LINE)
    return template


class _Compiler:
    def __init__(self, tree: TemplateTree) -> None:
        self._tree: Final = tree
        self._macros: Final[dict[str, MacroDefinition]] = {}
        self._blocks: Final[dict[str, Block]] = {}
        self._open_blocks: Final[list[str]] = []
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
        macros = [self._macro(macro) for macro in self._macros.values()]
        body = self._body(self._tree.nodes)
        return [*self._parts, *macros, *body]

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
            case Text() | Raw():
                return [_output(nodes.Const(node.text))] if node.text else []
            case Print():
                return [_output(self.value(node.value))]
            case Set():
                value = self.value(node.value)
                return [_run("assign", value, node.name, node.everywhere)]
            case If():
                return [self._if(node)]
            case For():
                return self._for(node)
            case FilterSection():
                return self._filter_section(node)
            case Block():
                return self._block(node)
            case Jump():
                return self._jump(node)
            case Include():
                return [self._include(node)]
            case Super():
                what = "'super()' has no block above this one"
                return [_run("fail", what, node.at)]
        return []

    def _if(self, node: If) -> nodes.If:
        tests = [self.condition(branch.condition) for branch in node.branches]
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
        items = _operator(
            "loop",
            self.value(node.container),
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
            loop = [_output(_operator("part", name))]
        if node.empty:
            # Not Jinja2's `else`: that runs, too, when the first turn breaks.
            empty = self._body(node.empty)
            was_empty = _operator("was_empty", 0)
            loop.append(nodes.If(was_empty, empty, [], []))
        return loop

    def _jump(self, node: Jump) -> list[nodes.Node]:
        if not self._loops:
            return [_run("fail", f"'{node.word}' stands outside a loop", node.at)]
        jump = nodes.Break if node.word == "break" else nodes.Continue
        return [_run("jump", node.word, node.at), jump(lineno=1)]

    def _filter_section(self, node: FilterSection) -> list[nodes.Node]:
        filtered = nodes.Filter(None, "section", [], [], None, None)
        if node.call.name != "safe":
            filtered = _operator("pipe", filtered, self._calls([node.call]))
        block = nodes.FilterBlock(self._body(node.body), _operator("show", filtered))
        return [_run("open_section", 0), block]

    def _block(self, node: Block) -> list[nodes.Node]:
        if node.name in self._open_blocks:
            what = f"block '{node.name}' contains itself"
            return [_run("fail", what, node.at)]
        # A block further in takes the body of one of its name at the top.
        block = self._blocks.get(node.name, node)
        self._open_blocks.append(node.name)
        body = self._body(block.body)
        self._open_blocks.pop()
        return body

    def _include(self, node: Include) -> nodes.Node:
        names = ", ".join(node.names)
        if node.ignore_missing:
            what = f"'{names}' would silently be left out"
            return _run("refuse", what, "embed files with the content filter", node.at)
        what = f"'{names}' cannot be included: a template is rendered by itself"
        return _run("fail", what, node.at)

    def _macro(self, node: MacroDefinition) -> nodes.Macro:
        body = self._body(node.body)
        return nodes.Macro(f"{MACRO}{node.name}", [], [], body)

    # Values

    def value(self, operand: Operand) -> nodes.Expr:
        """Return what evaluates `operand` to its value."""
        value = operand.value
        if isinstance(value, Path):
            return self._path_value(value, operand)
        if isinstance(value, Comparison | Connective):
            result = self.condition(operand)
        elif isinstance(value, Arithmetic):
            result = _operator("printable", self._arithmetic(value))
        else:
            result = self._plain_value(value)
        result = self._filtered(result, operand.filters)
        return nodes.Not(_truth(result)) if operand.negated else result

    def _plain_value(self, value: object) -> nodes.Expr:
        match value:
            case Literal():
                return _literal(value)
            case Boolean():
                return nodes.Const(value.value)
            case Call():
                arguments = self._arguments(value.arguments)
                return _operator("call", value.name, arguments, value.at)
            case MacroCall():
                return self._macro_call(value)
            case TestCall():
                return self._test(value)
            case Membership():
                return self._membership(value)
            case Concatenation():
                return self._concatenation(value)
        assert isinstance(value, Array)  # noqa: S101 - the last kind there is
        items = [self.value(item) for item in value.items]
        return _operator("array", _list(items), value.at)

    def _path_value(self, path: Path, operand: Operand) -> nodes.Expr:
        filters = operand.filters
        if filters and filters[0].name == "default":
            result = self._default(path, filters[0])
        else:
            result = _read("path", path)
        result = self._filtered(result, filters)
        if not operand.negated:
            return result
        negated: nodes.Expr = nodes.Not(_truth(result))
        if filters and filters[0].name == "default":
            return negated
        # `not` of an undefined variable is true, whatever the filters say.
        return nodes.Or(_operator("absent", _read("peek", path)), negated)

    def _default(self, path: Path, call: Call) -> nodes.Expr:
        default = call.arguments.get("value")
        if default is None:
            what = "filter 'default' needs an argument 'value'"
            otherwise = _operator("fail", what, call.at)
        else:
            otherwise = self.value(default)
        return _operator("fallback", _read("peek", path), _lazy(otherwise))

    def _filtered(self, value: nodes.Expr, filters: Iterable[Call]) -> nodes.Expr:
        calls = [call for call in filters if call.name not in _SKIPPED_FILTERS]
        return _operator("pipe", value, self._calls(calls)) if calls else value

    def _calls(self, calls: Iterable[Call]) -> nodes.List:
        return _list(
            nodes.Tuple(
                [
                    nodes.Const(call.name),
                    self._arguments(call.arguments),
                    nodes.Const(call.at),
                ],
                "load",
            )
            for call in calls
        )

    def _arguments(self, arguments: Arguments) -> nodes.Dict:
        return nodes.Dict(
            [
                nodes.Pair(nodes.Const(name), self.value(value))
                for name, value in arguments.items()
            ],
        )

    def _macro_call(self, call: MacroCall) -> nodes.Expr:
        name = f"{call.namespace}::{call.name}"
        macro = self._macros.get(call.name)
        if call.namespace != "self" or macro is None:
            return _operator("fail", f"there is no macro '{name}'", call.at)
        pairs: list[nodes.Pair] = []
        for parameter, default in macro.parameters.items():
            given = call.arguments.get(parameter)
            if given is not None:
                value = self.value(given)
            elif default is not None:
                value = self._plain_value(default)
            else:
                what = f"macro '{name}' needs an argument '{parameter}'"
                value = _operator("fail", what, call.at)
            pairs.append(nodes.Pair(nodes.Const(parameter), value))
        arguments = nodes.Dict(pairs)
        return _operator("macro", call.name, arguments, _weigh(macro.body), call.at)

    def _test(self, test: TestCall) -> nodes.Expr:
        arguments = _list(self.value(argument) for argument in test.arguments)
        subject = _lazy(_read("peek", test.path))
        result = _operator(
            "test", subject, test.name, arguments, test.path.text, test.at
        )
        return nodes.Not(result) if test.negated else result

    def _membership(self, membership: Membership) -> nodes.Expr:
        needle, container = membership.needle, membership.container
        present = _operator(
            "contains", self.value(needle), self.value(container), membership.at
        )
        return nodes.Not(present) if membership.negated else present

    def _concatenation(self, value: Concatenation) -> nodes.Expr:
        parts = _list(self._part(part) for part in value.parts)
        return _operator("concatenate", parts, value.at)

    def _part(self, part: Literal | Path | Call) -> nodes.Expr:
        if isinstance(part, Literal):
            text = digits(part.value) if isinstance(part.value, float) else part.value
            return nodes.Const(str(text))
        if isinstance(part, Path):
            return _read("path", part)
        return self._plain_value(part)

    # Conditions

    def condition(self, operand: Operand) -> nodes.Expr:
        """Return what evaluates `operand` to true or false."""
        value = operand.value
        match value:
            case Path():
                return self._path_condition(value, operand)
            case Comparison(operator="==" | "!="):
                sides = self.value(value.left), self.value(value.right)
                operator = "equal" if value.operator == "==" else "unequal"
                return _operator(operator, *sides, operand.negated)
            case Concatenation():
                return _operator("text_truth", self.value(operand), value.at)
            case Connective():
                operands = [self.condition(item) for item in value.operands]
                result = _joined(value.word, operands)
            case Comparison():
                sides = self.number(value.left), self.number(value.right)
                result = _operator("compare", *sides, value.operator, value.at)
            case Literal():
                result = nodes.Const(bool(value.value))
            case Arithmetic():
                result = _operator("number_truth", self._arithmetic(value))
            case Call():
                call = self._plain_value(value)
                result = _operator("flag", call, value.name, value.at)
            case _:
                result = _truth(self._plain_value(value))
        return nodes.Not(result) if operand.negated else result

    def _path_condition(self, path: Path, operand: Operand) -> nodes.Expr:
        if not operand.filters and path.text != _DUMP:
            found = _operator("holds", _read("peek", path))
            return nodes.Not(found) if operand.negated else found
        # Whatever goes wrong with a variable in a condition makes it false, and
        # `not` does not turn that round.
        return _operator("attempt", _lazy(self.value(operand)))

    # Numbers

    def number(self, operand: Operand) -> nodes.Expr:
        """Return what evaluates `operand` to a number, or to None for NaN."""
        value = operand.value
        if operand.filters:
            what = "an expression that is no number"
            return _operator("number", self.value(operand), what, _place(value))
        match value:
            case Literal(value=int() | float()):
                return _literal(value)
            case Arithmetic():
                return self._arithmetic(value)
            case Path():
                what = f"'{value.text}', which is no number"
                return _operator("number", _read("path", value), what, value.at)
            case Call():
                what = f"'{value.name}()', which returns no number"
                return _operator("number", self._plain_value(value), what, value.at)
        return _operator("fail", f"{_name(value)} is no number", _place(value))

    def _arithmetic(self, value: Arithmetic) -> nodes.Expr:
        operands = _list(self.number(operand) for operand in value.operands)
        return _operator("arithmetic", operands, value.operators, value.at)


def _operator(name: str, *arguments: nodes.Expr | str | float) -> nodes.Expr:
    """Return a call of one of `operators`."""
    first, *rest = (
        argument if isinstance(argument, nodes.Node) else nodes.Const(argument)
        for argument in arguments
    )
    return nodes.Filter(first, name, rest, [], None, None)


def _run(name: str, *arguments: nodes.Expr | str | float) -> nodes.ExprStmt:
    return nodes.ExprStmt(_operator(name, *arguments))


def _output(value: nodes.Expr) -> nodes.Output:
    return nodes.Output([value])


def _lazy(value: nodes.Expr) -> nodes.Expr:
    return _operator(LAZY, value)


def _truth(value: nodes.Expr) -> nodes.Expr:
    return _operator("truth", value)


def _list(items: Iterable[nodes.Expr]) -> nodes.List:
    return nodes.List(list(items))


def _literal(literal: Literal) -> nodes.Expr:
    if isinstance(literal.value, float) and math.isinf(literal.value):
        return _operator("refuse", "the number is too large", "", literal.at)
    return nodes.Const(literal.value)


def _read(name: str, path: Path) -> nodes.Expr:
    """Return what looks a variable up: by steps if they are known by now."""
    if path.text == _DUMP:
        return _operator("dump", path.at)
    steps = static_path(path.text)
    if steps is None:
        return _operator(f"{name}_at", path.text, path.at)
    root, *rest = steps
    tail = nodes.Tuple([nodes.Const(step) for step in rest], "load")
    return _operator(name, root, tail, path.text, path.at)


def _joined(word: str, operands: Sequence[nodes.Expr]) -> nodes.Expr:
    """Join conditions as a balanced tree: Python nests parentheses 200 deep."""
    if len(operands) == 1:
        return operands[0]
    middle = len(operands) // 2
    sides = _joined(word, operands[:middle]), _joined(word, operands[middle:])
    return (nodes.And if word == "and" else nodes.Or)(*sides)


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
            return _place(node.value.value)
        case If():
            return _place(node.branches[0].condition.value)
        case FilterSection():
            return node.call.at
    return _place(node)


def _place(value: object) -> int:
    at = getattr(value, "at", -1)
    return at if isinstance(at, int) else -1


def _name(value: object) -> str:
    match value:
        case Literal():
            return "a string"
        case Boolean():
            return "a boolean"
        case Concatenation():
            return "a concatenation"
        case TestCall():
            return "a test"
        case MacroCall():
            return "a macro"
    return "a condition"
