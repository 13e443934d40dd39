# SPDX-License-Identifier: MIT-0
"""
Finds the rendered prompts of the sources as they are now.

A copy of this file is in editable wheels, and is imported with the first prompt.  A
*snapshot* names a bundle and its inputs: files, directories that were searched, links,
absent names, the table of hatch-agpm in pyproject.toml.  One belongs to the install;
another is in the user's cache and is written after a change.  As long as the stamps of
a snapshot equal those of the file system, no file is read.  Imports only the standard
library and runs on Python 3.9 and later.

It calls `refresh(install, cache)` of the hatch-agpm that is installed, in any version;
that raises `ImportError` for a file `install` of a version that it does not support.
"""

from __future__ import annotations

import os
import stat
import sys
import time
from importlib.machinery import SourceFileLoader

from hatch_agpm.runtime.editable.private import (
    cache_directory,
    is_private,
    make_private,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from importlib.machinery import ModuleSpec
    from types import CodeType, ModuleType

FILE, DIRECTORY, VISIBLE, LINK, TABLE = "fdvlt"
"""The kinds of sources; VISIBLE is a directory without its hidden files."""

ABSENT = "-"
"""The stamp and the digest of a missing file."""

UNSURE = "?"
"""The stamp of a file that has just changed: the next change might not alter it."""

_FORMAT = "hatch-agpm 2"
_MOST_BYTES = 1 << 28
_SPACES = 3
_SEPARATORS = {"/", "\\", ":", "."}
"""The characters that a name in the cache cannot have: they could lead out of it."""

_COARSE, _FINE = 2_000_000_000, 100_000_000
"""Nanoseconds within which two changes may have the same time stamp."""


def stamp(path: str) -> str:
    """Return a text that changes when a file or directory, or its mode, changes."""
    try:
        found = os.stat(path)
    except OSError:
        return ABSENT
    # A copy may keep the modification time and the size, but not the other fields.
    times = f"{found.st_mtime_ns}.{found.st_ctime_ns}"
    return f"{times}.{found.st_size}.{found.st_mode}.{found.st_ino}"


def sure_stamp(path: str) -> str:
    """Return the stamp, or `UNSURE` if a further change might not alter it."""
    found = stamp(path)
    if found == ABSENT:
        return found
    changed = max(map(int, found.split(".")[:2]))
    # On file systems with a resolution of seconds, all times are whole seconds.
    margin = _COARSE if changed % 1_000_000_000 == 0 else _FINE
    return UNSURE if time.time_ns() - changed < margin else found


def digest(content: bytes, *, executable: bool = False) -> str:
    """Return the sha256 of some bytes, with an `x` for an executable file."""
    from hashlib import sha256

    return sha256(content).hexdigest() + "x" * executable


def names_digest(names: Iterable[str]) -> str:
    """Return the digest of the names in a directory; those of directories end in /."""
    return digest("\0".join(sorted(names)).encode("utf-8", "surrogateescape"))


def table_digest(tables: Mapping[str, object]) -> str:
    """Return the digest of the table of hatch-agpm in a parsed pyproject.toml."""
    tool = tables.get("tool")
    table = tool.get("hatch-agpm") if isinstance(tool, dict) else None
    return digest(repr(table).encode("utf-8", "surrogatepass"))


def look(kind: str, path: str) -> str:
    """Return the present digest of a path, `ABSENT` if it cannot be read."""
    try:
        if kind == LINK:
            return digest(os.fsencode(os.path.realpath(path)))
        if kind in {DIRECTORY, VISIBLE}:
            return names_digest(_names(path, hidden=kind == DIRECTORY))
        if not stat.S_ISREG(os.stat(path).st_mode):
            # To open a pipe would wait for its other end.
            return ABSENT
        with open(path, "rb") as file:
            content = file.read()
            executable = bool(os.fstat(file.fileno()).st_mode & 0o100)
    except OSError:
        return ABSENT
    if kind == TABLE:
        return _table(content)
    return digest(content, executable=executable)


def _names(path: str, *, hidden: bool) -> list[str]:
    with os.scandir(path) as entries:
        return [
            entry.name + "/" * entry.is_dir(follow_symlinks=False)
            for entry in entries
            if entry.name != "__pycache__"
            if hidden or not entry.name.startswith(".")
        ]


def _table(content: bytes) -> str:
    """Return the digest of the table; of the whole text if it cannot be parsed."""
    try:
        import tomllib

        return table_digest(tomllib.loads(content.decode()))
    except (ImportError, ValueError, RecursionError):
        return digest(content)


class Snapshot:
    """A bundle and its sources, as one file lists them."""

    def __init__(self, bundle: str, sources: list[str], root: str = "") -> None:
        self.root = root
        """The project that the bundle was rendered from."""

        self.bundle = bundle
        """The name of its directory; "" for the one that was installed."""

        self.sources = sources
        """For each: kind, digest, stamp and the path from the project's root."""

    @classmethod
    def read(cls, file: str) -> Snapshot | None:
        """Read a snapshot from a file; return None if it is missing or invalid."""
        try:
            found = os.stat(file)
            if not stat.S_ISREG(found.st_mode) or found.st_size > _MOST_BYTES:
                return None
            with open(file, encoding="utf-8", errors="surrogateescape") as opened:
                # NUL is the only character that file names cannot have.
                header, root, bundle, *sources = opened.read().split("\0")
        except (OSError, ValueError):
            return None
        if header != _FORMAT or _SEPARATORS & {*bundle}:
            return None
        is_whole = all(source.count(" ") >= _SPACES for source in sources)
        return cls(bundle, sources, root) if is_whole else None

    def text(self) -> str:
        """Return the text that `read` parses."""
        return "\0".join((_FORMAT, self.root, self.bundle, *self.sources))

    def is_untouched(self, root: str) -> bool:
        """Tell whether all stamps are those of the files in the project at `root`."""
        for source in self.sources:
            _, _, seen, path = source.split(" ", 3)
            if stamp(f"{root}/{path}") != seen:
                return False
        return True

    def first_change(self, root: str) -> str | None:
        """Return the path of a source that differs from the rendered one, or None."""
        return next((path for _, path in self.changes(root)), None)

    def changes(self, root: str) -> Iterator[tuple[str, str]]:
        """Yield kind and path of the sources that differ from the rendered ones."""
        for source in self.sources:
            kind, content, seen, path = source.split(" ", 3)
            whole = f"{root}/{path}"
            if stamp(whole) != seen and look(kind, whole) != content:
                yield kind, path

    def stamped(self, root: str) -> Snapshot:
        """Return the same snapshot with the stamps that the sources have now."""
        sources = []
        for source in self.sources:
            kind, content, seen, path = source.split(" ", 3)
            # Unchanged sources are not read; Python 3.10 could not parse the table.
            same = stamp(f"{root}/{path}") == seen
            sources.append(source if same else sighting(kind, root, path, content))
        return Snapshot(self.bundle, sources, self.root)


def sighting(kind: str, root: str, path: str, content: str) -> str:
    """Return a source of a snapshot; `content` is the digest when it was rendered."""
    whole = f"{root}/{path}"
    # In this order, so that a change in between alters the stamp.
    seen = sure_stamp(whole)
    seen = seen if look(kind, whole) == content else UNSURE
    return f"{kind} {content} {seen} {path}"


# --- which bundle is read -------------------------------------------------------------


class Install:
    """One editable install: its files, and the changes that were warned of."""

    def __init__(
        self, *, module: str, root: str, base: str, bundle: str, key: str
    ) -> None:
        self.module = module
        self.root = root
        self.base = base
        """The prefix of the paths of its files in the environment."""

        self.bundle = bundle
        """The directory of the bundle that was rendered with it."""

        self.key = key
        """The path of its directory in the cache; no other install has it."""

        self.warned = False

    def loader(self) -> SourceFileLoader:
        """
        Return the loader of the current bundle; changed sources are rendered again.

        Their errors are raised when the module is loaded. If they cannot be rendered
        here, the prompts are those rendered last, with a warning.
        """
        cache = cache_directory(self.key)
        snapshots = self._snapshots(cache)
        try:
            file = f"{self._directory(snapshots, cache)}/__init__.py"
        except Exception as error:
            if not _is_of_sources(error):
                raise
            file = f"{self._last(snapshots)}/__init__.py"
            return _Refusal(self.module, file, error, self.root)
        return SourceFileLoader(self.module, file)

    def cached(self, file: str) -> str:
        """Return the directory in the cache that has a file, "" for other files."""
        cache = cache_directory(self.key)
        return cache if cache and file.startswith(f"{cache}/") else ""

    def _directory(
        self, snapshots: list[tuple[Snapshot, str]], cache: str | None
    ) -> str:
        for snapshot, bundle in snapshots:
            if snapshot.is_untouched(self.root):
                return bundle
        for snapshot, bundle in snapshots:
            if snapshot.first_change(self.root) is None:
                remember(snapshot.stamped(self.root), cache)
                return bundle
        if not os.path.exists(f"{self.root}/pyproject.toml"):
            self._warn(f"the project {self.root} is gone", "install it again")
            return self._last(snapshots)
        try:
            from hatch_agpm.build.editable.refresh import refresh

            return refresh(f"{self.base}.json", cache)
        except Exception as error:
            if _is_of_sources(error):
                raise
            what, advice = self._change(snapshots), _ADVICE
            if str(getattr(error, "name", "")).partition(".")[0] != "hatch_agpm":
                # Another version, or a missing build requirement.
                reason = f"{type(error).__name__}: {error}"
                what += f", and cannot be rendered here: {reason}"
                advice = "install it again, with its build requirements"
            self._warn(what, advice)
            return self._last(snapshots)

    def _snapshots(self, cache: str | None) -> list[tuple[Snapshot, str]]:
        """Return the snapshots with an existing bundle, and its directory."""
        found = []
        for directory in (self.base, cache):
            snapshot = directory and Snapshot.read(f"{directory}.snapshot")
            if snapshot and snapshot.root == self.root:
                bundle = (
                    f"{cache}/{snapshot.bundle}" if snapshot.bundle else self.bundle
                )
                is_there = os.path.exists(f"{bundle}/__init__.py")
                if is_there and (not snapshot.bundle or is_private(bundle)):
                    found.append((snapshot, bundle))
        return found

    def _last(self, snapshots: list[tuple[Snapshot, str]]) -> str:
        return snapshots[-1][1] if snapshots else self.bundle

    def _change(self, snapshots: list[tuple[Snapshot, str]]) -> str:
        paths = [snapshot.first_change(self.root) for snapshot, _ in snapshots[-1:]]
        return f"{paths[0] if paths else self.bundle} changed after the install"

    def _warn(self, what: str, advice: str) -> None:
        if self.warned:
            return
        self.warned = True
        import warnings

        # Frames of the import system are not counted.
        # A file name must not control the terminal.
        what = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in what)
        message = f"hatch-agpm: {self.module} is not up to date: {what}; {advice}"
        warnings.warn(message, stacklevel=5)


