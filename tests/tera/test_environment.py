"""The environment: what is kept, what filters may do, what depends on the process."""

import json
import subprocess
import sys

import pytest

from hatch_agpm.errors import ContentError, GraphError, Location
from hatch_agpm.tera import Limits, TemplateError, TeraEnvironment, render


def test_a_template_is_parsed_once():
    environment = TeraEnvironment()
    template = environment.template("{{ n }}")
    assert environment.template("{{ n }}") is template
    assert environment.template("{{ n }}", dialect="jinja2") is not template
    assert [template.render({"n": n}) for n in (1, 2)] == ["1", "2"]


def test_a_text_without_tags_is_itself():
    text = "a } b { c %} \r\n\x00"
    assert render(text, {}) == text


def test_a_render_leaves_its_context_alone():
    context = {"list": [1], "map": {"b": 1, "a": 2}}
    before = json.dumps(context)
    render("{% set list = 5 %}{% for k, v in map %}{{ k }}{% endfor %}", context)
    assert json.dumps(context) == before


def test_keys_of_the_context_may_be_any_string():
    context = {"": 1, "a b": 2, "class": 3, "self": 4, "context": 5, "é": 6}
    assert render("{{ class }}{{ self }}{{ context }}", context) == "345"


def test_a_filter_gets_the_value_and_the_arguments_by_name():
    seen = []

    def content(value, arguments):
        seen.append((value, dict(arguments)))
        return {"text": "embedded"}

    environment = TeraEnvironment(filters={"content": content})
    template = environment.template(
        "{{ 'docs/' ~ n | content(a=1, b='c') | get(key='text') }}"
    )
    assert template.render({"n": "x.md"}) == "embedded"
    assert seen == [("docs/x.md", {"a": 1, "b": "c"})]


def failing(error):
    def content(_value, _arguments):
        raise error

    return TeraEnvironment(filters={"content": content})


@pytest.mark.parametrize(
    "error",
    [
        ContentError("is missing", location=Location(path="a.md")),
        GraphError("cycle"),
    ],
)
@pytest.mark.parametrize("dialect", ["tera", "jinja2"])
def test_an_error_of_a_filter_passes_unchanged(error, dialect):
    template = failing(error).template("\n{{ 'a' | content }}", dialect=dialect)
    with pytest.raises(type(error)) as caught:
        template.render({})
    assert caught.value is error


@pytest.mark.parametrize("dialect", ["tera", "jinja2"])
def test_a_template_error_of_another_file_learns_the_line_that_embeds_it(dialect):
    error = TemplateError(
        "'x' is undefined",
        location=Location(path="b.md", line=3, column=4),
    ).within(["c.md"])
    template = failing(error).template("\n{{ 'a' | content }}", dialect=dialect)
    with pytest.raises(TemplateError) as caught:
        template.render({})
    assert str(caught.value) == str(error)
    assert (error.call_line, caught.value.call_line) == (0, 2)


def test_an_error_without_a_line_gets_the_place_of_the_filter():
    with pytest.raises(TemplateError) as caught:
        failing(TemplateError("too large")).template("\n {{ 'a' | content }}").render(
            {}
        )
    assert caught.value.what == "too large"
    assert (caught.value.line, caught.value.column) == (2, 11)
    assert caught.value.source_line == " {{ 'a' | content }}"


def test_an_error_of_a_filter_in_a_condition_is_swallowed_as_in_tera():
    template = failing(
        ContentError("is missing", location=Location(path="a.md"))
    ).template("{% if path | content %}y{% else %}n{% endif %}")
    assert template.render({"path": "a.md"}) == "n"


def test_filters_that_render_each_other_without_end_are_an_error():
    def content(_value, _arguments):
        return environment.template("{{ 'a' | content }}").render({})

    environment = TeraEnvironment(filters={"content": content})
    with pytest.raises(TemplateError, match="nests too deeply"):
        environment.template("{{ 'a' | content }}").render({})


@pytest.mark.parametrize("dialect", ["tera", "jinja2"])
def test_uses_in_a_text_that_nests_too_deeply_are_an_error(dialect):
    with pytest.raises(TemplateError):
        TeraEnvironment().uses(f"{{{{ {'-' * 5000}x }}}}", ["x"], dialect=dialect)


def test_sixty_four_megabytes_pass():
    text = "x" * 64_000_000
    environment = TeraEnvironment(filters={"content": lambda _value, _arguments: text})
    assert len(environment.template("{{ 'a' | content }}!").render({})) == 64_000_001


def test_now_is_the_time_of_the_build(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert render("{{ now() }} {{ now(timestamp=true) }}", {}) == (
        "2023-11-14T22:13:20+00:00 1700000000"
    )


def test_the_time_is_read_when_a_template_is_rendered(monkeypatch):
    template = TeraEnvironment().template("{{ now(timestamp=true) }}")
    for epoch in ("1", "2"):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
        assert template.render({}) == epoch


def test_only_allowed_variables_of_the_process_are_read(monkeypatch):
    monkeypatch.setenv("HATCH_AGPM_A", "a")
    monkeypatch.setenv("HATCH_AGPM_B", "b")
    template = "".join(
        f"{{{{ get_env(name='HATCH_AGPM_{name}', default='-') }}}}" for name in "AB"
    )
    assert render(template, {}) == "--"
    assert render(template, {}, env=["HATCH_AGPM_A"]) == "a-"


@pytest.mark.parametrize(
    ("limits", "template", "words"),
    [
        (
            Limits(output=9),
            "{{ 'ten chars!' }}",
            "longer than 9",
        ),
        (
            Limits(loop=2),
            "{% for x in [1, 2, 3] %}{% endfor %}",
            "longer than 2 items",
        ),
        (
            Limits(loop=2),
            "{% for x in name %}{% endfor %}",
            "more than 2 turns",
        ),
        (Limits(depth=3), "{{ ((((1)))) }}", "3 levels"),
        (
            Limits(depth=3),
            "{% if a %}" * 4 + "{% endif %}" * 4,
            "3 levels",
        ),
        (Limits(source=100), "{{ 1 }}" + "x" * 100, "too many tags"),
    ],
)
def test_each_limit_can_be_set(limits, template, words):
    with pytest.raises(TemplateError) as caught:
        render(template, {"name": "abc"}, limits=limits)
    assert words in caught.value.what
    assert caught.value.hint.startswith("the limit is '")


def test_rarely_needed_libraries_load_on_first_use():
    program = """
import sys
from hatch_agpm.tera import render
render("{{ name | upper | truncate(length=2) | title | slugify }}", {"name": "x"})
rare = ["regex", "zoneinfo"]
print([name for name in rare if name in sys.modules])
"""
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout == "[]\n"
