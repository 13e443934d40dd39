"""
The verification of a finished wheel of any backend, by the indexes in it.

An index has path, size and sha256 of every prompt.  Generated files are not in it; they
are compared with the wheel's own RECORD.  The file by which `discover` finds the bundle
must agree with the index.
"""

from __future__ import annotations

import base64
import csv
import io
import json
import zipfile
import zlib
from dataclasses import dataclass, replace
from email.parser import HeaderParser
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from hatch_agpm.build.verify import FileDigest, verify_wheel
from hatch_agpm.bundle.bundle import COPIED_MODULES
from hatch_agpm.bundle.freezers import HOOKS
from hatch_agpm.bundle.namespaces import module_names
from hatch_agpm.errors import AgpmError, BundleError, ProblemsError
from hatch_agpm.export.tree import PLUGIN_FILE
from hatch_agpm.formats.toml import list_of_tables
from hatch_agpm.formats.versions import same_version
from hatch_agpm.installed.discovery import (
    FILE_NAME,
    FILE_PATHS,
    editable_directory,
    read_prompts_file,
)
from hatch_agpm.installed.index import is_index, schema_problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hatch_agpm.installed.discovery import InstalledBundle

__all__ = ["Audit", "AuditedBundle", "audit_wheel"]

_INDEX = "index.json"
_GENERATED = ("__init__.py", "__init__.pyi", "__main__.py", *COPIED_MODULES, _INDEX)
_DAMAGE = (OSError, zipfile.BadZipFile, zlib.error)


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditedBundle:
    """The description of one bundle by its index."""

    directory: str
    """The path in the wheel, without a slash at its end; "" without prompts."""

    distribution: str
    version: str
    prompts: int
    size: int
    """The number of bytes of all prompts together."""

    exported: int = 0
    """The number of exported files."""

    @property
    def summary(self) -> str:
        """What is in it, in a few words."""
        number = f"{self.prompts} prompt{'s' * (self.prompts != 1)}"
        parts = [f"{number} in {self.directory}, {self.size:,} bytes"]
        if not self.directory:
            parts = []
        if self.exported:
            parts.append(f"{self.exported} exported files")
        return "; ".join(parts)


@dataclass(frozen=True, kw_only=True, slots=True)
class Audit:
    """The bundles that were found in one wheel, and all problems."""

    bundles: tuple[AuditedBundle, ...] = ()
    problems: tuple[AgpmError, ...] = ()


def audit_wheel(wheel: Path) -> Audit:
    """
    Compare each bundle in a wheel with its index; a wheel without one is a problem.

    Does not raise: a file that cannot be read is a problem, too.
    """
    bundles: list[AuditedBundle] = []
    problems: list[AgpmError] = []
    try:
        with zipfile.ZipFile(wheel) as archive:
            contents = _Contents(archive)
    except _DAMAGE as error:
        return Audit(problems=(BundleError(wheel.name, f"cannot be read: {error}"),))
    exported = contents.exported()
    if not contents.indexes and not exported:
        what = "holds no prompts: there is no index of a bundle"
        hint = "`hatch-agpm check` says what switches them off"
        problems.append(BundleError(wheel.name, what, hint))
    for directory, index in contents.indexes.items():
        try:
            bundle, plan, names = _read_index(directory, index)
            own = exported if (is_own := contents.is_own(bundle)) else {}
            bundles.append(replace(bundle, exported=len(own)))
            if is_own:
                contents.check_version(bundle)
                problems += contents.discovery_problems(bundle, names)
            plan |= contents.recorded(directory, names)
            # In an editable wheel, or without a package, they are in its directory.
            within = [path for path in own if path.startswith(f"{directory}/")]
            plan |= {path: own[path] for path in within}
            verify_wheel(wheel, contents.as_packed(plan), directories=[directory])
        except ProblemsError as error:
            problems += error.problems
        except AgpmError as error:
            problems.append(error)
    if exported:
        problems += _differences(wheel, contents.as_packed(exported))
        if not any(bundle.exported for bundle in bundles):
            bundles.append(contents.of_exports(len(exported)))
    return Audit(bundles=tuple(bundles), problems=tuple(problems))


