from __future__ import annotations

import hashlib
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


@pytest.mark.parametrize(("write", "verify", "name"), ARCHIVES)
@pytest.mark.parametrize(
    ("members", "message"),
    [
        ([RIGHT[0]], "p/run.sh: is missing from {name}"),
        (
            [*RIGHT, ("p/b.md", b"", 0o644)],
            "p/b.md: is in {name}, but is not a file that was rendered",
        ),
        (
            [("p/a.md", b"ab", 0o644), RIGHT[1]],
            "p/a.md: differs in {name} in size: 2 bytes, not 1",
        ),
        (
            [("p/a.md", b"b", 0o644), RIGHT[1]],
            "p/a.md: differs in {name} in content: "
            f"sha256 {hashlib.sha256(b'b').hexdigest()}, "
            f"not {hashlib.sha256(b'a').hexdigest()}",
        ),
        (
            [RIGHT[0], ("p/run.sh", b"r", 0o644)],
            "p/run.sh: differs in {name} in mode: not executable",
        ),
        (
            [("p/a.md", b"a", 0o755)],
            "p/a.md: differs in {name} in mode: executable\n"
            "p/run.sh: is missing from {name}",
        ),
    ],
)
def test_every_difference_from_the_plan_is_named(
    tmp_path, write, verify, name, members, message
):
    archive = write(tmp_path / name, members)

    with pytest.raises(AgpmError) as caught:
        verify(archive, PLAN, directory="p")

    assert str(caught.value) == message.replace("{name}", name)


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

    with pytest.raises(AgpmError, match=r"^demo\.whl: cannot be read: Bad CRC-32"):
        verify_wheel(wheel, {"p/a.md": planned(b"a" * 50)}, directory="p")


@pytest.mark.parametrize("files", [{}, {"out/__pycache__/x.pyc": b"", "b.py": b""}])
def test_an_output_directory_that_is_absent_or_empty_is_fine(tmp_path, files):
    lay_out(tmp_path, files)

    assert check_output(tmp_path, "out", stubs=STUBS) == {}


def test_a_stub_of_ours_may_be_there_and_be_older(tmp_path):
    lay_out(tmp_path, {"out/__init__.pyi": b"# a stub\nold: int\n"})

    assert [*check_output(tmp_path, "out", stubs=STUBS)] == ["out/__init__.pyi"]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            {"pkg/out.py": b""},
            "pkg/out.py: has the name of the package of prompts, pkg/out/; "
            "move it, or choose another `output` in [tool.hatch-agpm]",
        ),
        (
            {"pkg.py": b""},
            "pkg.py: is a module, which cannot hold the package of prompts, pkg/out/; "
            "make it a package, or choose another `output` in [tool.hatch-agpm]",
        ),
        (
            {"pkg/out": b""},
            "pkg/out: is a file where the package of prompts goes; "
            "move it, or choose another `output` in [tool.hatch-agpm]",
        ),
        (
            {"pkg/out/__init__.pyi": b"mine: int\n", "pkg/out/a/b.md": b""},
            "pkg/out: is filled in the wheel, but holds files in the tree: "
            "__init__.pyi, a/b.md; "
            "move them, or choose another `output` in [tool.hatch-agpm]",
        ),
        (
            {f"pkg/out/{number}.md": b"" for number in range(7)},
            "pkg/out: is filled in the wheel, but holds files in the tree: "
            "0.md, 1.md, 2.md, 3.md, 4.md and 2 more; "
            "move them, or choose another `output` in [tool.hatch-agpm]",
        ),
    ],
)
def test_files_in_the_output_directory_are_named(tmp_path, files, message):
    lay_out(tmp_path, files)

    with pytest.raises(AgpmError) as caught:
        check_output(tmp_path, "pkg/out", stubs=STUBS)

    assert str(caught.value) == message


def lay_out(root, files):
    for path, data in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
