"""
Adds files to a finished wheel.

The other files keep their order, dates and modes.  RECORD is written again, and the
wheel is replaced only after it was verified.
"""

from __future__ import annotations

import base64
import csv
import io
import stat
import tempfile
import zipfile
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hatch_agpm.backend.location import locate
from hatch_agpm.build.writing import file_mode
from hatch_agpm.bundle.entry_points import ENTRY_POINTS
from hatch_agpm.errors import BundleError, raise_problems

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from hatch_agpm.build import BuildSession, Plan, WheelContents
    from hatch_agpm.model.rendering import FileContent

__all__ = ["add_to_wheel", "dist_info_of"]

_INFO = ".dist-info"


def dist_info_of(wheel: str, paths: Iterable[str]) -> str:
    """Return the metadata directory of a wheel; raises BundleError without one."""
    for path in paths:
        directory, _, name = path.partition("/")
        if directory.endswith(_INFO) and name == "METADATA":
            return directory
    raise BundleError(wheel, f"is not a wheel: it has no *{_INFO}/METADATA")


def add_to_wheel(wheel: Path, session: BuildSession, *, editable: bool = False) -> None:
    """
    Add the prompts of a project to a wheel of it.

    Raises AgpmError where the wheel has other files at their paths, or cannot be read;
    then it is not changed.
    """
    try:
        with zipfile.ZipFile(wheel) as archive:
            members = [(info, archive.read(info)) for info in archive.infolist()]
    except (OSError, zipfile.BadZipFile) as error:
        raise BundleError(wheel.name, f"cannot be read: {error}") from None
    plan = session.plan
    files = {info.filename: data for info, data in members}
    place = locate(plan.root, plan.output, files)
    contents = session.wheel(place.directory, editable=editable)
    if not editable:
        contents = _below(place.prefix, contents)
    dist_info = dist_info_of(wheel.name, files)
    replaced = _replaced(plan, contents, files, dist_info)
    replaced.update(_of_templates(plan, files))
    entry_points = files.get(f"{dist_info}/{ENTRY_POINTS}", b"")
    contents = contents.with_entry_points(entry_points.decode())
    kept = [member for member in members if member[0].filename not in replaced]
    # On the same file system, and with the same name, from which the paths in a wheel
    # are derived.
    with tempfile.TemporaryDirectory(prefix=".hatch-agpm-", dir=wheel.parent) as part:
        new = Path(part, wheel.name)
        _write(new, kept, contents, dist_info)
        session.verify(new, contents)
        new.chmod(stat.S_IMODE(wheel.stat().st_mode))
        new.replace(wheel)


def _below(prefix: str, contents: WheelContents) -> WheelContents:
    """Return the contents of a wheel whose packages are below a directory of it."""
    return replace(
        contents,
        directory=prefix + contents.directory,
        owned={prefix + path: source for path, source in contents.owned.items()},
        bundle={prefix + path: file for path, file in contents.bundle.items()},
    )


def _replaced(
    plan: Plan,
    contents: WheelContents,
    files: Mapping[str, bytes],
    dist_info: str,
) -> set[str]:
    """
    Return the files of the wheel that are left out, because ours are there.

    These are equal files, and those of the output directory in the tree: the stub, and
    what an in-tree install wrote.  Raises BundleError for all others.
    """
    ours = dict(contents.files)
    ours |= {f"{dist_info}/{path}": file for path, file in contents.dist_info.items()}
    directories = {path: plan.root / source for path, source in contents.owned.items()}
    found = {path for path in files if path in ours}
    problems = []
    for directory, source in directories.items():
        below = [path for path in files if path.startswith(f"{directory}/")]
        found.update(path for path in below if not path.endswith("/"))
        if f"{directory}.py" in files:
            what = f"has the name of the package of prompts, {directory}/"
            problems.append(BundleError(f"{directory}.py", what, "leave it out"))
        problems += [
            BundleError(
                path,
                "is in the wheel already, with different content",
                "leave it out there, or build the wheel again",
            )
            for path in sorted({*below} & found)
            if not _is_known(path, files[path], ours)
            and not _is_file_with(source / path[len(directory) + 1 :], files[path])
        ]
    raise_problems(problems)
    return found


