"""Skills that are exported where they are in the package."""

import stat
import zipfile

import pytest

from hatch_agpm import discover, load
from hatch_agpm.cli.main import main
from hatch_agpm.cli.project import open_project
from hatch_agpm.errors import BundleError

SKILL = """\
---
# A comment, and keys in an order of their own
homepage: https://example.org
description: Mends nets.
name: mend-nets
---
Repair.
"""
FILES = {
    "acme/__init__.py": "",
    "acme/.agents/README.md": "# For agents\n",
    "acme/.agents/skills/mend-nets/SKILL.md": SKILL,
    "acme/.agents/skills/mend-nets/references/a/knots.md": "{{ verbatim }}\r\n",
    "acme/.agents/skills/mend-nets/scripts/knot.sh": "#!/bin/sh\n",
    "acme/.agents/skills/mend-nets/.hidden": "x",
}
HATCHLING = """\
[build-system]
requires = ["hatchling", "hatch-agpm"]
build-backend = "hatchling.build"
[tool.hatch.build.hooks.agpm]
"""
SETUPTOOLS = """\
[build-system]
requires = ["setuptools", "hatch-agpm"]
build-backend = "setuptools.build_meta"
[tool.setuptools]
packages = ["acme"]
package-data = { acme = [".agents/**"] }
"""
HEAD = '[project]\nname = "acme"\nversion = "1.0"\nlicense = "MIT"\n'
IN_PLACE = '[tool.hatch-agpm]\nskills = "acme/.agents/skills"\n'
BACKENDS = pytest.mark.parametrize("backend", ["hatchling", "setuptools"])


@pytest.fixture
def in_place(write_files):
    """Write a project with a skill in its package."""

    def write(backend="hatchling", table=IN_PLACE, files=None):
        build_system = {"hatchling": HATCHLING, "setuptools": SETUPTOOLS}[backend]
        pyproject = build_system + HEAD + table
        root = write_files({**FILES, **(files or {}), "pyproject.toml": pyproject})
        (root / "acme/.agents/skills/mend-nets/scripts/knot.sh").chmod(0o755)
        return root

    return write


@BACKENDS
def test_a_skill_in_the_package_is_shipped_as_it_is_and_once(
    in_place, build, unpack, backend
):
    root = in_place(backend)
    wheel = build(root, "wheel", backend)

    for path, text in FILES.items():
        assert wheel.files[path] == (root / path).read_bytes(), text
    with zipfile.ZipFile(wheel.artefact) as archive:
        names = archive.namelist()
        mode = archive.getinfo("acme/.agents/skills/mend-nets/scripts/knot.sh")
    assert mode.external_attr >> 16 & stat.S_IXUSR
    assert len(names) == len(set(names))
    assert [name for name in names if name.endswith("SKILL.md")] == [
        "acme/.agents/skills/mend-nets/SKILL.md"
    ]
    # There is nothing to read, so there is no package of prompts.
    added = {name for name in names if ".dist-info/" not in name} - FILES.keys()
    assert added == set()
    assert main(["verify", str(wheel.artefact)]) == 0
    (found,) = discover(unpack(wheel.artefact))
    assert (found.distribution, found.module, found.names) == ("acme", "", ())
    assert [
        (file.path.removeprefix("acme/.agents/skills/"), file.executable)
        for file in found.exports
    ] == [
        ("mend-nets/.hidden", False),
        ("mend-nets/SKILL.md", False),
        ("mend-nets/references/a/knots.md", False),
        ("mend-nets/scripts/knot.sh", True),
    ]
    assert {file.resource for file in found.exports} == {"skills/mend-nets"}
    assert found.exports[1].size == len(SKILL)


@pytest.mark.slow
@BACKENDS
def test_a_wheel_from_the_sdist_is_the_same(in_place, build, unpack, backend):
    root = in_place(backend)
    sdist = build(root, "sdist", backend)
    again = build(unpack(sdist.artefact), "wheel", backend)
    assert again.files == build(root, "wheel", backend).files


@pytest.mark.slow
@BACKENDS
def test_a_rewritten_skill_takes_the_place_of_its_source(in_place, build, backend):
    text = SKILL.replace("Mends nets.", ">-\n  Mends\n  nets.")
    root = in_place(backend, files={"acme/.agents/skills/mend-nets/SKILL.md": text})
    wheel = build(root, "wheel", backend)
    assert wheel.files["acme/.agents/skills/mend-nets/SKILL.md"].decode() == (
        "---\nhomepage: https://example.org\ndescription: Mends nets.\n"
        "name: mend-nets\nlicense: MIT\ncompatibility: Requires acme 1.0\n"
        "metadata:\n  version: '1.0'\n---\nRepair.\n"
    ).replace("'1.0'", '"1.0"')


