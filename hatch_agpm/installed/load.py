"""
Loading the bundles of the running environment.

The files of a package are read first.  It is imported only if it is a bundle, because
the result is the module that its own code uses.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import zlib
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Protocol, cast

from packaging.utils import canonicalize_name

from hatch_agpm.errors import BundleError
from hatch_agpm.installed.discovery import discover
from hatch_agpm.installed.environment import distributions_of
from hatch_agpm.installed.index import is_index, schema_problem
from hatch_agpm.reading import read_regular

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

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
    if not found and any(_same(each.distribution, name) for each in discover()):
        what = "has no prompts to read: it exports files for coding agents"
        raise BundleError(name, what, "`hatch_agpm.discover()` lists them")
    if not found:
        raise BundleError(
            name,
            "no prompts of hatch-agpm are installed under this name",
            "name a distribution, or the module of its prompts",
        )
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


def _is_bundle(module: str) -> bool:
    """Tell whether `module` can be imported and is a bundle; does not import it."""
    if not all(part.isidentifier() for part in module.split(".")):
        return False
    try:
        # This imports the parent packages, but not the module itself.
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
        # In a zip file it has no status; of other files a pipe would never end.
        if os.path.lexists(path):
            get_data = read_regular
        index: object = json.loads(get_data(path))
    except (OSError, ImportError, ValueError, EOFError, zlib.error, RecursionError):
        return False
    if not is_index(index):
        return False
    if problem := schema_problem(index):
        raise BundleError(module, problem, "install a newer hatch-agpm")
    return True
