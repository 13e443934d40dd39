"""Run-time logic: what templates do with run-time variables, run by calls."""

import inspect
import json
import pydoc
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pythons import EACH_PYTHON
from templates import AGENT

from hatch_agpm.bundle.bundle import build_bundle
from hatch_agpm.errors import AgpmError, ConflictError, TemplateError
from hatch_agpm.model.rendering import Rendering
from hatch_agpm.tera import render

RUNTIME = """\
    user: str
    limit: {type: int, default: 5}
    note: str | None
    tools: [str]
    steps: [{title: str, done: bool}]
    owner: {type: {name: str, mail: str}}
"""
VALUES = {
    "user": "Ada",
    "limit": 3,
    "note": None,
    "tools": ["grep", "ls"],
    "steps": [{"title": "Plan", "done": True}, {"title": "Work", "done": False}],
    "owner": {"name": "Bob", "mail": "b@x"},
}


def template(body, runtime=RUNTIME, dependencies="", templating="true"):
    return (
        f"---\nagpm:\n  templating: {templating}\n  runtime:\n{runtime}"
        f"{dependencies}---\n{body}"
    )


def embeds(path):
    return f"  dependencies:\n    snippets: [{{path: {path}, name: s}}]\n"


@pytest.fixture
def prompt_of(prompts_of):
    return lambda body, **given: (
        prompts_of({"agents/a.md": template(body, **given)}).agents.a
    )


@pytest.fixture
def error_of(render_files):
    def error(files, manifest=AGENT):
        with pytest.raises(AgpmError) as caught:
            render_files(files, manifest)
        return caught.value

    return error


BODIES = [
    "{% if user %}Hello {{ user }}{% else %}Hello{% endif %}!\n",
    "{% if note %}Note: {{ note }}{% else %}none{% endif %} {{ note }}|",
    "{% for t in tools %}{{ loop.index }}. {{ t | upper }}\n{% endfor %}",
    "{% for s in steps %}[{% if s.done %}x{% else %} {% endif %}] {{ s.title }}\n"
    "{% endfor %}",
    "{{ steps | filter(attribute='done', value=true) | length }} {{ steps | length }}",
    "{{ steps | map(attribute='title') | join(sep=', ') }}",
    "{% set_global n = 0 %}{% for s in steps %}{% if s.done %}"
    "{% set_global n = n + 1 %}{% endif %}{% endfor %}{{ n }}",
    "{% set x = user ~ '!' %}{{ x }}{% filter upper %}a {{ x }}{% endfilter %}",
    "{% macro item(s, mark='-') %}{{ mark }} {{ s.title | title }}\n{% endmacro %}"
    "{% for s in steps %}{{ self::item(s=s, mark=user) }}{% endfor %}",
    "{{ owner.name }} <{{ owner['mail'] }}> {{ limit * 2 + 1 }} {{ limit / 2 }}",
    "{% if limit > 2 and 'ls' in tools and user is starting_with('A') %}y{% endif %}",
    "{% for t in tools %}{% if t == 'grep' %}{% continue %}{% endif %}{{ t }}"
    "{% break %}{% else %}none{% endfor %}",
    "{% for i in [1, 2] %}{{ i }}{{ user }}{% endfor %}{% if 1 > 2 %}{{ user.x }}"
    "{% endif %}",
    "{% filter upper %}{{ user }}{% endfilter %}",
    "{% macro m() %}{{ user }}{% endmacro %}{% set x = self::m() %}"
    "{% if x is containing('A') %}{{ x }}{% endif %}",
    "{% for k, v in owner %}{{ k }}={{ v }};{% endfor %}",
]


@pytest.mark.parametrize("body", BODIES)
def test_filling_gives_what_rendering_with_the_values_gives(prompt_of, body):
    prompt = prompt_of(body)

    assert prompt(**VALUES) == render(body, VALUES)
    empty = {**VALUES, "user": "", "tools": [], "steps": [], "limit": -1}
    assert prompt(**empty) == render(body, empty)
    assert "".join(text for text, _ in prompt.parts(**VALUES)) == prompt(**VALUES)


