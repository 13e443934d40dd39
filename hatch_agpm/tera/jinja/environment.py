"""The Jinja2 environment of the second dialect: sandboxed, limited, deterministic."""

from __future__ import annotations

import functools
import re
from types import BuiltinMethodType, MethodType
from typing import TYPE_CHECKING, Any, Final

import jinja2
from jinja2 import nodes, pass_context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing

from hatch_agpm.errors import TemplateError, did_you_mean
from hatch_agpm.model.declaration import JINJA_DEFAULTS, JinjaOptions
from hatch_agpm.runtime._tera.failures import Failure, Refusal
from hatch_agpm.runtime._tera.limits import Account
from hatch_agpm.runtime._tera.operations.measures import (
    count_all,
    count_made,
    limit_items,
    limit_value,
)
from hatch_agpm.tera.jinja.counting import JOINED, MEASURED, TURN
from hatch_agpm.tera.jinja.data import TEXT_FILTERS, as_data, check_data
from hatch_agpm.tera.positions import at_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jinja2.runtime import Context

    from hatch_agpm.tera.limits import Limits

__all__ = ["JinjaEnvironment"]

_DROPPED_FILTERS: Final = ("random", "pprint", "urlize", "xmlattr")
_DROPPED_GLOBALS: Final = ("lipsum",)
_METHODS: Final = frozenset(
    [
        "capitalize",
        "casefold",
        "count",
        "endswith",
        "get",
        "index",
        "isalnum",
        "isalpha",
        "isascii",
        "isdecimal",
        "isdigit",
        "isidentifier",
        "islower",
        "isnumeric",
        "isspace",
        "istitle",
        "isupper",
        "items",
        "join",
        "keys",
        "lower",
        "lstrip",
        "partition",
        "removeprefix",
        "removesuffix",
        "replace",
        "rfind",
        "find",
        "rindex",
        "rpartition",
        "rsplit",
        "rstrip",
        "split",
        "splitlines",
        "startswith",
        "strip",
        "swapcase",
        "title",
        "upper",
        "values",
    ]
)
"""Methods of values that give no more than they take, and two that are measured."""

_ADDED: Final = frozenset({"_loop_vars", "_block_vars"})
"""Arguments that Jinja2 adds to every call, and takes away again."""

_SIZED: Final = frozenset({"batch", "center", "indent", "round", "slice", "wordwrap"})
"""Filters whose results are as large as their arguments say."""

_LARGEST_NUMBER: Final = 10_000
"""Widths, counts and indents above it would only be asked for to fill memory."""

_LARGEST_INTEGER: Final = 4_096
"""Bits."""

_REPLACE_TEXTS: Final = 3
"""The texts of a replacement: the whole, the old and the new part."""


_UNREADABLE: Final = re.compile("[0-9A-Za-z_]{1000,}|[\ud800-\udfff]")
"""A number that may be too long, or a letter that UTF-8 cannot encode."""


class _Undefined(jinja2.StrictUndefined):
    """An error wherever it is used, with the nearest key."""

    def __init__(
        self,
        hint: str | None = None,
        obj: object = missing,
        name: str | None = None,
        exc: type[jinja2.TemplateRuntimeError] = jinja2.UndefinedError,
    ) -> None:
        if hint is None and name is not None:
            hint = f"'{name}' is undefined"
            if isinstance(obj, dict):
                near = did_you_mean(str(name), map(str, obj))
                hint = f"there is no key '{name}'" + (f"; {near}" if near else "")
        super().__init__(hint, obj, name, exc)


