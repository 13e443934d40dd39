"""Run-time logic in templates of Jinja2, run by calls of the prompts."""

import importlib
import inspect
import json
import subprocess
import sys

import pytest
from pythons import EACH_PYTHON
from templates import AGENT

from hatch_agpm.build.writing import write_files
from hatch_agpm.bundle.bundle import build_bundle
from hatch_agpm.errors import AgpmError, ConflictError, TemplateError
from hatch_agpm.model.rendering import Rendering
from hatch_agpm.rendering import render_manifest
from hatch_agpm.tera import TeraEnvironment

RUNTIME = """\
    user: str
    limit: {type: int, default: 5}
    ratio: float
    note: str | None
    tools: [str]
    steps: [{title: str, done: bool}]
    owner: {type: {name: str, mail: str}}
"""
VALUES = {
    "user": "Ada",
    "limit": 3,
    "ratio": 1e20,
    "note": None,
    "tools": ["grep", "ls"],
    "steps": [{"title": "Plan", "done": True}, {"title": "Work", "done": False}],
    "owner": {"name": "Bob", "mail": "b@x"},
}


def template(body, runtime=RUNTIME, dependencies="", templating="jinja2"):
    return (
        f"---\nagpm:\n  templating: {templating}\n  runtime:\n{runtime}"
        f"{dependencies}---\n{body}"
    )


def embeds(path):
    return f"  dependencies:\n    snippets: [{{path: {path}, name: s}}]\n"


def rendered(body, values):
    return TeraEnvironment().template(body, dialect="jinja2").render(values)


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
    "{% if user %}Hello {{ user }}{% else %}Hello{% endif %}! {{ note }} {{ ratio }}\n",
    "{% for t in tools %}{{ loop.index }}. {{ t | upper }}\n{% endfor %}",
    "{% for s in steps -%}[{{ 'x' if s.done else ' ' }}] {{ s.title }}\n{% endfor %}",
    "{{ steps | selectattr('done') | list | length }} {{ steps }} {{ owner }}",
    "{% set ns = namespace(n=0) %}{% for s in steps if s.done %}"
    "{% set ns.n = ns.n + 1 %}{% endfor %}{{ ns.n }} {{ tools | join(', ') }}",
    "{% macro item(s, mark='-') %}{{ mark }} {{ s.title | title }}\n{% endmacro %}"
    "{% for s in steps %}{{ item(s, mark=user) }}{% endfor %}",
    "{% macro box() %}<{{ caller(user) }}>{% endmacro %}"
    "{% call(u) box() %}{{ u }}{{ owner.name }}{% endcall %}",
    "{{ owner.name }} <{{ owner['mail'] }}> {{ limit * 2 + 1 }} {{ limit / 2 }}",
    "{% filter upper %}a{{ user }}{% endfilter %}{% set x %}{{ limit }}{% endset %}"
    "{{ x ~ user }}{% with y = user %}{{ y | tojson }}{% endwith %}",
    "{{ user | truncate(3, leeway=0) }} {{ limit | filesizeformat }} {{ user | e }}",
]


@pytest.mark.parametrize("body", BODIES)
def test_filling_gives_what_rendering_with_the_values_gives(prompt_of, body):
    prompt = prompt_of(body)

    assert prompt(**VALUES) == rendered(body, VALUES)
    empty = {**VALUES, "user": "", "tools": [], "steps": [], "limit": -1}
    assert prompt(**empty) == rendered(body, empty)
    assert "".join(text for text, _ in prompt.parts(**VALUES)) == prompt(**VALUES)


def test_an_unfilled_prompt_shows_what_is_known_and_the_tags_of_the_rest(prompt_of):
    body = (
        "{% if agpm.resource.name == 'x' %}no{% else %}yes{% endif %}\n"
        "{% if user and limit > 1 + 1 %}Dear {{ user | upper }}{% else %}Hi{% endif %}"
        "{% for s in steps %}- {{ s.title }}\n{% endfor %}"
        "{% macro m(a, b=user) %}{{ a ~ b }}{% endmacro %}{{ m(tools[0], b=[1]) }}"
        "{{ (limit + 1) * 2 }}{{ 'a' if note is none else note[1:] }}"
    )
    prompt = prompt_of(body)

    assert str(prompt) == (
        "yes\n"
        "{% if user and (limit > 2) %}Dear {{ user | upper }}{% else %}Hi{% endif %}"
        "{% for s in steps %}- {{ s.title }}\n{% endfor %}"
        "{% macro m(a, b=user) %}{{ a ~ b }}{% endmacro %}{{ m(tools[0], b=[1]) }}"
        '{{ (limit + 1) * 2 }}{{ "a" if note is none else note[1:] }}'
    )
    assert prompt.document.endswith(str(prompt))


