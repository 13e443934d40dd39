from __future__ import annotations

import gzip
import io
import tarfile

import pytest
from archives import (
    ARCHIVES,
    PLAN,
    RIGHT,
    STUBS,
    lay_out,
    planned,
    write_sdist,
    write_wheel,
)
from memory import bounded_memory

from hatch_agpm.build.verify import (
    check_output,
    verify_sdist,
    verify_wheel,
)
from hatch_agpm.errors import BundleError


@pytest.mark.parametrize(("write", "verify", "name"), ARCHIVES)
def test_an_archive_that_holds_the_plan_passes(tmp_path, write, verify, name):
    archive = write(tmp_path / name, RIGHT)

    assert verify(archive, PLAN, directories=["p"]) is None


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(("write", "verify", "name"), ARCHIVES)
def test_a_file_that_is_there_twice_is_an_error(tmp_path, write, verify, name):
    archive = write(tmp_path / name, [*RIGHT, RIGHT[0]])

    with pytest.raises(BundleError, match="2 times") as caught:
        verify(archive, PLAN, directories=["p"])
    assert caught.value.path == "p/a.md"


@pytest.mark.parametrize(("write", "verify", "name"), ARCHIVES)
def test_an_archive_that_is_cut_off_cannot_be_read(tmp_path, write, verify, name):
    archive = write(tmp_path / name, RIGHT)
    archive.write_bytes(archive.read_bytes()[:-30])

    with pytest.raises(BundleError, match="cannot be read") as caught:
        verify(archive, PLAN, directories=["p"])
    assert caught.value.path == name


def test_a_wheel_whose_bytes_are_damaged_cannot_be_read(tmp_path):
    wheel = write_wheel(tmp_path / "demo.whl", [("p/a.md", b"a" * 50, 0o644)])
    wheel.write_bytes(wheel.read_bytes().replace(b"a" * 50, b"b" * 50))

    with pytest.raises(BundleError, match="CRC-32"):
        verify_wheel(wheel, {"p/a.md": planned(b"a" * 50)}, directories=["p"])


@pytest.mark.parametrize("files", [{}, {"out/__pycache__/x.pyc": b"", "b.py": b""}])
def test_an_output_directory_that_is_absent_or_empty_is_fine(tmp_path, files):
    lay_out(tmp_path, files)

    assert check_output(tmp_path, "out", stubs=STUBS) == {}


def test_a_stub_of_ours_may_be_there_and_be_older(tmp_path):
    lay_out(tmp_path, {"out/__init__.pyi": b"# a stub\nold: int\n"})

    assert [*check_output(tmp_path, "out", stubs=STUBS)] == ["out/__init__.pyi"]


@pytest.mark.parametrize("target", ["a.md", "b.md", "../p/a.md", "missing", "/etc"])
@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE])
def test_a_link_of_an_sdist_that_leads_to_no_file_is_an_error(tmp_path, target, kind):
    sdist = tmp_path / "demo.tar.gz"
    with tarfile.open(sdist, "w:gz") as archive:
        for name, to in (("a.md", target), ("b.md", "a.md")):
            link = tarfile.TarInfo(f"demo-1/p/{name}")
            link.type, link.linkname = kind, to
            archive.addfile(link)

    with pytest.raises(BundleError):
        verify_sdist(sdist, {"p/a.md": planned(b"")}, directories=["p"])


@pytest.mark.parametrize("write", [write_wheel, write_sdist])
def test_no_more_of_a_file_is_read_than_was_planned(tmp_path, write):
    name = "demo.whl" if write is write_wheel else "demo.tar.gz"
    archive = write(tmp_path / name, [("p/a.md", b"a" * (1 << 24), 0o644)])
    verify = verify_wheel if write is write_wheel else verify_sdist

    with bounded_memory(1 << 22), pytest.raises(BundleError, match="16777216"):
        verify(archive, {"p/a.md": planned(b"a" * 50)}, directories=["p"])


