"""
Declared external directories: read in the tree, and included in the sdist.

One backend is enough for each test: the code that copies is common to both.
"""

import json
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from hatch_agpm.config.project import read_built_project
from hatch_agpm.errors import ConfigError, SourceError, TemplateError
from hatch_agpm.model.build import BuildContext
from hatch_agpm.rendering.renderer import render_project

BOTH = pytest.mark.parametrize("backend", ["hatchling", "setuptools"])

PYPROJECT = """\
[project]
name = "pkg"
version = "1.0"

[tool.setuptools]
packages = ["pkg"]

[tool.hatch.build.hooks.agpm]

[tool.hatch-agpm.project]
style = "docs/style.md"

[tool.hatch-agpm.sources]
shared = "../prompts"
unused = "../more"

[tool.hatch-agpm.agents]
reviewer = { source = "shared", path = "agents/reviewer.md" }
own = "prompts/own.md"

[tool.hatch-agpm.scripts]
all = { source = "shared", path = "scripts/*" }

[tool.hatch-agpm.skills]
repair = { source = "shared", path = "skills/repair" }
"""
FILES = {
    "pkg/pyproject.toml": PYPROJECT,
    "pkg/pkg/__init__.py": "",
    "pkg/docs/style.md": "No tabs.\n",
    "pkg/prompts/own.md": """---
agpm:
  templating: true
  dependencies:
    snippets:
      - {path: snippets/tone.md, source: shared, name: tone, install: false}
---
Own: {{ agpm.deps.snippets.tone.content }} ({{ agpm.deps.snippets.tone.source }})
""",
    "prompts/agents/reviewer.md": """---
agpm:
  templating: true
  dependencies:
    snippets:
      - path: ../snippets/tone.md
      - path: ../snippets/alias.md
---
{{ agpm.project.style | content }} {{ "rules/one.txt" | content }}
{{ agpm.deps.snippets.tone.content }} {{ agpm.deps.snippets.real.content }}
""",
    "prompts/snippets/tone.md": "Be kind.\n",
    "prompts/snippets/real.md": "Linked.\n",
    "prompts/rules/one.txt": "Rule one.",
    "prompts/scripts/run.sh": "#!/bin/sh\n",
    "prompts/skills/repair/SKILL.md": "---\nname: repair\ndescription: d\n---\nSew.\n",
    "prompts/skills/repair/data/needles.txt": "3\n",
    "prompts/snippets/never-used.md": "secret\n",
    "more/x.md": "X",
}
COPIES = ".hatch-agpm/sources/shared"

TRACED = """
import os, sys
_, log, backend, out, target = sys.argv
seen = open(log, "a")
def hook(event, args):
    if event in {"open", "os.listdir", "os.scandir", "os.stat"} and args:
        if isinstance(args[0], (str, bytes, os.PathLike)):
            seen.write(os.path.abspath(os.fsdecode(args[0])) + "\\n")
sys.addaudithook(hook)
import importlib
getattr(importlib.import_module(backend), "build_" + target)(out)
"""


@pytest.fixture
def project(write_files):
    """A project with a directory beside it."""
    root = write_files(FILES)
    (root / "prompts/snippets/alias.md").symlink_to("real.md")
    (root / "prompts/scripts/run.sh").chmod(0o755)
    return root / "pkg"


def prompts_in(files):
    return {path: data for path, data in files.items() if "/prompts/" in path}


def test_templates_of_the_directory_and_of_the_project_reach_each_other(project, build):
    files = build(project).files
    assert (
        files["pkg/prompts/agents/reviewer.md"]
        .decode()
        .endswith("---\nNo tabs. Rule one.\nBe kind. Linked.\n")
    )
    assert files["pkg/prompts/agents/own.md"].endswith(b"Own: Be kind. (shared)\n")
    assert files["pkg/prompts/skills/repair/data/needles.txt"] == b"3\n"


