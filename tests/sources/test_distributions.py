"""
Distributions as sources: their files, finding them, and chains of them.

Each is built as a wheel and unpacked into a directory in place of
`site-packages`; the front ends with their resolvers are in test_chain.py, the errors in
`tests/messages/test_distributions.py`.
"""

import hashlib
import json
import sys
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from template_packages import (
    ACME,
    BOTH_MIDS,
    BOTH_SIDES,
    EXPORTED,
    install_diamond,
    plain,
    render,
    template,
)

from hatch_agpm.errors import AgpmError

BOTH = pytest.mark.parametrize("backend", ["hatchling", "setuptools"])
SEED = Path(__file__).parents[3] / "shared/corpus/seed"


def texts(root):
    return {
        resource.alias or resource.name: resource.document[resource.body :].decode()
        for resource in render(root).resources
    }


BUNDLE = {
    "prompts/snippets/tone.md": plain("Tone of {{ agpm.project.name }}.\n"),
    "prompts/agents/helper.md": plain("Helps.\n"),
    "prompts/skills/mend/SKILL.md": "---\nname: mend\ndescription: d\n---\nMend.\n",
    "prompts/skills/mend/data/needles.txt": "3\n",
    "prompts/scripts/check.json": '{"b": 1, "a": 2}\n',
}


# --- what is there ------------------------------------------------------------------


@BOTH
def test_the_texts_of_a_bundle_are_used_unchanged(
    install_package, make_package, backend
):
    install_package("acme-prompts", BUNDLE, backend=backend)
    app = make_package(
        "app",
        {"prompts/a.md": template("path: snippets/tone.md, source: acme")},
        ACME + 'agents.a = "prompts/a.md"\n'
        'agents.h = { source = "acme", path = "agents/helper.md" }\n'
        'skills.mend = { source = "acme", path = "skills/mend" }\n'
        'scripts.all = { source = "acme", path = "scripts/*" }\n',
    )
    found = texts(app)
    assert found["a"] == "tone: Tone of acme-prompts.|\n"
    assert found["h"] == "Helps.\n"
    skill = next(r for r in render(app).resources if r.type == "skill")
    assert [file.path for file in skill.files] == ["SKILL.md", "data/needles.txt"]
    assert found["all"] == '{"b": 1, "a": 2}\n'


@BOTH
def test_exported_templates_are_rendered_for_the_project_that_uses_them(
    install_package, make_package, backend
):
    install_package("acme-prompts", EXPORTED, 'templates = "lib"', backend=backend)
    app = make_package(
        "app",
        {"prompts/a.md": template("path: snippets/tone.md, source: acme")},
        ACME + 'agents.a = "prompts/a.md"\n'
        'agents.h = { source = "acme", path = "agents/helper.md" }\n',
    )
    tone = "tone: acme 1.2 for app, no tabs.|\n"
    assert {key: found for key, found in texts(app).items() if len(key) == 1} == {
        "a": tone,
        "h": tone,
    }


def test_hidden_files_are_not_exported(install_package, site):
    install_package("acme-prompts", EXPORTED, 'templates = "lib"')
    shipped = site / "acme_prompts/prompts/_templates"
    assert sorted(
        path.relative_to(shipped).as_posix()
        for path in shipped.rglob("*")
        if path.is_file()
    ) == ["agents/helper.md", "rules.txt", "snippets/tone.md"]


@pytest.mark.slow
@BOTH
def test_a_wheel_with_exported_templates_is_verified_and_equals_that_of_its_sdist(
    make_package, backend, build, unpack, run_command
):
    project = make_package("acme-prompts", EXPORTED, 'templates = "lib"')
    wheel = build(project, "wheel", backend)
    again = build(unpack(build(project, "sdist", backend).artefact), "wheel", backend)
    ours = {path for path in wheel.files if "/prompts/" in path}
    assert {path: wheel.files[path] for path in ours} == {
        path: again.files[path] for path in ours
    }
    verify = [sys.executable, "-m", "hatch_agpm", "verify", wheel.artefact]
    code, output = run_command(verify, project)
    assert (code, "0 prompts" in output) == (0, True)


def test_the_index_names_distribution_version_and_sha256(
    install_package, make_package, build, site
):
    install_package("acme-prompts", EXPORTED, 'templates = "lib"')
    app = make_package(
        "app",
        {"prompts/a.md": template("path: snippets/tone.md, source: acme")},
        ACME + 'agents.a = "prompts/a.md"\n',
    )
    files = build(app, PYTHONPATH=str(site)).files
    index = json.loads(files["app/prompts/index.json"])
    assert index["sources"] == [
        {"name": "acme", "distribution": "acme-prompts", "version": "1.2"}
    ]
    inputs = index["inputs"]
    assert inputs[index["resources"][0]["input"]]["uses"] == [2]
    assert inputs[1:] == [
        {
            "path": path.removeprefix("lib/"),
            "sha256": hashlib.sha256(EXPORTED[path].encode()).hexdigest(),
            "source": "acme",
            "uses": uses,
        }
        for path, uses in (("lib/rules.txt", []), ("lib/snippets/tone.md", [1]))
    ]


