"""
What a wheel or an installed distribution says of itself: RECORD, metadata, indexes.

Only these files are read, and no more of each than it may have.
"""

from __future__ import annotations

from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Final

from packaging.utils import canonicalize_name

from hatch_agpm.bundle.bundle import COPIED_MODULES
from hatch_agpm.bundle.freezers import HOOKS
from hatch_agpm.bundle.namespaces import module_names
from hatch_agpm.cli.verify.files import is_metadata
from hatch_agpm.cli.verify.index import INDEX, AuditedBundle
from hatch_agpm.errors import BundleError
from hatch_agpm.formats.archives import FileDigest, paths_below
from hatch_agpm.formats.file_names import is_rubbish
from hatch_agpm.formats.versions import same_version
from hatch_agpm.installed.discovery import (
    FILE_NAME,
    FILE_PATHS,
    editable_directory,
    read_prompts_file,
)
from hatch_agpm.installed.headers import core_headers
from hatch_agpm.installed.index import IndexReader, LargeIndexError
from hatch_agpm.installed.record import read_record, recorded_digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from email.message import Message

    from hatch_agpm.cli.verify.files import VerifiedFiles
    from hatch_agpm.cli.verify.index import DescribedBundle
    from hatch_agpm.installed.discovery import InstalledBundle

__all__ = ["DescribedContents"]

_GENERATED: Final = (
    *("__init__.py", "__init__.pyi", "__main__.py"),
    *COPIED_MODULES,
    INDEX,
)
_AS_NEEDED: Final = (HOOKS, "_tera", "_jinja")
"""The directories of a bundle that have what its prompts need: RECORD lists it."""

_INFO: Final = ".dist-info"
_RECORD: Final = "RECORD"
_METADATA: Final = "METADATA"
_MOST_BUNDLES: Final = 100
_MOST_LISTED: Final = 1000
_FEW_TOGETHER: Final = 1 << 27
_RATIO_TOGETHER: Final = 2
"""All these files together may have so many times the bytes of the wheel, and a few."""

_FEW_BYTES: Final = 1 << 20
"""The bytes that are read of a file whatever RECORD says."""