def test_a_failure_names_file_and_line(prompt_of):
    prompt = prompt_of("a\n\n{{ tools | join(owner.name) }}\n{{ steps[9].title }}\n")

    with pytest.raises(TypeError, match=r"agents/a\.md:16: .* has no element 9"):
        prompt(**VALUES)


def test_a_text_without_logic_has_placeholders_and_no_interpreter(prompts_of):
    module = prompts_of({"agents/a.md": template("Hi {{ user }} {{ tools }}\n")})

    assert module.agents.a(**VALUES) == "Hi Ada ['grep', 'ls']"
    assert not hasattr(module, "_jinja")
    assert f"{module.__name__}._jinja.program" not in sys.modules


@pytest.mark.parametrize(
    "body",
    [
        "{{ agpm.deps.snippets.s.content }}|",
        "{{ agpm.deps.snippets.s.content | upper | trim }}|",
        "{% if agpm.deps.snippets.s.content %}{{ user }}{% endif %}",
        "{{ agpm.deps.snippets.s.content.replace('user', 'x') }}",
        "{% set x = agpm.deps.snippets.s.content ~ '!' %}{{ x }}",
        "{% for key, dep in agpm.deps.snippets.items() %}{{ key }}: {{ dep.content }}"
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
    content = rendered(snippet.lstrip("\n").removesuffix("\n"), values)
    content = content.removesuffix("\n").lstrip("\n")
    deps = {"agpm": {"deps": {"snippets": {"s": {"content": content}}}}}
    prompt = prompts_of(files, f'{AGENT}[snippets]\ns = "s.md"\n').agents.a

    assert prompt(**values) == rendered(body, {**values, **deps})


def test_logic_of_the_other_language_cannot_be_embedded(error_of):
    files = {
        "agents/a.md": template(
            "{% if x %}{{ agpm.deps.snippets.s.content }}{% endif %}",
            "    x: str\n",
            embeds("../s.md"),
        ),
        "s.md": template("{% if x %}1{% endif %}", "    x: str\n", templating="true"),
    }
    error = error_of(files)
    assert (error.path, "other template language" in error.what) == (
        "agents/a.md",
        True,
    )


def test_values_that_the_languages_print_differently_conflict(error_of):
    files = {
        "agents/a.md": template(
            "{% if x %}{{ agpm.deps.snippets.s.content }}{% endif %}",
            "    x: str\n",
            embeds("../s.md"),
        ),
        "s.md": template("{{ ok }}", "    ok: bool\n", templating="true"),
    }
    assert isinstance(error_of(files), ConflictError)


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("{{ user.format(1) }}", 13),
        ("x\n{{ tools | map(user) | list }}", 14),
        ("{% set x = 'a' %}\n{{ user | pprint }}", 14),
        ("{{ user | content }}", 13),
    ],
)
def test_what_cannot_be_left_for_run_time_is_an_error_at_its_line(error_of, body, line):
    error = error_of({"agents/a.md": template(body)})

    assert isinstance(error, TemplateError)
    assert (error.path, error.line) == ("agents/a.md", line)


def test_a_field_that_is_named_like_a_method_cannot_be_an_attribute(error_of):
    runtime = "    r: {type: {items: [str], user: str}}\n"
    error = error_of({"agents/a.md": template("{{ r.items | length }}", runtime)})
    assert "'.items'" in error.what


def test_errors_that_every_call_would_have_are_errors_of_the_build(error_of):
    error = error_of({"agents/a.md": template("{% if user %}1{% endif %}\n{{ usr }}")})
    assert (error.path, error.line) == ("agents/a.md", 14)


def test_literal_fences_are_text_in_branches(prompt_of, error_of):
    body = "{% if user %}\n```literal\n{{ user }}\n```\n{% endif %}"
    assert prompt_of(body)(**VALUES) == "\n```\n{{ user }}\n```\n"

    body = f"{{% filter upper %}}{{{{ user }}}}{body}{{% endfilter %}}"
    assert "literal fence" in error_of({"agents/a.md": template(body)}).what


def test_values_are_never_parsed(prompt_of):
    values = {**VALUES, "user": "{{ limit }}{% if x %} ```literal"}
    assert prompt_of("{% if user %}{{ user }}{% endif %}")(**values) == values["user"]


