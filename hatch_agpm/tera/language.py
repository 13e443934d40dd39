"""
What templates have at the build and not at run time, and hints for wrong names.

Functions that would make the same template give another text tomorrow or elsewhere are
bound: to SOURCE_DATE_EPOCH, to the variables that are allowed, or not to be used.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING, Final, NoReturn, TypeAlias

from hatch_agpm.errors import AgpmError, TemplateError
from hatch_agpm.runtime._tera.builtins import (
    arrays,
    casing,
    filters,
    functions,
    numbers,
    strings,
    tests,
)
from hatch_agpm.runtime._tera.failures import Failure, Refusal, Undefined
from hatch_agpm.runtime._tera.language import Language
from hatch_agpm.tera.builtins.slugs import slugify
from hatch_agpm.tera.hints import (
    undefined,
    unknown_filter,
    unknown_function,
    unknown_test,
)
from hatch_agpm.tera.positions import located

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from hatch_agpm.runtime._tera.builtins.arguments import Arguments
    from hatch_agpm.runtime._tera.builtins.arguments import _Check as Check
    from hatch_agpm.runtime._tera.builtins.arguments import _Filter as TeraFilter
    from hatch_agpm.runtime._tera.builtins.arguments import _Function as Function
    from hatch_agpm.runtime._tera.limits import Account
    from hatch_agpm.runtime._tera.scope import Scope
    from hatch_agpm.tera.limits import Limits

__all__ = ["BuildLanguage", "Filter", "Settings"]

_LONGEST_EPOCH: Final = 100
"""The digits of SOURCE_DATE_EPOCH; int() refuses thousands of them."""

Filter: TypeAlias = "Callable[[object, Mapping[str, object]], object]"
"""An additional filter: takes a value and arguments by name, returns the result."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What all templates of an environment have in common."""

    filters: Mapping[str, Filter]
    limits: Limits
    names: Collection[str]
    """The variables of `environ` that templates may read."""

    environ: Mapping[str, str]

    @cached_property
    def functions(self) -> Mapping[str, Function]:
        """Tera's functions, those included that only a build has."""
        return {
            **functions.FUNCTIONS,
            "now": self._now,
            "get_env": self._get_env,
            "get_random": _get_random,
        }

    def _now(self, arguments: Arguments) -> str | int:
        """Return the time of the build: SOURCE_DATE_EPOCH, as text or as seconds."""
        arguments.boolean("utc", default=False)
        timestamp = arguments.boolean("timestamp", default=False)
        epoch = self.environ.get("SOURCE_DATE_EPOCH") or ""
        is_number = epoch.isascii() and epoch.isdigit()
        if not is_number or len(epoch) > _LONGEST_EPOCH:
            what = "function 'now' would give another text at every build"
            raise Refusal(what, hint="set SOURCE_DATE_EPOCH to the time it should give")
        if timestamp:
            return int(epoch)
        try:
            return datetime.fromtimestamp(int(epoch), UTC).isoformat()
        except (ValueError, OverflowError, OSError):
            raise Refusal("SOURCE_DATE_EPOCH is out of range", epoch) from None

    def _get_env(self, arguments: Arguments) -> object:
        """Return a variable of the process, or `default`."""
        name = arguments.string("name")
        allowed = name in self.names
        value = self.environ.get(name) if allowed else None
        if value is not None:
            return value
        if "default" in arguments.given:
            return arguments.given["default"]
        if allowed:
            what = f"function 'get_env' finds no variable '{name}'"
            raise Failure(what, hint="set it for the build, or pass a 'default'")
        what = f"function 'get_env' finds no variable '{name}' that templates may read"
        raise Failure(what, hint="allow it by name with 'env', or pass a 'default'")


class BuildLanguage(Language):
    """The language of one template; `source` is its text."""

    errors = (Failure, AgpmError)

    def __init__(self, source: str, settings: Settings) -> None:
        self._source = source
        extra = {
            name: partial(self._extra, each) for name, each in settings.filters.items()
        }
        self._filters: dict[str, TeraFilter] = {**_FILTERS, **extra}
        self._functions = settings.functions

    def filter(self, name: str) -> TeraFilter | None:
        """Return a filter, or None."""
        return self._filters.get(name)

    def test(self, name: str) -> Check | None:
        """Return a test, or None."""
        return _TESTS.get(name)

    def function(self, name: str) -> Function | None:
        """Return a function, or None."""
        return self._functions.get(name)

    def undefined(self, scope: Scope, text: str, at: int) -> Undefined:
        """Return the error for a variable that is not there."""
        return undefined(scope, self._source, text, at)

    def unknown(self, kind: str, name: str) -> Failure:
        """Return the error for a filter, test or function that is not there."""
        if kind == "filter":
            return unknown_filter(name, self._filters)
        if kind == "test":
            return unknown_test(name, _TESTS)
        return unknown_function(name, self._functions)

    def _extra(self, function: Filter, value: object, arguments: Arguments) -> object:
        """Apply an additional filter; its errors get the position of the call."""
        try:
            return function(value, arguments.given)
        except TemplateError as error:
            place = located(error, self._source, arguments.at)
            raise (error.called_at(place.line) if error.line else place) from None


def _get_random(_: Arguments) -> NoReturn:
    """Refuse: a wheel must not depend on chance."""
    what = "function 'get_random' would give another text at every build"
    raise Refusal(what, hint="write the number into the template or its variables")


def _date(value: object, arguments: Arguments) -> str:
    """Format a timestamp or a date; the implementation is loaded when it is used."""
    from hatch_agpm.tera.builtins.dates.dates import formatted  # noqa: PLC0415 - rare

    return formatted(value, arguments)


def _matching(value: object, arguments: list[object], account: Account) -> bool:
    text = tests.needed_text(value, "matching")
    pattern = tests.text_argument("matching", arguments)
    try:
        from hatch_agpm.tera.builtins.regex.regexes import matches  # noqa: PLC0415 - needs the extra `matching`
    except ModuleNotFoundError as error:
        if error.name != "regex":
            raise
        what = "test 'matching' needs the package regex"
        hint = 'put "hatch-agpm[matching]" in build-system.requires'
        raise Refusal(what, hint=hint) from None
    return matches(pattern, text, account)


_FILTERS: Mapping[str, TeraFilter] = {
    **filters.FILTERS,
    **strings.FILTERS,
    **casing.FILTERS,
    **arrays.FILTERS,
    **numbers.FILTERS,
    "slugify": slugify,
    "date": _date,
}
_TESTS: Mapping[str, Check] = {
    **tests.TESTS,
    "matching": tests.checked("matching", _matching, most=1),
}
