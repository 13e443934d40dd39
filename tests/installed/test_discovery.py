"""discover(): the bundles of an environment, without importing any of them."""

import json
import os
import subprocess
import sys
import zipfile

import pytest

import hatch_agpm
from hatch_agpm.bundle.bundle import build_bundle, metadata_file
from hatch_agpm.installed.discovery import (
    FILE_NAME,
    InstalledBundle,
    discover,
    file_text,
)
from hatch_agpm.model.rendering import Input, InputNode, RenderedResource, Rendering

GOOD = file_text(
    distribution="Some.Dist",
    version="1.0",
    module="some_dist.prompts",
    names=["snippets/b", "agents/a"],
)
SOME = InstalledBundle(
    distribution="Some.Dist",
    version="1.0",
    module="some_dist.prompts",
    names=["agents/a", "snippets/b"],
)


def write_info(site, name, text=GOOD, directory="extra_metadata"):
    """Write a distribution's metadata; the file is bytes, text or None for none."""
    info = site / f"{name}.dist-info"
    (info / directory).mkdir(parents=True, exist_ok=True)
    if text is not None:
        data = text if isinstance(text, bytes) else text.encode()
        (info / directory / FILE_NAME).write_bytes(data)
    return info


@pytest.mark.parametrize("directory", ["extra_metadata", ""])
def test_a_distribution_describes_its_bundle_in_its_metadata(tmp_path, directory):
    write_info(tmp_path, "some_dist-1.0", directory=directory)

    assert discover(tmp_path) == [SOME]
    assert hatch_agpm.discover(str(tmp_path)) == [SOME]
    assert SOME.problem == ""


def test_an_egg_info_beside_its_package_counts(tmp_path):
    info = tmp_path / "some_dist.egg-info"
    info.mkdir()
    (info / FILE_NAME).write_text(GOOD)

    assert discover(tmp_path) == [SOME]


def test_the_text_of_the_file():
    assert GOOD == (
        "Agpm-Version: 1\n"
        "Name: Some.Dist\n"
        "Version: 1.0\n"
        "Module: some_dist.prompts\n"
        "Prompt: agents/a\n"
        "Prompt: snippets/b\n"
    )


def test_a_bundle_returns_its_discovery_file():
    resource = RenderedResource(
        type="agent",
        name="agents/ü x",
        alias=None,
        tool="claude-code",
        install=None,
        install_path=".claude/a.md",
        variables={},
        text="x",
        body=0,
        metadata={},
        source_path="agents/ü x.md",
        template=InputNode(file=Input(path="a.md", sha256="0" * 64)),
    )
    rendering = Rendering(resources=(resource,))
    bundle = build_bundle(rendering, output="src/p/q", distribution="d", version="2")

    name, file = metadata_file(bundle, module="p.q")

    assert name == FILE_NAME
    assert file.data.decode() == file_text(
        distribution="d", version="2", module="p.q", names=["agents/ü x"]
    )


def test_the_list_is_sorted_and_has_only_those_with_prompts(tmp_path):
    for name in ("zebra", "ant", "bee"):
        text = file_text(distribution=name, version="1", module=name, names=[])
        write_info(tmp_path, f"{name}-1", text)
    write_info(tmp_path, "plain-1", None)

    assert [bundle.distribution for bundle in discover(tmp_path)] == [
        "ant",
        "bee",
        "zebra",
    ]


def test_the_first_of_several_directories_wins(tmp_path):
    write_info(tmp_path / "one", "some_dist-1.0")
    later = GOOD.replace("Version: 1.0", "Version: 2.0").replace(
        "Agpm-Version: 2.0", "Agpm-Version: 1"
    )
    write_info(tmp_path / "two", "Some_Dist-2.0", later)
    write_info(tmp_path / "two", "other-1.0", None)

    paths = [tmp_path / "one", tmp_path / "missing", tmp_path / "two"]
    assert discover(paths) == [SOME]
    assert [bundle.version for bundle in discover(paths[::-1])] == ["2.0"]


def test_a_distribution_without_prompts_hides_a_later_one_with_them(tmp_path):
    write_info(tmp_path / "one", "some_dist-2.0", None)
    write_info(tmp_path / "two", "some_dist-1.0")

    assert discover([tmp_path / "one", tmp_path / "two"]) == []


def test_a_zip_on_the_path_is_searched(tmp_path):
    archive = tmp_path / "site.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(f"some_dist-1.0.dist-info/extra_metadata/{FILE_NAME}", GOOD)
        file.writestr("other-1.0.dist-info/METADATA", "")
    (tmp_path / "text").write_text("no zip")

    assert discover([archive, tmp_path / "text"]) == [SOME]


def test_the_path_of_the_process_is_the_default(tmp_path, monkeypatch):
    write_info(tmp_path, "some_dist-1.0")
    monkeypatch.syspath_prepend(tmp_path)

    assert SOME in discover()


def test_an_empty_entry_is_the_current_directory(tmp_path, monkeypatch):
    write_info(tmp_path, "some_dist-1.0")
    monkeypatch.chdir(tmp_path)

    assert discover([""]) == [SOME]


