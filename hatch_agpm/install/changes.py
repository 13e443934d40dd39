"""What a run finds and does: one item for each file and each merged value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from hatch_agpm.errors import AgpmError, ConfigError, did_you_mean, raise_problems

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from hatch_agpm.model.rendering import FileContent

__all__ = ["Action", "InstallItem", "Seen", "State", "Write", "check_forced", "decide"]

State = Literal["ok", "stale", "drifted", "missing", "foreign"]
"""
How what is there compares with the record and with what is wanted.

`ok`: it is what is wanted.  `stale`: it is what was installed, and something else is
wanted now.  `drifted`: it was installed, and changed since.  `missing`: it is not
there.  `foreign`: it is there, and was not installed.
"""

Action = Literal["none", "write", "remove", "keep", "forget"]
"""
What a run does about it.

`keep`: what is there stays, and what is wanted is not installed.  `forget`: what is
there, if anything, stays, and is the user's from now on.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class InstallItem:
    """A file or a merged value."""

    name: str
    """The path, of a value also its key: `.mcp.json:mcpServers.docs`."""

    state: State
    action: Action
    owners: tuple[str, ...]
    """The distributions, with their versions."""

    reason: str = ""
    """Why nothing can be written there; "" if it can be forced."""

    command: str = ""
    """Of a hook or a server: what it runs or connects to."""

    is_present: bool = True
    """Whether there is anything."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Write:
    """A file that is written or removed."""

    path: str
    content: FileContent | None
    """None to remove it."""

    expected: str
    """The SHA-256 of what is there; "" for nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What is at a place, as far as the decision needs it."""

    digest: str = ""
    """Its SHA-256; "" for nothing."""

    blocked: str = ""
    known: Collection[str] = ()
    """The SHA-256 of what was installed there; empty if nothing was."""


def decide(seen: Seen, wanted: str | None, *, forced: bool) -> tuple[State, Action]:
    """
    Return the state of a place and what to do; the rules of the whole package.

    `wanted` is the SHA-256 of what is wanted there, None for nothing.
    """
    if wanted is None:
        return _unwanted(seen, forced=forced)
    if not (seen.digest or seen.blocked):
        return "missing", "write"
    if seen.known and seen.digest == wanted:
        return "ok", "none"
    if seen.digest in seen.known:
        return "stale", "write"
    state: State = "drifted" if seen.known and seen.digest else "foreign"
    return state, "write" if forced and not seen.blocked else "keep"


def _unwanted(seen: Seen, *, forced: bool) -> tuple[State, Action]:
    """Return the same for what was installed and is not wanted any more."""
    if seen.blocked:
        return "drifted", "forget"
    if not seen.digest:
        return "stale", "forget"
    if seen.digest in seen.known:
        return "stale", "remove"
    return "drifted", "remove" if forced else "forget"


def check_forced(items: Sequence[InstallItem], forced: Collection[str]) -> None:
    """Raise ConfigError, or ProblemsError, for names that cannot be forced."""
    problems: list[AgpmError] = []
    by_name = {item.name: item for item in items}
    useful = [item.name for item in items if item.state in {"drifted", "foreign"}]
    for name in forced:
        item = by_name.get(name)
        if item is None or name not in useful:
            what = "is not in the way of anything"
            hint = did_you_mean(name, useful)
            if not hint and useful:
                hint = f"what is: {', '.join(useful)}"
            problems.append(ConfigError(f"--force {name}", what, hint=hint))
        elif item.reason:
            what = f"is not possible: {item.reason}"
            problems.append(ConfigError(f"--force {name}", what, hint="move it away"))
    raise_problems(problems)
