"""JSON as AGPM reads and prints it (AGPM semantics, 4.1; tried on the program)."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hatch_agpm.formats.json import parse_json, pretty_json


@pytest.mark.parametrize(
    ("number", "printed"),
    [
        ("0", "0"),
        ("-0", "-0.0"),
        ("-0.0", "-0.0"),
        ("1.0", "1.0"),
        ("100", "100"),
        ("1E5", "100000.0"),
        ("12345678.9", "12345678.9"),
        ("1e15", "1000000000000000.0"),
        ("1e16", "1e16"),
        ("123456789012345680.0", "1.2345678901234568e17"),
        ("1.5e300", "1.5e300"),
        ("0.00001", "0.00001"),
        ("0.000001", "1e-6"),
        ("5e-324", "5e-324"),
        ("1e-400", "0.0"),
        ("18446744073709551615", "18446744073709551615"),
        ("18446744073709551616", "1.8446744073709552e19"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("-9223372036854775809", "-9.223372036854776e18"),
        ("9" * 300, "1e300"),
    ],
)
def test_a_number_prints_as_in_agpm(number, printed):
    assert pretty_json(parse_json(number)) == printed


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ('{"a":1,"a":2}', '{\n  "a": 2\n}'),
        (
            '{"b":[],"a":{},"é":[1]}',
            '{\n  "a": {},\n  "b": [],\n  "é": [\n    1\n  ]\n}',
        ),
        ('"\\ud83d\\ude00\\u0000\\u007f\\u0080\\/"', '"😀\\u0000\x7f\x80/"'),
        ('"\\n\\t\\"\\\\"', '"\\n\\t\\"\\\\"'),
        (" null\r\n", "null"),
        ("[true, false]", "[\n  true,\n  false\n]"),
    ],
)
def test_a_value_prints_sorted_and_indented(text, printed):
    assert pretty_json(parse_json(text)) == printed


def test_127_nested_values_are_accepted():
    text = "[" * 127 + "]" * 127
    assert pretty_json(parse_json(text)).replace("\n", "").replace(" ", "") == text


def side_by_side(count):
    return "[" + "[[]]," * count + "[]]"


def test_many_brackets_side_by_side_are_not_nested():
    assert parse_json(side_by_side(200_000)) == [[[]]] * 200_000 + [[]]


def test_depth_check_takes_linear_time(count_calls):
    one, two = (
        count_calls(parse_json, side_by_side(count)).total()
        for count in (10_000, 20_000)
    )
    assert two < 2.1 * one


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=50)
@given(VALUES)
def test_printed_json_parses_to_the_same_value(value):
    printed = pretty_json(value)
    assert parse_json(printed) == value
    assert pretty_json(parse_json(printed)) == printed


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.text("ab\u00e9\n"), inner, max_size=3)
        ),
    )
)
def test_except_for_floats_the_output_is_that_of_python(value):
    # Python sorts keys by characters, which for these is by bytes as well.
    assert pretty_json(value) == json.dumps(
        value, indent=2, sort_keys=True, ensure_ascii=False
    )
