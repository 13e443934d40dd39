"""What the command `hatch-agpm vendor` does, in its forms, and what it prints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hatch_agpm.cli.output import print_text
from hatch_agpm.cli.project import open_project
from hatch_agpm.cli.vendor.agpm_lock import read_agpm_lock
from hatch_agpm.cli.vendor.copies import Vendored, read_present_lock, vendored
from hatch_agpm.errors import (
    ConfigError,
    did_you_mean,
    raise_problems,
)
from hatch_agpm.model.rendering import GitCommit
from hatch_agpm.sources.git.origins import GitOrigins, Live, LockPins, Pins
from hatch_agpm.sources.git.references import VersionError, resolve_version
from hatch_agpm.sources.lockfile import LOCK_FILE, VENDOR_HINT

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from hatch_agpm.cli.project import OpenProject
    from hatch_agpm.config import Project
    from hatch_agpm.model.config import Source
    from hatch_agpm.sources.git.references import References
    from hatch_agpm.sources.lockfile import Locked

__all__ = ["run_vendor"]

_SHORT = 12
"""How many digits of a commit are shown."""


def run_vendor(arguments: Namespace) -> Iterator[str]:
    """Do what the command line says, and yield the lines to print; raises AgpmError."""
    project = open_project(arguments.project)
    if arguments.check:
        yield _check_copies(project, arguments.directory)
    elif arguments.action == "outdated":
        yield from _list_outdated(project, arguments.names, report=_report)
    else:
        wanted = _Wanted(
            directory=arguments.directory,
            update=arguments.action == "update",
            names=arguments.names,
            is_locked=arguments.locked,
        )
        yield from _vendor_sources(project, wanted, report=_report)


def _report(line: str) -> None:
    """Print a line about what takes time."""
    print_text(line, to_errors=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Wanted:
    """What is asked of `hatch-agpm vendor`."""

    directory: str | None = None
    """The directory of the copies, relative to the project; None for the present."""

    update: bool = False
    """Whether versions of Git sources are chosen again."""

    names: Sequence[str] = ()
    """The sources of which they are; all, if there are none."""

    is_locked: bool = False
    """Whether the commits are those of AGPM's own lock file."""


def _check_copies(opened: OpenProject, directory: str | None) -> str:
    """
    Return a summary of the copies; runs no Git.

    Raises ProblemsError with every difference between the project and its copies.
    """
    used = opened.rendering(live=Live(git=None)).sources
    copies = vendored(opened.root, used, directory=directory)
    raise_problems(list(copies.differences()))
    return copies.summary


def _vendor_sources(
    opened: OpenProject, wanted: _Wanted, *, report: Callable[[str], None]
) -> Iterator[str]:
    """
    Write the copies and the lock file, and yield the lines to print.

    `report` gets a line for each repository that is fetched.  Raises AgpmError, before
    anything is written.
    """
    project = opened.project()
    old = read_present_lock(opened.root)
    git = _git_sources(project)
    _check_names(wanted.names, git)
    pins: Pins = LockPins(locked=_kept(old, wanted))
    if wanted.is_locked:
        pins = read_agpm_lock(project.base)
    live = Live(git=GitOrigins(pins, report=report))
    copies = vendored(
        opened.root, opened.rendering(live=live).sources, directory=wanted.directory
    )
    copies.write()
    yield from _changes(old, copies)
    yield copies.summary


def _git_sources(project: Project) -> dict[str, Source]:
    sources = project.manifest.sources
    return {name: each for name, each in sources.items() if each.git}


def _check_names(names: Sequence[str], git: Mapping[str, Source]) -> None:
    """Raise ConfigError for names that are not Git sources of the project."""
    for name in names:
        if name not in git:
            hint = did_you_mean(name, git) or f"they are {', '.join(sorted(git))}"
            what = "is not a Git source of this project"
            raise ConfigError(f"'{name}'", what, hint=hint if git else "")


def _kept(old: Mapping[str, Locked], wanted: _Wanted) -> dict[str, Locked]:
    """Return the locked sources whose versions are not chosen again."""
    if not wanted.update:
        return dict(old)
    dropped: Collection[str] = wanted.names or old
    return {name: old[name] for name in old if name not in dropped}


def _changes(old: Mapping[str, Locked], copies: Vendored) -> Iterator[str]:
    """Yield a line for each version of a Git source that has become another."""
    for name, locked in sorted(copies.locked.items()):
        before = old.get(name)
        if before is None:
            continue
        for commit in locked.commits:
            for asked in sorted(commit.git.versions):
                was = before.commit_of(asked)
                if was is not None and was.git.commit != commit.git.commit:
                    change = _change(was.git, commit.git, asked)
                    yield f"{_title(name, asked)}: {change}"


def _title(name: str, asked: str) -> str:
    return f"{name} {asked}" if asked else name


def _change(was: GitCommit, now: GitCommit, asked: str) -> str:
    before, after = was.versions[asked], now.versions[asked]
    if before != after:
        return f"{before} -> {after}"
    return f"{before} was moved: {was.commit[:_SHORT]} -> {now.commit[:_SHORT]}"


def _list_outdated(
    opened: OpenProject, names: Sequence[str], *, report: Callable[[str], None]
) -> Iterator[str]:
    """
    Yield a line for each vendored version that would now be another.

    Writes nothing.  Raises AgpmError for a repository that cannot be read.
    """
    project = opened.project()
    git = _git_sources(project)
    _check_names(names, git)
    old = read_present_lock(opened.root)
    locked = [old[name] for name in sorted(names or git) if name in old]
    if not locked:
        what = (
            "has no Git sources" if git else "is not needed: there are no Git sources"
        )
        raise ConfigError(f"{LOCK_FILE}:", what, hint=VENDOR_HINT if git else "")
    origins = GitOrigins(LockPins(locked={}), report=report)
    found = False
    for each in locked:
        references = origins.references(git[each.name], project.base)
        for line in _outdated(each, references):
            found = True
            yield line
    if not found:
        yield "everything is up to date"


def _outdated(locked: Locked, references: References) -> Iterator[str]:
    for commit in locked.commits:
        for asked, version in sorted(commit.git.versions.items()):
            title = _title(locked.name, asked)
            try:
                now = resolve_version(asked or None, references)
            except VersionError as error:
                yield f"{title}: {version} is not there any more: {error.what}"
                continue
            git = GitCommit(
                address=locked.git, commit=now.commit, versions={asked: now.version}
            )
            if git.commit != commit.git.commit:
                yield f"{title}: {_change(commit.git, git, asked)}"
