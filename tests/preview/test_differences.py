"""Differences of texts are shown by line, and within changed lines by word."""

from __future__ import annotations

import difflib

from hypothesis import given
from hypothesis import strategies as st

from hatch_agpm.preview.differences import shown_change
from hatch_agpm.review import Change

TEXTS = st.lists(st.sampled_from(["one two", "one three", "", "x", "- y", "--- z"]))


def rows(old, new):
    diff = difflib.unified_diff(old, new, "old", "new", lineterm="")
    change = Change(name="x", kind="changed", diff=tuple(diff))
    return shown_change(change).rows


def test_the_words_that_differ_are_marked():
    (_, minus, plus) = rows(["Use at most 3 words."], ["Use exactly 3 words."])

    assert minus.pieces == (("Use ", False), ("at most", True), (" 3 words.", False))
    assert plus.pieces == (("Use ", False), ("exactly", True), (" 3 words.", False))


def test_lines_with_little_in_common_are_not_compared_by_word():
    (_, minus, plus) = rows(["A short line."], ["Nothing of it remains here"])

    assert minus.pieces == (("A short line.", False),)
    assert plus.pieces == (("Nothing of it remains here", False),)


def test_an_added_text_has_all_its_lines():
    found = rows([], ["a", "b"])

    assert [(each.sign, each.new) for each in found] == [("@", 1), ("+", 1), ("+", 2)]


@given(TEXTS, TEXTS)
def test_rows_have_the_lines_of_both_texts_at_their_numbers(old, new):
    for row in rows(old, new):
        text = "".join(piece for piece, _ in row.pieces)
        if row.sign in "- ":
            assert old[row.old - 1] == text
        if row.sign in "+ ":
            assert new[row.new - 1] == text
