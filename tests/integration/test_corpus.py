"""A public library of real resources, built with hatch-agpm."""

import json
import tomllib

import pytest
from corpus_library import CORPUS, MANIFEST, PYPROJECT, copy_library

from hatch_agpm.rendering.renderer import render_manifest

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")


READ = """
import hashlib, json, library
for name in library.names():
    prompt = library.load(name)
    document = prompt.document
    digest = hashlib.sha256(document.encode()).hexdigest()
    print(json.dumps([name, digest, prompt.sha256, document.endswith(prompt)]))
"""


@pytest.fixture
def library(tmp_path):
    """Copy the library to a writable directory."""
    return copy_library(tmp_path / "library")


def expected():
    return json.loads((CORPUS / "expected" / "local.json").read_text("utf-8"))


def facts(resources):
    return {
        (r.type, r.alias, r.name, r.tool, json.dumps(r.variables, sort_keys=True)): (
            r.install_path,
            r.text,
        )
        for r in resources
    }


@pytest.mark.slow
def test_the_whole_library_is_in_one_wheel_and_reads_back(
    library, build, unpack, run_python
):
    (library / "pyproject.toml").write_text(PYPROJECT)
    resources = render_manifest(library / MANIFEST, boundary=library)
    listed = tomllib.loads((library / MANIFEST).read_text("utf-8"))
    keys = {
        (section, key)
        for section in ("agents", "commands", "snippets", "hooks", "mcp-servers")
        for key in listed.get(section, ())
    }
    assert len(keys) == 124

    wheel = unpack(build(library).artefact)
    read = [json.loads(line) for line in run_python(READ, wheel).splitlines()]
    assert all(said == found and is_tail for _, found, said, is_tail in read)
    found = {name: digest for name, digest, *_ in read}
    for section, key in keys:
        assert f"{section}/{key}" in found

    index = json.loads((wheel / "library/index.json").read_text("utf-8"))
    shipped = {
        (
            item["type"],
            item["alias"],
            item["canonical_name"],
            item["tool"],
            json.dumps(item["variables"], sort_keys=True),
        ): item
        for item in index["resources"]
    }
    by_key = facts(resources)
    for item in expected():
        key = (
            item["type"],
            item["alias"],
            item["name"],
            item["tool"],
            json.dumps(item["variables"], sort_keys=True),
        )
        assert by_key[key][0] == item["install_path"]
        if item["install"] is not False:
            assert shipped[key]["sha256"] == item["sha256"]
            assert found[shipped[key]["full_name"]] == item["sha256"]


def test_the_same_library_renders_the_same_from_pyproject(library):
    manifest = library / MANIFEST
    tables = tomllib.loads(manifest.read_text("utf-8"))
    text = manifest.read_text("utf-8")
    for section in tables:
        text = text.replace(f"\n[{section}]", f"\n[tool.hatch-agpm.{section}]")
    pyproject = manifest.with_name("pyproject.toml")
    pyproject.write_text(text, "utf-8")
    ours = facts(render_manifest(pyproject, boundary=library))
    assert ours == facts(render_manifest(manifest, boundary=library))
    assert len(ours) == 235
