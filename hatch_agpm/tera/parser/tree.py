"""
The tree that the parser builds: what a template says, not yet what it does.

Names follow Tera's grammar where it has one.  `at` is an offset in the source.
Tuples with names, since a build pays for each dataclass when it imports it, and for
each node: a dataclass takes five times as long to define.  Annotations are not delayed
by an import from `__future__` here: a `NamedTuple` would compile each of them.
"""

from typing import NamedTuple, TypeAlias

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


class Path(NamedTuple):
    """A variable: `a.b`, `a["x"][0]`, `a[b.c]`, as written."""

    text: str
    at: int


class Literal(NamedTuple):
    """A string or a number."""

    value: str | int | float
    at: int


class Boolean(NamedTuple):
    """`true`, `True`, `false` or `False`."""

    value: bool
    at: int


class Call(NamedTuple):
    """A function or a filter with its arguments."""

    name: str
    arguments: "Arguments"
    at: int


class MacroCall(NamedTuple):
    """`self::name(argument=value)`."""

    namespace: str
    name: str
    arguments: "Arguments"
    at: int


class TestCall(NamedTuple):
    """`path is name(arguments)`."""

    path: Path
    name: str
    negated: bool
    arguments: tuple["Operand", ...]
    at: int


class Arithmetic(NamedTuple):
    """A chain of `operands` with one of `operators` (`+-*/%`) between each two."""

    operands: tuple["Operand", ...]
    operators: str
    at: int


class Comparison(NamedTuple):
    """Two sides and one of `< <= > >= == !=`."""

    left: "Operand"
    operator: str
    right: "Operand"
    at: int


class Connective(NamedTuple):
    """Two or more conditions joined by the same word, `and` or `or`."""

    word: str
    operands: tuple["Operand", ...]
    at: int


class Membership(NamedTuple):
    """`needle in container` or `needle not in container`."""

    needle: "Operand"
    container: "Operand"
    negated: bool
    at: int


class Concatenation(NamedTuple):
    """Two or more values joined by `~`."""

    parts: tuple[Literal | Path | Call, ...]
    at: int


class Array(NamedTuple):
    """`[1, "a", b]`."""

    items: tuple["Operand", ...]
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


class Operand(NamedTuple):
    """An expression, whether `not` stands before it, and the filters behind it."""

    value: Expression
    negated: bool = False
    filters: tuple[Call, ...] = ()


Arguments: TypeAlias = dict[str, Operand]


class Trim(NamedTuple):
    """The sides of a tag on which a `-` asks to drop white space."""

    left: bool = False
    right: bool = False


NO_TRIM = Trim()


class Text(NamedTuple):
    """Text between tags."""

    text: str


class Raw(NamedTuple):
    """`{% raw %}text{% endraw %}`."""

    start: Trim
    text: str
    end: Trim


class Comment(NamedTuple):
    """`{# ... #}`; all that matters of it is what it trims."""

    trim: Trim


class Print(NamedTuple):
    """`{{ value }}`."""

    trim: Trim
    value: Operand


class Super(NamedTuple):
    """`{{ super() }}` in a block."""

    at: int


class Set(NamedTuple):
    """`{% set name = value %}` or `{% set_global name = value %}`."""

    trim: Trim
    name: str
    value: Operand
    everywhere: bool


class Include(NamedTuple):
    """`{% include "a" %}`."""

    trim: Trim
    names: tuple[str, ...]
    ignore_missing: bool
    at: int


class Jump(NamedTuple):
    """`{% break %}` or `{% continue %}`."""

    trim: Trim
    word: str
    at: int


class FilterSection(NamedTuple):
    """`{% filter name %}body{% endfilter %}`."""

    start: Trim
    call: Call
    body: tuple["Node", ...]
    end: Trim


class Block(NamedTuple):
    """`{% block name %}body{% endblock %}`."""

    start: Trim
    name: str
    body: tuple["Node", ...]
    end: Trim
    at: int


class For(NamedTuple):
    """`{% for key, value in container %}body{% else %}empty{% endfor %}`."""

    start: Trim
    key: str
    """ "" in a loop over values."""

    value: str
    container: Operand
    body: tuple["Node", ...]
    empty: tuple["Node", ...]
    end: Trim
    at: int


class Branch(NamedTuple):
    """One `if` or `elif` with its body."""

    trim: Trim
    condition: Operand
    body: tuple["Node", ...]


class Else(NamedTuple):
    """The `else` of an `if` with its body."""

    trim: Trim
    body: tuple["Node", ...]


class If(NamedTuple):
    """`{% if a %}...{% elif b %}...{% else %}...{% endif %}`."""

    branches: tuple[Branch, ...]
    otherwise: Else | None
    end: Trim


class MacroDefinition(NamedTuple):
    """`{% macro name(argument, other=1) %}body{% endmacro %}`."""

    start: Trim
    name: str
    parameters: dict[str, Literal | Boolean | None]
    """The default of each parameter, None where it has none."""

    body: tuple["Node", ...]
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


class TemplateTree(NamedTuple):
    """A whole template."""

    nodes: tuple["Node", ...]
