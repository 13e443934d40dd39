"""AGPM's public library, as published: with Git sources, vendored and rendered."""

import hashlib
import json
import tarfile
import tomllib
from pathlib import Path

import pytest
from git_repositories import GitRepository

from hatch_agpm.cli.main import main
from hatch_agpm.rendering.renderer import render_manifest

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
LIBRARY = CORPUS / "agpm-resources"
EXPECTED = CORPUS / "expected" / "git.json"

pytestmark = pytest.mark.skipif(not EXPECTED.is_file(), reason="the corpus is not here")

PYPROJECT = """\
[build-system]
requires = ["hatchling", "hatch-agpm"]
build-backend = "hatchling.build"

[project]
name = "library"
version = "1.0"

[tool.hatch.build.hooks.agpm]

[tool.hatch-agpm]
output = "library"
manifest = "agpm.toml"
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """The library with its tags, and a project with its manifest, vendored."""
    top = tmp_path_factory.mktemp("library")
    files = {
        path.relative_to(LIBRARY).as_posix(): path.read_bytes()
        for path in LIBRARY.rglob("*")
        if path.is_file()
    }
    repository = GitRepository(top / "repository")
    repository.commit(files, *(CORPUS / "git-tags.txt").read_text("utf-8").split())
    project = top / "project"
    (project / "library").mkdir(parents=True)
    (project / "pyproject.toml").write_text(PYPROJECT)
    for path in (LIBRARY / "examples/git").iterdir():
        (project / path.name).write_bytes(path.read_bytes())
    manifest = (project / "agpm.toml").read_text("utf-8")
    (address,) = tomllib.loads(manifest)["sources"].values()
    manifest = manifest.replace(address, repository.address)
    (project / "agpm.toml").write_text(manifest, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(top / "cache"))
        assert main(["vendor", "--project", str(project)]) == 0
    return project


def key(type_, name, alias, tool, variables):
    return type_, name, alias, tool, json.dumps(variables, sort_keys=True)


def test_every_resource_is_as_the_program_installs_it(library):
    found = {
        key(r.type, r.name, r.alias, r.tool, r.variables): r
        for r in render_manifest(library / "agpm.toml")
    }
    assert len(found) == 235
    for expected in json.loads(EXPECTED.read_text("utf-8")):
        fields = (expected[name] for name in ("type", "name", "alias", "tool"))
        resource = found[key(*fields, expected["variables"])]
        facts = (resource.install_path, resource.install, resource.version)
        assert facts == tuple(
            expected[name] for name in ("installed_at", "install", "version")
        )
        # AGPM gives one of two entries of the same resource no checksum.
        if expected["sha256"]:
            digest = hashlib.sha256(resource.document).hexdigest()
            assert digest == expected["sha256"], expected["alias"]


@pytest.mark.slow
def test_a_build_of_the_sdist_needs_neither_git_nor_the_network(
    library, build, tmp_path, monkeypatch
):
    sdist = build(library, "sdist")
    wheel = build(library, "wheel")
    monkeypatch.setenv("PATH", "")
    with tarfile.open(sdist.artefact) as archive:
        archive.extractall(tmp_path / "empty", filter="data")
    (unpacked,) = (tmp_path / "empty").iterdir()

    again = build(unpacked, "wheel")

    assert again.files == wheel.files
