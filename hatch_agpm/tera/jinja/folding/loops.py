"""Loops over known values, which are unrolled where that is not larger."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from jinja2 import nodes
from jinja2.runtime import LoopContext

from hatch_agpm.tera.folding.embedded import contains_embedded
from hatch_agpm.tera.jinja.folding.blocks import needs_loop
from hatch_agpm.tera.jinja.folding.known import EvaluationError
from hatch_agpm.tera.jinja.folding.state import nodes_of
from hatch_agpm.tera.jinja.folding.unread import merged, reads_of, without_unread
from hatch_agpm.tera.jinja_programs.folded import bodies_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from hatch_agpm.tera.jinja.folding.blocks import BlockNames
    from hatch_agpm.tera.jinja.folding.expressions import JinjaExpressions
    from hatch_agpm.tera.jinja.folding.state import JinjaState
    from hatch_agpm.tera.jinja_programs import Code

__all__ = ["LoopUnroller"]

_MOST_TURNS: Final = 1_000
"""The number of turns of all loops of a template that are unrolled."""

_ABOUT: Final = frozenset(
    {
        *("depth", "depth0", "first", "index", "index0", "last", "length"),
        *("nextitem", "previtem", "revindex", "revindex0"),
    }
)
"""The attributes of `loop` that have one value for a turn."""

_VIEWS: Final = (type({}.items()), type({}.keys()), type({}.values()))  # type: ignore[var-annotated]
_SEQUENCES: Final = (dict, list, range, str, tuple, *_VIEWS)
"""The types of values of which a loop over them changes nothing."""

_JUMPS: Final = (nodes.Break, nodes.Continue, nodes.Block)
_LEAVING: Final = frozenset({"block", "capture", "jump", "macro", "set", "share"})
"""Statements that change more than the text."""


class StayingLoopError(Exception):
    """A loop cannot be unrolled."""


class LoopUnroller:
    """Unrolls the loops of one template; `fold_body` folds statements of a block."""

    def __init__(
        self,
        state: JinjaState,
        expressions: JinjaExpressions,
        fold_body: Callable[[Iterable[nodes.Node], BlockNames], list[Code]],
    ) -> None:
        self._state: Final = state
        self._expressions: Final = expressions
        self._fold_body: Final = fold_body
        self._undefined: Final = state.conditions.environment.undefined
        self._turns_left = _MOST_TURNS

    def smaller(
        self, node: nodes.For, block: BlockNames, fold: Callable[[], Code]
    ) -> list[Code]:
        """Return what is left of a loop: its turns, or the loop that `fold` returns."""
        state = self._state
        before = state.saved()
        staying = fold()
        values = self._values(node, block)
        if values is None:
            return [staying]
        after = state.saved()
        state.restore(before)
        try:
            return self._unrolled(node, block, values, _size([staying]))
        except StayingLoopError:
            state.restore(after)
            return [staying]

    def _values(self, node: nodes.For, block: BlockNames) -> list[object] | None:
        """Return the values of a loop that may be unrolled."""
        has_jump = next(nodes_of(node, _JUMPS), None) is not None
        if node.recursive or has_jump or not _is_plain(node):
            return None
        iterated: Any = node.iter
        if not self._expressions.is_known(iterated, block):
            return None
        try:
            value: Any = self._state.value(iterated, block)
        except EvaluationError:
            return None
        if type(value) not in _SEQUENCES or contains_embedded(value):
            return None
        cost = max(len(value), 1)
        if cost > self._turns_left:
            return None
        self._turns_left -= cost
        return list(value)

    def _unrolled(
        self, node: nodes.For, block: BlockNames, values: list[object], most: int
    ) -> list[Code]:
        """Return what all turns leave; raise StayingLoopError if it is over `most`."""
        result: list[Code] = []
        size = _size(result)
        for part in self._parts(node, block, values):
            size += _growth(result, part)
            if size > most:
                raise StayingLoopError
            result += part
        return merged(result)

    def _parts(
        self, node: nodes.For, block: BlockNames, values: list[object]
    ) -> Iterator[list[Code]]:
        """Yield what each turn leaves, or the body for no values."""
        if node.test is not None:
            values = [each for each in values if self._is_chosen(node, each, block)]
        for value, about in LoopContext(values, self._undefined):
            inner = block.inner(node, "body")
            given = about if needs_loop(node) else None
            yield self._part(node.body, inner, (node.target, value), given)
        if not values:
            yield self._part(node.else_, block.inner(node, "else"))

    def _is_chosen(self, node: nodes.For, value: object, block: BlockNames) -> bool:
        """Tell whether the condition of a loop holds for a value."""
        state = self._state
        inner = block.inner(node, "test", scopes=1)
        state.start(inner)
        self._bind(node.target, value, inner)
        certain, state.certain = state.certain, False
        try:
            chosen = self._expressions.truth(node.test, inner)  # type: ignore[arg-type]
        finally:
            state.certain = certain
        if not isinstance(chosen, bool):
            raise StayingLoopError
        return chosen

    def _part(
        self,
        body: list[nodes.Node],
        inner: BlockNames,
        bound: tuple[nodes.Node, object] | None = None,
        about: object = None,
    ) -> list[Code]:
        """
        Return what a turn leaves, or the body for no values.

        `bound` is the target with its value, `about` the value of `loop` if it is used.
        """
        state = self._state
        variables = set(state.start(inner))
        if bound:
            variables.update(self._bind(*bound, inner))
        found = inner.find("loop")
        if about is not None and found is not None:
            state.values[found.name] = about
            variables.add(found.name)
        left = without_unread(self._fold_body(body, inner))
        if variables & reads_of(left) or any(map(_leaves, left)):
            raise StayingLoopError
        return left

    def _bind(self, target: nodes.Node, value: object, block: BlockNames) -> list[str]:
        """Let the names of a target have a value; return their variables."""
        if isinstance(target, nodes.Name):
            found = block.find(target.name)
            if found is None:
                raise StayingLoopError
            self._state.values[found.name] = value
            return [found.name]
        if not isinstance(target, nodes.Tuple | nodes.List):
            raise StayingLoopError
        if not isinstance(value, list | tuple | str) or len(value) != len(target.items):
            raise StayingLoopError
        names: list[str] = []
        for each, part in zip(target.items, value, strict=True):
            names += self._bind(each, part, block)
        return names


def _is_plain(node: nodes.For) -> bool:
    """Tell whether a loop uses only what `loop` has for each turn."""
    if not needs_loop(node):
        return True
    names = [each for part in node.body for each in nodes_of(part, nodes.Name)]
    uses = [each for part in node.body for each in nodes_of(part, nodes.Getattr)]
    plain = [
        each for each in uses if _name(each.node) == "loop" and each.attr in _ABOUT
    ]
    return len(plain) == len([each for each in names if each.name == "loop"])


def _name(node: nodes.Node) -> str:
    return node.name if isinstance(node, nodes.Name) else ""


def _leaves(statement: Code) -> bool:
    """Tell whether a statement changes more than the text."""
    if isinstance(statement, str):
        return False
    if statement[0] == "if":
        return any(_leaves(each) for body in bodies_of(statement) for each in body)
    name: str = statement[0]
    return name in _LEAVING


def _size(code: list[Code]) -> int:
    return len(json.dumps(code, ensure_ascii=False))


def _growth(body: list[Code], part: list[Code]) -> int:
    """Return how much longer the JSON of a body gets with a part after it."""
    if not part:
        return 0
    length = _size(part) - len("[]")
    if not body:
        return length
    if isinstance(body[-1], str) and isinstance(part[0], str):
        # Texts beside each other are one.
        return length - len('""')
    return length + len(", ")
