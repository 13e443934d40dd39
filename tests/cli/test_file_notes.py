"""Notes of `check` about files that nothing uses, that are twice or left out."""

import pytest
from commands import HEAD

from hatch_agpm.cli import main

PLAIN = {"acme/__init__.py": "", "prompts/a.md": "A\n"}


@pytest.fixture
def notes_of(write_files, capsys):
    """Run `check`, which must succeed, and return its notes."""

    def notes(files, table=""):
        root = write_files({**PLAIN, **files, "pyproject.toml": HEAD + table})
        assert main(["check", "--project", str(root)]) == 0
        lines = capsys.readouterr().out.splitlines()
        return [line[len("note: ") :] for line in lines if line.startswith("note: ")]

    return notes


def test_a_clean_project_without_uv_is_strictly_clean(write_files, capsys):
    root = write_files({**PLAIN, "pyproject.toml": HEAD})
    assert main(["check", "--strict", "--project", str(root)]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("files", "table"),
    [
        ({"uv.lock": ""}, ""),
        ({}, "[tool.uv]\n"),
    ],
)
def test_a_project_that_uses_uv_hears_of_its_cache(files, table, notes_of):
    (note,) = notes_of(files, table)
    assert note.startswith("uv does not rebuild")


@pytest.mark.parametrize(
    ("path", "is_named"),
    [
        ("prompts/other/x.md", True),
        ("prompts/more.md/x", True),
        ("prompts/agents/__init__.py", True),
        ("prompts/skills/none/README.txt", False),
        ("prompts/README.md", False),
        ("prompts/.hidden", False),
        ("prompts/agents/b.md", False),
    ],
)
def test_files_below_prompts_that_nothing_uses_are_named(path, is_named, notes_of):
    found = notes_of({path: "x\n"})
    assert [note.split(" ")[0] for note in found] == [path] * is_named


def test_templates_that_are_packed_twice_are_named(notes_of):
    found = notes_of({"acme/texts/b.md": "B\n"}, 'agents = "acme/texts"\n')
    (note,) = found
    assert note.startswith("acme/texts/b.md is in the wheel twice")


def test_templates_in_the_output_are_not_twice(notes_of):
    table = 'agents = "acme/texts"\noutput = "acme/texts"\nprompts = []\n'
    found = notes_of({"acme/texts/b.md": "B\n"}, table)
    assert [note.split(" ")[0] for note in found] == ["prompts/a.md"]


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("Thumbs.db", "Thumbs.db"),
        ("x.pyc", "x.pyc"),
        (".DS_Store", ".DS_Store"),
        ("scripts/__pycache__/check.cpython-311.pyc", "scripts/__pycache__"),
        ("scripts/deep/.DS_Store", "scripts/deep/.DS_Store"),
        ("node_modules/a/index.js", "node_modules"),
        (".git/HEAD", ".git"),
    ],
)
def test_what_programs_leave_behind_is_left_out(path, named, notes_of):
    files = {
        "prompts/skills/s/SKILL.md": "---\nname: s\ndescription: d\n---\nS\n",
        f"prompts/skills/s/{path}": "x",
    }
    (note,) = notes_of(files)
    assert note.startswith(f"prompts/skills/s/{named} is left out")


def test_what_programs_leave_behind_is_accepted_by_strict(write_files, capsys):
    root = write_files(
        {**PLAIN, "prompts/.DS_Store": "x", "pyproject.toml": HEAD},
    )
    code = main(["check", "--strict", "--project", str(root)])
    assert "note: prompts/.DS_Store is left out" in capsys.readouterr().out
    assert code == 0


@pytest.mark.parametrize("name", ["load", "names", "Prompt"])
def test_a_name_of_the_module_is_named(name, notes_of):
    (note,) = notes_of({f"prompts/{name}.md": "x"})
    assert note.startswith(f"'{name}' is not an attribute")


