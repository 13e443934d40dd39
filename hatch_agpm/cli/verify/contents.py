"""
What a wheel says of itself: its RECORD, its metadata, its indexes.

Only these files are read, and no more of each than it may have.
"""

from __future__ import annotations

import json
from dataclasses import replace
from email.parser import HeaderParser
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from packaging.utils import canonicalize_name

from hatch_agpm.bundle.bundle import COPIED_MODULES
from hatch_agpm.bundle.freezers import HOOKS
from hatch_agpm.bundle.namespaces import module_names
from hatch_agpm.cli.verify.index import INDEX, AuditedBundle
from hatch_agpm.errors import BundleError
from hatch_agpm.formats.archives import (
    FileDigest,
    read_member,
    read_record,
    recorded_digest,
)
from hatch_agpm.formats.versions import same_version
from hatch_agpm.installed.discovery import (
    FILE_NAME,
    FILE_PATHS,
    editable_directory,
    read_prompts_file,
)
from hatch_agpm.installed.index import is_index

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterator, Sequence

    from hatch_agpm.installed.discovery import InstalledBundle

__all__ = ["DescribedWheel"]

_GENERATED: Final = (
    *("__init__.py", "__init__.pyi", "__main__.py"),
    *COPIED_MODULES,
    INDEX,
)
_RECORD: Final = "RECORD"
_METADATA: Final = "METADATA"
_MOST_BUNDLES: Final = 100
_MOST_TOGETHER: Final = 1 << 28
"""The bytes of all these files together."""

_UNRECORDED: Final = 1 << 20
"""The bytes that are read of a file that RECORD does not have."""

_LINE_OF_RECORD: Final = 100
"""The characters of a line beside the path, with some to spare."""


class DescribedWheel:
    """The files of a wheel, with its RECORD and metadata."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        """Read them; raises BundleError for one that cannot be read."""
        self._archive = archive
        self._members = archive.infolist()
        self._wheel = Path(archive.filename or "").name
        self._left = _MOST_TOGETHER
        self._record = self._read_record()
        self.indexes = self._read_indexes()
        self._has_modes = {
            # Wheels that were built on Windows have no executable bits.
            member.filename: member.create_system != 0
            for member in self._members
        }
        self._discovery_files = {
            member.filename: self._read(member)
            for path in FILE_PATHS
            for member in self._of_metadata(path)
        }
        self._data_directories = sorted(
            {
                f"{parts[0]}/{parts[1]}/"
                for path in self._has_modes
                if path.count("/") > 1
                for parts in [path.split("/")]
                if parts[0].endswith(".data")
            }
        )
        texts = [self._read(member) for member in self._of_metadata(_METADATA)]
        text = texts[-1].decode(errors="replace") if texts else ""
        self._metadata = HeaderParser().parsestr(text)

    def _of_metadata(self, path: str) -> list[zipfile.ZipInfo]:
        """Return the files of a path in the metadata of the wheel."""
        return [
            member
            for member in self._members
            for directory, _, rest in [member.filename.partition("/")]
            if directory.endswith(".dist-info") and rest == path
        ]

    def _read_record(self) -> dict[str, tuple[str, str]]:
        record: dict[str, tuple[str, str]] = {}
        names = sum(len(member.filename.encode()) for member in self._members)
        most = 4 * names + _LINE_OF_RECORD * len(self._members) + _UNRECORDED
        for member in self._of_metadata(_RECORD):
            text = read_member(self._archive, member, most).decode(errors="replace")
            try:
                record = read_record(text)
            except ValueError as error:
                raise BundleError(member.filename, f"is damaged: {error}") from None
        return record

    def _read_indexes(self) -> dict[str, dict[str, object]]:
        """Return the indexes of hatch-agpm by the directory of their bundle."""
        indexes: dict[str, dict[str, object]] = {}
        for member in self._members:
            directory, slash, name = member.filename.rpartition("/")
            if name == INDEX and slash:
                document = _our_document(self._read(member))
                if document is not None:
                    indexes[directory] = document
        if len(indexes) > _MOST_BUNDLES:
            what = f"has {len(indexes)} bundles, of at most {_MOST_BUNDLES}"
            raise BundleError(self._wheel, what)
        return indexes

    def _read(self, member: zipfile.ZipInfo) -> bytes:
        """Return the bytes of a file, of which there may be as many as RECORD says."""
        known = recorded_digest(*self._record.get(member.filename, ("", "")))
        most = min(known[1] if known else _UNRECORDED, self._left)
        data = read_member(self._archive, member, most)
        self._left -= len(data)
        return data

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
            raise BundleError(f"{bundle.directory}/{INDEX}", what)

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
            known = recorded_digest(*self._record.get(path, ("", "")))
            if known is None:
                raise BundleError(path, "has no sha256 and size in the wheel's RECORD")
            sha256, size = known
            planned[path] = FileDigest(size=size, sha256=sha256, executable=False)
        return planned

    def as_packed(self, plan: dict[str, FileDigest]) -> dict[str, FileDigest]:
        """Return a plan without modes where the wheel has none."""
        return {
            path: file
            if self._has_modes.get(path, True)
            else replace(file, executable=False)
            for path, file in plan.items()
        }


def _our_document(data: bytes) -> dict[str, object] | None:
    """Return the index in these bytes if hatch-agpm generated it."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return document if is_index(document) else None


def _module(directory: str) -> str:
    """Return the module of a directory, which may be below `x.data/purelib`."""
    parts = directory.split("/")
    return ".".join(parts[2:] if parts[0].endswith(".data") else parts)
