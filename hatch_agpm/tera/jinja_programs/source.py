"""
What is left of a template as text that people can read: known text, and tags.

It is what a bundle shows of a prompt that is not filled in, and is never parsed.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from hatch_agpm.tera.jinja_programs import Code

__all__ = ["jinja_source"]


def jinja_source(program: Mapping[str, Code]) -> str:
    """Return a folded program as a text with tags."""
    return _JinjaSource(program["embedded"]).body(program["body"])


class _JinjaSource:
    def __init__(self, embedded: Sequence[Mapping[str, Code]]) -> None:
        self._embedded: Final = embedded
        self._statements: Final = self._of_statements()
        self._expressions: Final = self._of_expressions()

    def _of_statements(self) -> Mapping[str, Callable[..., str]]:
        return {
            "block": lambda _variables, _shared, body: self.body(body),
            "call_block": self._call_block,
            "capture": self._capture,
            "do": lambda code: f"{{% do {self.expression(code)} %}}",
            "filter_block": self._filter_block,
            "for": self._for,
            "if": self._if,
            "jump": lambda word: f"{{% {word} %}}",
            "macro": self._macro,
            "print": self._print,
            "set": self._set,
            "share": lambda _name, _variable: "",
            "with": self._with,
        }

    def _of_expressions(self) -> Mapping[str, Callable[..., str]]:
        return {
            "=": _constant,
            "and": self._two("and"),
            "attribute": lambda of, name: f"{self._part(of)}.{name}",
            "binary": self._binary,
            "call": self._call,
            "choose": self._choose,
            "compare": self._compare,
            "dict": self._dict,
            "fill": self._fill,
            "filter": self._filter,
            "function": str,
            "item": lambda of, key: f"{self._part(of)}[{self.expression(key)}]",
            "join": lambda *parts: " ~ ".join(map(self._part, parts)),
            "list": lambda *items: f"[{self._items(*items)}]",
            "local": lambda name, *_: _name(name),
            "markup": _constant,
            "negative": lambda of: f"-{self._part(of)}",
            "not": lambda of: f"not {self._part(of)}",
            "or": self._two("or"),
            "positive": lambda of: f"+{self._part(of)}",
            "section": str,
            "slice": self._slice,
            "test": self._test,
            "tuple": lambda *items: f"({self._items(*items)})",
            "variable": str,
        }

    # Statements

    def body(self, statements: Iterable[Code]) -> str:
        return "".join(map(self._statement, statements))

    def _statement(self, statement: Code) -> str:
        if isinstance(statement, str):
            return statement
        name, *parts, _ = statement
        return self._statements[name](*parts)

    def _print(self, code: Code) -> str:
        if isinstance(code, list) and code[0] == "fill":
            return self._embedded_text(code[1])
        return f"{{{{ {self.expression(code)} }}}}"

    def _embedded_text(self, number: int) -> str:
        return jinja_source(self._embedded[number])

    def _if(self, branches: Code, otherwise: Code) -> str:
        text = ""
        for condition, body in branches:
            word = "elif" if text else "if"
            text += f"{{% {word} {self.expression(condition)} %}}{self.body(body)}"
        if otherwise:
            text += f"{{% else %}}{self.body(otherwise)}"
        return f"{text}{{% endif %}}"

    def _for(
        self, head: Code, _variables: Code, body: Code, condition: Code, empty: Code
    ) -> str:
        target, values, _, is_recursive = head
        start = f"{self._target(target)} in {self.expression(values)}"
        if condition:
            start += f" if {self.expression(condition[1])}"
        if is_recursive:
            start += " recursive"
        end = f"{{% else %}}{self.body(empty[1])}" if empty else ""
        return f"{{% for {start} %}}{self.body(body)}{end}{{% endfor %}}"

    def _set(self, target: Code, code: Code) -> str:
        return f"{{% set {self._target(target)} = {self.expression(code)} %}}"

    def _capture(self, target: Code, _variables: Code, body: Code, code: Code) -> str:
        filters = self._filters(code)
        start = f"{{% set {self._target(target)}{filters and f' | {filters}'} %}}"
        return f"{start}{self.body(body)}{{% endset %}}"

    def _filter_block(self, _variables: Code, body: Code, code: Code) -> str:
        return f"{{% filter {self._filters(code)} %}}{self.body(body)}{{% endfilter %}}"

    def _with(self, _variables: Code, given: Code, body: Code) -> str:
        values = ", ".join(
            f"{self._target(target)} = {self.expression(code)}"
            for target, code in given
        )
        return f"{{% with {values} %}}{self.body(body)}{{% endwith %}}"

    def _macro(self, _variable: str, head: Code, _variables: Code, body: Code) -> str:
        start = f"{{% macro {head[0]}({self._parameters(head)}) %}}"
        return f"{start}{self.body(body)}{{% endmacro %}}"

    def _call_block(
        self, called: Code, given: Code, head: Code, _variables: Code, body: Code
    ) -> str:
        parameters = self._parameters(head)
        word = f"call({parameters})" if parameters else "call"
        call = self.expression(["call", called, *given])
        return f"{{% {word} {call} %}}{self.body(body)}{{% endcall %}}"

    def _parameters(self, head: Code) -> str:
        _, parameters, defaults, _ = head
        names = [name for name, _ in parameters]
        required = len(names) - len(defaults)
        pairs = zip(names[required:], map(self.expression, defaults), strict=True)
        return ", ".join([*names[:required], *(f"{n}={value}" for n, value in pairs)])

    def _target(self, target: Code) -> str:
        if isinstance(target, str):
            return _name(target)
        if target[0] == "attribute":
            return f"{self.expression(target[1])}.{target[2]}"
        return ", ".join(map(self._target, target[1:]))

    # Expressions

    def expression(self, code: Code) -> str:
        if not isinstance(code, list):
            return _constant(code)
        name, *rest = code
        return self._expressions[name](*rest)

    def _fill(self, number: int) -> str:
        return json.dumps(self._embedded_text(number), ensure_ascii=False)

    def _two(self, word: str) -> Callable[..., str]:
        return lambda one, other: f"{self._part(one)} {word} {self._part(other)}"

    def _binary(self, sign: str, one: Code, other: Code) -> str:
        return self._two(sign)(one, other)

    def _compare(self, of: Code, operands: Code) -> str:
        parts = (f" {sign} {self._part(each)}" for sign, each in operands)
        return self._part(of) + "".join(parts)

    def _choose(self, condition: Code, chosen: Code, *rest: Code) -> str:
        otherwise = f" else {self.expression(rest[0])}" if rest else ""
        return f"{self._part(chosen)} if {self.expression(condition)}{otherwise}"

    def _filter(self, of: Code, name: str, *given: Code) -> str:
        return f"{self._part(of)} | {name}{self._given(given)}"

    def _test(self, of: Code, name: str, *given: Code) -> str:
        return f"{self._part(of)} is {name}{self._given(given)}"

    def _call(self, of: Code, *given: Code) -> str:
        return f"{self._part(of)}{self._given(given) or '()'}"

    def _slice(self, of: Code, *bounds: Code) -> str:
        given = bounds if bounds[-1] is not None else bounds[:-1]
        parts = ("" if each is None else self.expression(each) for each in given)
        return f"{self._part(of)}[{':'.join(parts)}]"

    def _dict(self, *pairs: Code) -> str:
        items = (f"{self.expression(k)}: {self.expression(v)}" for k, v in pairs)
        return f"{{{', '.join(items)}}}"

    def _items(self, *items: Code) -> str:
        return ", ".join(map(self.expression, items))

    def _filters(self, code: Code) -> str:
        """Return the filters of a section, without what they are applied to."""
        return self.expression(code).removeprefix(" | ")

    def _given(self, given: Sequence[Code]) -> str:
        if not given:
            return ""
        values, named, *more = given
        parts = [
            *map(self.expression, values),
            *(f"{name}={self.expression(value)}" for name, value in named.items()),
            *(
                f"{sign}{self.expression(each)}"
                for sign, each in zip(("*", "**"), more, strict=False)
                if each is not None
            ),
        ]
        return f"({', '.join(parts)})" if parts else ""

    def _part(self, code: Code) -> str:
        """Return a part of an expression, in parentheses where it has parts."""
        text = self.expression(code)
        is_open = isinstance(code, list) and code[0] in _OPEN
        return f"({text})" if is_open else text


_OPEN: Final = frozenset(
    {
        *("and", "or", "not", "negative", "positive", "binary", "compare", "choose"),
        *("test", "join"),
    }
)
"""Operations that need parentheses inside others."""


def _name(variable: str) -> str:
    return variable.split("_", 2)[2]


def _constant(value: object) -> str:
    if value is None:
        return "none"
    return json.dumps(value, ensure_ascii=False)
