"""Files of any extension as templates, and what only looks like a template."""

import pytest

from hatch_agpm import render_manifest
from hatch_agpm.errors import AgpmError, ConfigError, FrontmatterError, ProblemsError

AGPM = "---\nagpm: {templating: true}\n---\n"
EXTENSIONS = [
    *(".md", ".markdown", ".mdc", ".md.j2", ".txt", ".j2", ".jinja", ".jinja2"),
    *(
        ".tera",
        ".prompt",
        ".xml",
        ".html",
        ".yaml",
        ".yml",
        ".toml",
        ".sh",
        ".tmpl",
        "",
    ),
]


@pytest.fixture
def render_own(write_files):
    """Render the table of a pyproject.toml over files."""

    def render(files, table='prompts = "p"\n'):
        head = '[project]\nname = "acme"\nversion = "1"\n[tool.hatch-agpm]\n'
        root = write_files({**files, "pyproject.toml": head + table})
        project = {"name": "acme"}
        found = render_manifest(root / "pyproject.toml", project=project)
        return {each.bundle_name: each for each in found}

    return render


def problems_of(render, *arguments):
    with pytest.raises(AgpmError) as caught:
        render(*arguments)
    error = caught.value
    return list(error.problems) if isinstance(error, ProblemsError) else [error]


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_a_file_of_any_extension_can_be_a_template(extension, render_own):
    text = f"{AGPM}Hello {{{{ agpm.project.name }}}}."
    (found,) = render_own({f"p/a{extension}": text}).values()
    assert found.text[found.body :] == "Hello acme."
    assert found.metadata == {"agpm": {"templating": True}}


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_a_file_of_any_extension_can_have_run_time_variables(extension, render_own):
    text = "---\nagpm: {runtime: {user: str}}\n---\nHello {{ user }}."
    (found,) = render_own({f"p/a{extension}": text}).values()
    assert [each.name for each in found.runtime] == ["user"]
    assert len(found.runtime[0].spans) == 1


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_a_file_of_any_extension_can_be_text(extension, render_own):
    text = "Hello {{ user }}, {% if x %}{x}{% endif %} $x ${x}.\n"
    (found,) = render_own({f"p/a{extension}": text}).values()
    assert (found.text, found.body, found.metadata) == (text, 0, {})


@pytest.mark.parametrize("extension", [".txt", ".yaml", ".j2", ".toml", ".xml", ""])
@pytest.mark.parametrize(
    "text",
    [
        "---\nname: x\n---\nBody\n",
        "---\nname: [x\n---\nBody\n",
        "---\nname: {{ x }}\nsteps:\n- a\n",
        "---\n# only a comment\n---\n",
        "--- # a document\na: 1\n---\nb: 2\n",
    ],
)
def test_only_markdown_has_frontmatter_without_the_key_agpm(
    extension, text, render_own
):
    (found,) = render_own({f"p/a{extension}": text}).values()
    assert (found.text, found.body, found.metadata) == (text, 0, {})


def test_json_is_not_a_template(render_own):
    text = '{"agpm": {"templating": true}, "x": "{{ x }}"}'
    (found,) = render_own({"p/a.json": text.replace("{{ x }}", "x")}).values()
    assert found.text == text.replace("{{ x }}", "x")


def test_bytes_are_a_resource(render_own):
    found = render_own({"p/a.png": b"\x89PNG\xff", "p/b.md": "b"})
    assert found["a.png"].text == b"\x89PNG\xff"


@pytest.mark.parametrize("extension", [".md", ".txt", ".j2", ".yaml"])
def test_a_text_that_is_not_utf_8_is_an_error(extension, render_own):
    (problem,) = problems_of(render_own, {f"p/a{extension}": b"caf\xe9"})
    assert problem.path == f"p/a{extension}"


@pytest.mark.parametrize("extension", [".txt", ".jinja2", ".md", ".yaml"])
def test_a_dependency_of_any_extension_is_embedded_without_frontmatter(
    extension, render_own
):
    files = {
        f"p/part{extension}": f"{AGPM}I am {{{{ agpm.project.name }}}}.",
        "p/a.txt": "---\nagpm:\n  templating: true\n  dependencies:\n    prompts:\n"
        f"      - path: part{extension}\n---\n{{{{ agpm.deps.prompts.part.content }}}}",
    }
    found = render_own(files)["a"]
    assert found.text[found.body :] == "I am acme."