def _is_of_sources(error: Exception) -> bool:
    """Return whether an error is about the sources."""
    # The copy of this file cannot import the class: hatch-agpm may not be installed.
    return any(each.__name__ == "AgpmError" for each in type(error).__mro__)


class _Refusal(SourceFileLoader):
    """
    Raises an error when the module is loaded, as if its own code raised it.

    The traceback then has the line of the import and the line of the template.  Finding
    the module without loading it is not an error.
    """

    def __init__(self, name: str, path: str, error: Exception, root: str) -> None:
        super().__init__(name, path)
        self._error = error
        self._root = root

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return a module in which the code below finds the error."""
        module = type(sys)(spec.name)
        module.__dict__["error"] = self._error
        return module

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 - the protocol
        """Return code that raises it in the line of its file, if it names one."""
        path, line = (getattr(self._error, name, "") for name in ("path", "line"))
        file = f"{self._root}/{path}" if line else "<hatch-agpm>"
        code = (
            "\n" * (int(line or 1) - 1) + "raise error.with_traceback(None) from None"
        )
        return compile(code, file, "exec")


_ADVICE = """\
install it again, or have changes shown at the next import; in pyproject.toml:
    [dependency-groups]
    dev = ["hatch-agpm"]"""


def remember(snapshot: Snapshot, cache: str | None) -> bool:
    """Write a snapshot to the cache atomically; return whether that succeeded."""
    if cache is None:
        return False
    file = f"{cache}.snapshot"
    part = f"{file}.{os.getpid()}.{time.time_ns()}"
    try:
        make_private(os.path.dirname(cache))
        new = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(new, "w", encoding="utf-8", errors="surrogateescape") as opened:
            opened.write(snapshot.text())
        os.replace(part, file)
    except OSError:
        try:
            os.unlink(part)
        except OSError:
            pass
        return False
    return True
