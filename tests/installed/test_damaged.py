"""Damaged distributions of the environment: problems of them, never of the others."""

import io
import os
import struct
import sys
import zipfile
import zlib

import pytest
from memory import bounded_memory

import hatch_agpm
from hatch_agpm.cli.snapshots import open_place
from hatch_agpm.cli.verify import audit_installed
from hatch_agpm.errors import AgpmError, BundleError
from hatch_agpm.installed.discovery import discover
from hatch_agpm.sources.distributions import Required, installed_package

GOOD = "Agpm-Version: 1\nName: good\nVersion: 1\nModule: good.prompts\nPrompt: a\n"
INFO = "bad-1.dist-info"
LISTED = GOOD.replace("good", "bad")
INDEX = '{"schema": 1, "generator": {"name": "hatch-agpm"}, "resources": []}'
FILES = {
    f"{INFO}/METADATA": "Metadata-Version: 2.1\nName: bad\nVersion: 1\n",
    f"{INFO}/RECORD": f"bad/prompts/index.json,,\n{INFO}/RECORD,,\n",
    f"{INFO}/agpm-prompts.txt": LISTED,
    "bad/prompts/index.json": INDEX,
    "bad/prompts/__init__.py": "",
    "good-1.dist-info/agpm-prompts.txt": GOOD,
}
TEXTS = [
    *(b"", b"\xff\xfe", b"\0", b"\r", b'"', b",,,,\n,", b"a,\rb", b"x" * 200_000),
    *(b"[" * 100_000, b'{"a":' * 100_000, b"null", b"[]", b"{}", b"1" * 5000),
    *(b'{"schema": 1}', INDEX.replace("[]", "{}").encode(), INDEX.encode()[:-9]),
    INDEX.replace("[]", "[null]").encode(),
    INDEX.replace("[]", '[{"path": 1}]').encode(),
    INDEX.replace("[]", '[], "templates": []').encode(),
    INDEX.replace("[]", '[], "templates": {"files": [1], "sources": []}').encode(),
    *(LISTED.encode() + line for line in (b"Export: x\n", b"Module: \xff", b"Export:")),
    LISTED.replace("bad.prompts", "../..").encode(),
    b"Name: bad\n",
    b"Version: \nName: \n",
]


@pytest.fixture
def site(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path / "site")
    for path, text in FILES.items():
        file = tmp_path / "site" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path / "site"


def use(site):
    """Use the damaged distribution in every way; return the errors."""
    errors = []
    for each in (
        lambda: installed_package(Required(distribution="bad", version="")),
        lambda: hatch_agpm.load("bad"),
        lambda: hatch_agpm.load("bad.prompts"),
        lambda: open_place("bad"),
    ):
        try:
            each()
        except AgpmError as error:
            errors.append(error)
    errors += audit_installed("bad").problems
    names = {bundle.distribution for bundle in discover(site)}
    assert "good" in names
    return errors


@pytest.mark.parametrize(
    "path", [path for path in FILES if "good" not in path and "init" not in path]
)
@pytest.mark.parametrize("data", [*TEXTS, None], ids=range(len(TEXTS) + 1))
def test_a_damaged_file_is_a_problem_of_its_distribution(site, path, data):
    (site / path).unlink()
    if data is not None:
        (site / path).write_bytes(data)

    assert all(str(error) for error in use(site))


def endless(file):
    file.write_bytes(b"")
    os.truncate(file, 1 << 40)


KINDS = {
    "pipe": os.mkfifo,
    "directory": os.mkdir,
    "device": lambda file: file.symlink_to("/dev/zero"),
    "sparse": endless,
}


@pytest.mark.skipif(os.name == "nt", reason="no pipes")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "path", [path for path in FILES if "good" not in path and "init" not in path]
)
def test_nothing_but_a_regular_file_is_read(site, path, kind):
    (site / path).unlink()
    KINDS[kind](site / path)

    with bounded_memory(1 << 26):
        assert all(str(error) for error in use(site))


