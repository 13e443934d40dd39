"""Templates found by convention: the directories `prompts/<type>/`."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from hatch_agpm.errors import AgpmError, BundleError, did_you_mean, raise_problems
from hatch_agpm.model.rendering import DirectoryListing
from hatch_agpm.model.types import RESOURCE_TYPES, SKILL_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["CONVENTION", "by_convention", "conventional_directories"]


def _visible_directories(
    top: Path, depth: int = 0
) -> Iterator[tuple[Path, DirectoryListing]]:
    """
    Yield the directories from `top` down, with the entries that are not hidden.

    `depth` is the number of levels, 0 for all.  A path that is not a directory or
    cannot be read is skipped.
    """
    try:
        with os.scandir(top) as scanned:
            entries = [
                (entry.name, entry.is_dir(follow_symlinks=False))
                for entry in scanned
                if not entry.name.startswith(".") and entry.name != "__pycache__"
            ]
    except OSError:
        return
    names = tuple(name + "/" * is_directory for name, is_directory in entries)
    yield top, DirectoryListing(names=names, hidden=False)
    if depth != 1:
        for name in (name for name, is_directory in entries if is_directory):
            yield from _visible_directories(top / name, depth - 1)


CONVENTION: Final = "prompts"


def by_convention(root: Path) -> dict[str, dict[str, str]]:
    """
    Return the path of each resource in the conventional directories, by type and key.

    Raises `BundleError`, or `ProblemsError` with several, for directories that cannot
    be read or have nearly the name of a type.
    """
    errors: list[OSError] = []
    present = _type_directories(root / CONVENTION, errors)
    found = {section: _conventional(root, section, errors) for section in present}
    raise_problems(
        [
            BundleError(
                os.path.relpath(error.filename, root).replace(os.sep, "/"),
                f"cannot be read: {error.strerror}",
            )
            for error in errors
        ]
    )
    return {section: entries for section, entries in found.items() if entries}


def conventional_directories(root: Path) -> dict[str, DirectoryListing]:
    """Return the entries of the conventional directories, by path."""
    top = root / CONVENTION
    searched = [
        *_visible_directories(top, depth=1),
        *(
            found
            for section in RESOURCE_TYPES
            for found in _visible_directories(top / section)
        ),
    ]
    return {path.relative_to(root).as_posix(): entries for path, entries in searched}


def _type_directories(top: Path, errors: list[OSError]) -> list[str]:
    """
    Return the types that have a directory in `top`.

    Raises BundleError, or ProblemsError with several, for directories whose names are
    nearly those of types, because their files would not be found.
    """
    _, directories, _ = next(_walk(top, errors), ("", [], []))
    problems: list[AgpmError] = []
    for written in sorted(set(directories) - RESOURCE_TYPES.keys()):
        name = written.lower().replace("_", "-")
        if hint := did_you_mean(name, RESOURCE_TYPES):
            shown = f"{CONVENTION}/{written}"
            problems.append(BundleError(shown, "is not a directory of resources", hint))
    raise_problems(problems)
    return [section for section in RESOURCE_TYPES if section in directories]


def _walk(
    top: Path, errors: list[OSError]
) -> Iterator[tuple[str, list[str], list[str]]]:
    """Walk a directory as `os.walk` does; a missing one is not an error."""

    def note(error: OSError) -> None:
        missing = isinstance(error, FileNotFoundError | NotADirectoryError)
        if not missing or error.filename != str(top):
            errors.append(error)

    return os.walk(top, onerror=note)


def _conventional(root: Path, section: str, errors: list[OSError]) -> dict[str, str]:
    """Return key and path of each resource in the directory of its type."""
    top = root / CONVENTION / section
    found = _skills(top, errors) if section == "skills" else _files(top, errors)
    stems = Counter(path.with_suffix("") for path in found)
    entries = {}
    for path in found:
        # Files that differ only in their extension keep it in their names.
        alone = section == "skills" or stems[path.with_suffix("")] == 1
        key = path.with_suffix("") if alone and section != "skills" else path
        entries[key.as_posix()] = f"{CONVENTION}/{section}/{path.as_posix()}"
    return entries


def _skills(top: Path, errors: list[OSError]) -> list[PurePosixPath]:
    """Return the directories with a SKILL.md that are not in another such directory."""
    found: list[PurePosixPath] = []
    for path in _files(top, errors):
        skill = path.parent
        if path.name == SKILL_FILE and not any(
            other == skill or other in skill.parents for other in found
        ):
            found.append(skill)
    if PurePosixPath() in found:
        what = "is not in a directory that gives the skill its name"
        shown = f"{CONVENTION}/skills/{SKILL_FILE}"
        raise BundleError(shown, what, "move it to one of its own")
    return found


def _files(top: Path, errors: list[OSError]) -> list[PurePosixPath]:
    """Return the files below a directory, sorted by path, without hidden ones."""
    found: list[PurePosixPath] = []
    # Broken links and special files are listed, so that they are reported.
    for folder, directories, names in _walk(top, errors):
        directories[:] = filter(_is_meant, directories)
        within = PurePosixPath(Path(folder).relative_to(top).as_posix())
        found += [within / name for name in names if _is_meant(name)]
    return sorted(found)


def _is_meant(name: str) -> bool:
    return not name.startswith((".", "__pycache__"))
