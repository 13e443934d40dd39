"""
A preview that follows the files that it was made of, for `preview --serve`.

The files are those that an editable install compares, by the same function: all that
was read, searched for or not found.  What cannot be rendered leaves the page as it was
before, with the problems.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Final

from hatch_agpm.errors import AgpmError
from hatch_agpm.preview.filling import FillError, fill
from hatch_agpm.preview.page import render_page
from hatch_agpm.runtime._variables import parse
from hatch_agpm.runtime.editable.freshness import Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hatch_agpm.preview.model import Preview
    from hatch_agpm.review import SnapshotText

__all__ = ["LivePreview", "Loaded"]

_PAUSE: Final = 0.5
"""Seconds between two attempts to render what has problems."""

_SHARE: Final = 4
"""How many times as long as an attempt takes it waits before the next one."""


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A preview as its files were at one time."""

    preview: Preview
    texts: Mapping[str, SnapshotText]
    """The texts by name."""

    sources: Snapshot
    """The files, whose paths are relative to its root."""


class LivePreview:
    """
    The preview of what `load` returns, which is called again when files change.

    `load` raises AgpmError or OSError for what cannot be rendered.  `report` takes a
    line for the person who started the command.
    """

    def __init__(
        self,
        load: Callable[[], Loaded],
        *,
        empty: Preview,
        may_fail: bool,
        report: Callable[[str], None],
    ) -> None:
        """
        Load for the first time.

        If that fails, its error is raised, or `may_fail` and `empty` is shown.
        """
        self._load = load
        self._preview = empty
        self._report = report
        self._lock = Lock()
        self._sources = Snapshot("", [])
        self._texts: Mapping[str, SnapshotText] = {}
        self._problems: tuple[str, ...] = ()
        self._version = 0
        self._shown = 0
        self._next_attempt = 0.0
        self._attempt(may_fail=may_fail)

    def page(self, path: str) -> str:
        """Return the page; to load it again renders again in any case."""
        with self._lock:
            if self._problems or self._shown == self._version:
                self._attempt()
            else:
                self._follow()
            self._shown = self._version
            return render_page(self._preview, server=path, version=self._version)

    def state(self) -> dict[str, object]:
        """Return a number that changes with the page, and what is wrong now."""
        with self._lock:
            self._follow()
            return {"version": self._version, "problems": self._problems}

    def fill(self, name: str, values: Mapping[str, str]) -> dict[str, object]:
        """
        Return the text of a prompt behind its frontmatter, or what is wrong.

        The values are texts, which are read as the types of the variables.
        """
        with self._lock:
            found = self._texts.get(name)
        if found is None or not found.entry.get("runtime"):
            return {"problem": "there is no such prompt now"}
        kinds = {each["name"]: each["type"] for each in found.entry["runtime"]}
        given = {
            key: parse(kinds.get(key, "str"), text) for key, text in values.items()
        }
        try:
            return {"text": fill(found, given)}
        except FillError as error:
            return {"problem": str(error)}

    def _follow(self) -> None:
        """Render again if a file has changed."""
        if self._problems:
            # A new file may solve them, or one that nobody has read yet.
            if time.monotonic() >= self._next_attempt:
                self._attempt()
        elif change := _change(self._sources):
            self._report(f"{change} changed")
            self._attempt()

    def _attempt(self, *, may_fail: bool = True) -> None:
        started = time.monotonic()
        try:
            loaded = self._load()
        except (AgpmError, OSError) as error:
            if not may_fail:
                raise
            problems = tuple(map(str, getattr(error, "problems", (error,))))
            if problems != self._problems:
                self._report(f"hatch-agpm: {error}")
            self._problems = problems
        else:
            self._version += loaded.preview != self._preview
            self._preview, self._texts = loaded.preview, loaded.texts
            self._sources, self._problems = loaded.sources, ()
        ended = time.monotonic()
        self._next_attempt = ended + max(_PAUSE, _SHARE * (ended - started))


def _change(sources: Snapshot) -> str | None:
    """Return the path of a file that has changed, None without one."""
    if sources.is_untouched(sources.root):
        return None
    changed = sources.first_change(sources.root)
    if changed is None:
        # Only the stamps have: what they are now is quick to compare with.
        sources.sources = sources.stamped(sources.root).sources
    return changed
