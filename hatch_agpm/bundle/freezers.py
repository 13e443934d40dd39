"""
What PyInstaller needs to freeze the package of a bundle without options.

It runs the entry point `hook-dirs` of every installed distribution, which returns
directories with files `hook-<module>.py`, and uses that of each module it freezes.
"""

from __future__ import annotations

from typing import Final

from hatch_agpm.bundle.entry_points import add_entry_point
from hatch_agpm.model.rendering import FileContent

__all__ = [
    "ENTRY_POINT_GROUP",
    "HOOKS",
    "entry_points",
    "hook_file",
    "with_entry_point",
]

HOOKS: Final = "_pyinstaller"
"""The directory of a bundle that has the hook."""

ENTRY_POINT_GROUP: Final = "pyinstaller40"
_NAME: Final = "hook-dirs"


def hook_file(output: str, mark: str) -> dict[str, FileContent]:
    """Return the hook of the bundle in `output`, by path; `mark` is its first line."""
    module = output.removeprefix("src/").replace("/", ".")
    text = f'''\
{mark}
# SPDX-License-Identifier: MIT-0
"""Tells PyInstaller to take the files of the prompts, and all modules beside them."""

from PyInstaller.utils.hooks import collect_data_files, collect_submodules

datas = collect_data_files("{module}", include_py_files=True)
hiddenimports = collect_submodules("{module}")
'''
    return {f"{HOOKS}/hook-{module}.py": FileContent(data=text.encode())}


def entry_points(module: str) -> dict[str, str]:
    """Return the entry points of the group for the bundle that is this module."""
    return {_NAME: f"{module}._reader:hook_directories"}


def with_entry_point(text: str, module: str) -> str:
    """
    Return the text of an entry_points.txt with ours; one of the author's stays.

    Raises `BundleError` if the text is malformed.
    """
    value = entry_points(module)[_NAME]
    return add_entry_point(text, ENTRY_POINT_GROUP, _NAME, value)
