"""
Generate Python code from template shapes with Jinja2's compiler, once for each shape.

What is compiled calls `operators`, which are filters to Jinja2, with constants of the
template that runs.  It cannot express an attribute, a call or a global of Python's.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from jinja2 import Template, nodes
from jinja2.compiler import CodeGenerator
from jinja2.nodes import Filter
from jinja2.sandbox import ImmutableSandboxedEnvironment

from hatch_agpm.tera.compiler import operators, tag_operators
from hatch_agpm.tera.runtime.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from jinja2.compiler import Frame

    from hatch_agpm.tera.compiler.template_shape import Body, Expression, Statement

__all__ = ["FIRST_LINE", "compiled"]

OPERATORS: Final = {**operators.OPERATORS, **tag_operators.OPERATORS}

FIRST_LINE: Final = 1
"""The numbers of places, plus this, are the line numbers of statements."""


@lru_cache(maxsize=256)
def compiled(body: Body) -> Template:
    """Return the template of Jinja2 for the body of a shape."""
    tree = nodes.Template(_body(body), lineno=FIRST_LINE)
    return Template.from_code(_SANDBOX, _SANDBOX.compile(tree), {})


def _body(body: Body) -> list[nodes.Node]:
    return [_statement(statement) for statement in body]


def _statement(statement: Statement) -> nodes.Node:
    values = [_expression(value) for value in statement.values]
    bodies = [_body(body) for body in statement.bodies]
    node: nodes.Stmt
    match statement.does:
        case "output":
            node = nodes.Output(values)
        case "run":
            node = nodes.ExprStmt(*values)
        case "if":
            test, *others = values
            body, *bodies, otherwise = bodies
            pairs = zip(others, bodies, strict=True)
            elifs = [nodes.If(other, then, [], []) for other, then in pairs]
            node = nodes.If(test, body, elifs, otherwise)
        case "for":
            # Variables are Tera's own, but a loop of Python's has to have one.
            target = nodes.Name("_item", "store")
            node = nodes.For(target, *values, *bodies, [], None, False)  # noqa: FBT003 - not recursive
        case "function":
            node = nodes.Macro(statement.name, [], [], *bodies)
        case "section":
            node = nodes.FilterBlock(*bodies, *values)
        case word:
            node = nodes.Break() if word == "break" else nodes.Continue()
    node.set_lineno(statement.place + FIRST_LINE)
    return node


def _expression(expression: Expression) -> nodes.Expr:
    if expression.does == "constant":
        return nodes.Const(expression.number)
    parts = [_expression(part) for part in expression.parts]
    build = _EXPRESSIONS.get(expression.does)
    if build is not None:
        return build(parts)
    return nodes.Filter(None, expression.does, parts, [], None, None)


def _dict(parts: Sequence[nodes.Expr]) -> nodes.Dict:
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return nodes.Dict([nodes.Pair(key, value) for key, value in pairs])


_EXPRESSIONS: Final[dict[str, Callable[[list[nodes.Expr]], nodes.Expr]]] = {
    "list": nodes.List,
    "tuple": lambda parts: nodes.Tuple(parts, "load"),
    "dict": _dict,
    "not": lambda parts: nodes.Not(*parts),
    "and": lambda parts: nodes.And(*parts),
    "or": lambda parts: nodes.Or(*parts),
}


class _Generator(CodeGenerator):
    """Jinja2's code generator: constants by number, filters without detours."""

    def write_commons(self) -> None:
        super().write_commons()
        self.writeline("constants = context.constants")
        self.writeline("show = environment.filters['show']")

    def pull_dependencies(self, nodes: Iterable[nodes.Node]) -> None:
        """Give each filter that is used a name of its own; all of them are known."""
        used = {filter_.name for node in nodes for filter_ in node.find_all(Filter)}
        for name in sorted(used & OPERATORS.keys()):
            self.writeline(f"do_{name} = environment.filters[{name!r}]")

    def visit_Const(self, node: nodes.Const, frame: Frame) -> None:  # noqa: ARG002, N802 - jinja2's names
        self.write(f"constants[{node.value}]")

    def visit_Output(self, node: nodes.Output, frame: Frame) -> None:  # noqa: N802 - jinja2's names
        self.start_write(frame, node)
        self.write("show(context, ")
        self.visit(node.nodes[0], frame)
        self.write(")")
        self.end_write(frame)

    def visit_Filter(self, node: nodes.Filter, frame: Frame) -> None:  # noqa: N802 - jinja2's names
        if node.name == "buffer":
            # What a filter section has written.
            self.write(f"concat({frame.buffer})")
            return
        if node.name == "lazy":
            # Its value is evaluated when the callee asks for it.
            self.write("(lambda: ")
        else:
            self.write(f"do_{node.name}(context, ")
        for argument in node.args:
            self.visit(argument, frame)
            self.write(", " if node.name != "lazy" else "")
        self.write(")")


class _Sandbox(ImmutableSandboxedEnvironment):
    """What Tera's templates are compiled in."""

    context_class = Scope
    code_generator_class = _Generator


_SANDBOX: Final = _Sandbox(autoescape=False, optimized=False)
_SANDBOX.globals.clear()
_SANDBOX.tests.clear()
_SANDBOX.filters = OPERATORS
