"""The options of `install` and `uninstall`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import ArgumentParser

__all__ = ["install_options", "uninstall_options"]


def install_options(install: ArgumentParser) -> None:
    """Add the options of `install`."""
    what = "a distribution; by default all that the project depends on"
    install.add_argument("names", metavar="DIST", nargs="*", help=what)
    what = "install for this tool: claude-code, opencode, agents (the directory "
    what += ".agents), agpm, or one of the project; several may be given"
    install.add_argument("--tool", metavar="NAME", action="append", help=what)
    what = "the virtual environment (default: .venv, the active one, or this one)"
    install.add_argument("--environment", metavar="DIR", type=Path, help=what)
    _force_option(install, "replace a file or setting that is in the way")
    forms = install.add_mutually_exclusive_group()
    what = "write nothing; say what would be done"
    forms.add_argument("--dry-run", action="store_true", help=what)
    what = "write nothing; fail if anything is not as it should be"
    forms.add_argument("--check", action="store_true", help=what)
    install.add_argument("--json", action="store_true", help="print JSON")


def uninstall_options(uninstall: ArgumentParser) -> None:
    """Add the options of `uninstall`."""
    what = "a distribution; by default all that are installed"
    uninstall.add_argument("names", metavar="DIST", nargs="*", help=what)
    _force_option(uninstall, "remove a file or setting that was edited")
    what = "write nothing; say what would be done"
    uninstall.add_argument("--dry-run", action="store_true", help=what)
    uninstall.add_argument("--json", action="store_true", help="print JSON")


def _force_option(command: ArgumentParser, what: str) -> None:
    command.add_argument(
        "--force",
        metavar="NAME",
        action="append",
        default=[],
        help=f"{what}; several may be given",
    )