BROKEN = [
    pytest.param("", "has no Agpm-Version", id="empty"),
    pytest.param("Agpm-Version: 2\nShape: new\n", "version '2'", id="a later version"),
    pytest.param(
        "Agpm-Version: 1\nName: x\n", "no Version and no Module", id="cut off"
    ),
    pytest.param(
        GOOD.replace("some_dist.prompts", "../evil; x"), "'../evil; x'", id="no module"
    ),
    pytest.param(b"\xff\xfe", "is not UTF-8", id="no text"),
    pytest.param('{"json": true}', "has no Agpm-Version", id="json"),
]


@pytest.mark.parametrize(("text", "what"), BROKEN)
def test_a_broken_file_is_reported_and_the_others_are_found(tmp_path, text, what):
    write_info(tmp_path, "bad_dist-3.1", text)
    write_info(tmp_path, "some_dist-1.0")

    broken, good = sorted(discover(tmp_path), key=lambda bundle: not bundle.problem)

    assert good == SOME
    assert (broken.distribution, broken.version) == ("bad_dist", "3.1")
    assert (broken.module, broken.names) == ("", ())
    assert what in broken.problem


def test_a_directory_in_place_of_the_file_is_reported(tmp_path):
    (tmp_path / "bad-1.dist-info" / "extra_metadata" / FILE_NAME).mkdir(parents=True)

    (broken,) = discover(tmp_path)

    assert "it is not a regular file" in broken.problem


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_reported(tmp_path):
    info = write_info(tmp_path, "bad-1")
    (info / "extra_metadata" / FILE_NAME).chmod(0)

    (broken,) = discover(tmp_path)

    assert "Permission denied" in broken.problem


@pytest.mark.parametrize(
    ("line_end", "extra"),
    [("\r\n", ""), ("\n", "Later: field\n"), ("\n", "\n\nnonsense\n")],
)
def test_unknown_data_is_accepted(tmp_path, line_end, extra):
    text = (GOOD + extra).replace("\n", line_end)
    write_info(tmp_path, "some_dist-1.0", text)

    assert discover(tmp_path) == [SOME]


def test_nothing_is_imported_but_the_two_modules(tmp_path):
    write_info(tmp_path, "some_dist-1.0")
    (tmp_path / "some_dist").mkdir()
    (tmp_path / "some_dist/__init__.py").write_text("raise SystemExit('imported')")
    code = """
import sys
before = set(sys.modules)
import hatch_agpm
assert len(hatch_agpm.discover(sys.argv[1])) == 1
import json
print(sorted(name for name in {*sys.modules} - before if name in sys.argv[2:]))
print(sorted(name for name in {*sys.modules} - before if "agpm" in name))
"""
    slow = ["typing", "dataclasses", "importlib.metadata", "pathlib", "some_dist"]
    done = subprocess.run(
        [sys.executable, "-c", code.replace("import json\n", ""), tmp_path, *slow],
        capture_output=True,
        text=True,
        check=True,
    )

    loaded, ours = done.stdout.splitlines()
    assert json.loads(ours.replace("'", '"')) == [
        "hatch_agpm",
        "hatch_agpm._version",
        "hatch_agpm.installed",
        "hatch_agpm.installed.discovery",
    ]
    assert {"dataclasses", "importlib.metadata", "some_dist"}.isdisjoint(eval(loaded))  # noqa: S307


def test_a_bundle_is_hashable_and_has_a_readable_repr():
    assert {SOME, *discover([])} == {SOME}
    assert repr(SOME) == (
        "InstalledBundle(distribution='Some.Dist', exports=(),"
        " module='some_dist.prompts', names=('agents/a', 'snippets/b'),"
        " problem='', version='1.0')"
    )
    assert SOME != "Some.Dist"


# --- from real wheels -----------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["hatchling", "setuptools"])
@pytest.mark.parametrize("target", ["wheel", "editable"])
def test_a_built_wheel_is_discovered_and_loaded(
    copy_project, build, unpack, backend, target
):
    built = build(copy_project("src-layout"), target, backend=backend)
    site = unpack(built.artefact)

    (bundle,) = discover(site)

    assert bundle.problem == ""
    code = (
        "import sys, hatch_agpm; sys.path.insert(0, sys.argv[1]);"
        "import site; site.addsitedir(sys.argv[1]);"
        "prompts = hatch_agpm.load(sys.argv[2]); print(*prompts.names())"
    )
    names = subprocess.run(
        [sys.executable, "-c", code, site, bundle.distribution],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert list(bundle.names) == names


def test_setuptools_writes_nothing_into_the_metadata_of_others(
    write_files, build, unpack
):
    # As in a build environment that has hatch-agpm for another project.
    files = {
        "pyproject.toml": '[project]\nname = "other"\nversion = "1"\n',
        "other.py": "",
    }
    site = unpack(build(write_files(files), backend="setuptools").artefact)

    assert discover(site) == []
    assert list(site.rglob(FILE_NAME)) == []
