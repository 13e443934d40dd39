"""Check the names of external sources, which become names of directories."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from packaging.utils import canonicalize_name

from hatch_agpm.errors import AgpmError, ConfigError
from hatch_agpm.formats.file_names import is_device

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hatch_agpm.model.config import Source

__all__ = ["folded_name", "problems_of_names"]

_NAME: Final = r"[A-Za-z0-9][A-Za-z0-9._-]*(?<!\.)"


def problems_of_names(sources: Sequence[Source]) -> list[AgpmError]:
    """Return the problems of the names of sources, and of two sources with one name."""
    return [*_unusable(sources), *_repeated(sources)]


def folded_name(name: str) -> str:
    """Return the name as file systems compare it that ignore case and variants."""
    return unicodedata.normalize("NFKC", name).casefold()


def _unusable(sources: Iterable[Source]) -> list[AgpmError]:
    """Return the problems of single names, which become directories of an sdist."""
    problems: list[AgpmError] = []
    seen: dict[str, Source] = {}
    for source in sources:
        if not re.fullmatch(_NAME, source.name):
            what = "cannot be the name of a directory, which an external source needs"
            hint = "use ASCII letters, digits, '-', '_' and '.'"
            problems.append(ConfigError(source.key, what, hint=hint))
        elif is_device(source.name):
            what = "has the name of a device on Windows"
            problems.append(ConfigError(source.key, what, hint="rename it"))
        other = seen.setdefault(folded_name(source.name), source)
        if other is not source:
            what = f"differs from '{other.name}' in case only"
            hint = "some file systems would keep one of them; rename it"
            problems.append(ConfigError(source.key, what, hint=hint))
    return problems


def _repeated(sources: Iterable[Source]) -> list[AgpmError]:
    problems: list[AgpmError] = []
    seen: dict[str, Source] = {}
    for source in sources:
        if not source.distribution:
            continue
        other = seen.setdefault(canonicalize_name(source.distribution), source)
        if other is not source:
            what = f"names the same distribution as '{other.name}'"
            problems.append(ConfigError(source.key, what, hint="use one name for it"))
    return problems