@pytest.mark.slow
@pytest.mark.parametrize("section", ["snippets", "prompts"])
def test_dependencies_of_every_type_are_for_the_build_only(in_place, build, section):
    declared = f"dependencies:\n  {section}:\n    - path: ../../../knots.md\n"
    declared += "agpm: {templating: true}\n---\n"
    text = SKILL.replace("---\nRepair.", declared + f"{{{{ agpm.deps.{section} }}}}")
    text = text.replace(f"deps.{section}", f"deps.{section}.knots.content")
    files = {f"{SKILLS}/mend-nets/SKILL.md": text, "knots.md": "A bowline.\n"}
    wheel = build(in_place(files=files), "wheel", "hatchling")

    shipped = wheel.files[f"{SKILLS}/mend-nets/SKILL.md"].decode()
    assert "bowline" in shipped
    assert "dependencies" not in shipped


@BACKENDS
def test_an_editable_install_lists_them_too(in_place, build, unpack, backend):
    wheel = build(in_place(backend), "editable", backend)
    top = "_agpm_editable_acme__prompts_bundle/.agents"
    assert wheel.files[f"{top}/skills/mend-nets/SKILL.md"].decode() == SKILL
    assert not any(path.endswith("index.json") for path in wheel.files)
    assert main(["verify", str(wheel.artefact)]) == 0
    (found,) = discover(unpack(wheel.artefact))
    assert found.exports[1].path == f"{top}/skills/mend-nets/SKILL.md"


@BACKENDS
def test_prompts_beside_them_are_read_as_ever(in_place, build, unpack, backend):
    table = f'{IN_PLACE}prompts = "texts"\n'
    root = in_place(backend, table, {"texts/hello.txt": "Hello.\n"})
    wheel = build(root, "wheel", backend)
    assert wheel.files["acme/prompts/hello.txt"] == b"Hello.\n"
    assert "acme/prompts/skills/mend-nets/SKILL.md" not in wheel.files
    assert main(["verify", str(wheel.artefact)]) == 0
    (found,) = discover(unpack(wheel.artefact))
    assert (found.module, found.names) == ("acme.prompts", ("hello",))
    assert len(found.exports) == 4


def test_a_skill_may_be_in_the_bundle_as_well(in_place, build):
    table = '[[tool.hatch-agpm.skills]]\npath = "acme/.agents/skills"\ninstall = true\n'
    wheel = build(in_place(table=table))
    assert wheel.files["acme/prompts/skills/mend-nets/SKILL.md"].decode() == SKILL
    assert wheel.files["acme/.agents/skills/mend-nets/SKILL.md"].decode() == SKILL


def test_a_skill_may_be_for_the_bundle_only(in_place, build):
    table = '[[tool.hatch-agpm.skills]]\npath = "acme/.agents/skills"\nexport = false\n'
    wheel = build(in_place(table=table))
    assert "acme/prompts/skills/mend-nets/SKILL.md" in wheel.files


def test_code_that_has_the_name_of_the_prompts_is_not_touched(in_place, build):
    root = in_place(files={"acme/prompts.py": "x = 1\n", "acme/sub/a.py": ""})
    assert build(root).files["acme/prompts.py"] == b"x = 1\n"


def test_exports_from_elsewhere_are_beside_skills_in_place(in_place, build):
    table = f'{IN_PLACE}[tool.hatch-agpm.export]\ntypes = ["commands"]\nprefix = true\n'
    text = "---\ndescription: Mends\n---\nRepair.\n"
    root = in_place(table=table, files={"prompts/commands/mend.md": text})
    files = build(root).files
    assert files["acme/.agents/commands/acme-mend.md"].decode() == text
    assert files["acme/.agents/skills/mend-nets/SKILL.md"].decode() == SKILL
    assert files["acme/.agents/README.md"] == b"# For agents\n"
    # What a plugin says of itself is the author's to write here.
    assert "acme/.agents/.claude-plugin/plugin.json" not in files


def test_an_agent_of_the_package_is_exported_in_place(in_place, build):
    table = '[tool.hatch-agpm]\nskills = []\nagents = "acme/.agents/agents"\n'
    table += '[tool.hatch-agpm.export]\ntypes = ["agents"]\n'
    text = "---\nname: Sailor\ndescription: Sails: at sea.\n---\nSail.\n"
    root = in_place(table=table, files={"acme/.agents/agents/sailor.md": text})
    files = build(root).files
    assert files["acme/.agents/agents/sailor.md"].decode() == text
    assert not any(path.startswith("acme/prompts/") for path in files)


def test_a_namespace_package_gets_no_plugin(in_place, build):
    table = '[tool.hatch.build.targets.wheel]\npackages = ["acme"]\n'
    table += '[tool.hatch-agpm]\noutput = "acme/prompts"\n'
    table += '[tool.hatch-agpm.export]\ntypes = ["skills"]\n'
    root = in_place(
        table=table,
        files={
            "prompts/skills/mend-nets/SKILL.md": SKILL,
            "acme/part/__init__.py": "",
        },
    )
    (root / "acme/__init__.py").unlink()
    for path in ("README.md", "skills/mend-nets/SKILL.md"):
        (root / "acme/.agents" / path).unlink()
    files = build(root).files
    assert "acme/.agents/skills/mend-nets/SKILL.md" in files
    assert "acme/.agents/.claude-plugin/plugin.json" not in files