CORE = {
    *("__init__", "expressions", "limits", "program", "scope", "template", "values"),
    *("operations/__init__", "operations/attributes", "operations/measures"),
    *("operations/printing", "operations/undefined"),
}
CALLS = {"builtins/__init__", "operations/calls"}


@pytest.mark.parametrize(
    ("body", "rare"),
    [
        ("{% if user %}1{% endif %}", set()),
        (
            "{{ user | upper | tojson }}",
            {*CALLS, "builtins/common", "builtins/markup"},
        ),
        (
            "{% macro m() %}{{ user }}{% endmacro %}{{ m() }}",
            {*CALLS, "macros", "sections"},
        ),
        (
            "{{ tools | map('title') | list }}",
            {
                *CALLS,
                *(f"builtins/{name}" for name in ("common", "lists", "tests", "texts")),
                "operations/calculation",
            },
        ),
        ("{% for t in tools %}{{ t }}{% endfor %}", {"loops"}),
        (
            "{% for a, b in owner.items() if a %}{{ loop.index }}{% endfor %}",
            {
                *CALLS,
                "loops",
                *(f"operations/{name}" for name in ("choosing", "targets", "turns")),
                "operations/making",  # the name of a target of several names
            },
        ),
    ],
)
def test_a_bundle_has_only_the_modules_that_its_programs_need(render_files, body, rare):
    resources = render_files({"agents/a.md": template(body)}, AGENT)
    bundle = build_bundle(
        Rendering(resources=resources), output="p", distribution="p", version="1"
    )
    prefix = "_jinja/"
    copied = {path.removeprefix(prefix) for path in bundle.files if prefix in path}
    assert copied == {f"{name}.py" for name in CORE | rare}


