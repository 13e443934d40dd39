"""
All undefined variables of a template, not only the first that ends its render.

A statement that fails is taken out of the tree, and the rest is rendered again.  So
what is reported is what the language itself refuses: a variable in a branch that is
not taken is none of them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeVar

from hatch_agpm.errors import AgpmError
from hatch_agpm.runtime._tera.failures import Failure, Undefined
from hatch_agpm.tera.parser.tree import (
    NO_TRIM,
    Arithmetic,
    Array,
    Block,
    Branch,
    Call,
    Comparison,
    Concatenation,
    Connective,
    Else,
    FilterSection,
    For,
    If,
    Jump,
    MacroCall,
    MacroDefinition,
    Membership,
    Operand,
    Path,
    Print,
    Set,
    TemplateTree,
    TestCall,
)
from hatch_agpm.tera.uses import parts, roots

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from hatch_agpm.tera.parser.tree import Expression, Node

__all__ = ["further_undefined"]

_MOST: Final = 20
"""How often a template is rendered again at most."""

_MOST_PARTS: Final = 500_000
"""How many parts of a template are looked at, all times together."""

_WithBody = TypeVar(
    "_WithBody", Block, Branch, Else, FilterSection, For, MacroDefinition
)


def further_undefined(
    tree: TemplateTree, first: Undefined, render: Callable[[TemplateTree], object]
) -> list[Undefined]:
    """
    Return the undefined names of a template other than `first`, each once.

    `render` renders a tree, and raises what ends that.
    """
    found = [first]
    removal = _Removal(_MOST_PARTS // sum(1 for _ in parts(tree)))
    failure = first
    for _ in range(_MOST):
        rest = removal.without(tree, failure.at)
        if rest is None:
            break
        try:
            render(rest)
        except Undefined as another:
            failure = another
        except (Failure, AgpmError, RecursionError, MemoryError):
            break
        else:
            break
        if all(failure.what != known.what for known in found):
            found.append(failure)
    return found[1:]


class _Removal:
    """
    What is taken out of a tree: statements that use one of some variables.

    These are the undefined ones, and those whose values depend on them.
    """

    def __init__(self, passes: int) -> None:
        """Begin with nothing; `passes` limits how often a tree is gone through."""
        self._passes = passes
        self._paths: set[str] = set()
        """Variables that are undefined, as written."""

        self._names: set[str] = set()
        """What a removed statement would have set."""

        self._macros: set[str] = set()
        """Macros whose text is not known any more."""

        self._is_certain = True

    def without(self, tree: TemplateTree, at: int) -> TemplateTree | None:
        """
        Return the tree without all that depends on the variable at an offset.

        None where that is not known.
        """
        self._passes -= 1
        paths = [part for part in parts(tree) if isinstance(part, Path)]
        text = next((path.text for path in paths if path.at == at), None)
        if text is None or text in self._paths:
            return None
        self._paths.add(text)
        known = -1
        nodes = tree.nodes
        while known != len(self._names) + len(self._macros):
            self._passes -= 1
            if self._passes < 0:
                return None
            known = len(self._names) + len(self._macros)
            nodes = self._nodes(tree.nodes)
        return TemplateTree(nodes=nodes) if self._is_certain else None

    def _nodes(self, nodes: Iterable[Node]) -> tuple[Node, ...]:
        return tuple(kept for node in nodes for kept in self._node(node))

    def _node(self, node: Node) -> tuple[Node, ...]:
        """Return what is left of a statement."""
        if not any(self._depends(operand) for operand in _own(node)):
            return (self._with_bodies(node),)
        self._note(node)
        body = self._nodes(node.body) if isinstance(node, FilterSection) else ()
        needed = (path for path in _certain_of(node) if not self._depends(path))
        return (*body, *(Print(NO_TRIM, Operand(path)) for path in needed))

    def _with_bodies(self, node: Node) -> Node:
        """Return a statement with what is left of its bodies."""
        match node:
            case If():
                branches = tuple(self._with_body(branch) for branch in node.branches)
                otherwise = node.otherwise and self._with_body(node.otherwise)
                return replace(node, branches=branches, otherwise=otherwise)
            case For():
                return replace(self._with_body(node), empty=self._nodes(node.empty))
            case FilterSection():
                return self._with_body(node)
            case Block():
                return self._with_body(node)
            case MacroDefinition():
                kept = self._with_body(node)
                if kept.body != node.body:
                    self._macros.add(node.name)
                return kept
        return node

    def _with_body(self, node: _WithBody) -> _WithBody:
        return replace(node, body=self._nodes(node.body))

    def _note(self, removed: Node) -> None:
        """Note what is not known without a statement."""
        for part in parts(removed):
            if isinstance(part, Set):
                self._names.add(part.name)
            elif isinstance(part, Jump):
                # What comes after it may not be reached.
                self._is_certain = False

    def _depends(self, value: object) -> bool:
        for part in parts(value):
            if isinstance(part, Path):
                if part.text in self._paths:
                    return True
                if not self._names.isdisjoint(roots(part.text)):
                    return True
            elif isinstance(part, MacroCall) and part.name in self._macros:
                return True
        return False


def _own(node: Node) -> tuple[object, ...]:
    """Return the expressions of a statement, without those of its bodies."""
    match node:
        case Print() | Set():
            return (node.value,)
        case For():
            return (node.container,)
        case If():
            return tuple(branch.condition for branch in node.branches)
        case FilterSection():
            return (node.call,)
    return ()


def _certain_of(node: Node) -> Iterator[Path]:
    """Yield the variables that a statement needs, whatever their values are."""
    match node:
        case Print() | Set():
            yield from _certain(node.value)
        case For():
            yield from _certain(node.container)
        case If():
            yield from _certain_in_condition(node.branches[0].condition)
        case FilterSection():
            yield from _certain_in(node.call)


def _certain(operand: Operand) -> Iterator[Path]:
    """Yield the variables that the value of an operand needs."""
    value, filters = operand.value, operand.filters
    if isinstance(value, Path):
        if operand.negated:
            # What is undefined counts as false here.
            return
        if not filters or filters[0].name != "default":
            yield value
    else:
        yield from _certain_in(value)
    for call in filters:
        if call.name != "default":
            yield from _certain_in(call)


def _certain_in_condition(operand: Operand) -> Iterator[Path]:
    """Yield the variables that a condition needs; one by itself may be undefined."""
    if not isinstance(operand.value, Path):
        yield from _certain_in(operand.value)


def _certain_in(value: Expression) -> Iterator[Path]:
    if isinstance(value, Connective):
        # The first operand decides whether the others are looked at.
        yield from _certain_in_condition(value.operands[0])
    for operand in _operands(value):
        yield from _certain(operand)


def _operands(value: Expression) -> Iterable[Operand]:
    """Return the operands of a value that are evaluated in any case."""
    match value:
        case Arithmetic(operands=operands) | Array(items=operands):
            return operands
        case (
            Comparison(left=one, right=other) | Membership(needle=one, container=other)
        ):
            return one, other
        case Concatenation():
            return [Operand(part) for part in value.parts]
        case Call():
            return value.arguments.values()
        case TestCall():
            return value.arguments
    return ()