@pytest.mark.parametrize("extension", [".jinja2", ".xml", ".html", ".mdc", ".py", ""])
def test_the_filter_content_reads_any_text(extension, render_own):
    files = {
        f"docs/x{extension}": "Rules.",
        "p/a.md": f"{AGPM}{{{{ 'docs/x{extension}' | content }}}}",
    }
    found = render_own(files)["a"]
    assert found.text[found.body :] == "Rules."


def test_a_directory_that_is_missing_on_the_way_is_an_error(render_own, render_files):
    text = f"{AGPM}{{{{ 'none/../docs/x.md' | content }}}}"
    files = {"docs/x.md": "Rules.", "p/a.md": text}
    (problem,) = problems_of(render_own, files)
    assert (problem.path, problem.line) == ("p/a.md", 4)
    (problem,) = problems_of(render_files, files, '[agents]\na = "p/a.md"\n')
    assert (problem.path, problem.line) == ("p/a.md", 4)


def test_an_empty_project_table_defines_the_project(render_files):
    text = (
        f"{AGPM}{{% if agpm.project %}}yes{{% else %}}no{{% endif %}} "
        "{{ agpm.project }}"
    )
    (found,) = render_files({"a.md": text}, '[project]\n[agents]\na = "a.md"\n')
    assert found.text.endswith("no [object]")
    with pytest.raises(AgpmError):
        render_files({"a.md": text}, '[agents]\na = "a.md"\n')


@pytest.mark.parametrize("section", ["snippet", "agent", "prompt", "tools", "x"])
def test_an_unknown_section_of_json_with_paths_is_an_error(section, render_files):
    text = f'{{"dependencies": {{"{section}": [{{"path": "a.md"}}]}}}}'
    files = {"s.json": text, "a.md": "x"}
    (problem,) = problems_of(render_files, files, '[mcp-servers]\ns = "s.json"\n')
    assert isinstance(problem, FrontmatterError)
    assert problem.path == "s.json"


@pytest.mark.parametrize(
    "dependencies", ['{"prompts": "^2.4"}', '{"x": ["y"]}', '{"x": {"path": 1}}', "[]"]
)
def test_other_dependencies_of_json_are_not_ours(dependencies, render_files):
    text = f'{{"mcpServers": {{}}, "dependencies": {dependencies}}}'
    (found,) = render_files({"s.json": text}, '[scripts]\ns = "s.json"\n')
    assert found.text == text


# --- options of an entry -------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "text", "rendered"),
    [
        ("templating = true", "{{ agpm.project.name }}!", "acme!"),
        ("templating = true", "---\na: 1\n---\n{{ agpm.project.name }}", "acme"),
        ('templating = "jinja2"', "{% set x = 1 %}{{ x }}{{ '%s' % 2 }}", "12"),
        ("templating = false", "{{ x }}", "{{ x }}"),
        (
            "templating = true",
            "---\nagpm: {templating: false}\n---\n{{ x }}",
            "{{ x }}",
        ),
        ("templating = false", f"{AGPM}{{{{ agpm.project.name }}}}", "acme"),
        ('templating = "jinja2"', f"{AGPM}{{{{ 1 | json_encode }}}}", "1"),
        ("runtime = { user = 'str' }", "{{ user }}", "{{ user }}"),
    ],
)
def test_an_entry_says_what_its_file_does_not(options, text, rendered, render_own):
    table = f'[[tool.hatch-agpm.prompts]]\npath = "p"\n{options}\n'
    found = render_own({"p/a.md": text}, table)["a"]
    assert found.text.encode()[found.body :].decode() == rendered
    table = f'[tool.hatch-agpm.prompts]\na = {{ path = "p/a.md", {options} }}\n'
    found = render_own({"p/a.md": text}, table)["a"]
    assert found.text.encode()[found.body :].decode() == rendered


