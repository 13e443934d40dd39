"""YAML 1.2 scalars and JSON values (AGPM semantics, 1.4; tried on the program)."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from hatch_agpm.errors import FrontmatterError
from hatch_agpm.formats.yaml import load, shape


@pytest.mark.parametrize(
    ("scalar", "value"),
    [
        *((text, True) for text in ("true", "True", "TRUE")),
        *((text, False) for text in ("false", "False", "FALSE")),
        *((text, None) for text in ("", "~", "null", "Null", "NULL")),
        *((text, None) for text in (".inf", "-.INF", "+.Inf", ".nan", ".NaN")),
        *((t, t) for t in ("yes", "Yes", "no", "on", "off", "y", "n", "tRUE", "nULL")),
        *((t, t) for t in ("2024-01-01", "2024-01-01T10:00:00Z", "12:30", "1:30:00")),
        *((t, t) for t in ("017", "00", "-08", "+00", "1_000", "0X1F", "0O7", "0B1")),
        *((t, t) for t in ("0x", "0o8", "0b2", "0x1_0", "+-5", "0x+1", "-0x-1")),
        *((t, t) for t in (".", "e3", "1e", "1e400", "-1e400", "inf", "nan", "+.nan")),
        *((t, t) for t in ("1.2.3", "v1", "<<", "=", "-", "0.1.0", "1,5")),
        ("0", 0),
        ("-0", 0),
        ("+5", 5),
        ("-7", -7),
        ("0x1F", 31),
        ("-0x1f", -31),
        ("+0o17", 15),
        ("0b101", 5),
        ("9223372036854775807", 2**63 - 1),
        ("18446744073709551615", 2**64 - 1),
        ("-9223372036854775808", -(2**63)),
        ("1.0", 1.0),
        ("1.10", 1.1),
        (".5", 0.5),
        ("5.", 5.0),
        ("+.5", 0.5),
        ("1e3", 1000.0),
        ("1E+2", 100.0),
        ("00.5", 0.5),
        ("01e2", 100.0),
        ("-1.5e-3", -0.0015),
        ("9" * 60, float("9" * 60)),
        ("9" * 5000, "9" * 5000),
        ("0x" + "f" * 40, "0x" + "f" * 40),
    ],
)
def test_a_plain_scalar_means_what_yaml_12_says(scalar, value):
    if scalar != "-":
        loaded = load(f"a: {scalar}").value
        assert loaded == {"a": value}
        assert type(loaded["a"]) is type(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("# only a comment\n", None),
        ("a sentence", "a sentence"),
        ("- a\n- 1\n", ["a", 1]),
        ("a: 'true'", {"a": "true"}),
        ('a: "1"', {"a": "1"}),
        ("a: |\n  1\n", {"a": "1\n"}),
        ("a: >-\n  1\n  2\n", {"a": "1 2"}),
        (
            "1: a\ntrue: b\n~: c\n0x10: d",
            {"1": "a", "true": "b", "null": "c", "16": "d"},
        ),
        ("x: {a: 1, a: 2}", {"x": {"a": 2}}),
        ("a: &x [1]\nb: *x", {"a": [1], "b": [1]}),
        ("b: &b {q: 1}\nx:\n  <<: *b", {"b": {"q": 1}, "x": {"<<": {"q": 1}}}),
        ("x: !!str 12", {"x": "12"}),
        ("x: !!int '12'", {"x": 12}),
        ("x: !!float 1", {"x": 1.0}),
        ("x: !!bool TRUE", {"x": True}),
        ("x: !!null ~", {"x": None}),
        ("x: !!timestamp 2024-01-01", {"x": "2024-01-01"}),
        ("x: !!set {a, b}", {"x": {"a": None, "b": None}}),
        ("x: !<foo> 12", {"x": "12"}),
        ("? a\n: b", {"a": "b"}),
        ('x: "\\0"', {"x": "\0"}),
    ],
)
def test_a_document_becomes_json_values(text, value):
    document = load(text)
    assert document.value == value
    assert document.is_empty == (value is None)


def error_of(text, function=load):
    with pytest.raises(FrontmatterError) as raised:
        function(text)
    return str(raised.value)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("a: 1\nx: !foo b", 2, 4),
        ("- !x {}", 1, 3),
        ("[a]: 1", 1, 1),
        ("{a}: 1", 1, 1),
        ("x: 18446744073709551616", 1, 4),
        ("x: -9223372036854775809", 1, 4),
        ("x: !!int 5.0", 1, 4),
        ("x: !!bool maybe", 1, 4),
        ("a: *nope", 1, 4),
        ("a: 1\n---\nb: 2", 2, 1),
        ("a: b: c", 1, 5),
        ("a: 1\nb: x\x07y", 2, 5),
        ("a: \ud800", 1, 4),
        ("a: &a\n  - *a", 1, 4),
        ("a: 1\nb: [c\nd: e", 2, 4),
        ("a: 1\nb: {c\nd: e", 2, 4),
        ("a: 1\nb: 'c\nd: e", 2, 4),
        ("a" * 1_000_001, 0, 0),
    ],
)
def test_invalid_yaml_and_values_without_json_form_are_errors(text, line, column):
    with pytest.raises(FrontmatterError) as raised:
        load(text)
    assert (raised.value.line, raised.value.column) == (line, column)


@pytest.mark.parametrize(("depth", "fits"), [(126, True), (128, False)])
def test_nesting_has_the_limit_that_agpms_parser_has(depth, fits):
    text = "x: " + "[" * depth + "]" * depth
    if fits:
        assert json.dumps(load(text).value).count("[") == depth
    else:
        assert "too deeply nested" in error_of(text)


BOMB = "a: &a [1,1,1,1,1,1,1,1,1,1]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 10)}]\n"
    for i in range(9)
)


@pytest.mark.parametrize(
    "text",
    [
        repr(BOMB),
        "'[' * 900_000",
        "'{' * 900_000",
        "'- ' * 400_000",
        "'? ' * 400_000",
    ],
    ids=["bomb", "lists", "mappings", "dashes", "keys"],
)
def test_a_hostile_document_is_refused_before_it_hangs(text, run_guarded):
    ended = run_guarded(f"""
