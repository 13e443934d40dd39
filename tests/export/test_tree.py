from __future__ import annotations

import hashlib
import json
import stat
import zipfile
from pathlib import Path

import pytest
from exports import AGENT, SKILL, plan_of
from layouts import only_flat_is_fast

from hatch_agpm.cli.main import main

ROOT = Path(__file__).parents[2]

COMMAND = """\
---
description: Mends nets
argument-hint: "[net]"
---
Mend nets $ARGUMENTS.
"""
FILES = {
    "prompts/skills/mend-nets/SKILL.md": SKILL,
    "prompts/skills/mend-nets/references/knots.md": "# Knots, {{ verbatim }}\n",
    "prompts/skills/mend-nets/scripts/knot.sh": "#!/bin/sh\n",
    "prompts/commands/mend.md": COMMAND,
    "prompts/agents/sailor.md": AGENT,
    # If it is ignored by Git, hatchling drops it silently.
    ".gitignore": ".*\n",
}


@pytest.fixture
def planned(write_files):
    """Plan the build of a project with the sample files and these tables."""

    def plan(tables, files=None, metadata=None):
        root = write_files({**FILES, "p/__init__.py": "", **(files or {})})
        return plan_of(root, tables, metadata)

    return plan


TABLES = """
[tool.hatch-agpm.skills]
mend-nets = { path = "prompts/skills/mend-nets", export = true }
[tool.hatch-agpm.commands]
mend = { path = "prompts/commands/mend.md", export = true, install = false }
"""
LAYOUTS = {
    "flat": "flat",
    "src-layout": "src_layout",
    "namespace": "acme/tools",
    # The prompts' own directory is the package if it is not in another one.
    "no-code": "acme_prompts",
}

MATRIX = only_flat_is_fast(LAYOUTS)
BACKENDS = pytest.mark.parametrize("backend", ["hatchling", "setuptools"])


@pytest.fixture
def exporting(copy_project, use_backend, edit):
    """Copy a sample project that exports a skill and a command."""

    def copy(layout, backend="hatchling", tables=TABLES):
        project = copy_project(layout, FILES)
        (project / "prompts/skills/mend-nets/scripts/knot.sh").chmod(0o755)
        use_backend(project, backend)
        edit(project, "", tables)
        return project

    return copy


@BACKENDS
@pytest.mark.parametrize("layout", MATRIX)
def test_the_wheel_has_the_exported_files_beside_the_prompts(
    exporting, build, layout, backend
):
    wheel = build(exporting(layout, backend), "wheel", backend)

    top = f"{LAYOUTS[layout]}/.agents"
    exported = sorted(path for path in wheel.files if path.startswith(f"{top}/"))
    assert exported == [
        f"{top}/.claude-plugin/plugin.json",
        f"{top}/README.md",
        f"{top}/commands/mend.md",
        f"{top}/skills/mend-nets/SKILL.md",
        f"{top}/skills/mend-nets/references/knots.md",
        f"{top}/skills/mend-nets/scripts/knot.sh",
    ]
    knots = wheel.files[f"{top}/skills/mend-nets/references/knots.md"]
    assert knots == b"# Knots, {{ verbatim }}\n"
    with zipfile.ZipFile(wheel.artefact) as archive:
        modes = {
            path: bool(archive.getinfo(path).external_attr >> 16 & stat.S_IXUSR)
            for path in exported
        }
    assert [path for path in exported if modes[path]] == [exported[-1]]
    assert main(["verify", str(wheel.artefact)]) == 0


@pytest.mark.slow
@BACKENDS
def test_a_wheel_from_the_sdist_exports_the_same(exporting, build, unpack, backend):
    project = exporting("src-layout", backend)
    sdist = build(project, "sdist", backend)
    again = build(unpack(sdist.artefact), "wheel", backend)

    assert again.files == build(project, "wheel", backend).files
    assert not any(".agents" in path for path in sdist.files)


def test_nothing_is_exported_into_the_tree(exporting, build):
    project = exporting("flat")
    before = sorted(project.rglob("*"))
    build(project)

    assert sorted(project.rglob("*")) == before


