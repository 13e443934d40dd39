"""
Adds files to a finished sdist.

The members that are there are not changed: the new ones follow them in the archive, in
the same directory, with the owner and the date of PKG-INFO.
"""

from __future__ import annotations

import copy
import gzip
import io
import posixpath
import stat
import tarfile
import tempfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from hatch_agpm.build.writing import file_mode
from hatch_agpm.errors import BundleError, raise_problems
from hatch_agpm.formats.file_names import directories_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from hatch_agpm.build import BuildSession, SdistContents

__all__ = ["add_to_sdist"]

_INFO = "PKG-INFO"


def add_to_sdist(sdist: Path, session: BuildSession) -> None:
    """
    Add the sources of the prompts of a project to an sdist of it.

    A source that the sdist has is not added again.  Raises AgpmError where the sdist
    has another file at its path, or cannot be read.
    """
    contents = session.sdist()
    try:
        with gzip.open(sdist) as file:
            data, date = file.read(), file.mtime or 0
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            members = archive.getmembers()
    except (OSError, EOFError, zlib.error, tarfile.TarError) as error:
        raise BundleError(sdist.name, f"cannot be read: {error}") from None
    changed = _changed(sdist.name, data, members, contents)
    with tempfile.TemporaryDirectory(prefix=".hatch-agpm-", dir=sdist.parent) as part:
        if changed is not None:
            new = Path(part, sdist.name)
            with (
                new.open("wb") as raw,
                gzip.GzipFile("", "wb", fileobj=raw, mtime=date) as packed,
            ):
                packed.write(changed)
            new.chmod(sdist.stat().st_mode & 0o777)
            session.verify(new, contents)
            new.replace(sdist)
        else:
            session.verify(sdist, contents)


def _changed(
    name: str,
    data: bytes,
    members: Sequence[tarfile.TarInfo],
    contents: SdistContents,
) -> bytes | None:
    """Return the new tar archive, or None if it would be the same."""
    by_path = {member.name.partition("/")[2]: member for member in members}
    model = by_path.get(_INFO)
    if model is None:
        raise BundleError(_INFO, f"is missing from {name}")
    _check_links(contents, by_path.values())
    removed = [
        member
        for path, member in by_path.items()
        if path.startswith(f"{contents.directory}/")
        and path not in contents.files
        and not member.isdir()
    ]
    replaced = {
        path: by_path[path]
        for path in contents.files
        if path in by_path and _lost_its_kind(path, by_path[path], data, contents)
    }
    missing = {
        path for path in contents.files if path not in by_path or path in replaced
    }
    if not missing and not removed:
        return None
    root = model.name.partition("/")[0]
    return _without(data, members, [*removed, *replaced.values()]) + _archive(
        _members(contents, sorted(missing), root, model)
    )


def _lost_its_kind(
    path: str, member: tarfile.TarInfo, data: bytes, contents: SdistContents
) -> bool:
    """Return whether the sdist has a link as a file, or a file with another mode."""
    if path in contents.links:
        return not member.issym()
    file, content = (
        contents.files[path],
        data[member.offset_data : member.offset_data + member.size],
    )
    is_same = member.isreg() and content == file.data
    return is_same and bool(member.mode & stat.S_IXUSR) != file.executable


def _check_links(contents: SdistContents, members: Iterable[tarfile.TarInfo]) -> None:
    """Raise BundleError for sources below a directory that the sdist has as a link."""
    links = {each.name.partition("/")[2] for each in members if each.issym()}
    raise_problems(
        [
            BundleError(
                path,
                f"is below {parent}, which is a link in the sdist",
                "name the files by the path that the link leads to",
            )
            for path in contents.files
            for parent in directories_of(path)
            if parent in links
        ]
    )


def _without(
    data: bytes, members: Sequence[tarfile.TarInfo], removed: Iterable[tarfile.TarInfo]
) -> bytes:
    """Return the members of a tar archive as they are, but without some of them."""
    unwanted = {id(member) for member in removed}
    pieces, start = [], 0
    for member in members:
        end = _end(member)
        if id(member) in unwanted:
            pieces.append(data[start : member.offset])
            start = end
    last = max((_end(member) for member in members), default=0)
    return b"".join([*pieces, data[start:last]])


def _end(member: tarfile.TarInfo) -> int:
    """Return the end of a member in its archive, a multiple of the size of a block."""
    size = member.size if member.isreg() else 0
    blocks = -(-size // tarfile.BLOCKSIZE)
    return member.offset_data + blocks * tarfile.BLOCKSIZE


def _members(
    contents: SdistContents,
    paths: Iterable[str],
    root: str,
    model: tarfile.TarInfo,
) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
    for path in paths:
        member = copy.copy(model)
        member.name, member.pax_headers = f"{root}/{path}", {}
        member.mtime = int(model.mtime)
        file = contents.files[path]
        if target := contents.links.get(path, ""):
            member.type, member.size, member.mode = tarfile.SYMTYPE, 0, 0o777
            member.linkname = posixpath.relpath(target, posixpath.dirname(path) or ".")
            yield member, b""
            continue
        member.type, member.size = tarfile.REGTYPE, len(file.data)
        member.mode = file_mode(file)
        yield member, file.data


def _archive(members: Iterable[tuple[tarfile.TarInfo, bytes]]) -> bytes:
    """Return the members as a tar archive of their own."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for member, data in members:
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()
