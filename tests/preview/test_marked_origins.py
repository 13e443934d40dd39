"""Lines of embedded files are from these files, also if others have equal lines."""

from __future__ import annotations

import pytest
from commands import HEAD
from hypothesis import given
from hypothesis import strategies as st

from hatch_agpm.cli.snapshots import open_with_sources
from hatch_agpm.preview import collect
from hatch_agpm.preview.origins import marked_origins
from hatch_agpm.rendering.marking import MarkedSpan
from hatch_agpm.tokens import counter

SHARED = "Be kind.\nBe brief.\nEnd with a question.\n"
HEADER = """\
---
dependencies:
  snippets: [NAMES]
description: Helps
agpm: {templating: DIALECT}
---
"""
RUNTIME = "---\nagpm: {templating: DIALECT, runtime: {user: str}}\n---\n"
FIRST = 7
"""The first line behind the header."""


def content(name, *, filters=""):
    return f"{{{{ agpm.deps.snippets.{name}.content{filters} }}}}"


def template(names, body, above="./snippets/"):
    named = (f"{{path: {above}{each}.md, name: {each}}}" for each in names.split())
    return HEADER.replace("NAMES", ", ".join(named)) + body


ONE, TWO = content("one"), content("two")
BODIES = {
    "both": ("one two", f"Top\n{ONE}\nMiddle\n{TWO}\nEnd"),
    "reversed": ("one two", f"Top\n{TWO}\nMiddle\n{ONE}\nEnd"),
    "own": ("one", f"{ONE}\n{SHARED}End"),
    "nested": ("outer", f"{content('outer')}\nBe kind."),
    "by-path": ("one", f"{{{{ 'docs/three.txt' | content }}}}\n{ONE}\nEnd"),
    "loop": ("two", f"{{% for x in ['a', 'b'] %}}{TWO}\n{{% endfor %}}End"),
    "trimmed": ("one", f"{{{{ 'docs/three.txt' | content | trim }}}}\n{ONE}"),
    "indented": ("one two", f"{content('two', filters=' | indent')}\n{ONE}"),
    "json": ("one", "Top\n{{ 'docs/data.json' | content }}\nEnd"),
    "inline": ("one two", f"{ONE} {TWO}\nEnd"),
    "condition": (
        "one two",
        f"{ONE}\n{{% if agpm.deps.snippets.two.content | length > 45 %}}x{{% endif %}}",
    ),
    "embeds-condition": ("conditional", f"{content('conditional')}\nEnd"),
    "variables": ("greeting one", f"{content('greeting')}\n{ONE}\nEnd"),
    "logic": ("logical one", f"{content('logical')}\n{ONE}\nEnd"),
    "marks": ("marks", f"Top\n{content('marks')}\nEnd"),
}
SNIPPETS = {
    "one": SHARED,
    "two": f"First.\n\n{SHARED}",
    "outer": template("two", f"Be brief.\n{TWO}\nBe kind.\n", "./"),
    "conditional": template("two", f"{content('two', filters=' | length')}\nx", "./"),
    "greeting": f"{RUNTIME}Hi {{{{ user }}}}.\n{SHARED}",
    "logical": f"{RUNTIME}{{% if user == 'x' %}}x{{% endif %}}\n{SHARED}",
    "marks": "Be kind.\n\U000fa9e1 1\U000fa9e3\n",
}
EXPORT = """\
[tool.hatch-agpm.agents]
helper = { path = "prompts/agents/helper.md", export = true }
"""
HELPER = template("one two", f"{TWO}\n{ONE}\nEnd", "../snippets/")
FILES = {
    "pyproject.toml": HEAD + EXPORT,
    "acme/__init__.py": "",
    "docs/three.txt": f"  {SHARED}\n\n",
    "docs/data.json": '{"b": [1, 2]}',
    "prompts/agents/helper.md": HELPER.replace("---\n", "---\nname: helper\n", 1),
    **{f"prompts/{name}.md": template(*each) for name, each in BODIES.items()},
    **{f"prompts/snippets/{name}.md": text for name, text in SNIPPETS.items()},
}
OF_ONE = [("one.md", 1), ("one.md", 2), ("one.md", 3)]
OF_TWO = [("two.md", number) for number in range(1, 6)]


@pytest.fixture(scope="module", params=["true", "jinja2"])
def preview(request, tmp_path_factory):
    root = tmp_path_factory.mktemp("project")
    for path, text in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(text.replace("DIALECT", request.param).encode())
    opened = open_with_sources(str(root))
    return collect(
        opened.snapshot, counter(), sources=opened.sources, marked=opened.marked
    )


@pytest.fixture
def shown(preview):
    """Return (path, line) for each line of a prompt; a printed one has a mark."""
    paths = [file.path.rpartition("/")[2] for file in preview.files]

    def show(name):
        (prompt,) = (each for each in preview.prompts if each.name == name)
        return [
            (
                paths[each.file],
                each.source_line + (0 if each.is_printed else index),
                *(["printed"] if each.is_printed else []),
            )
            for each in prompt.origins
            for index in range(each.count)
        ]

    return show


def own(name, *lines):
    return [(f"{name}.md", FIRST + each) for each in lines]


def test_two_files_with_equal_lines_are_distinguished(shown):
    found = shown("both")[FIRST - 1 :]

    assert found == [
        *own("both", 0),
        *OF_ONE,
        *own("both", 2),
        *OF_TWO,
        *own("both", 4),
    ]


