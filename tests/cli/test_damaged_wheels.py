"""`hatch-agpm verify` of wheels that are damaged, or made to do harm."""

import json
import struct
import tarfile
import zipfile

import pytest
from audits import DISCOVERY_FILE, INDEX, METADATA, RECORD, messages
from memory import bounded_memory

from hatch_agpm.cli.main import main
from hatch_agpm.cli.verify import audit_wheel
from hatch_agpm.errors import BundleError

READER = "flat/prompts/_reader.py"
BOMB = 1 << 26


@pytest.fixture
def rewrite(audit, tmp_path):
    """Write the wheel again, with a change of its RECORD and of single files."""

    def rewritten(change=lambda record: record, changes=None, **options):
        audit()
        (wheel,) = tmp_path.glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        files = {**files, RECORD: change(files[RECORD]), **(changes or {})}
        with zipfile.ZipFile(wheel, "w", **options) as archive:
            for name, data in files.items():
                info = zipfile.ZipInfo(name)
                info.external_attr = (0o755 if name.endswith(".sh") else 0o644) << 16
                info.compress_type = archive.compression
                archive.writestr(info, data)
        return wheel

    return rewritten


def problems(wheel):
    found = audit_wheel(wheel).problems
    assert all(isinstance(problem, BundleError) for problem in found)
    return found


def line_of(path, record):
    return next(line for line in record.splitlines() if line.startswith(path.encode()))


@pytest.mark.parametrize(
    "line", [READER, f"{READER},", f"{READER},,", f'"{READER}"', f"{READER};sha256=x;1"]
)
def test_a_short_line_of_the_record_is_a_problem_of_its_file(line, rewrite):
    wheel = rewrite(lambda old: old.replace(line_of(READER, old), line.encode()))

    assert [problem.path for problem in problems(wheel)] == [READER]


@pytest.mark.parametrize(
    "digest",
    [
        "sha256=",
        "sha256=x",
        "sha256=" + "é" * 43,
        "sha256=" + "=" * 43,
        "sha256=" + "A" * 44,
        "sha512=" + "A" * 86,
        "A" * 43,
    ],
)
def test_a_bad_digest_in_the_record_is_a_problem_of_its_file(digest, rewrite):
    line = f"{READER},{digest},10".encode()
    wheel = rewrite(lambda old: old.replace(line_of(READER, old), line))

    assert [problem.path for problem in problems(wheel)] == [READER]


@pytest.mark.parametrize("size", ["", "x", "-1", "1e3", "٣", "9" * 5000])
def test_a_bad_size_in_the_record_is_a_problem_of_its_file(size, rewrite):
    line = f"{READER},sha256={'A' * 43},{size}".encode()
    wheel = rewrite(lambda old: old.replace(line_of(READER, old), line))

    assert [problem.path for problem in problems(wheel)] == [READER]


@pytest.mark.parametrize(
    "text", [b"a,\rb,c\n", b'"', b"\0", b"x" * 200_000, b"\xff\xfe\n", b"\n\n,,,,\n"]
)
def test_a_record_of_any_text_is_read_or_a_problem(text, rewrite):
    for problem in problems(rewrite(lambda old: text + old)):
        assert "RECORD" in problem.path or "RECORD" in str(problem)


@pytest.mark.parametrize("name", [INDEX, RECORD, METADATA, DISCOVERY_FILE, READER])
@pytest.mark.parametrize(
    ("offset", "value"),
    [
        pytest.param(8, 1, id="encrypted"),
        pytest.param(10, 14, id="LZMA"),
        pytest.param(10, 12, id="BZIP2"),
        pytest.param(10, 99, id="unknown method"),
        pytest.param(6, 255, id="unknown version"),
        pytest.param(24, 7, id="shorter"),
        pytest.param(42, 3, id="elsewhere"),
        pytest.param(16, 3, id="wrong checksum"),
    ],
)
def test_a_file_that_cannot_be_unpacked_is_a_problem(name, offset, value, rewrite):
    wheel = rewrite()
    data = bytearray(wheel.read_bytes())
    # The headers of the directory follow the files.
    start = data.rindex(name.encode()) - 46
    assert data[start : start + 4] == b"PK\1\2"
    data[start + offset : start + offset + 2] = struct.pack("<H", value)
    wheel.write_bytes(data)

    assert problems(wheel)


@pytest.mark.parametrize("name", [INDEX, METADATA, DISCOVERY_FILE, READER, RECORD])
def test_no_more_is_unpacked_than_the_record_says(name, rewrite):
    compressed = {"compression": zipfile.ZIP_DEFLATED}
    wheel = rewrite(changes={name: b"\n" * BOMB}, **compressed)

    with bounded_memory(BOMB / 4):
        assert problems(wheel)


def test_no_more_is_unpacked_than_the_header_says(rewrite):
    changes = {READER: b"\n" * BOMB}
    wheel = rewrite(changes=changes, compression=zipfile.ZIP_DEFLATED)
    data = wheel.read_bytes().replace(struct.pack("<I", BOMB), struct.pack("<I", 9))
    wheel.write_bytes(data)

    with bounded_memory(BOMB / 4):
        assert problems(wheel)


def test_many_bundles_in_one_wheel_are_not_compared(audit):
    index = json.dumps({"generator": {"name": "hatch-agpm"}}).encode()
    found = audit({f"x{number}/index.json": index for number in range(101)})

    assert found.bundles == ()
    assert len(found.problems) == 1


@pytest.mark.parametrize(
    "text", [b"[" * 100_000, b'{"generator":' * 5000, b"\xff", b""]
)
def test_an_index_of_any_text_is_not_one(text, audit):
    assert "not an index" in messages(audit({INDEX: text}))[0]


def test_the_index_of_a_copy_does_not_hide_that_of_the_wheel(audit):
    copied = json.dumps({"generator": {"name": "hatch-agpm"}, "schema": 1}).encode()

    (_, damaged) = audit({INDEX: b"[", "other/index.json": copied}).problems
    assert damaged.path == "other/index.json"


def test_a_bad_wheel_does_not_hide_the_others(audit, tmp_path, capsys):
    audit()
    (wheel,) = tmp_path.glob("*.whl")
    (tmp_path / "bad.whl").write_bytes(b"PK")

    assert main(["verify", str(tmp_path / "bad.whl"), str(wheel)]) == 1
    captured = capsys.readouterr()
    assert wheel.name in captured.out
    assert "bad.whl" in captured.err


@pytest.mark.parametrize("name", ["x.tar.gz", "x.zip", "x.tgz"])
def test_an_sdist_is_named_as_one(name, tmp_path):
    with tarfile.open(tmp_path / name, "w"):
        pass
    assert "sdist" in str(problems(tmp_path / name)[0])
