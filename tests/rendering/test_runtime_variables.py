"""Run-time variables: declared in frontmatter, found at build time, filled by calls."""

import hashlib
import importlib
import inspect
import json
import pickle
import re
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from templates import AGENT, embeds, template

from hatch_agpm.build.writing import write_files
from hatch_agpm.bundle.bundle import build_bundle
from hatch_agpm.errors import AgpmError, ConflictError
from hatch_agpm.model.rendering import Rendering
from hatch_agpm.rendering.renderer import render_manifest
from hatch_agpm.rendering.sentinels import Sentinels
from hatch_agpm.tera import TeraEnvironment, render

DIALECTS = ["true", "jinja2"]


def imported(resources, directory, monkeypatch=None):
    """Return the module of a bundle of `resources`."""
    rendering = Rendering(resources=resources)
    bundle = build_bundle(rendering, output="x/prompts", distribution="x", version="1")
    digest = hashlib.sha256(bundle.files["__init__.py"].data).hexdigest()[:12]
    name = f"runtime_{digest}_{len(sys.modules)}"
    write_files(directory / name, bundle.files)
    if monkeypatch is not None:
        monkeypatch.syspath_prepend(directory)
        return importlib.import_module(name)
    sys.path.insert(0, str(directory))
    try:
        importlib.invalidate_caches()
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(directory))


@pytest.fixture
def prompts_of(render_files, tmp_path, monkeypatch):
    """Render files, and return the module of their bundle."""

    def prompts(files, manifest=AGENT):
        site = tmp_path / "site"
        return imported(render_files(files, manifest), site, monkeypatch)

    return prompts


@pytest.fixture
def error_of(render_files):
    def error(files, manifest=AGENT):
        with pytest.raises(AgpmError) as caught:
            render_files(files, manifest)
        return caught.value

    return error


# --- what is open, and what is not ----------------------------------------------------

UNTOUCHED = """\
{json} $ARGUMENTS ${VAR} { user_name } {user_name} user_name }} %s {0}
```python
f"{x!r}"
```
"""


@pytest.mark.parametrize("templating", DIALECTS)
def test_only_printed_names_are_filled_and_other_text_is_unchanged(
    prompts_of, templating
):
    body = (
        "Dear {{ user_name }},\n"
        + UNTOUCHED
        + "```literal\n{{ user_name }}\n```\n"
        + "{% raw %}{{ user_name }}{% endraw %} {# {{ user_name }} #}"
        + '{{ "{{ user_name }}" }} ünïcode {{user_name}}\n'
    )
    shown = (
        "Dear {{ user_name }},\n"
        + UNTOUCHED
        + "```\n{{ user_name }}\n```\n"
        + "{{ user_name }} {{ user_name }} ünïcode {{ user_name }}\n"
    )
    if templating == "jinja2":
        shown = shown.removesuffix("\n")
    files = {"agents/a.md": template("{user_name: str}", body, templating)}
    prompt = prompts_of(files).agents.a

    assert prompt == shown
    filled = prompt(user_name="{{ user_name }} Ada")
    first, last = "Dear {{ user_name }},", "ünïcode {{ user_name }}"
    assert filled == shown.replace(first, first.replace("}}", "}} Ada"), 1).replace(
        last, last.replace("}}", "}} Ada")
    )
    assert type(filled) is str


def test_a_text_with_run_time_variables_is_a_template(prompts_of):
    text = "---\nagpm: {runtime: {n: int}}\n---\n{{ n }} {{ 1 + 1 }}\n"

    assert prompts_of({"agents/a.md": text}).agents.a(n=5) == "5 2\n"


def test_white_space_is_trimmed_as_the_language_does_it(prompts_of):
    files = {"agents/a.md": template("{n: int}", "a  {{- n -}}  b\n")}
    prompt = prompts_of(files).agents.a

    assert (prompt, prompt(n=1)) == ("a{{ n }}b\n", "a1b\n")


