"""The cache of editable installs is the user's alone."""

import os
import stat
import subprocess
import sys
import threading
import warnings
from pathlib import Path

import pytest
from editable_project import LISTED, TABLE

from hatch_agpm.runtime.editable.freshness import Snapshot, remember
from hatch_agpm.runtime.editable.private import (
    cache_directory,
    is_private,
    make_private,
)

pytestmark = pytest.mark.skipif(os.name == "nt", reason="modes of POSIX")
KEY = "acme.prompts-0123/4567"
LEVELS = ["", "hatch-agpm", "hatch-agpm/acme.prompts-0123", f"hatch-agpm/{KEY}"]


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """The user's cache directory, which does not exist."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "new/cache"))
    return tmp_path / "new/cache"


@pytest.fixture(params=[0o000, 0o002, 0o022, 0o077], ids=oct)
def umask(request):
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def modes(directory):
    """Return the modes of a directory and of everything in it."""
    paths = [directory, *directory.rglob("*")]
    return {stat.S_IMODE(path.lstat().st_mode) for path in paths if path.is_dir()}


def test_the_directories_are_private_whatever_the_umask_is(cache, umask):
    del umask
    make_private(cache_directory(KEY))

    assert modes(cache) == {0o700}
    assert stat.S_IMODE(cache.parent.stat().st_mode) == 0o700


def test_a_snapshot_is_private_whatever_the_umask_is(cache, umask):
    del umask
    assert remember(Snapshot("bundle", [], "/root"), cache_directory(KEY))

    (file,) = (cache / "hatch-agpm").rglob("*.snapshot")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_rendered_bundle_is_private_whatever_the_umask_is(
    project, develop, cache, umask, run
):
    root = project(TABLE + LISTED)
    install = develop(root)
    (root / "docs/rules.md").write_text("No dots.\n")
    os.umask(umask)
    code = "import pkg.prompts; print(pkg.prompts.__file__)"

    done = run(code, PYTHONDONTWRITEBYTECODE="1")

    assert str(cache) in done.stdout, done.stderr
    assert modes(cache) == {0o700}
    assert install.key in done.stdout


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("mode", [0o777, 0o775, 0o722, 0o720, 0o702, 0o1777])
def test_a_cache_that_others_can_write_in_is_not_used(cache, level, mode):
    make_private(cache_directory(KEY))
    (cache / level).chmod(mode)

    assert cache_directory(KEY) is None


@pytest.mark.parametrize("above", [".", ".."])
@pytest.mark.parametrize("mode", [0o777, 0o703, 0o1777, 0o1703, 0o775, 0o755])
def test_a_cache_that_everybody_can_rename_is_not_used(cache, above, mode, tmp_path):
    make_private(cache_directory(KEY))
    (tmp_path / "new" / above).chmod(mode)

    is_shared = mode & stat.S_IWOTH and not mode & stat.S_ISVTX
    directory = str(cache / "hatch-agpm" / KEY)
    assert cache_directory(KEY) == (None if is_shared else directory)


def test_a_level_that_vanishes_while_it_is_checked_is_not_private(tmp_path):
    assert not is_private(str(tmp_path / "vanished"))


@pytest.mark.parametrize("base", ["", "relative", "./x", "~/cache", "a\nb"])
def test_a_base_that_is_not_absolute_means_that_of_the_user(
    base, tmp_path, monkeypatch
):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    expected = cache_directory(KEY)
    monkeypatch.setenv("XDG_CACHE_HOME", base)

    assert expected is not None
    assert cache_directory(KEY) == expected


@pytest.mark.parametrize("level", LEVELS)
def test_a_cache_that_others_can_read_is_used(cache, level):
    make_private(cache_directory(KEY))
    (cache / level).chmod(0o755)

    assert cache_directory(KEY) == str(cache / "hatch-agpm" / KEY)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.skipif(os.name == "nt" or os.getuid() != 0, reason="needs root")
def test_a_cache_of_another_user_is_not_used(cache, level):
    make_private(cache_directory(KEY))
    os.chown(cache / level, 65534, -1)

    assert cache_directory(KEY) is None
    with pytest.raises(OSError, match="exists"):
        make_private(str(cache / level))


@pytest.mark.parametrize("level", LEVELS[1:])
@pytest.mark.parametrize("kind", ["link", "file", "dangling", "pipe"])
def test_a_level_that_is_not_a_directory_is_not_used(cache, level, kind, tmp_path):
    make_private(str((cache / level).parent))
    if kind == "file":
        (cache / level).touch()
    elif kind == "pipe":
        os.mkfifo(cache / level)
    else:
        (cache / level).symlink_to(tmp_path if kind == "link" else "nowhere")

    assert cache_directory(KEY) is None


def test_the_users_cache_itself_may_be_a_link(cache, tmp_path):
    cache.parent.mkdir()
    (tmp_path / "disk").mkdir(mode=0o700)
    cache.symlink_to(tmp_path / "disk")

    assert cache_directory(KEY) == str(tmp_path / "disk/hatch-agpm" / KEY)


def test_many_processes_may_make_it_at_once(cache):
    directory, failures = cache_directory(KEY), []

    def make():
        try:
            make_private(directory)
        except OSError as error:
            failures.append(error)

    threads = [threading.Thread(target=make) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert is_private(directory)
    assert cache.is_dir()


PLANT = """
import os, sys
os.setgid(65534); os.setuid(65534)
target = sys.argv[1]
for path in (target, *(os.path.dirname(target),) * 2):
    try:
        os.makedirs(path, exist_ok=True)
        open(f"{path}/planted.py", "w").close()
    except OSError:
        pass
"""


@pytest.mark.skipif(os.name == "nt" or os.getuid() != 0, reason="needs root")
@pytest.mark.parametrize("level", LEVELS)
def test_another_user_cannot_plant_code(cache, level, umask):
    del umask
    directory = cache_directory(KEY)
    make_private(directory)
    target = str(cache / level / "planted")

    subprocess.run([sys.executable, "-c", PLANT, target], check=True)

    assert list(cache.rglob("planted*")) == []
    assert cache_directory(KEY) == directory


def test_a_snapshot_of_another_project_is_not_used(project, develop, cache, run):
    root = project(TABLE + LISTED)
    install = develop(root)
    directory = cache / "hatch-agpm" / install.key
    make_private(str(directory))
    (directory / "bundle").mkdir(mode=0o700)
    (directory / "bundle/__init__.py").write_text("planted = True\n")
    code = "import pkg.prompts; print(hasattr(pkg.prompts, 'planted'))"

    for project_root, expected in (("/elsewhere", "False\n"), (str(root), "True\n")):
        (root / "docs/rules.md").write_text("No dots.\n")
        assert remember(Snapshot("bundle", [], project_root), str(directory))
        done = run(code)
        assert done.stdout == expected, done.stderr


@pytest.mark.parametrize("kind", ["pipe", "directory", "endless"])
@pytest.mark.parametrize("name", ["snapshot", "json"])
def test_a_file_of_the_install_of_another_kind_is_not_read(
    project, develop, cache, name, kind
):
    root = project(TABLE + LISTED)
    install = develop(root)
    (root / "docs/rules.md").write_text("No dots.\n")
    file = Path(f"{install.base}.{name}")
    file.unlink()
    if kind == "pipe":
        os.mkfifo(file)
    elif kind == "directory":
        file.mkdir()
    else:
        file.touch()
        os.truncate(file, 1 << 40)

    with warnings.catch_warnings(record=True):
        warnings.simplefilter("always")
        assert install.loader().path.endswith("/__init__.py")
    del cache
