"""The messages about declarations of run-time variables, and about their uses."""

import pytest
from templates import AGENT, embeds, template

from hatch_agpm.errors import AgpmError


@pytest.fixture
def error_of(render_files):
    def error(files, manifest=AGENT):
        with pytest.raises(AgpmError) as caught:
            render_files(files, manifest)
        return str(caught.value)

    return error


MISTAKES = [
    pytest.param(
        "[n]",
        "agents/a.md:4: 'agpm.runtime' must be a mapping, got ['n']; write 'runtime:'"
        " and below it '  user_name: str'",
        id="a list",
    ),
    pytest.param(
        "{n: string}",
        "agents/a.md:4: 'agpm.runtime.n' must be str, int, float, bool, a list or a"
        " record, got 'string'; did you mean 'str'?",
        id="a type that is none",
    ),
    pytest.param(
        "{n: }",
        "agents/a.md:4: 'agpm.runtime.n' must be str, int, float, bool, a list or a"
        " record, got null",
        id="no type",
    ),
    pytest.param(
        "{n: {type: int, defualt: 5}}",
        "agents/a.md:4: 'agpm.runtime.n.defualt' is not known; did you mean 'default'?",
        id="an unknown field",
    ),
    pytest.param(
        "{n: {type: int, values: 5}}",
        "agents/a.md:4: 'agpm.runtime.n.values' is not known; a variable has type,"
        " default and description",
        id="another field",
    ),
    pytest.param(
        "{n: {type: int, default: five}}",
        "agents/a.md:4: 'agpm.runtime.n.default' must be of the type int, got 'five'",
        id="a default of another type",
    ),
    pytest.param(
        "{n: {type: int, default: true}}",
        "agents/a.md:4: 'agpm.runtime.n.default' must be of the type int, got true",
        id="a boolean for an int",
    ),
    pytest.param(
        "{n: {type: str, default: null}}",
        "agents/a.md:4: 'agpm.runtime.n.default' must be of the type str, got null",
        id="a default that is none",
    ),
    pytest.param(
        "{user-name: str}",
        "agents/a.md:4: 'agpm.runtime.user-name' is not a valid variable name; "
        "use letters, digits and _, and begin with a letter",
        id="not an identifier",
    ),
    pytest.param(
        "{class: str}",
        "agents/a.md:4: 'agpm.runtime.class' is a reserved name;"
        " give the variable another name",
        id="a keyword",
    ),
    pytest.param(
        "{self: str}",
        "agents/a.md:4: 'agpm.runtime.self' is a reserved name;"
        " give the variable another name",
        id="a name of a template language",
    ),
    pytest.param(
        "{agpm: str}",
        "agents/a.md:4: 'agpm' is already a variable at build time; give the run-time"
        " variable another name",
        id="a variable of the context",
    ),
    pytest.param(
        "{n: str, n: int}",
        "agents/a.md:4: 'agpm.runtime.n' is given twice",
        id="twice",
    ),
    pytest.param(
        "{n: {type: [str, int]}}",
        "agents/a.md:4: 'agpm.runtime.n' must be str, int, float, bool, a list or a"
        " record, got ['str', 'int']; write a list as '[str]', with the type of its"
        " items",
        id="a list of two types",
    ),
    pytest.param(
        "{n: {type: {}}}",
        "agents/a.md:4: 'agpm.runtime.n' must be str, int, float, bool, a list or a"
        " record, got a table; write a record as '{title: str, done: bool}'",
        id="a record without fields",
    ),
    pytest.param(
        "{n: str | int}",
        "agents/a.md:4: 'agpm.runtime.n' must be str, int, float, bool, a list or a"
        " record, got 'str | int'; write 'str | None' for what may be None",
        id="two types",
    ),
    pytest.param(
        "{n: [{a-b: str}]}",
        "agents/a.md:4: 'agpm.runtime.n.a-b' is not a valid field name; use letters,"
        " digits and _, and begin with a letter",
        id="a field that is not an identifier",
    ),
    pytest.param(
        "{n: [{class: str}]}",
        "agents/a.md:4: 'agpm.runtime.n.class' is a reserved name; give the field"
        " another name",
        id="a field that is a keyword",
    ),
    pytest.param(
        "{n: {type: float, default: .inf}}",
        "agents/a.md:4: 'agpm.runtime.n.default' must be of the type float, got null",
        id="an infinite default",
    ),
    pytest.param(
        "{n: {type: [{t: str}], default: [{t: 1}]}}",
        "agents/a.md:4: 'agpm.runtime.n.default[0].t' must be a str, got int",
        id="a wrong value in a default",
    ),
    pytest.param(
        "{n: {type: str, description: 1}}",
        "agents/a.md:4: 'agpm.runtime.n.description' must be text, got 1",
        id="a description that is not text",
    ),
]


