"""The files of a project, and files that must not be read."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

import pytest

from hatch_agpm.errors import ContentError
from hatch_agpm.sources.tree import Tree

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="POSIX files")


@pytest.fixture
def root(tmp_path):
    """A project with a manifest in a folder, and a neighbour outside of it."""
    root = tmp_path / "project"
    for path, text in {
        "project/a.md": "A\n",
        "project/sub/agpm.toml": "",
        "project/sub/agents/b.md": "B\n",
        "project/sub/agents/deep/c.md": "C\n",
        "outside/secret.md": "secret\n",
    }.items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return root


@pytest.fixture
def tree(root):
    return Tree(root, root / "sub")


def link(root, path, target):
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.symlink_to(target)


@pytest.mark.parametrize(
    ("path", "real"),
    [
        ("agents/b.md", "sub/agents/b.md"),
        ("./agents//deep/../b.md", "sub/agents/b.md"),
        ("../a.md", "a.md"),
        ("..", "."),
        ("", "sub"),
        ("agents", "sub/agents"),
        ("nope.md", None),
        ("nope/../../nope.md", None),
        ("agents/b.md/x.md", None),
    ],
)
def test_a_path_is_found_by_its_real_name(tree, path, real):
    assert tree.locate(path) == real
    assert tree.locate(path) == real


@posix_only
@pytest.mark.parametrize(
    ("place", "target", "path", "real"),
    [
        ("sub/l.md", "agents/b.md", "l.md", "sub/agents/b.md"),
        ("sub/l", "agents/deep", "l/c.md", "sub/agents/deep/c.md"),
        ("sub/l", "..", "l/a.md", "a.md"),
        ("sub/l", "../../project/sub", "l/agents/b.md", "sub/agents/b.md"),
        ("sub/l.md", "nope.md", "l.md", None),
        ("sub/l.md", "l.md", "l.md", None),
    ],
    ids=["file", "directory", "parent", "out-and-in", "broken", "cycle"],
)
def test_a_link_inside_the_project_is_followed(root, tree, place, target, path, real):
    link(root, place, target)
    assert tree.locate(path) == real


@posix_only
@pytest.mark.parametrize(
    ("place", "target", "path"),
    [
        ("sub/l.md", "../../outside/secret.md", "l.md"),
        ("sub/l", "../../outside", "l/secret.md"),
        ("sub/l", "../../outside", "l"),
        ("sub/l", "../../outside", "l/../nope/new.md"),
        ("sub/l.md", "../../outside/nope.md", "l.md"),
        ("sub/l.md", "/dev/zero", "l.md"),
        ("sub/l", "/", "l/etc/passwd"),
    ],
    ids=["file", "directory", "itself", "back", "broken", "device", "root"],
)
def test_a_link_out_of_the_project_is_refused(root, tree, place, target, path):
    link(root, place, target)
    with pytest.raises(ContentError, match="through a link") as raised:
        tree.locate(path)
    assert raised.value.what.startswith(repr(path))


@posix_only
def test_a_project_may_be_reached_through_a_link(root, tmp_path):
    (tmp_path / "alias").symlink_to(root)
    tree = Tree(tmp_path / "alias", tmp_path / "alias/sub")
    assert tree.locate("../a.md") == "a.md"
    assert tree.read("a.md").text == "A\n"


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("../../outside/secret.md", "leads out of the project"),
        ("../../project2", "leads out of the project"),
        ("/etc/passwd", "must be relative to"),
        ("a\0.md", "must be relative to"),
        ("\udcff.md", "is not UTF-8 text"),
    ],
)
def test_a_path_that_is_not_portable_is_refused(tree, path, what):
    with pytest.raises(ContentError, match=what) as raised:
        tree.locate(path)
    assert repr(path) in raised.value.what


@posix_only
@pytest.mark.parametrize("path", ["x" * 300, "x/" * 5000 + "a.md"])
def test_a_name_that_is_too_long_is_refused(tree, path):
    with pytest.raises(ContentError, match="File name too long") as raised:
        tree.locate(path)
    assert repr(path) in raised.value.what


@pytest.mark.parametrize(
    ("base", "real", "path"),
    [
        ("sub", "sub/agents/b.md", "agents/b.md"),
        ("sub", "a.md", "../a.md"),
        (".", "sub/agents/b.md", "sub/agents/b.md"),
        ("sub/agents", "sub/agents/b.md", "b.md"),
    ],
)
def test_agpm_names_a_file_from_the_manifest(root, base, real, path):
    assert Tree(root, root / base).from_base(real) == path


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("agents/bb.md", "did you mean 'agents/b.md'?"),
        ("../aa.md", "did you mean '../a.md'?"),
        ("agpm.tom", "did you mean 'agpm.toml'?"),
        ("agents/zzzzzz", ""),
        ("nope/b.md", ""),
        ("agents/b.md/c.md", ""),
        ("../../outside/secrets.md", ""),
        ("a\0/b.md", ""),
    ],
)
def test_a_missing_file_gives_the_nearest_as_hint(tree, path, hint):
    assert tree.nearest(path) == hint
    assert tree.links == {}


@posix_only
def test_a_name_that_cannot_be_printed_is_not_a_hint(root, tree):
    Path(os.fsdecode(os.fsencode(root) + b"/sub/agents/bb\xff.md")).touch()
    assert tree.nearest("agents/bb.md") == "did you mean 'agents/b.md'?"


def test_a_file_is_read_once(root, tree):
    file = tree.read("a.md")
    (root / "a.md").write_text("changed")
    assert tree.read("a.md") is file
    assert (file.path, file.data, file.text) == ("a.md", b"A\n", "A\n")
    assert file.sha256 == hashlib.sha256(b"A\n").hexdigest()
    assert tree.read_files == {"a.md": file}


@posix_only
@pytest.mark.parametrize(("mode", "executable"), [(0o644, False), (0o744, True)])
def test_a_file_records_whether_it_is_executable(root, tree, mode, executable):
    (root / "a.md").chmod(mode)
    assert tree.read("a.md").executable == executable


@pytest.mark.parametrize(
    ("data", "line", "got"),
    [
        (b"one\ntwo \xff\n", 2, "byte 0xff"),
        (b"\xfe\xffa", 1, "byte 0xfe"),
        (b"\xc3", 1, "byte 0xc3"),
    ],
)
def test_a_file_that_is_not_text_is_an_error_with_its_line(root, tree, data, line, got):
    (root / "a.md").write_bytes(data)
    file = tree.read("a.md")
    assert file.data == data
    with pytest.raises(ContentError) as raised:
        _ = file.text
    error = raised.value
    assert (error.path, error.line, error.got) == ("a.md", line, got)


@pytest.mark.parametrize("data", [b"\xef\xbb\xbfx\r\n\0", b""])
def test_a_text_is_every_byte_of_its_file(root, tree, data):
    (root / "a.md").write_bytes(data)
    assert tree.read("a.md").text.encode() == data


@posix_only
@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("directory", "is a directory"),
        ("link", "is a link"),
        ("device", "is a link"),
        ("pipe", "is not a regular file"),
        ("missing", "No such file"),
    ],
)
def test_only_a_regular_file_is_read(root, tree, kind, what):
    if kind == "directory":
        (root / "x").mkdir()
    elif kind == "pipe":
        os.mkfifo(root / "x")
    elif kind != "missing":
        target = "a.md" if kind == "link" else "/dev/zero"
        (root / "x").symlink_to(target)
    with pytest.raises(ContentError, match=what) as raised:
        tree.read("x")
    assert raised.value.path == "x"
    assert tree.read_files == {}


@posix_only
def test_a_file_below_a_link_is_not_read(root, tree):
    link(root, "skill", "../outside")
    with pytest.raises(ContentError, match="is a link") as raised:
        tree.read("skill/secret.md")
    assert raised.value.path == "skill/secret.md"


@posix_only
@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="POSIX users")
def test_a_file_that_may_not_be_read_is_an_error(root, tree):
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    (root / "a.md").chmod(0)
    with pytest.raises(ContentError, match="Permission denied") as raised:
        tree.read("a.md")
    assert raised.value.path == "a.md"


def test_entries_are_all_files_below_a_directory(tree):
    assert tree.entries("sub") == [
        "agents",
        "agents/b.md",
        "agents/deep",
        "agents/deep/c.md",
        "agpm.toml",
    ]


@posix_only
def test_entries_do_not_go_through_links(root, tree):
    link(root, "sub/l", "agents")
    link(root, "sub/out", "/")
    link(root, "sub/up", "..")
    entries = tree.entries("sub")
    assert {"l", "out", "up"} <= set(entries)
    assert not [path for path in entries if path.startswith(("l/", "out/", "up/"))]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="needs paths of some length")
def test_entries_may_be_nested_deeper_than_the_recursion_limit(root, tree, monkeypatch):
    depth = sys.getrecursionlimit() + 10
    monkeypatch.chdir(root)
    for _ in range(depth):
        Path("d").mkdir()
        os.chdir("d")
    found = tree.entries("d")
    # Cleaning up after the test would exceed the recursion limit.
    for _ in range(depth):
        os.chdir("..")
        Path("d").rmdir()
    assert len(found) == depth - 1


def test_entries_of_a_file_are_an_error(tree):
    with pytest.raises(ContentError, match="Not a directory") as raised:
        tree.entries("a.md")
    assert raised.value.path == "a.md"


@posix_only
def test_links_are_recorded_by_the_requested_path(root, tree):
    link(root, "sub/l.md", "agents/b.md")
    tree.locate("l.md")
    tree.locate("agents/b.md")
    tree.locate("nope.md")
    assert tree.links == {"sub/l.md": "sub/agents/b.md"}
