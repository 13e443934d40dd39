"""
What is wanted in a project of all distributions together, without contradictions.

Two distributions may ship one file with equal bytes.  Whatever else they both claim is
an error, before anything is written.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hatch_agpm.errors import (
    AgpmError,
    BundleError,
    ConflictError,
    raise_problems,
)
from hatch_agpm.install.placement import is_settings_file, place, twins
from hatch_agpm.install.settings.values import values_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from hatch_agpm.install.disk import Disk
    from hatch_agpm.install.placement import Placed, Tools
    from hatch_agpm.install.record import Installed
    from hatch_agpm.install.settings.values import SettingValue
    from hatch_agpm.install.shipped import Shipment
    from hatch_agpm.model.rendering import FileContent

__all__ = ["Request", "Wanted", "WantedDistribution", "wanted_of"]

_HINT: Final = "install one of them, and name it on the command line"


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """A distribution that is to be installed."""

    shipment: Shipment
    requested: bool
    """Whether it was named, now or before."""

    tools: tuple[str, ...] | None
    """The tools that were named; None for all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WantedDistribution:
    """What is wanted of one distribution."""

    request: Request
    files: Mapping[str, FileContent]
    """By path in the project."""

    directories: Mapping[str, str]
    """The directory of the skill that a file belongs to, by path of the file."""

    settings: tuple[SettingValue, ...]

    @property
    def name(self) -> str:
        """The normalised name."""
        return self.request.shipment.distribution

    @property
    def title(self) -> str:
        """The name and the version."""
        return self.request.shipment.title


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What is wanted of all."""

    distributions: tuple[WantedDistribution, ...] = ()
    notes: tuple[str, ...] = ()
    """Why something is left out."""


def wanted_of(
    requests: Sequence[Request], tools: Tools, others: Sequence[Installed], disk: Disk
) -> Wanted:
    """
    Return what the requests mean; `others` are installed and stay as they are.

    A settings file that the user has with comments (`.jsonc`) is used as it is.

    Raises AgpmError, with all problems, for paths that are refused, and for what two
    distributions claim.
    """
    problems: list[AgpmError] = []
    notes: list[str] = []
    distributions: list[WantedDistribution] = []
    for request in requests:
        shipment = request.shipment
        placed = place(shipment, tools, request.tools)
        notes += [*shipment.notes, *placed.notes]
        what = f"of {shipment.title} "
        problems += [
            BundleError(path, what + problem) for path, problem in placed.problems
        ]
        settings = _settings(shipment, placed, problems, disk)
        distributions.append(
            WantedDistribution(
                request=request,
                files=placed.files,
                directories=placed.directories,
                settings=settings,
            )
        )
    problems += _file_conflicts(distributions, others)
    problems += _setting_conflicts(distributions, others)
    raise_problems(problems)
    return Wanted(distributions=tuple(distributions), notes=tuple(notes))


def _settings(
    shipment: Shipment, placed: Placed, problems: list[AgpmError], disk: Disk
) -> tuple[SettingValue, ...]:
    """Return the values of a shipment; those that are equal once."""
    found: dict[tuple[str, tuple[str, ...]], SettingValue] = {}
    for setting in shipment.settings:
        if setting.resource not in placed.settings:
            continue
        file = _in_use(placed.settings[setting.resource], disk)
        try:
            values = values_of(setting, file, shipment)
        except AgpmError as error:
            problems.append(error)
            continue
        for value in values:
            if any(_is_same_hook(value, other) for other in found.values()):
                continue
            present = found.setdefault((value.file, value.key), value)
            if present.value != value.value:
                what = f"{shipment.title} has two values for it"
                problems.append(BundleError(value.name, what, "ask its authors"))
    return tuple(found.values())


def _is_same_hook(one: SettingValue, other: SettingValue) -> bool:
    """Tell whether two hooks of other names would run twice."""
    return (
        one.is_hook
        and (one.file, one.key[:2], one.value)
        == (other.file, other.key[:2], other.value)
        and one.key != other.key
    )


def _in_use(file: str, disk: Disk) -> str:
    """Return the settings file that is there, with or without comments."""
    other = f"{file}c"
    is_other = is_settings_file(other) and disk.find(file).data is None
    return other if is_other and disk.find(other).data is not None else file


def _file_conflicts(
    distributions: Sequence[WantedDistribution], others: Sequence[Installed]
) -> Iterator[AgpmError]:
    """Yield files and skills that two have in other forms; of a skill its directory."""
    digests: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    directories: dict[str, str] = {}
    for each in distributions:
        directories |= each.directories
        for path, content in each.files.items():
            digests[path][content.sha256].add(each.title)
    wanted = set(digests)
    for other in others:
        for file in other.files:
            digests[file.path][file.sha256].add(f"{other.name} {other.version}")
    found = _different_skills(distributions)
    for path in wanted:
        if len(digests[path]) > 1:
            name = directories.get(path, path)
            found[name].update(*digests[path].values())
    for name, titles in sorted(found.items()):
        yield _conflict(titles, name)
    for one, path, what in twins(digests):
        if any(each.startswith((one, path)) for each in wanted):
            yield BundleError(path, f"and {one} {what}", _HINT)


def _different_skills(
    distributions: Sequence[WantedDistribution],
) -> dict[str, set[str]]:
    """Return the directories of skills with other files in each distribution."""
    skills: dict[str, dict[str, set[tuple[str, str]]]] = defaultdict(dict)
    for each in distributions:
        for path, directory in each.directories.items():
            files = skills[directory].setdefault(each.title, set())
            files.add((path, each.files[path].sha256))
    found: dict[str, set[str]] = defaultdict(set)
    for directory, contents in skills.items():
        if len({frozenset(files) for files in contents.values()}) > 1:
            found[directory].update(contents)
    return found


def _conflict(titles: Iterable[str], what: str) -> ConflictError:
    return ConflictError(f"both would install {what}", sorted(titles), _HINT)


def _setting_conflicts(
    distributions: Sequence[WantedDistribution], others: Sequence[Installed]
) -> Iterator[AgpmError]:
    """Yield keys of a settings file that two distributions have."""
    owners: dict[str, list[str]] = defaultdict(list)
    for other in others:
        for setting in other.settings:
            owners[setting.name].append(f"{other.name} {other.version}")
    for each in distributions:
        for value in each.settings:
            owners[value.name].append(each.title)
    for name, titles in sorted(owners.items()):
        if len(titles) > 1:
            yield _conflict(titles, name)
