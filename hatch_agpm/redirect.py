# SPDX-License-Identifier: MIT-0
"""
How an editable install finds its prompts.

A copy of this file travels in the editable wheel, followed by a function `start`
that calls `install`; a `.pth` file runs it whenever the interpreter starts.  So it
costs next to nothing until somebody imports the prompts, needs nothing but the
standard library, and runs on every Python that the project supports.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # as typing has it; type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.machinery import ModuleSpec


class Redirect:
    """A finder for one module of one checkout."""

    def __init__(self, module: str, directory: str, parent: str) -> None:
        self.module = module
        self.directory = directory
        self.parent = parent

    def find_spec(
        self,
        fullname: str,
        path: Iterable[str] | None = None,
        target: object = None,  # noqa: ARG002 - the protocol of finders
    ) -> ModuleSpec | None:
        """
        Return the spec of the bundle, for its own name and checkout only.

        `path` is the `__path__` of the package that is about to hold the module.
        """
        if fullname != self.module:
            return None
        # Another checkout, or a wheel, may come first on sys.path: its prompts
        # are not ours to give.
        parent = os.path.realpath(self.parent)
        if parent not in map(os.path.realpath, path or ()):
            return None
        from importlib.util import spec_from_file_location

        return spec_from_file_location(
            fullname,
            f"{self.directory}/__init__.py",
            submodule_search_locations=[self.directory],
        )


def install(module: str, directory: str, parent: str) -> None:
    """
    Let `import {module}` find the bundle in `directory`.

    Holds for the package in the directory `parent` alone.  Doing it twice, as the
    Pythons do that know both `.pth` and `.start` files, has no effect.
    """
    if all(getattr(finder, "directory", "") != directory for finder in sys.meta_path):
        sys.meta_path.insert(0, Redirect(module, directory, parent))
