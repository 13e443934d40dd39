from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from pythons import EACH_PYTHON

from hatch_agpm.runtime.editable.freshness import (
    ABSENT,
    DIRECTORY,
    FILE,
    LINK,
    TABLE,
    UNSURE,
    VISIBLE,
    Snapshot,
    look,
    names_digest,
    sighting,
    stamp,
    sure_stamp,
    table_digest,
)
from hatch_agpm.runtime.editable.private import cache_directory

OLD_NS = 1_600_000_000_123_456_789


def test_a_snapshot_is_read_as_it_was_written(tmp_path):
    sources = [f"f 0 1.2 {path}" for path in ("a b", "line\nend", "\udcff", "ä")]
    file = tmp_path / "name.snapshot"
    text = Snapshot("bundle", sources).text()
    file.write_text(text, encoding="utf-8", errors="surrogateescape")

    read = Snapshot.read(str(file))

    assert (read.bundle, read.sources) == ("bundle", sources)


@pytest.mark.parametrize(
    "text",
    [
        *("", "hatch-agpm 1", "hatch-agpm 1\0b\0f", "{}", "hatch-agpm 2\0"),
        *(f"hatch-agpm 2\0/root\0{bundle}" for bundle in ("..", "a/b", "/x", "C:")),
        *(f"hatch-agpm 2\0/root\0b\0{source}" for source in ("", "f", "f d s")),
    ],
)
def test_an_invalid_snapshot_is_ignored(tmp_path, text):
    file = tmp_path / "name.snapshot"
    assert Snapshot.read(str(file)) is None

    file.write_text(text)

    assert Snapshot.read(str(file)) is None


def test_a_stamp_is_certain_once_the_clock_has_advanced(tmp_path):
    file = tmp_path / "file"
    assert (stamp(str(file)), sure_stamp(str(file))) == (ABSENT, ABSENT)
    file.touch()

    assert sure_stamp(str(file)) == UNSURE

    time.sleep(0.12)
    assert sure_stamp(str(file)) == stamp(str(file))


def test_a_source_that_may_have_changed_is_uncertain(tmp_path):
    (tmp_path / "a").write_text("new")
    os.utime(tmp_path / "a", ns=(OLD_NS, OLD_NS))
    time.sleep(0.12)

    of_old = sighting(FILE, str(tmp_path), "a", "0" * 64)
    of_new = sighting(FILE, str(tmp_path), "a", look(FILE, f"{tmp_path}/a"))

    assert of_old.split()[2] == UNSURE
    assert of_new.split()[2] == stamp(f"{tmp_path}/a")
    assert Snapshot("", [of_old]).first_change(str(tmp_path)) == "a"
    assert Snapshot("", [of_new]).first_change(str(tmp_path)) is None


def test_a_directory_is_compared_by_its_entries(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "__pycache__").mkdir()
    for name in ("b.md", ".hidden"):
        (tmp_path / name).touch()

    assert look(DIRECTORY, str(tmp_path)) == names_digest([".hidden", "b.md", "sub/"])
    assert look(VISIBLE, str(tmp_path)) == names_digest(["sub/", "b.md"])
    assert look(DIRECTORY, f"{tmp_path}/none") == ABSENT


def test_a_link_is_compared_by_its_target(tmp_path):
    link = tmp_path / "link"
    link.symlink_to("a")
    before = look(LINK, str(link))
    link.unlink()
    link.symlink_to("b")

    assert look(LINK, str(link)) != before


def test_only_the_table_of_hatch_agpm_counts(tmp_path):
    file = tmp_path / "pyproject.toml"
    ours = '[tool.hatch-agpm]\noutput = "pkg/prompts"\n'
    file.write_text(f"[project]\nname = 'x'\n{ours}")

    assert look(TABLE, str(file)) == table_digest(
        {"tool": {"hatch-agpm": {"output": "pkg/prompts"}, "other": 1}}
    )
    file.write_text("no TOML")
    assert look(TABLE, str(file)) not in {ABSENT, table_digest({})}


@pytest.mark.skipif(os.name == "nt", reason="other variables there")
@pytest.mark.parametrize(
    ("environ", "directory"),
    [
        ({"XDG_CACHE_HOME": "/x", "HOME": "/h"}, "/x/hatch-agpm/key"),
        ({"XDG_CACHE_HOME": "relative", "HOME": "nowhere"}, None),
    ],
)
def test_the_cache_is_in_the_directory_of_the_platform(monkeypatch, environ, directory):
    for name, value in environ.items():
        monkeypatch.setenv(name, value)

    assert cache_directory("key") == directory


PRIVATE = "hatch_agpm.runtime.editable.private"
CODE = """
import pathlib, warnings
import freshness
warnings.simplefilter("error")
install = freshness.Install(
    module="pkg.prompts", root={root!r}, base={root!r} + "/name",
    bundle={root!r} + "/bundle", key="key",
)
print(install.loader().path)
pathlib.Path({root!r}, "a.md").write_text("A")
print(install.loader().path, install.loader().path)
pathlib.Path({root!r}, "a.md").write_text("B")
try:
    install.loader()
except UserWarning as warning:
    print(str(warning).partition(";")[0])
print(install.loader().path)
"""


@EACH_PYTHON
def test_every_python_sees_what_changed(tmp_path, run_python, monkeypatch, interpreter):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    source = Path(__file__).parents[2] / "hatch_agpm/runtime/editable/freshness.py"
    private = source.with_name("private.py").read_text("utf-8")
    for path, text in {
        "freshness.py": source.read_text("utf-8").replace(PRIVATE, "private"),
        "private.py": private,
        "bundle/__init__.py": "",
        "a.md": "A",
        "pyproject.toml": "[tool.hatch-agpm]\n",
    }.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    time.sleep(0.12)
    root = str(tmp_path)
    table = table_digest({"tool": {"hatch-agpm": {}}})
    sources = [
        sighting(TABLE, root, "pyproject.toml", table),
        sighting(FILE, root, "a.md", look(FILE, f"{root}/a.md")),
    ]
    (tmp_path / "name.snapshot").write_text(Snapshot("", sources, root).text())

    output = run_python(CODE.format(root=root), tmp_path, interpreter=interpreter)

    bundle = f"{root}/bundle/__init__.py"
    first, second, warning, last = output.splitlines()
    assert (first, second, last) == (bundle, f"{bundle} {bundle}", bundle)
    assert warning.startswith("hatch-agpm: pkg.prompts ")
    assert "a.md changed" in warning


@pytest.mark.skipif(os.name == "nt", reason="no pipes")
@pytest.mark.parametrize("kind", [FILE, TABLE])
def test_a_pipe_in_place_of_a_file_is_not_opened(tmp_path, kind):
    os.mkfifo(tmp_path / "a")

    assert look(kind, str(tmp_path / "a")) == ABSENT
