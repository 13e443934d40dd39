"""The bill of materials: valid, complete, reproducible, and verified."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from hatch_agpm._version import __version__
from hatch_agpm.build.plan import plan_build
from hatch_agpm.build.sbom import sbom_file
from hatch_agpm.model.build import BuildContext

CLOCK = {"SOURCE_DATE_EPOCH": "1700000000"}
PATH = "flat-1.2.0.dist-info/sboms/flat.agpm.cdx.json"
SKILL = "---\nname: nets\ndescription: Mends nets\nlicense: Apache-2.0\n---\nMend.\n"

FLAT = "[tool.hatch-agpm.project]\n"
ASKING = f'license = "MIT"\n\n[tool.hatch-agpm]\nsbom = true\n\n{FLAT}'


@pytest.fixture
def asking(copy_project, edit):
    """Copy the flat project, with a bill of materials."""
    project = copy_project("flat")
    edit(project, "[tool.hatch.build.hooks.agpm]\n", "")
    edit(project, FLAT, f"{ASKING}")
    edit(project, "", "\n[tool.hatch.build.hooks.agpm]\n")
    return project


@pytest.fixture
def document_of(write_files):
    """Return the document for a project of these files, as a build would write it."""

    def document(files, table, **metadata):
        root = write_files({"acme/__init__.py": "", **files})
        pyproject = {"tool": {"hatch-agpm": {"sbom": True, **table}}}
        plan = plan_build(
            BuildContext(
                root,
                pyproject,
                metadata={"version": "2.0+local", **metadata},
                distribution="Acme",
            )
        )
        name, file = sbom_file(plan, directory="acme/prompts")
        assert name == "sboms/acme.agpm.cdx.json"
        check(file.data)
        return json.loads(file.data)

    return document


def check(data):
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(data.decode()) is None


@pytest.mark.parametrize("backend", ["hatchling", "setuptools"])
def test_a_wheel_has_a_valid_document_that_lists_all_generated_files(
    asking, build, backend
):
    files = build(asking, "wheel", backend, **CLOCK).files

    check(files[PATH])
    assert f"{PATH},sha256=" in files["flat-1.2.0.dist-info/RECORD"].decode()
    assert {
        component["name"]: component["hashes"][0]["content"]
        for component in json.loads(files[PATH])["components"]
    } == {
        path: hashlib.sha256(data).hexdigest()
        for path, data in files.items()
        if path.startswith("flat/prompts/")
    }


def test_both_backends_write_the_same_document(asking, build):
    documents = {
        build(asking, "wheel", backend).files[PATH]
        for backend in ("hatchling", "setuptools")
    }

    assert len(documents) == 1


def test_a_resource_has_its_hash_licence_templates_and_tools(document_of):
    text = (
        "---\nagpm:\n  dependencies:\n    snippets:\n      - path: tone.md\n---\nHi\n"
    )
    document = document_of(
        {"a.md": text, "tone.md": "Be kind.\n"},
        {"agents": {"a": "a.md"}},
        license="mit or apache-2.0",
    )

    assert component(document, "agents/a.md") == {
        "bom-ref": "acme/prompts/agents/a.md",
        "type": "file",
        "name": "acme/prompts/agents/a.md",
        "hashes": [hash_of(text)],
        "licenses": [{"expression": "MIT OR Apache-2.0"}],
        "pedigree": {
            "ancestors": [
                {"type": "file", "name": "a.md", "hashes": [hash_of(text)]},
            ]
        },
        "properties": [
            {"name": "hatch-agpm:resource", "value": "agents/a"},
            {"name": "hatch-agpm:type", "value": "agent"},
            {"name": "hatch-agpm:tool", "value": "claude-code"},
        ],
    }


def test_each_file_that_was_read_is_listed_once_with_what_it_uses(document_of):
    document = document_of(chain(3), {"agents": {"a": "s0.md"}})

    (made,) = document["formulation"]
    names = {each["bom-ref"]: each["name"] for each in made["components"]}
    assert sorted(names.values()) == ["s0.md", "s1.md", "s2.md"]
    assert [list(each) for each in made["components"]] == [
        ["bom-ref", "type", "name", "hashes"]
    ] * 3
    uses = {
        names.get(each["ref"], each["ref"]): [names[ref] for ref in each["dependsOn"]]
        for each in document["dependencies"]
    }
    assert uses == {
        "acme/prompts/agents/a.md": ["s0.md"],
        "acme/prompts/snippets/s1.md": ["s1.md"],
        "acme/prompts/snippets/s2.md": ["s2.md"],
        "s0.md": ["s1.md"],
        "s1.md": ["s2.md"],
        "s2.md": [],
    }
    listed = {each["bom-ref"] for each in document["components"]}
    assert {each["ref"] for each in document["dependencies"]} <= listed | names.keys()


def chain(length):
    """Files of which each depends on the next."""
    depends = "---\ndependencies:\n  snippets:\n    - path: s{}.md\n---\nHi\n"
    files = {f"s{n}.md": depends.format(n + 1) for n in range(length - 1)}
    return {**files, f"s{length - 1}.md": "Hi\n"}


def test_a_document_grows_with_a_chain_and_not_with_its_square(document_of):
    sizes = [
        len(json.dumps(document_of(chain(length), {"agents": {"a": "s0.md"}})))
        for length in (100, 200)
    ]

    assert sizes[1] < 2.2 * sizes[0]


def component(document, path):
    (found,) = (
        each
        for each in document["components"]
        if each["name"] == f"acme/prompts/{path}"
    )
    return found


def hash_of(text):
    return {"alg": "SHA-256", "content": hashlib.sha256(text.encode()).hexdigest()}


def test_the_document_names_its_inputs_and_its_tools(document_of):
    document = document_of({"a.md": "Hi\n"}, {"agents": {"a": "a.md"}}, license="MIT")

    assert document["metadata"] == {
        "lifecycles": [{"phase": "build"}],
        "tools": {
            "components": [
                {
                    "type": "application",
                    "bom-ref": f"pkg:pypi/hatch-agpm@{__version__}",
                    "name": "hatch-agpm",
                    "version": __version__,
                    "purl": f"pkg:pypi/hatch-agpm@{__version__}",
                }
            ]
        },
        "component": {
            "type": "library",
            "bom-ref": "pkg:pypi/acme@2.0%2Blocal",
            "name": "Acme",
            "version": "2.0+local",
            "purl": "pkg:pypi/acme@2.0%2Blocal",
            "licenses": [{"expression": "MIT"}],
        },
    }


def test_a_skill_lists_each_file_with_the_file_it_is_a_copy_of(document_of):
    script = "print()\n"
    document = document_of(
        {"skills/nets/SKILL.md": SKILL, "skills/nets/scripts/x.py": script},
        {"skills": {"nets": "skills/nets"}},
        license="MIT",
    )

    text = component(document, "skills/nets/SKILL.md")
    copy = component(document, "skills/nets/scripts/x.py")
    assert text["licenses"] == [{"expression": "Apache-2.0"}]
    assert [ancestor["name"] for ancestor in text["pedigree"]["ancestors"]] == [
        "skills/nets/SKILL.md"
    ]
    assert copy["pedigree"]["ancestors"] == [
        {
            "type": "file",
            "name": "skills/nets/scripts/x.py",
            "hashes": [hash_of(script)],
        }
    ]


def test_exported_files_are_listed_with_their_paths_in_the_wheel(document_of):
    script = "print()\n"
    document = document_of(
        {"skills/nets/SKILL.md": SKILL, "skills/nets/scripts/x.py": script},
        {"skills": {"nets": {"path": "skills/nets", "export": True}}},
        license="MIT",
    )

    found = {
        each["name"]: (
            each["licenses"],
            [ancestor["name"] for ancestor in each["pedigree"]["ancestors"]],
        )
        for each in document["components"]
        if each["name"].startswith("acme/.agents/")
    }
    skill = "acme/.agents/skills/nets"
    apache, mit = ([{"expression": name}] for name in ("Apache-2.0", "MIT"))
    assert found == {
        "acme/.agents/.claude-plugin/plugin.json": (mit, ["hatch-agpm"]),
        "acme/.agents/README.md": (mit, ["hatch-agpm"]),
        f"{skill}/SKILL.md": (apache, ["skills/nets/SKILL.md"]),
        f"{skill}/scripts/x.py": (apache, ["skills/nets/scripts/x.py"]),
    }


def test_generated_files_are_attributed_to_hatch_agpm(document_of):
    document = document_of({"a.md": "Hi\n"}, {"agents": {"a": "a.md"}}, license="MIT")

    found = {
        path: (
            component(document, path)["licenses"][0]["expression"],
            component(document, path)["pedigree"]["ancestors"][0]["purl"],
        )
        for path in (
            "__init__.py",
            "__init__.pyi",
            "__main__.py",
            "_accessor.py",
            "agents.py",
            "agents.pyi",
            "index.json",
        )
    }
    ours = f"pkg:pypi/hatch-agpm@{__version__}"
    assert found == {
        "__init__.py": ("MIT-0", ours),
        "__init__.pyi": ("MIT-0", ours),
        "__main__.py": ("MIT-0", ours),
        "_accessor.py": ("MIT-0", ours),
        "agents.py": ("MIT-0", ours),
        "agents.pyi": ("MIT-0", ours),
        "index.json": ("MIT", ours),
    }


@pytest.mark.parametrize(
    ("license_", "licenses"),
    [
        ("", None),
        ("MIT", [{"expression": "MIT"}]),
        ("mit AND (bsd-3-clause)", [{"expression": "MIT AND (BSD-3-Clause)"}]),
        ("Proprietary", [{"license": {"name": "Proprietary"}}]),
        (
            "Terms\nAll yours.",
            [{"license": {"name": "Terms", "text": {"content": "Terms\nAll yours."}}}],
        ),
    ],
)
def test_a_licence_is_an_expression_or_a_text(document_of, license_, licenses):
    document = document_of(
        {"a.md": "Hi\n"}, {"agents": {"a": "a.md"}}, license=license_
    )

    assert component(document, "agents/a.md").get("licenses") == licenses
    assert document["metadata"]["component"].get("licenses") == licenses


@pytest.mark.slow
def test_the_document_does_not_depend_on_the_environment(asking, build, unpack):
    expected = build(asking).files[PATH]

    sdist = build(asking, "sdist").artefact
    found = [
        build(unpack(sdist)).files[PATH],
        build(asking, PYTHONHASHSEED="1").files[PATH],
        build(asking, PYTHONHASHSEED="4242", TZ="Pacific/Kiritimati").files[PATH],
        build(asking, LC_ALL="C", PYTHONUTF8="0").files[PATH],
    ]

    assert found == [expected] * 4


def test_a_changed_text_changes_the_serial_number(document_of):
    first = document_of({"a.md": "Hi\n"}, {"agents": {"a": "a.md"}})
    again = document_of({"a.md": "Hi\n"}, {"agents": {"a": "a.md"}})
    other = document_of({"a.md": "Ho\n"}, {"agents": {"a": "a.md"}})

    assert first["serialNumber"] == again["serialNumber"]
    assert first["serialNumber"] != other["serialNumber"]


def test_the_only_clock_is_source_date_epoch(asking, build):
    document = json.loads(build(asking, **CLOCK).files[PATH])

    assert document["metadata"]["timestamp"] == "2023-11-14T22:13:20+00:00"
    check(json.dumps(document).encode())


def test_an_invalid_source_date_epoch_is_an_error(asking, error_of):
    output = error_of(asking, "wheel", "setuptools", SOURCE_DATE_EPOCH="noon")

    assert "hatch-agpm: SOURCE_DATE_EPOCH " in output
    assert "'noon'" in output


@pytest.mark.parametrize("backend", ["hatchling", "setuptools"])
def test_an_editable_wheel_has_no_document(asking, build, backend):
    files = build(asking, "editable", backend).files

    assert not [path for path in files if "sboms" in path]


@pytest.mark.parametrize("backend", ["hatchling", "setuptools"])
def test_without_the_option_no_document_is_written(copy_project, build, backend):
    files = build(copy_project("flat"), "wheel", backend).files

    assert not [path for path in files if "sboms" in path]


def test_a_value_that_is_not_a_boolean_is_an_error(asking, edit, error_of):
    edit(asking, "sbom = true", 'sbom = "yes"')

    assert error_of(asking).startswith("hatch-agpm: tool.hatch-agpm.sbom ")


THIEF = """
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

