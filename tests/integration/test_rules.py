"""
The clean rules for cases in which AGPM silently loses something.

Each test says in its docstring what AGPM does there.
"""

import pytest

from hatch_agpm.errors import AgpmError
from hatch_agpm.rendering.renderer import render_manifest

TEMPLATE = "---\nagpm:\n  templating: true\n---\n"
AGENT = '[agents]\na = "agents/a.md"\n'
LIST_SNIPPETS = (
    "{% for k, d in agpm.deps.snippets %}{{ k }}={{ d.content }};{% endfor %}"
)


def parent(*specs, body="", section="snippets"):
    """Return a template that declares dependencies."""
    lines = "".join(f"      - {spec}\n" for spec in specs)
    return (
        "---\nagpm:\n  templating: true\n  dependencies:\n"
        f"    {section}:\n{lines}---\n{body}"
    )


def body_of(resources, name="agents/a"):
    resource = next(r for r in resources if r.name == name)
    return resource.document[resource.body :].decode()


def names_of(resources):
    return [(r.type, r.name, r.tool) for r in resources]


# --- a resource is its type, file, tool and variables -----------------------------


@pytest.mark.parametrize(
    "path",
    ["../s/x.md", "s/x.md", "../s/./x.md", "../agents/../s/x.md"],
)
def test_a_dependency_of_another_tool_is_found_for_any_spelling_of_its_path(
    path, render_files
):
    """AGPM: a dependency with a tool of its own is absent from agpm.deps."""
    agent = parent(f"{{path: {path}, tool: opencode}}", body=LIST_SNIPPETS)
    found = render_files({"agents/a.md": agent, "s/x.md": "X"}, AGENT)
    assert body_of(found) == "x=X;"
    assert ("snippet", "s/x", "opencode") in names_of(found)


def test_a_bare_file_name_of_another_tool_is_found(render_files):
    """AGPM: absent from agpm.deps, since the name is compared as text."""
    agent = parent("{path: x.md, tool: opencode}", body=LIST_SNIPPETS)
    found = render_files({"agents/a.md": agent, "agents/x.md": "X"}, AGENT)
    assert body_of(found) == "x=X;"


def test_a_type_that_the_parents_tool_does_not_support_is_found(render_files):
    """AGPM: the script is resolved for claude-code and looked up for opencode."""
    agent = parent(
        "path: ../scripts/run.sh",
        section="scripts",
        body="{{ agpm.deps.scripts.run.content }}",
    )
    found = render_files(
        {"agents/a.md": agent, "scripts/run.sh": "echo\n"},
        '[agents]\na = { path = "agents/a.md", tool = "opencode" }\n',
    )
    assert body_of(found) == "echo\n"


def test_an_at_sign_in_a_path_has_no_special_meaning(render_files):
    """AGPM: a reference is cut at its last @, so the dependency is absent."""
    agent = parent("path: ../s/me@home.md", body="{{ agpm.deps.snippets | length }}")
    found = render_files({"agents/a.md": agent, "s/me@home.md": "X"}, AGENT)
    assert body_of(found) == "1"


def test_a_dependency_behind_a_link_keeps_its_name_and_tool(render_files, tmp_path):
    """AGPM: the name and tool of the declaration are ignored."""
    (tmp_path / "s").mkdir()
    (tmp_path / "s/link.md").symlink_to("real.md")
    agent = parent(
        "{path: ../s/link.md, name: mine, tool: agpm}",
        body="{{ agpm.deps.snippets.mine.content }}",
    )
    found = render_files({"agents/a.md": agent, "s/real.md": "X"}, AGENT)
    assert body_of(found) == "X"


@pytest.mark.parametrize("path", ["./s/x.md", "s//x.md", "s/../s/x.md"])
def test_a_listed_resource_is_found_however_the_manifest_writes_it(path, render_files):
    """AGPM: absent from agpm.deps, or a second entry and so a path conflict."""
    agent = parent("{path: ../s/x.md, tool: agpm}", body=LIST_SNIPPETS)
    found = render_files(
        {"agents/a.md": agent, "s/x.md": "X"}, f'{AGENT}[snippets]\nx = "{path}"\n'
    )
    assert body_of(found) == "x=X;"
    assert [r.alias for r in found if r.type == "snippet"] == ["x"]