class JinjaEnvironment(ImmutableSandboxedEnvironment):
    """Jinja2, strict, bounded and without chance."""

    intercepted_binops = frozenset(("+", "*", "**", "%"))

    def __init__(
        self,
        filters: Mapping[str, Callable[[object, Mapping[str, object]], object]],
        limits: Limits,
        options: JinjaOptions = JINJA_DEFAULTS,
    ) -> None:
        super().__init__(
            autoescape=False,
            trim_blocks=options.trim_blocks,
            lstrip_blocks=options.lstrip_blocks,
            keep_trailing_newline=options.keep_trailing_newline,
            undefined=_Undefined,
            finalize=self._printed,
            extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"],
        )
        self.limits: Final = limits
        self.account = Account(limits)
        for name in _DROPPED_GLOBALS:
            self.globals.pop(name)
        self.globals["range"] = self._range
        for name in _DROPPED_FILTERS:
            self.filters.pop(name)
        for name, function in self.filters.items():
            self.filters[name] = self._bounded(name, function)
        for name, function in filters.items():
            self.filters[name] = self._given(name, function)
        self.filters[TURN] = pass_context(_turn)
        self.filters[MEASURED] = pass_context(_measured)
        self.filters[JOINED] = pass_context(_joined)

    def tree(self, source: str) -> nodes.Template:
        """Parse a template; raise TemplateError."""
        try:
            return self.parse(source)
        except jinja2.TemplateSyntaxError as error:
            what = str(error.message)
            raise at_line(TemplateError(what), source, error.lineno) from None
        except (ValueError, OverflowError) as error:
            # Numbers of thousands of digits, and letters that UTF-8 cannot encode.
            raise _unreadable(error, source) from None

    def compiled(self, tree: nodes.Template, source: str) -> jinja2.Template:
        """Compile a template; raise TemplateError."""
        try:
            return self.from_string(tree)
        except jinja2.TemplateSyntaxError as error:
            what, line = str(error.message), error.lineno
        except SyntaxError as error:
            # Jinja2 leaves some mistakes to Python's own compiler.
            what, line = error.msg, self._line(tree, error.lineno or 0)
        except (ValueError, OverflowError) as error:
            raise _unreadable(error, source) from None
        except RuntimeError as error:
            what, line = str(error), 0
        except AssertionError as error:
            what, line = f"Jinja2 cannot compile this template: {error}", 0
        raise at_line(TemplateError(what), source, line) from None

    def _line(self, tree: nodes.Template, line: int) -> int:
        """Return the line of a template for one of the code that Jinja2 makes of it."""
        code = self.compile(tree, raw=True)
        known = re.findall(r"(\d+)=(\d+)", code.rpartition("debug_info = ")[2])
        return max((int(at) for at, to in known if int(to) <= line), default=0)

    def check_source(self, source: str) -> None:
        """Refuse a text that would take too long to compile."""
        tags = source.count("{{") + source.count("{%")
        if len(source) + 2_000 * tags > self.limits.source:
            raise Refusal("the template is too large", hint="the limit is 'source'")

    @pass_context
    def _printed(self, _: Context, value: object) -> object:
        """
        Let through what has the same text at every build.

        It takes the context, so that Jinja2 does not make text of constants first.
        """
        if isinstance(value, jinja2.Undefined):
            return str(value)
        limit_value(self.account, value)
        check_data(value)
        text = str(value)
        self.account.write(text)
        return text

    def _range(self, *arguments: int) -> range:
        numbers = range(*arguments)
        limit_items(self.account, len(numbers[: self.limits.loop + 1]))
        return numbers

    def _given(
        self, name: str, function: Callable[[object, Mapping[str, object]], object]
    ) -> Callable[..., object]:
        """Return one of our filters with the signature of Jinja2's filters."""

        def filtered(value: object, *arguments: object, **named: object) -> object:
            if arguments:
                what = f"filter '{name}' takes its arguments by name"
                raise Failure(what, hint=f"write {name}(name=value)")
            result = function(value, named)
            count_made(self.account, result)
            return result

        return filtered

    def _bounded(
        self, name: str, function: Callable[..., object]
    ) -> Callable[..., object]:
        """Return a filter that looks at its arguments and its result."""

        @functools.wraps(function)
        def bounded(*arguments: object, **named: object) -> object:
            if name in TEXT_FILTERS:
                arguments = tuple([as_data(each, name) for each in arguments])
                named = {key: as_data(each, name) for key, each in named.items()}
            given = [*arguments, *named.values()]
            count_all(self.account, given)
            if name in _SIZED and any(
                isinstance(part, int) and abs(part) > _LARGEST_NUMBER
                for part in given[1:]
            ):
                raise Refusal(f"filter '{name}' gets a number that is too large")
            texts = [part for part in given if isinstance(part, str)]
            self._check_growth(name, texts, given)
            result = function(*arguments, **named)
            count_made(self.account, result)
            return result

        return bounded

    def _check_growth(self, name: str, texts: list[str], given: list[object]) -> None:
        """Refuse what would become too large, before it does."""
        if name == "replace" and len(texts) >= _REPLACE_TEXTS:
            text, old, new = texts[:_REPLACE_TEXTS]
            self.account.text(len(text) + text.count(old) * len(new))
        elif name == "join":
            items = next((part for part in given if isinstance(part, list | tuple)), ())
            separator = len(texts[0]) if texts else 0
            lengths = sum(len(i) for i in items if isinstance(i, str))
            self.account.text(lengths + separator * len(items))
        elif name in {"format", "%"} and texts:
            self._check_format(texts[0])
        elif name in {"indent", "wordwrap"} and texts:
            widest = max((p for p in given[1:] if isinstance(p, int)), default=4)
            self.account.text(texts[0].count("\n") * max(widest, len(texts[-1])))

    def _check_format(self, text: str) -> None:
        if re.search(r"%[^a-zA-Z%]*\d{4}", text):
            raise Refusal("a format has a width that is too large")

    # Methods that the sandbox calls

    def getitem(self, obj: object, argument: Any) -> object:
        """Return a value by its key; raise Failure for a method."""
        found: object = super().getitem(obj, argument)
        if isinstance(found, MethodType | BuiltinMethodType):
            what = f"'{argument}' is a method of the value, not a key of it"
            raise Failure(what, hint="call it after a full stop")
        return found

    def is_safe_attribute(self, obj: object, attr: str, value: object) -> bool:
        """Allow no method of a value that makes more of it."""
        if isinstance(obj, tuple) and attr in getattr(obj, "_fields", ()):
            # A group of the filter `groupby`.
            return True
        if isinstance(obj, str | list | dict | tuple | int | float | None):
            return attr in _METHODS and not isinstance(obj, int | float)
        return super().is_safe_attribute(obj, attr, value)

    def call(
        self, context: Context, obj: object, /, *arguments: object, **named: object
    ) -> object:
        """Call an object if the sandbox allows it, and check the size of the result."""
        owner = getattr(obj, "__self__", None)
        if isinstance(owner, str):
            name = getattr(obj, "__name__", "")
            given = [owner, *arguments, *named.values()]
            self._check_growth(name, [p for p in given if isinstance(p, str)], given)
            # Those of a text that the filter `safe` returns turn everything into text.
            arguments = tuple([as_data(each, name) for each in arguments])
            # Jinja2 adds the variables of a loop or block, which no method gets.
            named = {
                key: each if key in _ADDED else as_data(each, name)
                for key, each in named.items()
            }
        result = super().call(context, obj, *arguments, **named)
        count_made(self.account, result)
        return result

    def call_binop(
        self, context: Context, operator: str, left: object, right: object
    ) -> object:
        """Calculate, unless the result would be too large."""
        if isinstance(left, int) and isinstance(right, int):
            bits = max(left.bit_length(), 1) * right if operator == "**" else 0
            bits += left.bit_length() + right.bit_length() if operator == "*" else 0
            if bits > _LARGEST_INTEGER:
                raise Refusal(f"the result of '{operator}' is too large")
        elif operator == "*":
            self._check_product(left, right)
        elif operator == "+":
            self.account.text(_size(left) + _size(right))
        elif operator == "%" and isinstance(left, str):
            self._check_format(left)
            for each in right if isinstance(right, tuple) else (right,):
                check_data(each)
        result = super().call_binop(context, operator, left, right)
        count_made(self.account, result)
        return result

    def _check_product(self, left: object, right: object) -> None:
        for value, times in ((left, right), (right, left)):
            if isinstance(times, int) and isinstance(value, list | tuple):
                limit_items(self.account, _size(value) * times)
            elif isinstance(times, int):
                self.account.text(_size(value) * times)