def test_an_unfilled_prompt_shows_what_is_known_and_the_tags_of_the_rest(prompt_of):
    body = (
        "{% if agpm.resource.name == 'x' %}no{% else %}yes{% endif %}\n"
        "{% if user and limit > 1 + 1 %}Dear {{ user | upper }}{% else %}Hi{% endif %}"
        "{% for s in steps %}- {{ s.title }}\n{% endfor %}"
    )
    shown = (
        "yes\n"
        "{% if user and limit > 2 %}Dear {{ user | upper }}{% else %}Hi{% endif %}"
        "{% for s in steps %}- {{ s.title }}\n{% endfor %}"
    )
    prompt = prompt_of(body)

    assert str(prompt) == shown
    assert prompt.document.endswith(shown)


def test_only_variables_that_are_left_are_required(prompt_of):
    prompt = prompt_of("{% if 1 > 2 %}{{ user }}{% endif %}{% if tools %}x{% endif %}")

    assert prompt(tools=["a"]) == "x"
    with pytest.raises(TypeError, match="tools is missing, a list"):
        prompt()


def test_a_failure_names_file_and_line(prompt_of):
    prompt = prompt_of("a\n\n{{ tools | join(sep=owner.name) }}\n{{ steps.9.title }}\n")

    with pytest.raises(TypeError, match=r"agents/a\.md:15: 'steps\.9\.title' is und"):
        prompt(**VALUES)


@pytest.mark.parametrize(
    ("body", "hint"),
    [
        ("{% if user %}{{ limt }}{% endif %}", "did you mean 'limit'?"),
        ("{% for s in steps %}{{ s.titel }}{% endfor %}", "did you mean 'title'?"),
        ("{% if user %}{{ owner.maill }}{% endif %}", "did you mean 'mail'?"),
        ("{% if user %}{{ owner.mail.x }}{% endif %}", "undefined"),
    ],
)
def test_a_failure_names_what_is_near(prompt_of, body, hint):
    prompt = prompt_of(body)

    with pytest.raises(TypeError) as caught:
        prompt(**VALUES)
    assert str(caught.value).endswith(hint)


def test_a_text_without_logic_has_placeholders_and_no_interpreter(prompts_of):
    module = prompts_of({"agents/a.md": template("Hi {{ user }}\n")})

    assert module.agents.a(user="Ada") == "Hi Ada\n"
    assert not hasattr(module, "_tera")
    assert f"{module.__name__}._tera.program" not in sys.modules


@pytest.mark.parametrize(
    "body",
    [
        "{{ agpm.deps.snippets.s.content }}|",
        "{{ agpm.deps.snippets.s.content | upper | trim }}|",
        "{% if agpm.deps.snippets.s.content %}{{ user }}{% endif %}",
        "{{ agpm.deps.snippets.s.content | replace(from='user', to='x') }}",
        "{% set x = agpm.deps.snippets.s.content ~ '!' %}{{ x }}",
        "{% for key, dep in agpm.deps.snippets %}{{ key }}: {{ dep.content }}"
        "{% endfor %}",
        "{% filter upper %}{{ agpm.deps.snippets.s.content }}{% endfilter %}",
    ],
)
@pytest.mark.parametrize(
    "snippet", ["\n\n{% if vip %}VIP {{ user }}{% endif %}\nend\n\n", "a {{ user }}\n"]
)
def test_embedded_text_is_filled_first_and_is_text_then(prompts_of, snippet, body):
    runtime = "    user: str\n    vip: {type: bool, default: true}\n"
    files = {
        "agents/a.md": template(body, runtime, embeds("../s.md")),
        "s.md": template(snippet, runtime),
    }
    values = {"user": "{{ user }}", "vip": True}
    content = render(snippet.lstrip("\n").removesuffix("\n"), values)
    content = content.removesuffix("\n").lstrip("\n")
    deps = {"agpm": {"deps": {"snippets": {"s": {"content": content}}}}}
    prompt = prompts_of(files, f'{AGENT}[snippets]\ns = "s.md"\n').agents.a

    assert prompt(**values) == render(body, {**values, **deps})


