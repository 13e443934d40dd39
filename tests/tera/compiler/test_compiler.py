"""A compiled template keeps nothing of a render, and any depth ends in an answer."""

from __future__ import annotations

import pytest

from hatch_agpm.tera import Limits, TemplateError, TeraEnvironment, render


@pytest.mark.parametrize(
    ("source", "place", "name"),
    [
        ("{{ a }}\n{{ first }}", (2, 4), "'first'"),
        ("\n\n{{ a }} {{second.b}}", (3, 11), "'second.b'"),
        ("{{ a }}\n{{ c | uper }}", (2, 8), "'uper'"),
        ("{{ a }}{{\na | lowr }}", (2, 5), "'lowr'"),
    ],
)
def test_an_error_names_its_position(source, place, name):
    with pytest.raises(TemplateError) as caught:
        render(source, {"a": "x", "c": "y"})
    assert (caught.value.line, caught.value.column) == place
    assert name in caught.value.what


def test_limits_belong_to_a_render():
    source = "{% for x in xs %}\n{{ x }}{% endfor %}"
    context = {"xs": ["a"] * 5}
    assert render(source, context) == "\na" * 5
    with pytest.raises(TemplateError, match="more than 4 turns"):
        render(source, context, limits=Limits(loop=4))
    assert render(source, context) == "\na" * 5


def test_a_text_that_is_too_long_is_reported_with_its_line():
    assert render("{{ a }}{{ b }}", {"a": "1234", "b": "56789"}) == "123456789"
    with pytest.raises(TemplateError, match="longer than 8 characters") as caught:
        render("{{ c }}{{\nd }}", {"c": "1234", "d": "56789"}, limits=Limits(output=8))
    assert caught.value.line == 2


def test_filters_belong_to_an_environment():
    for word in ("one", "two"):
        filters = {"content": lambda value, _, word=word: f"{value} {word}"}
        environment = TeraEnvironment(filters=filters)
        assert environment.template("{{ 'a' | content }}").render({}) == f"a {word}"


def test_a_template_renders_within_a_filter_of_another():
    def embed(value, _):
        return render("<{{ a }}>", {"a": value})

    environment = TeraEnvironment(filters={"embed": embed})
    template = environment.template("({{ a }}){% set a = 'x' | embed %}[{{ a }}]")
    assert template.render({"a": "y"}) == "(y)[<x>]"


# Each nests once a level: what it begins with, what is inside, how a level ends.
NESTED_ONCE = {
    "loops": ("{% for x in [1] %}", "{{ x }}", "{% endfor %}"),
    "empty loops": ("{% for x in none %}{% else %}", "1", "{% endfor %}"),
    "conditions": ("{% if yes %}", "1", "{% endif %}"),
    "alternatives": ("{% if no %}{% elif no %}{% else %}", "1", "{% endif %}"),
    "filter sections": ("{% filter trim %}", "1", "{% endfilter %}"),
    "parentheses": ("(", "1", ")"),
    "conditions in parentheses": ("(", "no or yes", ")"),
    "negated tests": ("not yes is not containing(", "yes", ")"),
}
NESTED_TWICE = {
    "loops and conditions": (
        "{% for x in [1] %}{% if x %}",
        "1",
        "{% endif %}{% endfor %}",
    ),
    "arguments of filters": ("one | default(value=", "1", ")"),
    "arguments of filters that are used": ("one | concat(with=", "1", ")"),
    "arguments of functions": ("get_env(name='NO', default=", "1", ")"),
    "arguments of macros": ("self::m(x=", "1", ")"),
}
MACRO = "{% macro m(x) %}{{ x }}{% endmacro %}"
VARIABLES = {"yes": True, "no": False, "none": [], "one": 1}


def outcome(parts, levels, limits):
    """Return the text of a nested template, or what its error says."""
    opening, inside, closing = parts
    source = opening * levels + inside + closing * levels
    if "{" not in opening:
        source = f"{MACRO}{{{{ {source} }}}}"
    try:
        return render(source, VARIABLES, limits=limits)
    except TemplateError as error:
        return error.what


@pytest.mark.parametrize(
    ("parts", "levels"),
    [
        *(pytest.param(parts, 63, id=name) for name, parts in NESTED_ONCE.items()),
        *(pytest.param(parts, 31, id=name) for name, parts in NESTED_TWICE.items()),
    ],
)
def test_what_nests_within_the_limit_is_rendered_and_more_is_an_error(parts, levels):
    shallow = outcome(parts, 1, Limits())
    assert outcome(parts, levels, Limits()) == shallow
    assert outcome(parts, 2 * levels, Limits()) == "nests deeper than 64 levels"
    deep = {"nests too deeply", "nests deeper than 10000 levels"}
    assert outcome(parts, 12_000, Limits(depth=10_000)) in deep


@pytest.mark.parametrize("tags", [0, 1, 6])
def test_macros_nest_as_deep_as_the_limit_allows_whatever_is_around_a_call(tags):
    around = "{% for x in [1] %}" * tags, "{% endfor %}" * tags
    macro = (
        "{% macro m(n) %}{% if n > 0 %}{% if 1 == 1 %}"
        f"{around[0]}{{{{ n }}}}{{{{ self::m(n=n-1) | trim }}}}{around[1]}"
        "{% endif %}{% endif %}{% endmacro %}"
    )
    text = "".join(str(n) for n in range(63, 0, -1))
    assert render(f"{macro}{{{{ self::m(n=63) }}}}", {}) == text
    with pytest.raises(TemplateError, match="deeper than 64 levels"):
        render(f"{macro}{{{{ self::m(n=64) }}}}", {})


def test_an_error_that_a_condition_swallows_leaves_the_text_before_it():
    source = (
        "{% macro m() %}lost{{ missing }}{% endmacro %}"
        "a{% if missing | default(value=self::m()) | upper %}b{% endif %}c"
    )
    assert render(source, {}) == "ac"


def test_work_that_a_macro_call_is_counts_where_the_call_is():
    source = "{% macro m() %}{{ 1 }}{% endmacro %}" + "\n{{ self::m() }}" * 9
    with pytest.raises(TemplateError, match="too much work") as caught:
        render(source, {}, limits=Limits(output=60))
    assert (caught.value.line > 3, caught.value.column) == (True, 4)