@pytest.mark.parametrize(("runtime", "message"), MISTAKES)
def test_mistakes_of_a_declaration(error_of, runtime, message):
    assert error_of({"agents/a.md": template(runtime, "")}) == message


def test_all_mistakes_of_declarations_come_at_once_each_with_its_line(error_of):
    text = (
        "---\nagpm:\n  runtime:\n    a: text\n    b:\n      type: int\n"
        "      default: x\n---\n"
    )

    assert error_of({"agents/a.md": text}).splitlines() == [
        "agents/a.md:4: 'agpm.runtime.a' must be str, int, float, bool, a list or a"
        " record, got 'text'",
        "agents/a.md:7: 'agpm.runtime.b.default' must be of the type int, got 'x'",
    ]


def test_a_file_with_templating_false_cannot_have_run_time_variables(error_of):
    assert error_of({"agents/a.md": template("{n: str}", "", "false")}) == (
        "agents/a.md:3: 'agpm.runtime' needs a template, and 'agpm.templating' is"
        " false; delete one of the two"
    )


def test_a_variable_of_a_variant_is_not_a_run_time_variable(error_of):
    manifest = '[agents]\na = { path = "agents/a.md", template_vars = { n = "x" } }\n'

    assert error_of({"agents/a.md": template("{n: str}", "{{ n }}")}, manifest) == (
        "agents/a.md:4: 'n' is already a variable at build time; give the run-time"
        " variable another name"
    )


def test_a_skill_is_shipped_unchanged_and_has_no_placeholders(error_of):
    text = "---\nname: s\ndescription: d\nagpm:\n  runtime: {n: str}\n---\n{{ n }}\n"

    assert error_of({"skills/s/SKILL.md": text}, '[skills]\ns = "skills/s"\n') == (
        "skills/s/SKILL.md:5: "
        "a skill cannot have run-time variables;"
        " coding agents read skills as they are; use another type"
    )


@pytest.mark.parametrize(
    ("path", "text", "message"),
    [
        (
            "agents/a.markdown",
            "---\nagpm: {runtime: {n: str}}\n---\n",
            "agents/a.markdown: only files that end in .md are templates or have"
            " dependencies; rename the file",
        ),
        (
            "agents/a.json",
            '{"agpm": {"runtime": {"n": "str"}}}',
            "agents/a.json: 'agpm.runtime' has no effect in JSON; "
            "only .md files can have run-time variables",
        ),
    ],
)
def test_a_declaration_without_effect_is_an_error(error_of, path, text, message):
    assert error_of({path: text}, f'[agents]\na = "{path}"\n') == message


@pytest.mark.parametrize(
    ("one", "other"),
    [("str", "int"), ("str", "{type: str, default: x}")],
)
def test_two_declarations_of_one_name_must_agree(error_of, one, other):
    files = {
        "agents/a.md": embeds(
            "../s.md", "{{ agpm.deps.snippets.s.content }}", f"{{n: {one}}}"
        ),
        "s.md": template(f"{{n: {other}}}", "{{ n }}"),
    }

    assert error_of(files) == (
        "agents/a.md and s.md: declare the run-time variable 'n' differently, and"
        " agents/a.md has both; give it one type and default, or two names"
    )


@pytest.mark.parametrize(
    ("head", "message"),
    [
        (
            "x: {% if n %}1{% endif %}",
            "agents/a.md:4:10: the run-time variable 'n' has no value in frontmatter;"
            " it can be printed in the text below\n"
            "    x: {% if n %}1{% endif %}\n"
            "             ^",
        ),
        (
            "agpm:\n  dependencies: {snippets: [{path: ../s.md, name: s}]}\n"
            "x: |\n  {% if agpm %}{{ agpm.deps.snippets.s.content }}{% endif %}",
            "agents/a.md: the run-time variable 'm' is used in the frontmatter; "
            "embed the text that uses it below the frontmatter",
        ),
    ],
)
def test_frontmatter_is_never_filled(error_of, head, message):
    head = head if head.startswith("agpm:") else f"{head}\nagpm:"
    head = head.replace("agpm:", "agpm:\n  templating: true\n  runtime: {n: int}", 1)
    if head.startswith("x"):
        message = message.replace(":4:", ":2:")
    files = {
        "agents/a.md": f"---\n{head}\n---\n{{{{ n }}}}",
        "s.md": template("{m: int}", "{{ m }}"),
    }

    assert error_of(files) == message


def test_a_text_that_depends_on_the_value_of_a_variable_is_reported(error_of):
    line = "{{ agpm.deps.snippets.s.content | slugify }}"
    files = {
        "agents/a.md": embeds("../s.md", f"text\n\n{line}"),
        "s.md": template("{user_name: str}", "{{ user_name }}, hello"),
    }

    assert error_of(files) == (
        "agents/a.md:9: the rendered text depends on the value of a run-time variable; "
        f"embed its text as it is, without filters or conditions\n    {line}"
    )