def _unreadable(error: Exception, source: str) -> TemplateError:
    """Return the error for what Python cannot read of a template, with its line."""
    found = _UNREADABLE.search(source)
    if found is None:
        return at_line(TemplateError(str(error)), source, 0)
    is_number = len(found.group()) > 1
    what = "a number is too long" if is_number else str(error)
    return at_line(
        TemplateError(what), source, source.count("\n", 0, found.start()) + 1
    )


def _size(value: object) -> int:
    return len(value) if isinstance(value, str | list | tuple) else 0


def _account(scope: Context) -> Account:
    environment = scope.environment
    assert isinstance(environment, JinjaEnvironment)  # noqa: S101 - we compiled it
    return environment.account


# They take the context, so that Jinja2 does not work them out when it compiles.


def _turn(scope: Context, weight: int, text: int) -> None:
    account = _account(scope)
    account.iterate(weight)
    account.work(text)


def _measured(scope: Context, value: object) -> object:
    limit_value(_account(scope), value)
    return value


def _joined(scope: Context, parts: list[object]) -> str:
    """Join the values between `~`."""
    account = _account(scope)
    for part in parts:
        limit_value(account, part)
        check_data(part)
    texts = [str(part) for part in parts]
    account.text(sum(map(len, texts)))
    text = "".join(texts)
    count_made(account, text)
    return text