class DescribedContents:
    """The files of a wheel or distribution, with its RECORD and metadata."""

    def __init__(self, files: VerifiedFiles) -> None:
        """
        Read them; `problems` has what cannot be read.

        Raises BundleError for more bundles than any distribution has, and for more than
        one directory of metadata.
        """
        self._files = files
        self._left = _FEW_TOGETHER + _RATIO_TOGETHER * files.size
        self._indexes = IndexReader(files.size)
        self.problems: list[BundleError] = [*self._problems_of_names()]
        self._record: dict[str, tuple[str, str]] = {}
        self.has_record = self._read_record()
        self._discovery_file, data = self._read_discovery_file()
        self._described: InstalledBundle | None = None
        if self._discovery_file:
            self._described = read_prompts_file("", "", data)
        self.damaged: list[str] = []
        """The directories of bundles with a damaged index."""

        self.has_named_index = False
        self.indexes = self._read_indexes()
        self._data_directories = sorted(
            {
                f"{parts[0]}/{parts[1]}/"
                for path in files.paths
                if path.count("/") > 1
                for parts in [path.split("/")]
                if parts[0].endswith(".data")
            }
        )
        self._metadata = self._read_metadata()

    def _read_metadata(self) -> Message:
        """Return the headers of METADATA; without a name they are a problem."""
        for path in self._of_metadata(_METADATA):
            try:
                headers = core_headers(self._read(path))
            except ValueError as error:
                self.problems.append(BundleError(path, f"is damaged: {error}"))
                break
            name = str(headers.get("Name", ""))
            directory = path.partition("-")[0]
            if canonicalize_name(name) != canonicalize_name(directory):
                what = f"names the distribution '{name}', in the directory of another"
                self.problems.append(BundleError(path, what))
            return headers
        else:
            what = "has no METADATA, without which it cannot be installed"
            self.problems.append(BundleError(self._files.label, what))
        return core_headers(b"")

    def _problems_of_names(self) -> Iterator[BundleError]:
        """
        Yield files of the metadata that are there more than once.

        Raises BundleError for several directories of metadata.
        """
        files = self._files
        paths = [path for path in files.paths if is_metadata(path)]
        found = sorted({path.partition("/")[0] for path in paths})
        if len(found) > 1:
            what = f"has more than one directory of metadata: {found[0]} and {found[1]}"
            raise BundleError(files.label, what, "no installer accepts that")
        for path in files.repeated:
            yield BundleError(path, f"is in {files.label} more than once")

    def _of_metadata(self, path: str) -> list[str]:
        """Return the files of a path in the metadata."""
        return [
            each
            for each in self._files.paths
            for directory, _, rest in [each.partition("/")]
            if directory.endswith(_INFO) and rest == path
        ]

    def _read_record(self) -> bool:
        """Read the RECORD; return whether there is one that is not damaged."""
        found = self._of_metadata(_RECORD)
        if not found:
            what = "has no RECORD, with which generated files are compared"
            self.problems.append(BundleError(self._files.label, what))
        for path in found:
            try:
                data = self._files.read(path, self._files.most_of_record)
                text = data.decode(errors="replace")
                self._record = read_record(text)
            except ValueError as error:
                self.problems.append(BundleError(path, f"is damaged: {error}"))
                return False
            except BundleError as error:
                self.problems.append(error)
                return False
        return bool(found)

    def _read_discovery_file(self) -> tuple[str, bytes]:
        """Return the path of the file that `discover` reads, and its bytes."""
        for path in FILE_PATHS:
            for found in self._of_metadata(path):
                return found, self._read(found)
        return "", b""

    def _read_indexes(self) -> dict[str, dict[str, object]]:
        """Return the indexes of hatch-agpm by the directory of their bundle."""
        indexes: dict[str, dict[str, object]] = {}
        named = self.named_indexes()
        for path in dict.fromkeys([*named, *self._files.paths, *self._record]):
            directory, slash, name = path.rpartition("/")
            is_named = _unpacked(path) in named
            if name != INDEX or not slash:
                continue
            if not self._files.has(path):
                # With RECORD, its files can be compared without it.
                self.damaged += [directory] if is_named else []
                continue
            known = len(self.problems)
            document = self._our_document(path)
            self.has_named_index |= is_named
            if document is not None:
                indexes[directory] = document
            elif is_named:
                self.damaged.append(directory)
                if len(self.problems) == known:
                    what = "is damaged: it is not an index of hatch-agpm"
                    self.problems.append(BundleError(path, what))
            if len(indexes) > _MOST_BUNDLES:
                what = f"has more than {_MOST_BUNDLES} bundles"
                raise BundleError(self._files.label, what)
        return indexes

    def _our_document(self, path: str) -> dict[str, object] | None:
        """Return the index in a file if hatch-agpm generated it."""
        data = self._read(path)
        try:
            return self._indexes.read(data)
        except LargeIndexError as error:
            self.problems.append(BundleError(path, str(error)))
        except ValueError:
            pass
        return None

    def named_indexes(self) -> list[str]:
        """Return the paths at which the index may be by the discovery file."""
        module = self._described.module if self._described else ""
        if not module:
            return []
        directories = [module.replace(".", "/"), editable_directory(module)]
        return [f"{directory}/{INDEX}" for directory in directories]

    def _read(self, path: str) -> bytes:
        """Return the bytes of a file: a few, or as many as RECORD says."""
        known = recorded_digest(*self._record.get(path, ("", "")))
        most = min(max(known[1] if known else 0, _FEW_BYTES), self._left)
        try:
            data = self._files.read(path, most)
        except BundleError as error:
            self.problems.append(error)
            return b""
        self._left -= len(data)
        return data

    @property
    def _identity(self) -> tuple[str, str]:
        """The name and version, by the metadata or else by their directory."""
        info = next(
            (
                path.partition("/")[0].removesuffix(_INFO)
                for path in self._files.paths
                if path.partition("/")[0].endswith(_INFO)
            ),
            "",
        )
        name, _, version = info.partition("-")
        given = self._metadata
        return str(given.get("Name", name)), str(given.get("Version", version))

    def is_own(self, bundle: AuditedBundle) -> bool:
        """Tell whether a bundle is that of the distribution, not a copy."""
        if f"{_unpacked(bundle.directory)}/{INDEX}" in self.named_indexes():
            return True
        name, _ = self._identity
        return canonicalize_name(name) == canonicalize_name(bundle.distribution)

    def exported(self) -> dict[str, FileDigest]:
        """Return the exported files that the discovery file lists, by path."""
        prefixes = ["", *self._data_directories]
        listed = {
            file.path: FileDigest(
                size=file.size, sha256=file.sha256, executable=file.executable
            )
            for file in (self._described.exports if self._described else ())
        }
        return {
            next(
                (each + path for each in prefixes if self._files.has(each + path)),
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

    def own_problems(self, bundle: DescribedBundle) -> Iterator[BundleError]:
        """Yield what the metadata says otherwise than the index of a bundle."""
        audited = bundle.audited
        _, version = self._identity
        if not same_version(version, audited.version):
            what = (
                f"is of version {audited.version}, in a {self._files.kind} of version"
                f" {version}"
            )
            yield BundleError(f"{audited.directory}/{INDEX}", what)
        path, described = self._discovery_file, self._described
        if described is None:
            what = (
                f"has no {FILE_NAME} in its metadata, by which tools find the prompts"
            )
            yield BundleError(self._files.label, what, "build it again")
        elif described.problem:
            yield BundleError(path, described.problem.removeprefix(f"{FILE_NAME} "))
        else:
            yield from islice(_contradictions(path, described, bundle), _MOST_LISTED)

    def recorded(self, paths: Iterable[str]) -> tuple[dict[str, FileDigest], list[str]]:
        """Return the digests of these files from RECORD, and the paths without one."""
        planned: dict[str, FileDigest] = {}
        without: list[str] = []
        for path in paths:
            known = recorded_digest(*self._record.get(path, ("", "")))
            if known is None:
                without.append(path)
            else:
                sha256, size = known
                file = FileDigest(size=size, sha256=sha256, executable=None)
                planned[path] = file
        return planned, without if self.has_record else []

    def generated(self, bundle: DescribedBundle) -> list[str]:
        """Return the paths of the generated files of a bundle."""
        directory = bundle.audited.directory
        modules = module_names(bundle.names)
        stubs = [f"{name}{suffix}" for name in modules for suffix in (".py", ".pyi")]
        always = [f"{directory}/{name}" for name in (*_GENERATED, *stubs)]
        needed = self.below(f"{directory}/{name}" for name in _AS_NEEDED)
        return [*always, *bundle.programs, *needed]

    def below(self, directories: Iterable[str]) -> list[str]:
        """Return the paths below some directories that RECORD has."""
        return [
            path
            for directory in directories
            for path in paths_below(self._recorded_paths, directory)
            if not is_rubbish(path.rpartition("/")[2])
        ]

    @cached_property
    def _recorded_paths(self) -> list[str]:
        return sorted(self._record)

    def metadata_files(self) -> list[str]:
        """Return the files of the metadata that are compared with RECORD."""
        return [
            path
            for path in self._record
            for directory, _, rest in [path.partition("/")]
            if directory.endswith(_INFO) and rest in (_METADATA, *FILE_PATHS)
        ]


def _contradictions(
    path: str, described: InstalledBundle, bundle: DescribedBundle
) -> Iterator[BundleError]:
    """Yield the differences of the discovery file from the index of a bundle."""
    audited = bundle.audited
    says = {
        "the distribution": (described.distribution, audited.distribution),
        "the version": (described.version, audited.version),
    }
    if audited.directory != editable_directory(described.module):
        says["the module"] = (described.module, _module(audited.directory))
    for what, (given, expected) in says.items():
        if given != expected:
            yield BundleError(path, f"names {what} {given!r}, not {expected!r}")
    for name in sorted(set(bundle.names) - set(described.names)):
        yield BundleError(path, f"does not list {name}")
    for name in sorted(set(described.names) - set(bundle.names)):
        yield BundleError(path, f"lists {name}, which is not in {audited.directory}")


def _unpacked(path: str) -> str:
    """Return where a file of a wheel is installed, which may be in `x.data/purelib`."""
    parts = path.split("/")
    return "/".join(parts[2:] if parts[0].endswith(".data") else parts)


def _module(directory: str) -> str:
    """Return the module of a directory."""
    return _unpacked(directory).replace("/", ".")
