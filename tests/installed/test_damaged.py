"""Damaged distributions of the environment: problems of them, never of the others."""

import os
import zipfile
import zlib

import pytest
from memory import bounded_memory

import hatch_agpm
from hatch_agpm.cli.snapshots import open_place
from hatch_agpm.cli.verify import audit_installed
from hatch_agpm.errors import AgpmError
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
