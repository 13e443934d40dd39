"""Every line of a text is from a line that a file has, or is printed by tags."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hatch_agpm.preview.origins import text_origins
from hatch_agpm.preview.origins.alignment import aligned

LINES = st.lists(st.sampled_from(["a", "b", "c", "", "- x", "{{ v }}", "d {{ w }}"]))


def traced(text, *files):
    """Return the file and line of each line of a text; printed ones have a mark."""
    found = text_origins(text, dict(enumerate(files)))
    return [
        (each.file, each.source_line + (0 if each.is_printed else index))
        + (("printed",) if each.is_printed else ())
        for each in found.lines
        for index in range(each.count)
    ]


def test_a_text_that_is_its_template_is_from_its_lines():
    assert traced("a\nb\n", "a\nb\n") == [(0, 1), (0, 2), (0, 3)]


def test_an_embedded_file_is_found_in_the_text():
    template = "one\n\n{{ tone }}\n\ntwo"
    text = "one\n\nBe kind.\nBe brief.\n\ntwo"

    assert traced(text, template, "---\nx: 1\n---\nBe kind.\nBe brief.\n") == [
        (0, 1),
        (0, 2),
        (1, 4),
        (1, 5),
        (0, 4),
        (0, 5),
    ]


def test_the_values_in_a_line_are_found_between_its_texts():
    found = text_origins(
        "Hello \U0001f600 of acme 1.0!", {0: "Hello {{ name }} of {{ pkg }}!"}
    )

    assert [(each.start, each.end, each.tag) for each in found.printed] == [
        (6, 8, "{{ name }}"),
        (12, 20, "{{ pkg }}"),
    ]


def test_each_turn_of_a_loop_is_from_the_line_in_it():
    template = "Start\n{% for x in xs %}\n- {{ x }}\n{% endfor %}\nEnd"

    found = traced("Start\n- one\n- two\nEnd", template)

    assert found == [(0, 1), (0, 3, "printed"), (0, 3, "printed"), (0, 5)]


def test_what_no_file_has_is_printed_by_the_tags_at_its_position():
    found = traced("a\nx\ny\nb", "a\n{{ text }}\nb", "other\n")

    assert found == [(0, 1), (0, 2, "printed"), (0, 2, "printed"), (0, 3)]


def test_a_text_of_an_empty_template_is_printed():
    assert traced("x", "") == [(0, 1, "printed")]


@given(LINES, LINES, st.lists(LINES, max_size=2))
def test_all_lines_are_covered_and_no_claim_is_false(text, template, others):
    files = ["\n".join(each) for each in (template, *others)]

    found = text_origins("\n".join(text), dict(enumerate(files)))

    lines = "\n".join(text).split("\n")
    assert sum(each.count for each in found.lines) == len(lines)
    at = 1
    for each in found.lines:
        assert each.line == at
        at += each.count
        source = files[each.file].split("\n")
        start = each.source_line - 1
        if not each.is_printed:
            shown = lines[each.line - 1 : each.line - 1 + each.count]
            assert source[start : start + each.count] == shown
    for each in found.printed:
        assert 0 <= each.start < each.end <= len(lines[each.line - 1])


@given(LINES, LINES)
def test_aligned_lines_are_equal_and_in_order(one, other):
    pairs = aligned(one, other)

    assert all(one[a] == other[b] for a, b in pairs)
    for (a, b), (c, d) in pairwise(pairs):
        assert a < c
        assert b < d


@given(LINES)
def test_equal_texts_are_aligned_line_by_line(lines):
    assert aligned(lines, lines) == [(n, n) for n in range(len(lines))]


def test_several_lines_of_a_file_are_not_taken_for_values():
    template = "{{ name }}: {{ job }}\n{{ tone }}"

    found = traced(
        "Ada: Countess\nTone: kind\nLength: short",
        template,
        "Tone: kind\nLength: short\n",
    )

    assert found == [(0, 1, "printed"), (1, 1), (1, 2)]


def test_blank_lines_between_embedded_lines_are_of_their_file():
    template = "Top\n\n{{ x }}\n\nEnd"

    found = traced(
        "Top\n\none\n\n\ntwo\n\nEnd", template, "{% if a %}\none\n{% endif %}\ntwo"
    )

    assert [file for file, *_ in found] == [0, 0, 1, 1, 1, 1, 0, 0]
