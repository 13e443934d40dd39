# SPDX-License-Identifier: MIT-0
"""
A directory of prompts as `importlib.resources` reads it.

Every bundle has a copy of this file.  Runs on Python 3.9 and later, with only the
standard library.
"""

from __future__ import annotations

import sys
from importlib.resources import files

if sys.version_info >= (3, 11):
    from importlib.resources.abc import TraversableResources
else:
    from importlib.abc import TraversableResources

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class DirectoryReader(TraversableResources):
    """The files of a directory of a package."""

    def __init__(self, package: str, directory: str) -> None:
        self._package = package
        self._directory = directory

    def files(self) -> Any:
        """Return the directory."""
        return files(self._package).joinpath(self._directory)

    def is_resource(self, path: str) -> bool:
        """Tell whether this is a file; the inherited method fails on Python 3.9."""
        return bool(self.files().joinpath(path).is_file())
