"""Writing YAML; the expected bytes are what serde_yaml 0.9 writes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hatch_agpm.formats.yaml import load
from hatch_agpm.formats.yaml_writer import dump


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plain text", "plain text"),
        ("", "''"),
        ("yes", "yes"),
        ("on", "on"),
        ("2024-05-01", "2024-05-01"),
        ("12:30", "12:30"),
        ("1_000", "1_000"),
        ("0b12", "0b12"),
        ("1e400", "1e400"),
        ("<<", "<<"),
        ("=", "="),
        ("true", "'true'"),
        ("False", "'False'"),
        ("null", "'null'"),
        ("NULL", "'NULL'"),
        ("~", "'~'"),
        ("12", "'12'"),
        ("-0x1F", "'-0x1F'"),
        ("0b11", "'0b11'"),
        ("017", "'017'"),
        ("+00", "'+00'"),
        (".5", "'.5'"),
        ("1e3", "'1e3'"),
        (".inf", "'.inf'"),
        ("12345678901234567890123", "'12345678901234567890123'"),
        ("a: b", "'a: b'"),
        ("a:", "'a:'"),
        ("a:b", "a:b"),
        ("a #b", "'a #b'"),
        ("a#b", "a#b"),
        ("- a", "'- a'"),
        ("-a", "-a"),
        ("-", "'-'"),
        ("? a", "'? a'"),
        ("?a", "?a"),
        ("---a", "'---a'"),
        ("...", "'...'"),
        ("{{ x }}", "'{{ x }}'"),
        ("a {{ x }}", "a {{ x }}"),
        ("it's", "it's"),
        ("'t is", "'''t is'"),
        (" lead", "' lead'"),
        ("trail ", "'trail '"),
        ("@at", "'@at'"),
        ("a\tb", '"a\\tb"'),
        ('tab\t"\\', '"tab\\t\\"\\\\"'),
        ("\x1b\0\x7f\x85", '"\\e\\0\\x7F\\N"'),
        ("\u2028\ufeff", '"\\L\\uFEFF"'),
        ("x\u2028y", "'x\u2028  y'"),
        ("\u2028", "'\u2028  '"),
        ("x\u2029", "'x\u2029  '"),
        ("a\u2028\u2029b: c", "'a\u2028\u2029  b: c'"),
        ("\u2028 x: y", '"\\L x: y"'),
        ("x \u2028y", '"x \\Ly"'),
        ("it's\u2028", "'it''s\u2028  '"),
        ("one\ntwo\u2028x\n", "|\n  one\n  two\u2028  x"),
        ("tr\u2028\n", "|+\n  tr\u2028"),
        ("\u2028\nx\n", "|2\n\u2028\n  x"),
        ("é 🚀 日本", "é 🚀 日本"),
        ("a\xa0b", "a\xa0b"),
        ("one\ntwo\n", "|\n  one\n  two"),
        ("one\ntwo", "|-\n  one\n  two"),
        ("one\n\n", "|+\n  one\n"),
        ("\n", "|2+\n"),
        ("  in\nout", "|2-\n    in\n  out"),
        ("space \nbreak", '"space \\nbreak"'),
        ("end\n ", '"end\\n "'),
        ("break\n space", "|-\n  break\n   space"),
    ],
)
def test_a_text_has_the_style_that_it_needs(text, written):
    assert dump({"k": text}) == f"k: {written}\n"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (-5, "-5"),
        (2**64 - 1, "18446744073709551615"),
        (1.0, "1.0"),
        (1e16, "1e16"),
        (0.00001, "0.00001"),
        (1e-7, "1e-7"),
        ([], "[]"),
        ({}, "{}"),
    ],
)
def test_other_scalars_are_plain(value, written):
    assert dump({"k": value}) == f"k: {written}\n"


def test_lists_are_below_their_key_and_mappings_indented():
    value = {
        "list": ["a", {"b": 1, "c": ["d"]}, ["e", ["f"]], "g\nh\n", [], {}],
        "map": {"k": {"l": "m\nn"}},
    }
    assert dump(value) == (
        "list:\n- a\n- b: 1\n  c:\n  - d\n- - e\n  - - f\n- |\n  g\n  h\n- []\n- {}\n"
        "map:\n  k:\n    l: |-\n      m\n      n\n"
    )


def test_keys_are_quoted_as_texts_are():
    assert dump({"017": 1, "a: b": 2, "": 3}) == "'017': 1\n'a: b': 2\n'': 3\n"


def test_a_long_key_is_on_a_line_of_its_own():
    long = "é" * 65
    assert dump({"k" * 128: 1}) == f"{'k' * 128}: 1\n"
    assert dump({long: ["a", "b"], "two\nlines": {"c": 1, "d": 2}}) == (
        f"? {long}\n: - a\n  - b\n? |-\n  two\n  lines\n: c: 1\n  d: 2\n"
    )


def test_an_empty_mapping_is_written():
    assert dump({}) == "{}\n"


texts = st.text(st.characters(exclude_categories=["Cs"]))
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts
    | st.sampled_from(["yes", "017", "1e3", ".inf", "- a", "a: b", "\n", " x\n"])
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(texts, values, max_size=4))
def test_written_yaml_parses_to_the_same_value(mapping):
    # Printable or not, all but a few characters can be escaped and read again.
    assert load(dump(mapping)).value == mapping