def test_placeholders_are_repeated_in_loops_and_absent_in_skipped_branches(prompts_of):
    body = (
        "{% for i in [1, 2] %}{{ i }}{{ n }};{% endfor %}{% if 1 > 2 %}{{ m }}"
        "{% endif %}"
    )
    prompt = prompts_of(
        {"agents/a.md": template("{n: int, m: {type: str, default: x}}", body)}
    ).agents.a

    assert (prompt, prompt(n=7)) == ("1{{ n }};2{{ n }};", "17;27;")


@pytest.mark.parametrize("templating", DIALECTS)
def test_an_embedded_prompt_adds_its_variables(prompts_of, templating):
    files = {
        "agents/a.md": embeds(
            "../s.md",
            "{{ limit }}: {{ agpm.deps.snippets.s.content }}|"
            "{{ agpm.deps.snippets.s.content }} {% raw %}{{ tone }}{% endraw %}\n",
            "{limit: int, user_name: str}",
            templating,
        ),
        "s.md": template(
            "{tone: {type: str, default: kind}, user_name: str}",
            "{{ tone }} to {{ user_name }}",
        ),
    }
    prompt = prompts_of(files).agents.a

    end = "\n" if templating == "true" else ""
    assert prompt(limit=3, user_name="Ada") == (
        f"3: kind to Ada|kind to Ada {{{{ tone }}}}{end}"
    )
    assert str(inspect.signature(prompt)) == (
        "(*, limit: int, user_name: str, tone: str = 'kind') -> str"
    )


def test_variables_come_through_a_chain_of_files(prompts_of):
    files = {
        "agents/a.md": embeds("../b.md", "<{{ agpm.deps.snippets.s.content }}>"),
        "b.md": embeds("c.md", "[{{ agpm.deps.snippets.s.content | trim }}]"),
        "c.md": template("{n: int}", "\n({{ n }})\n\n"),
    }
    prompts = prompts_of(files)

    assert prompts.agents.a(n=1) == "<[(1)]>"


def test_a_file_that_is_embedded_as_text_has_no_placeholders(prompts_of):
    files = {
        "agents/a.md": template("{n: int}", "{{ n }} {{ 'b.md' | content }}"),
        "b.md": template("{n: int}", "{{ n }} {{ other }}\n"),
    }

    assert prompts_of(files).agents.a(n=1) == "1 {{ n }} {{ other }}"


def test_a_dependency_that_is_not_embedded_adds_no_variables(prompts_of):
    files = {
        "agents/a.md": embeds("../s.md", "{{ agpm.deps.snippets.s.name }}"),
        "s.md": template("{n: int}", "{{ n }}"),
    }

    assert prompts_of(files).agents.a() == "s"


VARIANTS = """\
[agents.yes]
path = "agents/a.md"
filename = "yes.md"
template_vars = { project = { open = true } }
[agents.no]
path = "agents/a.md"
filename = "no.md"
template_vars = { project = { open = false } }
"""


def test_the_values_of_a_variant_decide_which_placeholders_remain(prompts_of):
    body = "{% if project.open %}{{ n }}{% endif %}."
    files = {"agents/a.md": template("{n: {type: int, default: 1}}", body)}
    agents = prompts_of(files, VARIANTS).agents

    assert (agents.yes(n=5), agents.no(n=5)) == ("5.", ".")


def test_the_same_bytes_with_other_placeholders_are_two_texts(prompts_of):
    body = (
        "{% if project.open %}{{ n }}{% else %}{% raw %}{{ n }}{% endraw %}{% endif %}"
    )
    files = {
        "agents/a.md": embeds("../s.md", "{{ agpm.deps.snippets.s.content }}"),
        "s.md": template("{n: {type: int, default: 1}}", body),
    }
    prompts = prompts_of(files, VARIANTS)

    yes, no = prompts.agents.yes, prompts.agents.no
    assert (yes.document, yes.sha256) == (no.document, no.sha256)
    assert (yes(), no()) == ("1", "{{ n }}")
    # Its two variants have different names, as if their bytes were different.
    assert len(prompts.snippets) == 2
    assert {prompts.snippets[name]() for name in prompts.snippets} == {"1", "{{ n }}"}