@EACH_PYTHON
def test_prompts_are_filled_without_hatch_agpm_on_all_pythons(
    prompts_of, tmp_path, interpreter
):
    body = "".join(BODIES)
    module = prompts_of({"agents/a.md": template(body)})
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'site')!r}); "
        f"import {module.__name__} as m, json; "
        f"sys.stdout.write(m.agents.a(**json.loads({json.dumps(VALUES)!r})));"
        "assert not {'hatch_agpm', 'jinja2', 'markupsafe'} & sys.modules.keys()"
    )
    command = [interpreter, "-I", "-W", "error", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == (rendered(body, VALUES), "")


# --- options of Jinja2 ----------------------------------------------------------------

OPTIONS = "{engine: jinja2, trim_blocks: true, lstrip_blocks: true}"
KEEPING = "{engine: jinja2, keep_trailing_newline: true}"


@pytest.mark.parametrize(
    ("templating", "text"),
    [
        ("jinja2", "a\n  \n  Ada\n  "),
        (OPTIONS, "a\n  Ada\n"),
        (KEEPING, "a\n  \n  Ada\n  \n"),
        (
            OPTIONS.replace(", ", "\n    ").replace("{", "\n    ").strip("}"),
            "a\n  Ada\n",
        ),
    ],
)
def test_options_of_jinja2_are_its_own(prompt_of, templating, text):
    body = "a\n  {% if user %}\n  {{ user }}\n  {% endif %}\n"
    prompt = prompt_of(body, templating=templating)
    assert prompt(**VALUES) == text


@pytest.mark.parametrize(
    ("templating", "what"),
    [
        ("{engine: tera}", "'agpm.templating.engine' must be jinja2"),
        (
            "{engine: jinja2, trim_block: true}",
            "'agpm.templating.trim_block' is not kn",
        ),
        (
            "{engine: jinja2, trim_blocks: 1}",
            "'agpm.templating.trim_blocks' must be tr",
        ),
    ],
)
def test_wrong_options_of_jinja2_are_errors(error_of, templating, what):
    error = error_of({"agents/a.md": template("x", templating=templating)})
    assert error.what.startswith(what)
    assert (error.path, error.line) == ("agents/a.md", 3)


# --- variables that are not declared --------------------------------------------------


class Tool:
    """An object of a caller."""

    def __init__(self, name):
        self.name = name
        self._hidden = "s"

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return "anything"

    def described(self, mark="-"):
        return f"{mark} {self.name}"

    def __str__(self):
        return f"Tool({self.name})"


@pytest.fixture
def render_own(write_files):
    """Render the table of a pyproject.toml over files."""

    def render(files, table):
        head = '[project]\nname = "acme"\nversion = "1"\n'
        root = write_files({**files, "pyproject.toml": head + table})
        project = {"name": "acme"}
        return render_manifest(root / "pyproject.toml", project=project)

    return render


@pytest.fixture
def undeclared(render_own, tmp_path, monkeypatch):
    """Return the module of prompts without declarations, by file."""

    def prompts(files, more=""):
        table = '[[tool.hatch-agpm.prompts]]\npath = "p"\ntemplating = "jinja2"\n'
        table += f'runtime = "undeclared"\n{more}'
        written = {f"p/{path}": text for path, text in files.items()}
        bundle = build_bundle(
            Rendering(resources=render_own(written, table)),
            output="x/prompts",
            distribution="x",
            version="1",
        )
        name = f"open_{tmp_path.name}_{len(sys.modules)}".replace("-", "_")
        write_files(tmp_path / "site" / name, bundle.files)
        monkeypatch.syspath_prepend(tmp_path / "site")
        return importlib.import_module(name)

    return prompts


def test_every_unknown_name_is_a_variable_of_any_type(undeclared):
    body = (
        "{% for t in tools.values() %}{{ t.described('*') }} {{ t }}\n{% endfor %}"
        "{{ project }} {{ agpm.resource.name }} {{ mark }}{% if more is defined %}"
        "{{ more.x }}{% endif %}{{ pair }}"
    )
    prompt = undeclared({"a.txt": body}, 'template_vars = {mark = "!"}\n').a
    values = {"tools": {"a": Tool("a")}, "project": [1, "x"], "pair": (1, None)}

    assert prompt(**values) == "* a Tool(a)\n[1, 'x'] p/a !(1, None)"
    assert prompt(**values, more={"x": 2}, unused=1) == (
        "* a Tool(a)\n[1, 'x'] p/a !2(1, None)"
    )
    with pytest.raises(TypeError, match=r"p/a\.txt:1: 'tools' is undefined"):
        prompt(project=1)


@pytest.mark.parametrize(
    "body",
    [
        "{{ t._hidden }}",
        "{{ t.described.__globals__ }}",
        "{{ t['_hidden'] }}",
        "{{ t|attr('_hidden') }}",
        "{{ t.described }}",
        "{{ plain }}",
        "{{ [plain] }}",
        "{{ plain ~ '' }}",
        "{{ '%s' % plain }}",
        "{{ [plain]|join }}",
        "{{ items.append(1) }}",
        "{{ sub.append(1) }}",
        "{% set t.name = 1 %}",
        "{{ text.format(1) }}",
        "{{ generator.gi_frame }}",
    ],
)
def test_objects_are_safe_to_give(undeclared, body):
    class Plain:
        pass

    class Items(list):
        pass

    prompt = undeclared({"a.txt": body}).a
    values = {"t": Tool("a"), "plain": Plain(), "items": [1], "sub": Items()}
    values |= {"text": "{}", "generator": (x for x in [1])}
    with pytest.raises(TypeError):
        prompt(**values)


def test_the_cause_of_an_error_is_what_a_method_of_a_value_has_raised(undeclared):
    class Account:
        def balance(self):
            message = "no connection"
            raise OSError(message)

    body = "a\n{% macro m() %}{{ account.balance() }}{% endmacro %}{{ m() }}"
    prompt = undeclared({"a.txt": body}).a
    for fill in (prompt, prompt.parts):
        with pytest.raises(TypeError, match=r"p/a\.txt:2: no connection") as caught:
            fill(account=Account())
        assert isinstance(caught.value.__cause__, OSError)


def test_a_file_without_names_is_a_text(undeclared):
    module = undeclared(
        {"a.txt": "Hello\n{# no #}{% set x = 1 %}{{ x }}", "b.txt": "x"}
    )

    assert (str(module.a), module.a()) == ("Hello\n1", "Hello\n1")
    assert not hasattr(module, "_jinja")


def test_undeclared_is_for_jinja2_only(render_own):
    table = '[tool.hatch-agpm.prompts.a]\npath = "p/a.md"\nruntime = "undeclared"\n'
    with pytest.raises(AgpmError) as caught:
        render_own({"p/a.md": "x"}, table)
    assert caught.value.key == "tool.hatch-agpm.prompts.a.runtime"


def test_the_signature_has_the_names_that_are_read(undeclared):
    prompt = undeclared({"a.txt": "{{ b }}{% if a %}{{ class }}{% endif %}"}).a
    assert str(inspect.signature(prompt)) == (
        "(*, a: Any = Ellipsis, b: Any = Ellipsis, **values: Any) -> str"
    )
