# SPDX-License-Identifier: MIT-0
"""
The modules of a bundle: its package, and one for each directory of prompts.

Every bundle has a copy of this file as `_modules.py`.  A directory in it has a module
of the same name beside it (`agents.py`), which calls `open_namespace`, and is then what
the directory is read by.  Runs on Python 3.9 and later, with only the standard library.
"""

from __future__ import annotations

import sys
from types import ModuleType

from ._prompt import damaged_module, imported, normalized, reader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, Protocol

    class _NamedPrompts(Protocol):
        """The methods of `_accessor.Bundle` that are used here."""

        load: Callable[[str], Any]
        find: Callable[[object], str | None]
        below: Callable[[str], list[str]]
        members: Callable[[str], dict[str, str]]


class Namespace(ModuleType):
    """A directory of prompts: a module, and a mapping of the names below it."""

    __module__ = __name__.rpartition(".")[0]  # the stubs have a class for each
    _package: Any
    """The module of the whole bundle.  A reload gives it another `_bundle`."""

    _directory: str
    """The path in the bundle: `agents/`."""

    def __getitem__(self, name: str) -> Any:
        if name not in self:
            raise reader("unknown_key")(self, name)
        return self._bundle.load(self._directory + name)

    def __contains__(self, name: object) -> bool:
        if not isinstance(name, str):
            return False
        return self._bundle.find(self._directory + name) is not None

    def __iter__(self) -> Iterator[str]:
        start = len(self._directory)
        return iter([name[start:] for name in self._bundle.below(self._directory)])

    def __len__(self) -> int:
        return len(self._bundle.below(self._directory))

    def __getattr__(self, attribute: str) -> Any:
        return member(self, self._package, self._directory, attribute)

    def __dir__(self) -> list[str]:
        return attributes(self, self._bundle, self._directory)

    @property
    def __all__(self) -> list[str]:
        return sorted(self._bundle.members(self._directory))

    @property
    def _bundle(self) -> _NamedPrompts:
        bundle: _NamedPrompts = self._package._bundle
        return bundle


class NamespaceLoader:
    """The loader of a namespace's module; its resources are those of the directory."""

    def __init__(self, loader: Any, package: str, directory: str) -> None:
        self.loader = loader
        self.package = package
        self.directory = directory

    def __getattr__(self, name: str) -> Any:
        return getattr(self.loader, name)

    def get_resource_reader(self, name: str) -> Any:  # noqa: ARG002 - as loaders have it
        """Return what `importlib.resources` reads the directory with."""
        try:
            from ._resources import DirectoryReader
        except (MemoryError, RecursionError):
            raise
        except Exception as error:
            raise damaged_module("_resources.py", error) from error
        return DirectoryReader(self.package, self.directory)


def open_package(package: str) -> tuple[Callable[[str], Any], Callable[[], Any]]:
    """Return `__getattr__` and `__dir__` for the package of a bundle."""
    module: Any = sys.modules[package]
    return (
        lambda attribute: member(module, module, "", attribute),
        lambda: attributes(module, module._bundle, ""),
    )


def open_namespace(name: str, directory: str) -> None:
    """Make the module of this name the namespace of a directory of the bundle."""
    module: Any = sys.modules[name]
    parent = name.rpartition(".")[0]
    __import__(parent)  # Another thread may be importing it: wait for that.
    above, _, last = parent.rpartition(".")
    if above:
        # Python does this a moment after it lets other threads use the package.
        vars(sys.modules[above]).setdefault(last, sys.modules[parent])
    module._package, module._directory = sys.modules[parent], directory
    module.__class__ = Namespace
    # A package, because `importlib.resources` takes only these before Python 3.12; with
    # an empty path, because the directory has no modules.
    spec = module.__spec__
    spec.loader = NamespaceLoader(spec.loader, parent, directory)
    spec.submodule_search_locations = []
    if sys.version_info < (3, 10):
        # The directory of this path is what `importlib.resources.files` returns.
        spec.origin = f"{sys.modules[parent].__path__[0]}/{directory}*"
    module.__loader__, module.__package__, module.__path__ = spec.loader, name, []


def member(module: Any, package: Any, directory: str, attribute: str) -> Any:
    """Return an attribute of the module of a directory: a prompt, or a namespace."""
    name = module.__name__
    if attribute.startswith("_"):
        raise AttributeError(f"module {name!r} has no attribute {attribute!r}")
    bundle: _NamedPrompts = package._bundle
    last = normalized(attribute)
    found = bundle.members(directory).get(last)
    if found is None:
        raise reader("unknown_attribute")(module, bundle, directory, attribute)
    if not found.endswith("/"):
        return bundle.load(found)
    if not directory and bundle.below(found):
        return imported(last)
    # A directory further down, or a type without resources, has no module to import.
    child = Namespace(f"{name}.{last}")
    child._package, child._directory = package, found
    return module.__dict__.setdefault(last, child)


def attributes(module: Any, bundle: _NamedPrompts, directory: str) -> list[str]:
    """Return the names of the attributes that `member` finds and of all others."""
    return sorted({*module.__dict__, *bundle.members(directory)})
