"""
Loading the bundles of the running environment.

The files of a package are read first.  It is imported only if it is a bundle, because
the result is the module that its own code uses.
"""

from __future__ import annotations

import importlib
import os
import re
import zlib
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Protocol, cast
from zipimport import ZipImportError

from packaging.utils import canonicalize_name

from hatch_agpm.errors import BundleError
from hatch_agpm.installed.discovery import discover, files_of_zip
from hatch_agpm.installed.environment import MOST_OF_METADATA, distributions_of
from hatch_agpm.installed.index import IndexReader, schema_problem
from hatch_agpm.reading import read_regular

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from hatch_agpm.installed.environment import InstalledDistribution

__all__ = ["Prompt", "Prompts", "Resources", "load"]

_NAME_SIGNS = re.compile(r"[-_.]+")


class Prompt(Protocol):
    """The attributes of a resource, which is a `str`, or `bytes` if it is not text."""

    @property
    def document(self) -> str | bytes:
        """The whole file."""

    @property
    def metadata(self) -> dict[str, object]:
        """The frontmatter."""

    @property
    def full_name(self) -> str:
        """The argument of `load`."""

    @property
    def name(self) -> str:
        """The name among its type."""

    @property
    def type(self) -> str:
        """The type, in the singular."""

    @property
    def tool(self) -> str | None:
        """The coding agent it is for; None for a plain prompt."""

    @property
    def path(self) -> str:
        """Its file in the wheel."""

    @property
    def install_path(self) -> str | None:
        """Where that coding agent looks for it; None for a plain prompt."""

    @property
    def sha256(self) -> str:
        """Of the whole file, in hexadecimal."""

    @property
    def files(self) -> tuple[str, ...]:
        """The files of a skill."""

    def read(self, file: str) -> bytes:
        """Return one of the files of a skill."""

    # Type checkers accept this signature for any other, so that prompts of a stub match
    # the protocol. It does not express that `bytes` cannot be called.
    def __call__(self, *args: Any, **variables: Any) -> str:
        """Return the text with its run-time variables, given by name."""


class Resources(Protocol):
    """The resources of one type, by name."""

    def __getitem__(self, name: str, /) -> Prompt: ...
    def __iter__(self) -> Iterator[str]: ...
    def __len__(self) -> int: ...


class Prompts(Protocol):
    """The module of a bundle, whose names are not known beforehand."""

    agents: Resources
    commands: Resources
    hooks: Resources
    mcp_servers: Resources
    scripts: Resources
    skills: Resources
    snippets: Resources

    def load(self, full_name: str) -> Prompt:
        """Return the resource of this name: `agents/backend-engineer`."""

    def names(self) -> list[str]:
        """Return the full names of all resources, sorted."""


def load(name: str) -> Prompts:
    """
    Return the prompts of an installed package or distribution.

    `name` is that of the module itself (`acme.prompts`), of the package that has it as
    `prompts`, or of a distribution, which may have it anywhere.  Raises `BundleError`
    if there are no prompts, if a distribution has several bundles, and if a newer
    hatch-agpm is needed to read them.
    """
    package = _NAME_SIGNS.sub("_", name)
    tried = dict.fromkeys([name, f"{name}.prompts", package, f"{package}.prompts"])
    module = next((module for module in tried if _is_bundle(module)), None)
    found = [module] if module else _of_distribution(name)
    if len(found) > 1:
        raise BundleError(
            name, "has more than one module of prompts", f"load {' or '.join(found)}"
        )
    modules = [each.module for each in discover() if _same(each.distribution, name)]
    if not found and any(modules):
        what = f"has no index that can be read in its module {max(modules)}"
        raise BundleError(name, what, "install it again")
    if not found and modules:
        what = "has no prompts to read: it exports files for coding agents"
        raise BundleError(name, what, "`hatch_agpm.discover()` lists them")
    if not found:
        raise BundleError(
            name,
            "no prompts of hatch-agpm are installed under this name",
            "name a distribution, or the module of its prompts",
        )
    with _readable(found[0]):
        return cast("Prompts", importlib.import_module(found[0]))


def _of_distribution(name: str) -> list[str]:
    """Return the bundles of a distribution, sorted."""
    # The distribution's own list is also valid for an editable install.
    modules = {
        bundle.module
        for bundle in discover()
        if bundle.module and _same(bundle.distribution, name)
    }
    # A directory with `_` is that of an editable install, not the name of a module.
    modules |= {
        path.removesuffix("/index.json").replace("/", ".")
        for distribution in distributions_of(name)[:1]
        for path in _files_of(distribution)
        if path.endswith("/index.json") and not path.startswith("_")
    }
    return sorted(module for module in modules if _is_bundle(module))


def _files_of(distribution: InstalledDistribution) -> Collection[str]:
    """Return the files of a distribution, none if their list is damaged."""
    try:
        return distribution.files
    except (OSError, ValueError):
        return ()


def _same(one: str, other: str) -> bool:
    """Tell whether two names are those of one distribution (PEP 503)."""
    return canonicalize_name(one) == canonicalize_name(other)


@contextmanager
def _readable(module: str) -> Iterator[None]:
    """Raise BundleError for a damaged zip file, from which a module is imported."""
    try:
        yield
    except (ZipImportError, zlib.error) as error:
        what = f"cannot be imported: {error}"
        raise BundleError(module, what, "install it again") from None


def _read(path: str, get_data: Callable[[str], bytes]) -> bytes:
    """Return a file of a package by a method of its loader; raises what that does."""
    # Of other files than regular ones a pipe would never end.
    if os.path.lexists(path):
        return read_regular(path)
    archive = getattr(getattr(get_data, "__self__", None), "archive", None)
    if not isinstance(archive, str):
        return get_data(path)
    inner = path[len(archive) + 1 :].replace(os.sep, "/")

    def is_wanted(directory: str, rest: str) -> bool:
        return f"{directory}/{rest}" == inner

    for _, data in files_of_zip(archive, is_wanted, MOST_OF_METADATA):
        if isinstance(data, OSError):
            raise data
        return data
    raise FileNotFoundError(path)


def _is_bundle(module: str) -> bool:
    """Tell whether `module` can be imported and is a bundle; does not import it."""
    if not all(part.isidentifier() for part in module.split(".")):
        return False
    try:
        # This imports the parent packages, but not the module itself.
        with _readable(module):
            spec = find_spec(module)
    except ModuleNotFoundError as error:
        if error.name and f"{module}.".startswith(f"{error.name}."):
            return False
        raise
    directories = spec.submodule_search_locations if spec else None
    get_data = getattr(spec.loader, "get_data", None) if spec else None
    if not directories or get_data is None:
        return False
    path = f"{next(iter(directories))}/index.json"
    try:
        data = _read(path, get_data)
        index = IndexReader(len(data)).read(data)
    except (OSError, ImportError, ValueError, EOFError, zlib.error):
        return False
    if index is None:
        return False
    if problem := schema_problem(index):
        raise BundleError(module, problem, "install a newer hatch-agpm")
    return True