from hatch_agpm.errors import FrontmatterError
from hatch_agpm.formats.yaml import load
try:
    load({text})
except FrontmatterError as error:
    print(error)
""")
    assert "invalid YAML: " in ended


def test_lines_are_those_of_keys_and_items():
    document = load("a: 1\n\nb:\n  - x\n  - c: 2\n    d: [3]\n")
    assert document.lines == {
        ("a",): 1,
        ("b",): 3,
        ("b", 0): 4,
        ("b", 1): 5,
        ("b", 1, "c"): 5,
        ("b", 1, "d"): 6,
        ("b", 1, "d", 0): 6,
    }


def test_scalars_other_than_text_keep_their_spelling():
    document = load("a: 1.10\nb: [TRUE, '1', x, 0x10]\nc: &c ~\nd: *c")
    assert document.spelled == {
        ("a",): "1.10",
        ("b", 0): "TRUE",
        ("b", 3): "0x10",
        ("c",): "~",
        ("d",): "~",
    }


def test_a_repeated_key_is_recorded_with_its_last_line():
    document = load("a: 1\nb: {x: 1, y: {}, x: 2}\na: 2\na: 3")
    assert document.value == {"a": 3, "b": {"x": 2, "y": {}}}
    assert document.repeated == {("b", "x"): 2, ("a",): 4}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "nothing"),
        ("# a comment\n\n", "nothing"),
        ("a: 1", "mapping"),
        ("{}", "mapping"),
        ("title: {{ x }}", "mapping"),
        ("[a]: !x b", "mapping"),
        ("!x {a: 1}", "mapping"),
        ("a: 99999999999999999999\na: 1", "mapping"),
        ("a: 1\n--- b", "mapping"),
        ("- a", "other"),
        ("A sentence.", "other"),
        ("12", "other"),
    ],
)
def test_the_shape_of_a_text_does_not_depend_on_its_values(text, kind):
    assert shape(text) == kind


def test_the_shape_of_invalid_yaml_is_an_error():
    with pytest.raises(FrontmatterError) as caught:
        shape("a: 1\nb: c: d")

    location = caught.value.location
    assert (location.line, location.column) == (2, 5)
    assert location.source_line == "b: c: d"


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text("ab: -#'\"\n\u00e9~0e", max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("ab:#\u00e9", max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(VALUES)
def test_json_is_yaml_and_means_the_same(value):
    document = load(json.dumps(value, ensure_ascii=False))
    assert json.dumps(document.value) == json.dumps(value)
    assert shape(json.dumps(value)) == (
        "mapping" if isinstance(value, dict) else "other"
    )


@given(st.text("ab:-[]{}#&*!|>'\"%@ \n\t0~?,", max_size=20))
def test_any_text_gives_a_value_or_an_error_with_a_position(text):
    try:
        document = load(text)
    except FrontmatterError as error:
        assert error.line > 0  # noqa: PT017 - either will do
    else:
        json.dumps(document.value, allow_nan=False)
        assert shape(text) in {"mapping", "nothing", "other"}


@pytest.mark.skipif(not yaml.__with_libyaml__, reason="there is but one parser")
def test_the_c_parser_is_used_where_available(count_calls):
    calls = count_calls(load, "a:\n" + "- x y z\n" * 20)
    assert calls["yaml"] > 0
    assert calls["yaml.scanner"] == 0


def test_an_unclosed_quote_is_reported_where_it_opens():
    with pytest.raises(FrontmatterError) as caught:
        load('a: 1\nb: "two\nc: 3\nd: 4\n')
    assert (caught.value.line, caught.value.column) == (2, 4)


@pytest.mark.parametrize("value", ["[file] [line]", "*.py", "@ada", "`x`", "%x"])
def test_a_value_that_begins_with_syntax_gets_a_hint_to_quote_it(value):
    with pytest.raises(FrontmatterError) as caught:
        load(f"a: 1\nargument-hint: {value}\n")

    assert caught.value.hint == "quote the text"


def test_a_tab_gets_a_hint_to_use_spaces():
    with pytest.raises(FrontmatterError) as caught:
        load("a:\n\tb: 1\n")

    assert caught.value.hint.endswith("use spaces")


@pytest.mark.parametrize("sign", ["\u2028", "\u2029", "\x85", "é", "\U0001f600"])
@pytest.mark.parametrize("before", ["a: 'x{0} {0}y'", "# {0}\na: {0}"])
def test_lines_and_columns_are_those_of_an_editor(before, sign):
    text = f"{before.format(sign)}\nb: 1\nc: [x\n"
    with pytest.raises(FrontmatterError) as caught:
        load(text)
    opened = text.split("\n").index("c: [x") + 1
    location = caught.value.location
    assert (location.line, location.column) == (opened, 4)
    assert load(text.replace("[x", "x")).lines["c",] == opened
