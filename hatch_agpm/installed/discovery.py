"""
Finds the bundles of an environment without importing them.

Each distribution that ships prompts has one small file for that in its metadata, which
is looked for in every `*.dist-info`.  No package is imported, and no module of the
standard library that takes milliseconds to import (docs/adr/0008).
"""

from __future__ import annotations

import errno
import os
import stat
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
__all__ = [
    "FILE_NAME",
    "FILE_PATHS",
    "InstalledBundle",
    "InstalledExport",
    "discover",
    "editable_directory",
    "editable_name",
    "export_line",
    "file_text",
    "files_of_zip",
    "read_prompts_file",
]

FILE_NAME = "agpm-prompts.txt"
"""The name of the file in a distribution's metadata."""

_FORMAT = "1"
_MOST_BYTES = 1 << 24
_MOST_LINES = 200_000
_KEYS = ("Agpm-Version", "Name", "Version", "Module")
_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""Opening a pipe must not wait for its other end."""

_INFOS = (".dist-info", ".egg-info")
# hatchling puts extra metadata into a directory of its own.
FILE_PATHS = (FILE_NAME, f"extra_metadata/{FILE_NAME}")
"""The paths of the file in a distribution's metadata: the first that exists is used."""


class InstalledExport:
    """
    One file for coding agents that a distribution exports.

    `path` is in `site-packages`, and `resource` is the full name (`skills/mend-nets`)
    of what it belongs to, "" for nothing.
    """

    __slots__ = ("executable", "path", "resource", "sha256", "size")

    def __init__(self, line: str) -> None:
        """Read the value of a line of the file; raises ValueError for another one."""
        self.sha256, size, mode, resource, self.path = line.split(" ", 4)
        self.size = int(size)
        self.executable = mode == "755"
        self.resource = "" if resource == "-" else resource

    def __repr__(self) -> str:
        fields = [f"{name}={getattr(self, name)!r}" for name in self.__slots__]
        return f"<InstalledExport {', '.join(fields)}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, InstalledExport) and repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash(repr(self))


class InstalledBundle:
    """
    The prompts of one distribution, from the file in its metadata.

    A plain class, because importing `dataclasses` takes longer than `discover`.
    """

    __slots__ = ("distribution", "exports", "module", "names", "problem", "version")

    def __init__(
        self,
        *,
        distribution: str,
        version: str = "",
        module: str = "",
        names: Sequence[str] = (),
        problem: str = "",
    ) -> None:
        self.distribution = distribution
        self.version = version
        self.module = module
        """The module to import for reading them: `acme.prompts`; "" without prompts."""

        self.names = tuple(names)
        """The full names, sorted: `agents/backend-engineer`."""

        self.exports: tuple[InstalledExport, ...] = ()
        """The files for coding agents, by path."""

        self.problem = problem
        """The problem of a file that cannot be read, "" otherwise."""

    def __repr__(self) -> str:
        fields = [f"{name}={getattr(self, name)!r}" for name in self.__slots__]
        return f"InstalledBundle({', '.join(fields)})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, InstalledBundle) and repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash(repr(self))


def editable_name(module: str) -> str:
    """Return the prefix of the files beside the bundle of an editable install."""
    return f"_agpm_editable_{module.replace('.', '__')}"


def editable_directory(module: str) -> str:
    """Return the directory in which an editable install has the bundle of `module`."""
    return f"{editable_name(module)}_bundle"


def export_line(
    path: str, *, size: int, sha256: str, executable: bool, resource: str
) -> str:
    """Return the value of the line for one exported file."""
    mode = "755" if executable else "644"
    return f"{sha256} {size} {mode} {resource or '-'} {path}"


def file_text(
    *,
    distribution: str,
    version: str,
    module: str,
    names: Iterable[str],
    exports: Iterable[str] = (),
) -> str:
    """
    Return the text of the file: `Key: value` on each line, as `WHEEL` has it.

    The keys are those of docs/reference/index.md; `Prompt` and `Export` may occur any
    number of times.  There is no `Module` without one.
    """
    pairs = [
        ("Agpm-Version", _FORMAT),
        ("Name", distribution),
        ("Version", version),
        *((("Module", module),) if module else ()),
        *(("Prompt", name) for name in sorted(names)),
        *(("Export", line) for line in exports),
    ]
    return "".join(f"{key}: {value}\n" for key, value in pairs)