def test_the_index_has_the_byte_offsets_of_placeholders(render_files):
    body = "ü{{ n }}\n{{ s }}{{ n }}"
    runtime = '{n: float, s: {type: str, default: \'a|\\"""\\\\;@\'}}'
    files = {"agents/a.md": template(runtime.replace("\\", ""), body)}
    resources = render_files(files, AGENT)
    rendering = Rendering(resources=resources)
    bundle = build_bundle(rendering, output="x/p", distribution="x", version="1")
    (entry,) = json.loads(bundle.files["index.json"].data)["resources"]

    data = bundle.files["agents/a.md"].data
    assert [
        (each["name"], each["type"], each["required"], each["default"])
        for each in entry["runtime"]
    ] == [("n", "float", True, None), ("s", "str", False, 'a|""";@')]
    for each in entry["runtime"]:
        shown = f"{{{{ {each['name']} }}}}".encode()
        assert [data[start:end] for start, end in each["places"]] == [
            shown for _ in each["places"]
        ]
    assert [len(each["places"]) for each in entry["runtime"]] == [2, 1]


def test_the_result_does_not_depend_on_the_sentinels(render_files):
    files = {
        "agents/a.md": embeds("../s.md", "{{ agpm.deps.snippets.s.content }}"),
        "s.md": template("{n: int}", "{{ n }}"),
    }

    assert render_files(files, AGENT) == render_files(files, AGENT)


def test_a_sentinel_does_not_occur_in_any_text_read():
    assert Sentinels()._seed != Sentinels()._seed  # noqa: SLF001 - it must be drawn


# --- what is wrong with a use ---------------------------------------------------------


@pytest.mark.parametrize("templating", DIALECTS)
def test_an_undeclared_name_is_an_error_as_before(error_of, templating):
    error = error_of(
        {"agents/a.md": template("{user_name: str}", "{{ usr_name }}", templating)}
    )

    assert (error.path, error.line) == ("agents/a.md", 6)
    assert error.what == "'usr_name' is undefined"


CHANGING = [
    "upper",
    "lower",
    "capitalize",
    "title",
    "length",
    "wordcount",
    "replace(from='user', to='x')",
    "replace(from='\"', to='x')",
    "truncate(length=3)",
    "urlencode",
    "json_encode",
    "escape",
    "addslashes",
    "trim_start_matches(pat='{')",
    "split(pat=' ') | join(sep='-')",
    "striptags",
]


def refused(error):
    """Return the place of a text that depends on the value of a variable."""
    assert "depends on the value" in error.what
    return error.path, error.line, error.source_line


@pytest.mark.parametrize("changing", CHANGING)
def test_a_filter_of_an_embedded_placeholder_is_applied_to_its_value(
    prompts_of, changing
):
    body = f"{{{{ agpm.deps.snippets.s.content | {changing} }}}}"
    files = {
        "agents/a.md": embeds("../s.md", body),
        "s.md": template("{user_name: str}", "{{ user_name }}, hello"),
    }
    value = '<b>it\'s "user"</b> {Ünicode}'
    content = f"{value}, hello"
    context = {"agpm": {"deps": {"snippets": {"s": {"content": content}}}}}

    prompt = prompts_of(files).agents.a
    assert prompt(user_name=value) == render(body, context)


def test_a_condition_on_an_embedded_placeholder_is_one_on_its_value(prompts_of):
    content = "agpm.deps.snippets.s.content"
    files = {
        "agents/a.md": embeds(
            "../s.md", f"{{% if {content} is containing('{{{{') %}}yes{{% endif %}}"
        ),
        "s.md": template("{n: str}", "{{ n }}"),
    }
    prompt = prompts_of(files).agents.a

    assert (prompt(n="a"), prompt(n="{{")) == ("", "yes")


def test_a_statement_that_fails_for_other_values_fails_for_these(prompts_of):
    body = (
        "{% if agpm.deps.snippets.s.content is containing('{{') %}1{% else %}\n"
        "{{ nope }}{% endif %}"
    )
    files = {
        "agents/a.md": embeds("../s.md", body),
        "s.md": template("{n: str}", "{{ n }}"),
    }
    prompt = prompts_of(files).agents.a

    assert prompt(n="{{") == "1"
    with pytest.raises(TypeError, match=r"agents/a\.md:8: 'nope' is undefined"):
        prompt(n="a")