@pytest.mark.skipif(os.name == "nt", reason="no pipes")
@pytest.mark.parametrize("path", [f"{INFO}/agpm-prompts.txt", "bad/prompts/index.json"])
def test_a_pipe_is_not_opened(site, path):
    (site / path).unlink()
    os.mkfifo(site / path)

    for bundle in discover(site):
        assert bundle.distribution == "good" or bundle.problem or "index" in path


@pytest.mark.skipif(os.name == "nt", reason="no pipes")
def test_a_pipe_on_the_path_is_not_opened(site):
    os.mkfifo(site / "pipe.zip")

    assert [each.distribution for each in discover([site / "pipe.zip", site])] == [
        "bad",
        "good",
    ]


@pytest.mark.parametrize("seed", range(200))
def test_a_damaged_zip_on_the_path_hides_nothing(site, seed):
    archive = site.parent / "some.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("x-1.dist-info/agpm-prompts.txt", GOOD.replace("good", "x"))
        opened.writestr("y-1.dist-info/agpm-prompts.txt", GOOD.replace("good", "y"))
    data = bytearray(archive.read_bytes())
    data[zlib.crc32(b"%d" % seed) % len(data)] ^= 1 << seed % 8
    archive.write_bytes(data)

    found = discover([archive, site])
    assert {"bad", "good"} <= {bundle.distribution for bundle in found}


def test_a_bomb_on_the_path_is_a_problem(site):
    archive = site.parent / "some.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("x-1.dist-info/agpm-prompts.txt", b"\n" * (1 << 25))

    found = {bundle.distribution: bundle for bundle in discover([archive, site])}
    assert "16,777,216" in found["x"].problem


def zipped(files, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for path, data in files.items():
            archive.writestr(path, data)
    return out.getvalue()


PROMPTS = "dist-info/agpm-prompts.txt"


@pytest.mark.parametrize("line", [b"\n", b"Prompt: a\n"])
def test_no_more_is_unpacked_of_all_files_of_a_zip(site, line):
    archive = site.parent / "some.zip"
    large = line * ((1 << 24) // len(line) - 1)
    archive.write_bytes(zipped({f"x{n}-1.{PROMPTS}": large for n in range(20)}))

    with bounded_memory(1 << 26):
        found = {bundle.distribution: bundle for bundle in discover([archive, site])}
    assert {"bad", "good"} < found.keys()
    assert all(found[f"x{number}"].problem for number in range(20))


@pytest.mark.parametrize("offset", [1 << 40, 1 << 62, 1 << 63, (1 << 64) - 1])
def test_a_position_that_no_file_has_hides_nothing(site, offset):
    archive = site.parent / "some.zip"
    name = f"x-1.{PROMPTS}".encode()
    extra = struct.pack("<HHQ", 1, 8, offset)
    sizes = (5, 5, len(name), len(extra), 0, 0, 0, 0, 0xFFFFFFFF)
    header = struct.pack("<4s4B4HI", b"PK\1\2", 45, 3, 45, 0, 0, 0, 0, 33, 0)
    header += struct.pack("<2I5H2I", *sizes) + name + extra
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 1, 1, len(header), 0, 0)
    archive.write_bytes(header + end)

    found = {bundle.distribution: bundle for bundle in discover([archive, site])}
    assert {"bad", "good"} < found.keys()
    assert found["x"].problem


ZIPPED = {
    "zipped-1.dist-info/agpm-prompts.txt": GOOD.replace("good", "zipped"),
    "zipped/__init__.py": "x = 1\n" * 99,
    "zipped/prompts/__init__.py": "",
    "zipped/prompts/index.json": INDEX + " " * 99,
}


@pytest.fixture
def load_zipped(tmp_path, monkeypatch):
    """Load from a zip file on the path."""

    def load(data):
        (tmp_path / "some.zip").write_bytes(data)
        monkeypatch.syspath_prepend(tmp_path / "some.zip")
        return hatch_agpm.load("zipped")

    yield load
    for name in [name for name in sys.modules if name.startswith("zipped")]:
        del sys.modules[name]


def test_a_bundle_in_a_zip_is_loaded(load_zipped):
    assert load_zipped(zipped(ZIPPED)).__name__ == "zipped.prompts"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b" " * (1 << 27), id="bomb"),
        pytest.param(b"[" * 1_000_000, id="deep"),
        pytest.param(b'["hatch-agpm"' + b",[]" * 3_000_000, id="values"),
        *(b"", b"\xff", b"{}"),
    ],
)
def test_an_index_of_any_text_in_a_zip_is_damage(load_zipped, text):
    data = zipped({**ZIPPED, "zipped/prompts/index.json": text})
    with bounded_memory(1 << 25), pytest.raises(BundleError):
        load_zipped(data)


