"""The second dialect: Jinja2's own language, strict, bounded, without chance."""

import pytest

from hatch_agpm.tera import Limits, TemplateError, TeraEnvironment

CONTEXT = {"map": {"b": 2, "a": 1}, "list": [3, 1], "name": "World"}
ENVIRONMENT = TeraEnvironment(
    filters={"content": lambda value, arguments: f"<{value}{dict(arguments)}>"}
)


def render(template, environment=ENVIRONMENT):
    return environment.template(template, dialect="jinja2").render(CONTEXT)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{ name }}\n\n", "World\n"),
        ("{{ 'a' if list else 'b' }}", "a"),
        ("{% for k, v in map.items() %}{{ k }}{{ v }}{% endfor %}", "b2a1"),
        ("{{ map }}", "{'b': 2, 'a': 1}"),
        (
            "{% for x in list %}{{ loop.index }}/{{ loop.length }} {% endfor %}",
            "1/2 2/2 ",
        ),
        ("{% set a, b = 1, 2 %}{{ a + b }}", "3"),
        ("{% set x %}abc{% endset %}{{ x | upper }}", "ABC"),
        ("{% macro m(x) %}[{{ x }}]{% endmacro %}{{ m(1) }}", "[1]"),
        ("{{ 'a' ~ 1 ~ none }} {{ 4 / 2 }} {{ true }}", "a1None 2.0 True"),
        ("{{ 'x.md' | content }}{{ 'y' | content(a=1) }}", "<x.md{}><y{'a': 1}>"),
        ("{{ nope | default('d') }} {{ nope is defined }}", "d False"),
        ("{% filter upper %}abc{% endfilter %}", "ABC"),
        ("{{ '%s-%s' | format(1, 2) }} {{ 'a,b'.split(',') | join('+') }}", "1-2 a+b"),
        (
            "{% set ns = namespace(n=0) %}{% for x in list %}{% set ns.n = "
            "ns.n + x %}{% endfor %}{{ ns.n }}",
            "4",
        ),
        (
            "{% for x in list %}{% if x == 1 %}{% break %}{% endif %}{{ x }}{% "
            "endfor %}",
            "3",
        ),
        (
            "{% for x in list %}{% set ns = namespace(a='b c') %}{% macro m() %}"
            "{% endmacro %}{{ ns.a.split() }}{% endfor %}",
            "['b', 'c']['b', 'c']",
        ),
        ("{{ ('a' if 1 > 2) | upper }}{{ '%s' % (1 if 1 > 2) }}|", "|"),
        ("{{ '%s%s' % (('a' if 1 > 2), 2) }}{{ ('a' if 1 > 2) ~ 3 }}", "23"),
        ("{{ (1, 2) }} {{ {'b': 1, 'a': [2]} }}", "(1, 2) {'b': 1, 'a': [2]}"),
        ("{{ range(3) | list }} {{ list | sort | first }}", "[0, 1, 2] 1"),
    ],
)
def test_jinja2_is_itself(template, expected):
    assert render(template) == expected


@pytest.mark.parametrize(
    "template",
    [
        "{{ 'a' * 10**9 }}",
        "{{ 10 ** 100000 }}",
        "{{ [0] * 10**9 }}",
        "{{ '%99999d' | format(1) }}",
        "{{ '%99999d' % 1 }}",
        "{{ 'a' | center(10**8) }}",
        "{{ 'aaaa'.replace('a', 'b' * 60000000) }}",
        "{{ ('b' * 60000000).join('aaaa') }}",
        "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% "
        "endfor %}",
        "{{ range(10**7) }}",
        "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
        "{% for x in list recursive %}{{ loop(list) }}{{ loop(list) }}{% endfor %}",
        "{% set ns = namespace(a='a') %}{% for i in range(60) %}{% set ns.a = "
        "ns.a ~ ns.a %}{% endfor %}",
        "{% set ns = namespace(a=1) %}{% for i in range(60) %}{% set ns.a = "
        "[ns.a, ns.a] %}{% endfor %}{{ ns.a }}",
        "{% set ns = namespace(a=1) %}{% for i in range(999) %}{% set ns.a = "
        "{'a': ns.a} %}{% endfor %}{{ ns.a }}",
        "{% for i in range(99999) %}" + "x" * 10_000 + "{% endfor %}",
    ],
)
def test_hostile_templates_end_in_an_error(template):
    with pytest.raises(TemplateError):
        render(template)


def test_the_limits_are_those_of_tera():
    small = TeraEnvironment(limits=Limits(output=5, loop=3))
    with pytest.raises(TemplateError, match="longer than 5 characters"):
        render("{{ 'abcdef' }}", small)
    with pytest.raises(TemplateError, match="more than 3 turns"):
        render("{% for x in 'abcd' %}{% endfor %}", small)
