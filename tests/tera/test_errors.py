"""What people read when a template is wrong: where errors point."""

import pytest

from hatch_agpm.tera import TemplateError, render

CONTEXT = {
    "name": "World",
    "list": [3, 1],
    "map": {"a": 1},
    "yes": True,
    "no": False,
    "n": 5,
    "agpm": {"project": {"language": "rust"}},
}


def test_an_error_shows_its_line_with_a_caret():
    with pytest.raises(TemplateError) as caught:
        render("first\n\tsee {{ agpm.project.langage }} here\r\nlast", CONTEXT)
    _, line, caret = str(caught.value).split("\n")
    assert line == "    \tsee {{ agpm.project.langage }} here"
    assert caret == "    \t       ^"


@pytest.mark.parametrize(
    ("template", "line", "column"),
    [
        ("a\nb {{ name", 2, 3),
        ("a\nb {{ name\nc {{ name }}\nd", 2, 3),
        ("a\n{{ name\nmore text", 2, 1),
        ("a\n {{ name }\n", 2, 2),
        ("{{ name }} {{ name", 1, 12),
        ("a\n{% if yes\nb\n{% endif %}", 2, 1),
        ("{% if yes %}\n{% elif name\nb{% endif %}", 2, 1),
        ("{% if yes %}\nb{% endif", 2, 2),
        ("a\nb {# c\n\n", 2, 3),
        ('a\n{{ "b }}\nc\n', 2, 4),
        ('a\n{{ "b }}\nc "d" e\n', 2, 4),
        ("a\n{{ [1,\n2 }}\nc", 2, 4),
        ("a\n{{ range(end=1 }}\nc", 2, 9),
        ("a\n{{ map['a' }}\nc", 2, 7),
        ("a\n{% if yes %}\nb\n\n", 2, 4),
        ("a\n{% for x in list %}\nb\n\n", 2, 4),
        ("a\n{% raw %}\nb\n\n", 2, 4),
    ],
)
def test_what_is_not_closed_is_reported_where_it_opens(template, line, column):
    with pytest.raises(TemplateError) as caught:
        render(template, CONTEXT)
    assert (caught.value.line, caught.value.column) == (line, column)


@pytest.mark.parametrize(
    ("template", "line", "column"),
    [
        ("{{ name\n  | upper\n  lower }}", 3, 3),
        ("{{ name | default('x' }}", 1, 19),
        ("{{ '}}' name }}", 1, 9),
        ('{{ "a\nb" name }}', 2, 4),
        ("{{ name\n   if yes else 1 }}", 2, 4),
        ("{% if yes %}\n{{ name }}{% endfor %}", 2, 14),
    ],
)
def test_a_mistake_in_a_tag_that_is_closed_is_reported_where_it_is(
    template, line, column
):
    with pytest.raises(TemplateError) as caught:
        render(template, CONTEXT)
    assert (caught.value.line, caught.value.column) == (line, column)


def test_an_error_without_a_place_of_its_own_is_where_the_tag_is():
    with pytest.raises(TemplateError) as caught:
        render(
            "a\n{% for x in range(end=1000) %}{% for y in range(end=1000) %}{% "
            "endfor %}{% endfor %}",
            {},
        )
    assert (caught.value.line, caught.value.column) == (2, 34)


def test_now_without_source_date_epoch_says_what_to_set(monkeypatch):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    with pytest.raises(TemplateError, match="set SOURCE_DATE_EPOCH"):
        render("{{ now() }}", {})


def test_a_swallowed_refusal_would_hide_chance_and_does_not_happen():
    with pytest.raises(TemplateError, match="get_random"):
        render(
            "{% if name | default(value=get_random(end=2)) | upper %}{% endif %}", {}
        )


