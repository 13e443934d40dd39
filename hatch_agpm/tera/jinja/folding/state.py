"""What is known, and what is left reads, at one point of a template."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from jinja2 import nodes

from hatch_agpm.errors import TemplateError
from hatch_agpm.tera.folding.embedded import EmbeddedText, contains_embedded
from hatch_agpm.tera.jinja.folding.known import EvaluationError, Evaluator
from hatch_agpm.tera.positions import at_line

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from hatch_agpm.tera.jinja.environment import JinjaEnvironment
    from hatch_agpm.tera.jinja.folding.blocks import BlockNames
    from hatch_agpm.tera.jinja_programs import Code

__all__ = [
    "FUNCTIONS",
    "JinjaConditions",
    "JinjaState",
    "later",
    "names_of",
    "nodes_of",
]

FUNCTIONS: Final = ("cycler", "dict", "joiner", "namespace", "range")
"""The functions that templates have of Jinja2."""


_OF_BLOCKS: Final = ("self", "super")
"""Names by which templates call their blocks."""


class JinjaConditions:
    """What a template is folded with, beside its variables."""

    def __init__(
        self,
        environment: JinjaEnvironment,
        source: str,
        line_of: Callable[[int], int],
        fields: Collection[str] | None,
    ) -> None:
        self.environment: Final = environment
        self.source: Final = source
        self.line_of: Final = line_of
        """Converts a line of `source` to the one that errors have."""

        self.fields: Final = fields
        """The fields of declared records; None if variables may be objects."""


class JinjaState:
    """The values at one point, and what the statements so far need."""

    def __init__(
        self,
        context: Mapping[str, object],
        names: Collection[str] | None,
        conditions: JinjaConditions,
    ) -> None:
        """
        Begin a template with `context`.

        `names` are the variables of the caller; None stands for all others.
        """
        self.conditions: Final = conditions
        self._context: Final = context
        self._names: Final = names
        self._evaluator: Final = Evaluator(conditions.environment)
        self._shared: set[str] = set()
        """The names that the template shares with blocks."""

        self.values: dict[str, object] = {}
        """The known values of variables of the template itself."""

        self.certain = True
        """Whether this point is always reached."""

        self.reads: set[str] = set()
        self.embedded: list[EmbeddedText] = []
        self.later: list[tuple[int, str]] = []
        self._known: set[str] = set()

    def saved(self) -> tuple[Any, ...]:
        """Return a copy of what changes, for `restore`."""
        sets = self.reads, self._known
        counts = len(self.embedded), len(self.later)
        return dict(self.values), [set(each) for each in sets], counts

    def restore(self, saved: tuple[Any, ...]) -> None:
        """Go back to a state, of which a copy is taken."""
        values, sets, (embedded, later) = saved
        self.values = dict(values)
        self.reads, self._known = map(set, sets)
        del self.embedded[embedded:], self.later[later:]

    # Names

    def share(self, names: Collection[str]) -> None:
        """Note the names that blocks may see with other values."""
        self._shared |= set(names)

    def is_open(self, name: str) -> bool:
        """Tell whether a name is a variable of the caller."""
        if name in self._context:
            return False
        return name not in FUNCTIONS if self._names is None else name in self._names

    def has_given(self, name: str) -> bool:
        """Tell whether the caller or the build may give a value to a name."""
        return name in self._context or self.is_open(name)

    def known(self) -> dict[str, object]:
        """Return the variables of the build that what is left needs."""
        return {name: self._context[name] for name in sorted(self._known)}

    def given(self, name: str) -> Code:
        """Return the code of a variable of the caller or of the build."""
        if name in self._shared:
            self._note(name)
            return ["variable", name]
        if name in self._context:
            value = self._context[name]
            if isinstance(value, (dict, list)) and not contains_embedded(value):
                self._known.add(name)
                return ["variable", name]
            return self.constant(value)
        if name in FUNCTIONS and not self.is_open(name):
            return ["function", name]
        self._note(name)
        return ["variable", name]

    def _note(self, name: str) -> None:
        if self.is_open(name):
            self.reads.add(name)
        elif name in self._context:
            self.constant(self._context[name])
            self._known.add(name)

    def start(self, block: BlockNames) -> dict[str, Code]:
        """Begin a block; return its variables as programs have them."""
        loads: dict[str, Code] = {}
        for name in block.symbols.loads:
            self.values.pop(name, None)
        for name, of in block.started():
            if of is None:
                loads[name] = None
            elif isinstance(of, str):
                loads[name] = of
                self._note(of)
                if of in self._context and of not in self._shared:
                    self.values[name] = self._context[of]
            else:
                loads[name] = [of.name, of.levels]
                if of.name in self.values:
                    self.values[name] = self.values[of.name]
        return loads

    # Values

    def knows(self, name: str, block: BlockNames) -> bool:
        """Tell whether a name has a known value, or is known to have none."""
        if name in _OF_BLOCKS:
            return False
        found = block.find(name)
        if found is not None and not found.given:
            return found.name in self.values
        return name not in self._shared and not self.is_open(name)

    def values_of(self, names: Collection[str], block: BlockNames) -> dict[str, object]:
        """Return the known values of names."""
        values: dict[str, object] = {}
        for name in names:
            found = block.find(name)
            if found is not None and not found.given:
                if found.name in self.values:
                    values[name] = self.values[found.name]
            elif name in self._context:
                values[name] = self._context[name]
        return values

    def value(self, node: nodes.Expr, block: BlockNames) -> object:
        """Return the value of a known expression; raise EvaluationError."""
        return self._evaluator.value(node, self.values_of(names_of(node), block))

    def macro(self, node: nodes.Macro, names: set[str], block: BlockNames) -> object:
        """Return a macro that reads known `names`; raise EvaluationError."""
        return self._evaluator.defined(node, node.name, self.values_of(names, block))

    def text(self, node: nodes.Node, block: BlockNames) -> str:
        """Return the text that a known statement prints; raise EvaluationError."""
        return self._evaluator.text([node], self.values_of(names_of(node), block))

    def failed(self, failed: EvaluationError, node: nodes.Node) -> None:
        """Raise the error of a known part if it is always reached, or note it."""
        if self.certain:
            raise self._placed(failed.error, node)
        line = self.conditions.line_of(node.lineno)
        what = getattr(failed.error, "what", str(failed.error))
        if (line, what) not in self.later:
            self.later.append((line, what))

    def _placed(self, error: Any, node: nodes.Node) -> Exception:
        if not isinstance(error, TemplateError):
            return error  # type: ignore[no-any-return]
        if error.line:
            return error.called_at(node.lineno)
        return at_line(error, self.conditions.source, node.lineno)

    def constant(self, value: object) -> Code:
        """Return a value as code; raise ValueError for one that is not data."""
        if isinstance(value, EmbeddedText):
            return self.embed(value)
        if value is None or type(value) in {str, int, bool}:
            return value
        if type(value) is float and math.isfinite(value):
            return value
        if type(value).__name__ == "Markup":
            return ["markup", str(value)]
        return self._collection(value)

    def _collection(self, value: object) -> Code:
        if type(value) is dict and all(type(key) is str for key in value):
            parts = {key: self.constant(each) for key, each in value.items()}
            made = ["dict", *([key, part] for key, part in parts.items())]
            return made if any(map(_is_code, parts.values())) else ["=", value]
        if type(value) is list:
            items = [self.constant(each) for each in value]
            return ["list", *items] if any(map(_is_code, items)) else ["=", value]
        raise ValueError(type(value).__name__)

    def embed(self, text: EmbeddedText) -> Code:
        """Return the code of the text of another template."""
        if text not in self.embedded:
            self.embedded.append(text)
            self.reads |= text.reads
        return ["fill", self.embedded.index(text)]

    def contains_embedded(self, name: str, block: BlockNames) -> bool:
        """Tell whether a known variable contains texts of other templates."""
        return any(map(contains_embedded, self.values_of([name], block).values()))


def _is_code(code: Code) -> bool:
    """Tell whether code is more than a constant."""
    return isinstance(code, list) and code[0] != "="


def later(what: str, node: nodes.Node, conditions: JinjaConditions) -> TemplateError:
    """Return the error for what cannot be left for run time."""
    hint = "apply it to what is known at build time, or let the caller's code do it"
    error = TemplateError(f"{what} cannot be left for run time", hint=hint)
    return at_line(error, conditions.source, node.lineno)


def names_of(node: nodes.Node) -> set[str]:
    """Return the names that a part of a template reads."""
    found = {name.name for name in nodes_of(node, nodes.Name) if name.ctx == "load"}
    return found | {each.name for each in nodes_of(node, nodes.NSRef)}


def nodes_of(node: nodes.Node, kind: Any) -> Iterator[Any]:
    """Yield a node and those below it, if they are of a kind."""
    if isinstance(node, kind):
        yield node
    yield from node.find_all(kind)
