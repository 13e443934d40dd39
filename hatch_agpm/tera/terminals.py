"""The terminals of Tera's expressions: its words, literals and signs."""

from __future__ import annotations

from typing import Final

from hatch_agpm.tera.lexer import terminal

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
    "VARIABLE",
]

IDENT: Final = terminal(r"[a-zA-Z_][a-zA-Z0-9_]*")
DOTTED: Final = terminal(r"[a-zA-Z_][a-zA-Z0-9_]*(?:\.[a-zA-Z0-9_]+)*")
STEPS: Final = terminal(r"(?:\.[a-zA-Z0-9_]+)+")
INT: Final = terminal(r"-?(?:0|[1-9][0-9]*)")
FLOAT: Final = terminal(r"-?(?:0|[1-9][0-9]*)\.[0-9]+")
STRING: Final = terminal(r"\"[^\"]*\"|'[^']*'|`[^`]*`")
BOOLEAN: Final = terminal(r"[tT]rue|[fF]alse")
OR: Final = terminal(r"or[ \t\r\n]")
AND: Final = terminal(r"and[ \t\r\n]")
NOT: Final = terminal(r"not[ \t\r\n]")
IN: Final = "in"
IS: Final = "is"
IS_NOT: Final = "not"
ARITHMETIC: Final = terminal(r"[-+*/%]")
COMPARISON: Final = terminal(r"<=|>=|>|<|==|!=")
TILDE: Final = "~"
PIPE: Final = "|"
COMMA: Final = ","
EQUALS: Final = "="
OPEN: Final = "("
CLOSE: Final = ")"
OPEN_SQUARE: Final = "["
CLOSE_SQUARE: Final = "]"
COLONS: Final = "::"
VARIABLE: Final = terminal(
    r"(?![tT]rue|[fF]alse|not[ \t\r\n])"
    r"[a-zA-Z_][a-zA-Z0-9_]*(?:\.[a-zA-Z0-9_]+)*(?=[ \t\r\n]*-?\}\})"
)
"""A variable that is all of a tag: what the rules would find by a dozen attempts."""
