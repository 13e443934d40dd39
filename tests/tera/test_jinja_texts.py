"""No value that is not data becomes text: its text has an address."""

import contextlib

import pytest

from hatch_agpm.errors import TemplateError
from hatch_agpm.tera.environment import TeraEnvironment

CONTEXT = {
    "text": "a",
    "texts": ["b", "c"],
    "object": {"key": 1},
    "items": [{"key": 1}],
}
VALUES = {
    "iterator that is a constant": "('ab' | list | reverse)",
    "generator that is a constant": "([1] | batch(1))",
    "method of an object": "object.items",
    "method of a text": "text.upper",
    "method of an array": "texts.index",
    "generator of map": "(texts | map('upper'))",
    "generator of select": "(texts | select)",
    "generator of batch": "(texts | batch(1))",
    "function": "range",
    "class": "namespace",
    "object": "cycler('a')",
    "namespace": "namespace(a=1)",
    "view": "object.items()",
    "array of generators": "[texts | map('upper')]",
    "object of methods": "{'a': [text.upper]}",
}
FILTERS = [
    *("capitalize", "center", "e", "escape", "forceescape", "indent", "lower"),
    *("replace('a', 'b')", "safe", "string", "striptags", "title", "trim"),
    *("truncate(1)", "upper", "wordcount", "wordwrap(5)"),
]
USES = {
    "printed": "{{{{ {0} }}}}",
    "~ after": "{{{{ 'By ' ~ {0} }}}}",
    "~ before": "{{{{ {0} ~ 'x' }}}}",
    "%": "{{{{ '%s' % {0} }}}}",
    "printed, escaped": ("{{% autoescape true %}}{{{{ {0} }}}}{{% endautoescape %}}"),
    "% of several": "{{{{ '%s %s' % ('a', {0}) }}}}",
    "% of a name": "{{{{ '%(x)s' % {{'x': {0}}} }}}}",
    "format": "{{{{ '%s' | format({0}) }}}}",
    "format by name": "{{{{ '%(x)s' | format(x={0}) }}}}",
    "replace with it": "{{{{ 'a' | replace('a', {0}) }}}}",
    "join of an array": "{{{{ ['x', {0}] | join }}}}",
    "join with it": "{{{{ ['x', 'y'] | join({0}) }}}}",
    "safe join": "{{{{ (',' | safe).join(['x', {0}]) }}}}",
    "safe replace": "{{{{ ('a' | safe).replace('a', {0}) }}}}",
    "safe %": "{{{{ ('%s' | safe) % {0} }}}}",
    "set": "{{% set x = 'a' ~ {0} %}}{{{{ x }}}}",
    "macro": "{{% macro m(x) %}}{{{{ x ~ '' }}}}{{% endmacro %}}{{{{ m({0}) }}}}",
    "map": "{{{{ [{0}] | map('string') | list }}}}",
    "tojson": "{{{{ {0} | tojson }}}}",
    **{name: f"{{{{{{{{ {{0}} | {name} }}}}}}}}" for name in FILTERS},
}


def render(template):
    return TeraEnvironment().template(template, dialect="jinja2").render(CONTEXT)


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_what_is_not_data_does_not_become_text(use, value):
    try:
        text = render(use.format(value))
    except TemplateError:
        return
    # A filter may take the items of an iterator instead.
    assert " at 0x" not in text
    assert "<" not in text


@pytest.mark.parametrize("name", ["items", "keys", "get", "__class__", "pop"])
@pytest.mark.parametrize(
    "use",
    [
        "items | join(attribute='{}')",
        "items | map(attribute='{}') | join",
        "items | map(attribute='{}') | list | string",
        "object['{}']",
        "'' ~ object['{}']",
        "object | attr('{}')",
        "items | sum(attribute='{}', start='')",
    ],
)
def test_a_method_is_not_an_attribute_that_is_joined(name, use):
    with pytest.raises(TemplateError):
        render("{{ " + use.format(name) + " }}")


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{ texts | map('upper') | join(',') }}", "B,C"),
        ("{{ ','.join(texts | map('upper')) }}", "B,C"),
        ("{{ object.keys() | join }}", "key"),
        ("{{ object | join }}", "key"),
        ("{{ range(3) | join }}", "012"),
        ("{{ [1, [2, none]] | join('-') }}", "1-[2, None]"),
        ("{{ object.items() | urlencode }}", "key=1"),
        ("{{ items | map(attribute='key') | join }}", "1"),
        ("{{ items | join(attribute='key') }}", "1"),
        ("{{ 'a' ~ 1 ~ none ~ true ~ [1] ~ object }}", "a1NoneTrue[1]{'key': 1}"),
        ("{{ '%s %s' % (text, [1]) }}", "a [1]"),
        ("{{ texts | string }}", "['b', 'c']"),
        ("{{ items | groupby('key') | string }}", "[(1, [{'key': 1}])]"),
    ],
)
def test_data_becomes_the_text_that_jinja2_makes_of_it(template, expected):
    assert render(template) == expected


@pytest.mark.parametrize(
    ("template", "line"),
    [
        ("{% break %}", 1),
        ("a\n{% continue %}", 2),
        ("\n\n{% if text %}{% break %}{% endif %}", 3),
        (
            "{% macro m() %}{{ caller() }}{% endmacro %}\n"
            "{% for x in texts %}{% call m() %}\n{% break %}{% endcall %}{% endfor %}",
            3,
        ),
        ("{% macro m(a, a) %}{% endmacro %}", 1),
        ("a\n{% macro m(a, b, a) %}{% endmacro %}", 2),
        ("{{ dict(a=1, a=2) }}", 1),
        ("{{ texts | join(d=1, d=2) }}", 1),
        ("{% call(a, a) m() %}{% endcall %}", 1),
        ("\n{{ " + "1" * 5000 + " }}", 2),
        ("\n{{ 0x" + "f" * 9000 + " }}", 2),
        ("\n{{ '' ~ (('ab' | list | reverse) | attr('a')) }}", 2),
        ("{{ " + "(" * 300 + "1" + ")" * 300 + " }}", None),
        ("{% if text %}" * 120 + "{% endif %}" * 120, None),
        ("{% for a in texts %}" * 25 + "{% endfor %}" * 25, None),
        ("{{ '\ud800' }}", None),
    ],
    ids=range(16),
)
def test_what_python_refuses_to_compile_is_an_error_of_the_template(template, line):
    if line is None:
        # It depends on the version of Python.
        with contextlib.suppress(TemplateError):
            render(template)
        return
    with pytest.raises(TemplateError) as caught:
        render(template)
    assert caught.value.line == line


@pytest.mark.parametrize(
    "template",
    [
        "{{ {'a': 1}[text.upper] }}",
        "{{ [1, 2].index(range) }}",
        "{{ texts | map(range) | list }}",
        "{{ texts | sort(attribute=range) }}",
        "{{ texts | select(cycler('a')) | list }}",
    ],
)
def test_an_error_has_no_address(template):
    with pytest.raises(TemplateError) as caught:
        render(template)
    assert "0x" not in str(caught.value)