def test_a_script_is_not_mistaken_for_the_snippet_beside_it(render_files):
    """AGPM: looks up without the type, and takes the text of lint.md."""
    agent = (
        "---\nagpm:\n  templating: true\n  dependencies:\n"
        "    scripts:\n      - path: ../tools/lint.sh\n"
        "    snippets:\n      - path: ../tools/lint.md\n---\n"
        "{{ agpm.deps.scripts.lint.content }}{{ agpm.deps.snippets.lint.content }}"
    )
    files = {"agents/a.md": agent, "tools/lint.sh": "SH", "tools/lint.md": "MD"}
    assert body_of(render_files(files, AGENT)) == "SHMD"


def test_two_files_that_differ_in_extension_are_two_resources(render_files):
    """AGPM: a dependent of run.py gets run.sh."""
    files = {
        "agents/a.md": parent(
            "path: ../run.sh",
            section="scripts",
            body="{{ agpm.deps.scripts.run.content }}",
        ),
        "agents/b.md": parent(
            "path: ../run.py",
            section="scripts",
            body="{{ agpm.deps.scripts.run.content }}",
        ),
        "run.sh": "sh",
        "run.py": "py",
    }
    found = render_files(files, f'{AGENT}b = "agents/b.md"\n')
    assert body_of(found, "agents/a") == "sh"
    assert body_of(found, "agents/b") == "py"


def test_a_file_of_the_same_stem_is_not_a_cycle(render_files):
    """AGPM: a.md that depends on a.txt is a circular dependency."""
    agent = parent(
        "path: a.txt", section="agents", body="{{ agpm.deps.agents.a.content }}"
    )
    manifest = '[agents]\na = { path = "agents/a.md", filename = "main.md" }\n'
    found = render_files({"agents/a.md": agent, "agents/a.txt": "T"}, manifest)
    assert [body_of([r]) for r in found if r.source_path == "agents/a.md"] == ["T"]


def test_a_manifest_key_is_not_mistaken_for_a_dependencys_name(render_files):
    """AGPM: of the key helper and the dependency helper.md only one is left."""
    agent = parent("{path: ../helper.md, tool: agpm}", body=LIST_SNIPPETS)
    found = render_files(
        {"agents/a.md": agent, "helper.md": "H", "s/other.md": "O"},
        f'{AGENT}[snippets]\nhelper = "s/other.md"\n',
    )
    assert body_of(found) == "helper=H;"
    assert [r.alias for r in found if r.name == "helper"] == [None]


# --- what is declared counts ------------------------------------------------------


def test_one_path_under_two_types_is_two_dependencies(render_files):
    """AGPM: drops the second declaration."""
    agent = (
        "---\nagpm:\n  templating: true\n  dependencies:\n"
        "    commands:\n      - path: ../s/x.md\n"
        "    snippets:\n      - path: ../s/x.md\n---\n"
        "{{ agpm.deps.commands.x.type }} {{ agpm.deps.snippets.x.type }}"
    )
    found = render_files({"agents/a.md": agent, "s/x.md": "X"}, AGENT)
    assert body_of(found) == "command snippet"


def test_a_dependency_at_the_root_wins_over_the_same_one_under_agpm(render_files):
    """AGPM does the same: the first of two equal paths of a type counts."""
    agent = (
        "---\ndependencies:\n  snippets:\n    - {path: ../s/x.md, name: outer}\n"
        "agpm:\n  templating: true\n  dependencies:\n"
        "    snippets:\n      - {path: ../s/x.md, name: inner}\n---\n" + LIST_SNIPPETS
    )
    found = render_files({"agents/a.md": agent, "s/x.md": "X"}, AGENT)
    assert body_of(found) == "outer=X;x=X;"


def test_a_skill_is_a_dependency_like_any_other(render_files):
    """AGPM: skills are never found in agpm.deps."""
    agent = parent(
        "path: ../skills/fix",
        section="skills",
        body="{{ agpm.deps.skills.fix.content }}",
    )
    skill = "---\nname: fix\ndescription: Fix it\n---\n# Fix\n"
    found = render_files({"agents/a.md": agent, "skills/fix/SKILL.md": skill}, AGENT)
    assert body_of(found) == "# Fix"