def _differences(wheel: Path, exported: dict[str, FileDigest]) -> list[AgpmError]:
    """Return what is wrong with the exported files of a wheel."""
    plugins = [path for path in exported if path.endswith(f"/{PLUGIN_FILE}")]
    # Where there is a plugin.json, the whole directory is ours.
    whole = [path.removesuffix(f"/{PLUGIN_FILE}") for path in plugins]
    try:
        verify_wheel(wheel, exported, directories=whole)
    except ProblemsError as error:
        return [*error.problems]
    except AgpmError as error:
        return [error]
    return []


class _Contents:
    """The files of a wheel, with its RECORD and metadata."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        members = archive.infolist()
        self.indexes = {
            member.filename.removesuffix(f"/{_INDEX}"): document
            for member in members
            if member.filename.endswith(f"/{_INDEX}")
            and (document := _our_document(archive.read(member))) is not None
        }
        self._has_modes = {
            # Wheels that were built on Windows have no executable bits.
            member.filename: member.create_system != 0
            for member in members
        }
        texts = {
            name: archive.read(member.filename).decode(errors="replace")
            for member in members
            for name in ("METADATA", "RECORD")
            if member.filename.partition("/")[2] == name
            and member.filename.partition("/")[0].endswith(".dist-info")
        }
        self._discovery_files = {
            member.filename: archive.read(member)
            for member in members
            if member.filename.partition("/")[0].endswith(".dist-info")
            and member.filename.partition("/")[2] in FILE_PATHS
        }
        self._wheel = Path(archive.filename or "").name
        self._data_directories = sorted(
            {
                f"{parts[0]}/{parts[1]}/"
                for path in self._has_modes
                if path.count("/") > 1
                for parts in [path.split("/")]
                if parts[0].endswith(".data")
            }
        )
        self._metadata = HeaderParser().parsestr(texts.get("METADATA", ""))
        rows = csv.reader(io.StringIO(texts.get("RECORD", "")))
        self._record = {path: (digest, size) for path, digest, size, *_ in rows}

    def is_own(self, bundle: AuditedBundle) -> bool:
        """Tell whether a bundle is that of the wheel's distribution, not a copy."""
        name = str(self._metadata.get("Name", ""))
        return canonicalize_name(name) == canonicalize_name(bundle.distribution)

    @cached_property
    def _described(self) -> InstalledBundle | None:
        """What the discovery file of the wheel says; None without one."""
        rank = {path: number for number, path in enumerate(FILE_PATHS)}
        found = sorted(
            self._discovery_files, key=lambda path: rank[path.partition("/")[2]]
        )
        if not found:
            return None
        return read_prompts_file("", "", self._discovery_files[found[0]])

    def exported(self) -> dict[str, FileDigest]:
        """Return the exported files that the discovery file lists, by path."""
        described = self._described
        prefixes = ["", *self._data_directories]
        listed = {
            file.path: FileDigest(
                size=file.size, sha256=file.sha256, executable=file.executable
            )
            for file in (described.exports if described else ())
        }
        return {
            next(
                (each + path for each in prefixes if each + path in self._has_modes),
                path,
            ): digest
            for path, digest in listed.items()
        }

    def of_exports(self, number: int) -> AuditedBundle:
        """Return the description of a distribution that only exports files."""
        described = self._described
        return AuditedBundle(
            directory="",
            distribution=described.distribution if described else "",
            version=described.version if described else "",
            prompts=0,
            size=0,
            exported=number,
        )

    def check_version(self, bundle: AuditedBundle) -> None:
        """Raise BundleError for a bundle of another version of the distribution."""
        version = str(self._metadata.get("Version", ""))
        if not same_version(version, bundle.version):
            what = f"is of version {bundle.version}, in a wheel of version {version}"
            raise BundleError(f"{bundle.directory}/{_INDEX}", what)

    def discovery_problems(
        self, bundle: AuditedBundle, names: Sequence[str]
    ) -> Iterator[BundleError]:
        """Yield the differences of the discovery file from the index of a bundle."""
        rank = {path: number for number, path in enumerate(FILE_PATHS)}
        found = sorted(
            self._discovery_files, key=lambda path: rank[path.partition("/")[2]]
        )
        if not found:
            what = (
                f"has no {FILE_NAME} in its metadata, by which tools find the prompts"
            )
            yield BundleError(self._wheel, what, "build it again")
            return
        path = found[0]
        described = read_prompts_file("", "", self._discovery_files[path])
        if described.problem:
            yield BundleError(path, described.problem.removeprefix(f"{FILE_NAME} "))
            return
        says = {
            "the distribution": (described.distribution, bundle.distribution),
            "the version": (described.version, bundle.version),
        }
        if bundle.directory != editable_directory(described.module):
            says["the module"] = (described.module, _module(bundle.directory))
        for what, (given, expected) in says.items():
            if given != expected:
                yield BundleError(path, f"names {what} {given!r}, not {expected!r}")
        for name in sorted(set(names) - set(described.names)):
            yield BundleError(path, f"does not list {name}")
        for name in sorted(set(described.names) - set(names)):
            yield BundleError(path, f"lists {name}, which is not in {bundle.directory}")

    def recorded(self, directory: str, names: Sequence[str]) -> dict[str, FileDigest]:
        """Return the digests of the generated files from RECORD."""
        planned = {}
        modules = module_names(names)
        stubs = [f"{name}{suffix}" for name in modules for suffix in (".py", ".pyi")]
        paths = [f"{directory}/{name}" for name in (*_GENERATED, *stubs)]
        hooks = f"{directory}/{HOOKS}/"
        for path in [
            *paths,
            *(path for path in self._record if path.startswith(hooks)),
        ]:
            digest, size = self._record.get(path, ("", ""))
            algorithm, _, encoded = digest.partition("=")
            if algorithm != "sha256" or not size.isdecimal():
                raise BundleError(path, "has no sha256 and size in the wheel's RECORD")
            sha256 = base64.urlsafe_b64decode(f"{encoded}==").hex()
            planned[path] = FileDigest(size=int(size), sha256=sha256, executable=False)
        return planned

    def as_packed(self, plan: dict[str, FileDigest]) -> dict[str, FileDigest]:
        return {
            path: file
            if self._has_modes.get(path, True)
            else FileDigest(size=file.size, sha256=file.sha256, executable=False)
            for path, file in plan.items()
        }


