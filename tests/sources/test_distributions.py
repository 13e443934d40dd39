"""
Distributions as sources: their files, finding them, and errors.

Each is built as a wheel and unpacked into a directory in place of
`site-packages`; the front ends with their resolvers are in test_chain.py.
"""

import hashlib
import json
import shutil
import sys
import tomllib
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from hatch_agpm.config.project import read_built_project
from hatch_agpm.errors import AgpmError
from hatch_agpm.model.build import BuildContext
from hatch_agpm.rendering.renderer import render_project

BOTH = pytest.mark.parametrize("backend", ["hatchling", "setuptools"])
SEED = Path(__file__).parents[3] / "shared/corpus/seed"

PACKAGE = """\
[project]
name = "{name}"
version = "{version}"

[tool.setuptools]
packages = ["{module}"]

[tool.hatch.build.hooks.agpm]

[tool.hatch-agpm]
{table}
"""
TEMPLATE = """---
agpm:
  templating: true
  dependencies:
    snippets:
{specs}
---
{body}"""
SNIPPETS = "{% for k, d in agpm.deps.snippets %}{{ k }}: {{ d.content }}|{% endfor %}\n"


def template(*specs, body=SNIPPETS):
    lines = "\n".join(f"      - {{ {spec}, install: false }}" for spec in specs)
    return TEMPLATE.format(specs=lines, body=body)