def test_an_exported_skill_is_rendered_with_generated_frontmatter(exporting, build):
    wheel = build(exporting("flat"))

    assert wheel.files["flat/.agents/skills/mend-nets/SKILL.md"].decode() == (
        """\
---
name: mend-nets
description: Mends nets. Use when a net of flat 1.2.0 is torn.
allowed-tools:
  - Read
  - Bash(ls *)
metadata:
  depth: 1.10
  version: 1.2.0
compatibility: Requires flat 1.2.0
---

Mend nets with 1.2.0; see [the knots](references/knots.md).
"""
    )
    assert "flat/prompts/skills/mend-nets/SKILL.md" not in wheel.files


def test_a_skill_that_is_not_exported_is_rendered_too(exporting, build):
    tables = TABLES.replace('nets", export = true', 'nets"')
    wheel = build(exporting("flat", tables=tables))

    shipped = wheel.files["flat/prompts/skills/mend-nets/SKILL.md"].decode()
    assert "a net of flat 1.2.0" in shipped


def test_exported_resources_are_in_the_bundle_with_install_true_only(
    exporting, build, run_python, unpack
):
    tables = TABLES.replace(
        'nets", export = true', 'nets", export = true, install=true'
    )
    wheel = build(exporting("flat", tables=tables))

    own = wheel.files["flat/prompts/skills/mend-nets/SKILL.md"].decode()
    assert own == SKILL.replace("{{ agpm.project.name }}", "flat").replace(
        "{{ agpm.project.version }}", "1.2.0"
    )
    assert "flat/prompts/commands/mend.md" not in wheel.files
    names = run_python(
        "from flat import prompts; print(prompts.names())", unpack(wheel.artefact)
    )
    assert "commands/mend" not in names
    command = wheel.files["flat/.agents/commands/mend.md"].decode()
    assert command == COMMAND


def test_a_package_may_have_prompts_for_coding_agents_only(
    copy_project, use_backend, build, unpack, run_python
):
    project = copy_project("src-layout", FILES)
    use_backend(project, "hatchling")
    text = (project / "pyproject.toml").read_text(encoding="utf-8")
    text = text.partition("[tool.hatch-agpm.snippets]")[0]
    text += '[tool.hatch-agpm.commands]\nmend = { path = "prompts/commands/mend.md"'
    text += ", export = true, install = false }\n"
    # Other types would be found by convention.
    text += "[tool.hatch-agpm.agents]\n[tool.hatch-agpm.skills]\n"
    text += "[tool.hatch-agpm.snippets]\n"
    (project / "pyproject.toml").write_text(text, encoding="utf-8")

    site = unpack(build(project).artefact)

    code = "import src_layout, os; print(sorted(os.listdir(src_layout.__path__[0])))"
    assert "'prompts'" not in run_python(code, site)


def test_the_tree_is_a_plugin_that_describes_the_project(exporting, build, edit):
    project = exporting("flat")
    urls = 'keywords = ["nets"]\nlicense = "MIT"\n[project.urls]\n'
    urls += 'Homepage = "https://example.org"\n"Source Code" = "https://example.org/s"'
    edit(project, 'dependencies = ["Requests >= 2"]', urls)
    wheel = build(project)

    assert json.loads(wheel.files["flat/.agents/.claude-plugin/plugin.json"]) == {
        "name": "flat",
        "version": "1.2.0",
        "description": "Flat layout",
        "author": {"name": "Ada Lovelace", "email": "ada@example.org"},
        "license": "MIT",
        "homepage": "https://example.org",
        "repository": "https://example.org/s",
        "keywords": ["nets"],
    }


@pytest.mark.slow
@BACKENDS
def test_all_exported_files_have_the_new_version(exporting, build, edit, backend):
    project = exporting("flat", backend)
    build(project, "wheel", backend)
    edit(project, 'version = "1.2.0"', 'version = "1.3.0"')
    wheel = build(project, "wheel", backend)

    old = [path for path, data in wheel.files.items() if b"1.2.0" in data]
    assert old == []
    skill = wheel.files["flat/.agents/skills/mend-nets/SKILL.md"].decode()
    assert skill.count("1.3.0") == 4