def test_they_are_distinguished_in_the_other_order(shown):
    found = shown("reversed")[FIRST - 1 :]

    top, middle, end = own("reversed", 0, 2, 4)
    assert found == [top, *OF_TWO, middle, *OF_ONE, end]


def test_a_line_of_the_template_is_not_from_an_embedded_file(shown):
    assert shown("own")[FIRST - 1 :] == [*OF_ONE, *own("own", 1, 2, 3, 4)]


def test_what_an_embedded_file_embeds_is_from_the_inner_file(shown):
    before, behind = own("outer", 0, 2)
    found = shown("nested")[FIRST - 1 :]

    assert found == [before, *OF_TWO, behind, *own("nested", 1)]


def test_a_file_embedded_by_its_path_is_found(shown):
    found = [each for each in shown("by-path") if each[0] != "by-path.md"]

    assert found == [("three.txt", 1), ("three.txt", 2), ("three.txt", 3), *OF_ONE]


def test_each_turn_of_a_loop_embeds_the_same_lines(shown):
    found = [each for each in shown("loop") if each[0] == "two.md"]

    assert found == OF_TWO * 2


def test_content_whose_ends_are_trimmed_is_from_its_file(shown):
    first, *others = shown("trimmed")[FIRST - 1 :]

    assert first == ("three.txt", 1, "printed")
    assert others == [("three.txt", 2), ("three.txt", 3), *OF_ONE]


def test_indented_lines_are_printed_by_the_lines_of_their_file(shown):
    found = shown("indented")[FIRST - 1 :]

    indented = [("two.md", number, "printed") for number in (3, 4, 5)]
    assert found == [("two.md", 1), ("two.md", 2), *indented, *OF_ONE]


def test_a_formatted_file_is_printed_by_the_line_that_embeds_it(shown):
    found = shown("json")[FIRST - 1 :]

    assert {each[0] for each in found} == {"json.md"}
    assert ("json.md", FIRST + 1, "printed") in found


def test_a_line_of_two_files_is_printed_by_the_template(shown):
    found = shown("inline")[FIRST - 1 :]

    # The third line is the last one of a file, and the first one of another.
    assert found == [
        *OF_ONE[:2],
        ("inline.md", FIRST, "printed"),
        *OF_TWO[1:],
        *own("inline", 1),
    ]


def test_if_marks_change_the_text_all_files_are_compared(shown):
    found = shown("condition")

    assert found[FIRST - 1 :][:3] in (OF_ONE, OF_TWO[2:])


def test_what_embeds_such_a_text_is_compared_too(shown):
    found = shown("embeds-condition")

    assert found[FIRST:] == [*own("conditional", 1), *own("embeds-condition", 1)]


def test_texts_with_run_time_variables_are_distinguished(shown):
    lines = [("greeting.md", number) for number in range(4, 8)]

    found = shown("variables")[FIRST - 1 :]

    assert found == [*lines, *OF_ONE, *own("variables", 2)]


def test_texts_with_run_time_logic_are_distinguished(shown):
    lines = [("logical.md", number) for number in range(5, 8)]

    found = shown("logic")

    assert found[-7:] == [*lines, *OF_ONE, *own("logic", 2)]


def test_a_file_with_the_characters_of_marks_is_compared(shown):
    lines = [("marks.md", 1), ("marks.md", 2)]

    assert shown("marks")[FIRST:] == [*lines, *own("marks", 2)]


def test_an_exported_file_is_known_by_the_text_behind_its_frontmatter(shown):
    found = shown("exported:agents/helper.md")

    assert found[-9:] == [*OF_TWO, *OF_ONE, ("helper.md", FIRST + 3)]


LINES = st.lists(st.sampled_from(["a", "b", "", "  a", "{{ v }}", "- {{ w }}"]))


@given(LINES, LINES, LINES, st.lists(st.integers(0, 30), min_size=4, max_size=4))
def test_all_lines_are_covered_and_no_claim_is_false(text, first, other, offsets):
    whole = "\n".join(text)
    start, inner, inner_end, end = sorted(min(each, len(whole)) for each in offsets)
    nested = MarkedSpan(
        start=inner - start, end=inner_end - start, file="inner", inner=()
    )
    span = MarkedSpan(start=start, end=end, file="other", inner=(nested,))
    files = {0: "\n".join(first), 1: "\n".join(other)}

    found = marked_origins(whole, (span,), files, {"other": 1, "inner": 2}, template=0)

    lines, at = whole.split("\n"), 1
    for each in found.lines:
        assert each.line == at
        at += each.count
        if not each.is_printed:
            start = each.source_line - 1
            source = files[each.file].split("\n")[start : start + each.count]
            assert source == lines[each.line - 1 : each.line - 1 + each.count]
    assert at == len(lines) + 1


def test_a_template_that_begins_with_its_own_text_embeds_it():
    """Then an indented line is from the line that was indented."""
    source = "{{ itself }}\nplain\nend"
    text = "  plain\nodd\nend"
    span = MarkedSpan(start=0, end=len("  plain\nodd"), file="own", inner=())

    found = marked_origins(text, (span,), {0: source}, {"own": 0}, template=0).lines

    assert [each.source_line for each in found] == [2, 1, 3]
