"""Reading of files that something else may replace while they are read."""

import os
import threading

import pytest
from memory import bounded_memory

from hatch_agpm.cli.main import main
from hatch_agpm.errors import ContentError
from hatch_agpm.reading import check_regular, read_below, read_regular
from hatch_agpm.sources.tree import Tree

PROJECT = """\
[build-system]
requires = ["flit_core", "hatch-agpm"]
build-backend = "hatch_agpm.backend"

[project]
name = "acme"
version = "1"

[tool.hatch-agpm]
build-backend = "flit_core.buildapi"
"""
NEEDS_LINKS = pytest.mark.skipif(os.name == "nt", reason="needs links and pipes")


def test_a_regular_file_is_read_through_links(tmp_path):
    (tmp_path / "a").write_bytes(b"text")
    (tmp_path / "b").symlink_to("a")

    assert read_regular(tmp_path / "b") == b"text"


def unusual(directory):
    """Return the paths of one file of each kind that is not regular."""
    os.mkfifo(directory / "pipe")
    (directory / "link").symlink_to("pipe")
    (directory / "device").symlink_to("/dev/zero")
    (directory / "terminal").symlink_to("/dev/tty")
    (directory / "directory").mkdir()
    return sorted(directory.iterdir())


@NEEDS_LINKS
def test_nothing_but_a_regular_file_is_opened(tmp_path):
    for path in unusual(tmp_path):
        with pytest.raises(OSError, match=r"regular|directory|No such device"):
            read_regular(path)


def test_a_path_with_nul_is_an_error_of_the_file_system():
    with pytest.raises(OSError, match="NUL"):
        check_regular("a\0b")


@pytest.mark.parametrize(
    "path",
    ["pyproject.toml", "agpm.toml", "hatch-agpm.lock", "prompts/b.md", "prompts/b.j2"],
)
@NEEDS_LINKS
def test_no_command_waits_for_a_pipe(path, write_files, capsys):
    table = f"{PROJECT}manifest = 'agpm.toml'\n" if path == "agpm.toml" else PROJECT
    root = write_files(
        {"pyproject.toml": table, "prompts/a.md": "text", "acme/x.py": ""}
    )
    (root / path).unlink(missing_ok=True)
    os.mkfifo(root / path)

    command = "vendor" if path.endswith(".lock") else "list"

    assert main([command, "--project", str(root)]) == 1
    assert "not a regular file" in capsys.readouterr().err


def below(tmp_path, path):
    """Return what is read of a file of a project, as of when it was checked."""
    return read_below(str(tmp_path), path, (tmp_path / path).lstat())


def test_a_file_is_read_by_its_path_from_a_directory(tmp_path):
    (tmp_path / "x/y").mkdir(parents=True)
    (tmp_path / "x/y/a").write_bytes(b"text")

    assert below(tmp_path, "x/y/a") == b"text"


@NEEDS_LINKS
@pytest.mark.parametrize("linked", ["x/y/a", "x/y", "x"])
def test_no_part_of_the_path_may_become_a_link(linked, tmp_path):
    real = tmp_path / "project"
    for top in (real, tmp_path / "outside"):
        (top / "x/y").mkdir(parents=True)
        (top / "x/y/a").write_bytes(b"secret" if top != real else b"text")
    seen = (real / "x/y/a").lstat()
    (real / linked).rename(tmp_path / "moved")
    (real / linked).symlink_to(tmp_path / "outside" / linked)

    with pytest.raises(OSError, match=r"symbolic|ot a directory"):
        read_below(str(real), "x/y/a", seen)


def test_a_file_that_was_replaced_after_it_was_checked_is_refused(tmp_path):
    (tmp_path / "a").write_bytes(b"text")
    (tmp_path / "b").write_bytes(b"other")
    seen = (tmp_path / "a").lstat()
    (tmp_path / "b").replace(tmp_path / "a")

    with pytest.raises(OSError, match="replaced"):
        read_below(str(tmp_path), "a", seen)


@NEEDS_LINKS
@pytest.mark.slow
def test_a_process_that_swaps_a_file_for_a_link_wins_nothing(tmp_path):
    root, outside = tmp_path / "project", tmp_path / "outside"
    for top, text in ((root, b"text"), (outside, b"secret")):
        (top / "x").mkdir(parents=True)
        (top / "x/a.md").write_bytes(text)
    (tmp_path / "link").symlink_to(outside / "x")
    stop = threading.Event()

    def swap():
        while not stop.is_set():
            (root / "x").rename(tmp_path / "kept")
            (tmp_path / "link").rename(root / "x")
            (root / "x").rename(tmp_path / "link")
            (tmp_path / "kept").rename(root / "x")

    swapping = threading.Thread(target=swap)
    swapping.start()
    try:
        read = {attempt(root) for _ in range(2_000)}
    finally:
        stop.set()
        swapping.join()

    assert b"text" in read
    assert b"secret" not in read


def attempt(root):
    tree = Tree(root, root)
    try:
        path = tree.locate("x/a.md")
        return tree.read(path).data if path else None
    except ContentError:
        return None


def test_no_more_is_read_than_a_file_may_have(tmp_path):
    file = tmp_path / "large"
    file.write_bytes(b"abc")
    assert read_regular(file, 3) == b"abc"
    with pytest.raises(OSError, match="more than 2 bytes"):
        read_regular(file, 2)

    os.truncate(file, 1 << 40)
    with bounded_memory(1 << 24), pytest.raises(OSError, match="1,073,741,824"):
        read_regular(file)