def test_verify_reports_a_changed_file(in_place, build, capsys):
    wheel = build(in_place()).artefact
    path = "acme/.agents/skills/mend-nets/SKILL.md"
    with zipfile.ZipFile(wheel) as archive:
        members = [(each, archive.read(each)) for each in archive.infolist()]
    with zipfile.ZipFile(wheel, "w") as archive:
        for each, data in members:
            changed = data + b"x" if each.filename == path else data
            archive.writestr(each, changed)
    assert main(["verify", str(wheel)]) == 1
    assert f"{path}: differs in" in capsys.readouterr().err


def test_loading_says_that_there_are_no_prompts(in_place, build, unpack, monkeypatch):
    monkeypatch.syspath_prepend(unpack(build(in_place()).artefact))
    with pytest.raises(BundleError, match="no prompts"):
        load("acme")


def test_all_errors_of_a_nested_skill_are_reported(in_place, error_of):
    nested = "acme/.agents/skills/group/other/SKILL.md"
    root = in_place(files={nested: SKILL.replace("name: mend-nets", "name: wrong")})
    output = error_of(root)
    assert output.count(nested) == 2
    assert f"{nested}:5" in output


def test_a_file_at_the_path_of_an_export_is_an_error(in_place, error_of):
    table = '[tool.hatch-agpm.export]\ntypes = ["skills"]\n'
    root = in_place(table=table, files={"prompts/skills/mend-nets/SKILL.md": SKILL})
    path = "acme/.agents/skills/mend-nets/SKILL.md"
    assert f"{path}: is in the tree" in error_of(root)


# What the tools do with skills of several files: tests/data has those of one file.

OTHER = "---\nname: other\ndescription: Sews sails.\n---\nSew.\n"
SKILLS = "acme/.agents/skills"


@pytest.mark.parametrize(
    ("files", "note"),
    [
        ({f"{SKILLS}/mend-nets/README.md": "x", f"{SKILLS}/mend-nets/.dot": "x"}, ""),
        ({f"{SKILLS}/mend-nets/evals/a.json": "{}"}, ""),
        ({f"{SKILLS}/mend-nets/agents/a.md": "x"}, ""),
        ({f"{SKILLS}/mend-nets/SKILL.md": SKILL + "word " * 5000}, ""),
        ({f"{SKILLS}/mend-nets/inner/SKILL.md": OTHER}, "another SKILL.md"),
    ],
)
def test_all_tools_take_these_files_of_a_skill(in_place, capsys, files, note):
    root = in_place(files=files)
    assert main(["check", "--project", str(root)]) == 0
    printed = capsys.readouterr().out
    assert note in printed
    assert ("another SKILL.md" in printed) == bool(note)


def test_all_tools_take_the_target_of_a_link_in_a_skill(in_place):
    root = in_place()
    (root / SKILLS / "mend-nets/link.md").symlink_to("references/a/knots.md")
    exported = open_project(root).plan().bundle.export.files
    assert exported["skills/mend-nets/link.md"].data == b"{{ verbatim }}\r\n"


@pytest.mark.parametrize(
    ("path", "word"),
    [
        (f"{SKILLS}/group/other/SKILL.md", "directly"),
        (f"{SKILLS}/other/skill.md", "rename"),
        (f"{SKILLS}/other/Skill.md", "rename"),
    ],
)
def test_a_skill_that_a_tool_does_not_find_is_an_error(in_place, capsys, path, word):
    root = in_place(files={path: OTHER})
    assert main(["check", "--project", str(root)]) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"hatch-agpm: {path}: ")
    assert word in error


@pytest.mark.parametrize("exclude", ["other/**", "other/skill.md"])
def test_a_file_that_is_not_a_skill_may_be_excluded(in_place, capsys, exclude):
    table = f'[[tool.hatch-agpm.skills]]\npath = "{SKILLS}"\nexclude = ["{exclude}"]\n'
    root = in_place(table=table, files={f"{SKILLS}/other/skill.md": OTHER})
    assert main(["check", "--project", str(root)]) == 0
    assert "1 exported" in capsys.readouterr().out


@pytest.mark.parametrize("section", ["agents", "commands"])
def test_a_file_in_a_deeper_directory_is_exported_directly(in_place, section):
    table = f'{section} = "{section}"\nexport = {{ types = ["{section}"] }}\n'
    root = in_place(table=IN_PLACE + table, files={f"{section}/sub/other.md": OTHER})
    assert f"{section}/other.md" in open_project(root).plan().bundle.export.files