@pytest.mark.slow
@BOTH
def test_the_wheel_of_the_sdist_has_the_bytes_of_that_of_the_tree(
    project, backend, build, unpack, tmp_path
):
    tree = build(project, "wheel", backend).files
    sdist = build(project, "sdist", backend)
    shutil.rmtree(tmp_path / "prompts")
    shutil.rmtree(tmp_path / "more")

    root = unpack(sdist.artefact)
    assert prompts_in(build(root, "wheel", backend).files) == prompts_in(tree)
    again = build(root, "sdist", backend).files
    ours = {path for path in sdist.files if path.startswith(".hatch-agpm")}
    assert {path: again[path] for path in ours} == {
        path: sdist.files[path] for path in ours
    }


@pytest.mark.slow
@BOTH
def test_the_bill_of_materials_names_a_directory_alike_wherever_it_is_found(
    project, backend, build, unpack, edit
):
    table = "[tool.hatch-agpm.project]"
    edit(project, table, f"[tool.hatch-agpm]\nsbom = true\n\n{table}")
    sdist = build(project, "sdist", backend)

    here, there = (
        build(root, "wheel", backend).files["pkg-1.0.dist-info/sboms/pkg.agpm.cdx.json"]
        for root in (project, unpack(sdist.artefact))
    )

    assert here == there
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(here.decode()) is None
    document = json.loads(here)
    ancestors = {
        each["name"]: [
            (ancestor.get("group"), ancestor["name"])
            for ancestor in each["pedigree"]["ancestors"]
        ]
        for each in document["components"]
    }
    assert ancestors["pkg/prompts/agents/own.md"] == [(None, "prompts/own.md")]
    assert ancestors["pkg/prompts/skills/repair/data/needles.txt"] == [
        ("shared", "skills/repair/data/needles.txt")
    ]
    (made,) = document["formulation"]
    inputs = {each["bom-ref"]: each for each in made["components"]}
    own = next(ref for ref, each in inputs.items() if each["name"] == "prompts/own.md")
    uses = {each["ref"]: each.get("dependsOn", []) for each in document["dependencies"]}
    assert [(inputs[ref].get("group"), inputs[ref]["name"]) for ref in uses[own]] == [
        ("shared", "snippets/tone.md")
    ]


@BOTH
def test_the_sdist_carries_what_is_used_and_nothing_more(project, backend, build):
    sdist = build(project, "sdist", backend)
    carried = {path for path in sdist.files if path.startswith(".hatch-agpm/")}
    assert carried == {
        ".hatch-agpm/sources.json",
        f"{COPIES}/agents/reviewer.md",
        f"{COPIES}/snippets/tone.md",
        f"{COPIES}/snippets/real.md",
        f"{COPIES}/rules/one.txt",
        f"{COPIES}/scripts/run.sh",
        f"{COPIES}/skills/repair/SKILL.md",
        f"{COPIES}/skills/repair/data/needles.txt",
    }
    with tarfile.open(sdist.artefact) as archive:
        assert not [member for member in archive if ".." in member.name.split("/")]
        assert not [member for member in archive if member.issym()]
    marker = json.loads(sdist.files[".hatch-agpm/sources.json"])
    assert marker["sources"]["shared"]["links"] == [
        {"path": "snippets/alias.md", "to": "snippets/real.md"}
    ]
    assert {
        file["path"]
        for file in marker["sources"]["shared"]["files"]
        if file.get("executable")
    } == {"scripts/run.sh"}


@pytest.mark.slow
@BOTH
def test_a_build_from_the_sdist_reads_nothing_outside_of_it(
    project, backend, build, unpack, tmp_path
):
    """The directory is still there, at the very path that the table names."""
    root = unpack(build(project, "sdist", backend).artefact)
    (root.parent / "prompts").mkdir()
    log, out = tmp_path / "log", tmp_path / "out"
    out.mkdir()
    module = {"hatchling": "hatchling.build", "setuptools": "setuptools.build_meta"}
    subprocess.run(
        [sys.executable, "-c", TRACED, log, module[backend], out, "wheel"],
        cwd=root,
        check=True,
        capture_output=True,
    )
    seen = set(log.read_text().splitlines())
    assert any(path.startswith(f"{root}/{COPIES}") for path in seen)
    for outside in (tmp_path / "prompts", root.parent / "prompts"):
        assert not [path for path in seen if path.startswith(str(outside))]