def test_the_run_time_variables_of_an_entry_are_those_of_the_file(render_own):
    table = (
        '[[tool.hatch-agpm.prompts]]\npath = "p"\ntemplating = "jinja2"\n'
        "runtime = { user = 'str', limit = { type = 'int', default = 5 } }\n"
    )
    files = {
        "p/a.txt": "{{ user }} {{ limit }}",
        "p/b.txt": "---\nagpm: {runtime: {own: str}}\n---\n{{ own }}",
    }
    found = render_own(files, table)
    assert [(each.name, each.default) for each in found["a"].runtime] == [
        ("user", None),
        ("limit", 5),
    ]
    assert [each.name for each in found["b"].runtime] == ["own"]


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ("templating = 'yes'", "templating"),
        ("templating = 1", "templating"),
        ("templating = 'True'", "templating"),
        ("templating = 'False'", "templating"),
        ("templating = 'true'", "templating"),
        ("templating = ['jinja2']", "templating"),
        ("templating = { engine = 'tera' }", "templating.engine"),
        ("templating = { engine = 'jinja2', trim = true }", "templating.trim"),
        (
            "templating = { engine = 'jinja2', trim_blocks = 1 }",
            "templating.trim_blocks",
        ),
        ("runtime = 'undeclared'", "runtime"),
        ("templating = true\nruntime = 'undeclared'", "runtime"),
        ("templating = 'jinja2'\nruntime = 'open'", "runtime"),
        ("runtime = { user = 'text' }", "runtime.user"),
        ("runtime = { user = { kind = 'str' } }", "runtime.user.kind"),
        ("runtime = { if = 'str' }", "runtime.if"),
        ("runtime = 'x'", "runtime"),
        ("templating = false\nruntime = { user = 'str' }", "runtime"),
    ],
)
def test_wrong_options_are_reported_at_their_key(options, key, render_own):
    table = f'[tool.hatch-agpm.prompts.a]\npath = "p/a.md"\n{options}\n'
    (problem,) = problems_of(render_own, {"p/a.md": "x"}, table)
    assert isinstance(problem, ConfigError)
    assert problem.key == f"tool.hatch-agpm.prompts.a.{key}"


def test_a_wrong_option_of_a_directory_is_reported_once(render_own):
    table = '[[tool.hatch-agpm.prompts]]\npath = "p"\ntemplating = "True"\n'
    (problem,) = problems_of(render_own, {"p/a.md": "x", "p/b.md": "y"}, table)
    assert problem.key == "tool.hatch-agpm.prompts[0].templating"


# --- what looks like a template ------------------------------------------------

LOOKALIKES = [
    ("{{ agpm.project.name }}", 1),
    ("x\n{{project.version}}\n", 2),
    ("{{- agpm.deps.snippets.x.content }}", 1),
    ("---\na: 1\n---\n{{ agpm.resource.name }}", 4),
    ("---\nagpm:\n  dependencies: {}\n---\n{{ project.name }}", 5),
    ("---\ntemplating: true\n---\n", 2),
    ("---\nagpm:\ntemplating: true\n---\n", 3),
    ("---\nruntime: {user: str}\n---\n", 2),
    ("\ufeff---\ndescription: d\n---\nBody\n", 1),
    ("\n---\ndescription: d\n---\nBody\n", 2),
    (" ---\ndescription: d\n---\nBody\n", 1),
    ("\n\n  ---\ndescription: d\n---\nBody\n", 3),
    ("---\ndescription: d\n...\nBody\n", 1),
    ("---\ndescription: d\nmodel: x\n\nBody\n", 1),
    ("---\ndescription: d", 1),
    ("---\rdescription: d\r---\rBody\r", 1),
    ("---\nagpm:\n\u00a0\u00a0templating: true\n---\n", 3),
    ("---\nagpm:\n\u2003templating: true\n---\n", 3),
    ("---\nagpm:\n \u3000templating: true\n---\n", 3),
]


@pytest.mark.parametrize(("text", "line"), LOOKALIKES)
def test_what_looks_like_a_template_is_an_error(text, line, render_own):
    (problem,) = problems_of(render_own, {"p/a.md": text})
    assert isinstance(problem, FrontmatterError)
    assert (problem.path, problem.line) == ("p/a.md", line)