def plain(body):
    return f"---\nagpm:\n  templating: true\n---\n{body}"


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A directory of installed distributions, which this interpreter sees."""
    path = tmp_path / "site"
    path.mkdir()
    monkeypatch.syspath_prepend(path)
    return path


@pytest.fixture
def make(tmp_path):
    """Write a project and return its directory."""

    def made(name, files, table="", version="1.2"):
        module = name.replace("-", "_")
        root = tmp_path / "projects" / f"{name}-{version}"
        texts = {
            "pyproject.toml": PACKAGE.format(
                name=name, version=version, module=module, table=table
            ),
            f"{module}/__init__.py": "raise RuntimeError('nobody imports this')\n",
            **files,
        }
        for path, text in texts.items():
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return root

    return made


@pytest.fixture(scope="session")
def wheels(tmp_path_factory):
    """The unpacked wheels built so far, by their inputs."""
    return {}, tmp_path_factory.mktemp("wheels")


@pytest.fixture
def install(site, make, build, unpack, wheels):
    """Build a distribution, and install it for this interpreter."""
    known, top = wheels

    def installed(name, files, table="", version="1.2", backend="hatchling"):
        for old in site.glob(f"{name.replace('-', '_')}*"):
            shutil.rmtree(old)
        made_of = (name, table, version, backend, *files.items())
        if made_of not in known:
            project = make(name, files, table, version)
            wheel = build(project, "wheel", backend, PYTHONPATH=str(site))
            known[made_of] = top / str(len(known))
            shutil.copytree(unpack(wheel.artefact), known[made_of])
        shutil.copytree(known[made_of], site, dirs_exist_ok=True)

    return installed


def render(root):
    tables = tomllib.loads((root / "pyproject.toml").read_text())
    context = BuildContext(
        root, tables, metadata={"name": "app"}, distribution=root.name.split("-")[0]
    )
    return render_project(read_built_project(context), context)


def texts(root):
    return {
        resource.alias or resource.name: resource.document[resource.body :].decode()
        for resource in render(root).resources
    }


ACME = 'sources.acme = { distribution = "acme-prompts", version = ">=1.2" }\n'
BUNDLE = {
    "prompts/snippets/tone.md": plain("Tone of {{ agpm.project.name }}.\n"),
    "prompts/agents/helper.md": plain("Helps.\n"),
    "prompts/skills/mend/SKILL.md": "---\nname: mend\ndescription: d\n---\nMend.\n",
    "prompts/skills/mend/data/needles.txt": "3\n",
    "prompts/scripts/check.json": '{"b": 1, "a": 2}\n',
}
EXPORTED = {
    "lib/snippets/tone.md": plain(
        "{{ agpm.resource.source }} {{ agpm.resource.version }}"
        " for {{ agpm.project.name }}, {{ 'rules.txt' | content }}\n"
    ),
    "lib/agents/helper.md": template("path: ../snippets/tone.md"),
    "lib/rules.txt": "no tabs.",
    "lib/.hidden/x.md": "hidden",
}


# --- what is there ------------------------------------------------------------------


@BOTH
def test_the_texts_of_a_bundle_are_used_unchanged(install, make, backend):
    install("acme-prompts", BUNDLE, backend=backend)
    app = make(
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
    install, make, backend
):
    install("acme-prompts", EXPORTED, 'templates = "lib"', backend=backend)
    app = make(
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


def test_hidden_files_are_not_exported(install, site):
    install("acme-prompts", EXPORTED, 'templates = "lib"')
    shipped = site / "acme_prompts/prompts/_templates"
    assert sorted(
        path.relative_to(shipped).as_posix()
        for path in shipped.rglob("*")
        if path.is_file()
    ) == ["agents/helper.md", "rules.txt", "snippets/tone.md"]


@BOTH
def test_a_wheel_with_exported_templates_is_verified_and_equals_that_of_its_sdist(
    make, backend, build, unpack, run_command
):
    project = make("acme-prompts", EXPORTED, 'templates = "lib"')
    wheel = build(project, "wheel", backend)
    again = build(unpack(build(project, "sdist", backend).artefact), "wheel", backend)
    ours = {path for path in wheel.files if "/prompts/" in path}
    assert {path: wheel.files[path] for path in ours} == {
        path: again.files[path] for path in ours
    }
    verify = [sys.executable, "-m", "hatch_agpm", "verify", wheel.artefact]
    code, output = run_command(verify, project)
    assert (code, "0 prompts" in output) == (0, True)


def test_the_index_names_distribution_version_and_sha256(install, make, build, site):
    install("acme-prompts", EXPORTED, 'templates = "lib"')
    app = make(
        "app",
        {"prompts/a.md": template("path: snippets/tone.md, source: acme")},
        ACME + 'agents.a = "prompts/a.md"\n',
    )
    files = build(app, PYTHONPATH=str(site)).files
    index = json.loads(files["app/prompts/index.json"])
    assert index["sources"] == [
        {"name": "acme", "distribution": "acme-prompts", "version": "1.2"}
    ]
    assert index["resources"][0]["templates"][1:] == [
        {
            "path": path.removeprefix("lib/"),
            "sha256": hashlib.sha256(EXPORTED[path].encode()).hexdigest(),
            "source": "acme",
        }
        for path in ("lib/rules.txt", "lib/snippets/tone.md")
    ]


def test_the_bill_of_materials_names_distribution_and_version(
    install, make, build, site
):
    install("acme-prompts", EXPORTED, 'templates = "lib"')
    app = make(
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
    assert theirs["pedigree"]["ancestors"] == [
        {
            "type": "file",
            "name": path,
            "version": "1.2",
            "hashes": [
                {
                    "alg": "SHA-256",
                    "content": hashlib.sha256(
                        EXPORTED[f"lib/{path}"].encode()
                    ).hexdigest(),
                }
            ],
            "purl": f"pkg:pypi/acme-prompts@1.2#{path}",
        }
        for path in ("agents/helper.md", "rules.txt", "snippets/tone.md")
    ]


def test_the_bill_of_materials_lists_exported_templates_as_the_projects_own(
    make, build
):
    table = 'templates = "lib"\nsbom = true\n'
    files = build(make("acme-prompts", EXPORTED, table)).files

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


def test_files_of_a_distribution_are_not_in_the_sdist(install, make, build, site):
    install("acme-prompts", EXPORTED, 'templates = "lib"')
    app = make(
        "app",
        {"prompts/a.md": template("path: snippets/tone.md, source: acme")},
        ACME + 'agents.a = "prompts/a.md"\n',
    )
    files = build(app, "sdist", PYTHONPATH=str(site)).files
    assert not [path for path in files if "tone" in path or ".hatch-agpm" in path]


def test_a_directory_of_exported_templates_is_not_a_package(make, build, edit):
    project = make("acme-prompts", {**EXPORTED, "near/x.md": "X"}, 'templates = "lib"')
    edit(project, '[tool.setuptools]\npackages = ["acme_prompts"]\n', "")
    edit(project, "", 'sources.near = "near"\n')
    files = build(project, "wheel", "setuptools").files
    (top_level,) = [path for path in files if path.endswith("top_level.txt")]
    assert files[top_level].split() == [b"acme_prompts"]


# --- chains -------------------------------------------------------------------------

BASE = {"lib/leaf.md": plain("leaf of {{ agpm.resource.source }}")}
LEAF = "path: leaf.md, source: base"
NEEDS_BASE = (
    'templates = "lib"\nsources.base = { distribution = "base-prompts", version = "1" }'
).replace('"1"', '">=1"')


@pytest.fixture
def diamond(install):
    """Two distributions that use a third."""
    install("base-prompts", BASE, 'templates = "lib"')
    for name in ("left-prompts", "right-prompts"):
        install(name, {"lib/mid.md": template(LEAF)}, NEEDS_BASE)


BOTH_SIDES = (
    'sources.left = { distribution = "left-prompts" }\n'
    'sources.right = { distribution = "right-prompts" }\n'
    'agents.a = "prompts/a.md"\n'
)
BOTH_MIDS = template(
    "path: mid.md, source: left, name: l", "path: mid.md, source: right, name: r"
)


@pytest.mark.usefixtures("diamond")
def test_a_diamond_across_packages_is_one_resource(make):
    app = make("app", {"prompts/a.md": BOTH_MIDS}, BOTH_SIDES)
    assert texts(app)["a"] == (
        "l: leaf: leaf of base-prompts||r: leaf: leaf of base-prompts||\n"
    )
    names = [resource.name for resource in render(app).resources]
    assert sorted(names) == ["leaf", "mid", "mid", "prompts/a"]


@pytest.mark.usefixtures("diamond")
def test_a_distribution_that_others_need_has_the_source_name_of_the_project(make):
    table = BOTH_SIDES + 'sources.ours = { distribution = "Base.Prompts" }\n'
    app = make("app", {"prompts/a.md": BOTH_MIDS}, table)
    assert "leaf of ours" in texts(app)["a"]


@pytest.mark.usefixtures("diamond")
def test_a_source_name_of_the_project_has_no_meaning_in_other_distributions(make):
    table = BOTH_SIDES + 'sources.Base-Prompts = "prompts"\n'
    app = make("app", {"prompts/a.md": BOTH_MIDS}, table)
    with pytest.raises(AgpmError) as caught:
        render(app)
    assert str(caught.value).splitlines()[0] == (
        "left-prompts:mid.md:6: the dependency 'leaf.md': the source 'base-prompts' of "
        "left-prompts has the name of another source; give yours another name"
    )


@pytest.mark.usefixtures("diamond")
def test_incompatible_versions_are_reported(install, make):
    install("base-prompts", BASE, 'templates = "lib"', version="0.9")
    table = BOTH_SIDES + 'sources.ours = { distribution = "base-prompts" }\n'
    app = make("app", {"prompts/a.md": BOTH_MIDS}, table)
    with pytest.raises(AgpmError) as caught:
        render(app)
    assert str(caught.value).splitlines()[0] == (
        "left-prompts:mid.md:6: the dependency 'leaf.md': left-prompts needs "
        "base-prompts>=1, and base-prompts is 0.9; install versions that fit each other"
    )


def test_a_cycle_across_packages_names_the_whole_path(install, make):
    for one, other in (("one", "two"), ("two", "one")):
        install(
            one,
            {"lib/x.md": template("path: x.md, source: other")},
            f'templates = "lib"\nsources.other = {{ distribution = "{other}" }}',
        )
    app = make(
        "app",
        {"prompts/a.md": template("path: x.md, source: one")},
        'sources.one = { distribution = "one" }\nagents.a = "prompts/a.md"\n',
    )
    with pytest.raises(AgpmError) as caught:
        render(app)
    assert "one:x.md -> two:x.md -> one:x.md" in str(caught.value)


# --- what a template of another package may do --------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            plain("{{ 'secret.txt' | content }}"),
            "the file 'secret.txt' does not exist",
        ),
        (
            plain("{{ '../secret.txt' | content }}"),
            "'../secret.txt' is outside of the manifest's directory; ",
        ),
        (plain("{{ '/etc/passwd' | content }}"), "the path '/etc/passwd' is absolute"),
        (plain("{{ get_env(name='HOME') }}"), "HOME"),
        (
            template("path: ../../secret.txt"),
            "the dependency '../../secret.txt': '../../secret.txt' leads out of the "
            "source 'acme'",
        ),
        (
            template("path: /etc/passwd"),
            "the path '/etc/passwd' must be relative to the source 'acme'",
        ),
        (
            template("path: prompts/a.md, source: app"),
            "the source 'app' is not one of acme-prompts",
        ),
        (
            template("path: x.md, source: near"),
            "the source 'near' of acme-prompts is a directory, and not shipped",
        ),
    ],
)
def test_a_template_reads_only_its_own_distribution(text, message, install, make):
    table = 'templates = "lib"\nsources.near = "lib"'
    install("acme-prompts", {"lib/t.md": text, "lib/x.md": "X"}, table)
    app = make(
        "app",
        {
            "prompts/a.md": template("path: t.md, source: acme"),
            "secret.txt": "secret",
        },
        ACME + 'env = ["HOME"]\nagents.a = "prompts/a.md"\n',
    )
    with pytest.raises(AgpmError) as caught:
        render(app)
    assert "acme-prompts:t.md" in str(caught.value)
    assert message.removesuffix("; ") in str(caught.value)


def test_values_that_the_project_passes_are_visible(install, make):
    install(
        "acme-prompts",
        {"lib/t.md": plain("{{ agpm.project.name }} {{ mood }}")},
        'templates = "lib"',
    )
    app = make(
        "app",
        {},
        ACME + 'agents.a = { source = "acme", path = "t.md", '
        'template_vars = { mood = "merry" } }\n',
    )
    assert texts(app) == {"a": "app merry"}


# --- hostile and damaged ------------------------------------------------------------


def change_index(site, change):
    path = site / "acme_prompts/prompts/index.json"
    index = json.loads(path.read_text())
    change(index)
    path.write_text(json.dumps(index))


@pytest.mark.parametrize(
    "path",
    [
        "../__init__.py",
        "../../other/secret.md",
        "/etc/passwd",
        "snippets/../../x",
        "C:/x",
        "",
    ],
)
def test_an_index_that_names_other_files_is_refused(path, site, install, make):
    install("acme-prompts", EXPORTED, 'templates = "lib"')
    change_index(site, lambda index: index["templates"]["files"][0].update(path=path))
    assert failure(make) == (
        "prompts/a.md:6: the dependency 'snippets/tone.md': "
        f"tool.hatch-agpm.sources.acme: index.json of acme-prompts 1.2 lists the file "
        f"{path!r}, which is not below its own directory"
    )


def failure(make, table=ACME):
    app = make(
        "app",
        {"prompts/a.md": template("path: snippets/tone.md, source: acme")},
        table + 'agents.a = "prompts/a.md"\n',
    )
    with pytest.raises(AgpmError) as caught:
        render(app)
    return str(caught.value)


def test_a_module_of_another_distribution_is_refused(site, install, make):
    install("acme-prompts", EXPORTED, 'templates = "lib"')
    install("evil", EXPORTED, 'templates = "lib"')
    (info,) = site.glob("evil-*.dist-info/agpm-prompts.txt")
    info.write_text(info.read_text().replace("Module: evil.", "Module: acme_prompts."))
    table = 'sources.acme = { distribution = "evil" }\n'
    assert failure(make, table).endswith(
        "evil 1.2 has no files in its module acme_prompts.prompts; install it from a "
        "wheel, not in place"
    )


def test_a_file_that_record_does_not_have_is_refused(site, install, make):
    install("acme-prompts", EXPORTED, 'templates = "lib"')
    (record,) = site.glob("acme_prompts-*.dist-info/RECORD")
    lines = record.read_text().splitlines()
    record.write_text("\n".join(line for line in lines if "tone.md" not in line))
    assert failure(make).endswith(
        "acme-prompts 1.2 lists '_templates/snippets/tone.md', which is not "
        "one of its files; ask its authors"
    )


def test_a_link_instead_of_a_file_is_refused(site, install, make, tmp_path):
    install("acme-prompts", EXPORTED, 'templates = "lib"')
    file = site / "acme_prompts/prompts/_templates/snippets/tone.md"
    file.rename(tmp_path / "tone.md")
    file.symlink_to(tmp_path / "tone.md")
    assert failure(make) == (
        "acme-prompts:snippets/tone.md: is a link, not a file; install acme-prompts "
        "again"
    )


def test_a_file_that_differs_is_refused(site, install, make):
    install("acme-prompts", EXPORTED, 'templates = "lib"')
    (site / "acme_prompts/prompts/_templates/snippets/tone.md").write_text("Other")
    assert failure(make).startswith(
        "acme-prompts:snippets/tone.md: has changed: its sha256 is "
    )


def test_a_missing_file_is_reported(site, install, make):
    install("acme-prompts", EXPORTED, 'templates = "lib"')
    (site / "acme_prompts/prompts/_templates/snippets/tone.md").unlink()
    assert failure(make) == (
        "acme-prompts:snippets/tone.md: is missing; install acme-prompts again"
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda index: index.update(schema=9),
            "unsupported index schema 9 (supported: 1)",
        ),
        (lambda index: index.update(resources=3), "is damaged: TypeError(3)"),
        (lambda index: index.pop("resources"), "is damaged: KeyError('resources')"),
        (
            lambda index: index["templates"].update(sources=3),
            "is damaged: its sources are not a table",
        ),
        (
            lambda index: index["templates"]["files"][0].update(sha256="x"),
            "lists a value that is not a sha256",
        ),
    ],
)
def test_an_index_that_cannot_be_read_is_reported(change, message, site, install, make):
    install("acme-prompts", EXPORTED, 'templates = "lib"')
    change_index(site, change)
    assert f"index.json of acme-prompts 1.2 {message}" in failure(make)


# --- not there ----------------------------------------------------------------------

ADD = (
    'add "acme-prompts>=1.2" to `requires` in [build-system]; a command needs it '
    "installed, too"
)


def test_a_distribution_that_is_not_installed_is_reported_with_the_line_to_add(
    make, site
):
    del site
    assert failure(make) == (
        "prompts/a.md:6: the dependency 'snippets/tone.md': "
        "tool.hatch-agpm.sources.acme: the distribution 'acme-prompts' is not "
        f"installed; {ADD}"
    )


def test_another_version_is_reported_with_the_line_to_add(make, install):
    install("acme-prompts", EXPORTED, 'templates = "lib"', version="1.1")
    assert failure(make).endswith(
        f"acme-prompts 1.1 is installed, not acme-prompts>=1.2; {ADD}"
    )


def test_an_unused_source_need_not_be_installed(make, site):
    del site
    app = make("app", {"prompts/agents/a.md": "A"}, ACME)
    assert texts(app) == {"a": "A"}


def test_entries_of_a_distribution_that_is_missing_are_one_problem(make, site):
    del site
    app = make(
        "app",
        {},
        ACME + 'agents.a = { source = "acme", path = "a.md" }\n'
        'agents.b = { source = "acme", path = "b.md" }\n',
    )
    with pytest.raises(AgpmError) as caught:
        render(app)
    assert str(caught.value) == (
        "tool.hatch-agpm.sources.acme: the distribution 'acme-prompts' is not "
        f"installed; {ADD}"
    )


def test_a_distribution_without_prompts_is_reported(make, site):
    info = site / "acme_prompts-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: acme-prompts\nVersion: 1.2\n")
    (info / "RECORD").write_text("acme_prompts-1.2.dist-info/METADATA,,\n")
    assert failure(make).endswith(
        "acme-prompts 1.2 ships no prompts of hatch-agpm; it has to be built with "
        "hatch-agpm itself"
    )
    (info / "RECORD").unlink()
    assert failure(make).endswith(
        "acme-prompts 1.2 has no list of its files (RECORD); install it from a wheel"
    )


def test_a_misspelt_path_is_reported_with_the_nearest(install, make):
    install("acme-prompts", EXPORTED, 'templates = "lib"')
    app = make(
        "app",
        {"prompts/a.md": template("path: snippets/tome.md, source: acme")},
        ACME + 'agents.a = "prompts/a.md"\n',
    )
    with pytest.raises(AgpmError) as caught:
        render(app)
    assert str(caught.value) == (
        "prompts/a.md:6: the dependency 'snippets/tome.md': there is no file "
        "'snippets/tome.md' in the source 'acme'; did you mean 'snippets/tone.md'?"
    )


def test_a_text_with_run_time_variables_cannot_be_embedded_elsewhere(install, make):
    text = "---\nagpm:\n  runtime: {user: str}\n---\nHello {{ user }}.\n"
    install("acme-prompts", {"prompts/snippets/tone.md": text})
    assert failure(make) == (
        "acme-prompts:snippets/tone.md: cannot be embedded: it has the run-time "
        "variable 'user'; ask its authors to export the template: see `templates`"
    )


def test_a_link_among_exported_templates_is_reported(make):
    project = make("acme-prompts", EXPORTED, 'templates = "lib"')
    (project / "lib/alias.md").symlink_to("rules.txt")
    tables = tomllib.loads((project / "pyproject.toml").read_text())
    context = BuildContext(project, tables, metadata={}, distribution="acme-prompts")
    with pytest.raises(AgpmError, match=r"lib/alias\.md: is not a regular file"):
        render_project(read_built_project(context), context)


# --- a whole agent ------------------------------------------------------------------


@pytest.mark.skipif(not SEED.is_dir(), reason="the corpus is not here")
def test_an_agent_whose_snippets_are_in_a_distribution_is_the_same_agent(install, make):
    """
    Its frontmatter names the source when dependencies are found, and has the install
    path when it is shipped: only then `agpm.resource` is defined.
    """
    snippets = {
        f"lib/{path.relative_to(SEED)}": path.read_text()
        for folder in ("best-practices", "styleguides")
        for path in (SEED / folder).iterdir()
    }
    install("guides", snippets, 'templates = "lib"')
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
    app = make(
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
