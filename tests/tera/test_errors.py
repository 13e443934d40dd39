"""What people read when a template is wrong: where errors point."""

import pytest

from hatch_agpm.tera import TemplateError, render

CONTEXT = {
    "name": "World",
    "list": [3, 1],
    "map": {"a": 1},
    "yes": True,
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
