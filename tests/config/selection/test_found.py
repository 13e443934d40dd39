"""Directories, arrays and conventions: which files are resources, and their names."""

import pytest

from hatch_agpm.config.project import read_project
from hatch_agpm.errors import AgpmError, ConfigError, ProblemsError
from hatch_agpm.formats.file_names import split_extension


def read(root, table, name="acme"):
    pyproject = {"project": {"name": name}, "tool": {"hatch-agpm": table}}
    return read_project(root, pyproject)


def listed(root, table, name="acme"):
    entries = read(root, table, name).manifest.entries
    return {f"{each.section}:{each.name}": each.path for each in entries}


def keys_of_problems(root, table):
    with pytest.raises(AgpmError) as caught:
        read(root, table)
    error = caught.value
    problems = error.problems if isinstance(error, ProblemsError) else [error]
    assert all(isinstance(each, ConfigError) for each in problems)
    return [each.key for each in problems]


def test_a_directory_is_taken_whole(write_files):
    root = write_files(
        {
            "src/acme/texts/system.txt": "",
            "src/acme/texts/planner/system.jinja2": "",
            "src/acme/texts/planner/data": "",
            "src/acme/texts/gpt-4.1.j2": "",
            "src/acme/texts/config.toml": "",
            "src/acme/texts/__init__.py": "",
            "src/acme/texts/types.pyi": "",
            "src/acme/texts/__pycache__/x.pyc": "",
            "src/acme/texts/.hidden": "",
            "src/acme/texts/.git/config": "",
            "src/acme/texts/Thumbs.db": "",
            "src/acme/texts/node_modules/a.md": "",
        }
    )
    top = "src/acme/texts"
    assert listed(root, {"prompts": top}) == {
        "prompts:system": f"{top}/system.txt",
        "prompts:planner/system": f"{top}/planner/system.jinja2",
        "prompts:planner/data": f"{top}/planner/data",
        "prompts:gpt-4.1": f"{top}/gpt-4.1.j2",
        "prompts:config": f"{top}/config.toml",
    }


def test_python_files_are_scripts_and_nothing_else(write_files):
    root = write_files({"x/a.py": "", "x/b.sh": ""})
    assert listed(root, {"scripts": "x"}) == {
        "scripts:a": "x/a.py",
        "scripts:b": "x/b.sh",
    }
    assert listed(root, {"agents": "x"}) == {"agents:b": "x/b.sh"}


@pytest.mark.parametrize(
    ("path", "stem"),
    [
        ("a.md", "a"),
        ("a.md.j2", "a"),
        ("a.j2", "a"),
        ("gpt-4.1.j2", "gpt-4.1"),
        ("a.j2.md", "a.j2"),
        ("a.md.md", "a.md"),
        ("a.MD", "a.MD"),
        ("v1.2/a.prompt.tera", "v1.2/a"),
        ("a.tar.gz", "a.tar.gz"),
        ("a", "a"),
        (".md", ".md"),
        ("gpt-4.1", "gpt-4.1"),
        ("a.yaml.jinja", "a"),
    ],
)
def test_one_extension_of_templates_and_one_of_texts_is_left_out(path, stem):
    assert split_extension(path) == (stem, path[len(stem) :])


def test_files_that_differ_in_nothing_else_keep_their_extensions(write_files):
    root = write_files({"x/run.sh": "", "x/run.py": "", "x/a.md.j2": "", "x/a.md": ""})
    assert set(listed(root, {"scripts": "x"})) == {
        "scripts:run.sh",
        "scripts:run.py",
        "scripts:a.md.j2",
        "scripts:a.md",
    }


def test_skills_are_directories_with_their_file(write_files):
    root = write_files(
        {
            "s/one/SKILL.md": "",
            "s/one/x.py": "",
            "s/group/two/SKILL.md": "",
            "s/one/inner/SKILL.md": "",
            "s/none/README.md": "",
        }
    )
    assert listed(root, {"skills": "s"}) == {
        "skills:one": "s/one",
        "skills:group/two": "s/group/two",
    }


def test_finding_skills_costs_as_much_as_there_are(write_files, count_calls):
    roots = {}
    for count in (20, 40, 80):
        files = {f"p{count}/s/k{number}/SKILL.md": "" for number in range(count)}
        roots[count] = write_files(files) / f"p{count}"
    listed(roots[20], {"skills": "s"})

    few, more, many = (
        count_calls(listed, root, {"skills": "s"}).total() for root in roots.values()
    )
    assert many - more < 2.15 * (more - few)