@pytest.mark.slow
def test_the_next_wheel_has_only_what_is_still_exported(exporting, build, edit):
    project = exporting("flat", "setuptools")
    build(project, "wheel", "setuptools")
    edit(project, "export = true, install", "install")
    one = build(project, "wheel", "setuptools")
    edit(project, 'nets", export = true', 'nets"')
    none = build(project, "wheel", "setuptools")

    assert "flat/.agents/commands/mend.md" not in one.files
    assert "flat/.agents/skills/mend-nets/SKILL.md" in one.files
    assert not any(".agents" in path for path in none.files)


@BACKENDS
def test_an_editable_install_has_exports_beside_the_bundle_of_the_finder(
    exporting, build, backend
):
    project = exporting("src-layout", backend)
    wheel = build(project, "editable", backend)

    data = "_agpm_editable_src_layout__prompts_bundle/.agents"
    assert f"{data}/skills/mend-nets/SKILL.md" in wheel.files
    assert not any(path.startswith("src_layout/") for path in wheel.files)
    assert main(["verify", str(wheel.artefact)]) == 0


def test_skills_of_two_packages_are_both_there_with_prefixes(
    exporting, build, tmp_path
):
    site = tmp_path / "site"
    tables = f"{TABLES}[tool.hatch-agpm.export]\nprefix = true\n"
    for layout in ("flat", "src-layout"):
        wheel = build(exporting(layout, tables=tables)).artefact
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(site)

    found = sorted(
        path.parent.name for path in site.glob("*/.agents/skills/*/SKILL.md")
    )
    assert found == ["flat-mend-nets", "src-layout-mend-nets"]


@pytest.mark.parametrize(
    ("table", "names"),
    [
        ('types = ["skills", "agents"]', ["agents/sailor", "skills/mend-nets"]),
        ('resources = ["agents/sailor"]', ["agents/sailor"]),
        ('types = ["agents"]\nprefix = "sea"', ["agents/sea-sailor"]),
        ('types = ["agents"]\nprefix = ""', ["agents/sailor"]),
        ('types = ["agents"]\nprefix = false', ["agents/sailor"]),
        ('types = ["agents"]\nprefix = true', ["agents/p-sailor"]),
        ('types = ["agents"]\nprefix = "sailor"', ["agents/sailor"]),
        ('types = ["agents"]\nprefix = "sail"', ["agents/sail-sailor"]),
    ],
)
def test_the_table_says_what_is_exported_and_how_it_is_called(planned, table, names):
    export = planned(f"[tool.hatch-agpm.export]\n{table}\n").bundle.export

    assert [item.full_name for item in export.resources] == names


def test_an_entry_overrides_the_export_table(planned):
    export = planned(
        '[tool.hatch-agpm.export]\ntypes = ["agents"]\n[tool.hatch-agpm.agents]\n'
        'a = { path = "prompts/agents/sailor.md", export = false }\n'
        'Old_Sailor = "prompts/agents/sailor.md"\n'
        'unused = { path = "prompts/agents/sailor.md", install = false }\n'
    ).bundle.export

    assert [item.full_name for item in export.resources] == ["agents/old-sailor"]


def test_the_export_directory_can_be_changed(planned):
    bundle = planned(
        '[tool.hatch-agpm.export]\ntypes = ["agents"]\ndirectory = "a/b"\n'
    ).bundle

    assert "p/a/b/agents/sailor.md" in bundle.at("p/prompts")
    assert "a/b/agents/sailor.md" in bundle.in_one()


def test_an_agpm_toml_is_exported_by_the_table(planned):
    export = planned(
        '[tool.hatch-agpm]\nmanifest = "agpm.toml"\n'
        '[tool.hatch-agpm.export]\ntypes = ["skills"]\n',
        {
            "agpm.toml": '[skills]\nmend-nets = "prompts/skills/mend-nets"\n[project]\n'
            'name = "sea"\nversion = "7"\n'
        },
    ).bundle.export

    (item,) = export.resources
    # Templates have the variables of AGPM's; the frontmatter is the project's.
    assert b"net of sea 7 is torn" in item.text
    assert b"compatibility: Requires p 1.5, Python >=3.9" in item.text


