"""Each inner backend and layout: wheel, sdist, wheel from the sdist, editable."""

from __future__ import annotations

import tarfile
import zipfile

import pytest
from checks import check_wheel, prompts_of, status
from inner_projects import FILES, INNER, LAYOUTS, TEXT, write_project

pytestmark = pytest.mark.slow

EACH = pytest.mark.parametrize("name", INNER)
BOTH = pytest.mark.parametrize("layout", LAYOUTS)
INPUTS = {path: text for path, text in FILES.items() if path != "README.md"}


@BOTH
@EACH
def test_wheel_and_sdist_have_everything_and_leave_the_tree_as_it_was(
    make_project, build_with_hook, unpack, name, layout
):
    project = make_project(name, layout)

    wheel = build_with_hook(project, "wheel")
    sdist = build_with_hook(project, "sdist")

    check_wheel(wheel)
    prompts = prompts_of(wheel)
    assert prompts["prompts/agents/reviewer.md"].decode().endswith(f"---\n{TEXT}")
    with tarfile.open(sdist) as archive:
        paths = [member.name.partition("/")[2] for member in archive]
        assert [paths.count(path) for path in INPUTS] == [1] * len(INPUTS)
    again = build_with_hook(unpack(sdist), "wheel")
    check_wheel(again)
    assert prompts_of(again) == prompts
    assert status(project, name) == []


@BOTH
@EACH
def test_the_prompts_are_those_of_the_integration_of_hatchling(
    make_project, build_with_hook, tmp_path, name, layout
):
    wrapped = build_with_hook(make_project(name, layout), "wheel")
    native = write_project(tmp_path / "native", "hatchling", layout, native=True)
    expected = build_with_hook(native, "wheel", backend="hatchling.build")
    assert prompts_of(wrapped) == prompts_of(expected)


def test_the_integration_of_setuptools_gives_the_same_as_the_wrapped_one(
    make_project, build_with_hook, tmp_path
):
    wrapped = build_with_hook(make_project("setuptools", "flat"), "wheel")
    native = write_project(tmp_path / "native", "setuptools", "flat", native=True)
    expected = build_with_hook(native, "wheel", backend="setuptools.build_meta")
    assert prompts_of(wrapped) == prompts_of(expected)
    assert names(wrapped) == names(expected)


@BOTH
@EACH
def test_the_wheel_is_reproducible_where_that_of_the_inner_backend_is(
    make_project, build_with_hook, tmp_path, unpack, name, layout
):
    inner = write_project(tmp_path / "native", name, layout, native=True)
    project = make_project(name, layout)
    same = {}
    # Some backends use the current time without it.
    clock = {"SOURCE_DATE_EPOCH": "1700000000"}
    for what, root, backend in (
        ("inner", inner, INNER[name].backend),
        ("ours", project, "hatch_agpm.backend"),
    ):
        tree = build_with_hook(root, "wheel", backend=backend, **clock)
        again = build_with_hook(root, "wheel", backend=backend, **clock)
        sdist = unpack(build_with_hook(root, "sdist", backend=backend, **clock))
        other = build_with_hook(sdist, "wheel", backend=backend, **clock)
        same[what] = [tree.read_bytes() == each.read_bytes() for each in (again, other)]
    print(name, layout, same)  # noqa: T201 - shown when it fails
    assert all(ours or not theirs for theirs, ours in zip(*same.values(), strict=True))


def names(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return sorted(archive.namelist())
