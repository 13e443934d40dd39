"""Repositories that hold what no project should get: refused, with the path."""

import os

import pytest
from git_repositories import GitRepository

from hatch_agpm.errors import AgpmError, ContentError
from hatch_agpm.model.config import Source
from hatch_agpm.sources.git import tree as git_tree
from hatch_agpm.sources.git.origins import GitOrigins, LockPins
from hatch_agpm.sources.git.program import run_git
from hatch_agpm.sources.git.repository import Repository


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def repository(tmp_path):
    return GitRepository(tmp_path / "repository")


@pytest.fixture
def open_source(tmp_path):
    """Open the default branch of a repository."""

    def opened(address, asked=None):
        source = Source(name="x", git=str(address), key="sources.x")
        origins = GitOrigins(LockPins(locked={}), report=lambda _: None)
        return origins.open(source, asked, "", base=tmp_path).tree

    return opened


@pytest.mark.parametrize(
    ("mode", "path", "said"),
    [
        ("120000", "a.md", "link"),
        ("160000", "a.md", "submodule"),
        ("100644", "con.md", "device"),
        ("100644", "NUL", "device"),
        ("100644", "a:b.md", "directory"),
        ("100644", "a\\b.md", "directory"),
        ("100644", "a?.md", "file systems"),
        ("100644", "a. ", "file systems"),
        ("100644", "a\nb.md", "file systems"),
        ("100644", ".GIT", "repository"),
        ("100644", "git~1", "repository"),
        ("100644", ".g\N{ZERO WIDTH NON-JOINER}it", "repository"),
    ],
)
def test_what_is_not_a_file_everywhere_is_refused(
    repository, open_source, mode, path, said
):
    blob, kind = repository.blob("../../etc/passwd"), "blob"
    if mode == "160000":
        blob, kind = "1" * 40, "commit"
    repository.git("config", "core.protectNTFS", "false")
    repository.git("config", "core.protectHFS", "false")
    repository.commit_entries([(mode, kind, blob, path)])
    tree = open_source(repository.address)

    with pytest.raises(ContentError, match=said) as caught:
        tree.read(f"x:{path}")

    assert caught.value.path == f"x:{path}"


@pytest.mark.parametrize("name", ["..", "."])
def test_a_tree_that_leads_out_is_refused(repository, open_source, name):
    """`git mktree` refuses such trees; a hostile server need not."""
    blob = bytes.fromhex(repository.blob("out"))
    raw = b"100644 " + name.encode() + b"\0" + blob
    options = ("-t", "tree", "-w", "--stdin", "--literally")
    inner = repository.git("hash-object", *options, input=raw)
    repository.commit_entries([("040000", "tree", inner, "d")])

    try:
        tree = open_source(repository.address)
    except ContentError:
        # The git here refuses to fetch it.
        return
    path = f"x:d/{name}"
    with pytest.raises(ContentError):
        tree.read(path)
    assert tree.locate(f"d/{name}") in {None, "x:d", "x:"}


def test_a_path_that_is_listed_twice_is_refused(repository, open_source):
    blob = bytes.fromhex(repository.blob("twice"))
    raw = (b"100644 a.md\0" + blob) * 2
    options = ("-t", "tree", "-w", "--stdin", "--literally")
    repository.commit_tree(repository.git("hash-object", *options, input=raw))

    with pytest.raises(ContentError, match=r"twice|fetched"):
        open_source(repository.address)


def test_a_pointer_to_a_large_file_is_refused(repository, open_source):
    text = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
    repository.commit({"a.md": text})

    with pytest.raises(ContentError, match="LFS"):
        open_source(repository.address).read("x:a.md")


def test_a_file_that_is_too_large_is_refused(repository, open_source):
    repository.commit({"a.md": b"x" * (10 * 1024 * 1024 + 1)})

    with pytest.raises(ContentError, match="10485761 bytes"):
        open_source(repository.address).read("x:a.md")


@pytest.mark.slow
def test_a_search_of_too_many_files_is_refused(repository, open_source):
    blob = repository.blob("x")
    lines = "".join(f"100644 blob {blob}\tf{n:06}.md\0" for n in range(100_000))
    tree = repository.git("mktree", "-z", input=lines.encode())
    repository.commit_entries([("040000", "tree", tree, "many")])
    opened = open_source(repository.address)

    assert opened.read("x:many/f000001.md").text == "x"
    with pytest.raises(ContentError, match="100000") as caught:
        opened.entries("x:many")
    assert caught.value.path == "x:many"


def test_an_object_that_is_missing_is_refused(repository, open_source, tmp_path):
    repository.commit({"a.md": "text", "b.md": "other"})
    open_source(repository.address)
    clone = Repository(repository.address, tmp_path).directory
    run_git(clone, "repack", "-a", "-d", "-q")
    pack = next((clone / "objects/pack").glob("*.pack"))
    objects = pack.read_bytes()
    for file in (clone / "objects/pack").iterdir():
        file.unlink()
    run_git_input(clone, objects)
    blob = repository.git("rev-parse", "HEAD:a.md")
    loose = clone / "objects" / blob[:2] / blob[2:]
    loose.chmod(0o644)
    loose.unlink()
    commit = repository.git("rev-parse", "HEAD")
    tree = git_tree.GitTree(
        Repository(repository.address, tmp_path), commit, name="x", root=clone
    )

    assert tree.read("x:b.md").text == "other"
    with pytest.raises(AgpmError, match="missing or damaged"):
        tree.read("x:a.md")


def run_git_input(clone, pack):
    """Unpack a pack into single objects."""
    import subprocess  # noqa: PLC0415 - only here

    subprocess.run(["git", "unpack-objects", "-q"], cwd=clone, input=pack, check=True)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("file:///nowhere/at/all", "not there"),
        ("https://127.0.0.1:1/x.git", "cannot be reached"),
        ("ssh://nobody@127.0.0.1:1/x.git", "cannot be"),
    ],
)
def test_what_git_says_is_explained(open_source, monkeypatch, address, said):
    monkeypatch.setenv("GIT_SSH_COMMAND", "ssh -o BatchMode=yes -o ConnectTimeout=5")

    with pytest.raises(ContentError, match=said):
        open_source(address)


@pytest.mark.parametrize("address", ["--upload-pack=touch ran", "ext::touch% ran"])
def test_an_address_is_not_an_option_and_runs_nothing(open_source, tmp_path, address):
    with pytest.raises(ContentError):
        open_source(address)

    assert not list(tmp_path.rglob("ran"))


def test_without_git_it_is_said(open_source, monkeypatch):
    monkeypatch.setenv("PATH", os.devnull)

    with pytest.raises(ContentError, match="needs git"):
        open_source("file:///x")


def test_a_clone_with_locks_of_a_killed_run_is_made_again(
    repository, open_source, cache
):
    repository.commit({"a.md": "1"})
    open_source(repository.address)
    (clone,) = (cache / "hatch-agpm/git").iterdir()
    (clone / "refs/heads/main.lock").write_text("")
    (clone / "packed-refs.lock").write_text("")
    repository.commit({"a.md": "2"})

    assert open_source(repository.address).read("x:a.md").text == "2"


def test_a_relative_address_starts_at_the_manifest(repository, open_source):
    repository.commit({"a.md": "1"})

    assert open_source("./repository").read("x:a.md").text == "1"