ENDS = ["", "x", "x\n", "\nx", "x\r\ny", "\r\n", "x\r", "\n\n", "--- a", "---\n", "é\n"]


@pytest.mark.parametrize(
    "outer", ["<{c}>", "{c}|{{{{ n }}}}\n", "{{% if n %}}{c}{{% endif %}}|", "{c}"]
)
@pytest.mark.parametrize("middle", ["{c}", "\n{c}\n", "a {c} b", "{{{{ n }}}}{c}"])
@pytest.mark.parametrize(
    "inner", ["{{ n }}", "\n\n{{ n }} x\n", "a {{ n }}\n\n\n\n", "{{ n }}\nmore\n"]
)
def test_line_ends_of_values_are_those_of_a_build_with_the_values(
    prompts_of, render_files, outer, middle, inner
):
    content = "{{ agpm.deps.snippets.s.content }}"
    bodies = [outer.format(c=content), middle.format(c=content), inner]
    others = ["middle.md", "inner.md", ""]

    def files(runtime):
        dependency = "  dependencies: {{snippets: [{{path: {}, name: s}}]}}\n"
        return {
            path: f"---\nagpm:\n  templating: true\n{runtime}"
            f"{dependency.format(other) if other else ''}---\n{body}"
            for path, other, body in zip(
                ["a.md", "middle.md", "inner.md"], others, bodies, strict=True
            )
        }

    manifest = '[agents]\na = {{ path = "a.md"{} }}\n'.format
    prompt = prompts_of(files("  runtime: {n: str}\n"), manifest("")).agents.a
    for value in ENDS:
        known = manifest(f", template_vars = {{ n = {json.dumps(value)} }}")
        (built,) = (r for r in render_files(files(""), known) if r.type == "agent")
        text = built.document[built.body :].decode()
        assert prompt(n=value) == text
        assert "".join(part for part, _ in prompt.parts(n=value)) == text


def test_a_value_cannot_make_frontmatter_of_an_embedded_text(prompts_of):
    files = {
        "agents/a.md": embeds("../s.md", "x{{ agpm.deps.snippets.s.content }}"),
        "s.md": template("{n: str}", "{{ n }}\n---\nrest"),
    }
    prompt = prompts_of(files).agents.a

    assert prompt(n="--- a") == "x--- a\n---\nrest"
    with pytest.raises(TypeError, match="begins like frontmatter"):
        prompt(n="---\nname: x")


def test_statements_that_keep_the_placeholders_are_accepted(prompts_of):
    body = (
        "{{ agpm.deps.snippets.s.content | trim | safe }}\n"
        "{{ agpm.deps.snippets.s.content | replace(from='hello', to='bye') }}\n"
        "{% filter trim %} {{ agpm.deps.snippets.s.content }} {% endfilter %}\n"
        "{% set x = agpm.deps.snippets.s.content ~ '!' %}{{ x }}"
        "{% if agpm.deps.snippets.s.content is containing('hello') %}?{% endif %}"
    )
    files = {
        "agents/a.md": embeds("../s.md", body),
        "s.md": template("{n: str}", "{{ n }} hello {{ n }}"),
    }

    assert prompts_of(files).agents.a(n="A") == (
        "A hello A\nA bye A\nA hello A\nA hello A!?"
    )


def test_declarations_that_agree_are_one_variable(prompts_of):
    files = {
        "agents/a.md": embeds(
            "../s.md", "{{ n }}{{ agpm.deps.snippets.s.content }}", "{n: {type: int}}"
        ),
        "s.md": template("{n: int}", "{{ n }}"),
    }

    assert prompts_of(files).agents.a(n=1) == "11"


