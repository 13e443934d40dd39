"""Files below a project, on systems with and without calls relative to directories."""

import os
import sys

import pytest

from hatch_agpm.errors import BundleError
from hatch_agpm.install import disk as module
from hatch_agpm.install.disk import Disk
from hatch_agpm.model.rendering import FileContent

NEW = FileContent(data=b"new")
OLD = FileContent(data=b"old")


@pytest.fixture(params=[True, False], ids=["relative", "by path"])
def disk(tmp_path, monkeypatch, request):
    if request.param and sys.platform == "win32":
        pytest.skip("Windows has no such calls")
    monkeypatch.setattr(module, "_RELATIVE", request.param)
    root = tmp_path / "app"
    (root / ".hatch-agpm").mkdir(parents=True)
    return Disk(root)


def test_files_are_written_read_and_removed(disk):
    disk.make("a")
    disk.make("a/b")
    disk.write("a/b/c", NEW, "")
    assert disk.find("a/b/c").data == b"new"
    disk.write("a/b/c", OLD, NEW.sha256)
    assert not disk.remove_empty("a/b")
    disk.remove("a/b/c", OLD.sha256)
    assert disk.remove_empty("a/b")
    assert disk.remove_empty("a/b")
    assert disk.has_directory("a")
    assert not disk.has_directory("a/b")
    assert [*(disk.root / ".hatch-agpm").iterdir()] == []


def test_what_has_changed_meanwhile_is_neither_replaced_nor_removed(disk):
    (disk.root / "a").write_text("mine")
    for expected in ("", NEW.sha256):
        with pytest.raises(BundleError):
            disk.write("a", OLD, expected)
        with pytest.raises(BundleError):
            disk.remove("a", expected)
    assert (disk.root / "a").read_text() == "mine"


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such modes")
@pytest.mark.parametrize("mode", [0o600, 0o664, 0o640])
def test_who_may_read_a_file_stays(disk, mode):
    path = disk.root / "a"
    path.write_text("old")
    path.chmod(mode)
    disk.write("a", NEW, OLD.sha256)
    assert path.stat().st_mode & 0o777 == mode
    disk.write("a", FileContent(data=b"old", executable=True), NEW.sha256)
    assert path.stat().st_mode & 0o777 == mode | (mode & 0o444) >> 2


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege")
def test_links_are_not_followed(disk, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x").write_text("secret")
    (disk.root / "link").symlink_to(outside)
    (disk.root / "file").symlink_to(outside / "x")
    for path in ("link/x", "link/y", "link", "file"):
        found = disk.find(path)
        assert (found.data, bool(found.blocked)) == (None, True)
        with pytest.raises(BundleError):
            disk.write(path, NEW, "")
        assert not disk.remove_empty(path)
    with pytest.raises(BundleError):
        disk.make("link/z")
    assert not disk.has_directory("link")
    assert [path.name for path in outside.iterdir()] == ["x"]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pipes")
def test_what_is_not_a_file_is_not_opened(disk):
    os.mkfifo(disk.root / "pipe")
    (disk.root / "directory").mkdir()
    for path in ("pipe", "directory"):
        assert disk.find(path).blocked
    (disk.root / "file").write_text("x")
    assert disk.find("file/x").blocked


def test_twins_are_in_the_way(disk):
    (disk.root / "Name").mkdir()
    (disk.root / "Name/é").write_text("x")
    assert disk.find("name/x").blocked
    assert disk.find("Name/e\u0301").blocked
    assert disk.find("Name/é").data == b"x"


def test_leftovers_are_removed(disk):
    leftover = disk.root / ".hatch-agpm/new-1"
    leftover.write_text("part")
    (disk.root / ".hatch-agpm/installed.json").write_text("{}")
    disk.clean()
    assert not leftover.exists()
    assert (disk.root / ".hatch-agpm/installed.json").exists()


def test_a_directory_is_listed_once_for_all_its_files(disk, count_calls):
    for count in (30, 120):
        disk.make(f"d{count}")
        for number in range(count):
            (disk.root / f"d{count}/f{number}").write_bytes(b"old")

    def find(count):
        for number in range(count):
            assert disk.find(f"d{count}/f{number}").data == b"old"

    def write(count):
        for number in range(count):
            disk.write(f"d{count}/f{number}", OLD, OLD.sha256)

    for work in (find, write):
        few, many = (count_calls(work, count).total() for count in (30, 120))
        assert many < 4.3 * few


def test_what_was_written_is_in_the_way_of_other_spellings(disk):
    disk.make("a")
    assert not disk.find("a/New").blocked
    disk.write("a/new", NEW, "")
    assert disk.find("a/New").blocked or disk.find("a/New").data == b"new"
    disk.make("b")
    assert disk.find("B/new").blocked
    disk.remove("a/new", NEW.sha256)
    assert not disk.find("a/New").blocked
