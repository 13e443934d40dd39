"""
A Git repository as a bare clone in the user's cache: its names, trees and objects.

Nothing is checked out: files are read as objects.  A clone is complete or not there, so
a killed run leaves none that is damaged.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hatch_agpm.errors import ContentError, Location
from hatch_agpm.runtime.editable.private import cache_directory, make_private
from hatch_agpm.sources.git.program import GitError, run_git
from hatch_agpm.sources.git.references import References

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Entry", "Repository"]

_HEADS: Final = "refs/heads/"
_TAGS: Final = "refs/tags/"
_REFSPECS: Final = (f"+{_HEADS}*:{_HEADS}*", f"+{_TAGS}*:{_TAGS}*")
_HEAD: Final = rf"ref: {_HEADS}(.+)\tHEAD"

_OFFLINE: Final = (
    r"could not resolve|couldn't resolve|connection (?:refused|timed out|reset)"
    r"|network is unreachable|no route to host|failed to connect"
    r"|operation timed out|couldn't connect"
)
_NO_ACCESS: Final = (
    r"authentication failed|could not read (?:username|password)"
    r"|permission denied|terminal prompts disabled|error: 40[13]"
    r"|access denied|host key verification failed"
)
_NOT_THERE: Final = (
    r"does not appear to be a git repository|repository .*not found"
    r"|error: 404|does not exist"
)
_HINT_ACCESS: Final = (
    "try `git ls-remote` with the address; a private repository needs your key or a "
    "credential helper"
)
_CAUSES: Final = (
    (_OFFLINE, "cannot be reached", "builds need no connection, `vendor` does"),
    (_NO_ACCESS, "cannot be read: git has no access", _HINT_ACCESS),
    (_NOT_THERE, "is not there, or you may not read it", "check the address"),
)
"""Patterns of git's messages; what is wrong, and what to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """An entry of a commit's tree."""

    mode: str
    """Six digits: 100644 and 100755 are files, 120000 a link, 160000 a submodule."""

    object_id: str
    size: int | None
    """In bytes; None if the object is not a file, or is missing."""


class Repository:
    """The bare clone of one address; `directory` may not exist yet."""

    def __init__(self, address: str, base: Path) -> None:
        """
        Keep the address; a path is relative to the directory `base`.

        Raises ContentError if the user has no cache directory.
        """
        self.address: Final = address
        self._base: Final = base
        key = hashlib.sha256(f"{self._origin()}\n".encode()).hexdigest()[:32]
        directory = cache_directory(f"git/{key}.git")
        if directory is None:
            what = "needs a cache directory that is yours alone, and you have none"
            raise ContentError(what, hint="set XDG_CACHE_HOME to a directory of yours")
        self.directory: Final = Path(directory)

    def _origin(self) -> str:
        """Return the address for git, which runs in another directory."""
        if re.match(r"\.{1,2}(?:/|$)", self.address):
            return os.fspath(self._base / self.address)
        return self.address

    def fetch(self) -> None:
        """
        Bring all branches and tags up to date.

        Raises ContentError if the repository cannot be read.
        """
        if (self.directory / "HEAD").is_file():
            try:
                self._fetch(self.directory)
            except GitError as error:
                # A killed run may have left locks; anything else fails again.
                if ".lock'" not in error.message:
                    raise _unreachable(error) from None
            else:
                return
        self._clone()

    def _clone(self) -> None:
        make_private(os.fspath(self.directory.parent))
        with tempfile.TemporaryDirectory(
            prefix="new-", dir=self.directory.parent
        ) as made:
            whole = Path(made, "whole")
            whole.mkdir(mode=0o700)
            try:
                run_git(whole, "init", "--quiet", "--bare", "--template=")
                self._fetch(whole)
            except GitError as error:
                raise _unreachable(error) from None
            if self.directory.exists():
                self.directory.rename(Path(made, "old"))
            whole.rename(self.directory)

    def _fetch(self, directory: Path) -> None:
        origin = self._origin()
        options = ("--quiet", "--prune", "--force", "--no-write-fetch-head")
        run_git(directory, "fetch", *options, "--", origin, *_REFSPECS)
        listed = run_git(directory, "ls-remote", "--symref", "--", origin, "HEAD")
        found = re.search(_HEAD, listed.decode(errors="replace"))
        name = found[1] if found else "main"
        run_git(directory, "symbolic-ref", "HEAD", f"{_HEADS}{name}")

    def remove(self) -> None:
        """Delete the clone."""
        shutil.rmtree(self.directory, ignore_errors=True)

    def references(self) -> References:
        """Return the names of the clone, with their commits."""
        shown = "--format=%(objectname) %(refname)"
        listed = self._run("for-each-ref", shown, _HEADS, _TAGS)
        names = {}
        for line in listed.decode("utf-8", "surrogateescape").splitlines():
            object_id, name = line.split(" ", 1)
            names[name] = object_id
        head = self._run("symbolic-ref", "HEAD").decode("utf-8", "replace").strip()
        return References(
            tags=_below(_TAGS, names),
            branches=_below(_HEADS, names),
            default_branch=head.removeprefix(_HEADS),
            find_commit=self._find_commit,
        )

    def has(self, object_id: str) -> bool:
        """Tell whether the clone has a commit, and its whole tree of directories."""
        if not (self.directory / "HEAD").is_file():
            return False
        try:
            run_git(self.directory, "cat-file", "-e", f"{object_id}^{{tree}}")
        except GitError:
            return False
        return True

    def _find_commit(self, digits: str) -> str:
        wanted = f"{digits}^{{commit}}"
        try:
            found = run_git(self.directory, "rev-parse", "--quiet", "--verify", wanted)
        except GitError:
            return ""
        return found.decode().strip()

    def entries(self, commit: str) -> Mapping[str, Entry]:
        """
        Return all entries of a commit but directories, by path.

        Raises ContentError if an object is damaged or missing, or if a path is listed
        twice.
        """
        options = ("-r", "-z", "-l", "--full-tree")
        listed = self._run("ls-tree", *options, commit)
        found: dict[str, Entry] = {}
        for line in listed.split(b"\0")[:-1]:
            about, _, name = line.partition(b"\t")
            mode, _, object_id, size = about.decode().split()
            path = name.decode("utf-8", "surrogateescape")
            if path in found:
                what = "is in its directory twice"
                raise ContentError(what, location=Location(path=path))
            found[path] = Entry(
                mode=mode,
                object_id=object_id,
                size=int(size) if size.isdecimal() else None,
            )
        return found

    def read(self, object_id: str) -> bytes:
        """Return the bytes of a file; raises ContentError if it is damaged."""
        return self._run("cat-file", "blob", object_id)

    def _run(self, *arguments: str) -> bytes:
        try:
            return run_git(self.directory, *arguments)
        except GitError as error:
            what = f"is damaged: {_first_line(error.message)}"
            raise ContentError(what) from None


def _below(prefix: str, names: Mapping[str, str]) -> dict[str, str]:
    return {
        name.removeprefix(prefix): names[name]
        for name in names
        if name.startswith(prefix)
    }


def _first_line(message: str) -> str:
    """Return the line of git's message that says what is wrong."""
    lines = message.splitlines() or ["git says nothing"]
    chosen = next((line for line in lines if line.startswith("fatal:")), lines[0])
    return chosen.removeprefix("fatal: ").removeprefix("error: ")


def _unreachable(error: GitError) -> ContentError:
    said = _first_line(error.message)
    for pattern, what, hint in _CAUSES:
        if re.search(pattern, error.message, re.IGNORECASE):
            return ContentError(f"{what} (git: {said})", hint=hint)
    return ContentError(f"cannot be fetched (git: {said})")