def test_the_examples_of_the_page_are_right(prompts_of):
    page = (Path(__file__).parents[2] / "docs/reference/reading.md").read_text("utf-8")
    section = page.partition("## Run-time variables")[2].partition("\n## ")[0]
    shown = re.search(r"```markdown\n(.*?)```", section, re.DOTALL)[1]
    (error,) = re.findall(r"```\n(example_pkg\..*?)\n```", section)
    manifest = (
        '[agents]\nhelper = { path = "a.md", template_vars = { project = { name ='
        ' "x" } } }\n'
    )
    helper = prompts_of({"a.md": shown}, manifest).agents.helper

    assert helper.startswith("You answer {{ user_name }} in ")
    assert helper(user_name="Ada").startswith("You answer Ada in at most 5 sentences. ")
    with pytest.raises(TypeError) as caught:
        helper(user_nam="Ada")
    package = type(helper).__module__
    assert str(caught.value).replace(package, "example_pkg.prompts") == error


def test_a_patched_file_keeps_its_placeholders(prompts_of):
    manifest = AGENT + '\n[patch.agents.a]\nmodel = "opus"\n'
    files = {"agents/a.md": template("{n: int}", "é {{ n }}\n")}
    prompt = prompts_of(files, manifest).agents.a

    assert prompt.metadata["model"] == "opus"
    assert prompt(n=3).strip() == "é 3"


# --- calling --------------------------------------------------------------------------


@pytest.fixture
def greeter(prompts_of):
    runtime = (
        "{user_name: str, limit: {type: int, default: 5},"
        " share: {type: float, default: 0.5}, loud: {type: bool, default: false}}"
    )
    body = "{{ user_name }} {{ limit }} {{ share }} {{ loud }}"
    return prompts_of({"agents/a.md": template(runtime, body)}).agents.a


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({}, "Ada 5 0.5 false"),
        ({"limit": -1, "share": 2, "loud": True}, "Ada -1 2 true"),
        ({"share": 1e20}, "Ada 5 100000000000000000000 false"),
        ({"share": 3.0}, "Ada 5 3 false"),
        (
            {"limit": type("Int", (int,), {"__str__": lambda _: "?"})(3)},
            "Ada 3 0.5 false",
        ),
    ],
)
def test_values_print_as_templates_print_them(greeter, values, text):
    assert greeter(user_name="Ada", **values) == text


@pytest.mark.parametrize("templating", DIALECTS)
def test_values_print_as_at_build_time(prompts_of, templating):
    declared = "{x: {type: [{a: float}]}, f: float, b: bool, n: str | None, l: [str]}"
    body = "{{ x }}|{{ f }}|{{ b }}|{{ n }}|{{ l }}|"
    values = {"x": [{"a": 1.0}], "f": 1e-7, "b": True, "n": None, "l": ["a", "b"]}
    prompt = prompts_of({"agents/a.md": template(declared, body, templating)}).agents.a
    dialect = "tera" if templating == "true" else templating

    at_build = TeraEnvironment().template(body, dialect=dialect).render(values)
    assert prompt(**values) == at_build


def test_one_variable_is_not_printed_by_two_languages(error_of):
    files = {
        "agents/a.md": embeds("../s.md", "{{ agpm.deps.snippets.s.content }}"),
        "s.md": template("{b: bool}", "{{ b }}", "jinja2"),
    }
    error = error_of(files)
    assert isinstance(error, ConflictError)
    assert "agents/a.md" in str(error)


