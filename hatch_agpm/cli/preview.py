"""The command `preview`: one page that shows every prompt."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hatch_agpm.cli.output import print_text

if TYPE_CHECKING:
    import argparse

    from hatch_agpm.preview import Preview
    from hatch_agpm.review import PackageSnapshot

__all__ = ["OpenedPreview", "open_preview", "preview", "preview_options", "write_page"]


def preview_options(command: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to its parser."""
    what = "a project, a wheel, or an installed distribution (default: the project)"
    command.add_argument("place", metavar="PLACE", nargs="?", help=what)
    what = "compare with an older wheel, project, distribution or Git revision"
    command.add_argument("--against", metavar="OLD", help=what)
    what = "the page to write (default: NAME-preview.html)"
    command.add_argument("--output", metavar="FILE", type=Path, help=what)


def preview(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    from hatch_agpm.preview import render_page

    place = arguments.place or str(arguments.project)
    opened = open_preview(place, arguments.against, arguments.project)
    output = arguments.output or Path(f"{opened.file_name}-preview.html")
    write_page(output, render_page(opened.preview))
    print_text(f"{output}: {opened.summary}")
    return 0


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenedPreview:
    """What the page shows, and the texts that it was made of."""

    preview: Preview
    snapshot: PackageSnapshot

    @property
    def file_name(self) -> str:
        """The name of the distribution, as a part of a file name."""
        name = str(self.snapshot.metadata.get("name", ""))
        return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.") or "prompts"

    @property
    def summary(self) -> str:
        """What is on the page, in words."""
        number = len(self.snapshot.texts)
        texts = "1 text" if number == 1 else f"{number} texts"
        comparison = self.preview.comparison
        return f"{texts}; {comparison.summary}" if comparison else texts


def open_preview(place: str, against: str | None, project: Path) -> OpenedPreview:
    """
    Read a project, a wheel or a distribution, and what it is compared with.

    Raises AgpmError for what cannot be read, as a build does.
    """
    from hatch_agpm.cli.snapshots import open_old, open_with_sources
    from hatch_agpm.preview import collect
    from hatch_agpm.tokens import counter

    snapshot, sources = open_with_sources(place)
    directory = Path(place) if Path(place).is_dir() else project
    old = open_old(against, directory) if against else None
    shown = collect(snapshot, counter(), sources=sources, against=old)
    return OpenedPreview(preview=shown, snapshot=snapshot)


def write_page(path: Path, page: str) -> None:
    """
    Write the page atomically.

    Raises BundleError if the file is there and is not a page of this command.
    """
    from hatch_agpm.build.writing import replace_file
    from hatch_agpm.errors import BundleError
    from hatch_agpm.model.rendering import FileContent
    from hatch_agpm.preview import is_preview_page

    if path.is_dir():
        raise BundleError(str(path), "is a directory", "give the name of a file")
    if path.exists():
        with path.open(encoding="utf-8", errors="replace") as opened:
            if not is_preview_page(opened.read(4_000)):
                what = "exists, and is not a page of this command"
                raise BundleError(str(path), what, "choose another name with --output")
    replace_file(path, FileContent(data=page.encode()))
