"""The options of `preview`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import ArgumentParser

__all__ = ["preview_options"]


def preview_options(command: ArgumentParser) -> None:
    """Add the arguments of the command to its parser."""
    what = "a project, a wheel, or an installed distribution (default: the project)"
    command.add_argument("place", metavar="PLACE", nargs="?", help=what)
    what = "compare with an older wheel, project, distribution or Git revision"
    command.add_argument("--against", metavar="OLD", help=what)
    chosen = command.add_mutually_exclusive_group()
    what = "the page to write (default: NAME-preview.html)"
    chosen.add_argument("--output", metavar="FILE", type=Path, help=what)
    what = "show the page in a browser on this machine, as the files are now"
    chosen.add_argument("--serve", action="store_true", help=what)