def test_one_parent_that_wants_a_dependency_installed_is_enough(render_files):
    """AGPM: a race between the parents decides."""
    files = {
        "agents/a.md": parent("{path: ../s/x.md, install: false}"),
        "agents/b.md": parent("{path: ../s/x.md, install: true}"),
        "agents/c.md": parent("{path: ../s/x.md, install: false}"),
        "s/x.md": "X",
    }
    manifest = f'{AGENT}b = "agents/b.md"\nc = "agents/c.md"\n'
    found = render_files(files, manifest)
    assert [r.install for r in found if r.name == "s/x"] == [True]


@pytest.mark.parametrize("own", [True, False])
def test_an_entrys_own_install_beats_what_its_parents_say(own, render_files):
    """AGPM does the same."""
    files = {
        "agents/a.md": parent(f"{{path: ../s/x.md, install: {str(not own).lower()}}}"),
        "s/x.md": "X",
    }
    entry = f'{{ path = "s/x.md", tool = "claude-code", install = {str(own).lower()} }}'
    found = render_files(files, f"{AGENT}[snippets]\nx = {entry}\n")
    assert [(r.alias, r.install) for r in found if r.name == "s/x"] == [("x", own)]


def test_two_entries_of_one_file_are_each_rendered_as_themselves(render_files):
    """AGPM: renders both as one of the two, chosen at random."""
    found = render_files(
        {"agents/a.md": TEMPLATE + "{{ agpm.resource.install_path }}"},
        '[agents]\none = { path = "agents/a.md", filename = "one.md" }\n'
        'two = { path = "agents/a.md", filename = "two.md" }\n',
    )
    assert [r.document[r.body :].decode() for r in found] == [
        ".claude/agents/agpm/one.md",
        ".claude/agents/agpm/two.md",
    ]


# --- a key of agpm.deps means one file --------------------------------------------


def test_a_name_counts_for_a_file_with_two_dots(render_files):
    """AGPM: the name of rust-1.70.md is lost."""
    agent = parent(
        "{path: ../s/rust-1.70.md, name: rust}",
        body="{{ agpm.deps.snippets.rust.content }}",
    )
    found = render_files({"agents/a.md": agent, "s/rust-1.70.md": "R"}, AGENT)
    assert body_of(found) == "R"


def test_two_names_of_one_file_are_both_there(render_files):
    """AGPM: of two spellings of one file only the last name counts."""
    agent = parent(
        "{path: ../s/x.md, name: one}",
        "{path: ../s/./x.md, name: two}",
        body=LIST_SNIPPETS,
    )
    found = render_files({"agents/a.md": agent, "s/x.md": "X"}, AGENT)
    assert body_of(found) == "one=X;two=X;x=X;"


@pytest.mark.parametrize(
    ("specs", "key"),
    [
        (("path: ../x/u.md", "path: ../y/u.md"), "u"),
        (("{path: ../x/u.md, name: m}", "path: ../y/u.md"), "u"),
        (("{path: ../x/u.md, name: m}", "{path: ../y/v.md, name: m}"), "m"),
        (("{path: ../x/u.md, name: v}", "path: ../y/v.md"), "v"),
        (("path: ../x/a-b.md", "path: ../y/a_b.md"), "a_b"),
        (("path: ../x/n-1.0.md", "path: ../y/n-1.1.md"), "n_1"),
    ],
)
def test_two_files_with_one_key_are_refused(specs, key, render_files):
    """AGPM: one overwrites the other, or their names are mixed up."""
    paths = "x/u.md x/a-b.md x/n-1.0.md y/u.md y/v.md y/a_b.md y/n-1.1.md"
    files = dict.fromkeys(paths.split(), "text")
    with pytest.raises(AgpmError) as caught:
        render_files({"agents/a.md": parent(*specs), **files}, AGENT)
    assert f"'{key}' of agents/a.md" in str(caught.value)


