"""
The proof that a build holds what was planned for it, and nothing else.

Before: nothing may lie in the source tree where the bundle goes.  After: the wheel
or sdist is opened again, and every file in it compared with the plan.  Knows no
backend; a plan can come from a build or from a bundle's index.
"""

from __future__ import annotations

import hashlib
import posixpath
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from hatch_agpm.build.in_tree import STUB, is_owned
from hatch_agpm.errors import AgpmError, BundleError, raise_problems

if TYPE_CHECKING:
    import tarfile
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

__all__ = [
    "FileDigest",
    "check_nothing_in",
    "check_output",
    "verify_sdist",
    "verify_wheel",
]

_SHOWN = 5
"""How many of the files in the way a message names."""

_OWNER_MAY_EXECUTE = 0o100


@dataclass(frozen=True, kw_only=True, slots=True)
class FileDigest:
    """What one file of a wheel or sdist must be."""

    size: int
    sha256: str
    executable: bool

    @classmethod
    def of(cls, data: bytes, *, executable: bool) -> Self:
        """Return the plan for a file with these bytes."""
        sha256 = hashlib.sha256(data).hexdigest()
        return cls(size=len(data), sha256=sha256, executable=executable)


def check_output(root: Path, output: str, *, stub: bytes) -> tuple[str, ...]:
    """
    Return the files in `root` that may lie in `output`: none, or a stub of ours.

    What an in-tree install wrote there is not among them.  A stub is known by its
    first line, that of `stub`: it may be older than the prompts.  Raises `BundleError`,
    or `ProblemsError` for several, where anything else is in the way of the bundle.
    """
    directory = root / output
    module = directory.with_name(f"{directory.name}.py")
    problems: list[AgpmError] = []
    around = directory.parent.with_suffix(".py")
    if not directory.parent.exists() and around.exists():
        what = f"is a module, which cannot hold the package of prompts, {output}/"
        hint = "make it a package, or choose another `output` in [tool.hatch-agpm]"
        problems.append(BundleError(around.relative_to(root).as_posix(), what, hint))
    if module.exists():
        what = f"has the name of the package of prompts, {output}/"
        problems.append(BundleError(f"{output}.py", what, "delete or rename it"))
    if directory.exists() and not directory.is_dir():
        what = "is a file where the package of prompts goes"
        problems.append(BundleError(output, what, "delete it"))
    found = _files_below(directory)
    found = [path for path in found if not is_owned(directory, path)]
    ours = [path for path in found if path == STUB and _is_stub(directory, stub)]
    if foreign := [path for path in found if path not in ours]:
        hint = "delete them, or choose another `output` in [tool.hatch-agpm]"
        problems.append(_in_the_way(output, foreign, hint))
    raise_problems(problems)
    return tuple(f"{output}/{path}" for path in ours)


def check_nothing_in(root: Path, directory: str) -> None:
    """Raise BundleError where the directory of the export holds files in the tree."""
    if not directory:
        return
    if found := _files_below(root / directory):
        hint = "move them to prompts/, or choose another `directory` in "
        raise _in_the_way(directory, found, f"{hint}[tool.hatch-agpm.export]")


def _in_the_way(directory: str, files: list[str], hint: str) -> BundleError:
    shown = ", ".join(files[:_SHOWN])
    more = f" and {len(files) - _SHOWN} more" if len(files) > _SHOWN else ""
    what = f"is filled in the wheel, but holds files in the tree: {shown}{more}"
    return BundleError(directory, what, hint)


def _files_below(directory: Path) -> list[str]:
    paths = (path for path in directory.rglob("*") if not path.is_dir())
    relative = (path.relative_to(directory) for path in paths)
    # No backend packs byte code, and an import of the directory may have left some.
    return sorted(
        path.as_posix() for path in relative if "__pycache__" not in path.parts
    )


def _is_stub(directory: Path, stub: bytes) -> bool:
    first_line = stub.partition(b"\n")[0]
    return (directory / STUB).read_bytes().startswith(first_line)


