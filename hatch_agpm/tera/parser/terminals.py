"""The terminals of Tera's expressions: its words, literals and signs."""

from __future__ import annotations

from typing import Final

from hatch_agpm.tera.parser.lexer import Pattern

__all__ = [
    "AND",
    "ARITHMETIC",
    "BOOLEAN",
    "CLOSE",
    "CLOSE_SQUARE",
    "COLONS",
    "COMMA",
    "COMPARISON",
    "DOTTED",
    "EQUALS",
    "FLOAT",
    "IDENT",
    "IN",
    "INT",
    "IS",
    "IS_NOT",
    "NOT",
    "OPEN",
    "OPEN_SQUARE",
    "OR",
    "PIPE",
    "STEPS",
    "STRING",
    "TILDE",
]

IDENT: Final = Pattern(r"[a-zA-Z_][a-zA-Z0-9_]*")
DOTTED: Final = Pattern(r"[a-zA-Z_][a-zA-Z0-9_]*(?:\.[a-zA-Z0-9_]+)*")
STEPS: Final = Pattern(r"(?:\.[a-zA-Z0-9_]+)+")
INT: Final = Pattern(r"-?(?:0|[1-9][0-9]*)")
FLOAT: Final = Pattern(r"-?(?:0|[1-9][0-9]*)\.[0-9]+")
STRING: Final = Pattern(r"\"[^\"]*\"|'[^']*'|`[^`]*`")
BOOLEAN: Final = Pattern(r"[tT]rue|[fF]alse")
OR: Final = Pattern(r"or[ \t\r\n]")
AND: Final = Pattern(r"and[ \t\r\n]")
NOT: Final = Pattern(r"not[ \t\r\n]")
IN: Final = "in"
IS: Final = "is"
IS_NOT: Final = "not"
ARITHMETIC: Final = Pattern(r"(?!-?[%}]\})[-+*/%]")
"""An operator, which the first character of `%}`, `-%}` and `-}}` is not."""
COMPARISON: Final = Pattern(r"<=|>=|>|<|==|!=")
TILDE: Final = "~"
PIPE: Final = "|"
COMMA: Final = ","
EQUALS: Final = "="
OPEN: Final = "("
CLOSE: Final = ")"
OPEN_SQUARE: Final = "["
CLOSE_SQUARE: Final = "]"
COLONS: Final = "::"