def test_declarations_of_embedded_texts_must_agree(error_of):
    files = {
        "agents/a.md": template(
            "{% if x %}{{ agpm.deps.snippets.s.content }}{% endif %}",
            "    x: str\n",
            embeds("../s.md"),
        ),
        "s.md": template("{% if x %}1{% endif %}", "    x: int\n"),
    }
    assert isinstance(error_of(files), ConflictError)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("{% if x %}1{% endif %}", "{% if x %}1{% endif %}"),
        ("{% if x %}1{% endif %}", "{{ x }}"),
        ("{{ x }}", "{{ x }}"),
    ],
)
def test_declarations_of_two_embedded_texts_must_agree(error_of, first, second):
    dependencies = (
        "  dependencies:\n    snippets:\n"
        "      - {path: ../s.md, name: s}\n      - {path: ../t.md, name: t}\n"
    )
    content = "{{{{ agpm.deps.snippets.{}.content }}}}".format
    files = {
        "agents/a.md": template(
            content("s") + content("t"), "    y: str\n", dependencies
        ),
        "s.md": template(first, "    x: str\n"),
        "t.md": template(second, "    x: [str]\n"),
    }
    error = error_of(files)

    assert isinstance(error, ConflictError)
    assert {"s.md", "t.md"} <= {*error.paths}


@pytest.mark.parametrize(
    ("body", "line", "column"),
    [
        ("{{ get_env(name=user) }}", 12, 4),
        ("\n\n{% set x = user | slugify %}", 14, 19),
        ("{% for t in tools %}\n{{ now(utc=loop.first) }}{% endfor %}", 13, 4),
        ("{% include user %}", 12, 12),
        ("{{ user | slugify }}", 12, 11),
        ("x\n{% if user is matching('a') %}{% endif %}", 13, 15),
        ("{{ user | date }}", 12, 11),
        ("{% if user %}{{ __tera_context }}{% endif %}", 12, 17),
    ],
)
def test_what_cannot_be_left_for_run_time_is_an_error_at_its_place(
    error_of, body, line, column
):
    error = error_of({"agents/a.md": template(body)})

    assert isinstance(error, TemplateError)
    assert (error.path, error.line) == ("agents/a.md", line)
    assert error.column == column


def test_errors_that_every_call_would_have_are_errors_of_the_build(error_of):
    error = error_of({"agents/a.md": template("{% if user %}1{% endif %}\n{{ usr }}")})
    assert (error.path, error.line) == ("agents/a.md", 13)


def test_literal_fences_are_text_in_branches(prompt_of):
    body = "{% if user %}\n```literal\n{{ user }}\n```\n{% endif %}"
    assert prompt_of(body)(user="x") == "\n```\n{{ user }}\n```\n"


def test_a_prompt_with_logic_is_not_a_value_until_it_is_filled(prompt_of):
    prompt = prompt_of("{% if user %}{{ user }}{% endif %}")

    with pytest.raises(TypeError, match="call that first"):
        prompt(user=prompt)
    assert prompt(user=prompt(user="x")) == "x"


def test_wrong_values_are_reported_with_their_paths_all_at_once(prompt_of):
    prompt = prompt_of("{% for s in steps %}{{ s.title }}{{ user }}{% endfor %}")

    with pytest.raises(TypeError) as caught:
        prompt(user=1, steps=[{"title": "a", "done": True}, {"title": 2}])
    assert caught.value.problems == (
        "user must be a str, got int",
        "steps[1].title must be a str, got int",
        "steps[1].done is missing, a bool",
    )


def test_values_are_never_parsed(prompt_of):
    value = "{{ limit }}{% if x %} ```literal"
    assert prompt_of("{% if user %}{{ user }}{% endif %}")(user=value) == value


CALLS = {
    *("builtins/__init__.py", "builtins/arguments.py"),
    *("operations/calls.py", "operations/making.py"),
}


@pytest.mark.parametrize(
    ("body", "needed"),
    [
        ("{% if user %}1{% endif %}", set()),
        (
            "{{ user | upper | json_encode }}",
            {*CALLS, "builtins/casing.py", "builtins/filters.py"},
        ),
        (
            "{% if user is starting_with('a') %}{{ user | trim }}{% endif %}",
            {
                *(*CALLS, "builtins/tests.py", "builtins/strings.py"),
                "operations/comparison.py",
            },
        ),
        (
            "{{ limit + 1 }}",
            {f"operations/{name}.py" for name in ("arithmetic", "making", "numbers")},
        ),
        ("{% if limit > 1 %}1{% endif %}", {"operations/numbers.py"}),
        ("{{ user ~ '!' }}", {"operations/texts.py", "operations/making.py"}),
    ],
)
def test_a_bundle_has_only_the_modules_that_its_programs_need(
    render_files, body, needed
):
    resources = render_files({"agents/a.md": template(body)}, AGENT)
    bundle = build_bundle(
        Rendering(resources=resources), output="p", distribution="p", version="1"
    )
    copied = {path.removeprefix("_tera/") for path in bundle.files if "_tera" in path}
    core = {
        *("__init__.py", "failures.py", "language.py", "limits.py", "program.py"),
        *("rust.py", "scope.py", "template.py", "values.py", "operations/__init__.py"),
        *("operations/measures.py", "operations/names.py", "operations/printing.py"),
    }
    assert copied == core | needed


