"""Fold statements: run what is known, and keep the rest as a program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from jinja2 import nodes

from hatch_agpm.tera.jinja.folding.blocks import needs_loop, template_block
from hatch_agpm.tera.jinja.folding.known import EvaluationError, NotAloneError
from hatch_agpm.tera.jinja.folding.loops import LoopUnroller
from hatch_agpm.tera.jinja.folding.macros import KnownMacros
from hatch_agpm.tera.jinja.folding.state import later, names_of, nodes_of
from hatch_agpm.tera.jinja.folding.unread import merged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from hatch_agpm.tera.jinja.folding.blocks import BlockNames
    from hatch_agpm.tera.jinja.folding.expressions import JinjaExpressions
    from hatch_agpm.tera.jinja.folding.state import JinjaConditions, JinjaState
    from hatch_agpm.tera.jinja_programs import Code

__all__ = ["JinjaStatements"]

_CLOSED: Final = (nodes.For, nodes.With, nodes.FilterBlock, nodes.Scope)
"""Statements that leave nothing behind but text."""


class JinjaStatements:
    """Folds the statements of one template, in the order in which they run."""

    def __init__(
        self,
        state: JinjaState,
        expressions: JinjaExpressions,
        conditions: JinjaConditions,
    ) -> None:
        self._state: Final = state
        self._expressions: Final = expressions
        self._conditions: Final = conditions
        self._fold: Final[Callable[[Any, BlockNames], Code]] = expressions.fold
        self._loops: Final = LoopUnroller(state, expressions, self.body)
        self._has_blocks = False
        self._macros: KnownMacros | None = None
        """None in a template with blocks, which may see its variables."""

        self._kinds: Final[Mapping[str, Callable[[Any, BlockNames], list[Code]]]] = {
            "Assign": self._set,
            "AssignBlock": self._capture,
            "Block": self._block,
            "Break": self._jump,
            "CallBlock": self._call_block,
            "Continue": self._jump,
            "ExprStmt": self._do,
            "FilterBlock": self._filter_block,
            "For": self._for,
            "If": self._if,
            "Macro": self._macro,
            "Output": self._output,
            "Scope": self._with,
            "With": self._with,
        }

    def template(self, tree: nodes.Template) -> tuple[dict[str, Code], list[Code]]:
        """Return the variables and the body of a program."""
        block = template_block(tree)
        self._has_blocks = tree.find(nodes.Block) is not None
        if self._has_blocks:
            self._state.share(block.symbols.stores)
        else:
            self._macros = KnownMacros(self._state, tree)
        variables = self._state.start(block)
        return variables, self.body(tree.body, block)

    def body(self, statements: Iterable[nodes.Node], block: BlockNames) -> list[Code]:
        """Return what is left of a body; texts beside each other are one."""
        return merged(
            each
            for statement in statements
            for each in self._statement(statement, block)
        )

    def _statement(self, node: nodes.Node, block: BlockNames) -> list[Code]:
        if isinstance(node, _CLOSED) and self._is_closed(node, block):
            try:
                return [self._state.text(node, block)]
            except NotAloneError:
                pass
            except EvaluationError as failed:
                self._state.failed(failed, node)
        fold = self._kinds.get(type(node).__name__)
        if fold is None:
            what = f"'{type(node).__name__.lower()}'"
            raise later(what, node, self._conditions)
        return fold(node, block)

    def _is_closed(self, node: nodes.Node, block: BlockNames) -> bool:
        """Tell whether a statement depends on nothing open, also in what it calls."""
        state = self._state
        inside = {name.name for name in node.find_all(nodes.Name) if name.ctx != "load"}
        if isinstance(node, nodes.For):
            inside.add("loop")
        if node.find(nodes.Block) or node.find(nodes.CallBlock):
            return False
        return all(
            not state.contains_embedded(name, block)
            if state.knows(name, block)
            else name in inside and block.find(name) is None and not state.is_open(name)
            for name in names_of(node)
        )

    def _line(self, node: nodes.Node) -> int:
        return self._conditions.line_of(node.lineno)

    def _uncertain(self, body: Iterable[nodes.Node], block: BlockNames) -> list[Code]:
        """Fold a body that may not run."""
        state = self._state
        certain, state.certain = state.certain, False
        try:
            return self.body(body, block)
        finally:
            state.certain = certain

    # Statements

    def _output(self, node: nodes.Output, block: BlockNames) -> list[Code]:
        return [self._printed(part, block) for part in node.nodes]

    def _printed(self, node: Any, block: BlockNames) -> Code:
        if isinstance(node, nodes.TemplateData):
            return node.data
        if self._expressions.is_known(node, block):
            try:
                output = nodes.Output([node], lineno=node.lineno)
                return self._state.text(output, block)
            except EvaluationError as failed:
                self._state.failed(failed, node)
        code = self._fold(node, block)
        return ["print", code, self._line(node)]

    def _if(self, node: nodes.If, block: BlockNames) -> list[Code]:
        state = self._state
        certain = state.certain
        tests: list[Code] = []
        last: list[nodes.Node] = node.else_
        try:
            each: Any
            for each in (node, *node.elif_):
                condition = self._expressions.truth(each.test, block)
                state.certain = False
                if condition is True:
                    last = each.body
                    break
                if condition is not False:
                    tests.append((condition, each.body))
                elif not tests:
                    state.certain = certain
        finally:
            state.certain = certain
        if not tests:
            return self.body(last, block)
        return [self._branches(tests, last, block, self._line(node))]

    def _branches(
        self, tests: list[Code], last: list[nodes.Node], block: BlockNames, line: int
    ) -> Code:
        """Fold the branches of a condition; keep what they agree on."""
        state = self._state
        before, results = state.values, []
        bodies: list[list[Code]] = []
        for body in (*(body for _, body in tests), last):
            state.values = dict(before)
            bodies.append(self._uncertain(body, block))
            results.append(state.values)
        first, *others = results
        state.values = {
            name: value
            for name, value in first.items()
            if all(name in each and each[name] is value for each in others)
        }
        *chosen, otherwise = bodies
        pairs = zip(tests, chosen, strict=True)
        branches = [[condition, body] for (condition, _), body in pairs]
        return ["if", branches, otherwise, line]

    def _do(self, node: nodes.ExprStmt, block: BlockNames) -> list[Code]:
        return [["do", self._fold(node.node, block), self._line(node)]]

    def _jump(self, node: nodes.Node, _: BlockNames) -> list[Code]:
        return [["jump", type(node).__name__.lower(), self._line(node)]]

    # Assignments

    def _target(self, node: nodes.Node, block: BlockNames) -> Code:
        """Return the target of an assignment, of which the value is not known."""
        if isinstance(node, nodes.NSRef):
            of = nodes.Name(node.name, "load", lineno=node.lineno)
            return ["attribute", self._expressions.left(of, block), node.attr]
        if isinstance(node, nodes.Name):
            variable = self._variable(node.name, node, block)
            self._state.values.pop(variable, None)
            return variable
        if isinstance(node, nodes.Tuple | nodes.List):
            return ["tuple", *(self._target(each, block) for each in node.items)]
        raise later("this assignment", node, self._conditions)

    def _variable(self, name: str, node: nodes.Node, block: BlockNames) -> str:
        """Return the variable of a name that a statement sets."""
        found = block.find(name)
        if found is None:
            raise later("this assignment", node, self._conditions)
        return found.name

    def _shared(self, target: nodes.Node, block: BlockNames) -> list[Code]:
        """Return statements that show what is set to blocks."""
        if not self._has_blocks or not block.is_root:
            return []
        names = [each.name for each in nodes_of(target, nodes.Name)]
        return [
            ["share", name, self._variable(name, target, block), self._line(target)]
            for name in dict.fromkeys(names)
        ]

    def _set(self, node: nodes.Assign, block: BlockNames) -> list[Code]:
        code = self._fold(node.node, block)
        target = self._target(node.target, block)
        if isinstance(target, str):
            if not isinstance(code, list):
                self._state.values[target] = code
            elif code[0] == "=":
                self._state.values[target] = code[1]
        return [
            ["set", target, code, self._line(node)],
            *self._shared(node.target, block),
        ]

    def _capture(self, node: nodes.AssignBlock, block: BlockNames) -> list[Code]:
        inner = block.inner(node)
        variables = self._state.start(inner)
        body = self.body(node.body, inner)
        code: Code = ["section"]
        if node.filter is not None:
            code = self._fold(node.filter, inner)
        target = self._target(node.target, block)
        shared = self._shared(node.target, block)
        if code == ["section"] and all(isinstance(each, str) for each in body):
            text = "".join(body)
            if isinstance(target, str):
                self._state.values[target] = text
            return [["set", target, text, self._line(node)], *shared]
        return [["capture", target, variables, body, code, self._line(node)], *shared]

    # Loops

    def _for(self, node: nodes.For, block: BlockNames) -> list[Code]:
        return self._loops.smaller(node, block, lambda: self._staying(node, block))

    def _staying(self, node: nodes.For, block: BlockNames) -> Code:
        """Return what is left of a loop that stays one."""
        state = self._state
        recursive = bool(node.recursive)
        values = self._fold(node.iter, block)
        # A recursive loop is called, so its variables are one scope further in.
        inner = block.inner(node, "body", scopes=recursive)
        condition: Code = []
        if node.test is not None:
            condition = self._condition(node, node.test, block, scopes=1 + recursive)
        variables = state.start(inner)
        target = self._target(node.target, inner)
        loop = self._variable("loop", node, inner) if needs_loop(node) else ""
        body = self._uncertain(node.body, inner)
        empty: Code = []
        if node.else_:
            other = block.inner(node, "else", scopes=recursive)
            empty = [state.start(other), self._uncertain(node.else_, other)]
        head = [target, values, loop, recursive]
        return ["for", head, variables, body, condition, empty, self._line(node)]

    def _condition(
        self, node: nodes.For, test: Any, block: BlockNames, *, scopes: int
    ) -> Code:
        """Return the condition of a loop, which runs in a scope of its own."""
        state = self._state
        inner = block.inner(node, "test", scopes=scopes)
        variables = state.start(inner)
        self._target(node.target, inner)
        certain, state.certain = state.certain, False
        code = self._fold(test, inner)
        state.certain = certain
        return [variables, code]

    # Sections

    def _with(self, node: nodes.With | nodes.Scope, block: BlockNames) -> list[Code]:
        inner = block.inner(node)
        given: list[Code] = []
        targets = node.targets if isinstance(node, nodes.With) else []
        values = node.values if isinstance(node, nodes.With) else []
        codes = [self._fold(value, block) for value in values]
        variables = self._state.start(inner)
        for each, code in zip(targets, codes, strict=True):
            target = self._target(each, inner)
            given.append([target, code])
            if isinstance(target, str) and not isinstance(code, list):
                self._state.values[target] = code
        body = self.body(node.body, inner)
        return [["with", variables, given, body, self._line(node)]]

    def _filter_block(self, node: nodes.FilterBlock, block: BlockNames) -> list[Code]:
        inner = block.inner(node)
        variables = self._state.start(inner)
        body = self.body(node.body, inner)
        code = self._fold(node.filter, inner)
        return [["filter_block", variables, body, code, self._line(node)]]

    def _block(self, node: nodes.Block, block: BlockNames) -> list[Code]:
        if node.required or "super" in names_of(node):
            raise later("this block", node, self._conditions)
        state = self._state
        shared: dict[str, Code] = {}
        if node.scoped:
            around: BlockNames | None = block
            while around is not None:
                for name in sorted(around.symbols.stores - shared.keys()):
                    name_node = nodes.Name(name, "load", lineno=node.lineno)
                    shared[name] = self._expressions.left(name_node, block)
                around = around.outer
        outer = state.values
        state.values = {}
        state.share(shared)
        inner = template_block(node)
        variables = state.start(inner)
        body = self.body(node.body, inner)
        state.values = outer
        return [["block", variables, shared, body, self._line(node)]]

    # Macros

    def _macro(self, node: nodes.Macro, block: BlockNames) -> list[Code]:
        head, variables, body = self._macro_parts(node, block, node.name)
        name = nodes.Name(node.name, "store", lineno=node.lineno)
        target = self._variable(node.name, node, block)
        self._state.values.pop(target, None)
        if self._macros is not None:
            self._macros.note(node, target, block)
        return [
            ["macro", target, head, variables, body, self._line(node)],
            *self._shared(name, block),
        ]

    def _macro_parts(
        self, node: nodes.Macro | nodes.CallBlock, block: BlockNames, name: str
    ) -> tuple[Code, Code, Code]:
        """Return name and parameters of a macro, its variables and its body."""
        state = self._state
        inner, special = block.of_macro(node)
        # It may be called when the variables around it have other values.
        outer, state.values = state.values, {}
        variables = state.start(inner)
        parameters = [
            [each.name, self._variable(each.name, node, inner)] for each in node.args
        ]
        certain, state.certain = state.certain, False
        defaults = [self._fold(default, inner) for default in node.defaults]
        body = self.body(node.body, inner)
        state.values, state.certain = outer, certain
        return [name, parameters, defaults, special], variables, body

    def _call_block(self, node: nodes.CallBlock, block: BlockNames) -> list[Code]:
        parts = self._macro_parts(node, block, "caller")
        called = self._fold(node.call.node, block)
        given = self._expressions.arguments(node.call, block) or [[], {}]
        return [["call_block", called, given, *parts, self._line(node)]]
