"""Literal fences (AGPM semantics, 4.5; each case was tried on the program)."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hatch_agpm.errors import TemplateError
from hatch_agpm.formats.literal_blocks import protect


def passed_through(text):
    shielded = protect(text)
    return shielded.restore(shielded.text)


@pytest.mark.parametrize(
    ("text", "restored"),
    [
        ("", ""),
        ("a\r\nb\r\r\nc\rd\r", "a\nb\r\nc\rd\r"),
        ("no fence {{ x }}\n", "no fence {{ x }}\n"),
        ("```literal\n{{ y }}\n```\n", "```\n{{ y }}\n```\n"),
        ("```literal\n{{ y }}\n```", "```\n{{ y }}\n```"),
        ("```literal\r\n{{ y }}\r\n\r\n```\r\nz\r\n", "```\n{{ y }}\n\n```\nz\n"),
        ("```literal\n{{ y }}\r\r\n```\nz\ra\r", "```\n{{ y }}\r\n```\nz\ra\r"),
        ("```literal\n```\n", "```\n\n```\n"),
        ("```literal\n\n\n  a\n\n```\n", "```\n  a\n\n```\n"),
        ("```literal\n \n\na\n```\n", "```\n \n\na\n```\n"),
        ("a\n  ```literal   foo  \nb\n\t```python\nc\n", "a\n```\nb\n```\nc\n"),
        ("\u00a0```literal\n{{ y }}\n\u00a0```\n", "```\n{{ y }}\n```\n"),
        ("```literally\na\n````\n", "```\na\n```\n"),
        ("````literal\na\n````\n", "````literal\na\n````\n"),
        ("~~~literal\na\n~~~\n", "~~~literal\na\n~~~\n"),
        ("``` literal\na\n```\n", "``` literal\na\n```\n"),
        ("> ```literal\n> a\n> ```\n", "> ```literal\n> a\n> ```\n"),
        ("```literal\na\n~~~\n```\n", "```\na\n~~~\n```\n"),
        ("```literal\na\n```\n```literal\nb\n```\n", "```\na\n```\n```\nb\n```\n"),
        ("```md\n```literal\na\n```\n```\n", "```md\n```\na\n```\n```\n"),
    ],
)
def test_a_literal_fence_shows_its_text_between_bare_fences(text, restored):
    assert passed_through(text) == restored


def test_the_engine_sees_one_line_in_place_of_a_block():
    shielded = protect("a\n ```literal\n{{ x }}\n```\n```literal\n```\nb")
    assert shielded.text == f"a\n{shielded.word}0__\n{shielded.word}1__\nb"
    assert shielded.word.endswith("_AGPM_LITERAL_BLOCK_")
    assert shielded.blocks == ("{{ x }}", "")


def test_a_block_may_be_left_out_or_shown_again():
    shielded = protect("```literal\n{{ x }}\n```")
    assert shielded.restore("") == ""
    assert shielded.restore(f"{shielded.text} {shielded.text}") == (
        "```\n{{ x }}\n``` ```\n{{ x }}\n```"
    )


def test_the_contents_of_a_block_are_not_interpreted():
    text = "```literal\n__AGPM_LITERAL_BLOCK_1__\n```\n```literal\nb\n```\n"
    assert passed_through(text) == ("```\n__AGPM_LITERAL_BLOCK_1__\n```\n```\nb\n```\n")


def test_more_than_ten_blocks_come_back_in_order():
    text = "".join(f"```literal\n{number}\n```\n" for number in range(25))
    assert passed_through(text) == text.replace("literal", "")


@pytest.mark.parametrize(
    "value",
    [
        "__AGPM_LITERAL_BLOCK_0__",
        "__agpm_literal_block_7__",
        "AGPM: literal, block 3",
        "__AGPM_Lost",
    ],
)
def test_a_text_that_looks_like_a_placeholder_is_kept(value):
    text = "{{ v }}\n```literal\na\n```\n"
    shielded = protect(text)
    rendered = shielded.text.replace("{{ v }}", value)
    assert shielded.restore(rendered) == f"{value}\n```\na\n```\n"
    assert passed_through(f"{value}\n{text}") == f"{value}\n{{{{ v }}}}\n```\na\n```\n"


def test_texts_about_literal_blocks_are_not_placeholders():
    shielded = protect("```literal\na\n```\n")
    rendered = f"AGPM literal blocks, AGPM_LITERAL_BLOCK\n{shielded.text}"
    assert shielded.restore(rendered) == (
        "AGPM literal blocks, AGPM_LITERAL_BLOCK\n```\na\n```\n"
    )


@pytest.mark.parametrize(
    "change",
    [
        str.lower,
        str.title,
        lambda text: text.replace("_", "-"),
        lambda text: text.replace("__", ""),
        lambda text: re.sub("[^a-z0-9]+", "-", text.lower()),
        lambda text: text[:12],
        lambda text: text.replace("0", "9"),
    ],
    ids=["lower", "title", "dashes", "bare", "slug", "cut", "number"],
)
def test_a_filter_that_changes_a_placeholder_is_an_error(change):
    shielded = protect("```literal\na\n```\n")
    with pytest.raises(TemplateError, match="a filter"):
        shielded.restore(change(shielded.text))


def test_a_filter_that_keeps_a_placeholder_is_accepted():
    shielded = protect("```literal\na\n```\n")
    assert shielded.restore(shielded.text.upper()) == "```\na\n```\n"


LINES = st.sampled_from(
    ["", "a", "{{ x }}", " ```", "```py", "~~~", "__AGPM_LITERAL_BLOCK_0__", "\r"]
)
BLOCKS = st.lists(st.sampled_from(["", " b", "{% c %}", "~~~", "__AGPM_L"]), max_size=4)


@given(st.lists(st.tuples(LINES, BLOCKS), max_size=5))
def test_every_block_is_restored_and_nothing_else_changes(pieces):
    source, expected = [], []
    for line, block in pieces:
        source += [line, "```literal x", *block, "```"]
        expected += [line, "```", "\n".join(block).lstrip("\n"), "```"]
    text = "".join(f"{line}\n" for line in source)
    # A lone carriage return at the end of a line belongs to its end.
    wanted = "".join(f"{line}\n" for line in expected).replace("\r\n", "\n")
    shielded = protect(text)
    assert "```literal" not in shielded.text
    assert shielded.restore(shielded.text) == wanted


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        r'"```literal\n{{ x }}\n```\n" * 300_000',
        r'"```literal\n" + "\n" * 5_000_000 + "```\n"',
        r'"```literal\n" + "agpm " * 2_000_000 + "\n```\n"',
        r'"AGPM_" * 2_000_000 + "\n```literal\n```\n"',
    ],
    ids=["blocks", "blank-lines", "long-line", "near-misses"],
)
def test_large_texts_do_not_hang(text, run_guarded):
    run_guarded(f"""
from hatch_agpm.formats.literal_blocks import protect
shielded = protect({text})
shielded.restore(shielded.text)
""")


def test_lines_are_those_of_the_text_as_written():
    shielded = protect("a\n```literal\nb\nc\n```\nd\n```literal\n```\ne\n")
    numbers = [shielded.line(number) for number in range(1, 6)]
    assert numbers == [1, 2, 6, 7, 9]
    assert shielded.line(0) == 0
    assert shielded.line(6) == 6
    assert protect("a\nb\n").line(2) == 2
