"""Files that are written atomically."""

import os

import pytest

from hatch_agpm.build.writing import replace_file, write_files
from hatch_agpm.model.rendering import FileContent


def test_files_have_their_modes_whatever_the_umask_is(tmp_path):
    files = {
        "a/run.sh": FileContent(data=b"#!/bin/sh\n", executable=True),
        "a/b/text.md": FileContent(data=b"text\n"),
    }
    mask = os.umask(0o077)
    try:
        write_files(tmp_path, files)
    finally:
        os.umask(mask)
    for path, file in files.items():
        assert (tmp_path / path).read_bytes() == file.data
        mode = (tmp_path / path).stat().st_mode & 0o777
        assert mode == (0o755 if file.executable else 0o644)


@pytest.mark.parametrize("apart", [True, False])
def test_a_failed_replacement_keeps_what_exists_and_leaves_no_part(tmp_path, apart):
    place = tmp_path / "stub.pyi"
    place.mkdir()
    (place / "mine").write_text("mine", encoding="utf-8")
    parts = tmp_path / "parts"
    parts.mkdir()
    with pytest.raises(OSError, match=r"stub\.pyi"):
        replace_file(place, FileContent(data=b"new"), part_in=parts if apart else None)
    assert (place / "mine").read_text(encoding="utf-8") == "mine"
    assert {path.name for path in tmp_path.iterdir()} == {"parts", "stub.pyi"}
    assert not list(parts.iterdir())


def test_a_file_is_replaced_and_its_directory_made(tmp_path):
    place = tmp_path / "new/lock"
    for text in (b"one", b"two"):
        replace_file(place, FileContent(data=text))
        assert place.read_bytes() == text
    assert [path.name for path in place.parent.iterdir()] == ["lock"]


@pytest.mark.skipif(os.name == "nt", reason="needs links and pipes")
@pytest.mark.parametrize("kind", ["link", "hard link", "dangling", "pipe", "device"])
def test_what_is_in_the_way_of_a_file_is_not_written_to(kind, tmp_path):
    other, written = tmp_path / "other", tmp_path / "new/a"
    written.parent.mkdir()
    other.write_bytes(b"other")
    if kind == "pipe":
        os.mkfifo(written)
    elif kind == "hard link":
        written.hardlink_to(other)
    else:
        target = {"link": other, "dangling": tmp_path / "x", "device": "/dev/full"}
        written.symlink_to(target[kind])

    write_files(tmp_path / "new", {"a": FileContent(data=b"text")})

    assert written.read_bytes() == b"text"
    assert not written.is_symlink()
    assert other.read_bytes() == b"other"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["new", "other"]
