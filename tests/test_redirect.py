from __future__ import annotations

import sys

import pytest

from hatch_agpm.redirect import Redirect, install


@pytest.fixture
def redirect(tmp_path):
    return Redirect("pkg.prompts", str(tmp_path / "bundle"), str(tmp_path / "pkg"))


def test_a_redirect_gives_the_bundle_for_its_name_in_its_own_package(
    redirect, tmp_path
):
    spec = redirect.find_spec("pkg.prompts", [str(tmp_path / "pkg")])

    assert spec.origin == f"{tmp_path}/bundle/__init__.py"
    assert spec.submodule_search_locations == [f"{tmp_path}/bundle"]


def test_a_redirect_knows_its_package_through_a_link(redirect, tmp_path):
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
    ],
)
def test_a_redirect_says_nothing_of_other_names_and_places(
    redirect, tmp_path, name, path
):
    places = path and [place.format(tmp_path) for place in path]

    assert redirect.find_spec(name, places) is None


def test_installing_twice_puts_one_finder_first(tmp_path):
    before = list(sys.meta_path)
    try:
        install("pkg.prompts", str(tmp_path), "/pkg")
        install("pkg.prompts", str(tmp_path), "/pkg")
        first, *rest = sys.meta_path
    finally:
        sys.meta_path[:] = before

    assert (first.module, first.parent, rest) == ("pkg.prompts", "/pkg", before)