@pytest.mark.parametrize("extension", [".txt", ".j2", ".mdc", ".yaml"])
@pytest.mark.parametrize(
    "text",
    [
        "\n---\nagpm: {templating: true}\n---\n",
        "\ufeff---\nagpm: {templating: true}\n---\n",
        "---\nagpm: {templating: true}\n...\nBody",
        "---\nagpm:\n\u00a0\u00a0templating: true\n---\n",
        "---\ragpm: {templating: true}\r---\r",
    ],
)
def test_what_looks_like_a_template_is_an_error_in_any_file(
    extension, text, render_own
):
    (problem,) = problems_of(render_own, {f"p/a{extension}": text})
    assert problem.path == f"p/a{extension}"


@pytest.mark.parametrize(("text", "line"), LOOKALIKES)
def test_verbatim_allows_it(text, line, render_own):
    table = 'prompts = "p"\nverbatim = ["p/*.md"]\n'
    found = render_own({"p/a.md": text}, table)["a"]
    assert line
    assert (found.text, found.body, found.metadata) == (text, 0, {})


def test_all_of_a_verbatim_file_is_text(render_own):
    text = f"{AGPM}{{{{ x }}}}"
    files = {"p/a.md": text, "p/b.md": f"{AGPM}{{{{ 'p/a.md' | content }}}}"}
    found = render_own(files, 'prompts = "p"\nverbatim = ["p/a.md"]\n')
    assert found["a"].text == text
    assert found["b"].text.endswith(text)


@pytest.mark.parametrize(
    "text",
    [
        "---\n\nBody\n",
        "---\nA sentence.\n---\nBody\n",
        "---\n- a\n- b\n---\nBody\n",
        "Text\n---\na: 1\n---\n",
        "---\n",
        "----\na: b\n",
        "----\nA sentence.\n----\n",
        "---\nNote: a heading\n===\n",
        "--\n- a\n--\n",
        "{% if my_agpm.x %}{{ user.agpm.x }}{{ 'agpm.x' }}{{ agpm }}{% endif %}",
        "{{ user }} {{ agpmx.y }} {{ projects.z }}",
        "---\ndescription: d\n---\nBody\r\n",
    ],
)
def test_text_that_looks_like_nothing_of_ours_is_text(text, render_own):
    found = render_own({"p/a.md": text})["a"]
    assert found.text == text


def test_a_file_that_others_only_embed_may_use_the_project(render_own):
    files = {
        "prompts/snippets/tone.md": "{{ agpm.project.name }}\n",
        "prompts/agents/a.md": "---\nagpm:\n  templating: true\n  dependencies:\n"
        "    snippets:\n      - {path: ../snippets/tone.md, install: false}\n---\nx",
    }
    assert render_own(files, "")["a"].text.endswith("x")
    files["prompts/agents/a.md"] = files["prompts/agents/a.md"].replace(
        ", install: false", ""
    )
    (problem,) = problems_of(render_own, files, "")
    assert problem.path == "prompts/snippets/tone.md"


@pytest.mark.parametrize("pattern", ["p/b.md", "*.txt", "docs/**"])
def test_a_verbatim_pattern_that_matches_nothing_is_an_error(pattern, render_own):
    table = f'prompts = "p"\nverbatim = ["{pattern}"]\n'
    (problem,) = problems_of(render_own, {"p/a.md": "x"}, table)
    assert problem.key == "tool.hatch-agpm.verbatim"


def test_a_verbatim_pattern_that_is_wrong_is_an_error(render_own):
    (problem,) = problems_of(
        render_own, {"p/a.md": "x"}, 'prompts = "p"\nverbatim = ["[a"]\n'
    )
    assert problem.key == "tool.hatch-agpm.verbatim"


@pytest.mark.parametrize(("text", "line"), LOOKALIKES[5:8])
def test_the_rules_of_agpm_hold_in_an_agpm_manifest(text, line, render_files):
    assert line
    (found,) = render_files({"a.md": text}, '[agents]\na = "a.md"\n')
    assert "Body" not in found.text


# --- conventions and dependencies ----------------------------------------------