def test_equal_variables_of_both_languages_conflict_only_in_one_text(
    error_of, prompts_of
):
    content = "{{ agpm.deps.snippets.s.content }}"
    files = {
        "t.md": template("{b: bool}", "{{ b }}"),
        "j.md": template("{b: bool}", "{{ b }}", "jinja2"),
        "agents/a.md": embeds("../t.md", content),
        "agents/j.md": embeds("../j.md", content, templating="jinja2"),
    }
    agents = prompts_of(
        files, '[agents]\na = "agents/a.md"\nj = "agents/j.md"\n'
    ).agents
    assert (agents.a(b=True), agents.j(b=True)) == ("true", "True")

    both = embeds("../j.md", content + "{{ b }}", "{b: bool}")
    error = error_of({**files, "agents/a.md": both})
    assert isinstance(error, ConflictError)
    assert "agents/a.md and j.md" in str(error)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, ["user_name is missing"]),
        ({"usr_name": "Ada"}, ["user_name is missing", "'usr_name'"]),
        ({"user_name": "A", "x": 1}, ["'x'"]),
        ({"user_name": None}, ["user_name must be a str"]),
        ({"user_name": b"A"}, ["user_name must be a str"]),
        ({"user_name": "A", "limit": "5"}, ["limit must be an int"]),
        ({"user_name": "A", "limit": True}, ["limit must be an int"]),
        ({"user_name": "A", "limit": 5.0}, ["limit must be an int"]),
        ({"user_name": "A", "share": "1"}, ["share must be a float"]),
        ({"user_name": "A", "loud": 1}, ["loud must be a bool"]),
        (
            {"user_name": 1, "limit": "1"},
            ["user_name must be a str", "limit must be an int"],
        ),
    ],
)
def test_wrong_values_are_a_type_error_that_names_them(greeter, values, words):
    with pytest.raises(TypeError) as caught:
        greeter(**values)

    package = type(greeter).__module__
    assert caught.value.location == f"{package}.agents.a"
    named = zip(caught.value.problems, words, strict=True)
    assert all(word in problem for problem, word in named)
    assert type(caught.value) is sys.modules[package].VariableError
    twin = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own
    assert (str(twin), twin.problems) == (str(caught.value), caught.value.problems)


def test_values_are_given_by_name(greeter):
    with pytest.raises(TypeError, match="given by name"):
        greeter("Ada", limit=1)


def test_a_prompt_without_variables_can_be_called_and_gives_its_text(prompts_of):
    prompt = prompts_of({"agents/a.md": "Just {{ text }}.\n"}).agents.a

    assert (prompt(), type(prompt())) == ("Just {{ text }}.\n", str)
    with pytest.raises(TypeError, match="no variable 'text'"):
        prompt(text="x")


def test_a_copy_can_be_called_as_well(greeter):
    twin = pickle.loads(pickle.dumps(greeter))  # noqa: S301 - our own

    assert twin(user_name="Ada") == greeter(user_name="Ada")


# --- whatever the text is -------------------------------------------------------------

NAMES = ["user_name", "limit", "x"]
LETTERS = st.characters(codec="utf-8", exclude_characters="\r")
HOSTILE = ["{{ user_name }}", "{{x}}", "{json}", "${VAR}", "}}", "{", "{{", "`", "%}"]
RAW = st.lists(st.text(LETTERS, max_size=8) | st.sampled_from(HOSTILE), max_size=6)
PIECES = st.lists(
    RAW.map("".join)
    | st.sampled_from([f"{{{{ {name} }}}}" for name in NAMES]).map(lambda s: (s,)),
    max_size=12,
)


def spelled(piece):
    """Return a piece in template syntax: text between raw tags, or a variable."""
    return piece[0] if isinstance(piece, tuple) else f"{{% raw %}}{piece}{{% endraw %}}"


@pytest.mark.parametrize("templating", DIALECTS)
@settings(max_examples=60, deadline=None)
@given(pieces=PIECES, values=st.tuples(*[st.text(LETTERS) | RAW.map("".join)] * 3))
def test_filling_changes_only_the_declared_placeholders(templating, pieces, values):
    declared = "{" + ", ".join(f"{name}: str" for name in NAMES) + "}"
    body = "".join(map(spelled, pieces))
    given_values = dict(zip(NAMES, values, strict=True))
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        (root / "agpm.toml").write_text('[agents]\na = "a.md"\n')
        (root / "a.md").write_text(
            template(declared, f"x{body}x", templating), "utf-8", newline=""
        )
        rendered = render_manifest(root / "agpm.toml")
        prompt = imported(rendered, root / "site").agents.a

        shown = "".join(p[0] if isinstance(p, tuple) else p for p in pieces)
        filled = "".join(
            given_values[p[0].strip("{} ")] if isinstance(p, tuple) else p
            for p in pieces
        )
        assert prompt == f"x{shown}x"
        assert prompt(**given_values) == f"x{filled}x"
        for module in [key for key in sys.modules if key.startswith("runtime_")]:
            del sys.modules[module]
