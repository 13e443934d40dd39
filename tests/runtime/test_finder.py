from __future__ import annotations

import sys
from types import ModuleType

import pytest

from hatch_agpm.runtime.editable.finder import Redirect, install
from hatch_agpm.runtime.editable.freshness import Snapshot

HELPER = "hatch_agpm.runtime.editable.freshness"


@pytest.fixture
def known(write_files):
    """An install of a bundle that was made of nothing, so that nothing changes."""
    root = write_files({"site/bundle/__init__.py": ""})
    snapshot = Snapshot("", [], str(root)).text()
    (root / "site/name.snapshot").write_text(snapshot)
    return {
        "module": "pkg.prompts",
        "root": str(root),
        "key": "pkg/key",
        "base": f"{root}/site/name",
        "bundle": f"{root}/site/bundle",
    }


@pytest.fixture
def redirect(known, tmp_path):
    return Redirect(known, helper=HELPER, parent=f"{tmp_path}/pkg")


def test_a_finder_finds_the_bundle_by_its_name_in_its_own_package(redirect, tmp_path):
    spec = redirect.find_spec("pkg.prompts", [f"{tmp_path}/pkg"])

    assert spec.origin == f"{tmp_path}/site/bundle/__init__.py"
    assert spec.submodule_search_locations == [f"{tmp_path}/site/bundle"]
    assert spec.has_location
    assert spec.cached.endswith(".pyc")


def test_a_finder_knows_its_package_through_a_link(redirect, tmp_path):
    (tmp_path / "pkg").mkdir()
    (tmp_path / "link").symlink_to("pkg")

    assert redirect.find_spec("pkg.prompts", ["/other", str(tmp_path / "link")])


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("pkg.prompts.agents", ["{}/pkg"]),
        ("prompts", ["{}/pkg"]),
        ("pkg.prompts", ["{}/other"]),
        ("pkg.prompts", []),
        ("pkg.prompts", None),
        ("pkg.prompts", ["{}/build/__editable__.pkg-1/other"]),
        ("pkg.prompts", ["{}/build/pkg-1/pkg"]),
        ("pkg.prompts", ["{}/other/__editable__.pkg-1/pkg"]),
    ],
)
def test_a_finder_ignores_other_names_and_directories(redirect, tmp_path, name, path):
    paths = path and [entry.format(tmp_path) for entry in path]

    assert redirect.find_spec(name, paths) is None


def test_a_finder_knows_where_setuptools_links_the_package(redirect, tmp_path):
    links = tmp_path / "build/__editable__.pkg-1-0.editable-py3-none-any/pkg"

    assert redirect.find_spec("pkg.prompts", [str(links)])


@pytest.mark.parametrize(
    ("file", "answers"),
    [("{}/pkg/__init__.py", True), ("{}/other/__init__.py", False), ("", False)],
)
def test_a_finder_knows_a_package_that_was_loaded_from_the_checkout(
    redirect, tmp_path, monkeypatch, file, answers
):
    package = ModuleType("pkg")
    package.__file__ = file.format(tmp_path)
    monkeypatch.setitem(sys.modules, "pkg", package)
    # A file without a name must not mean the current directory.
    (tmp_path / "pkg/below").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "pkg/below")

    spec = redirect.find_spec("pkg.prompts", ["/a/loader.py/pkg"])

    assert bool(spec) == answers


@pytest.mark.parametrize(("first", "answers"), [("site", True), ("other", False)])
def test_without_a_package_around_the_first_on_the_path_counts(
    known, tmp_path, write_files, first, answers
):
    write_files({"site/texts/__init__.py": "", "other/texts/__init__.py": ""})
    redirect = Redirect(
        {**known, "module": "texts"},
        helper=HELPER,
        directories=(f"{tmp_path}/site/texts", f"{tmp_path}/texts"),
    )
    path = [f"{tmp_path}/{first}", f"{tmp_path}/site"]

    assert bool(redirect.find_spec("texts", path)) == answers


def test_installing_twice_puts_one_finder_first(known):
    before = list(sys.meta_path)
    try:
        install(known, helper=HELPER, parent="/pkg")
        install(known, helper=HELPER, parent="/pkg")
        first, *rest = sys.meta_path
    finally:
        sys.meta_path[:] = before

    assert (first.module, first.parent, rest) == ("pkg.prompts", "/pkg", before)