def test_what_only_others_embed_is_not_a_resource_of_its_own(render_own):
    files = {
        "prompts/snippets/tone.md": "Be kind.",
        "prompts/snippets/own.md": "Own.",
        "prompts/agents/a.md": "---\nagpm:\n  templating: true\n  dependencies:\n"
        "    snippets:\n      - {path: ../snippets/tone.md, install: false}\n"
        "---\n{{ agpm.deps.snippets.tone.content }}",
    }
    found = render_own(files, "")
    assert found["tone"].install is False
    assert found["own"].install is None
    files["prompts/agents/b.md"] = files["prompts/agents/a.md"].replace(
        ", install: false", ""
    )
    assert render_own(files, "")["tone"].install is not False


@pytest.mark.parametrize(
    ("path", "written", "name"),
    [
        ("prompts/snippets/tone.md", "../snippets/tone.md", "tone"),
        ("prompts/snippets/a/tone.txt", "../snippets/a/tone.txt", "a/tone"),
        ("snippets/tone.md", "../../snippets/tone.md", "tone"),
        ("parts/tone.md.j2", "../../parts/tone.md.j2", "parts/tone"),
    ],
)
def test_a_dependency_has_the_name_of_its_path(path, written, name, render_own):
    files = {
        path: "Be kind.",
        "prompts/agents/a.md": "---\nagpm:\n  dependencies:\n    snippets:\n"
        f"      - path: {written}\n---\n",
    }
    table = "[tool.hatch-agpm.snippets]\n"
    assert set(render_own(files, table)) == {"a", name}


def test_the_matches_of_a_pattern_have_names_below_its_directory(render_own):
    files = {"x/y/a.md": "", "x/y/z/b.md": ""}
    table = '[tool.hatch-agpm.agents]\nall = "x/y/**/*.md"\n'
    assert set(render_own(files, table)) == {"a", "z/b"}


def test_a_plain_prompt_is_for_no_tool(render_own):
    (found,) = render_own({"p/a.md": "x"}).values()
    assert (found.type, found.tool, found.install_path) == ("prompt", None, None)


def test_a_plain_prompt_can_be_a_dependency(render_own):
    files = {
        "prompts/tone.md": "Be kind.",
        "prompts/agents/a.md": "---\nagpm:\n  templating: true\n  dependencies:\n"
        "    prompts:\n      - path: ../tone.md\n"
        "---\n{{ agpm.deps.prompts.tone.content }} {{ agpm.deps.prompts.tone.type }}",
    }
    assert render_own(files, "")["a"].text.endswith("Be kind. prompt")


def test_an_agpm_manifest_has_no_plain_prompts_as_dependencies(render_files):
    text = "---\nagpm:\n  dependencies:\n    prompts:\n      - path: b.md\n---\n"
    (problem,) = problems_of(
        render_files, {"a.md": text, "b.md": "x"}, '[agents]\na = "a.md"\n'
    )
    assert (problem.path, problem.line) == ("a.md", 4)


def test_two_files_may_have_one_install_path(render_own):
    files = {"prompts/agents/a/x.md": "1", "prompts/agents/b/x.md": "2"}
    found = render_own(files, "")
    assert found["a/x"].install_path == found["b/x"].install_path


# --- skills ---------------------------------------------------------------------------

SKILL = "---\nname: s\ndescription: d\nagpm: {templating: true}\n---\n"


def test_a_skill_is_rendered(render_own):
    files = {"s/net/SKILL.md": f"{SKILL}{{{{ agpm.project.name }}}}"}
    assert render_own(files, 'skills = "s"\n')["net"].text.endswith("acme")


@pytest.mark.parametrize("name", ["r.md", "references/r.md", "r.txt", "r.markdown"])
def test_another_file_of_a_skill_is_a_template_if_it_says_so(name, render_own):
    files = {"s/net/SKILL.md": SKILL, f"s/net/{name}": f"{AGPM}{{{{ x }}}}"}
    (problem,) = problems_of(render_own, files, 'skills = "s"\n')
    assert (problem.path, problem.line) == (f"s/net/{name}", 4)


@pytest.mark.parametrize("name", ["Thumbs.db", ".DS_Store", "x.pyc", ".git/config"])
def test_a_skill_does_not_have_what_programs_leave_behind(name, render_own):
    files = {"s/net/SKILL.md": SKILL, f"s/net/{name}": "x", "s/net/.keep": ""}
    found = render_own(files, 'skills = "s"\n')["net"]
    assert [each.path for each in found.files] == [".keep", "SKILL.md"]