@pytest.mark.parametrize("value", ["deep/net", "deep/net/SKILL.md", "deep/net/"])
def test_one_skill_is_named_as_its_directory(value, write_files):
    root = write_files({"deep/net/SKILL.md": "", "deep/net/x.md": ""})
    assert listed(root, {"skills": value}) == {"skills:net": "deep/net"}


@pytest.mark.parametrize(
    "value", [".", "SKILL.md", "./SKILL.md", ["."], [{"path": "."}]]
)
def test_a_skill_in_the_root_is_named_as_the_project(value, write_files):
    root = write_files({"SKILL.md": "", "x.md": ""})
    assert listed(root, {"skills": value}, "Mend_Nets") == {"skills:mend-nets": "."}


def test_an_array_has_directories_patterns_and_files(write_files):
    root = write_files(
        {
            "a/x.md": "",
            "a/drafts/y.md": "",
            "a/old.md": "",
            "b/deep/z.txt": "",
            "b/deep/z.md": "",
            "c/one.md": "",
        }
    )
    table = [
        {"path": "a", "exclude": ["drafts", "old.*"]},
        {"path": "b/**/*.txt", "install": False},
        {"path": "c/one.md", "name": "first"},
    ]
    assert listed(root, {"prompts": table}) == {
        "prompts:x": "a/x.md",
        "prompts:deep/z": "b/deep/z.txt",
        "prompts:first": "c/one.md",
    }
    entries = {
        each.path: each.install
        for each in read(root, {"prompts": table}).manifest.entries
    }
    assert entries["b/deep/z.txt"] is False
    assert entries["a/x.md"] is None


def test_a_file_belongs_to_the_deepest_directory(write_files):
    root = write_files(
        {"p/system.md": "", "p/agents/a.md": "", "p/agents/team/b.md": ""}
    )
    assert listed(root, {"prompts": "p", "agents": "p/agents"}) == {
        "prompts:system": "p/system.md",
        "agents:a": "p/agents/a.md",
        "agents:team/b": "p/agents/team/b.md",
    }


def test_the_options_of_one_file_go_before_those_of_its_directory(write_files):
    root = write_files({"p/a.md": "", "p/sub/b.md": ""})
    table = ["p", {"path": "p/sub/b.md", "install": False}]
    entries = read(root, {"prompts": table}).manifest.entries
    assert {each.name: each.install for each in entries} == {"a": None, "sub/b": False}


def test_a_file_with_a_key_is_not_also_one_of_a_directory(write_files):
    root = write_files({"p/a.md": "", "p/b.md": "", "p/s/SKILL.md": "", "p/s/x.md": ""})
    table = {"prompts": "p", "agents": {"key": "p/a.md"}, "skills": {"s": "p/s"}}
    assert listed(root, table) == {
        "agents:key": "p/a.md",
        "skills:s": "p/s",
        "prompts:b": "p/b.md",
    }


def test_the_files_of_a_skill_are_no_prompts(write_files):
    root = write_files({"p/a.md": "", "p/skills/s/SKILL.md": "", "p/skills/s/r.md": ""})
    assert listed(root, {"prompts": "p", "skills": "p/skills"}) == {
        "skills:s": "p/skills/s",
        "prompts:a": "p/a.md",
    }


def test_one_file_under_two_names_is_two_variants(write_files):
    root = write_files({"p/a.md": ""})
    table = [{"path": "p/a.md", "name": "x"}, {"path": "p/a.md", "name": "y"}]
    assert set(listed(root, {"prompts": table})) == {"prompts:x", "prompts:y"}


def test_plain_prompts_are_found_directly_in_the_conventional_directory(write_files):
    root = write_files(
        {
            "prompts/greeting.md": "",
            "prompts/agents/a.md": "",
            "prompts/other/b.md": "",
            "prompts/README.md": "",
            "prompts/LICENSE": "",
            "prompts/agpm.toml": "",
            "prompts/prompts/more/c.md": "",
        }
    )
    assert listed(root, {}) == {
        "agents:a": "prompts/agents/a.md",
        "prompts:greeting": "prompts/greeting.md",
        "prompts:more/c": "prompts/prompts/more/c.md",
    }


