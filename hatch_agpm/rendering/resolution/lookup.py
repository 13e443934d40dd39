"""
From the paths and patterns that users write to files.

Paths start at a source root, the project or one of its sources, which they must not
leave.  If a file is missing, the error suggests a similar one.
"""

from __future__ import annotations

import posixpath
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from hatch_agpm.config.selection.directories import WITH_PYTHON
from hatch_agpm.config.selection.glob import compile_pattern, is_pattern
from hatch_agpm.errors import ConfigError, ContentError, Location
from hatch_agpm.formats.file_names import is_python, is_rubbish
from hatch_agpm.model.types import SKILL_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hatch_agpm.model.declaration import Declaration
    from hatch_agpm.sources.root import SourceRoot

__all__ = ["dependency_files", "dependency_path", "entry_files"]

_CREATE: Final = "create it, or correct the path"


def entry_files(
    entry: Declaration, source_root: SourceRoot, *, is_agpm: bool
) -> Iterator[tuple[str, str, str | None]]:
    """
    Yield path, real path, and for what a pattern found the directory of the pattern.

    In an own manifest (not `is_agpm`) an entry may name the SKILL.md of a skill, and an
    item of an array a whole directory of a source.  Raises ConfigError or ContentError
    if an entry of the manifest names no file, or one of the wrong kind.
    """
    if not is_agpm and entry.section == "skills":
        entry = replace(entry, path=_skill_directory(entry.path))
    whole = posixpath.join(source_root.directory, entry.path)
    file = source_root.tree.locate(whole)
    if file is not None and _is_directory_of(entry, source_root, file):
        entry = replace(entry, path=f"{entry.path.rstrip('/')}/**")
    elif file is not None:
        _check_kind(source_root, entry.section, file, whole)
        _check_extension(entry, file)
        source_root.path(file)
        # An item of an array has the name of its file, without a directory.
        is_item = entry.exclude is not None and entry.name is None
        fixed = posixpath.dirname(entry.path.rstrip("/")) if is_item else None
        yield entry.path.rstrip("/"), file, fixed
        return
    if not is_pattern(entry.path):
        what = f"names no {'directory' if entry.section == 'skills' else 'file'}"
        hint = source_root.hint or source_root.tree.nearest(whole)
        raise ConfigError(f"{entry.key}.path", what, repr(entry.path), hint)
    if entry.filename is not None:
        what = "cannot name all the files of a pattern"
        raise ConfigError(f"{entry.key}.filename", what, repr(entry.filename))
    yield from _matches(entry, source_root)


def _matches(
    entry: Declaration, source_root: SourceRoot
) -> Iterator[tuple[str, str, str]]:
    """Yield the same for an entry whose path is a pattern."""
    if entry.exclude is not None and entry.name is not None:
        what = "cannot name all the files of a directory"
        raise ConfigError(f"{entry.key}.name", what, repr(entry.name))
    fixed = _static_part(posixpath.normpath(entry.path))[0]
    count = 0
    for path, file in _expand(
        source_root, entry.section, source_root.directory, entry.path
    ):
        source_root.path(file)
        within = posixpath.relpath(path, source_root.directory or ".")
        if not _is_left_out(entry, posixpath.relpath(within, fixed or ".")):
            count += 1
            yield within, file, fixed
    if not count:
        raise ConfigError(entry.key, "has no template", repr(entry.path))


def _skill_directory(path: str) -> str:
    folder, name = posixpath.split(path)
    return (folder or ".") if name == SKILL_FILE else path


def _is_directory_of(entry: Declaration, source_root: SourceRoot, file: str) -> bool:
    """Tell whether an item of an array names a directory with several resources."""
    return (
        entry.exclude is not None
        and source_root.tree.is_directory(file)
        and not source_root.tree.is_file(f"{file}/{SKILL_FILE}")
    )


def _is_left_out(entry: Declaration, path: str) -> bool:
    """Tell whether an item of an array does not mean a file that it matches."""
    if entry.exclude is None:
        return False
    parts = PurePosixPath(path).parts
    if any(part.startswith(".") or is_rubbish(part) for part in parts):
        return True
    if entry.section not in WITH_PYTHON and is_python(path):
        return True
    above = [path, *map(str, PurePosixPath(path).parents)]
    excluded = [compile_pattern(pattern) for pattern in entry.exclude]
    return any(each.fullmatch(one) for each in excluded for one in above)