@pytest.mark.parametrize("data", [b"", b"\x1f\x8b", b"\x1f\x8b\x08\0" + b"\xff" * 40])
def test_bytes_that_are_no_archive_cannot_be_read(tmp_path, data):
    (tmp_path / "demo").write_bytes(data)
    for verify in (verify_wheel, verify_sdist):
        with pytest.raises(BundleError, match="cannot be read"):
            verify(tmp_path / "demo", {}, directories=["p"])


@pytest.mark.parametrize("kind", [b"x", b"g", b"L", b"K"])
@pytest.mark.parametrize("stated", [1 << 33, 1 << 40])
@pytest.mark.parametrize("real", [0, 1 << 25])
def test_no_more_of_a_header_is_unpacked_than_an_sdist_may_have(
    tmp_path, kind, stated, real
):
    header = tarfile.TarInfo("demo-1/p/a.md")
    header.type, header.size = kind, stated
    sdist = tmp_path / "demo.tar.gz"
    with gzip.open(sdist, "wb", 1) as file:
        file.write(header.tobuf(tarfile.GNU_FORMAT) + b"\0" * real)

    with bounded_memory(1 << 24), pytest.raises(BundleError, match="cannot be read"):
        verify_sdist(sdist, PLAN, directories=["p"])


def chained(kind):
    """Return headers of one member, each of them small, of 32 MiB together."""
    header = tarfile.TarInfo("demo-1/p/a.md")
    header.type, header.size = kind, 1 << 20
    return (header.tobuf(tarfile.GNU_FORMAT) + b"\0" * header.size) * 32


def sparse():
    """Return the header of a file with holes, and 32 MiB with the places of pieces."""
    header = bytearray(tarfile.TarInfo("demo-1/p/a.md").tobuf(tarfile.GNU_FORMAT))
    header[156:157] = tarfile.GNUTYPE_SPARSE
    header[482] = 1
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    piece = b"00000000001\0" * 2
    more = (piece * 21).ljust(512, b"\1")
    return bytes(header) + more * (1 << 16)


@pytest.mark.parametrize(
    "content", [*map(chained, [b"x", b"g", b"L", b"K"]), sparse()], ids=[*"xgLKS"]
)
def test_no_more_of_all_headers_of_a_member_is_unpacked(tmp_path, content):
    sdist = tmp_path / "demo.tar.gz"
    with gzip.open(sdist, "wb", 1) as file:
        file.write(content)

    with bounded_memory(1 << 24), pytest.raises(BundleError, match="cannot be read"):
        verify_sdist(sdist, PLAN, directories=["p"])


def test_headers_of_several_members_are_not_counted_together(tmp_path):
    sdist = tmp_path / "demo.tar.gz"
    with tarfile.open(sdist, "w:gz", format=tarfile.PAX_FORMAT) as archive:
        for number in range(4):
            member = tarfile.TarInfo(f"demo-1/{number}")
            member.pax_headers = {"comment": "a" * (1 << 20)}
            archive.addfile(member)
        for path, data, mode in RIGHT:
            member = tarfile.TarInfo(f"demo-1/{path}")
            member.size, member.mode = len(data), mode
            archive.addfile(member, io.BytesIO(data))

    assert verify_sdist(sdist, PLAN, directories=["p"]) is None


def link_to_nothing():
    link = tarfile.TarInfo("demo-1/p/a.md")
    link.type, link.linkname = tarfile.SYMTYPE, "missing"
    return link.tobuf()


@pytest.mark.parametrize("first", [b"", link_to_nothing()], ids=["plain", "link"])
def test_an_sdist_of_many_members_is_refused(tmp_path, first):
    sdist = tmp_path / "demo.tar.gz"
    header = tarfile.TarInfo("demo-1/x").tobuf()
    with gzip.open(sdist, "wb", 1) as file:
        file.write(first)
        for _ in range(101):
            file.write(header * 1000)

    with pytest.raises(BundleError, match="100,000 members"):
        verify_sdist(sdist, PLAN, directories=["p"])
