from __future__ import annotations

import bz2
import gzip
import io
import lzma
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
from hatch_agpm.errors import BundleError, ProblemsError
from hatch_agpm.formats.archives.streams import BoundedStream


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


def test_several_members_may_have_large_headers(tmp_path):
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


def header(name, kind=tarfile.REGTYPE, size=0, link="", **fields):
    """Return the header of a member, with other bytes in fields by their offset."""
    member = tarfile.TarInfo(f"demo-1/{name}")
    member.type, member.size, member.linkname = kind, size, link
    block = bytearray(member.tobuf(tarfile.GNU_FORMAT))
    for offset, field in fields.items():
        start = int(offset.removeprefix("at"))
        block[start : start + len(field)] = field
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def extended(data, kind=tarfile.XHDTYPE):
    return header("x", kind, len(data)) + data + b"\0" * (-len(data) % 512)


CONTENT = b"a" + b"\0" * 511
END = b"\0" * 1024
FILE = header("p/a.md", size=1) + CONTENT
ONE = {"p/a.md": planned(b"a")}


@pytest.fixture
def verify_tar(tmp_path):
    """Verify an sdist of some bytes, in another compression if one is given."""

    def verify(data, compress=lambda data: gzip.compress(data, 1)):
        (tmp_path / "demo").write_bytes(compress(data))
        return verify_sdist(tmp_path / "demo", ONE, directories=["p"])

    return verify


@pytest.mark.parametrize(
    "more",
    [
        pytest.param(
            extended(b"10 path=x\n") * 140_000, id="many", marks=[pytest.mark.slow]
        ),
        pytest.param(extended(b"5 a=\n" * 1_000_001), id="records"),
        pytest.param(
            (extended(b"2000017 comment=" + b"c" * 2_000_000 + b"\n") + header("x"))
            * 70,
            id="large",
        ),
        pytest.param(header("x", b"L") * 300_000, id="empty", marks=[pytest.mark.slow]),
        pytest.param(header("x") * 100_000, id="members", marks=[pytest.mark.slow]),
    ],
)
def test_all_headers_of_an_sdist_are_bounded_together(verify_tar, more):
    with pytest.raises(BundleError, match=r"cannot be read: .* more than"):
        verify_tar(FILE + more + END)


@pytest.mark.parametrize(
    "data",
    [
        *(b"1" * 2_000_000, b"1" * 2_000_000 + b" hdrcharset=x\n", b"-9 path=x\n"),
        *(b"9 path=xx\n", b"10 path-xx\n", b"11 path=x\n", b"0 path=x\n", b"\xff"),
        *(b"11 size=-1\n", b"12 size=nan\n", b"12 size=1_0\n"),
        b"5012 size=" + b"9" * 5001 + b"\n",
    ],
    ids=range(12),
)
def test_a_damaged_record_of_a_header_is_an_error(verify_tar, data):
    with pytest.raises(BundleError, match="cannot be read"):
        verify_tar(FILE + extended(data) + header("x") + END)


@pytest.mark.parametrize(
    "field", [b"\xff" * 12, b"-0000000001\0", b"\x80" + b"\xff" * 11, b"0o000000001\0"]
)
def test_a_size_that_no_file_can_have_is_an_error(verify_tar, field):
    with pytest.raises(BundleError, match="cannot be read"):
        verify_tar(FILE + header("x", at124=field) + END)