SKILLS = '[tool.hatch-agpm.export]\ntypes = ["skills"]\n'


def test_hidden_text_is_accepted_in_listed_files(planned):
    path = "prompts/skills/mend-nets/references/knots.md"
    bundle = planned(
        f'[tool.hatch-agpm]\nhidden-text = ["{path}"]\n{SKILLS}',
        {path: "Tie\U000e0062\n"},
    ).bundle

    assert "skills/mend-nets/references/knots.md" in bundle.exported


def test_the_list_of_a_distribution_has_each_exported_file(exporting, build):
    wheel = build(exporting("flat"))
    (text,) = (
        data.decode()
        for path, data in wheel.files.items()
        if path.endswith("/agpm-prompts.txt")
    )
    listed = [
        line.removeprefix("Export: ").split(" ", 4)
        for line in text.splitlines()
        if line.startswith("Export: ")
    ]
    expected = sorted(path for path in wheel.files if path.startswith("flat/.agents/"))
    assert [path for *_, path in listed] == expected
    for sha256, size, mode, resource, path in listed:
        data = wheel.files[path]
        assert (sha256, int(size)) == (hashlib.sha256(data).hexdigest(), len(data))
        assert mode == ("755" if path.endswith(".sh") else "644")
        names = [".claude-plugin/", "README.md"] if resource == "-" else [resource]
        assert path.startswith(tuple(f"flat/.agents/{name}" for name in names))


