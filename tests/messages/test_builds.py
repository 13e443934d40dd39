"""The messages about wheels and sdists, and about what the metadata lists."""

import hashlib

import pytest
from archives import ARCHIVES, PLAN, RIGHT, STUBS, lay_out, planned, write_wheel

from hatch_agpm.build.verify import (
    check_output,
    verify_wheel,
)
from hatch_agpm.errors import AgpmError
from hatch_agpm.installed.discovery import FILE_NAME, discover, file_text


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
        verify(archive, PLAN, directories=["p"])

    assert str(caught.value) == message.replace("{name}", name)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(("write", "verify", "name"), ARCHIVES)
def test_a_file_that_is_there_twice_is_named(tmp_path, write, verify, name):
    archive = write(tmp_path / name, [*RIGHT, RIGHT[0]])

    with pytest.raises(AgpmError) as caught:
        verify(archive, PLAN, directories=["p"])
    assert str(caught.value) == f"p/a.md: is in {name} 2 times"


def test_a_wheel_that_is_damaged_is_reported(tmp_path):
    wheel = write_wheel(tmp_path / "demo.whl", [("p/a.md", b"a" * 50, 0o644)])
    wheel.write_bytes(wheel.read_bytes().replace(b"a" * 50, b"b" * 50))

    with pytest.raises(AgpmError) as caught:
        verify_wheel(wheel, {"p/a.md": planned(b"a" * 50)}, directories=["p"])
    assert str(caught.value) == (
        "demo.whl: cannot be read: Bad CRC-32 for file 'p/a.md'"
    )


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            {"pkg/out.py": b""},
            "pkg/out.py: has the name of the package of prompts, pkg/out/; "
            'move it, or write output = "pkg/_out" in [tool.hatch-agpm]',
        ),
        (
            {"pkg.py": b""},
            "pkg.py: is a module, which cannot hold the package of prompts, pkg/out/; "
            "make it a package, or choose another `output` in [tool.hatch-agpm]",
        ),
        (
            {"pkg/out": b""},
            "pkg/out: is a file where the package of prompts goes; "
            'move it, or write output = "pkg/_out" in [tool.hatch-agpm]',
        ),
        (
            {"pkg/out/__init__.pyi": b"mine: int\n", "pkg/out/a/b.md": b""},
            "pkg/out: is filled by the build, but has files in the source tree: "
            "__init__.pyi, a/b.md; "
            'move them, or write output = "pkg/_out" in [tool.hatch-agpm]',
        ),
        (
            {f"pkg/out/{number}.md": b"" for number in range(7)},
            "pkg/out: is filled by the build, but has files in the source tree: "
            "0.md, 1.md, 2.md, 3.md, 4.md and 2 more; "
            'move them, or write output = "pkg/_out" in [tool.hatch-agpm]',
        ),
    ],
)
def test_files_in_the_output_directory_are_named(tmp_path, files, message):
    lay_out(tmp_path, files)

    with pytest.raises(AgpmError) as caught:
        check_output(tmp_path, "pkg/out", stubs=STUBS)

    assert str(caught.value) == message


GOOD = file_text(
    distribution="Some.Dist",
    version="1.0",
    module="some_dist.prompts",
    names=["snippets/b", "agents/a"],
)


BROKEN = [
    pytest.param("", f"{FILE_NAME} has no Agpm-Version (supported: 1)", id="empty"),
    pytest.param(
        "Agpm-Version: 2\nShape: new\n",
        f"{FILE_NAME} has the unsupported version '2' (supported: 1)",
        id="a later version",
    ),
    pytest.param(
        "Agpm-Version: 1\nName: x\n",
        f"{FILE_NAME} has no Version and no Module",
        id="cut off",
    ),
    pytest.param(
        GOOD.replace("some_dist.prompts", "../evil; x"),
        f"{FILE_NAME} names the module '../evil; x', which is not a module name",
        id="no module",
    ),
    pytest.param(b"\xff\xfe", f"{FILE_NAME} is not UTF-8", id="no text"),
    pytest.param(
        None, f"{FILE_NAME} cannot be read: it is not a regular file", id="directory"
    ),
]


@pytest.mark.parametrize(("text", "problem"), BROKEN)
def test_a_distribution_whose_prompts_cannot_be_found_is_reported(
    tmp_path, text, problem
):
    path = tmp_path / "bad-1.dist-info" / "extra_metadata" / FILE_NAME
    path.parent.mkdir(parents=True)
    if text is None:
        path.mkdir()
    else:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    (broken,) = discover(tmp_path)

    assert broken.problem == problem