@pytest.mark.parametrize("path", ["zipped/__init__.py", "zipped/prompts/index.json"])
def test_damaged_bytes_in_a_zip_are_an_error(load_zipped, path):
    data = bytearray(zipped(ZIPPED))
    start = data.index(path.encode()) + len(path)
    data[start : start + 12] = b"\xff" * 12

    with pytest.raises(BundleError):
        load_zipped(data)


@pytest.mark.parametrize("offset", [20, 24, 42])
@pytest.mark.parametrize("path", ["zipped/__init__.py", "zipped/prompts/index.json"])
def test_a_wrong_header_in_a_zip_is_an_error(load_zipped, path, offset):
    data = bytearray(zipped(ZIPPED))
    start = data.rindex(path.encode()) - 46
    if offset == 20 and "index" not in path:
        pytest.skip("of code, zipimport allocates what the header says")
    data[start + offset : start + offset + 4] = b"\xff\xff\xff\x7f"

    with bounded_memory(1 << 25):
        try:
            assert load_zipped(data)
        except BundleError as error:
            assert str(error)  # noqa: PT017 - zipimport ignores some of the fields


@pytest.mark.skipif(os.name == "nt", reason="no links")
def test_the_directory_of_metadata_can_be_a_link_to_many_files(site):
    (site / INFO).rename(site.parent / "many")
    for number in range(3000):
        (site.parent / "many" / f"{number}").mkdir()
    (site / INFO).symlink_to("../many")

    found = audit_installed("bad").problems
    assert found
    assert all(str(problem) for problem in found)


@pytest.mark.slow
@pytest.mark.parametrize("line", ["\n", "\r", ",\n", "a,\n", '"', "{}\n"])
def test_a_record_of_millions_of_lines_is_bounded(site, line):
    lines = "".join(line.format(number) for number in range(600_000))
    (site / INFO / "RECORD").write_text(FILES[f"{INFO}/RECORD"] + lines)

    with bounded_memory(300 << 20):
        assert all(str(error) for error in use(site))


HEADERS = [
    *("Author-email: " + "(" * 50_000, "Requires-Dist: a; " + "(" * 50_000),
    *("Requires-Dist: !!", "Requires-Python: !!", "Name: =?x?q?a?=", "Name: \0"),
    *("a:\n" * 400_000, " folded\n" * 150_000, "From \n" * 200_000),
]


@pytest.mark.parametrize("version", ["Version: 1", "Version: " + "1" * 5000], ids="1x")
@pytest.mark.parametrize("header", HEADERS, ids=range(len(HEADERS)))
def test_metadata_of_any_headers_is_read_or_a_problem(site, header, version):
    text = f"Metadata-Version: 2.1\nName: bad\n{version}\n{header}\n"
    (site / INFO / "METADATA").write_text(text)

    assert all(str(error) for error in use(site))


def test_a_record_does_not_lead_to_an_index_beside_the_environment(site):
    outside = site.parent / "outside"
    outside.mkdir()
    (outside / "index.json").write_text(INDEX)
    lines = f"{outside}/index.json,,\n../outside/index.json,,\n"
    (site / INFO / "RECORD").write_text(FILES[f"{INFO}/RECORD"] + lines)

    found = [bundle.directory for bundle in audit_installed("bad").bundles]
    assert found == ["bad/prompts"]
