"""The option `--serve`: the page in a browser, as the files are now."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hatch_agpm.build.editable.wheel import snapshot
from hatch_agpm.cli.output import print_text
from hatch_agpm.cli.preview.command import open_against, open_preview, place_of
from hatch_agpm.preview import Preview
from hatch_agpm.preview.live import LivePreview, Loaded
from hatch_agpm.preview.server import PreviewServer
from hatch_agpm.runtime.editable.freshness import FILE, Snapshot, look, sighting

if TYPE_CHECKING:
    import argparse

    from hatch_agpm.review import PackageSnapshot

__all__ = ["serve"]

_SETTINGS: Final = ("hatch.toml", "pyproject.toml", "setup.cfg", "setup.py")
"""The files of a project in which its backend finds metadata."""


def serve(arguments: argparse.Namespace) -> None:
    """
    Serve the page that a command line means, until it is interrupted.

    What it is compared with is read once.  A project that cannot be rendered is shown
    with its problems.  Raises AgpmError for all else that cannot be read.
    """
    place = place_of(arguments)
    try:
        old = open_against(arguments)
        is_project = (Path(place) / "pyproject.toml").is_file()
        empty = Preview(title=place, counted_by="", files=(), prompts=())
        site = LivePreview(
            lambda: load(place, old),
            empty=empty,
            may_fail=is_project,
            report=_report,
        )
        with PreviewServer(site) as server:
            _report(f"{server.url} shows the prompts; Ctrl-C ends it")
            server.serve_forever()
    except KeyboardInterrupt:
        _report("")


def load(place: str, old: PackageSnapshot | None) -> Loaded:
    """Return the preview of a place, and the files that it was made of."""
    path = Path(place).resolve()
    root, names = (path, _SETTINGS) if path.is_dir() else (path.parent, (path.name,))
    # Before they are read, so that a change in between is noticed.
    digests = {name: look(FILE, f"{root}/{name}") for name in names}
    shown = open_preview(place, old)
    seen = [sighting(FILE, str(root), *each) for each in digests.items()]
    if plan := shown.opened.plan:
        seen += snapshot(plan.context, plan.rendering).sources
    texts = shown.opened.snapshot.texts
    sources = Snapshot("", seen, str(root))
    return Loaded(preview=shown.preview, texts=texts, sources=sources)


def _report(line: str) -> None:
    print_text(line)
    sys.stdout.flush()
