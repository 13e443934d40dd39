"""Variables of resources (AGPM semantics, 1.6 and 3.5)."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hatch_agpm.model.variants import variant_hash
from hatch_agpm.rendering.resolution.variables import (
    deep_merge,
    resolution_context,
    variant_inputs,
    with_metadata,
)


@pytest.mark.parametrize(
    ("below", "above", "merged"),
    [
        ({"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 3}}, {"a": {"b": 3, "c": 2}}),
        ({"a": {"b": 1}}, {"a": {}}, {"a": {"b": 1}}),
        ({"a": "x"}, {"a": {}}, {"a": {}}),
        ({"a": [1]}, {"a": {}}, {"a": {}}),
        ({"a": {"b": 1}}, {"a": 3}, {"a": 3}),
        ({"a": {"b": 1}}, {"a": None}, {"a": None}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
    ],
)
def test_mappings_merge_and_other_values_are_replaced(below, above, merged):
    assert deep_merge(below, above) == merged


VALUES = st.recursive(
    st.none() | st.integers(0, 2) | st.lists(st.integers(0, 1), max_size=2),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
TABLES = st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(TABLES, TABLES, TABLES)
def test_merging_is_associative_and_does_not_change_its_arguments(a, b, c):
    before = repr((a, b, c))
    grouped = deep_merge(a, deep_merge(b, c))
    # The grouping matters only if a scalar is between two mappings.
    if not _hides_a_mapping(a, b, c):
        assert deep_merge(deep_merge(a, b), c) == grouped
    assert deep_merge(a, a) == a
    assert deep_merge(a, {}) == a
    assert deep_merge({}, a) == a
    assert repr((a, b, c)) == before


def _hides_a_mapping(a, b, c):
    return any(
        (isinstance(a[key], dict) and isinstance(c[key], dict))
        and (not isinstance(b[key], dict) or _hides_a_mapping(a[key], b[key], c[key]))
        for key in a.keys() & b.keys() & c.keys()
    )


@pytest.mark.parametrize(
    ("project", "template_vars", "variables"),
    [
        ({}, None, {}),
        ({}, {}, {}),
        ({"a": 1}, None, {"project": {"a": 1}}),
        ({"a": 1}, {"extra": 2}, {"extra": 2, "project": {"a": 1}}),
        (
            {"a": 1, "b": {"c": 1, "d": 2}},
            {"project": {"b": {"d": 3}}},
            {"project": {"a": 1, "b": {"c": 1, "d": 3}}},
        ),
        ({}, {"project": {}}, {"project": {}}),
        ({"a": 1}, {"project": {}}, {"project": {"a": 1}}),
        ({"a": 1}, {"project": 3}, {"project": 3}),
        ({"a": 1}, {"project": []}, {"project": []}),
        ({}, {"project": ""}, {"project": ""}),
    ],
)
def test_an_entrys_variables_override_the_project(project, template_vars, variables):
    assert variant_inputs(project, template_vars) == variables


def test_the_hash_is_that_of_canonical_json():
    text = '{"a":"é","project":{"x":[1,2.0,null,true]}}'
    digest = hashlib.sha256(text.encode()).hexdigest()
    assert variant_hash({"project": {"x": [1, 2.0, None, True]}, "a": "é"}) == digest


@pytest.mark.parametrize(
    ("one", "other"), [(1, 1.0), (1, True), (0, None), ("1", 1), ([], {}), ("", None)]
)
def test_values_of_different_types_make_different_variants(one, other):
    assert variant_hash({"x": one}) != variant_hash({"x": other})


@pytest.mark.parametrize(
    ("variables", "metadata", "result"),
    [
        ({"x": 1}, {}, {"x": 1}),
        ({}, {"name": "n"}, {"project": {"name": "n"}}),
        (
            {"project": {"name": "mine"}, "x": 1},
            {"name": "n", "version": "1"},
            {"project": {"name": "mine", "version": "1"}, "x": 1},
        ),
        ({"project": 3}, {"name": "n"}, {"project": 3}),
    ],
)
def test_metadata_is_overridden_by_the_project(variables, metadata, result):
    assert with_metadata(variables, metadata) == result


def test_frontmatter_sees_variables_twice():
    assert resolution_context({"project": {"a": 1}, "x": 2}) == {
        "project": {"a": 1},
        "x": 2,
        "agpm": {"project": {"a": 1}, "x": 2},
    }