def test_verify_reports_a_missing_exported_file(exporting, build, capsys):
    wheel = build(exporting("flat")).artefact
    lost = "flat/.agents/skills/mend-nets/scripts/knot.sh"
    rewritten = wheel.with_name("flat-1.2.0-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as archive:
        members = [(each, archive.read(each)) for each in archive.infolist()]
    with zipfile.ZipFile(rewritten, "w") as archive:
        for each, data in members:
            if each.filename != lost:
                archive.writestr(each, data)
        archive.writestr("flat/.agents/skills/other/SKILL.md", "")

    assert main(["verify", str(rewritten)]) == 1

    message = capsys.readouterr().err
    assert f"{lost}: is missing from" in message
    assert "flat/.agents/skills/other/SKILL.md: is in" in message


def test_list_and_render_show_exported_files(exporting, capsys, tmp_path):
    project = str(exporting("flat"))

    assert main(["list", "--project", project]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines[-2:]] == [
        [".agents/commands/mend", "prompts/commands/mend.md"],
        [".agents/skills/mend-nets", "prompts/skills/mend-nets/SKILL.md"],
    ]
    assert main(["list", "--json", "--project", project]) == 0
    item = json.loads(capsys.readouterr().out)["exported"][0]
    assert item["name"] == ".agents/commands/mend"
    assert item["templates"] == ["prompts/commands/mend.md"]
    assert item["prefix"]["tokens"] == item["tokens"]
    name = ".agents/commands/mend"
    assert main(["render", name, "--project", project]) == 0
    assert capsys.readouterr().out.startswith("---\ndescription: Mends nets\n")
    assert main(["check", "--project", project]) == 0
    assert ", 2 exported to flat/.agents, " in capsys.readouterr().out
    out = tmp_path / "out"
    assert main(["render", "--output", str(out), "--project", project]) == 0
    script = out / ".agents/skills/mend-nets/scripts/knot.sh"
    assert script.stat().st_mode & stat.S_IXUSR


def test_forced_inclusions_into_the_export_are_refused(exporting, edit, error_of):
    project = exporting("flat")
    (project / "extra.md").touch()
    edit(
        project,
        "",
        "[tool.hatch.build.targets.wheel.force-include]\n"
        '"extra.md" = "flat/.agents/extra.md"\n',
    )

    assert "writes into flat/.agents; remove this line" in error_of(project)


@pytest.mark.parametrize("value", ['"."', '"SKILL.md"'])
@pytest.mark.parametrize("is_exported", [True, False])
def test_a_skill_may_be_the_whole_project(planned, value, is_exported):
    table = '[tool.hatch-agpm.export]\ntypes = ["skills"]\n' * is_exported
    bundle = planned(
        '[project]\nname = "p"\n'
        f"[tool.hatch-agpm]\nskills = {value}\nagents = []\ncommands = []\n{table}",
        {"SKILL.md": "---\nname: p\ndescription: d\n---\nx\n", "r.md": "x\n"},
    ).bundle

    files = bundle.at("p/prompts")
    top = "p/.agents/skills/p" if is_exported else "p/prompts/skills/p"
    assert files[f"{top}/SKILL.md"].data.endswith(b"---\nx\n")
    assert f"{top}/r.md" in files


@pytest.mark.parametrize(("number", "is_noted"), [(22, False), (24, True)])
def test_more_descriptions_than_are_listed_are_noted(planned, number, is_noted):
    text = f"---\nname: p-{{}}\ndescription: {'d' * 1000}\n---\nx\n"
    files = {f"s/p-{n}/SKILL.md": text.format(n) for n in range(number)}
    table = f'[tool.hatch-agpm]\nskills = "s"\n{SKILLS}'
    export = planned(table, files, {"license": "MIT"}).bundle.export

    assert [note.path for note in export.notes] == [".agents"] * is_noted


def test_the_readme_of_the_tree_says_what_is_in_it_and_where_from(planned):
    agent = AGENT.replace("Sails. Use at sea.", '"Sails <i>well</i>.\\n\\n<example>…"')
    metadata = {"description": "Keeps boats.\n"}
    files = {"prompts/agents/sailor.md": agent, "prompts/commands/x.md": "Go.\n"}
    table = '[tool.hatch-agpm.export]\ntypes = ["agents", "commands", "skills"]\n'
    export = planned(table, files, metadata).bundle.export

    text = export.files["README.md"].data.decode()
    listed = [line for line in text.splitlines() if line.startswith(("#", "- "))]
    assert listed == [
        "# p",
        "## Agents",
        "- `sailor`: Sails \\<i>well\\</i>.",
        "## Commands",
        f"- `{Path('prompts/commands/mend.md').stem}`: Mends nets",
        "- `x`",
        "## Skills",
        "- `mend-nets`: Mends nets. Use when a net of p 1.5 is torn.",
        "## Use",
    ]
    assert "# p\n\nKeeps boats.\n\nThese files" in text
    assert "the Python package p 1.5." in text
    assert len(text.split()) >= 40


@pytest.mark.parametrize(
    ("licence", "files", "number"),
    [(None, [], 1), ("MIT", [], 0), ("Do\nwhat you want", ["LICENSE"], 0)],
)
def test_a_plugin_without_a_licence_is_noted(planned, licence, files, number):
    export = planned(
        f"{SKILLS}", {}, {"license": licence} if licence else {}
    ).bundle.export

    made = sorted(path for path in export.files if not path.startswith("skills/"))
    assert made == [".claude-plugin/plugin.json", *files, "README.md"]
    notes = [note.path for note in export.notes if "licence" in note.what]
    assert notes == [".agents/.claude-plugin/plugin.json"] * number


def test_evaluations_are_part_of_a_skill(planned):
    evals = {"skill_name": "mend-nets", "evals": [{"id": 1, "prompt": "Mend."}]}
    files = {"evals/evals.json": json.dumps(evals), "evals/files/net.csv": "a,b\n"}
    directory = "prompts/skills/mend-nets"
    sources = {f"{directory}/{path}": text for path, text in files.items()}
    export = planned(SKILLS, sources, {"license": "MIT"}).bundle.export

    shipped = {path: export.files[f"skills/mend-nets/{path}"].data for path in files}
    assert shipped == {path: text.encode() for path, text in files.items()}
    evals["evals"] = []
    sources[f"{directory}/evals/evals.json"] = json.dumps(evals)
    export = planned(SKILLS, sources, {"license": "MIT"}).bundle.export
    assert [note.what for note in export.notes if "evals" in note.path] == [
        "has no list 'evals'"
    ]
