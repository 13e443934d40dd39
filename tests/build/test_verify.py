from __future__ import annotations

import io
import tarfile
import zipfile

import pytest

from hatch_agpm.build.verify import (
    FileDigest,
    check_output,
    verify_sdist,
    verify_wheel,
)
from hatch_agpm.errors import AgpmError
from hatch_agpm.model.rendering import FileContent

STUBS = {"__init__.pyi": FileContent(data=b"# a stub\nprompts: int\n")}


def planned(data, *, executable=False):
    return FileDigest.of(data, executable=executable)


def write_wheel(path, members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, data, mode in members:
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            archive.writestr(info, data)
    return path


def write_sdist(path, members):
    with tarfile.open(path, "w:gz") as archive:
        for name, data, mode in members:
            info = tarfile.TarInfo(f"demo-1/{name}")
            info.size = len(data)
            info.mode = mode
            archive.addfile(info, io.BytesIO(data))
    return path


ARCHIVES = [
    pytest.param(write_wheel, verify_wheel, "demo.whl", id="wheel"),
    pytest.param(write_sdist, verify_sdist, "demo.tar.gz", id="sdist"),
]

RIGHT = [("p/a.md", b"a", 0o644), ("p/run.sh", b"r", 0o755), ("other.py", b"", 0o644)]
PLAN = {"p/a.md": planned(b"a"), "p/run.sh": planned(b"r", executable=True)}


@pytest.mark.parametrize(("write", "verify", "name"), ARCHIVES)
def test_an_archive_that_holds_the_plan_passes(tmp_path, write, verify, name):
    archive = write(tmp_path / name, RIGHT)

    assert verify(archive, PLAN, directory="p") is None


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(("write", "verify", "name"), ARCHIVES)
def test_a_file_that_is_there_twice_is_an_error(tmp_path, write, verify, name):
    archive = write(tmp_path / name, [*RIGHT, RIGHT[0]])

    with pytest.raises(AgpmError, match=rf"^p/a.md: is in {name} 2 times$"):
        verify(archive, PLAN, directory="p")


@pytest.mark.parametrize(("write", "verify", "name"), ARCHIVES)
def test_an_archive_that_is_cut_off_cannot_be_read(tmp_path, write, verify, name):
    archive = write(tmp_path / name, RIGHT)
    archive.write_bytes(archive.read_bytes()[:-30])

    with pytest.raises(AgpmError, match=rf"^{name}: cannot be read: "):
        verify(archive, PLAN, directory="p")


def test_a_wheel_whose_bytes_are_damaged_cannot_be_read(tmp_path):
    wheel = write_wheel(tmp_path / "demo.whl", [("p/a.md", b"a" * 50, 0o644)])
    wheel.write_bytes(wheel.read_bytes().replace(b"a" * 50, b"b" * 50))

    with pytest.raises(AgpmError, match="cannot be read: Bad CRC-32"):
        verify_wheel(wheel, {"p/a.md": planned(b"a" * 50)}, directory="p")


@pytest.mark.parametrize("files", [{}, {"out/__pycache__/x.pyc": b"", "b.py": b""}])
def test_an_output_directory_that_is_absent_or_empty_is_fine(tmp_path, files):
    lay_out(tmp_path, files)

    assert check_output(tmp_path, "out", stubs=STUBS) == {}


def test_a_stub_of_ours_may_be_there_and_be_older(tmp_path):
    lay_out(tmp_path, {"out/__init__.pyi": b"# a stub\nold: int\n"})

    assert [*check_output(tmp_path, "out", stubs=STUBS)] == ["out/__init__.pyi"]


def lay_out(root, files):
    for path, data in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