def discover(
    path: str | os.PathLike[str] | Iterable[str | os.PathLike[str]] | None = None,
) -> list[InstalledBundle]:
    """
    Return the bundles of an environment, sorted by distribution.

    `path` is a directory like `site-packages`, or several; by default it is `sys.path`.
    If two have the same distribution, the first one is used.  Zip files are searched,
    too.  A file that cannot be read is reported by the `problem` of its bundle; missing
    directories are ignored.
    """
    if path is None:
        path = sys.path
    elif isinstance(path, str | os.PathLike):
        path = [path]
    found: dict[str, InstalledBundle | None] = {}
    for entry in path:
        for info, data in _infos(os.fspath(entry) or "."):
            name, _, rest = info.rpartition(".")[0].partition("-")
            key = name.lower().replace("-", "_").replace(".", "_")
            if key in found:
                continue
            version = rest.partition("-")[0]
            found[key] = (
                None if data is None else read_prompts_file(name, version, data)
            )
    listed = [bundle for bundle in found.values() if bundle]
    return sorted(listed, key=lambda bundle: (bundle.distribution, bundle.version))


def _infos(entry: str) -> Iterator[tuple[str, bytes | OSError | None]]:
    """Yield each distribution's directory, and its file or the error of reading it."""
    try:
        with os.scandir(entry) as scanned:
            infos = sorted(file.name for file in scanned if file.name.endswith(_INFOS))
    except NotADirectoryError:
        yield from _zipped(entry)
        return
    except OSError:
        return
    for info in infos:
        yield info, _first(entry, info)


def _first(entry: str, info: str) -> bytes | OSError | None:
    for path in FILE_PATHS:
        try:
            # `open` takes three times as long, and there are hundreds of files.
            file = os.open(f"{entry}/{info}/{path}", _READ)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            return error
        try:
            if not stat.S_ISREG(os.fstat(file).st_mode):
                return OSError(errno.EINVAL, "it is not a regular file")
            return _whole(file)
        except OSError as error:
            return error
        finally:
            os.close(file)
    return None


def _whole(file: int) -> bytes:
    data = b""
    while piece := os.read(file, 65536):
        data += piece
        if len(data) > _MOST_BYTES:
            raise OSError(errno.EFBIG, f"it has more than {_MOST_BYTES:,} bytes")
    return data


def _zipped(entry: str) -> Iterator[tuple[str, bytes | OSError | None]]:
    def wanted(info: str, rest: str) -> bool:
        return info.endswith(_INFOS) and rest in FILE_PATHS

    return files_of_zip(entry, wanted, _MOST_BYTES)


def files_of_zip(
    file: str, wanted: Callable[[str, str], bool], most: int
) -> Iterator[tuple[str, bytes | OSError]]:
    """Yield what `zipped_files` does, which is imported only for a zip file."""
    from hatch_agpm.installed.zipped import (  # noqa: PLC0415 - only for zip files
        zipped_files,
    )

    return zipped_files(file, wanted, most)


def read_prompts_file(
    name: str, version: str, data: bytes | OSError
) -> InstalledBundle:
    """
    Return the bundle that the file of a distribution describes, or its problem.

    `name` and `version` are those of the distribution, for a file without them.
    """

    def broken(problem: str) -> InstalledBundle:
        return InstalledBundle(distribution=name, version=version, problem=problem)

    if isinstance(data, OSError):
        return broken(f"{FILE_NAME} cannot be read: {data.strerror}")
    try:
        fields, names, exports = _parsed(data)
    except ValueError as error:
        is_text = not isinstance(error, UnicodeDecodeError)
        return broken(f"{FILE_NAME} {error if is_text else 'is not UTF-8'}")
    written = fields.get("Agpm-Version", "")
    if written != _FORMAT:
        stated = (
            f"the unsupported version {written!r}" if written else "no Agpm-Version"
        )
        return broken(f"{FILE_NAME} has {stated} (supported: {_FORMAT})")
    required = ("Name", "Version", *(() if exports else ("Module",)))
    missing = [key for key in required if not fields.get(key)]
    if missing:
        return broken(f"{FILE_NAME} has no {' and no '.join(missing)}")
    module = fields.get("Module", "")
    if module and not all(part.isidentifier() for part in module.split(".")):
        return broken(
            f"{FILE_NAME} names the module {module!r}, which is not a module name"
        )
    facts = {"distribution": fields["Name"], "version": fields["Version"]}
    found = InstalledBundle(**facts, module=module, names=names)
    found.exports = tuple(exports)
    return found


def _parsed(data: bytes) -> tuple[dict[str, str], list[str], list[InstalledExport]]:
    """
    Return the fields of the file, the first of each key, its prompts and exports.

    Raises ValueError for an export that cannot be read, and for too many lines.
    """
    if len(data) > _MOST_BYTES or data.count(b"\n") > _MOST_LINES:
        raise ValueError(f"has more than {_MOST_LINES:,} lines")
    names: list[str] = []
    exports: list[InstalledExport] = []
    fields: dict[str, str] = {}
    for line in data.decode().split("\n"):
        key, _, value = line.rstrip("\r").partition(": ")
        if key == "Prompt":
            names.append(value)
        elif key == "Export":
            try:
                exports.append(InstalledExport(value))
            except ValueError:
                raise ValueError("has an Export that cannot be read") from None
        elif key in _KEYS:
            fields.setdefault(key, value)
    return fields, names, exports