def test_the_trace_records_what_a_build_in_the_tree_reads(project, tmp_path):
    log, out = tmp_path / "log", tmp_path / "out"
    out.mkdir()
    subprocess.run(
        [sys.executable, "-c", TRACED, log, "hatchling.build", out, "wheel"],
        cwd=project,
        check=True,
        capture_output=True,
    )
    # Files are opened relative to the directory that holds them.
    assert str(tmp_path / "prompts") in log.read_text().splitlines()


def test_the_index_says_which_paths_start_at_the_source(project, build):
    index = json.loads(build(project).files["pkg/prompts/index.json"])
    by_name = {entry["full_name"]: entry for entry in index["resources"]}
    own = index["inputs"][by_name["agents/own"]["input"]]
    assert (own["path"], own["source"]) == ("prompts/own.md", None)
    (used,) = (index["inputs"][number] for number in own["uses"])
    assert (used["path"], used["source"]) == ("snippets/tone.md", "shared")
    assert by_name["agents/reviewer"]["source"] == "shared"


def test_inputs_can_be_read_where_they_are(project):
    """Editable installs read them so, to detect changes."""
    rendering = render(project)
    outside = [each for each in rendering.inputs if each.source == "shared"]
    assert {each.path for each in outside} >= {"../prompts/snippets/tone.md"}
    assert all((project / each.path).is_file() for each in rendering.inputs)


def render(project):
    tables = tomllib.loads((project / "pyproject.toml").read_text())
    context = BuildContext(project, tables, metadata={}, distribution="pkg")
    return render_project(read_built_project(context), context)


@pytest.mark.slow
@BOTH
def test_a_copy_that_differs_is_an_error(project, backend, build, unpack, error_of):
    root = unpack(build(project, "sdist", backend).artefact)
    (root / COPIES / "snippets/tone.md").write_text("Be rude.\n")
    message = error_of(root, "wheel", backend)
    assert f"hatch-agpm: {COPIES}/snippets/tone.md: " in message
    assert "sha256" in message
    assert "unpack the sdist again" in message


def test_a_copy_that_is_gone_is_an_error(project, build, unpack, error_of):
    root = unpack(build(project, "sdist").artefact)
    (root / COPIES / "snippets/tone.md").unlink()
    assert error_of(root).startswith(f"hatch-agpm: {COPIES}/snippets/tone.md: ")


def test_a_copy_by_a_link_is_an_error(project, build, unpack, error_of, tmp_path):
    root = unpack(build(project, "sdist").artefact)
    copy = root / COPIES / "snippets/tone.md"
    copy.rename(tmp_path / "tone.md")
    copy.symlink_to(tmp_path / "tone.md")
    seen = error_of(root)
    assert seen.startswith(f"hatch-agpm: {COPIES}/snippets/tone.md: ")
    assert "a link" in seen


@pytest.mark.slow
@pytest.mark.parametrize("path", ["../../pkg/__init__.py", "/etc/passwd", "a\\\\b"])
def test_a_marker_that_names_other_files_is_refused(
    path, project, build, unpack, error_of
):
    root = unpack(build(project, "sdist").artefact)
    marker = root / ".hatch-agpm/sources.json"
    text = marker.read_text().replace("snippets/tone.md", path)
    marker.write_text(text)
    seen = error_of(root)
    assert seen.startswith("hatch-agpm: .hatch-agpm/sources.json: ")
    assert "its own directory" in seen


def test_leftovers_of_an_sdist_in_a_tree_are_reported(project, error_of):
    (project / ".hatch-agpm").mkdir()
    (project / ".hatch-agpm/sources.json").write_text("{}")
    seen = error_of(project)
    assert seen.startswith("hatch-agpm: .hatch-agpm: ")
    assert "unpacked sdist" in seen


