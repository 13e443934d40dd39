"""Templates that are built alike share their code, and nothing else."""

from __future__ import annotations

import pytest

from hatch_agpm.tera import Limits, TemplateError, TeraEnvironment, render
from hatch_agpm.tera.compiler.compiler import template_shape
from hatch_agpm.tera.parser.parser import parse

ALIKE = [
    (
        "Dear {{ name }},\n{% for x in xs %}{{ x | upper }};{% endfor %}",
        "To {{ who }}:\n\n{% for each in all %}{{ each | trim }}, {% endfor %}",
    ),
    ("{% if a %}yes{% else %}no{% endif %}", "{%if b.c.d%}1{%else%}22{%endif%}"),
    ("{{ a | default(value=1) }}", "{{  b.c | default(value=2.5) }}"),
    ("{{ 1 + a }}", "{{ 2.5 - b.c }}"),
    ("{{ a ~ 'x' }}", "{{ bb ~ 'yy' }}"),
    ("{% set a = 'x' %}{{ a }}", "{%- set_global b = 1 -%}{{ b }}"),
]
UNLIKE = [
    ("{{ a }}", "{{ a | upper }}"),
    ("{{ a }}", "a"),
    ("{{ a }}", "{{ not a }}"),
    ("{{ a and b }}", "{{ a or b }}"),
    ("{{ a }}", "{{ a[0] }}"),
    ("{{ a }}", "{{ __tera_context }}"),
    ("{{ a | default(value=1) }}", "{{ a | upper(value=1) }}"),
    ("{% if a %}1{% endif %}", "{% if a %}1{% else %}2{% endif %}"),
    ("{% if a %}1{% else %}2{% endif %}", "{% if a %}1{% elif b %}2{% endif %}"),
    ("{% for a in b %}{% break %}{% endfor %}", "{% for a in b %}{% endfor %}"),
    ("{% macro a() %}{% endmacro %}", "{% macro b() %}{% endmacro %}"),
]


def shape(source):
    return template_shape(parse(source, depth=64, size=1000)).body


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_texts_names_and_positions_are_not_part_of_the_shape(one, other):
    assert shape(one) == shape(other)


@pytest.mark.parametrize(("one", "other"), UNLIKE)
def test_templates_that_need_other_code_have_another_shape(one, other):
    assert shape(one) != shape(other)


@pytest.mark.parametrize("turns", [1, 2])
def test_each_template_prints_its_own_texts_and_values(turns):
    environment = TeraEnvironment()
    context = {"name": "Ada", "xs": ["a"], "who": "Bob", "all": [" b ", "c"]}
    for _ in range(turns):
        texts = [environment.template(source).render(context) for source in ALIKE[0]]
        assert texts == ["Dear Ada,\nA;", "To Bob:\n\nb, c, "]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{{ a }}\n{{ first }}", ":2:4: 'first' is undefined"),
        ("\n\n{{ a }} {{second.b}}", ":3:11: 'second.b' is undefined"),
        ("{{ a }}\n{{ c | uper }}", ":2:8: there is no filter 'uper'"),
        ("{{ a }}{{\na | lowr }}", ":2:5: there is no filter 'lowr'"),
    ],
)
def test_an_error_in_shared_code_names_the_place_in_its_own_template(source, message):
    for before in ("{{ a }} {{ a }}", "{{ a }}{{ a | upper }}"):
        render(before, {"a": "x"})
    with pytest.raises(TemplateError) as caught:
        render(source, {"a": "x", "c": "y"})
    assert str(caught.value).startswith(f"{message[1:]}")


def test_limits_belong_to_a_render_and_not_to_the_code():
    source = "{% for x in xs %}\n{{ x }}{% endfor %}"
    context = {"xs": ["a"] * 5}
    assert render(source, context) == "\na" * 5
    with pytest.raises(TemplateError, match="more than 4 turns"):
        render(source, context, limits=Limits(loop=4))
    assert render(source, context) == "\na" * 5


def test_a_text_that_is_too_long_is_told_of_its_own_line():
    assert render("{{ a }}{{ b }}", {"a": "1234", "b": "56789"}) == "123456789"
    with pytest.raises(TemplateError, match="longer than 8 characters") as caught:
        render("{{ c }}{{\nd }}", {"c": "1234", "d": "56789"}, limits=Limits(output=8))
    assert caught.value.line == 2


def test_filters_belong_to_an_environment_and_not_to_the_code():
    for word in ("one", "two"):
        filters = {"content": lambda value, _, word=word: f"{value} {word}"}
        environment = TeraEnvironment(filters=filters)
        assert environment.template("{{ 'a' | content }}").render({}) == f"a {word}"


def test_a_template_renders_within_one_of_the_same_shape():
    def embed(value, _):
        return render("<{{ a }}>", {"a": value})

    environment = TeraEnvironment(filters={"embed": embed})
    template = environment.template("({{ a }}){% set a = 'x' | embed %}[{{ a }}]")
    assert template.render({"a": "y"}) == "(y)[<x>]"