UNDEFINED = [
    # Each is reported once, with its first place.
    ("{{ u1 }}\n{{ u2.x }}\n{{ u1 }}\n{{ name }}\n{{ u3[0] }}", "u1 u2.x u3[0]"),
    # Branches that are not taken, loops that do not run.
    ("{% if no %}{{ u }}{% endif %}{{ u1 }}{% if yes %}{{ u2 }}{% endif %}", "u1 u2"),
    ("{{ u1 }}{% for x in [] %}{{ u }}{% else %}{{ u2 }}{% endfor %}", "u1 u2"),
    ("{% for x in list %}{{ u1 }}{{ x }}{{ u2 }}{% endfor %}", "u1 u2"),
    ("{% for a in u1 %}{{ u }}{% endfor %}{{ u2 }}", "u1 u2"),
    ("{{ u1 }}{% if yes and u2 == 1 %}{% endif %}", "u1 u2"),
    ("{{ u1 }}{% if no and u == 1 %}{% endif %}", "u1"),
    ("{% if u1 == 1 and u == 1 %}{{ u }}{% endif %}", "u1"),
    # What may be undefined.
    ("{{ u1 }}{{ u | default(value=1) }}{{ u is defined }}{{ not u }}", "u1"),
    ("{{ u1 }}{% if u %}{{ u }}{% endif %}{% if not u %}{{ u2 }}{% endif %}", "u1 u2"),
    ("{{ u1 }}{{ name | default(value=u) }}{{ u | default(value=u2) }}", "u1 u2"),
    # Everything that has a value.
    ("{{ u1 ~ u2 }}{{ u3 + n * u4 }}{{ [u5, n, u6] | length }}", "u1 u2 u3 u4 u5 u6"),
    ("{{ u1 in u2 }}{{ u3 == u4 }}{{ range(end=u5) | length }}", "u1 u2 u3 u4 u5"),
    (
        "{{ name | replace(from=u1, to=u2) }}{{ map[u3] }}{{ u4['a'] }}",
        "u1 u2 u3 u4['a']",
    ),
    (
        "{% if u1 > u2 %}{{ u }}{% endif %}{% if n is divisibleby(u3) %}{% endif %}",
        "u1 u2 u3",
    ),
    ("{% filter replace(from=u2, to=u3) %}{{ u1 }}{% endfilter %}", "u1 u2 u3"),
    ("{% block b %}{{ u1 }}{% endblock %}{{ u2 }}", "u1 u2"),
    # What depends on an undefined variable is not known.
    ("{% set x = u1 %}{{ x }}{{ x ~ u2 }}{% if x == 1 %}{{ u }}{% endif %}", "u1 u2"),
    ("{% set_global x = u1 %}{% for a in x %}{{ u }}{% endfor %}{{ u2 }}", "u1 u2"),
    ("{% if u1 == 1 %}{% set x = 1 %}{% endif %}{{ x }}{{ u2 }}", "u1 u2"),
    (
        "{% for a in list %}{% if a == u1 %}{% break %}{% endif %}{{ u }}{% endfor %}",
        "u1",
    ),
    (
        "{% macro m(a) %}{{ u1 }}{% endmacro %}{{ self::m(a=1) }}"
        "{% if self::m(a=1) == 'x' %}{{ u }}{% endif %}{{ u2 }}",
        "u1 u2",
    ),
    # Other errors end the search.
    ("{{ u1 }}{{ n | upper }}{{ u }}", "u1"),
    ("{% raw %}{{ u }}{% endraw %}{{ u1 }}", "u1"),
]


@pytest.mark.parametrize(("template", "names"), UNDEFINED)
def test_all_undefined_variables_are_reported_at_once(template, names):
    with pytest.raises(TemplateError) as caught:
        render(template, CONTEXT)
    errors = [caught.value, *caught.value.others]
    lines = template.split("\n")
    places = [lines[error.line - 1][error.column - 1 :] for error in errors]
    for place, name in zip(places, names.split(), strict=True):
        assert place.startswith(name) or f"[{name}]" in place


def test_many_undefined_variables_are_reported_up_to_a_limit():
    template = "".join(f"{{{{ u{number} }}}}" for number in range(1000))
    with pytest.raises(TemplateError) as caught:
        render(template, {})
    assert len(caught.value.others) == 20
