"""What people read when a template is wrong: exact sentences, and where they point."""

from pathlib import Path

import pytest

from hatch_agpm.tera import TemplateError, render

CONTEXT = {
    "name": "World",
    "n": 5,
    "list": [3, 1],
    "map": {"a": 1},
    "yes": True,
    "agpm": {
        "project": {"language": "rust", "styleguide": "docs/s.md"},
        "deps": {"agents": {"rust-expert": {"content": "x"}}},
    },
}


def messages():
    """Return the pairs of the data file: a template, an indented line, a blank one."""
    path = Path(__file__).parents[1] / "data" / "tera_messages.txt"
    lines = [line for line in path.read_text("utf-8").split("\n") if line[:2] != "# "]
    lines = [line for line in lines if line]
    return list(zip(lines[::2], lines[1::2], strict=True))


@pytest.mark.parametrize(("template", "sentence"), messages())
def test_message(template, sentence):
    with pytest.raises(TemplateError) as caught:
        render(template, CONTEXT)
    first = str(caught.value).split("\n    ")[0]
    assert first == f"{caught.value.line}:{caught.value.column}: {sentence.strip()}"


def test_an_error_shows_its_line_with_a_caret():
    with pytest.raises(TemplateError) as caught:
        render("first\n\tsee {{ agpm.project.langage }} here\r\nlast", CONTEXT)
    assert str(caught.value) == (
        "2:9: 'agpm.project.langage' is undefined;"
        " did you mean 'agpm.project.language'?\n"
        "    \tsee {{ agpm.project.langage }} here\n"
        "    \t       ^"
    )


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