@pytest.mark.parametrize(
    "members",
    [
        pytest.param(header("p/a.md", size=1) + CONTENT, id="plain"),
        pytest.param(extended(b"22 path=demo-1/p/a.md\n") + FILE, id="path"),
        pytest.param(
            extended(b"demo-1/p/a.md\0", b"L") + header("x", size=1) + CONTENT,
            id="long name",
        ),
        pytest.param(
            extended(b"10 size=1\n") + header("p/a.md") + CONTENT, id="size of a record"
        ),
        pytest.param(extended(b"13 comment=x\n", b"g") + FILE, id="comment"),
        pytest.param(
            header("q", size=1) + CONTENT + header("p/a.md", b"2", link="../q"),
            id="link to one before",
        ),
        pytest.param(
            header("q", size=1) + CONTENT + header("p/a.md", b"1", link="demo-1/q"),
            id="hard link",
        ),
        pytest.param(
            extended(b"../q\0", b"K")
            + header("p/a.md", b"2")
            + header("q", size=1)
            + CONTENT,
            id="long link to one after",
        ),
        pytest.param(
            header("x", b"S", 1, at482=b"\1") + b"\0" * 512 + CONTENT + FILE,
            id="other file is sparse",
        ),
        pytest.param(header("x", b"Z", 1) + CONTENT + FILE, id="unknown kind"),
        pytest.param(header("p/a.md", b"7", 1) + CONTENT, id="contiguous"),
        pytest.param(header("", b"5") + header("p", b"5") + FILE, id="directories"),
    ],
)
@pytest.mark.parametrize(
    "compress",
    [gzip.compress, bz2.compress, lzma.compress, bytes],
    ids=["gz", "bz2", "xz", "none"],
)
def test_members_of_every_kind_are_read(verify_tar, members, compress):
    assert verify_tar(members + END, compress) is None


@pytest.mark.parametrize("end", [b"", END[:512]], ids=["none", "half"])
@pytest.mark.parametrize("compress", [gzip.compress, bytes], ids=["gz", "none"])
def test_an_archive_may_lack_the_mark_of_its_end(verify_tar, end, compress):
    assert verify_tar(FILE + end, compress) is None


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress])
@pytest.mark.parametrize("more", [b"x" * 9, b"\r\n"])
def test_what_follows_compressed_data_is_ignored(verify_tar, compress, more):
    assert verify_tar(compress(FILE + END) + more, bytes) is None


def test_files_to_which_many_links_lead_are_read_twice_at_most(verify_tar, monkeypatch):
    content = b"a" * (1 << 20)
    links = b"".join(header(f"l{n}", b"2", link=f"l{n + 1}") for n in range(500))
    hard = b"".join(header(f"p/{n}", b"1", link="demo-1/q") for n in range(500))
    target = header("q", size=len(content)) + content
    last = header("l500", b"2", link="q") + header("p/a.md", b"2", link="../l0")
    read = []
    original = BoundedStream.read_some
    monkeypatch.setattr(
        BoundedStream, "read_some", lambda *a: read.append(original(*a)) or read[-1]
    )

    with pytest.raises(ProblemsError) as caught:
        verify_tar(target + links + hard + last + END)
    assert len(caught.value.problems) == 501
    assert sum(map(len, read)) < 3 * (len(content) + 512 * 1010)


@pytest.mark.parametrize("kind", [b"1", b"2"])
def test_a_cycle_of_links_is_an_error(verify_tar, kind):
    links = header("p/b", kind, link="demo-1/p/c") + header(
        "p/c", kind, link="demo-1/p/b"
    )
    links += header("p/d", b"2", link="d")
    with pytest.raises(BundleError, match="cannot be read"):
        verify_tar(FILE + links + END)


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress])
def test_a_damaged_compressed_sdist_cannot_be_read(verify_tar, compress):
    whole = compress(FILE + END)
    for data in (whole[:-1], whole[:-9], whole[:20], whole[:-9] + b"\xff" * 9):
        with pytest.raises(BundleError, match="cannot be read"):
            verify_tar(data, bytes)


def test_no_more_is_unpacked_than_an_sdist_may_have(verify_tar):
    large = header("x", size=1 << 29) + b"\0" * (1 << 29)
    with pytest.raises(BundleError, match="bytes unpacked"):
        verify_tar(FILE + large + END)


def link_to_nothing():
    link = tarfile.TarInfo("demo-1/p/a.md")
    link.type, link.linkname = tarfile.SYMTYPE, "missing"
    return link.tobuf()


@pytest.mark.parametrize("first", [b"", link_to_nothing()], ids=["plain", "link"])
@pytest.mark.slow
def test_an_sdist_of_many_members_is_refused(tmp_path, first):
    sdist = tmp_path / "demo.tar.gz"
    header = tarfile.TarInfo("demo-1/x").tobuf()
    with gzip.open(sdist, "wb", 1) as file:
        file.write(first)
        for _ in range(101):
            file.write(header * 1000)

    with pytest.raises(BundleError, match="100,000 members"):
        verify_sdist(sdist, PLAN, directories=["p"])