# --- frontmatter ------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "---\nA sentence between two rules.\n---\nMore.\n",
        "---\n- a\n- list\n---\nMore.\n",
        "---\n\n---\nMore.\n",
        "---\nnever closed\n",
        "--- \n   \n---\nMore\n",
    ],
)
def test_frontmatter_that_is_not_a_mapping_is_text(text, render_files):
    """AGPM: cuts such a text when it is embedded."""
    agent = parent("path: ../s/x.md", body="[{{ agpm.deps.snippets.x.content }}]")
    found = render_files({"agents/a.md": agent, "s/x.md": text}, AGENT)
    assert body_of(found) == f"[{text[:-1]}]"
    assert [r.text for r in found if r.name == "s/x"] == [text]


def test_frontmatter_of_comments_is_frontmatter(render_files):
    agent = parent("path: ../s/x.md", body="[{{ agpm.deps.snippets.x.content }}]")
    found = render_files(
        {"agents/a.md": agent, "s/x.md": "---\n# nothing yet\n---\nText\n"}, AGENT
    )
    assert body_of(found) == "[Text]"


def test_indented_frontmatter_keeps_its_indentation(render_files):
    """AGPM: trims the first line, which breaks the YAML."""
    text = "---\n  model: x\n  color: red\n---\nText\n"
    found = render_files({"agents/a.md": text}, AGENT)
    assert found[0].text == text
    assert found[0].metadata == {"model": "x", "color": "red"}


def test_ill_typed_other_keys_do_not_affect_the_dependencies(render_files):
    """AGPM: `tags` as text drops all dependencies of the file."""
    agent = parent("path: ../s/x.md", body=LIST_SNIPPETS).replace(
        "---\nagpm", "---\ntags: one, two\nagpm", 1
    )
    found = render_files({"agents/a.md": agent, "s/x.md": "X"}, AGENT)
    assert body_of(found) == "x=X;"


def test_invalid_yaml_in_a_rendered_body_is_text(render_files):
    """AGPM does the same: the second strip does not change it."""
    agent = parent("path: ../s/x.md", body="[{{ agpm.deps.snippets.x.content }}]")
    snippet = TEMPLATE + "---\na: b: c\n---\nText\n"
    found = render_files({"agents/a.md": agent, "s/x.md": snippet}, AGENT)
    assert body_of(found) == "[---\na: b: c\n---\nText]"


# --- patterns ---------------------------------------------------------------------


def test_the_options_of_a_pattern_hold_for_each_match(render_files):
    """AGPM: ignores template_vars and install of a pattern."""
    found = render_files(
        {"s/x.md": TEMPLATE + "{{ v }}", "s/y.md": TEMPLATE + "{{ v }}{{ v }}"},
        '[snippets]\nall = { path = "s/*.md", install = false, flatten = true, '
        'target = "t", template_vars = { v = 1 } }\n',
    )
    facts = [
        (r.alias, r.name, r.install, r.install_path, body_of([r], r.name))
        for r in found
    ]
    assert facts == [
        ("all", "s/x", False, ".agpm/snippets/t/x.md", "1"),
        ("all", "s/y", False, ".agpm/snippets/t/y.md", "11"),
    ]


def test_a_pattern_may_begin_with_a_dot(render_files):
    """AGPM: finds nothing."""
    found = render_files({"s/x.md": "X"}, '[snippets]\nall = "./s/*.md"\n')
    assert names_of(found) == [("snippet", "s/x", "agpm")]
    assert found[0].install_path == ".agpm/snippets/s/x.md"


def test_matches_of_a_dependencys_pattern_are_in_deps_once(render_files):
    """AGPM: they are never in agpm.deps, and are installed twice."""
    agent = parent("{path: ../s/*.md, install: false}", body=LIST_SNIPPETS)
    manifest = '[agents]\na = { path = "agents/a.md", template_vars = { v = 2 } }\n'
    files = {"agents/a.md": agent, "s/x.md": TEMPLATE + "{{ v }}", "s/y.md": "Y"}
    found = render_files(files, manifest)
    assert body_of(found) == "x=2;y=Y;"
    assert [(r.name, r.install) for r in found[1:]] == [("s/x", False), ("s/y", False)]


def test_a_file_that_exists_as_written_is_not_a_pattern(render_files):
    """AGPM: takes [a].md for a pattern that means a.md."""
    agent = parent('path: "../s/[a].md"', body=LIST_SNIPPETS)
    files = {"agents/a.md": agent, "s/[a].md": "brackets", "s/a.md": "plain"}
    assert body_of(render_files(files, AGENT)) == "[a]=brackets;"


