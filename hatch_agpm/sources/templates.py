"""
The templates that a project exports to others: `[tool.hatch-agpm] templates`.

They are included in its wheel unchanged, so that other projects render them with
their own values.  Their content is neither rendered nor checked here.
"""

from __future__ import annotations

import os
import stat
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from hatch_agpm.errors import (
    AgpmError,
    ConfigError,
    ContentError,
    Location,
    raise_problems,
)
from hatch_agpm.model.rendering import ExportedTemplates, SkillFile
from hatch_agpm.sources.portable import check_portable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hatch_agpm.model.config import Source
    from hatch_agpm.sources.tree import Tree

__all__ = ["read_exported_templates"]

_KEY = "tool.hatch-agpm.templates"


def read_exported_templates(
    tree: Tree, directory: str, *, output: str, sources: Mapping[str, Source]
) -> ExportedTemplates:
    """
    Return the files below a directory, without hidden ones, and their sources.

    `directory` is relative to the project root, `output` is the bundle's directory, and
    `sources` are the project's; only distributions among them can be used by others.
    Raises ConfigError if the directory is missing or empty, ContentError for a link or
    a name that is invalid on some systems, or ProblemsError with several.
    """
    real = _located(tree, directory)
    if PurePosixPath(output).is_relative_to(real):
        what = f"holds the output directory, {output}"
        raise ConfigError(_KEY, what, repr(directory), "keep the two apart")
    files = _files(tree, real)
    if not files:
        raise ConfigError(_KEY, "names an empty directory", repr(directory))
    check_portable([file.path for file in files], f"'{directory}'")
    return ExportedTemplates(
        files=files,
        sources={
            name: (source.distribution, source.version) if source.distribution else None
            for name, source in sorted(sources.items())
        },
    )


def _located(tree: Tree, directory: str) -> str:
    try:
        path = os.path.relpath(tree.root / directory, tree.base).replace(os.sep, "/")
        real = tree.locate(path)
    except ContentError as error:
        raise ConfigError(f"{_KEY}:", error.what, hint=error.hint) from None
    if real is None or not tree.is_directory(real):
        hint = tree.nearest(path) if real is None else ""
        raise ConfigError(_KEY, "names no directory", repr(directory), hint)
    return real


def _files(tree: Tree, directory: str) -> tuple[SkillFile, ...]:
    problems: list[AgpmError] = []
    files: list[SkillFile] = []
    for name in tree.entries(directory):
        whole = f"{directory}/{name}" if directory != "." else name
        mode = tree.status(whole).st_mode
        if any(part.startswith(".") for part in name.split("/")):
            continue
        if stat.S_ISREG(mode):
            file = tree.read(whole)
            files.append(
                SkillFile(path=name, data=file.data, executable=file.executable)
            )
        elif not stat.S_ISDIR(mode):
            what = "is not a regular file, and cannot be exported"
            problems.append(
                ContentError(
                    what, location=Location(path=whole), hint="put a copy there"
                )
            )
    raise_problems(problems)
    return tuple(files)
