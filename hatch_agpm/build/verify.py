"""
The verification that a build has the files that were planned, and no others.

Before the build: the source tree must have no files where the bundle goes.  After it:
the wheel or sdist is opened, and every file in it is compared with the plan.  Does
not depend on a backend; a plan can come from a build or from the index of a bundle.
"""

from __future__ import annotations

import os
import stat
import zipfile
from itertools import islice
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from hatch_agpm.build.in_tree import is_owned
from hatch_agpm.config.output import has_code
from hatch_agpm.errors import BundleError, raise_problems
from hatch_agpm.formats.archives import (
    FileDigest,
    ZipFiles,
    digest_of,
    opened_zip,
    readable,
    tar_files,
)
from hatch_agpm.formats.file_names import is_python, is_rubbish, leads_out
from hatch_agpm.model.rendering import FileContent
from hatch_agpm.reading import check_regular, open_regular, read_regular

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

__all__ = [
    "check_free",
    "check_output",
    "verify_directory",
    "verify_files",
    "verify_sdist",
    "verify_wheel",
]

_MOST_PROBLEMS = 1000
_NOTHING = FileDigest.of(b"", executable=False)

_SHOWN = 5
"""How many of the files in a directory a message names."""

_LIST_THEM = "list them in [tool.hatch-agpm]"


def check_output(
    root: Path,
    output: str,
    *,
    stubs: Mapping[str, FileContent],
    inputs: Collection[str] = (),
) -> dict[str, FileContent]:
    """
    Return the generated stubs in the directory `output` of the tree, by their paths.

    Templates (the `inputs`) may be there, and what an in-tree install wrote; neither is
    returned.  A stub is recognised by its path and the first line of that of `stubs`:
    it may be older than the prompts.  Raises `BundleError`, or `ProblemsError` for
    several, where any other file is there or has the name of the directory.
    """
    directory = root / output
    problems = [*_in_the_way(root, output)]
    found = _files_below(directory)
    found = [path for path in found if not is_owned(directory, path)]
    ours = [
        path
        for path in found
        if path in stubs and _is_generated(directory / path, stubs[path])
    ]
    stale = [path for path in found if _is_stale(directory, path, stubs)]
    for path in stale:
        what = "is a generated stub, but its prompts no longer exist"
        problems.append(BundleError(f"{output}/{path}", what, "remove it"))
    known = {*ours, *stale, *(path.removeprefix(f"{output}/") for path in inputs)}
    if foreign := [
        path for path in found if path not in known and not _gives_way(directory, path)
    ]:
        first = _LIST_THEM if inputs else "move them"
        # Python's files cannot be listed.
        is_code = inputs and all(map(is_python, foreign))
        other = _another(output)
        hint = other.removeprefix("or ") if is_code else f"{first}, {other}"
        problems.append(_occupied(output, foreign, hint))
    raise_problems(problems)
    return {f"{output}/{path}": _content_of(directory / path) for path in ours}


def _in_the_way(root: Path, output: str) -> Iterator[BundleError]:
    """Yield the modules and files that have the name of a directory of the output."""
    directory = root / output
    package = directory.parent.with_suffix(".py")
    if not directory.parent.exists() and package.exists():
        what = f"is a module, which cannot hold the package of prompts, {output}/"
        hint = "make it a package, or choose another `output` in [tool.hatch-agpm]"
        yield BundleError(package.relative_to(root).as_posix(), what, hint)
    if directory.with_name(f"{directory.name}.py").exists():
        what = f"has the name of the package of prompts, {output}/"
        yield BundleError(f"{output}.py", what, f"move it, {_another(output)}")
    if directory.exists() and not directory.is_dir():
        what = "is a file where the package of prompts goes"
        yield BundleError(output, what, f"move it, {_another(output)}")


def _another(output: str) -> str:
    """Return the hint to choose an output that is free."""
    name = f"_{PurePosixPath(output).name}".replace("__", "_prompts_")
    other = PurePosixPath(output).with_name(name)
    return f'or write output = "{other}" in [tool.hatch-agpm]'


def _gives_way(directory: Path, path: str) -> bool:
    """Tell whether a file of the tree has nothing that a wheel could lose."""
    parts = PurePosixPath(path).parts
    if any(map(is_rubbish, parts)):
        return True
    # The accessor takes the place of a module that has no code.
    return path == "__init__.py" and not has_code(directory / path)