class CustomHook(BuildHookInterface):
    def initialize(self, version, build_data):
        build_data["sbom_files"].clear()
"""


def test_a_wheel_without_its_document_fails_the_build(asking, edit, error_of):
    (asking / "hatch_build.py").write_text(THIEF, encoding="utf-8")
    edit(asking, "", "\n[tool.hatch.build.hooks.custom]\n")

    assert error_of(asking).startswith(f"hatch-agpm: {PATH}: ")


@pytest.fixture
def own_document(asking, edit):
    """The project lists a document of its own for the wheel."""
    (asking / "own.cdx.json").write_text("{}", encoding="utf-8")
    edit(
        asking,
        "",
        '\n[tool.hatch.build.targets.wheel]\nsbom-files = ["own.cdx.json"]\n',
    )


@pytest.mark.usefixtures("own_document")
def test_documents_of_the_project_itself_are_kept(asking, build):
    files = build(asking).files

    assert files["flat-1.2.0.dist-info/sboms/own.cdx.json"] == b"{}"
    assert PATH in files


@pytest.mark.usefixtures("own_document")
def test_one_command_may_make_a_wheel_and_an_editable_one(asking, use_backend):
    use_backend(asking, "hatchling")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel:standard,editable"],
        cwd=asking,
        env=os.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout
