# SPDX-License-Identifier: MIT-0
"""
How an editable install finds its prompts.

A copy of this file is in the editable wheel, followed by a function `start` that calls
`install`.  A `.pth` file runs it whenever the interpreter starts, so it must be cheap
until the prompts are imported.  Only then is `freshness.py` imported, which checks
whether they are up to date.  Imports only the standard library, and runs on every
Python that the project supports.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # as in `typing`; type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from importlib.machinery import ModuleSpec
    from typing import Any


class Redirect:
    """A finder for one module of one checkout."""

    def __init__(
        self,
        install: Mapping[str, str],
        *,
        helper: str,
        parent: str = "",
        directories: Sequence[str] = (),
    ) -> None:
        self.module = install["module"]
        self.parent = parent
        """The directory of the package around the module; "" without one."""

        self.directories = directories
        """The directories that may contain the module if it is not in a package."""

        self._install = install
        self.helper = helper
        """The name of the copy of `freshness.py`: each install has its own."""

        self._known: Any = None

    def find_spec(
        self,
        fullname: str,
        path: Iterable[str] | None = None,
        target: object = None,  # noqa: ARG002 - the protocol of finders
    ) -> ModuleSpec | None:
        """
        Return the spec of the bundle, for its own name and checkout only.

        `path` is the `__path__` of the parent package.  If changed sources have
        mistakes, loading the module raises `AgpmError`.
        """
        if fullname != self.module or not self._is_ours(path):
            return None
        from importlib.machinery import ModuleSpec

        if self._known is None:
            # Not `import_module`, which imports more modules than are needed here.
            helper = __import__(self.helper, None, None, ["Install"])
            self._known = helper.Install(**self._install)
        loader = self._known.loader()
        spec = ModuleSpec(fullname, loader, origin=loader.path, is_package=True)
        spec.submodule_search_locations = [os.path.dirname(loader.path)]
        spec.has_location = True
        # For the message about a damaged file: only those of the cache may be deleted.
        spec.loader_state = self._known.cached(loader.path)
        return spec

    def _is_ours(self, path: Iterable[str] | None) -> bool:
        # Another checkout, or a wheel, may come first on sys.path: it has its own
        # prompts.
        if self.parent:
            around = [os.path.realpath(entry) for entry in path or ()]
            parent = os.path.realpath(self.parent)
            return (
                parent in around
                or any(map(self._is_linked, around))
                or self._was_loaded_from(parent)
            )
        from importlib.machinery import PathFinder

        found = PathFinder.find_spec(self.module, None if path is None else [*path])
        where = os.path.dirname(found.origin or "") if found else ""
        return os.path.realpath(where) in map(os.path.realpath, self.directories)

    def _was_loaded_from(self, directory: str) -> bool:
        """Tell whether the package around was loaded from a file in a directory."""
        # Packages of meson-python have a `__path__` that is not a directory.
        package = sys.modules.get(self.module.rpartition(".")[0])
        file = getattr(package, "__file__", None) or ""
        return file != "" and os.path.dirname(os.path.realpath(file)) == directory

    def _is_linked(self, entry: str) -> bool:
        """Tell whether a package is in the directory of links of a strict install."""
        package = os.sep + self.module.rpartition(".")[0].replace(".", os.sep)
        build, tree = os.path.split(entry[: -len(package)])
        return (
            entry.endswith(package)
            and tree.startswith("__editable__.")
            and build == os.path.realpath(f"{self._install['root']}/build")
        )


def install(install: Mapping[str, str], **given: Any) -> None:
    """
    Let `import` find a bundle; the arguments are those of `Redirect`.

    A second call has no effect: Pythons that support both `.pth` and `.start` files
    make two.
    """
    new = Redirect(install, **given)
    if all(getattr(finder, "helper", "") != new.helper for finder in sys.meta_path):
        sys.meta_path.insert(0, new)