def test_the_bill_of_materials_names_distribution_and_version(
    install_package, make_package, build, site
):
    install_package("acme-prompts", EXPORTED, 'templates = "lib"')
    app = make_package(
        "app",
        {"prompts/a.md": template("path: snippets/tone.md, source: acme")},
        ACME + 'sbom = true\nagents.a = "prompts/a.md"\n'
        'agents.h = { source = "acme", path = "agents/helper.md" }\n',
    )
    text = (app / "pyproject.toml").read_text()
    licensed = text.replace("[project]\n", '[project]\nlicense = "MIT"\n')
    (app / "pyproject.toml").write_text(licensed)

    files = build(app, PYTHONPATH=str(site)).files

    text = files["app-1.2.dist-info/sboms/app.agpm.cdx.json"].decode()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    document = json.loads(text)
    components = {each["name"]: each for each in document["components"]}
    own, theirs = (components[f"app/prompts/agents/{key}.md"] for key in "ah")
    assert own["licenses"] == [{"expression": "MIT"}]
    assert own["pedigree"]["ancestors"][0]["name"] == "prompts/a.md"
    # The licence of a vendored copy is unknown, so it is not stated.
    assert "licenses" not in theirs
    of_template, *_ = theirs["pedigree"]["ancestors"]
    (made,) = document["formulation"]
    inputs = {each["name"]: each for each in made["components"]}
    made_of = [of_template, inputs["rules.txt"], inputs["snippets/tone.md"]]
    for file, path in zip(
        made_of, ["agents/helper.md", "rules.txt", "snippets/tone.md"], strict=True
    ):
        digest = hashlib.sha256(EXPORTED[f"lib/{path}"].encode()).hexdigest()
        assert file["name"] == path
        assert file["version"] == "1.2"
        assert file["hashes"] == [{"alg": "SHA-256", "content": digest}]
        assert file["purl"] == f"pkg:pypi/acme-prompts@1.2#{path}"


def test_the_bill_of_materials_lists_exported_templates_as_the_projects_own(
    make_package, build
):
    table = 'templates = "lib"\nsbom = true\n'
    files = build(make_package("acme-prompts", EXPORTED, table)).files

    document = json.loads(
        files["acme_prompts-1.2.dist-info/sboms/acme-prompts.agpm.cdx.json"]
    )
    exported = [
        each
        for each in document["components"]
        if each["name"].startswith("acme_prompts/prompts/_templates/")
    ]
    assert [each["name"].partition("_templates/")[2] for each in exported] == [
        "agents/helper.md",
        "rules.txt",
        "snippets/tone.md",
    ]
    assert not any("pedigree" in each for each in exported)


def test_files_of_a_distribution_are_not_in_the_sdist(
    install_package, make_package, build, site
):
    install_package("acme-prompts", EXPORTED, 'templates = "lib"')
    app = make_package(
        "app",
        {"prompts/a.md": template("path: snippets/tone.md, source: acme")},
        ACME + 'agents.a = "prompts/a.md"\n',
    )
    files = build(app, "sdist", PYTHONPATH=str(site)).files
    assert not [path for path in files if "tone" in path or ".hatch-agpm" in path]


def test_a_directory_of_exported_templates_is_not_a_package(make_package, build, edit):
    project = make_package(
        "acme-prompts", {**EXPORTED, "near/x.md": "X"}, 'templates = "lib"'
    )
    edit(project, '[tool.setuptools]\npackages = ["acme_prompts"]\n', "")
    edit(project, "", 'sources.near = "near"\n')
    files = build(project, "wheel", "setuptools").files
    (top_level,) = [path for path in files if path.endswith("top_level.txt")]
    assert files[top_level].split() == [b"acme_prompts"]


# --- chains -------------------------------------------------------------------------


def test_a_diamond_across_packages_is_one_resource(install_package, make_package):
    install_diamond(install_package)
    app = make_package("app", {"prompts/a.md": BOTH_MIDS}, BOTH_SIDES)
    assert texts(app)["a"] == (
        "l: leaf: leaf of base-prompts||r: leaf: leaf of base-prompts||\n"
    )
    names = [resource.name for resource in render(app).resources]
    assert sorted(names) == ["leaf", "mid", "mid", "prompts/a"]


def test_a_distribution_that_others_need_has_the_source_name_of_the_project(
    install_package, make_package
):
    install_diamond(install_package)
    table = BOTH_SIDES + 'sources.ours = { distribution = "Base.Prompts" }\n'
    app = make_package("app", {"prompts/a.md": BOTH_MIDS}, table)
    assert "leaf of ours" in texts(app)["a"]


