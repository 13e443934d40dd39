"""The command `preview`: one page that shows every prompt."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hatch_agpm.build.writing import replace_file
from hatch_agpm.cli.output import print_text
from hatch_agpm.cli.snapshots import open_old, open_with_sources
from hatch_agpm.errors import BundleError
from hatch_agpm.model.rendering import FileContent
from hatch_agpm.preview import collect, is_preview_page, render_page
from hatch_agpm.reading import open_regular
from hatch_agpm.tokens import counter

if TYPE_CHECKING:
    import argparse

    from hatch_agpm.cli.snapshots import OpenedPlace
    from hatch_agpm.preview import Preview
    from hatch_agpm.review import PackageSnapshot

__all__ = [
    "OpenedPreview",
    "open_against",
    "open_preview",
    "place_of",
    "preview",
    "write_page",
]


def preview(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    if arguments.serve:
        from hatch_agpm.cli.preview.serving import serve

        serve(arguments)
        return 0
    opened = open_preview(place_of(arguments), open_against(arguments))
    output = arguments.output or Path(f"{opened.file_name}-preview.html")
    write_page(output, render_page(opened.preview))
    print_text(f"{output}: {opened.summary}")
    return 0


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenedPreview:
    """What the page shows, and what it was made of."""

    preview: Preview
    opened: OpenedPlace

    @property
    def file_name(self) -> str:
        """The name of the distribution, as a part of a file name."""
        name = str(self.opened.snapshot.metadata.get("name", ""))
        return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.") or "prompts"

    @property
    def summary(self) -> str:
        """What is on the page, in words."""
        number = len(self.opened.snapshot.texts)
        texts = "1 text" if number == 1 else f"{number} texts"
        comparison = self.preview.comparison
        return f"{texts}; {comparison.summary}" if comparison else texts


def open_preview(place: str, old: PackageSnapshot | None) -> OpenedPreview:
    """
    Read a project, a wheel or a distribution, and compare it with an old state.

    Raises AgpmError for what cannot be read, as a build does.
    """
    opened = open_with_sources(place)
    shown = collect(
        opened.snapshot,
        counter(),
        sources=opened.sources,
        marked=opened.marked,
        against=old,
    )
    return OpenedPreview(preview=shown, opened=opened)


def open_against(arguments: argparse.Namespace) -> PackageSnapshot | None:
    """Return what a command line compares with, None without it; raises AgpmError."""
    if arguments.against is None:
        return None
    place = Path(place_of(arguments))
    return open_old(arguments.against, place if place.is_dir() else arguments.project)


def place_of(arguments: argparse.Namespace) -> str:
    """Return the project, wheel or distribution that a command line means."""
    return arguments.place or str(arguments.project)


def _beginning(path: Path) -> str:
    """Return the beginning of a file, "" if it is not a regular one."""
    try:
        with open_regular(path) as opened:
            return opened.read(4_000).decode(errors="replace")
    except OSError:
        return ""


def write_page(path: Path, page: str) -> None:
    """
    Write the page atomically.

    Raises BundleError if the file is there and is not a page of this command.
    """
    if path.is_dir():
        raise BundleError(str(path), "is a directory", "give the name of a file")
    if path.exists() and not is_preview_page(_beginning(path)):
        what = "exists, and is not a page of this command"
        raise BundleError(str(path), what, "choose another name with --output")
    replace_file(path, FileContent(data=page.encode()))
