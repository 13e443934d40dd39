"""The messages about limits of templates, and about the second dialect."""

import pytest

from hatch_agpm.tera import Limits, TemplateError, TeraEnvironment, render

CONTEXT = {"map": {"b": 2, "a": 1}, "list": [3, 1], "name": "World"}
JINJA = TeraEnvironment(filters={"content": lambda value, _: value})


def often(body):
    return f"{{% for i in range(end=99999) %}}{body}{{% endfor %}}"


@pytest.mark.parametrize(
    ("limits", "template", "message"),
    [
        (
            Limits(output=9),
            "{{ 'ten chars!' }}",
            "a text gets longer than 9 characters",
        ),
        (
            Limits(loop=2),
            "{% for x in [1, 2, 3] %}{% endfor %}",
            "an array gets longer than 2 items",
        ),
        (
            Limits(loop=2),
            "{% for x in name %}{% endfor %}",
            "the loops take more than 2 turns",
        ),
        (Limits(depth=3), "{{ ((((1)))) }}", "nests deeper than 3 levels"),
        (
            Limits(depth=3),
            "{% if a %}" * 4 + "{% endif %}" * 4,
            "nests deeper than 3 levels",
        ),
        (Limits(source=100), "{{ 1 }}" + "x" * 100, "has too many tags and values"),
    ],
)
def test_a_limit_that_is_exceeded_is_reported(limits, template, message):
    with pytest.raises(TemplateError) as caught:
        render(template, {"name": "abc"}, limits=limits)
    assert caught.value.what == message


@pytest.mark.parametrize(
    ("template", "message"),
    [
        (
            "{{ range(end=1, step_by=0) }}",
            "function 'range' would never end with 'step_by=0'",
        ),
        (
            often("{% set x = range(end=99999) %}"),
            "the filters of the template do too much work",
        ),
        (
            "{% if name is matching('((a{1000}){1000}){1000}') %}{% endif %}",
            "the pattern of 'matching' is wrong: it repeats too often",
        ),
        (
            "{% if name is matching('" + "(" * 5000 + ")" * 5000 + "') %}{% endif %}",
            "the pattern of 'matching' is wrong: its groups nest too deep",
        ),
    ],
)
def test_a_template_that_would_take_too_long_is_reported(template, message):
    with pytest.raises(TemplateError) as caught:
        render(template, CONTEXT)
    assert caught.value.what == message


@pytest.mark.parametrize(
    ("template", "sentence"),
    [
        ("a\n{{ nope }}", "2: 'nope' is undefined"),
        ("{{ map.zz }}", "1: there is no key 'zz'"),
        ("{{ {'name': 1}.nane }}", "1: there is no key 'nane'; did you mean 'name'?"),
        ("a\n\n{% if %}", "3: Expected an expression, got 'end of statement block'"),
        ("{% for x in list %}\n{{ 1 / 0 }}{% endfor %}", "2: division by zero"),
        (
            "{% include 'x' %}",
            "1: a template cannot load another",
        ),
        (
            "{{ name.__class__ }}",
            "1: access to attribute '__class__' of 'str' object is unsafe.",
        ),
        (
            "{{ name.__class__.__mro__ }}",
            "1: access to attribute '__class__' of 'str' object is unsafe.",
        ),
        (
            "{{ list.append(1) }}",
            "1: access to attribute 'append' of 'list' object is unsafe.",
        ),
        ("{{ [1, 2] | random }}", "1: No filter named 'random'."),
        ("{{ lipsum() }}", "1: 'lipsum' is undefined"),
        (
            "{{ range }}",
            "1: a value of type 'method' cannot be printed; add '| list', or "
            "print a part of it",
        ),
        (
            "{{ list | map('string') }}",
            "1: a value of type 'generator' cannot be printed; add '| list', "
            "or print a part of it",
        ),
        (
            "{% with z = 1 %}{% set x | replace(user, 1) %}a{% endset %}{% endwith %}",
            "Jinja2 cannot compile this template: Tried to resolve a name to a "
            "reference that was unknown to the frame ('user')",
        ),
        (
            "{{ 'a' | content(1) }}",
            "1: filter 'content' takes its arguments by name; write "
            "content(name=value)",
        ),
    ],
)
def test_a_mistake_in_the_second_dialect_is_reported(template, sentence):
    with pytest.raises(TemplateError) as caught:
        JINJA.template(template, dialect="jinja2").render(CONTEXT)
    assert str(caught.value).split("\n    ")[0] == sentence