# --- install paths ----------------------------------------------------------------


def test_equal_bytes_may_have_one_install_path(render_files):
    found = render_files(
        {"x/a.md": "same", "y/a.md": "same"}, '[agents]\nx = "x/a.md"\ny = "y/a.md"\n'
    )
    assert {r.install_path for r in found} == {".claude/agents/agpm/a.md"}


def test_variants_of_one_dependency_are_kept_side_by_side(render_files):
    """AGPM: two variants of one dependency race for one path."""
    files = {
        "agents/a.md": parent("path: ../s/x.md"),
        "s/x.md": TEMPLATE + "{{ project.language }}",
    }
    manifest = "[agents]\n" + "".join(
        f'{name} = {{ path = "agents/a.md", filename = "{name}.md", '
        f'template_vars = {{ project = {{ language = "{name}" }} }} }}\n'
        for name in ("go", "rust")
    )
    found = render_files(files, manifest)
    texts = sorted(body_of([r], "s/x") for r in found if r.type == "snippet")
    assert texts == ["go", "rust"]


VARIANTS = (
    'go = { path = "agents/a.md", template_vars = { v = "go" } }\n'
    'rust = { path = "agents/a.md", template_vars = { v = "rust" } }\n'
)


def test_listed_variants_need_no_file_name_where_their_keys_name_the_files(write_files):
    """AGPM has no equivalent: its keys do not name files."""
    root = write_files(
        {
            "pyproject.toml": f"[tool.hatch-agpm.agents]\n{VARIANTS}",
            "agents/a.md": TEMPLATE + "{{ v }}",
        }
    )
    found = render_manifest(root / "pyproject.toml")
    assert {r.alias: body_of([r]) for r in found} == {"go": "go", "rust": "rust"}


def test_listed_variants_on_one_install_path_are_refused_in_an_agpm_toml(render_files):
    """AGPM does the same."""
    with pytest.raises(AgpmError, match="its entries go and rust "):
        render_files({"agents/a.md": TEMPLATE + "{{ v }}"}, f"[agents]\n{VARIANTS}")


# --- values -----------------------------------------------------------------------


def test_a_date_prints_as_its_text_wherever_it_is(render_files):
    """AGPM: prints [object] for a date in template_vars."""
    found = render_files(
        {"agents/a.md": TEMPLATE + "{{ project.d }} {{ d }} {{ t }} {{ o }}"},
        "[project]\nd = 2024-05-01\n"
        '[agents]\na = { path = "agents/a.md", template_vars = { d = 2024-05-01, '
        "t = 07:32:00.5, o = 1979-05-27T00:32:00Z } }\n",
    )
    assert body_of(found) == "2024-05-01 2024-05-01 07:32:00.5 1979-05-27T00:32:00Z"


def test_a_long_text_with_an_accent_at_any_byte_renders(render_files):
    """AGPM: panics where byte 97 of a variable is inside a character."""
    motto = "é" * 60
    found = render_files(
        {"agents/a.md": TEMPLATE + "{{ project.motto }}"},
        f'[project]\nmotto = "{motto}"\n{AGENT}',
    )
    assert body_of(found) == motto


def test_a_chain_of_sixty_templates_is_rendered_completely(render_files):
    """AGPM: stops rendering fifty levels down, and ships the rest verbatim."""
    files = {
        f"s/n{i}.md": parent(
            f"path: n{i + 1}.md",
            body=f"{i}{{{{ agpm.deps.snippets.n{i + 1}.content }}}}",
        )
        for i in range(60)
    }
    files["s/n60.md"] = "end"
    found = render_files(files, '[snippets]\nfirst = "s/n0.md"\n')
    assert body_of(found, "s/n0") == "".join(map(str, range(60))) + "end"


def test_a_package_json_is_just_a_file(render_files):
    text = '{"dependencies": {"left-pad": "1.0"}}'
    found = render_files({"p/package.json": text}, '[snippets]\np = "p/package.json"\n')
    assert [r.text for r in found] == [text]