def test_a_cycle_across_packages_names_the_whole_path(install_package, make_package):
    for one, other in (("one", "two"), ("two", "one")):
        install_package(
            one,
            {"lib/x.md": template("path: x.md, source: other")},
            f'templates = "lib"\nsources.other = {{ distribution = "{other}" }}',
        )
    app = make_package(
        "app",
        {"prompts/a.md": template("path: x.md, source: one")},
        'sources.one = { distribution = "one" }\nagents.a = "prompts/a.md"\n',
    )
    with pytest.raises(AgpmError) as caught:
        render(app)
    assert "one:x.md -> two:x.md -> one:x.md" in str(caught.value)


# --- what a template of another package may do --------------------------------------


def test_values_that_the_project_passes_are_visible(install_package, make_package):
    install_package(
        "acme-prompts",
        {"lib/t.md": plain("{{ agpm.project.name }} {{ mood }}")},
        'templates = "lib"',
    )
    app = make_package(
        "app",
        {},
        ACME + 'agents.a = { source = "acme", path = "t.md", '
        'template_vars = { mood = "merry" } }\n',
    )
    assert texts(app) == {"a": "app merry"}


def test_an_unused_source_need_not_be_installed(make_package, site):
    del site
    app = make_package("app", {"prompts/agents/a.md": "A"}, ACME)
    assert texts(app) == {"a": "A"}


# --- a whole agent ------------------------------------------------------------------


@pytest.mark.skipif(not SEED.is_dir(), reason="the corpus is not here")
def test_an_agent_whose_snippets_are_in_a_distribution_is_the_same_agent(
    install_package, make_package
):
    """
    Its frontmatter names the source when dependencies are found, and has the install
    path when it is shipped: only then `agpm.resource` is defined.
    """
    snippets = {
        f"lib/{path.relative_to(SEED)}": path.read_text()
        for folder in ("best-practices", "styleguides")
        for path in (SEED / folder).iterdir()
    }
    install_package("guides", snippets, 'templates = "lib"')
    agent = (SEED / "agents/backend-engineer-advanced.md").read_text()
    for folder in ("best-practices", "styleguides"):
        old = f"path: ../{folder}/"
        assert old in agent
        start = "{% if agpm.resource %}../{% endif %}"
        source = (
            "\n        {%- if not agpm.resource %}\n        source: guides{% endif %}"
        )
        line = next(line for line in agent.splitlines() if old in line)
        moved = line.replace(old, f"path: {start}{folder}/")
        agent = agent.replace(line, f"{moved}{source}")
    manifest = (SEED / "agpm.toml").read_text()
    manifest += '\n[sources]\nguides = { distribution = "guides" }\n'
    app = make_package(
        "app",
        {
            "agpm.toml": manifest,
            "agents/backend-engineer-advanced.md": agent,
            **{path.name: path.read_text() for path in SEED.glob("project_*.md")},
        },
        'manifest = "agpm.toml"',
    )
    expected = json.loads((SEED.parent / "expected/seed.json").read_text())
    agents = [r for r in render(app).resources if r.type == "agent"]
    assert {r.alias: hashlib.sha256(r.document).hexdigest() for r in agents} == {
        item["alias"]: item["sha256"] for item in expected
    }


JINJA = "---\nagpm:\n  templating: jinja2\n---\n{{ agpm.project.name | upper }}\n"
BY_ENTRY = "A {{ agpm.project.name | upper }}\n"
USES = {
    "entry": 'agents.a = { path = "snippets/j.md", source = "acme" }\n',
    "option": (
        'agents.a = { path = "snippets/o.md", source = "acme", '
        'templating = "jinja2" }\n'
    ),
    "dependency": 'agents.a = "prompts/a.md"\n',
}


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("trust", ["", ", jinja2 = false", ", jinja2 = true"])
def test_jinja2_of_another_distribution_needs_consent(
    install_package, make_package, use, trust
):
    files = {"lib/snippets/j.md": JINJA, "lib/snippets/o.md": BY_ENTRY}
    install_package("acme-prompts", files, 'templates = "lib"')
    table = f'sources.acme = {{ distribution = "acme-prompts"{trust} }}\n'
    own = template("path: snippets/j.md, source: acme")
    app = make_package("app", {"prompts/a.md": own}, table + USES[use])

    if trust.endswith("true"):
        assert "APP" in str(render(app).resources[0].text)
        return
    with pytest.raises(AgpmError, match="jinja2 = true"):
        render(app)


def test_jinja2_of_the_project_itself_needs_no_trust(make_package):
    table = 'sources.ours = "lib"\nagents.a = { path = "j.md", source = "ours" }\n'
    app = make_package("app", {"lib/j.md": JINJA}, table)

    assert "APP" in str(render(app).resources[0].text)