@pytest.mark.parametrize("empty", [[], {}])
def test_an_empty_value_switches_the_convention_off(empty, write_files):
    root = write_files({"prompts/agents/a.md": "", "prompts/b.md": ""})
    assert listed(root, {"agents": empty}) == {"prompts:b": "prompts/b.md"}


def test_other_keys_of_the_table_do_not_end_the_convention(write_files):
    # Faults of this kind lose a prompt in silence.
    root = write_files({"prompts/agents/a.md": "", "skills/net/SKILL.md": ""})
    table = {"skills": {"net": {"path": "skills/net", "export": True}}}
    assert set(listed(root, table)) == {"agents:a", "skills:net"}


@pytest.mark.parametrize(
    ("table", "keys"),
    [
        ({"agents": 3}, ["tool.hatch-agpm.agents"]),
        ({"agents": ""}, ["tool.hatch-agpm.agents"]),
        ({"agents": "nowhere"}, ["tool.hatch-agpm.agents"]),
        ({"agents": "../x"}, ["tool.hatch-agpm.agents"]),
        ({"agents": "/x"}, ["tool.hatch-agpm.agents"]),
        ({"agents": "x\\y"}, ["tool.hatch-agpm.agents"]),
        ({"agents": [3]}, ["tool.hatch-agpm.agents[0]"]),
        ({"agents": ["p", "nowhere"]}, ["tool.hatch-agpm.agents[1]"]),
        ({"agents": [{}]}, ["tool.hatch-agpm.agents[0].path"]),
        ({"agents": [{"path": "x", "a": 1}]}, ["tool.hatch-agpm.agents[0].a"]),
        (
            {"agents": [{"path": "no", "install": True}]},
            ["tool.hatch-agpm.agents[0].path"],
        ),
        ({"agents": [{"path": "p", "name": "x"}]}, ["tool.hatch-agpm.agents[0].name"]),
        ({"agents": [{"path": "p/*.txt"}]}, ["tool.hatch-agpm.agents[0]"]),
        ({"agents": "empty"}, ["tool.hatch-agpm.agents"]),
        ({"skills": "p"}, ["tool.hatch-agpm.skills"]),
        ({"agents": [{"path": "p", "exclude": ["[a"]}]}, ["tool.hatch-agpm.agents[0]"]),
        ({"agents": "p", "commands": "p"}, ["tool.hatch-agpm: the file 'p/a.md'"]),
        (
            {"prompts": {"a": {"path": "p/a.md", "tool": "agpm"}}},
            ["tool.hatch-agpm.prompts.a.tool"],
        ),
        (
            {"prompts": [{"path": "p", "export": True}]},
            ["tool.hatch-agpm.prompts[0].export"],
        ),
        ({"agents": ["p"], "agnets": 1}, ["tool.hatch-agpm.agnets"]),
    ],
)
def test_what_cannot_be_listed_is_reported_at_its_key(table, keys, write_files):
    root = write_files({"p/a.md": "", "empty/__init__.py": "", "x": ""})
    assert keys_of_problems(root, table) == keys


def test_arrays_and_directories_are_not_those_of_an_agpm_manifest(write_files):
    root = write_files({"agpm.toml": 'agents = "p"\n', "p/a.md": ""})
    assert keys_of_problems(root, {"manifest": "agpm.toml"}) == ["agents"]
    (root / "agpm.toml").write_text('[prompts]\na = "p/a.md"\n')
    assert keys_of_problems(root, {"manifest": "agpm.toml"}) == ["prompts"]


def test_the_searched_directories_are_known(write_files):
    root = write_files({"p/sub/a.md": "", "prompts/b.md": "", "prompts/x/c.md": ""})
    searched = read(root, {"agents": "p"}).searched
    assert set(searched) == {"p", "p/sub", "prompts"}


@pytest.mark.parametrize(
    ("written", "near"),
    [
        ("acme/prompt", "'acme/prompts'"),
        ("acme/prompts/sistem.md", "'acme/prompts/system.md'"),
        ("acmes", "'acme'"),
    ],
)
def test_the_hint_about_a_missing_directory_is_a_whole_path(written, near, write_files):
    root = write_files({"acme/prompts/system.md": ""})
    table = {"tool": {"hatch-agpm": {"prompts": written}}}
    with pytest.raises(AgpmError) as caught:
        read_project(root, table)
    error = caught.value
    (problem,) = error.problems if isinstance(error, ProblemsError) else [error]
    assert near in problem.hint
