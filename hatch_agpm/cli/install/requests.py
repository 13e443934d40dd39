"""Which distributions are meant: those named, or those that the project depends on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from hatch_agpm.errors import AgpmError, ConfigError, did_you_mean, raise_problems
from hatch_agpm.install.environment import dependencies
from hatch_agpm.install.record import RECORD
from hatch_agpm.install.shipped import shipment_of, ships
from hatch_agpm.install.wanted import Request
from hatch_agpm.installed.discovery import discover

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hatch_agpm.install.environment import Environment
    from hatch_agpm.install.record import Record
    from hatch_agpm.installed.environment import InstalledDistribution

__all__ = ["Requests", "requests_of"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Requests:
    """The distributions that a run is about."""

    requests: tuple[Request, ...]
    scope: frozenset[str]
    """Their names, and those of distributions that are not wanted any more."""


def requests_of(
    names: Sequence[str],
    tools: tuple[str, ...] | None,
    *,
    environment: Environment,
    record: Record,
    pyproject: Mapping[str, object] | None,
) -> Requests:
    """
    Return what is to be installed.

    `names` are distributions, `tools` what was given with `--tool`.  Raises AgpmError,
    with all problems, for distributions that are not installed or damaged.
    """
    finder = _Lookup(environment, record)
    if names:
        asked = list(dict.fromkeys(str(canonicalize_name(name)) for name in names))
        scope = frozenset(asked)
    else:
        if pyproject is None and not record.distributions:
            what = "is not there, so no distributions are known to be installed"
            hint = "name distributions, or the project with --project"
            raise ConfigError("pyproject.toml:", what, hint=hint)
        named = dependencies(pyproject or {}, environment)
        finder.check_any(named)
        asked = finder.default(named)
        scope = frozenset([*asked, *record.names])
    requests = [
        Request(
            shipment=shipment_of(found),
            requested=bool(names) or finder.was_requested(name),
            tools=tuple(dict.fromkeys(tools)) if tools else finder.tools(name),
        )
        for name, found in finder.all_of(asked)
    ]
    return Requests(requests=tuple(requests), scope=scope)


class _Lookup:
    """Finds distributions, and collects the problems of all."""

    def __init__(self, environment: Environment, record: Record) -> None:
        self.environment = environment
        self.record = record
        self.found: dict[str, InstalledDistribution | None] = {}
        """What was looked for; each time, whole directories are listed."""

    def find(self, name: str) -> InstalledDistribution | None:
        if name not in self.found:
            self.found[name] = self.environment.distribution(name)
        return self.found[name]

    def check_any(self, named: Sequence[str]) -> None:
        """Raise ConfigError if nothing that the project depends on is installed."""
        if self.record.distributions or not named:
            return
        if not any(map(self.find, named)):
            what = "names dependencies, and none is installed in "
            what += self.environment.shown
            hint = "install them, or name the environment with --environment"
            raise ConfigError("pyproject.toml", what, hint=hint)

    def default(self, named: Sequence[str]) -> list[str]:
        """Return the dependencies that ship something, and what was asked before."""
        names = [name for name in named if self.record.of(name) or self.ships(name)]
        before = [each.name for each in self.record.distributions if each.requested]
        return sorted({*names, *before})

    def ships(self, name: str) -> bool:
        found = self.find(name)
        return found is not None and ships(found)

    def all_of(self, names: Sequence[str]) -> list[tuple[str, InstalledDistribution]]:
        """Return the distributions; raise the problems of those that are not there."""
        found = [(name, self.find(name)) for name in names]
        raise_problems([self.absent(name) for name, each in found if each is None])
        return [(name, each) for name, each in found if each is not None]

    def absent(self, name: str) -> AgpmError:
        what = f"is not installed in {self.environment.shown}"
        if self.record.of(name):
            hint = f"install it there, or run `hatch-agpm uninstall {name}`"
            return ConfigError(f"{RECORD}: {name}", what, hint=hint)
        known = [
            str(canonicalize_name(bundle.distribution))
            for bundle in discover(self.environment.paths)
        ]
        hint = did_you_mean(name, known)
        if not hint and known:
            hint = f"what ships something there: {', '.join(sorted(known))}"
        hint = hint or "name another environment with --environment"
        return ConfigError(name, what, hint=hint)

    def was_requested(self, name: str) -> bool:
        old = self.record.of(name)
        return old is not None and old.requested

    def tools(self, name: str) -> tuple[str, ...] | None:
        """Return the tools that were named before."""
        old = self.record.of(name)
        return old.tools if old else None
