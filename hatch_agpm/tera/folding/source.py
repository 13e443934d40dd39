"""
What is left of a template as text that people can read: known text, and tags.

It is what a bundle shows of a prompt that is not filled in, and is never parsed.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from hatch_agpm.tera.compiler import Code

__all__ = ["source_of"]

_JOINED: Final = {"all": " and ", "any": " or "}
_COMPARED: Final = {"equal": "==", "unequal": "!="}
_INNER: Final = frozenset(
    {
        *("array", "attempt", "flag", "number", "number_truth", "printable"),
        *("text_truth", "truth"),
    }
)
"""What only says how its operand is evaluated."""


def source_of(program: Mapping[str, Code]) -> str:
    """Return a folded program as a text with tags."""
    source = _Source(program.get("embedded", ()))
    return source.body(program["body"])


class _Source:
    def __init__(self, embedded: Sequence[Mapping[str, Code]]) -> None:
        self._embedded: Final = embedded

    # Statements

    def body(self, statements: Iterable[Code]) -> str:
        return "".join(map(self._statement, statements))

    def _statement(self, statement: Code) -> str:
        if isinstance(statement, str):
            return statement
        match statement[0]:
            case "print":
                return self._print(statement[1])
            case "set":
                _, name, value, everywhere, _ = statement
                word = "set_global" if everywhere else "set"
                return f"{{% {word} {name} = {self.expression(value)} %}}"
            case "if":
                return self._if(statement)
            case "for":
                return self._for(statement)
        return f"{{% {statement[1]} %}}"

    def _print(self, value: Code) -> str:
        if isinstance(value, list) and value[0] == "fill":
            return source_of(self._embedded[value[1]])
        if isinstance(value, list) and value[0] == "pipe" and _is(value[1], "text"):
            calls = " | ".join(map(self._call, value[2]))
            return f"{{% filter {calls} %}}{self.body(value[1][1])}{{% endfilter %}}"
        if _is(value, "text"):
            return self.body(value[1])
        return f"{{{{ {self.expression(value)} }}}}"

    def _if(self, statement: Code) -> str:
        _, branches, otherwise, _ = statement
        text = ""
        for condition, body in branches:
            word = "elif" if text else "if"
            text += f"{{% {word} {self.expression(condition)} %}}{self.body(body)}"
        if otherwise:
            text += f"{{% else %}}{self.body(otherwise)}"
        return f"{text}{{% endif %}}"

    def _for(self, statement: Code) -> str:
        _, (container, names, *_), body, empty = statement
        bound = ", ".join(filter(None, names))
        start = f"{{% for {bound} in {self.expression(container)} %}}"
        end = f"{{% else %}}{self.body(empty)}" if empty else ""
        return f"{start}{self.body(body)}{end}{{% endfor %}}"

    # Expressions

    def expression(self, code: Code) -> str:
        if not isinstance(code, list):
            return json.dumps(code, ensure_ascii=False)
        name, *rest = code
        if name in _INNER:
            return self.expression(rest[0])
        if name in _JOINED:
            return self._joined(name, rest)
        if name in _COMPARED:
            return f"{self._part(rest[0])} {_COMPARED[name]} {self._part(rest[1])}"
        return self._of_variable(name, rest) or self._operation(name, rest)

    def _of_variable(self, name: str, rest: Code) -> str:
        if name in {"path", "peek"}:
            return ".".join(rest[0])
        if name in {"path_at", "peek_at"}:
            return str(rest[0])
        if name in {"path_in", "peek_in"}:
            return str(rest[2])
        if name == "fallback":
            default = self.expression(rest[1])
            return f"{self.expression(rest[0])} | default(value={default})"
        if name == "fill":
            return json.dumps(source_of(self._embedded[rest[0]]), ensure_ascii=False)
        return ""

    def _operation(self, name: str, rest: Code) -> str:
        if name in {"compare", "contains"}:
            sign = rest[2] if name == "compare" else "in"
            return f"{self._part(rest[0])} {sign} {self._part(rest[1])}"
        if name == "arithmetic":
            return self._chain(rest[0], rest[1])
        if name == "concatenate":
            return " ~ ".join(map(self._part, _items(rest[0])))
        if name == "pipe":
            calls = "".join(f" | {self._call(each)}" for each in rest[1])
            return f"{self._part(rest[0])}{calls}"
        if name == "test":
            return f"{self._part(rest[0])} is {rest[2]}{self._given(rest[1])}"
        return self._call_of(name, rest)

    def _call_of(self, name: str, rest: Code) -> str:
        if name in {"call", "macro"}:
            shown = rest[1].replace("macro ", "self::")
            return f"{shown}({self._arguments(rest[0])})"
        if name == "list":
            return f"[{', '.join(map(self.expression, rest))}]"
        if name in {"not", "absent"}:
            before, after = ("not ", "") if name == "not" else ("", " is undefined")
            return f"{before}{self._part(rest[0])}{after}"
        if name in {"fail", "refuse"}:
            return f"throw(message={json.dumps(rest[0], ensure_ascii=False)})"
        if name == "text":
            return json.dumps(self.body(rest[0]), ensure_ascii=False)
        # A constant.
        return json.dumps(rest[0], ensure_ascii=False) if rest else "undefined"

    def _joined(self, name: str, rest: Code) -> str:
        # `not` of a path with filters is compiled to two conditions.
        parts = rest[1:] if name == "any" and _is(rest[0], "absent") else rest
        nested = (f"({self.expression(each)})" for each in parts)
        plain = (self.expression(each) for each in parts)
        texts = zip(parts, nested, plain, strict=True)
        return _JOINED[name].join(
            inside if isinstance(part, list) and part[0] in _JOINED else text
            for part, inside, text in texts
        )

    def _chain(self, operands: Code, signs: str) -> str:
        first, *others = map(self._part, _items(operands))
        pairs = zip(signs, others, strict=True)
        return first + "".join(f" {sign} {operand}" for sign, operand in pairs)

    def _part(self, code: Code) -> str:
        """Return a part of an expression, in parentheses where it has parts."""
        text = self.expression(code)
        is_simple = " " not in text or text[:1] in '"[' or _is(code, "pipe")
        return text if is_simple or text.endswith(")") else f"({text})"

    def _call(self, call: Code) -> str:
        name, arguments, _ = call
        given = self._arguments(["dict", arguments])
        return f"{name}({given})" if given else str(name)

    def _arguments(self, code: Code) -> str:
        if code[0] == "=":
            values = {name: ["=", value] for name, value in code[1].items()}
        elif code[0] == "dict":
            values = code[1]
        else:
            # What fails whenever it is reached.
            return self.expression(code)
        return ", ".join(
            f"{name}={self.expression(value)}" for name, value in values.items()
        )

    def _given(self, code: Code) -> str:
        items = ", ".join(map(self.expression, _items(code)))
        return f"({items})" if items else ""


def _is(code: Code, name: str) -> bool:
    return isinstance(code, list) and code[0] == name


def _items(code: Code) -> list[Code]:
    """Return the items of a list, which may be known, or may fail."""
    if isinstance(code, list) and code[0] == "=":
        return [["=", item] for item in code[1]]
    return list(code[1:]) if isinstance(code, list) and code[0] == "list" else [code]
