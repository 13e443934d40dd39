"""Versions and ranges as Rust's package `semver` reads them."""

import pytest

from hatch_agpm.sources.git.semver import parse_requirement, parse_version

ORDERED = [
    *("0.9.0", "1.0.0-1", "1.0.0-2", "1.0.0-10", "1.0.0-alpha", "1.0.0-alpha.1"),
    *("1.0.0-alpha.beta", "1.0.0-beta", "1.0.0", "1.0.0+1", "1.0.0+2", "1.0.0+a"),
    *("1.0.1", "1.10.0", "2.0.0"),
]


def test_versions_are_ordered():
    versions = [parse_version(each) for each in ORDERED]

    shuffled = versions[7:] + versions[:7]
    assert sorted(shuffled) == versions
    assert len(set(versions)) == len(versions)


@pytest.mark.parametrize(
    "text",
    [
        *("", "1", "1.0", "01.0.0", "1.0.00", "1.0.0-", "1.0.0-01", "1.0.0+", "v1.0.0"),
        *(
            "1.0.0 ",
            "1.0.0.0",
            "1.0.0-ä",
            "\N{ARABIC-INDIC DIGIT ONE}.0.0",
            f"{2**64}.0.0",
            "1.0.0\n",
        ),
    ],
)
def test_other_texts_are_not_versions(text):
    assert parse_version(text) is None


@pytest.mark.parametrize(
    ("requirement", "inside", "outside"),
    [
        ("1.2.3", "1.2.3 1.3.0", "1.2.2 2.0.0"),
        ("^1.2.3", "1.2.3 1.2.4 1.3.0", "1.2.2 2.0.0 1.2.3-a 1.3.0-a"),
        ("^1.2", "1.2.0 1.9.9", "1.1.9 2.0.0"),
        ("^1", "1.0.0 1.9.9", "0.9.0 2.0.0"),
        ("^0.2.3", "0.2.3 0.2.9", "0.2.2 0.3.0 1.0.0"),
        ("^0.0.3", "0.0.3", "0.0.4 0.1.0"),
        ("^0.0", "0.0.0 0.0.9", "0.1.0"),
        ("^0", "0.0.0 0.9.9", "1.0.0"),
        ("~1.2.3", "1.2.3 1.2.9", "1.2.2 1.3.0"),
        ("~1.2", "1.2.0 1.2.9", "1.1.9 1.3.0"),
        ("~1", "1.0.0 1.9.0", "2.0.0"),
        ("=1.2", "1.2.0 1.2.9", "1.3.0"),
        (">1.2", "1.3.0 2.0.0", "1.2.0 1.2.9"),
        (">1.2.3", "1.2.4", "1.2.3"),
        (">=1.2", "1.2.0 2.0.0", "1.1.9"),
        ("<1.2", "1.1.9 0.1.0", "1.2.0"),
        ("<=1.2", "1.2.0 1.2.9", "1.3.0"),
        ("1.*", "1.0.0 1.9.9", "2.0.0"),
        ("1.2.x", "1.2.0 1.2.9", "1.3.0"),
        ("=1.X.*", "1.5.0", "2.0.0"),
        ("*", "0.0.0 9.9.9", "1.0.0-a"),
        (">=1.0.0-b", "1.0.0-b 1.0.0-c 1.0.0 2.0.0", "1.0.0-a 2.0.0-a"),
        ("<1.0.0-b", "1.0.0-a 0.9.0", "1.0.0-b 1.0.0"),
        ("^1.2.3-b", "1.2.3-b 1.2.3 1.9.0", "1.2.3-a 1.2.4-b"),
        ("~1.2.3-b", "1.2.3-b 1.2.4", "1.2.3-a"),
        ("=1.2.3-b+x", "1.2.3-b", "1.2.3"),
        (" >= 1.0 ,  < 2 ", "1.0.0 1.9.9", "0.9.0 2.0.0"),
    ],
)
def test_ranges_match_versions(requirement, inside, outside):
    matches = parse_requirement(requirement).matches

    assert all(matches(parse_version(each)) for each in inside.split())
    assert not any(matches(parse_version(each)) for each in outside.split())


@pytest.mark.parametrize(
    "text",
    [
        *("", ",", "1,", ",1", "a", "^", "^*", ">=", "1 2", ">=1 <2", "1.*.3", "*.1"),
        *("01", "1.2.3-", "1.2.3+", "==1", "!=1", "1.2-a", "1.2.3.4", "*,1", "~>1"),
        *(",".join(["1"] * 33), f"^{2**64}"),
    ],
)
def test_other_texts_are_not_ranges(text):
    with pytest.raises(ValueError, match=r"condition|large"):
        parse_requirement(text)
