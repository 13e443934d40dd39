"""The options of `vendor`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import ArgumentParser

__all__ = ["vendor_options"]


def vendor_options(vendor: ArgumentParser) -> None:
    """Add the options of `vendor`."""
    what = "list newer versions of Git sources, or take them"
    vendor.add_argument(
        "action",
        metavar="outdated | update",
        nargs="?",
        choices=["outdated", "update"],
        help=what,
    )
    what = "the sources that are meant (default: all)"
    vendor.add_argument("names", metavar="NAME", nargs="*", help=what)
    forms = vendor.add_mutually_exclusive_group()
    what = "write nothing; fail if a copy is not up to date"
    forms.add_argument("--check", action="store_true", help=what)
    what = "take the commits of Git sources from agpm.lock"
    forms.add_argument("--locked", action="store_true", help=what)
    what = "the directory of the copies (default: prompts/vendor)"
    vendor.add_argument("--directory", metavar="DIR", help=what)
