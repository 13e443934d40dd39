"""
The tree that the parser builds: what a template says, not yet what it does.

Names follow Tera's grammar where it has one.  `at` is an offset in the source.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal as OneOf
from typing import TypeAlias

__all__ = [
    "NO_TRIM",
    "Arguments",
    "Arithmetic",
    "Array",
    "Block",
    "Boolean",
    "Branch",
    "Call",
    "Comment",
    "Comparison",
    "Concatenation",
    "Connective",
    "Else",
    "Expression",
    "FilterSection",
    "For",
    "If",
    "Include",
    "Jump",
    "JumpWord",
    "Literal",
    "MacroCall",
    "MacroDefinition",
    "Membership",
    "Node",
    "Operand",
    "Path",
    "Print",
    "Raw",
    "Set",
    "Super",
    "TemplateTree",
    "TestCall",
    "Text",
    "Trim",
]


@dataclass(frozen=True, slots=True)
class Path:
    """A variable: `a.b`, `a["x"][0]`, `a[b.c]`, as written."""

    text: str
    at: int

    @property
    def steps(self) -> int:
        """How many dots and brackets it has, also those in a string."""
        return self.text.count(".") + self.text.count("[")


@dataclass(frozen=True, slots=True)
class Literal:
    """A string or a number."""

    value: str | int | float
    at: int


@dataclass(frozen=True, slots=True)
class Boolean:
    """`true`, `True`, `false` or `False`."""

    value: bool
    at: int


@dataclass(frozen=True, slots=True)
class Call:
    """A function or a filter with its arguments."""

    name: str
    arguments: Arguments
    at: int


@dataclass(frozen=True, slots=True)
class MacroCall:
    """`self::name(argument=value)`."""

    namespace: str
    name: str
    arguments: Arguments
    at: int


@dataclass(frozen=True, slots=True)
class TestCall:
    """`path is name(arguments)`."""

    path: Path
    name: str
    negated: bool
    arguments: tuple[Operand, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """A chain of `operands` with one of `operators` (`+-*/%`) between each two."""

    operands: tuple[Operand, ...]
    operators: str
    at: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sides and one of `< <= > >= == !=`."""

    left: Operand
    operator: str
    right: Operand
    at: int


@dataclass(frozen=True, slots=True)
class Connective:
    """Two or more conditions joined by the same word, `and` or `or`."""

    word: str
    operands: tuple[Operand, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Membership:
    """`needle in container` or `needle not in container`."""

    needle: Operand
    container: Operand
    negated: bool
    at: int


@dataclass(frozen=True, slots=True)
class Concatenation:
    """Two or more values joined by `~`."""

    parts: tuple[Literal | Path | Call, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Array:
    """`[1, "a", b]`."""

    items: tuple[Operand, ...]
    at: int


Expression: TypeAlias = (
    Path
    | Literal
    | Boolean
    | Call
    | MacroCall
    | TestCall
    | Arithmetic
    | Comparison
    | Connective
    | Membership
    | Concatenation
    | Array
)


@dataclass(frozen=True, slots=True)
class Operand:
    """An expression, whether `not` precedes it, and the filters after it."""

    value: Expression
    negated: bool = False
    filters: tuple[Call, ...] = ()


Arguments: TypeAlias = dict[str, Operand]


@dataclass(frozen=True, slots=True)
class Trim:
    """The sides of a tag on which a `-` asks to drop white space."""

    left: bool = False
    right: bool = False


NO_TRIM = Trim()


@dataclass(frozen=True, slots=True)
class Text:
    """Text between tags."""

    text: str


@dataclass(frozen=True, slots=True)
class Raw:
    """`{% raw %}text{% endraw %}`."""

    start: Trim
    text: str
    end: Trim


@dataclass(frozen=True, slots=True)
class Comment:
    """`{# ... #}`; all that matters of it is what it trims."""

    trim: Trim


@dataclass(frozen=True, slots=True)
class Print:
    """`{{ value }}`."""

    trim: Trim
    value: Operand


@dataclass(frozen=True, slots=True)
class Super:
    """`{{ super() }}` in a block."""

    at: int


@dataclass(frozen=True, slots=True)
class Set:
    """`{% set name = value %}` or `{% set_global name = value %}`."""

    trim: Trim
    name: str
    value: Operand
    everywhere: bool


@dataclass(frozen=True, slots=True)
class Include:
    """`{% include "a" %}`."""

    trim: Trim
    names: tuple[str, ...]
    ignore_missing: bool
    at: int


JumpWord: TypeAlias = OneOf["break", "continue"]


@dataclass(frozen=True, slots=True)
class Jump:
    """`{% break %}` or `{% continue %}`."""

    trim: Trim
    word: JumpWord
    at: int


@dataclass(frozen=True, slots=True)
class FilterSection:
    """`{% filter name %}body{% endfilter %}`."""

    start: Trim
    call: Call
    body: tuple[Node, ...]
    end: Trim


@dataclass(frozen=True, slots=True)
class Block:
    """`{% block name %}body{% endblock %}`."""

    start: Trim
    name: str
    body: tuple[Node, ...]
    end: Trim
    at: int


@dataclass(frozen=True, slots=True)
class For:
    """`{% for key, value in container %}body{% else %}empty{% endfor %}`."""

    start: Trim
    key: str
    """ "" in a loop over values."""

    value: str
    container: Operand
    body: tuple[Node, ...]
    empty: tuple[Node, ...]
    end: Trim
    at: int


@dataclass(frozen=True, slots=True)
class Branch:
    """One `if` or `elif` with its body."""

    trim: Trim
    condition: Operand
    body: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Else:
    """The `else` of an `if` with its body."""

    trim: Trim
    body: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class If:
    """`{% if a %}...{% elif b %}...{% else %}...{% endif %}`."""

    branches: tuple[Branch, ...]
    otherwise: Else | None
    end: Trim


@dataclass(frozen=True, slots=True)
class MacroDefinition:
    """`{% macro name(argument, other=1) %}body{% endmacro %}`."""

    start: Trim
    name: str
    parameters: dict[str, Literal | Boolean | None]
    """The default of each parameter, None where it has none."""

    body: tuple[Node, ...]
    end: Trim
    at: int


Node: TypeAlias = (
    Text
    | Raw
    | Comment
    | Print
    | Super
    | Set
    | Include
    | Jump
    | FilterSection
    | Block
    | For
    | If
    | MacroDefinition
)


@dataclass(frozen=True, slots=True)
class TemplateTree:
    """A whole template."""

    nodes: tuple[Node, ...]
