"""
Tera's functions.

Those that would make the same template give another text tomorrow or elsewhere are
bound: to SOURCE_DATE_EPOCH, to the variables that are allowed, or not to be used.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NoReturn

from hatch_agpm.tera.failures import Failure, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from hatch_agpm.tera.builtins.arguments import Arguments

__all__ = ["FUNCTIONS"]


def range_(arguments: Arguments) -> list[int]:
    """Return the integers from `start` to before `end` by `step_by`."""
    start = arguments.integer("start", 0)
    step = arguments.integer("step_by", 1)
    end = arguments.integer("end")
    if start > end:
        raise Failure(
            "function 'range' has a start behind its end", f"{start} and {end}"
        )
    if step == 0 and start < end:
        raise Refusal("function 'range' would never end with 'step_by=0'")
    numbers = range(start, end, step or 1)
    # No len(): it does not take as many as there may be.
    arguments.scope.account.items((end - start) // (step or 1))
    return list(numbers)


def now(arguments: Arguments) -> str | int:
    """Return the time of the build: SOURCE_DATE_EPOCH, as text or as seconds."""
    arguments.boolean("utc", default=False)
    timestamp = arguments.boolean("timestamp", default=False)
    epoch = arguments.scope.environ.get("SOURCE_DATE_EPOCH") or ""
    if not (epoch.isascii() and epoch.isdigit()):
        what = "function 'now' would give another text at every build"
        raise Refusal(what, hint="set SOURCE_DATE_EPOCH to the time it should give")
    if timestamp:
        return int(epoch)
    try:
        return datetime.fromtimestamp(int(epoch), UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        raise Refusal("SOURCE_DATE_EPOCH is out of range", epoch) from None


def throw(arguments: Arguments) -> NoReturn:
    """Fail with `message`."""
    raise Failure(arguments.string("message"))


def get_random(_: Arguments) -> NoReturn:
    """Refuse: a wheel must not depend on chance."""
    what = "function 'get_random' would give another text at every build"
    raise Refusal(what, hint="write the number into the template or its variables")


def get_env(arguments: Arguments) -> object:
    """Return a variable of the process, or `default`."""
    name = arguments.string("name")
    allowed = name in arguments.scope.names
    value = arguments.scope.environ.get(name) if allowed else None
    if value is not None:
        return value
    if "default" in arguments.given:
        return arguments.given["default"]
    if allowed:
        what = f"function 'get_env' finds no variable '{name}'"
        raise Failure(what, hint="set it for the build, or pass a 'default'")
    what = f"function 'get_env' finds no variable '{name}' that templates may read"
    raise Failure(what, hint="allow it by name with 'env', or pass a 'default'")


FUNCTIONS: Final[dict[str, Callable[[Arguments], object]]] = {
    function.__name__.removesuffix("_"): function
    for function in (range_, now, throw, get_random, get_env)
}