def _our_document(data: bytes) -> dict[str, object] | None:
    """Return the index in these bytes if hatch-agpm generated it."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return document if is_index(document) else None


def _read_index(
    directory: str, index: dict[str, object]
) -> tuple[AuditedBundle, dict[str, FileDigest], list[str]]:
    """Return the bundle, the files of all prompts, and their names from an index."""
    path = f"{directory}/{_INDEX}"
    if problem := schema_problem(index):
        raise BundleError(path, problem, "verify it with the version that built it")
    try:
        plan = dict(_planned(directory, index["resources"]))
        prompts = sum(file.size for file in plan.values())
        plan |= _exported_templates(directory, index.get("templates"))
        names = {
            str(entry["full_name"]) for entry in list_of_tables(index["resources"])
        }
    except (LookupError, TypeError, AttributeError) as error:
        raise BundleError(path, f"is damaged: {error!r}") from None
    bundle = AuditedBundle(
        directory=directory,
        distribution=str(index.get("distribution", "")),
        version=str(index.get("version", "")),
        prompts=len(names),
        size=prompts,
    )
    return bundle, plan, sorted(names)


def _module(directory: str) -> str:
    """Return the module of a directory, which may be below `x.data/purelib`."""
    parts = directory.split("/")
    return ".".join(parts[2:] if parts[0].endswith(".data") else parts)


def _planned(directory: str, resources: object) -> Iterator[tuple[str, FileDigest]]:
    for entry in list_of_tables(resources):
        yield f"{directory}/{entry['path']}", _file(entry)
        for file in list_of_tables(entry["files"]):
            yield f"{directory}/{entry['full_name']}/{file['path']}", _file(file)


def _exported_templates(directory: str, templates: object) -> dict[str, FileDigest]:
    if not isinstance(templates, dict):
        return {}
    return {
        f"{directory}/{templates['directory']}/{file['path']}": _file(file)
        for file in list_of_tables(templates["files"])
    }


def _file(entry: dict[str, object]) -> FileDigest:
    size, sha256 = entry["size"], entry["sha256"]
    if not isinstance(size, int) or not isinstance(sha256, str):
        raise TypeError(size, sha256)
    return FileDigest(size=size, sha256=sha256, executable=bool(entry["executable"]))
