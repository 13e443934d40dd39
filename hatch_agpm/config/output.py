"""The directory of the bundle, as a path in the source tree."""

from __future__ import annotations

import keyword
import re
from pathlib import Path, PurePosixPath

from hatch_agpm.errors import (
    ConfigError,
    did_you_mean,
)
from hatch_agpm.formats.file_names import leads_out
from hatch_agpm.model.config import TABLE

__all__ = ["find_output", "output_problem", "outside_problem"]


def find_output(root: Path, output: str, distribution: str) -> str:
    """
    Return the bundle's directory, as a path in the source tree: `src/acme/prompts`.

    It is `output` if configured, else `prompts` in the import package that is named as
    the distribution.  Raises ConfigError if there is no such package, or two.
    """
    if output:
        configured = PurePosixPath(output)
        _check_parent(root, configured)
        return str(configured)
    packages = _packages(root, distribution)
    if len(packages) == 1:
        return f"{packages[0]}/prompts"
    found = " and ".join(packages) or f"no package '{_normalised(distribution)}'"
    raise ConfigError(
        f"{TABLE}.output",
        f"is missing: there {'are' if packages else 'is'} {found}",
        hint='say where the prompts go: output = "<package>/prompts"',
    )


def _check_parent(root: Path, output: PurePosixPath) -> None:
    """Raise ConfigError for a missing package whose name is nearly that of another."""
    parent = root / output.parent
    if parent.is_dir() or not parent.parent.is_dir():
        return
    packages = [path.name for path in parent.parent.iterdir() if any(path.glob("*.py"))]
    if hint := did_you_mean(parent.name, packages):
        what = f"is in '{output.parent}', which does not exist"
        raise ConfigError(f"{TABLE}.output", what, repr(str(output)), hint)


def _packages(root: Path, distribution: str) -> list[str]:
    wanted = _normalised(distribution)
    return sorted(
        path.relative_to(root).as_posix()
        for parent in (root, root / "src")
        if parent.is_dir()
        for path in parent.iterdir()
        if _normalised(path.name) == wanted
        and path.name.isidentifier()
        and any(path.glob("*.py"))
    )


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "_", name).lower()


def outside_problem(directory: str) -> str:
    """Return the problem of a directory that is not in the project, or ""."""
    if not directory or leads_out(directory) or "\\" in directory:
        return "must be a directory inside the project, written with '/'"
    return ""


def output_problem(output: str) -> str:
    """Return the problem of an `output` that is external or not importable, or ""."""
    if problem := outside_problem(output):
        return problem
    names = PurePosixPath(output).parts[-2:]
    for part in names if names[0] != "src" else names[1:]:
        if not part.isidentifier() or keyword.iskeyword(part):
            return f"must be importable, which '{part}' is not"
    return ""
