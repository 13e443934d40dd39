"""Lines and white space as Rust has them (AGPM semantics, 1.2)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hatch_agpm.runtime._tera.rust import WHITE_SPACE
from hatch_agpm.rust import rust_lines, strip_blank_ends

TEXTS = st.text("ab \t\r\n\v\f\x1c\x85\u2028", max_size=30)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("\n", [""]),
        ("a", ["a"]),
        ("a\n", ["a"]),
        ("a\n\n", ["a", ""]),
        ("a\r\nb\r\n", ["a", "b"]),
        ("a\r\r\n", ["a\r"]),
        ("a\rb\r", ["a\rb\r"]),
        ("a\x0bb\x0cc\x1cd\x85e\u2028f", ["a\x0bb\x0cc\x1cd\x85e\u2028f"]),
    ],
)
def test_only_newlines_end_a_line(text, lines):
    assert rust_lines(text) == lines


@given(TEXTS)
def test_lines_joined_are_the_text_with_plain_newlines(text):
    end = "\n" if text.endswith("\n") else ""
    assert "\n".join(rust_lines(text)) + end == text.replace("\r\n", "\n")


def test_white_space_is_as_unicode_defines_it():
    # Python's definition differs only in the four separators of ASCII.
    pythons = {chr(code) for code in range(0x110000) if chr(code).isspace()}
    assert set(WHITE_SPACE) == pythons - set("\x1c\x1d\x1e\x1f")
    assert len(set(WHITE_SPACE)) == len(WHITE_SPACE)


@pytest.mark.parametrize(
    ("text", "stripped"),
    [
        ("", ""),
        (" \n\t\n", ""),
        ("a", "a"),
        ("\n\n  a: 1\n  b: 2\n\n", "  a: 1\n  b: 2"),
        ("\u3000\n \x0b a \u2003", " \x0b a"),
    ],
)
def test_the_first_line_keeps_its_indentation(text, stripped):
    assert strip_blank_ends(text) == stripped


@given(TEXTS)
def test_stripping_blank_ends_loses_nothing_but_white_space(text):
    stripped = strip_blank_ends(text)
    assert stripped.strip(WHITE_SPACE) == text.strip(WHITE_SPACE)
    assert strip_blank_ends(stripped) == stripped
