"""
The files that an installed distribution ships for the builds of other projects.

They are the templates that it exports, or else the texts of its bundle.  They are found
by the distribution's metadata and index: it is not imported, and an index that names
files of others is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from hatch_agpm.errors import ContentError, Location
from hatch_agpm.installed.discovery import (
    FILE_NAME,
    FILE_PATHS,
    editable_directory,
    read_prompts_file,
)
from hatch_agpm.installed.environment import distributions_of
from hatch_agpm.installed.index import IndexReader, damage_of, schema_problem
from hatch_agpm.model.rendering import TEMPLATES
from hatch_agpm.reading import read_regular
from hatch_agpm.sources.locked import FileList, read_file_list

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from hatch_agpm.installed.discovery import InstalledBundle
    from hatch_agpm.installed.environment import InstalledDistribution

__all__ = [
    "NotInstalledError",
    "Package",
    "Required",
    "bundle_directory",
    "fits",
    "installed_package",
    "own_files",
    "prompts_of",
    "read_required",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Required:
    """A distribution that is required, with its accepted versions."""

    distribution: str
    version: str
    """A specifier (PEP 440); "" for any version."""

    def __str__(self) -> str:
        return self.distribution + self.version


@dataclass(frozen=True, kw_only=True, slots=True)
class Package:
    """One version of a distribution, and its files for other projects."""

    distribution: str
    version: str
    directory: Path
    """The directory of the files."""

    file_list: FileList
    is_rendered: bool
    """Whether the files are the texts of its bundle, which are not rendered again."""

    sources: Mapping[str, Required | None]
    """The sources that its templates name; None for one that is a directory."""


def fits(version: str, required: str) -> bool:
    """Tell whether a version, also a pre-release, is one of those `required`."""
    try:
        return SpecifierSet(required).contains(Version(version), prereleases=True)
    except ValueError:  # also for numbers of more digits than Python converts
        return not required


def read_required(value: object, shown: str) -> dict[str, Required | None]:
    """
    Return the required distributions of a table of sources, by source name.

    Raises ContentError, with `shown` as the file, if it is damaged.
    """
    if not isinstance(value, dict):
        raise ContentError(
            "is damaged: its sources are not a table", location=Location(path=shown)
        )
    found: dict[str, Required | None] = {}
    for name, item in value.items():
        try:
            found[str(name)] = item and Required(
                distribution=str(item["distribution"]), version=str(item["version"])
            )
        except (LookupError, TypeError) as error:
            raise ContentError(
                f"is damaged: {damage_of(error)}", location=Location(path=shown)
            ) from None
    return found


class NotInstalledError(ContentError):
    """A distribution is not installed, or in another version."""


def installed_package(required: Required) -> Package:
    """
    Return the package of a distribution of this environment.

    Raises NotInstalledError if it is not installed, or in another version, and
    ContentError if it ships nothing for others.
    """
    hint = (
        f'add "{required}" to `requires` in [build-system]; a command needs it'
        " installed, too"
    )
    installed = distributions_of(required.distribution)
    if not installed:
        what = f"the distribution '{required.distribution}' is not installed"
        raise NotInstalledError(what, hint=hint)
    found = installed[0]
    name, version = canonicalize_name(required.distribution), found.version
    if not version:
        what = f"the metadata of {name} is damaged"
        raise ContentError(what, hint=f"install {name} again")
    if not fits(version, required.version):
        what = f"{name} {version} is installed, not {name}{required.version}"
        raise NotInstalledError(what, hint=hint)
    own = own_files(found)
    if not own:
        what = f"{name} {version} has no list of its files (RECORD)"
        raise ContentError(what, hint="install it from a wheel")
    directory = bundle_directory(found, _module(found), own)
    package = _read_index(name, version, found.locate_file(directory))
    tail = f"{TEMPLATES}/" if not package.is_rendered else ""
    for path in package.file_list.files:
        if f"{directory}/{tail}{path}" not in own:
            what = (
                f"{name} {version} lists '{tail}{path}', which is not one of its files"
            )
            raise ContentError(what, hint="ask its authors")
    return package


def own_files(found: InstalledDistribution) -> Collection[str]:
    """Return the files of a distribution by path relative to `site-packages`."""
    try:
        return found.files
    except (OSError, ValueError) as error:
        name = canonicalize_name(found.name)
        what = f"the list of files (RECORD) of {name} is damaged: {error}"
        raise ContentError(what, hint=f"install {name} again") from None


def prompts_of(found: InstalledDistribution) -> InstalledBundle | None:
    """
    Return what the metadata of a distribution says of its prompts and exports.

    None if it has neither.  Raises ContentError if that cannot be read.
    """
    name = canonicalize_name(found.name)
    try:
        text = next(filter(None, map(found.read_text, FILE_PATHS)), None)
    except (OSError, ValueError):
        what = f"{name} {found.version}: {FILE_NAME} is damaged"
        raise ContentError(what, hint=f"install {name} again") from None
    if text is None:
        return None
    bundle = read_prompts_file(name, found.version, text.encode())
    if bundle.problem:
        raise ContentError(f"{name} {found.version}: {bundle.problem}")
    return bundle


def _module(found: InstalledDistribution) -> str:
    """Return the module of the prompts of a distribution; raises ContentError."""
    name, bundle = canonicalize_name(found.name), prompts_of(found)
    if bundle is None:
        what = f"{name} {found.version} ships no prompts of hatch-agpm"
        hint = "it has to be built with hatch-agpm itself"
        raise ContentError(what, hint=hint)
    if not bundle.module:
        what = f"{name} {found.version} has no prompts, and exports files only"
        raise ContentError(what, hint="its authors can list them with install = true")
    return bundle.module


def bundle_directory(
    found: InstalledDistribution, module: str, own: Collection[str]
) -> str:
    """
    Return the directory of a distribution's bundle, relative to `site-packages`.

    `own` are the files of the distribution.  Raises ContentError if it has none there.
    """
    for directory in (module.replace(".", "/"), editable_directory(module)):
        if f"{directory}/index.json" in own:
            return directory
    what = f"{canonicalize_name(found.name)} {found.version} has no files in its module"
    raise ContentError(f"{what} {module}", hint="install it from a wheel, not in place")


_DAMAGE = (ValueError, LookupError, TypeError, AttributeError)
"""What an index raises that is not what the build wrote."""


def _read_index(name: str, version: str, directory: Path) -> Package:
    shown = f"index.json of {name} {version}"
    try:
        data = read_regular(directory / "index.json")
        index: Any = IndexReader(len(data)).read(data) or {}
        problem = schema_problem(index)
        if problem:
            raise ContentError(
                problem,
                location=Location(path=shown),
                hint="install a newer hatch-agpm",
            )
        package = Package(
            distribution=name,
            version=version,
            directory=directory,
            file_list=read_file_list({"files": _bundled(index["resources"])}, shown),
            is_rendered=True,
            sources={},
        )
        exported = index.get("templates")
        if exported is None:
            return package
        return replace(
            package,
            directory=directory / TEMPLATES,
            file_list=read_file_list({"files": exported["files"]}, shown),
            is_rendered=False,
            sources=read_required(exported["sources"], shown),
        )
    except OSError as error:
        raise ContentError(
            f"cannot be read: {error.strerror}", location=Location(path=shown)
        ) from None
    except _DAMAGE as error:
        raise ContentError(
            f"is damaged: {damage_of(error)}", location=Location(path=shown)
        ) from None


def _bundled(resources: object) -> list[dict[str, object]]:
    """Return the files of all resources in an index, as in a file list."""
    if not isinstance(resources, list):
        raise TypeError(resources)
    files: dict[str, dict[str, object]] = {}
    for entry in resources:
        runtime = [variable["name"] for variable in entry["runtime"]]
        files[entry["path"]] = {**_file(entry, entry["path"]), "runtime": runtime}
        for file in entry["files"]:
            path = f"{entry['full_name']}/{file['path']}"
            files.setdefault(path, _file(file, path))
    return list(files.values())


def _file(entry: Mapping[str, object], path: str) -> dict[str, object]:
    return {"path": path, **{key: entry[key] for key in ("sha256", "executable")}}
