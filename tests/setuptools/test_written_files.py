from __future__ import annotations

import hashlib
import json
import os

import pytest

from hatch_agpm.build.writing import write_files
from hatch_agpm.model.rendering import FileContent
from hatch_agpm.setuptools.written_files import (
    record_file,
    remove_recorded,
    write_record,
)

FILES = {
    "pkg/prompts/a.md": FileContent(data=b"a"),
    "pkg/prompts/sub/b.md": FileContent(data=b"b"),
}


@pytest.fixture
def build_lib(tmp_path):
    directory = tmp_path / "build/lib"
    write_record(directory, FILES)
    write_files(directory, FILES)
    return directory


def below(directory):
    return sorted(
        path.relative_to(directory).as_posix()
        for path in directory.rglob("*")
        if path.is_file()
    )


def test_recorded_files_and_the_directories_they_leave_empty_are_removed(build_lib):
    (build_lib / "pkg/__init__.py").touch()

    remove_recorded(build_lib)

    assert below(build_lib) == ["pkg/__init__.py"]
    assert not (build_lib / "pkg/prompts").exists()


def test_a_file_with_another_content_is_kept(build_lib):
    (build_lib / "pkg/prompts/a.md").write_bytes(b"mine")

    remove_recorded(build_lib)

    assert below(build_lib) == ["pkg/prompts/a.md"]


@pytest.mark.parametrize("path", ["../../mine.md", "{root}/mine.md", "link/mine.md"])
def test_a_path_that_leaves_the_directory_is_never_removed(build_lib, tmp_path, path):
    (tmp_path / "mine.md").write_bytes(b"mine")
    (build_lib / "link").symlink_to(tmp_path)
    digest = hashlib.sha256(b"mine").hexdigest()
    files = {path.format(root=tmp_path): digest}
    record_file(build_lib).write_text(json.dumps({"version": 1, "files": files}))

    remove_recorded(build_lib)

    assert (tmp_path / "mine.md").exists()


def test_a_link_and_its_target_are_kept(build_lib, tmp_path):
    (tmp_path / "mine.md").write_bytes(b"a")
    (build_lib / "pkg/prompts/a.md").unlink()
    (build_lib / "pkg/prompts/a.md").symlink_to(tmp_path / "mine.md")

    remove_recorded(build_lib)

    assert (build_lib / "pkg/prompts/a.md").is_symlink()
    assert (tmp_path / "mine.md").exists()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[" * 100_000,
        "[]",
        "{}",
        '{"version": 2, "files": {}}',
        '{"version": 1, "files": []}',
        '{"version": 1, "files": {"\\u0000": "x"}}',
    ],
)
def test_a_damaged_record_removes_nothing(build_lib, text):
    record_file(build_lib).write_text(text)

    remove_recorded(build_lib)

    assert below(build_lib) == sorted(FILES)


@pytest.mark.skipif(os.name == "nt", reason="needs pipes")
@pytest.mark.parametrize("kind", ["pipe", "device", "directory", "loop"])
def test_a_record_of_another_kind_is_not_read(build_lib, kind):
    record = record_file(build_lib)
    record.unlink()
    if kind == "pipe":
        os.mkfifo(record)
    elif kind == "directory":
        record.mkdir()
    else:
        record.symlink_to("/dev/zero" if kind == "device" else record.name)

    remove_recorded(build_lib)

    assert below(build_lib) == sorted(FILES)
    if kind != "directory":
        write_record(build_lib, FILES)
        assert record.is_file()
        assert not record.is_symlink()
