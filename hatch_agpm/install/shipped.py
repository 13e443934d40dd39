"""
What an installed distribution ships for the tools of a project.

These are the files that it exports, and the resources of its bundle that have an
install path.  Everything is checked against the list of its files and the SHA-256 that
its build wrote; nothing of it is imported.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from packaging.utils import canonicalize_name

from hatch_agpm.errors import AgpmError, ContentError, Location, raise_problems
from hatch_agpm.formats.file_names import leads_out
from hatch_agpm.installed.index import IndexReader, damage_of, schema_problem
from hatch_agpm.model.rendering import FileContent
from hatch_agpm.reading import read_regular
from hatch_agpm.sources.distributions import (
    bundle_directory,
    own_files,
    prompts_of,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from hatch_agpm.installed.discovery import InstalledExport
    from hatch_agpm.installed.environment import InstalledDistribution

__all__ = ["Shipment", "ShippedFile", "ShippedSetting", "shipment_of", "ships"]

_DAMAGE: Final = (ValueError, LookupError, TypeError, AttributeError)
_SETTINGS: Final = ("hook", "mcp-server")


@dataclass(frozen=True, kw_only=True, slots=True)
class ShippedFile:
    """One file of a resource."""

    resource: str
    """Its full name: `agents/backend-engineer`."""

    tool: str | None
    """The tool that it is for; None for an exported file, which several can have."""

    path: str
    """Its install path; of an exported file, the path in the directory of a tool."""

    directory: str
    """The part of the path that is the directory of its skill; "" for other files."""

    content: FileContent

    @property
    def install_path(self) -> str:
        """The path of the resource: for a skill its directory."""
        return self.directory or self.path


@dataclass(frozen=True, kw_only=True, slots=True)
class ShippedSetting:
    """A hook or an MCP server, which is merged into a file of its tool."""

    resource: str
    type: str
    name: str
    """Its key: that of the manifest, else its own name."""

    tool: str
    path: str
    """The file that it is merged into."""

    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Shipment:
    """Everything of one distribution."""

    distribution: str
    """Its normalised name."""

    version: str
    files: tuple[ShippedFile, ...] = ()
    settings: tuple[ShippedSetting, ...] = ()
    notes: tuple[str, ...] = ()
    """Why something is left out."""

    @property
    def title(self) -> str:
        """The name and the version."""
        return f"{self.distribution} {self.version}"


def ships(found: InstalledDistribution) -> bool:
    """Tell whether a distribution has anything to install; raises ContentError."""
    return bool(found.version) and prompts_of(found) is not None


def shipment_of(found: InstalledDistribution) -> Shipment:
    """
    Return what a distribution ships.

    Raises ContentError, or ProblemsError with several, if anything is damaged.
    """
    version = found.version
    if not version:
        what = "the metadata of a distribution is damaged"
        raise ContentError(what, hint="install it again")
    reader = _Reader(found, version)
    bundle = prompts_of(found)
    if bundle is None:
        what = f"{reader.title} ships nothing for coding agents"
        raise ContentError(what, hint="it has to be built with hatch-agpm itself")
    if not reader.own:
        what = f"{reader.title} has no list of its files (RECORD)"
        raise ContentError(what, hint="install it from a wheel")
    for export in bundle.exports:
        if export.resource:
            reader.exported(export)
    if bundle.module:
        names = {export.resource for export in bundle.exports}
        reader.read_index(bundle.module, names)
    raise_problems(reader.problems)
    return Shipment(
        distribution=reader.name,
        version=version,
        files=tuple(reader.files),
        settings=tuple(reader.settings),
        notes=tuple(reader.notes),
    )


class _Reader:
    """Reads the files of one distribution, and collects what is wrong."""

    def __init__(self, found: InstalledDistribution, version: str) -> None:
        self.found = found
        self.name = str(canonicalize_name(found.name))
        self.title = f"{self.name} {version}"
        self.own = own_files(found)
        self.files: list[ShippedFile] = []
        self.settings: list[ShippedSetting] = []
        self.notes: list[str] = []
        self.problems: list[AgpmError] = []

    def problem(self, what: str, path: str = "") -> None:
        shown = f"{path} of {self.title}" if path else self.title
        hint = f"install {self.name} again, or ask its authors"
        location = Location(path=shown)
        self.problems.append(ContentError(what, location=location, hint=hint))

    def read(self, path: str, sha256: str) -> bytes | None:
        """Return the bytes of a file in `site-packages`; None with a problem."""
        if leads_out(path) or path not in self.own:
            self.problem("is not one of its files", path)
            return None
        try:
            data = read_regular(self.found.locate_file(path))
        except OSError as error:
            self.problem(f"cannot be read: {error.strerror}", path)
            return None
        if FileContent(data=data).sha256 != sha256:
            self.problem("is not the file that was built", path)
            return None
        return data

    def exported(self, export: InstalledExport) -> None:
        """Add an exported file of a resource."""
        path, resource = export.path, export.resource
        section = resource.partition("/")[0]
        _, found, rest = path.rpartition(f"/{resource}")
        is_skill = section == "skills" and rest.startswith("/")
        if not found or not (is_skill or (section != "skills" and rest == ".md")):
            self.problem(f"is not a file of '{resource}'", path)
            return
        data = self.read(path, export.sha256)
        if data is not None:
            self.files.append(
                ShippedFile(
                    resource=resource,
                    tool=None,
                    path=f"{resource}{rest}",
                    directory=resource if is_skill else "",
                    content=FileContent(data=data, executable=export.executable),
                )
            )

    def read_index(self, module: str, exported: Collection[str]) -> None:
        """Add the resources of the bundle, but for those that are exported."""
        directory = bundle_directory(self.found, module, self.own)
        path = f"{directory}/index.json"
        try:
            data = read_regular(self.found.locate_file(path))
            index: Any = IndexReader(len(data)).read(data) or {}
            if problem := schema_problem(index):
                self.problem(problem, path)
                return
            for entry in index["resources"]:
                if entry["full_name"] not in exported:
                    self.resource(directory, entry)
        except OSError as error:
            self.problem(f"cannot be read: {error.strerror}", path)
        except _DAMAGE as error:
            self.problem(f"is damaged: {damage_of(error)}", path)

    def resource(self, directory: str, entry: Mapping[str, object]) -> None:
        """Add a resource, if it is for a tool and to be installed."""
        path, tool = entry["install_path"], entry["tool"]
        if path is None or tool is None or entry["install"] is False:
            return
        name = _text(entry["full_name"])
        if entry["runtime"]:
            what = "has run-time variables, which no tool would fill in"
            self.notes.append(f"{name} of {self.title} {what}: it is not installed")
        elif entry["type"] in _SETTINGS:
            self.setting(directory, entry)
        else:
            files = _files(entry, directory)
            for source, digest, rest, executable in files:
                data = self.read(source, digest)
                if data is not None:
                    self.files.append(
                        ShippedFile(
                            resource=name,
                            tool=_text(tool),
                            path=f"{_text(path)}{rest}",
                            directory=_text(path) if rest else "",
                            content=FileContent(data=data, executable=executable),
                        )
                    )

    def setting(self, directory: str, entry: Mapping[str, object]) -> None:
        """Add a hook or an MCP server."""
        path = f"{directory}/{_text(entry['path'])}"
        data = self.read(path, _text(entry["sha256"]))
        if data is None:
            return
        is_server = entry["type"] == "mcp-server"
        name = (entry["alias"] if is_server else None) or entry["name"]
        self.settings.append(
            ShippedSetting(
                resource=_text(entry["full_name"]),
                type=_text(entry["type"]),
                name=_text(name),
                tool=_text(entry["tool"]),
                path=_text(entry["install_path"]),
                text=data.decode(),
            )
        )


def _files(
    entry: Mapping[str, object], directory: str
) -> Iterator[tuple[str, str, str, bool]]:
    """
    Yield the files of a resource in the index.

    Each with its path in `site-packages`, its SHA-256, what follows its install path,
    and whether it is executable.
    """
    if entry["type"] != "skill":
        path, digest = _text(entry["path"]), _text(entry["sha256"])
        yield f"{directory}/{path}", digest, "", bool(entry["executable"])
        return
    files = entry["files"]
    if not isinstance(files, list):
        raise TypeError(files)
    skill = _text(entry["path"]).removesuffix("/SKILL.md")
    for file in files:
        path, digest = _text(file["path"]), _text(file["sha256"])
        source = f"{directory}/{skill}/{path}"
        yield source, digest, f"/{path}", bool(file["executable"])


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value
