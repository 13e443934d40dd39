"""
The catalogue of messages: the whole text that a user sees of each mistake.

Other tests check the class, path, line and key of an error; its sentence is here.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from hatch_agpm import load, render_manifest
from hatch_agpm.backend.inner import read_inner_backend
from hatch_agpm.cli import main
from hatch_agpm.config.declared import read_table
from hatch_agpm.config.manifest import read_manifest
from hatch_agpm.config.metadata import project_metadata
from hatch_agpm.config.project import read_project
from hatch_agpm.config.tables import AgpmTable
from hatch_agpm.errors import AgpmError
from hatch_agpm.formats.frontmatter import interpret, interpret_json, parse
from hatch_agpm.formats.toml import TableReader
from hatch_agpm.rendering.merged_files import check_shape
from hatch_agpm.tera import TemplateError, render

REVIEWER = "prompts/agents/reviewer.md"
LISTED = f'reviewer = "{REVIEWER}"'
TABLE = "[tool.hatch-agpm.project]"
AGENT = '[agents]\na = "a.md"\n'


def template(body, *dependencies):
    """A template that is rendered, with snippets it depends on."""
    listed = "".join(f"      - path: {path}\n" for path in dependencies)
    declared = f"  dependencies:\n    snippets:\n{listed}" if listed else ""
    return f"---\nagpm:\n  templating: true\n{declared}---\n{body}\n"


CONTEXT = {
    "name": "World",
    "n": 5,
    "list": [3, 1],
    "map": {"a": 1},
    "yes": True,
    "agpm": {
        "project": {"language": "rust", "styleguide": "docs/s.md"},
        "deps": {"agents": {"rust-expert": {"content": "x"}}},
    },
}
"""The variables of the templates of the data file."""

MISTAKES = [
    pytest.param(
        {"pyproject.toml": (TABLE, f"[tool.hatch-agpm]\noutptu = 'x'\n\n{TABLE}")},
        "tool.hatch-agpm.outptu is not a known option; did you mean 'output'?",
        id="unknown key",
    ),
    pytest.param(
        {"pyproject.toml": (LISTED, f'reviewer = {{ pth = "{REVIEWER}" }}')},
        "tool.hatch-agpm.agents.reviewer.pth is not a known option; "
        "did you mean 'path'?\n"
        "tool.hatch-agpm.agents.reviewer.path is missing",
        id="unknown key of an entry",
    ),
    pytest.param(
        {REVIEWER: None},
        "tool.hatch-agpm.agents.reviewer.path names no file, "
        "got 'prompts/agents/reviewer.md'",
        id="missing template",
    ),
    pytest.param(
        {REVIEWER: template("Text", "../snippets/pythn-tone.md")},
        "prompts/agents/reviewer.md:6: the dependency '../snippets/pythn-tone.md': "
        "there is no file 'prompts/snippets/pythn-tone.md'; "
        "did you mean 'prompts/snippets/python-tone.md'?",
        id="missing dependency",
    ),
    pytest.param(
        {
            REVIEWER: template("Text", "../snippets/a.md"),
            "prompts/snippets/a.md": template("A", "b.md"),
            "prompts/snippets/b.md": template("B", "c.md"),
            "prompts/snippets/c.md": template("C", "a.md"),
        },
        "prompts/snippets/a.md: depends on itself: prompts/snippets/a.md -> "
        "prompts/snippets/b.md -> prompts/snippets/c.md -> prompts/snippets/a.md",
        id="cycle of three",
    ),
    pytest.param(
        {REVIEWER: template("Hello {{ user }}!\n\nUse {{ agpm.project.tone }}.")},
        "prompts/agents/reviewer.md:5:10: 'user' is undefined; set 'user' in "
        "template_vars, or declare a run-time variable in agpm.runtime "
        "('runtime: {user: str}' below 'agpm:')\n"
        "    Hello {{ user }}!\n"
        "             ^\n"
        "prompts/agents/reviewer.md:7:8: 'agpm.project.tone' is undefined; set 'tone' "
        "in [tool.hatch-agpm.project]\n"
        "    Use {{ agpm.project.tone }}.\n"
        "           ^",
        id="undefined variables",
    ),
    pytest.param(
        {
            "pyproject.toml": (
                f'{TABLE}\nrules = "docs/rules.md"\n\n[tool.hatch-agpm.agents]\n'
                f"{LISTED}\n\n[tool.hatch-agpm.scripts]\n"
                'check = "prompts/scripts/check.sh"\n',
                '[tool.hatch-agpm]\nmanifest = "agpm.toml"\noutput = "flat/prompts"\n',
            ),
            "agpm.toml": f"[agents]\n{LISTED}\n",
            REVIEWER: template("{{ agpm.project.name }} {{ agpm.project.lead }}"),
        },
        "prompts/agents/reviewer.md:5:4: 'agpm.project.name' is undefined; write "
        "'metadata = true' in [tool.hatch-agpm]: templates see the project's metadata "
        "then\n"
        "    {{ agpm.project.name }} {{ agpm.project.lead }}\n"
        "       ^\n"
        "prompts/agents/reviewer.md:5:28: 'agpm.project.lead' is undefined; set 'lead' "
        "in [project] of agpm.toml\n"
        "    {{ agpm.project.name }} {{ agpm.project.lead }}\n"
        "                               ^",
        id="manifest without metadata",
    ),
    pytest.param(
        {REVIEWER: template("Hello {{ 1 | }}!")},
        "prompts/agents/reviewer.md:5:14: expected the name of a filter, got '}}'\n"
        "    Hello {{ 1 | }}!\n"
        "                 ^",
        id="syntax error",
    ),
    pytest.param(
        {REVIEWER: template("Text", "../../../outside.md")},
        "prompts/agents/reviewer.md:6: the dependency '../../../outside.md': "
        "'prompts/agents/../../../outside.md' leads out of the project; "
        "move the file into the project",
        id="dependency outside the project",
    ),
    pytest.param(
        {"pyproject.toml": (LISTED, 'reviewer = "../reviewer.md"')},
        "tool.hatch-agpm.agents.reviewer.path: '../reviewer.md' leads out of the "
        "project; move the file into the project",
        id="template outside the project",
    ),
    pytest.param(
        {REVIEWER: "---\nname: [a\nagpm:\n  templating: true\n---\nText\n"},
        "prompts/agents/reviewer.md:2:7: invalid YAML: did not find expected ',' or "
        "']'; close it with ']', or quote the text\n"
        "    name: [a\n"
        "          ^",
        id="invalid YAML",
    ),
    pytest.param(
        {REVIEWER: template("A\nB \udcff").encode("utf-8", "surrogateescape")},
        "prompts/agents/reviewer.md:6: is not UTF-8 text, got byte 0xff; "
        "save the file as UTF-8",
        id="not UTF-8",
    ),
    pytest.param(
        {
            "pyproject.toml": (
                '[project]\nname = "flat"\nversion = "1"\n\n'
                "[tool.hatch.build.hooks.agpm]\n"
            ),
            REVIEWER: None,
            "prompts/scripts/check.sh": None,
            "prompts/snippets/python-tone.md": None,
        },
        "tool.hatch-agpm lists no resource, and none is found in prompts, "
        "prompts/agents, ...; list them, or move the templates there",
        id="no resource",
    ),
    pytest.param(
        {
            "pyproject.toml": (
                LISTED,
                're-viewer = "prompts/snippets/python-tone.md"\n'
                're_viewer = "docs/rules.md"',
            )
        },
        "agents/re-viewer and agents/re_viewer: would all be read as "
        "prompts.agents.re_viewer; rename one of them",
        id="two resources with one name",
    ),
    pytest.param(
        {"docs/rules.md": None},
        "prompts/agents/reviewer.md:13:25: the file 'docs/rules.md' does not exist\n"
        "    {{ agpm.project.rules | content }}\n"
        "                            ^",
        id="missing file of the content filter",
    ),
    pytest.param(
        {
            "pyproject.toml": ('name = "flat"', 'name = "round"'),
            "square/__init__.py": "",
        },
        "tool.hatch-agpm.output is missing: there are flat and square; "
        'say where the prompts go: output = "<package>/prompts"',
        id="no package for the output",
    ),
    pytest.param(
        {"flat/prompts/agents/old.md": ""},
        "flat/prompts: is filled by the build, but has files in the source tree: "
        "agents/old.md; "
        'move them, or write output = "flat/_prompts" in [tool.hatch-agpm]',
        id="output taken by files",
    ),
    pytest.param(
        {"flat/prompts.py": ""},
        "flat/prompts.py: has the name of the package of prompts, flat/prompts/; "
        'move it, or write output = "flat/_prompts" in [tool.hatch-agpm]',
        id="output taken by a module",
    ),
    pytest.param(
        {
            "pyproject.toml": (
                "[tool.hatch-agpm.project]",
                "[tool.hatch.build.targets.wheel.force-include]\n"
                '"docs/rules.md" = "flat/prompts/x.md"\n\n'
                "[tool.hatch-agpm.project]",
            )
        },
        'tool.hatch.build.targets.wheel.force-include."docs/rules.md" writes into '
        "flat/prompts; remove this line, hatch-agpm fills that directory",
        id="output taken by force-include",
    ),
]
MISTAKES += [
    pytest.param(
        {
            "pyproject.toml": (
                TABLE,
                f'[tool.hatch-agpm.export]\ntypes = ["agents"]\n\n{TABLE}',
            ),
            REVIEWER: "---\nname: r\ndescription: d\n"
            "agpm: {runtime: {user: str}}\n---\n{{ user }}\n",
        },
        "prompts/agents/reviewer.md: cannot be exported: it has run-time variables; "
        "set them in template_vars instead: user",
        id="export of run-time variables",
    ),
]
RENDERED = [
    pytest.param(
        "templating: true",
        "{{ v }}",
        "[agents]\n"
        'go = { path = "a.md", template_vars = { v = "go" } }\n'
        'rust = { path = "a.md", template_vars = { v = "rust" } }\n',
        "a.md: its entries go and rust would both be installed as "
        ".claude/agents/agpm/a.md; give one a 'filename' or 'target'",
        id="variants on one install path",
    ),
    pytest.param(
        "templatin: true",
        "text",
        AGENT,
        "a.md:3: 'agpm.templatin' is not known; did you mean 'templating'?",
        id="unknown key of agpm",
    ),
    pytest.param(
        "templating: 'true'",
        "text",
        AGENT,
        "a.md:3: 'agpm.templating' must be true, false or jinja2, got 'true'",
        id="flag that is text",
    ),
    pytest.param(
        "dependencies:\n    snipets: []",
        "text",
        AGENT,
        "a.md:4: 'agpm.dependencies.snipets' is not a resource type; did "
        "you mean 'snippets'?",
        id="unknown resource type",
    ),
    pytest.param(
        "dependencies:\n    snippets: b.md",
        "text",
        AGENT,
        "a.md:4: 'agpm.dependencies.snippets' must be a list, got 'b.md'",
        id="dependencies of a type that are not a list",
    ),
    pytest.param(
        "dependencies:\n    snippets:\n    - b.md",
        "text",
        AGENT,
        "a.md:5: 'agpm.dependencies.snippets[0]' must be a mapping with a "
        "path, got 'b.md'; write 'path: b.md'",
        id="dependency that is a string",
    ),
    pytest.param(
        "dependencies:\n    snippets:\n    - pth: b.md",
        "text",
        AGENT,
        "a.md:5: 'agpm.dependencies.snippets[0].pth' is not known; did you "
        "mean 'path'?\n"
        "a.md:5: 'agpm.dependencies.snippets[0].path' is missing",
        id="unknown key of a dependency",
    ),
    pytest.param(
        "dependencies:\n    snippets:\n    - path: b.md\n      install: 'no'",
        "text",
        AGENT,
        "a.md:6: 'agpm.dependencies.snippets[0].install' must be true or "
        "false, got 'no'",
        id="install that is text",
    ),
    pytest.param(
        "templating: true",
        "{{ user.name }} {{ agpm.deps.agents.go_expert.content }}",
        AGENT,
        "a.md:5:4: 'user.name' is undefined; set 'user' in template_vars, or declare a "
        "run-time variable in agpm.runtime ('runtime: {user_name: str}' below 'agpm:') "
        "and write {{ user_name }}\n"
        "    {{ user.name }} {{ agpm.deps.agents.go_expert.content }}\n"
        "       ^\n"
        "a.md:5:20: 'agpm.deps.agents.go_expert.content' is undefined; declare it in "
        "the frontmatter: agpm.dependencies.agents with the path of a file 'go-expert'"
        ", or with name: go_expert\n"
        "    {{ user.name }} {{ agpm.deps.agents.go_expert.content }}\n"
        "                       ^",
        id="undefined part of a variable, undeclared dependency",
    ),
    pytest.param(
        "templating: true",
        "<a style={{ color }}>",
        AGENT,
        "a.md:5:13: 'color' is undefined; set 'color' in template_vars, or declare a "
        "run-time variable in agpm.runtime ('runtime: {color: str}' below 'agpm:'); if "
        "it is not a variable, put text that has braces between {% raw %} and "
        "{% endraw %}\n"
        "    <a style={{ color }}>\n"
        "                ^",
        id="braces that may be text",
    ),
    pytest.param(
        "templating: jinja2",
        "{{ user }}\n{{ other }}",
        AGENT,
        "a.md:5: 'user' is undefined; set 'user' in template_vars, or declare a "
        "run-time variable in agpm.runtime ('runtime: {user: str}' below 'agpm:')\n"
        "    {{ user }}\n"
        "a.md:6: 'other' is undefined; set 'other' in template_vars, or declare a "
        "run-time variable in agpm.runtime ('runtime: {other: str}' below 'agpm:')\n"
        "    {{ other }}",
        id="undefined variables of Jinja2",
    ),
    pytest.param(
        "templating: false\nabout: Hello {{ user }}",
        "text",
        AGENT,
        "a.md:4:17: 'user' is undefined; frontmatter is rendered in every file: put "
        "text that has braces between {% raw %} and {% endraw %}\n"
        "    about: Hello {{ user }}\n"
        "                    ^",
        id="variable in the frontmatter of a file that is not a template",
    ),
    pytest.param(
        "templating: true\nabout: Hello {{ user }}",
        "text",
        AGENT,
        "a.md:4:17: 'user' is undefined; set it in template_vars: run-time variables "
        "have no value here\n"
        "    about: Hello {{ user }}\n"
        "                    ^",
        id="variable in the frontmatter of a template",
    ),
    pytest.param(
        "runtime: {vip: str}",
        "{{ vip | slugify }}",
        AGENT,
        "a.md:5:10: filter 'slugify' cannot be left for run time; apply it to what is "
        "known at build time, or let the caller's code do it\n"
        "    {{ vip | slugify }}\n"
        "             ^",
        id="filter that a prompt cannot apply when it is used",
    ),
    pytest.param(
        "templating: true",
        "a\n  {{ agpm.project.name\nb",
        AGENT,
        "a.md:6:3: '{{' has no '}}'; close it, or put text that has braces between "
        "{% raw %} and {% endraw %}\n"
        "      {{ agpm.project.name\n"
        "      ^",
        id="tag that is not closed",
    ),
    pytest.param(
        "templating: true",
        'Answer {{"a": 1}}',
        AGENT,
        "a.md:5:13: expected '}}' or an operator, got ':'; Tera has no objects: put "
        "text that has braces between {% raw %} and {% endraw %}\n"
        '    Answer {{"a": 1}}\n'
        "                ^",
        id="JSON in the text",
    ),
    pytest.param(
        "templating: true",
        "token: ${{ secrets.TOKEN }}",
        AGENT,
        "a.md:5:12: 'secrets.TOKEN' is undefined; put text that has braces between "
        "{% raw %} and {% endraw %}\n"
        "    token: ${{ secrets.TOKEN }}\n"
        "               ^",
        id="expression of GitHub Actions",
    ),
    pytest.param(
        "templating: true",
        "{{ agpm.resource.name | upcase }}",
        AGENT,
        "a.md:5:25: there is no filter 'upcase'; it is called 'upper'\n"
        "    {{ agpm.resource.name | upcase }}\n"
        "                            ^",
        id="filter of another language",
    ),
    pytest.param(
        "templating: true",
        "{{ 1 | uper }}",
        AGENT,
        "a.md:5:8: there is no filter 'uper'; did you mean 'upper'?\n"
        "    {{ 1 | uper }}\n"
        "           ^",
        id="unknown filter",
    ),
    pytest.param(
        "templating: true",
        "{{ 'a' + 1 }}",
        AGENT,
        "a.md:5:8: expected '}}' or an operator, got '+'\n"
        "    {{ 'a' + 1 }}\n"
        "           ^",
        id="operator after text",
    ),
    pytest.param(
        "templating: true",
        "{% if true %}",
        AGENT,
        "a.md:5:4: '{% if %}' has no '{% endif %}'\n    {% if true %}\n       ^",
        id="block that is not closed",
    ),
    pytest.param(
        "templating: true",
        "```literal\nx",
        AGENT,
        "a.md:5:1: this literal fence is not closed; end the block with a "
        "line of three backticks\n"
        "    ```literal\n"
        "    ^",
        id="literal fence that is not closed",
    ),
]


def messages(name):
    """Return the pairs of a data file: an input, an indented line, a blank one."""
    path = Path(__file__).parent / "data" / name
    lines = [line for line in path.read_text("utf-8").split("\n") if line[:2] != "# "]
    lines = [line for line in lines if line]
    inputs = [line.replace(r"\n", "\n").replace(r"\t", "\t") for line in lines[::2]]
    return list(zip(inputs, lines[1::2], strict=True))


@pytest.mark.parametrize(("changes", "message"), MISTAKES)
def test_a_mistake_is_reported_in_one_message(copy_project, error_of, changes, message):
    project = copy_project("flat")
    for path, change in changes.items():
        file = project / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if change is None:
            file.unlink()
        elif isinstance(change, tuple):
            text = file.read_text(encoding="utf-8")
            assert change[0] in text
            file.write_text(text.replace(*change), encoding="utf-8")
        else:
            data = change if isinstance(change, bytes) else change.encode()
            file.write_bytes(data)

    assert error_of(project) == f"hatch-agpm: {message}\n"


def test_a_pattern_without_the_package_regex_is_reported(
    copy_project, error_of, tmp_path
):
    body = "{% if agpm.project.name is matching('^f') %}f{% endif %}"
    project = copy_project("flat", {REVIEWER: template(body)})
    missing = "raise ModuleNotFoundError('No module named regex', name='regex')\n"
    (tmp_path / "absent").mkdir()
    (tmp_path / "absent" / "regex.py").write_text(missing, encoding="utf-8")

    message = error_of(project, PYTHONPATH=str(tmp_path / "absent"))

    assert message == (
        "hatch-agpm: prompts/agents/reviewer.md:5:28: test 'matching' needs the "
        'package regex; put "hatch-agpm[matching]" in build-system.requires\n'
        f"    {body}\n"
        f"    {' ' * 27}^\n"
    )


@pytest.mark.parametrize(("frontmatter", "body", "manifest", "message"), RENDERED)
def test_a_mistake_in_a_template_is_reported(
    render_files, frontmatter, body, manifest, message
):
    files = {"a.md": f"---\nagpm:\n  {frontmatter}\n---\n{body}\n", "b.md": "B\n"}
    with pytest.raises(AgpmError) as caught:
        render_files(files, manifest)
    assert str(caught.value) == message


@pytest.mark.parametrize(("frontmatter", "message"), messages("yaml_messages.txt"))
def test_invalid_yaml_is_reported(frontmatter, message):
    with pytest.raises(AgpmError) as caught:
        parse(frontmatter)
    line, column, sentence = message.strip().split(":", 2)
    first = str(caught.value).split("\n    ")[0]
    assert first == f"{line}:{column}: invalid YAML:{sentence}"


@pytest.mark.parametrize(("table", "message"), messages("table_messages.txt"))
def test_a_mistake_in_the_table_is_reported(tmp_path, table, message):
    with pytest.raises(AgpmError) as caught:
        read_project(tmp_path, {"tool": {"hatch-agpm": json.loads(table)}})
    assert str(caught.value) == message.strip().replace(r"\n", "\n")


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (
            {},
            "build-backend is missing: it says which backend builds the package "
            'itself; for example: build-backend = "uv_build"',
        ),
        (
            {"build-backend": "a b"},
            "build-backend must be a module, or a module and an object: "
            "'module:object', got 'a b'",
        ),
        (
            {"build-backend": "hatch_agpm.backend"},
            "build-backend must be another backend, got 'hatch_agpm.backend'; name "
            "the one that builds the package itself",
        ),
        (
            {"build-backend": "a", "backend-path": "."},
            "backend-path must be a list of strings, got '.'",
        ),
    ],
)
def test_a_wrong_inner_backend_is_reported(table, message):
    with pytest.raises(AgpmError) as caught:
        read_inner_backend({"tool": {"hatch-agpm": table}})
    assert str(caught.value) == f"tool.hatch-agpm.{message}"


def messages_of_json(name):
    """Return the pairs of a data file whose inputs are JSON, with `\\n` in messages."""
    path = Path(__file__).parent / "data" / name
    lines = [line for line in path.read_text("utf-8").split("\n")[1:] if line]
    expected = [line.strip(" ").replace(r"\n", "\n") for line in lines[1::2]]
    return list(zip(map(json.loads, lines[::2]), expected, strict=True))


@pytest.mark.parametrize(("given", "message"), messages_of_json("patch_messages.txt"))
def test_a_mistake_in_a_patch_is_reported(render_files, given, message):
    text, patch = given
    manifest = f'[project]\nn = "N"\n{AGENT}[patch.agents.a]\n{patch}\n'
    with pytest.raises(AgpmError) as caught:
        render_files({"a.md": text}, manifest)
    assert str(caught.value) == message


def _manifest(text):
    reader = TableReader(path="x")
    tables = read_table(AgpmTable, tomllib.loads(text), reader)
    read_manifest(tables, reader, path="x")


def _merged_file(text):
    section, _, value = text.partition(" ")
    check_shape(section, "x", value)


@pytest.mark.parametrize(
    ("read", "text", "message"),
    [
        (read, *case)
        for name, read in {
            "manifest": _manifest,
            "frontmatter": lambda text: interpret(parse(text)),
            "json": lambda text: interpret_json(json.loads(text)),
            "merged": _merged_file,
            "project": lambda text: project_metadata(json.loads(text)),
        }.items()
        for case in messages(f"{name}_messages.txt")
    ],
)
def test_a_mistake_in_a_table_or_a_file_is_reported(read, text, message):
    with pytest.raises(AgpmError) as caught:
        read(text)
    shown = str(caught.value).removeprefix("x: ")
    assert shown == message.strip().replace(r"\n", "\n")


@pytest.mark.parametrize(("template", "sentence"), messages("tera_messages.txt"))
def test_a_mistake_in_the_language_is_reported(template, sentence):
    with pytest.raises(TemplateError) as caught:
        render(template, CONTEXT)
    first = str(caught.value).split("\n    ")[0]
    assert first == f"{caught.value.line}:{caught.value.column}: {sentence.strip()}"


OUTSIDE = "run the command in the directory of the project, or give it with --project"
COMMANDS = [
    ([], f"pyproject.toml is not in {{root}}; {OUTSIDE} DIR"),
    (["--project", "docs"], f"pyproject.toml is not in {{root}}/docs; {OUTSIDE} DIR"),
    (
        ["--project", "flat/prompts"],
        f"pyproject.toml is not in {{root}}/flat/prompts; {OUTSIDE} flat",
    ),
    (
        ["--project", "nowhere"],
        "nowhere is not a directory; --project takes the directory of a project",
    ),
    (
        ["--project", "flat/pyproject.toml"],
        "flat/pyproject.toml is not a directory; give its directory: --project flat",
    ),
]


@pytest.mark.parametrize(("arguments", "message"), COMMANDS)
@pytest.mark.parametrize("command", ["list", "check", "stub", "vendor"])
def test_a_command_outside_of_a_project_says_how_to_name_it(
    copy_project, monkeypatch, capsys, command, arguments, message
):
    root = copy_project("flat").parent
    (root / "docs").mkdir()
    monkeypatch.chdir(root)

    assert main([command, *arguments]) == 1
    assert capsys.readouterr().err == f"hatch-agpm: {message.format(root=root)}\n"


def test_an_unknown_prompt_is_reported_with_the_nearest(
    copy_project, build, unpack, run_python
):
    site = unpack(build(copy_project("flat")).artefact)
    asked = ["load('reviewer')", "load('agent/reviewer')", "load('agents.reviewer')"]
    asked += ["load('agents/reviewr')", "load('reviewer.md')", "reviewer", "agnets"]
    code = f"""
