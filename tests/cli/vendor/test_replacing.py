"""A run of `hatch-agpm vendor` that is killed leaves the old copies in use."""

import os
import shutil
from pathlib import Path

import pytest

from hatch_agpm.cli.vendor.copies import read_present_lock
from hatch_agpm.cli.vendor.replacing import Replacement
from hatch_agpm.errors import BundleError
from hatch_agpm.model.rendering import FileContent
from hatch_agpm.rendering.renderer import render_manifest
from hatch_agpm.sources.locked import FileList, LockedFile
from hatch_agpm.sources.lockfile import Locked, lock_text

CALLS = ("mkdir", "write_bytes", "replace", "unlink", "chmod", "rmdir")
"""What changes a file system, of those that are used."""


class KilledError(BaseException):
    """The run ends here, as if it was killed."""


def kill_at(monkeypatch, number):
    """Let the call that changes files with this number fail, and all later ones."""
    count = 0

    def counted(own):
        def call(*arguments, **options):
            nonlocal count
            count += 1
            if count > number:
                raise KilledError
            return own(*arguments, **options)

        return call

    for name in CALLS:
        monkeypatch.setattr(Path, name, counted(getattr(Path, name)))
    monkeypatch.setattr(shutil, "rmtree", counted(shutil.rmtree))
    return lambda: count


def text_of(project):
    (found,) = [r for r in render_manifest(project / "pyproject.toml") if r.alias]
    return found.text.splitlines()[-1]


def test_a_killed_run_leaves_the_old_state_and_the_next_is_right(
    run, read, project, repository
):
    run("vendor")
    repository.commit({"snippets/tone.md": "Be new."}, "v1.2.0")
    old, before = read(), text_of(project)
    kept = project.with_name("kept")
    shutil.copytree(project, kept)
    number, texts = 0, []
    while True:
        shutil.rmtree(project)
        shutil.copytree(kept, project)
        with pytest.MonkeyPatch.context() as patch:
            counted = kill_at(patch, number)
            try:
                assert run("vendor", "update")[0] == 0
            except KilledError:
                finished = False
            else:
                finished = True
        texts.append(text_of(project))
        assert run("vendor", "update")[0] == 0
        assert text_of(project) == "v1.2.0: Be new."
        assert set(read()) == set(old)
        assert run("vendor", "--check")[0] == 0
        if finished:
            break
        number = max(number + 1, counted() - 1)
    # The old state until the lock file is replaced, then the new one.
    assert sorted(set(texts)) == [before, "v1.2.0: Be new."]
    assert texts == sorted(texts)
    assert len(texts) > 5


def locked(files):
    listed = {
        path: LockedFile(sha256=FileContent(data=text.encode()).sha256)
        for path, text in files.items()
    }
    file_list = FileList(files=listed, links={})
    return {"x": Locked(name="x", directory="v/x", file_list=file_list)}


def replace(root, old, new):
    files = {path: FileContent(data=text.encode()) for path, text in new.items()}
    replacement = Replacement(
        root=root,
        files={"v/x": files},
        lock=lock_text(locked(new).values()),
        old=locked(old) if old else {},
    )
    replacement.write()


def files_of(root):
    return {
        path.relative_to(root).as_posix(): path.read_text()
        for path in root.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({}, {"a.md": "1"}),
        ({"a.md": "1", "b/c.md": "2"}, {"a.md": "2"}),
        ({"a.md": "1"}, {"a.md/b.md": "2"}),
        ({"a/b.md": "1"}, {"a": "2"}),
    ],
)
def test_files_take_the_place_of_others(tmp_path, old, new):
    replace(tmp_path, {}, old)
    replace(tmp_path, old, new)

    found = files_of(tmp_path)
    assert found.pop("hatch-agpm.lock") == lock_text(locked(new).values())
    assert found == {f"v/x/{path}": text for path, text in new.items()}
    assert list(read_present_lock(tmp_path)) == ["x"]


def test_files_of_others_are_not_touched(tmp_path):
    replace(tmp_path, {}, {"a.md": "1"})
    (tmp_path / "v/x/mine.md").write_text("mine")

    with pytest.raises(BundleError, match=r"v/x/mine\.md"):
        replace(tmp_path, {"a.md": "1"}, {"a.md": "2"})

    assert files_of(tmp_path / "v/x") == {"a.md": "1", "mine.md": "mine"}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no executable bits")
def test_a_file_that_becomes_executable_is_replaced(tmp_path):
    replace(tmp_path, {}, {"a.sh": "1"})
    (tmp_path / "v/x/a.sh").chmod(0o755)
    replace(tmp_path, {"a.sh": "1"}, {"a.sh": "1"})

    assert not os.access(tmp_path / "v/x/a.sh", os.X_OK)