def _content_of(file: Path) -> FileContent:
    executable = bool(file.stat().st_mode & stat.S_IXUSR)
    return FileContent(data=read_regular(file), executable=executable)


def check_free(root: Path, paths: Iterable[str], sources: Collection[str]) -> None:
    """
    Raise for files of the tree that have the paths of exported ones.

    The `sources` of prompts may be there.  Raises BundleError, or ProblemsError with
    several.
    """
    what = "is in the tree, and a file is exported to that path"
    hint = "give the exported resource another key, or list this file instead"
    raise_problems(
        [
            BundleError(path, what, hint)
            for path in paths
            if path not in sources and (root / path).is_file()
        ]
    )


def _occupied(directory: str, files: list[str], hint: str) -> BundleError:
    shown = ", ".join(files[:_SHOWN])
    more = f" and {len(files) - _SHOWN} more" if len(files) > _SHOWN else ""
    what = f"is filled by the build, but has files in the source tree: {shown}{more}"
    return BundleError(directory, what, hint)


def _files_below(directory: Path) -> list[str]:
    paths = (path for path in directory.rglob("*") if not path.is_dir())
    relative = (path.relative_to(directory) for path in paths)
    # Backends do not pack byte code, and importing the directory may have written some.
    return sorted(
        path.as_posix() for path in relative if "__pycache__" not in path.parts
    )


def _is_stale(directory: Path, path: str, stubs: Mapping[str, FileContent]) -> bool:
    """Tell whether a file is a generated stub that the bundle does not have."""
    is_stub = path.endswith(".pyi") and "/" not in path and path not in stubs
    return is_stub and any(
        _is_generated(directory / path, stub) for stub in stubs.values()
    )


def _is_generated(file: Path, stub: FileContent) -> bool:
    first_line = stub.data.partition(b"\n")[0]
    try:
        return read_regular(file).startswith(first_line)
    except OSError:
        return False


def verify_wheel(
    wheel: Path,
    plan: Mapping[str, FileDigest],
    *,
    directories: Iterable[str],
) -> None:
    """
    Compare the files of a wheel with the plan, which has them by path.

    These `directories` must have no other files than those of the plan.
    Raises `BundleError`, or `ProblemsError` with all that is wrong.
    """
    with opened_zip(wheel) as archive:
        files = ZipFiles(archive, wheel.stat().st_size)
        verify_files(files, wheel.name, plan, directories=directories)


def verify_files(
    files: ZipFiles,
    label: str,
    plan: Mapping[str, FileDigest],
    *,
    directories: Iterable[str],
) -> None:
    """Compare the files of an open wheel, `label`, as `verify_wheel` does."""
    ours = [each for each in directories if each]
    with readable(label):
        found = _zip_files(files, plan, ours)
    twins = [
        BundleError(twin, f"is installed as {path}, too")
        for twin, path in islice(files.twins(plan, ours), _MOST_PROBLEMS)
    ]
    raise_problems([*_differences(label, found, plan), *twins])


def verify_sdist(
    sdist: Path, plan: Mapping[str, FileDigest], *, directories: Iterable[str]
) -> None:
    """
    Compare the files of an sdist with the plan, whose paths begin at its root.

    Otherwise as `verify_wheel`.  An sdist is a tar, or a zip as setuptools may write.
    """
    ours = [each for each in directories if each]
    with readable(sdist.name):
        check_regular(sdist)
        if zipfile.is_zipfile(sdist):
            with opened_zip(sdist) as archive:
                files = ZipFiles(archive, sdist.stat().st_size, is_sdist=True)
                found = _zip_files(files, plan, ours)
        else:
            found = _tar_files(sdist, plan, ours)
    raise_problems(list(_differences(sdist.name, found, plan)))