def dependency_files(
    dependency: Declaration, own: str, source_root: SourceRoot, *, elsewhere: bool
) -> list[str]:
    """
    Return the real paths that a dependency names.

    Its path starts at the file `own` that declares it (AGPM semantics, 2.3) or, if
    it is `elsewhere`, at the top of the source.  Raises ContentError.
    """
    tree = source_root.tree
    folder, path = _start(dependency, own, source_root, elsewhere=elsewhere)
    try:
        file = tree.locate(path)
    except ContentError as error:
        hint = "" if elsewhere else _respelled(source_root, folder, dependency.path)
        raise (error.with_hint(hint) if hint else error) from None
    if file is None and is_pattern(dependency.path):
        return [
            file
            for _, file in _expand(
                source_root, dependency.section, folder, dependency.path
            )
        ]
    if file is None:
        where = posixpath.normpath(path)
        hint = "" if elsewhere else _respelled(source_root, folder, dependency.path)
        hint = hint or source_root.hint or tree.nearest(where) or _CREATE
        raise ContentError(f"there is no file '{where}'{source_root.within}", hint=hint)
    _check_kind(source_root, dependency.section, file, path)
    return [file]


def dependency_path(
    dependency: Declaration, own: str, source_root: SourceRoot, *, elsewhere: bool
) -> str:
    """Return the path that a dependency of a Git source names, from its top."""
    if source_root.git is None:
        return dependency.path
    path = _start(dependency, own, source_root, elsewhere=elsewhere)[1]
    return posixpath.normpath(path)


def _start(
    dependency: Declaration, own: str, source_root: SourceRoot, *, elsewhere: bool
) -> tuple[str, str]:
    """Return the directory where a dependency's path starts, and the whole path."""
    if elsewhere:
        folder = source_root.directory
    else:
        folder = posixpath.dirname(source_root.tree.from_base(own))
    is_near = "/" not in dependency.path or dependency.path.startswith(("./", "../"))
    if elsewhere or is_near or is_pattern(dependency.path):
        return folder, posixpath.join(folder, dependency.path)
    if source_root.git is not None:
        # The top of a repository is known.
        return folder, dependency.path
    # Relative to the directory above its own.
    return folder, posixpath.join(folder, "..", dependency.path)


def _expand(
    source_root: SourceRoot, section: str, folder: str, pattern: str
) -> list[tuple[str, str]]:
    """
    Return the matches of a pattern: paths relative to the base, and real paths.

    The pattern starts at `folder`, relative to the base.  Raises ContentError if it is
    invalid or matches nothing.
    """
    top, rest = _static_part(posixpath.normpath(posixpath.join(folder, pattern)))
    try:
        matches = compile_pattern(rest).fullmatch
    except ValueError as error:
        raise ContentError(f"the pattern {pattern!r} is wrong: {error}") from None
    start = source_root.tree.locate(top or ".")
    found: list[tuple[str, str]] = []
    for path in source_root.tree.entries(start) if start is not None else ():
        if not matches(path):
            continue
        whole = posixpath.join(top, path)
        file = source_root.tree.locate(whole)
        if file is not None and _is_kind(source_root, section, file):
            _check_kind(source_root, section, file, whole)
            found.append((whole, file))
    if not found:
        what = f"the pattern {pattern!r} matches nothing{source_root.within}"
        raise ContentError(what, hint=source_root.hint)
    return found


def _is_kind(source_root: SourceRoot, section: str, file: str) -> bool:
    if section != "skills":
        return not source_root.tree.is_directory(file)
    return source_root.tree.is_file(f"{file}/{SKILL_FILE}")


def _check_kind(source_root: SourceRoot, section: str, file: str, path: str) -> None:
    """Raise ContentError if a path names a directory, or for a skill a file."""
    if section == "skills" and source_root.tree.is_link(path.rstrip("/")):
        hint = "put the directory there, or name the one it leads to"
        raise ContentError(
            "is a link, not a directory", location=Location(path=path), hint=hint
        )
    if _is_kind(source_root, section, file):
        return
    if section != "skills":
        raise ContentError("is a directory, not a file", location=Location(path=file))
    hint = "" if source_root.tree.is_directory(file) else "a skill is a directory"
    raise ContentError(f"has no {SKILL_FILE}", location=Location(path=file), hint=hint)


def _respelled(source_root: SourceRoot, folder: str, path: str) -> str:
    """Return a hint if a path would exist with another start; else ""."""
    for start in ("", folder):
        try:
            found = source_root.tree.locate(posixpath.join(start, path))
        except ContentError:
            continue
        if found is not None:
            written = posixpath.relpath(posixpath.join(start, path), folder or ".")
            written = written if written.startswith("..") else f"./{written}"
            return f"write '{written}'"
    return ""


def _check_extension(entry: Declaration, file: str) -> None:
    """Raise ConfigError for a symlink to a file with a different extension."""
    extension = posixpath.splitext(file)[1]
    if entry.section != "skills" and posixpath.splitext(entry.path)[1] != extension:
        what = (
            f"'{entry.path}' is a symlink to '{file}', which has a different extension"
        )
        raise ConfigError(f"{entry.key}.path:", what)


def _static_part(pattern: str) -> tuple[str, str]:
    """Split a pattern before its first component that is a pattern."""
    parts = pattern.split("/")
    first = next(i for i, part in enumerate(parts) if is_pattern(part))
    return "/".join(parts[:first]), "/".join(parts[first:])
