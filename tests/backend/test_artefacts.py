"""Adding to finished wheels and sdists that are special in one way each."""

from __future__ import annotations

import io
import tarfile
import zipfile

import pytest

from hatch_agpm.backend.metadata import CoreMetadata, session_of
from hatch_agpm.backend.sdist import add_to_sdist
from hatch_agpm.backend.wheel import add_to_wheel
from hatch_agpm.errors import AgpmError, BundleError

CORE = CoreMetadata(text="Name: acme\nVersion: 1.0\n")
INFO = "acme-1.0.dist-info"
FILES = {
    "pyproject.toml": "[tool.hatch-agpm]\nscripts.run = 'prompts/run.sh'\n",
    "acme/__init__.py": "x = 1\n",
    "prompts/run.sh": "#!/bin/sh\n",
}


@pytest.fixture
def project(write_files):
    root = write_files(FILES)
    (root / "prompts/run.sh").chmod(0o755)
    return root


def write_sdist(root, members):
    path = root / "acme-1.0.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, content in {"PKG-INFO": CORE.text, **members}.items():
            info = tarfile.TarInfo(f"acme-1.0/{name}")
            if name.startswith("link"):
                info.type, info.linkname = tarfile.SYMTYPE, content
                archive.addfile(info)
                continue
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content.encode()))
    return path


def members_of(sdist):
    with tarfile.open(sdist) as archive:
        return {member.name.partition("/")[2]: member for member in archive}


def test_a_lost_executable_bit_is_restored(project):
    sdist = write_sdist(project, {"prompts/run.sh": "#!/bin/sh\n", "z": "z" * 2000})
    add_to_sdist(sdist, session_of(project, CORE))
    members = members_of(sdist)
    assert [*members] == ["PKG-INFO", "z", "prompts/run.sh"]
    assert members["prompts/run.sh"].mode == 0o755
    assert members["z"].size == 2000


def test_an_sdist_that_has_everything_is_not_changed(project):
    (project / "prompts/run.sh").chmod(0o644)
    sdist = write_sdist(project, {"prompts/run.sh": "#!/bin/sh\n"})
    before = sdist.read_bytes()
    add_to_sdist(sdist, session_of(project, CORE))
    assert sdist.read_bytes() == before


def test_another_text_of_an_input_in_the_sdist_is_an_error(project):
    sdist = write_sdist(project, {"prompts/run.sh": "#!/bin/zsh\n"})
    with pytest.raises(BundleError) as caught:
        add_to_sdist(sdist, session_of(project, CORE))
    assert caught.value.path == "prompts/run.sh"


def test_a_link_of_the_project_is_a_link_in_the_sdist(project, edit):
    (project / "prompts/same.sh").symlink_to("run.sh")
    edit(project, "prompts/run.sh", "prompts/same.sh")
    sdist = write_sdist(project, {"prompts/same.sh": "#!/bin/sh\n"})
    add_to_sdist(sdist, session_of(project, CORE))
    members = members_of(sdist)
    assert members["prompts/same.sh"].linkname == "run.sh"
    assert members["prompts/run.sh"].mode == 0o755


def test_an_input_below_a_link_of_the_sdist_is_an_error(project, edit):
    (project / "link").symlink_to("prompts")
    edit(project, "prompts/run.sh", "link/run.sh")
    sdist = write_sdist(project, {"link": "prompts"})
    with pytest.raises(BundleError) as caught:
        add_to_sdist(sdist, session_of(project, CORE))
    assert caught.value.path == "link/run.sh"


def test_files_of_an_in_tree_install_are_left_out(project):
    session = session_of(project, CORE)
    sdist = write_sdist(project, {"acme/prompts/index.json": "{}", "acme/x": "x"})
    add_to_sdist(sdist, session)
    assert [*members_of(sdist)] == ["PKG-INFO", "acme/x", "prompts/run.sh"]


@pytest.mark.parametrize("data", [b"", b"no gzip", b"\x1f\x8b\x08"])
def test_what_is_not_an_sdist_is_an_error(project, data):
    path = project / "acme-1.0.tar.gz"
    path.write_bytes(data)
    with pytest.raises(BundleError):
        add_to_sdist(path, session_of(project, CORE))


def write_wheel(root, members):
    path = root / "acme-1.0-py3-none-any.whl"
    record = "".join(f"{name},,\n" for name in members)
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
        archive.writestr(f"{INFO}/METADATA", CORE.text)
        archive.writestr(f"{INFO}/RECORD", record)
    return path


def test_prompts_are_beside_a_pure_package_of_a_wheel_with_compiled_ones(project):
    beside = "acme-1.0.data/purelib/acme"
    wheel = write_wheel(project, {f"{beside}/__init__.py": "x = 1\n", "acme.so": ""})
    add_to_wheel(wheel, session_of(project, CORE))
    with zipfile.ZipFile(wheel) as archive:
        paths = archive.namelist()
        listed = archive.read(f"{INFO}/agpm-prompts.txt").decode()
    assert f"{beside}/prompts/scripts/run.sh" in paths
    assert "Module: acme.prompts\n" in listed


def test_the_bill_of_materials_is_in_the_metadata(project, edit):
    edit(project, "scripts.run", "sbom = true\nscripts.run")
    wheel = write_wheel(project, {"acme/__init__.py": "x = 1\n"})
    add_to_wheel(wheel, session_of(project, CORE))
    with zipfile.ZipFile(wheel) as archive:
        assert f"{INFO}/sboms/acme.agpm.cdx.json" in archive.namelist()


@pytest.mark.parametrize(
    "more", [{"acme/prompts/other.md": ""}, {"acme/prompts/scripts/run.sh": "other"}]
)
def test_a_file_in_the_directory_of_the_prompts_is_an_error(project, more):
    wheel = write_wheel(project, {"acme/__init__.py": "x = 1\n", **more})
    before = wheel.read_bytes()
    with pytest.raises(AgpmError):
        add_to_wheel(wheel, session_of(project, CORE))
    assert wheel.read_bytes() == before