def test_the_index_names_the_program(render_files):
    files = {"agents/a.md": template("{% if user %}1{% endif %}")}
    rendering = Rendering(resources=render_files(files, AGENT))
    bundle = build_bundle(rendering, output="p", distribution="p", version="1")
    (entry,) = json.loads(bundle.files["index.json"].data)["resources"]

    assert entry["program"] == "_programs/agents/a.md.json"
    program = json.loads(bundle.files[entry["program"]].data)
    assert program["reads"] == ["user"]
    assert {each["name"]: each["required"] for each in entry["runtime"]}["user"]


PROGRAM = """
import io, json, sys
sys.path.insert(0, {site!r})
import {module} as package
import {module}._command as command

prompt = package.agents.a
values = json.loads({values!r})
assert prompt(**values) == "".join(text for text, _ in prompt.parts(**values))
given = [each for pair in values.items() for each in ("--var", "{{}}={{}}".format(
    pair[0], pair[1] if isinstance(pair[1], str) else json.dumps(pair[1])))]
assert not command.main(package, ["get", "agents/a", *given])
try:
    prompt(**{{**values, "steps": [{{"title": 1}}], "owner": None}})
except package.VariableError as error:
    assert len(error.problems) == 3, error.problems
else:
    raise AssertionError
assert not {{"hatch_agpm", "jinja2", "markupsafe"}} & sys.modules.keys()
"""


@pytest.mark.parametrize("is_zip", [False, True], ids=["directory", "zip"])
@EACH_PYTHON
def test_prompts_are_filled_without_hatch_agpm_on_all_pythons(
    prompts_of, tmp_path, interpreter, is_zip
):
    body = "".join(BODIES)
    module = prompts_of({"agents/a.md": template(body)}).__name__
    site = tmp_path / "site"
    if is_zip:
        archive = shutil.make_archive(str(tmp_path / "archive"), "zip", site)
        site = Path(archive)
    values = {**VALUES, "note": "n"}
    code = PROGRAM.format(site=str(site), module=module, values=json.dumps(values))
    command = [interpreter, "-I", "-W", "error", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == (render(body, values), "")


def test_a_prompt_with_logic_is_like_a_function(prompts_of):
    body = "Dear {% if user %}{{ user }}{% endif %}, {{ limit + 1 }} of {{ tools }}!"
    module = prompts_of({"agents/a.md": template(body)})
    prompt = module.agents.a

    signature = inspect.signature(prompt)
    assert {name: each.default for name, each in signature.parameters.items()} == {
        "user": inspect.Parameter.empty,
        "limit": 5,
        "note": None,
        "tools": inspect.Parameter.empty,
        "steps": ...,
        "owner": ...,
    }
    assert str(signature.parameters["tools"]).endswith("Sequence[str]")
    assert signature.return_annotation is str
    shown = "a(user: str, limit: int = 5, note: str | None = None, tools: list[str]"
    assert shown in pydoc.render_doc(module.agents)
    assert prompt.parts(user="Ada", tools=["x"]) == (
        ("Dear ", False),
        ("Ada", True),
        (", ", False),
        ("6", True),
        (" of ", False),
        ("[x]", True),
        ("!", False),
    )


def test_a_fault_of_the_program_is_a_damaged_wheel(prompts_of, tmp_path):
    module = prompts_of({"agents/a.md": template("{% if user %}1{% endif %}")})
    (file,) = (tmp_path / "site").rglob("a.md.json")
    file.write_text("{}")

    with pytest.raises(module.DamagedWheelError, match=r"a\.md\.json"):
        module.agents.a(user="x")