@pytest.mark.parametrize(
    "text",
    [
        "---\ntemplating: true\n---\nx\n",
        "---\ndescription: d\n...\nx\n",
        "{{ agpm.project.name }}\n",
    ],
)
def test_what_looks_like_a_template_is_a_note_for_agpm(text, notes_of):
    files = {"agpm.toml": '[agents]\na = "x.md"\n', "x.md": text, "prompts/a.md": "x"}
    found = notes_of(files, 'manifest = "agpm.toml"\n')
    assert any(note.startswith("x.md:") for note in found)


@pytest.mark.parametrize(
    ("files", "table", "has_lines"),
    [
        ({"acme/texts/b.md": "B"}, 'agents = "acme/texts"\n', True),
        (
            {"acme/prompts/a.md": "A", "acme/texts/b.md": "B"},
            'prompts = "acme/prompts"\nagents = "acme/texts"\n',
            False,
        ),
        (
            {"acme/skills/net/SKILL.md": "---\nname: net\ndescription: d\n---\n"},
            'skills = "acme/skills"\n',
            False,
        ),
    ],
)
def test_another_output_is_advised_only_where_it_helps(
    notes_of, files, table, has_lines
):
    (note,) = (each for each in notes_of(files, table) if "twice" in each)
    assert note.endswith(":") == has_lines


def _variants(path, *names):
    return "".join(
        f'[[tool.hatch-agpm.prompts]]\npath = "{path}"\nname = "{name}"\n'
        f"template_vars = {{ x = '{name}' }}\n"
        for name in names
    )


@pytest.mark.parametrize(
    ("path", "names", "is_noted"),
    [
        ("acme/prompts/v.md", ["a", "b"], True),
        ("acme/prompts/v.md", ["v", "b"], False),
        ("acme/prompts/v.md", ["b"], False),
        ("acme/prompts/deep/v.j2", ["a", "b", "c"], True),
        ("acme/prompts/deep/v.j2", ["deep/v", "b"], False),
        ("texts/v.md", ["a", "b"], False),
    ],
)
def test_a_template_of_several_prompts_is_noted(notes_of, path, names, is_noted):
    files = {path: "---\nagpm: {templating: true}\n---\n{{ x }}"}
    found = [note for note in notes_of(files, _variants(path, *names)) if path in note]
    assert bool(found) == is_noted
    if is_noted:
        assert all(name in found[0] for name in names)


SKILL = "---\nname: {0}\ndescription: Repairs nets.\n---\n"


def skill(name):
    return {f"acme/.agents/skills/{name}/SKILL.md": SKILL.format(name)}


IN_PLACE = 'skills = "acme/.agents/skills"\n'


@pytest.mark.parametrize("name", ["acme", "acme-nets"])
def test_exported_names_that_begin_with_the_distribution_are_fine(name, notes_of):
    assert notes_of({**skill(name), "prompts/a.md": ""}, IN_PLACE) == []


def test_exported_names_that_others_may_use_are_noted(notes_of):
    (note,) = notes_of({**skill("nets"), **skill("acme-x")}, IN_PLACE)
    assert note.startswith("skills/nets ")


def test_a_name_that_an_installed_distribution_exports_is_noted(
    notes_of, write_files, monkeypatch
):
    site = write_files(
        {
            "site/other-1.dist-info/agpm-prompts.txt": "Agpm-Version: 1\nName: other\n"
            f"Version: 1\nExport: {'0' * 64} 3 644 skills/acme-x other/x/SKILL.md\n"
        }
    )
    monkeypatch.syspath_prepend(site / "site")
    (note,) = notes_of(skill("acme-x"), IN_PLACE)
    assert "other" in note


def test_values_that_end_at_a_comment_are_noted(notes_of):
    text = "---\ndescription: Posts to the #deploys channel.\n---\nx\n"
    (note,) = notes_of({"prompts/a.md": text})
    assert note.startswith("prompts/a.md:2: ")


def test_what_only_a_validator_minds_is_noted(notes_of):
    path = "acme/.agents/skills/acme-x/SKILL.md"
    text = SKILL.format("acme-x").replace("---\n", "---\nhomepage: x\n", 1)
    (note,) = notes_of({path: text}, IN_PLACE)
    assert note.startswith(f"{path}:2: ")
