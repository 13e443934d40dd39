from __future__ import annotations

import zipfile

import pytest

from hatch_agpm.build.session import BuildSession, leaves_out_prompts
from hatch_agpm.errors import BundleError, ConfigError
from hatch_agpm.model.build import BuildContext


@pytest.fixture
def session(write_files):
    root = write_files({"pkg/__init__.py": "", "prompts/agents/a.md": "Kind.\n"})
    table = {"output": "pkg/prompts", "sbom": True}
    context = BuildContext(
        root,
        {"tool": {"hatch-agpm": table}},
        metadata={"name": "pkg", "version": "1"},
        distribution="pkg",
    )
    return BuildSession(context)


def write_wheel(path, contents, **others):
    files = {path: file.data for path, file in contents.files.items()}
    for name, file in contents.dist_info.items():
        files[f"pkg-1.dist-info/{name}"] = file.data
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in {**files, **others}.items():
            archive.writestr(name, data)


def test_a_wheel_has_the_bundle_in_the_directory_of_the_backend(session):
    contents = session.wheel("moved/prompts")

    assert contents.directory == "moved/prompts"
    assert contents.bundle["moved/prompts/agents/a.md"].data == b"Kind.\n"
    assert contents.editable == {}
    assert contents.metadata.keys() == {"agpm-prompts.txt"}
    assert contents.sbom.keys() == {"sboms/pkg.agpm.cdx.json"}
    (listed,) = contents.metadata.values()
    assert b"moved.prompts" in listed.data


def test_an_editable_wheel_has_a_finder_and_no_bill_of_materials(session):
    contents = session.wheel("pkg/prompts", editable=True)

    assert f"{contents.directory}/index.json" in contents.bundle
    assert not contents.directory.startswith("pkg")
    assert any(path.endswith(".pth") for path in contents.editable)
    assert contents.sbom == {}


def test_an_sdist_has_what_was_read_though_the_tree_changed_since(session):
    contents = session.sdist()
    (session.context.root / "prompts/agents/a.md").write_text("Late.\n")

    assert {path: file.data for path, file in contents.sources.items()} == {
        "prompts/agents/a.md": b"Kind.\n"
    }
    assert session.sdist() == contents


def test_a_wheel_with_the_planned_files_is_kept(session, tmp_path):
    contents = session.wheel("pkg/prompts")
    wheel = tmp_path / "pkg-1-py3-none-any.whl"
    write_wheel(wheel, contents)

    session.verify(wheel, contents)

    assert wheel.exists()


@pytest.mark.parametrize(
    "path",
    [
        "pkg/prompts/unknown.md",
        "pkg/prompts/agents/a.md",
        "pkg-1.dist-info/agpm-prompts.txt",
    ],
)
def test_a_wheel_with_other_files_is_removed(session, tmp_path, path):
    contents = session.wheel("pkg/prompts")
    wheel = tmp_path / "pkg-1-py3-none-any.whl"
    write_wheel(wheel, contents, **{path: b"other"})

    with pytest.raises(BundleError) as caught:
        session.verify(wheel, contents)

    assert caught.value.path == path
    assert not wheel.exists()


@pytest.mark.parametrize(
    ("mode", "editable", "expected"),
    [("off", True, True), ("off", False, False), ("redirect", True, False)],
)
def test_only_an_editable_wheel_may_leave_out_prompts(mode, editable, expected):
    tables = {"tool": {"hatch-agpm": {"editable": mode}}}

    assert leaves_out_prompts(tables, editable=editable) is expected


def test_an_unknown_mode_is_an_error():
    with pytest.raises(ConfigError):
        leaves_out_prompts({"tool": {"hatch-agpm": {"editable": "?"}}}, editable=True)
