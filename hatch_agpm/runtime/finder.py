# SPDX-License-Identifier: MIT-0
"""
How an editable install finds its prompts.

A copy of this file travels in the editable wheel, followed by a function `start`
that calls `install`; a `.pth` file runs it whenever the interpreter starts.  So it
costs next to nothing until somebody imports the prompts; which of them are up to date
is known by `freshness.py`, which is imported then.  Needs nothing but the standard
library, and runs on every Python that the project supports.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # as typing has it; type checkers know the name
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
        places: Sequence[str] = (),
    ) -> None:
        self.module = install["module"]
        self.parent = parent
        """The directory of the package around the module; "" without one."""

        self.places = places
        """Where the module may lie if there is no package around it."""

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

        `path` is the `__path__` of the package that is about to hold the module.
        Where sources have changed and are wrong, loading it raises `AgpmError`.
        """
        if fullname != self.module or not self._is_ours(path):
            return None
        from importlib.machinery import ModuleSpec

        if self._known is None:
            # Not `import_module`, which loads more than all this needs.
            helper = __import__(self.helper, None, None, ["Install"])
            self._known = helper.Install(**self._install)
        loader = self._known.loader()
        spec = ModuleSpec(fullname, loader, origin=loader.path, is_package=True)
        spec.submodule_search_locations = [os.path.dirname(loader.path)]
        spec.has_location = True
        return spec

    def _is_ours(self, path: Iterable[str] | None) -> bool:
        # Another checkout, or a wheel, may come first on sys.path: its prompts
        # are not ours to give.
        if self.parent:
            around = [os.path.realpath(entry) for entry in path or ()]
            parent = os.path.realpath(self.parent)
            return parent in around or any(map(self._is_linked, around))
        from importlib.machinery import PathFinder

        found = PathFinder.find_spec(self.module, None if path is None else [*path])
        where = os.path.dirname(found.origin or "") if found else ""
        return os.path.realpath(where) in map(os.path.realpath, self.places)

    def _is_linked(self, entry: str) -> bool:
        """Say whether a package lies where a strict install of setuptools links it."""
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

    Doing it twice, as the Pythons do that know both `.pth` and `.start` files, has
    no effect.
    """
    new = Redirect(install, **given)
    if all(getattr(finder, "helper", "") != new.helper for finder in sys.meta_path):
        sys.meta_path.insert(0, new)
