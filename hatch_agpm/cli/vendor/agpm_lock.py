"""The commits of Git sources in AGPM's own lock file, `agpm.lock`."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hatch_agpm.errors import ConfigError, ContentError, Location
from hatch_agpm.formats.toml import list_of_tables
from hatch_agpm.reading import read_regular
from hatch_agpm.sources.git.references import References, Resolved, resolve_version

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hatch_agpm.model.config import Source

__all__ = ["AgpmLock", "read_agpm_lock"]

_NAME: Final = "agpm.lock"
_COMMIT: Final = "[0-9a-f]{40}|[0-9a-f]{64}"
_REMOTE: Final = "origin/"


@dataclass(frozen=True, kw_only=True, slots=True)
class AgpmLock:
    """The versions and commits of AGPM's lock file, by source and path."""

    commits: Mapping[tuple[str, str], Mapping[str, str]]

    def find(self, source: Source, asked: str | None, path: str) -> Resolved:
        """
        Return the commit that the lock file has for a version of a path.

        Raises ContentError if it has none.
        """
        known = self.commits.get((source.name, path), {})
        if asked is None and len(known) == 1:
            version, commit = next(iter(known.items()))
            return Resolved(version=version, commit=commit)
        references = References(
            tags=known,
            branches={
                name.removeprefix(_REMOTE): commit
                for name, commit in known.items()
                if name.startswith(_REMOTE)
            },
            default_branch="",
            find_commit=lambda digits: known.get(digits, ""),
        )
        try:
            return resolve_version(asked, references)
        except ContentError:
            what = f"does not have '{path}' of '{source.name}' at '{asked or 'HEAD'}'"
            where = Location(path=_NAME)
            hint = "run `agpm install`, or leave out --locked"
            raise ContentError(what, location=where, hint=hint) from None


def read_agpm_lock(directory: Path) -> AgpmLock:
    """Return the lock file that is beside a manifest; raises ConfigError."""
    try:
        tables = tomllib.loads(read_regular(directory / _NAME).decode())
    except FileNotFoundError:
        hint = "run `agpm install`, or leave out --locked"
        raise ConfigError(f"{_NAME}:", "is not there", hint=hint) from None
    except (OSError, ValueError) as error:
        raise ConfigError(f"{_NAME}:", f"cannot be read: {error}") from None
    found: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for value in tables.values():
        if not isinstance(value, list):
            continue
        for item in list_of_tables(value):
            commit = item.get("resolved_commit")
            if isinstance(commit, str) and re.fullmatch(_COMMIT, commit):
                key = (str(item.get("source")), str(item.get("path")))
                found[key][str(item.get("version"))] = commit
    return AgpmLock(commits=found)
