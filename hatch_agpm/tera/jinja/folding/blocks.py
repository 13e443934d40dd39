"""The variables of each part of a template, with names as Jinja2 resolves them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jinja2 import nodes
from jinja2.compiler import find_undeclared
from jinja2.idtracking import (
    VAR_LOAD_ALIAS,
    VAR_LOAD_PARAMETER,
    VAR_LOAD_RESOLVE,
    Symbols,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["BlockNames", "BlockVariable", "needs_loop", "template_block"]


@dataclass(frozen=True, kw_only=True, slots=True)
class BlockVariable:
    """A variable of a block."""

    name: str
    """Its name in the program."""

    levels: int
    """The number of scopes outwards, where it is."""

    given: str
    """The variable of the caller or the build that it always is, "" for none."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class BlockNames:
    """A part of a template with variables of its own."""

    symbols: Symbols
    outer: BlockNames | None
    depth: int
    """The number of scopes that are around it at run time."""

    is_root: bool = False
    """Whether what it sets is visible in blocks, too."""

    def inner(self, node: nodes.Node, part: str = "", *, scopes: int = 0) -> BlockNames:
        """
        Return the block of a statement in this one, or of a `part` of a loop.

        `scopes` is the number of further scopes that are around it at run time.
        """
        symbols = Symbols(self.symbols)
        if isinstance(node, nodes.For) and part == "body" and needs_loop(node):
            symbols.declare_parameter("loop")
        if part:
            symbols.analyze_node(node, for_branch=part)
        else:
            symbols.analyze_node(node)
        return BlockNames(symbols=symbols, outer=self, depth=self.depth + scopes)

    def of_macro(
        self, node: nodes.Macro | nodes.CallBlock
    ) -> tuple[BlockNames, dict[str, str]]:
        """Return the block of a macro, and its special variables that it uses."""
        block = self.inner(node, scopes=1)
        parameters = {parameter.name for parameter in node.args}
        used = find_undeclared(node.body, ("caller", "kwargs", "varargs"))
        special: dict[str, str] = {
            name: block.symbols.declare_parameter(name)
            for name in ("caller", "kwargs", "varargs")
            if name in used and name not in parameters
        }
        block.symbols.analyze_node(node)
        return block, special

    def find(self, name: str) -> BlockVariable | None:
        """Return a variable of this block or one around it; None for none."""
        block: BlockNames | None = self
        while block is not None:
            variable = block.symbols.refs.get(name)
            if variable is not None:
                action, of = block.symbols.loads[variable]
                is_given = action == VAR_LOAD_RESOLVE and name not in (
                    block.symbols.stores
                )
                return BlockVariable(
                    name=variable,
                    levels=self.depth - block.depth,
                    given=str(of) if is_given else "",
                )
            block = block.outer
        return None

    def started(self) -> Iterator[tuple[str, str | BlockVariable | None]]:
        """
        Yield the variables that the block sets, each with what it is at the beginning.

        That is a name of the caller's variables, another variable, or nothing.
        """
        for variable, (action, of) in self.symbols.loads.items():
            name = variable.split("_", 2)[2]
            if action == VAR_LOAD_ALIAS and self.outer:
                found = self.outer.find(name)
                if found is None:
                    yield variable, None
                elif found.given:
                    yield variable, found.given
                else:
                    yield variable, self._from_here(found)
            elif action == VAR_LOAD_RESOLVE:
                if name in self.symbols.stores:
                    yield variable, str(of)
            elif action != VAR_LOAD_PARAMETER:
                yield variable, None

    def _from_here(self, found: BlockVariable) -> BlockVariable:
        outwards = self.depth - self.outer.depth if self.outer else 0
        return BlockVariable(name=found.name, levels=found.levels + outwards, given="")


def template_block(node: nodes.Template | nodes.Block) -> BlockNames:
    """Return the block of a whole template, or of a `block`, which has no outer one."""
    symbols = Symbols()
    symbols.analyze_node(node)
    is_root = isinstance(node, nodes.Template)
    return BlockNames(symbols=symbols, outer=None, depth=0, is_root=is_root)


def needs_loop(node: nodes.For) -> bool:
    """Tell whether a loop has the variable `loop`."""
    return bool(
        node.recursive
        or "loop" in find_undeclared(node.iter_child_nodes(only=("body",)), ("loop",))
        or any(block.scoped for block in node.find_all(nodes.Block))
    )