def _of_templates(plan: Plan, files: Mapping[str, bytes]) -> Iterator[str]:
    """Yield the files of packages of the wheel that are directories of templates."""
    by_top: dict[str, list[str]] = defaultdict(list)
    for path in files:
        by_top[path.partition("/")[0]].append(path)
    sources = [plan.root / directory for directory in plan.template_directories]
    for top, paths in by_top.items():
        # A backend may have given the directory another name.
        if any(
            all(
                _is_file_with(source / path[len(top) + 1 :], files[path])
                for path in paths
            )
            for source in sources
        ):
            yield from paths


def _is_known(path: str, data: bytes, ours: Mapping[str, FileContent]) -> bool:
    return path in ours and ours[path].data == data


def _is_file_with(file: Path, data: bytes) -> bool:
    return file.is_file() and file.read_bytes() == data


def _write(
    target: Path,
    kept: Sequence[tuple[zipfile.ZipInfo, bytes]],
    contents: WheelContents,
    dist_info: str,
) -> None:
    """Write a wheel: ours after the packages, and in `.dist-info` before RECORD."""
    record = f"{dist_info}/RECORD"
    files = [member for member in kept if member[0].filename != record]
    old = next((member for member in kept if member[0].filename == record), None)
    if old is None:
        raise BundleError(record, f"is missing from {target.name}")
    metadata = {f"{dist_info}/{path}": f for path, f in contents.dist_info.items()}
    added = {**contents.files, **metadata}
    # entry_points.txt may be one of the inner backend's, with a line of ours.
    files = [
        (info, metadata.pop(info.filename).data if info.filename in metadata else data)
        for info, data in files
    ]
    number = len(files)
    while number and files[number - 1][0].filename.startswith(f"{dist_info}/"):
        number -= 1
    date = old[0].date_time
    members = [
        *((_copy(info), data) for info, data in files[:number]),
        *_members(contents.files, date),
        *((_copy(info), data) for info, data in files[number:]),
        *_members(metadata, date),
    ]
    paths = [info.filename for info, _ in members]
    text = _record(old[1].decode(), paths, added, record)
    with zipfile.ZipFile(target, "w") as archive:
        for info, data in [*members, (_copy(old[0]), text.encode())]:
            archive.writestr(info, data)


def _copy(info: zipfile.ZipInfo) -> zipfile.ZipInfo:
    """Return the metadata of a member, without its offset in the old archive."""
    copied = zipfile.ZipInfo(info.filename, info.date_time)
    copied.compress_type = info.compress_type
    copied.create_system = info.create_system
    copied.external_attr = info.external_attr
    return copied


def _members(
    files: Mapping[str, FileContent], date: tuple[int, int, int, int, int, int]
) -> Iterator[tuple[zipfile.ZipInfo, bytes]]:
    for path, file in files.items():
        info = zipfile.ZipInfo(path, date)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.create_system = 3  # Unix: the modes are those of files there
        info.external_attr = (stat.S_IFREG | file_mode(file)) << 16
        yield info, file.data


def _record(
    text: str,
    paths: Iterable[str],
    added: Mapping[str, FileContent],
    record: str,
) -> str:
    """Return the text of RECORD for a wheel with these paths, in their order."""
    rows = {row[0]: row for row in csv.reader(io.StringIO(text)) if row}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for path in [*paths, record]:
        if path in added:
            file = added[path]
            digest = base64.urlsafe_b64encode(bytes.fromhex(file.sha256)).decode()
            writer.writerow([path, f"sha256={digest.rstrip('=')}", len(file.data)])
        elif path in rows:
            writer.writerow(rows[path])
    return out.getvalue()
