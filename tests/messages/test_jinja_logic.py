"""The messages about run-time logic in templates of Jinja2."""

import pytest
from templates import AGENT, embeds, template

from hatch_agpm.errors import AgpmError

LATER = "apply it to what is known at build time, or let the caller's code do it"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("{{ n | content }}", "filter 'content' cannot be left for run time"),
        ("{{ n is filter }}", "test 'filter' cannot be left for run time"),
        ("{{ n.format(1) }}", "method 'format' cannot be left for run time"),
        (
            "{{ [n] | map(n) }}",
            "filter 'map' with a filter that has no fixed name cannot be left for run"
            " time",
        ),
        (
            "{{ [n] | select(*n) | list }}",
            "filter 'select' with arguments of a list cannot be left for run time",
        ),
        ("{{ 1e999 * n | int }}", "an infinite number cannot be left for run time"),
        ("{{ self.b() }}{{ n | e }}", "'self' cannot be left for run time"),
    ],
)
def test_what_cannot_be_left_for_run_time_is_named(render_files, body, message):
    files = {"agents/a.md": template("{n: str}", body, "jinja2")}
    with pytest.raises(AgpmError) as caught:
        render_files(files, AGENT)
    assert str(caught.value) == f"agents/a.md:6: {message}; {LATER}\n    {body}"


def test_a_field_with_the_name_of_a_method_is_named(render_files):
    body = "{{ n.items | length }}"
    files = {"agents/a.md": template("{n: {type: {items: [str]}}}", body, "jinja2")}
    with pytest.raises(AgpmError) as caught:
        render_files(files, AGENT)
    assert str(caught.value) == (
        "agents/a.md:6: '.items', a field with the name of a method, cannot be left for"
        f" run time; {LATER}\n    {body}"
    )


def test_logic_in_the_other_language_is_named(render_files):
    content = "{{ agpm.deps.snippets.s.content }}"
    files = {
        "agents/a.md": embeds("../s.md", content, "{n: str}", "jinja2"),
        "s.md": template("{n: str}", "{% if n %}1{% endif %}"),
    }
    with pytest.raises(AgpmError) as caught:
        render_files(files, AGENT)
    assert str(caught.value) == (
        "agents/a.md: cannot embed 's.md', which has run-time logic in the other"
        " template language; write both in one language"
    )


def test_a_literal_fence_in_a_section_is_named(render_files):
    body = "{% filter upper %}{{ n }}\n```literal\nx\n```\n{% endfilter %}"
    files = {"agents/a.md": template("{n: str}", body, "jinja2")}
    with pytest.raises(AgpmError) as caught:
        render_files(files, AGENT)
    assert str(caught.value) == (
        "agents/a.md: a literal fence in a macro or section cannot be left for run"
        " time; put the fence outside of it"
    )
