"""Mutated wheels in `verify` and `show`, and mutated sdists after a build."""

import gzip
import io
import json
import tarfile
import zipfile

from mutations import mutate_bytes, mutate_data
from samples import wheel_files

from hatch_agpm.build.verify import verify_sdist
from hatch_agpm.cli.snapshots import open_place
from hatch_agpm.cli.verify import audit_wheel
from hatch_agpm.errors import AgpmError
from hatch_agpm.formats.archives import FileDigest


def wheels(scratch):
    """Return what tries a wheel with other bytes, or with other files."""
    files = wheel_files(scratch / "project")
    stated = [
        path for path in files if path.endswith((".json", ".txt", "RECORD", "DATA"))
    ]
    packed = _zip(files, zipfile.ZIP_DEFLATED)
    wheel = scratch / "pkg-1.0-py3-none-any.whl"

    def attempt(chance):
        way = chance.random()
        if way < 0.02:
            data = packed
        elif way < 0.4:
            data = mutate_bytes(packed, chance)
            # The directory of the archive is at its end.
            if chance.random() < 0.5:
                data = packed[:-4000] + mutate_bytes(packed[-4000:], chance)
        else:
            path = chance.choice(stated if chance.random() < 0.8 else [*files])
            changed = mutate_file(path, files[path], chance)
            data = _zip(files | {path: changed}, zipfile.ZIP_STORED, chance)
        wheel.write_bytes(data)
        audit = audit_wheel(wheel)
        assert all(str(problem) for problem in audit.problems)
        try:
            open_place(str(wheel))
        except AgpmError as error:
            return not str(error)
        return not audit.problems

    return attempt


def mutate_file(path, data, chance):
    """Return the bytes of a file with a few changes, of JSON often in its data."""
    if path.endswith(".json") and chance.random() < 0.6:
        changed = mutate_data(json.loads(data), chance)
        return json.dumps(changed).encode()
    return mutate_bytes(data, chance)


def _zip(files, method, chance=None):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for path, data in files.items():
            if chance and chance.random() < 0.005:
                continue
            archive.writestr(zipfile.ZipInfo(path), data, method)
    return out.getvalue()


def sdists(scratch):
    """Return what tries an sdist: a tar or zip with other bytes or members."""
    files = {
        "p/a.md": b"a" * 3000,
        "p/b.sh": b"b",
        "README.md": b"x",
        "long/" * 30: b"l",
    }
    plan = {
        path: FileDigest.of(data, executable=False)
        for path, data in files.items()
        if path.startswith("p/")
    }
    plain = _tar(files, tarfile.PAX_FORMAT)
    others = [plain, _tar(files, tarfile.GNU_FORMAT), _tar(files, tarfile.USTAR_FORMAT)]
    zipped = _zip({f"pkg-1/{path}": data for path, data in files.items()}, 8)
    sdist = scratch / "pkg-1.tar.gz"

    def attempt(chance):
        way = chance.random()
        if way < 0.7:
            changed = _headed(mutate_bytes(chance.choice(others), chance), chance)
            data = gzip.compress(changed, 1)
        elif way < 0.85:
            data = mutate_bytes(gzip.compress(plain, 1), chance)
        else:
            data = mutate_bytes(zipped, chance)
        sdist.write_bytes(data)
        try:
            verify_sdist(sdist, plan, directories=["p"])
        except AgpmError as error:
            return not str(error)
        return True

    return attempt


def _tar(files, form):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for path, data in files.items():
            member = tarfile.TarInfo(f"pkg-1/{path}")
            member.size = len(data)
            if form == tarfile.PAX_FORMAT:
                member.pax_headers = {"comment": "é" * 40, "mtime": "1.5"}
            archive.addfile(member, io.BytesIO(data))
        link = tarfile.TarInfo("pkg-1/p/link.md")
        link.type, link.linkname = tarfile.SYMTYPE, "a.md"
        archive.addfile(link)
    return out.getvalue()


def _headed(data, chance):
    """Return a tar of which a header has another field, with a right checksum."""
    data = bytearray(data)
    starts = [
        at
        for at in range(0, len(data) - 511, 512)
        if data[at + 257 : at + 262] == b"ustar"
    ]
    if not starts:
        return bytes(data)
    at = chance.choice(starts)
    start, size = chance.choice(((0, 100), (100, 8), (124, 12), (156, 1), (157, 100)))
    field = chance.choice(
        (b"7", b"0", b"\xff", b"\x80", b"../", b"x", b"g", b"L", b"S")
    )
    data[at + start : at + start + size] = (field * size)[:size]
    data[at + 148 : at + 156] = b" " * 8
    total = sum(data[at : at + 512])
    data[at + 148 : at + 156] = b"%06o\0 " % total
    return bytes(data)