def verify_wheel(
    wheel: Path,
    plan: Mapping[str, FileDigest],
    *,
    directory: str,
    export: str = "",
) -> None:
    """
    Compare the files of a wheel with the plan, which gives them by their paths.

    In `directory`, and in that of an `export`, there must be nothing that is not in
    the plan.  Raises
    `BundleError`, or `ProblemsError` with all that is wrong.
    """
    try:
        ours = [each for each in (directory, export) if each]
        found = list(_zip_files(wheel, lambda path: _matters(path, plan, *ours)))
    except (OSError, zipfile.BadZipFile, zlib.error) as error:
        raise BundleError(wheel.name, f"cannot be read: {error}") from None
    raise_problems(list(_differences(wheel.name, found, plan)))


def verify_sdist(
    sdist: Path, plan: Mapping[str, FileDigest], *, directory: str
) -> None:
    """
    Compare the files of an sdist with the plan, whose paths begin at its root.

    Otherwise as `verify_wheel`.  An sdist is a tar, or a zip as setuptools may write.
    """
    # Here and not above: the proof of a wheel has no use for it.
    import tarfile  # noqa: PLC0415

    errors = (OSError, EOFError, KeyError, tarfile.TarError, zipfile.BadZipFile)
    try:
        files = _zip_files if zipfile.is_zipfile(sdist) else _tar_files
        inside = files(
            sdist, lambda path: _matters(path.partition("/")[2], plan, directory)
        )
        found = [(path.partition("/")[2], file) for path, file in inside]
    except (*errors, zlib.error) as error:
        raise BundleError(sdist.name, f"cannot be read: {error}") from None
    raise_problems(list(_differences(sdist.name, found, plan)))


def _zip_files(
    path: Path, wanted: Callable[[str], bool]
) -> Iterator[tuple[str, FileDigest]]:
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if wanted(member.filename) and not member.is_dir():
                executable = bool(member.external_attr >> 16 & _OWNER_MAY_EXECUTE)
                data = archive.read(member)
                yield member.filename, FileDigest.of(data, executable=executable)


def _tar_files(
    path: Path, wanted: Callable[[str], bool]
) -> Iterator[tuple[str, FileDigest]]:
    import tarfile  # noqa: PLC0415 - as above

    with tarfile.open(path) as archive:
        for member in archive:
            if wanted(member.name) and not member.isdir():
                content = archive.extractfile(member)
                data = content.read() if content else b""
                executable = bool(_followed(archive, member).mode & _OWNER_MAY_EXECUTE)
                yield member.name, FileDigest.of(data, executable=executable)


def _followed(archive: tarfile.TarFile, member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Return what a link leads to; its own mode says nothing."""
    while member.issym():
        target = posixpath.join(posixpath.dirname(member.name), member.linkname)
        member = archive.getmember(posixpath.normpath(target))
    return member


def _matters(path: str, plan: Mapping[str, FileDigest], *directories: str) -> bool:
    below = any(path.startswith(f"{directory}/") for directory in directories)
    return path in plan or below


def _differences(
    archive: str,
    found: list[tuple[str, FileDigest]],
    plan: Mapping[str, FileDigest],
) -> Iterator[BundleError]:
    """Yield what is wrong with the files of an archive, by path."""
    by_path: dict[str, list[FileDigest]] = {path: [] for path in plan}
    for path, file in found:
        by_path.setdefault(path, []).append(file)
    for path, files in sorted(by_path.items()):
        planned = plan.get(path)
        if planned is None:
            yield BundleError(path, f"is in {archive}, and nothing that was rendered")
        elif not files:
            yield BundleError(path, f"is missing from {archive}")
        elif len(files) > 1:
            yield BundleError(path, f"is in {archive} {len(files)} times")
        elif files[0] != planned:
            yield BundleError(
                path, f"differs in {archive} in {_difference(files[0], planned)}"
            )


def _difference(file: FileDigest, planned: FileDigest) -> str:
    if file.size != planned.size:
        return f"size: {file.size} bytes, not {planned.size}"
    if file.sha256 != planned.sha256:
        return f"content: sha256 {file.sha256}, not {planned.sha256}"
    return f"mode: {'' if file.executable else 'not '}executable"