@pytest.mark.parametrize(
    ("old", "new", "key", "what"),
    [
        ('"../prompts"', '"../promts"', "sources.shared", "names no directory"),
        ('unused = "../more"', 'Shared = "../more"', "sources.Shared", "in case only"),
        ('unused = "../more"', '"ü" = "../more"', 'sources."ü"', ""),
        ('unused = "../more"', '".." = "../more"', 'sources.".."', ""),
        ('unused = "../more"', 'aux = "../more"', "sources.aux", "a device on Windows"),
        (
            '"agents/reviewer.md"',
            '"../pkg/prompts/own.md"',
            "agents.reviewer.path:",
            "leads out of the source",
        ),
        (
            '"agents/reviewer.md"',
            '"/etc/passwd"',
            "agents.reviewer.path:",
            "must be relative to",
        ),
    ],
)
def test_a_wrong_declaration_is_reported(old, new, key, what, project, edit):
    edit(project, old, new)
    with pytest.raises(ConfigError) as caught:
        render(project)
    assert caught.value.key == f"tool.hatch-agpm.{key}"
    assert what in caught.value.what


def test_a_link_out_of_the_directory_is_refused(project, tmp_path):
    secret = tmp_path / "secret.md"
    secret.write_text("secret")
    alias = tmp_path / "prompts/snippets/alias.md"
    alias.unlink()
    alias.symlink_to(secret)
    with pytest.raises(SourceError, match="through a link") as caught:
        render(project)
    error = caught.value
    assert (error.path, error.line) == ("../prompts/agents/reviewer.md", 7)


def test_ambiguous_content_is_refused(project):
    (project / "rules").mkdir()
    (project / "rules/one.txt").write_text("another")
    with pytest.raises(TemplateError, match="'shared'"):
        render(project)


def test_paths_that_are_equal_on_some_systems_are_not_included(
    project, edit, error_of, tmp_path
):
    (tmp_path / "prompts/snippets/Tone.md").write_text("TONE")
    agent = "../prompts/agents/reviewer.md"
    edit(project, "alias.md", "Tone.md", agent)
    edit(project, "snippets.real", "snippets.Tone", agent)
    edit(project, "one.md\n", "one.md\n        install: false\n", agent)
    seen = error_of(project, "sdist")
    assert "snippets/Tone.md and snippets/tone.md: " in seen
    assert "'shared'" in seen


@pytest.mark.slow
def test_hidden_text_is_allowed_by_a_name_that_is_valid_in_the_sdist(
    project, build, unpack, error_of, edit, tmp_path
):
    (tmp_path / "prompts/rules/one.txt").write_text("Rule\U000e0041\U000e0042 one.")
    assert "shared:rules/one.txt:1" in error_of(project)
    table = "[tool.hatch-agpm.project]"
    allowed = '[tool.hatch-agpm]\nhidden-text = ["shared:rules/one.txt"]\n'
    edit(project, table, f"{allowed}\n{table}")
    build(unpack(build(project, "sdist").artefact))


@pytest.mark.network
@pytest.mark.slow
@BOTH
def test_a_member_of_a_uv_workspace_takes_prompts_from_beside_it(
    write_files, backend, use_backend, offline, run_command, build
):
    moved = {f"packages/{path}": text for path, text in FILES.items()}
    root = write_files(
        {**moved, "pyproject.toml": '[tool.uv.workspace]\nmembers = ["packages/pkg"]\n'}
    )
    snippets = root / "packages/prompts/snippets"
    (snippets / "alias.md").symlink_to("real.md")
    member = root / "packages/pkg"
    use_backend(member, backend)
    command = [sys.executable, "-m", "uv", "build", "--package", "pkg"]
    code, output = run_command([*command, "--out-dir", root / "dist"], root, offline)
    assert code == 0, output
    (wheel,) = (root / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    # uv builds the wheel from the sdist.
    assert prompts_in(found) == prompts_in(build(member, "wheel", backend).files)