def verify_directory(
    root: Path,
    label: str,
    plan: Mapping[str, FileDigest],
    *,
    directories: Iterable[str],
) -> None:
    """
    Compare the files of an installed distribution, `label`, with the plan.

    Its paths begin at `root`.  Otherwise as `verify_wheel`; byte code and files of
    operating systems are no problem.
    """
    hint = f"install {label} again"
    found: list[tuple[str, FileDigest]] = []
    problems: list[BundleError] = []
    for path, planned in plan.items():
        try:
            found.append((path, _installed_digest(root, path, planned.size)))
        except (FileNotFoundError, NotADirectoryError):
            pass  # `_differences` reports what is not found.
        except OSError as error:
            problems.append(
                BundleError(path, f"cannot be read: {error.strerror}", hint)
            )
    unreadable = {problem.path for problem in problems}
    rest = {path: plan[path] for path in plan if path not in unreadable}
    for directory in directories:
        below = [path for path in _files_below(root / directory) if not _by_tool(path)]
        paths = [f"{directory}/{path}" for path in below]
        found += [(path, _NOTHING) for path in paths if path not in plan]
    raise_problems([*problems, *_differences(label, found, rest, hint)])


def _installed_digest(root: Path, path: str, most: int) -> FileDigest:
    """Return the digest of a file; raises OSError, also for one that is not below."""
    if leads_out(path):
        raise FileNotFoundError(path)
    with open_regular(root / path) as file:
        status = os.fstat(file.fileno())
        executable = bool(status.st_mode & stat.S_IXUSR)
        return digest_of(file, status.st_size, most, executable=executable)


def _by_tool(path: str) -> bool:
    return any(map(is_rubbish, PurePosixPath(path).parts))


def _zip_files(
    files: ZipFiles, plan: Mapping[str, FileDigest], directories: Sequence[str]
) -> list[tuple[str, FileDigest]]:
    """Return the digests of the planned files, and the others in the directories."""
    found = [
        (path, digest)
        for path, planned in plan.items()
        for digest in files.digests(path, planned.size)
    ]
    others = {
        path: _NOTHING
        for directory in directories
        for path in files.below(directory)
        if path not in plan
    }
    return [*found, *others.items()]


def _tar_files(
    sdist: Path, plan: Mapping[str, FileDigest], directories: Sequence[str]
) -> list[tuple[str, FileDigest]]:
    """Return the digests of the planned files, and the others in the directories."""
    tops = tuple(f"{each}/" for each in directories)

    def most(name: str) -> int | None:
        path = name.partition("/")[2]
        if path in plan:
            return plan[path].size
        return -1 if path.startswith(tops) else None

    found = tar_files(sdist, most)
    return [(name.partition("/")[2], digest) for name, digest in found]


def _differences(
    archive: str,
    found: list[tuple[str, FileDigest]],
    plan: Mapping[str, FileDigest],
    hint: str = "",
) -> Iterator[BundleError]:
    """
    Yield an error for each file that is missing, duplicate, unknown or different.

    Of more than anybody reads, the first ones.
    """
    problems = _all_differences(archive, found, plan, hint)
    yield from islice(problems, _MOST_PROBLEMS)
    if next(problems, None) is not None:
        what = f"has more problems: the first {_MOST_PROBLEMS:,} are listed"
        yield BundleError(archive, what)


def _all_differences(
    archive: str,
    found: list[tuple[str, FileDigest]],
    plan: Mapping[str, FileDigest],
    hint: str,
) -> Iterator[BundleError]:
    by_path: dict[str, list[FileDigest]] = {path: [] for path in plan}
    for path, file in found:
        by_path.setdefault(path, []).append(file)
    for path, files in sorted(by_path.items()):
        planned = plan.get(path)
        if planned is None:
            what = f"is in {archive}, but is not a file that was rendered"
            yield BundleError(path, what)
        elif not files:
            yield BundleError(path, f"is missing from {archive}", hint)
        elif len(files) > 1:
            yield BundleError(path, f"is in {archive} {len(files)} times")
        elif difference := _difference(files[0], planned):
            what = f"differs in {archive} in {difference}"
            yield BundleError(path, what, hint)


def _difference(file: FileDigest, planned: FileDigest) -> str:
    """Return in what a file differs from the plan, "" for nothing."""
    if file.size != planned.size:
        return f"size: {file.size} bytes, not {planned.size}"
    if file.sha256 != planned.sha256:
        return f"content: sha256 {file.sha256}, not {planned.sha256}"
    if planned.executable in {None, file.executable}:
        return ""
    return f"mode: {'' if file.executable else 'not '}executable"
