"""The terminals of Tera's expressions: its words, literals and signs."""

from __future__ import annotations

import re
from typing import Final

__all__ = [
    "AND",
    "ARITHMETIC",
    "BOOLEAN",
    "CLOSE",
    "CLOSE_SQUARE",
    "COLONS",
    "COMMA",
    "COMPARISON",
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

IDENT: Final = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
STEPS: Final = re.compile(r"(?:\.[a-zA-Z0-9_]+){1,1000}")
INT: Final = re.compile(r"-?(?:0|[1-9][0-9]*)")
FLOAT: Final = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+")
STRING: Final = re.compile(r"\"[^\"]*\"|'[^']*'|`[^`]*`")
BOOLEAN: Final = re.compile(r"[tT]rue|[fF]alse")
OR: Final = re.compile(r"or[ \t\r\n]")
AND: Final = re.compile(r"and[ \t\r\n]")
NOT: Final = re.compile(r"not[ \t\r\n]")
IN: Final = "in"
IS: Final = "is"
IS_NOT: Final = "not"
ARITHMETIC: Final = re.compile(r"(?!-?[%}]\})[-+*/%]")
"""An operator, which the first character of `%}`, `-%}` and `-}}` is not."""
COMPARISON: Final = re.compile(r"<=|>=|>|<|==|!=")
TILDE: Final = "~"
PIPE: Final = "|"
COMMA: Final = ","
EQUALS: Final = "="
OPEN: Final = "("
CLOSE: Final = ")"
OPEN_SQUARE: Final = "["
CLOSE_SQUARE: Final = "]"
COLONS: Final = "::"