from flat import prompts
for ask in {asked!r}:
    try:
        eval("prompts." + ask)
    except prompts.UnknownPromptError as error:
        print(error)
"""

    assert run_python(code, site).splitlines() == [
        "flat.prompts has no 'reviewer'; did you mean 'agents/reviewer'?",
        "flat.prompts has no 'agent/reviewer'; did you mean 'agents/reviewer'?",
        "flat.prompts has no 'agents.reviewer'; did you mean 'agents/reviewer'?",
        "flat.prompts.agents has no 'reviewr'; did you mean 'reviewer'?",
        "flat.prompts has no 'reviewer.md'; did you mean 'agents/reviewer'?",
        "flat.prompts has no 'reviewer'; did you mean 'agents.reviewer'?",
        "flat.prompts has no 'agnets'; did you mean 'agents'?",
    ]


def test_an_index_of_a_newer_version_is_reported(
    copy_project, build, unpack, monkeypatch
):
    site = unpack(build(copy_project("flat")).artefact)
    index = site / "flat/prompts/index.json"
    text = index.read_text("utf-8")
    assert '"schema": 2,' in text
    index.write_text(text.replace('"schema": 2,', '"schema": 3,'), "utf-8")
    monkeypatch.syspath_prepend(site)

    with pytest.raises(AgpmError) as caught:
        load("flat")
    assert str(caught.value) == (
        "flat.prompts: unsupported index schema 3 (supported: 1, 2); "
        "install a newer hatch-agpm"
    )


def test_a_symlink_to_another_kind_of_file_is_reported(write_files):
    body = "---\nagpm: {templating: true}\n---\n{{ 'x.md' | content }}\n"
    root = write_files({"a.md": body, "y.txt": "Y\n", "agpm.toml": AGENT})
    (root / "x.md").symlink_to("y.txt")

    with pytest.raises(AgpmError) as caught:
        render_manifest(root / "agpm.toml")
    assert str(caught.value).split("\n")[0] == (
        "a.md:4:13: 'x.md' is a symlink to 'y.txt', which has a different extension"
    )
    (root / "agpm.toml").write_text('[agents]\na = "x.md"\n', "utf-8")
    with pytest.raises(AgpmError) as caught:
        render_manifest(root / "agpm.toml")
    assert str(caught.value) == (
        "agpm.toml: agents.a.path: 'x.md' is a symlink to 'y.txt', which has a "
        "different extension"
    )
