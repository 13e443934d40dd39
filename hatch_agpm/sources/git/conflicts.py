"""
Which commit a resource has that is asked for in two commits of one Git source.

AGPM has a resource once.  An entry of the manifest decides; otherwise a version wins
over a branch or commit.  Where AGPM would leave it to chance, or drop what is listed,
and the files differ, it is an error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from hatch_agpm.errors import ConflictError
from hatch_agpm.sources.git.references import is_version

if TYPE_CHECKING:
    from hatch_agpm.sources.root import SourceRoot

__all__ = ["choose", "entries_conflict", "is_other_commit", "same_files"]

_ASK: Final = "ask for a version in the manifest"
_LIST: Final = "list it in the manifest with the version that all shall have"
_SPLIT: Final = "ask for one version, or give them different 'template_vars'"


def is_other_commit(one: SourceRoot, other: SourceRoot) -> bool:
    """Tell whether two roots are different commits of one Git source."""
    return one is not other and one.git is not None and other.git is not None


def same_files(file: str, one: SourceRoot, other: SourceRoot) -> bool:
    """Tell whether a file, or the directory of a skill, is the same in two commits."""
    contents = []
    for tree in (one.tree, other.tree):
        paths = [file]
        if tree.is_directory(file):
            paths = [f"{file}/{name}" for name in tree.entries(file)]
        files = [tree.read(path) for path in paths if tree.is_file(path)]
        contents.append([(each.path, each.data, each.executable) for each in files])
    return contents[0] == contents[1]


def choose(
    shown: str, known: str, asked: str, *, is_listed: bool
) -> Literal["known", "other"]:
    """
    Return which of two versions with different files a dependency has.

    The one that is `known` may be listed in the manifest; `shown` is the file in
    messages.  Raises ConflictError where nothing decides.
    """
    is_known, is_other = is_version(known), is_version(asked)
    if is_listed:
        if is_known or not is_other:
            return "known"
        what = f"is listed as {_two(known, asked)} by a dependency"
        raise ConflictError(what, [shown], _ASK)
    if is_known == is_other:
        what = f"is asked for as {_two(known, asked)}, which differ"
        raise ConflictError(what, [shown], _LIST)
    return "known" if is_known else "other"


def entries_conflict(shown: str, known: str, asked: str) -> ConflictError:
    """Return the error that two entries have one resource in different versions."""
    return ConflictError(f"is listed as {_two(known, asked)}", [shown], _SPLIT)


def _two(known: str, asked: str) -> str:
    return f"'{known or 'HEAD'}' and as '{asked or 'HEAD'}'"
