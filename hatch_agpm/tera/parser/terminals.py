"""The terminals of Tera's expressions: its words, literals and signs."""

from __future__ import annotations

from typing import Final

from hatch_agpm.tera.parser.lexer import Pattern

__all__ = [
    "AND",
    "ARITHMETIC",
    "BOOLEAN",
    "BOOLEANS",
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
    "PLAIN_PATH",
    "STEPS",
    "STRING",
    "TILDE",
]

IDENT: Final = Pattern(r"[a-zA-Z_][a-zA-Z0-9_]*")
DOTTED: Final = Pattern(r"[a-zA-Z_][a-zA-Z0-9_]*(?:\.[a-zA-Z0-9_]+)*")
PLAIN_PATH: Final = Pattern(
    # Neither a part of a path, nor one that goes on, is called or tested.
    r"[a-zA-Z_][a-zA-Z0-9_]*(?:\.[a-zA-Z0-9_]+)*"
    r"(?![a-zA-Z0-9_]|\.[a-zA-Z0-9_]|[ \t\r\n]*(?:[(\[]|::|is))"
)
STEPS: Final = Pattern(r"(?:\.[a-zA-Z0-9_]+)+")
INT: Final = Pattern(r"-?(?:0|[1-9][0-9]*)")
FLOAT: Final = Pattern(r"-?(?:0|[1-9][0-9]*)\.[0-9]+")
STRING: Final = Pattern(r"\"[^\"]*\"|'[^']*'|`[^`]*`")
BOOLEAN: Final = Pattern(r"[tT]rue|[fF]alse")
BOOLEANS: Final = ("true", "True", "false", "False")
"""The same as words: no name can begin with them where a value stands."""
OR: Final = Pattern(r"or[ \t\r\n]")
AND: Final = Pattern(r"and[ \t\r\n]")
NOT: Final = Pattern(r"not[ \t\r\n]")
IN: Final = "in"
IS: Final = "is"
IS_NOT: Final = "not"
ARITHMETIC: Final = Pattern(r"[-+*/%]")
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
