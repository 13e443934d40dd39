"""Text of entry_points.txt: what is read, and one line more."""

from __future__ import annotations

import pytest

from hatch_agpm.bundle.entry_points import add_entry_point, read_entry_points
from hatch_agpm.errors import BundleError

TEXT = """\
[console_scripts]
Acme = acme:main [extra]

[ freezers ]
x=y
"""


def test_groups_and_names_are_read_as_they_are_written():
    assert read_entry_points(TEXT) == {
        "console_scripts": {"Acme": "acme:main [extra]"},
        " freezers ": {"x": "y"},
    }
    assert read_entry_points("") == {}


@pytest.mark.parametrize("text", ["a = b\n", "[g]\nword\n", "[g]\n[g]\n"])
def test_a_malformed_text_is_an_error(text):
    with pytest.raises(BundleError, match=r"^entry_points\.txt"):
        read_entry_points(text)
    with pytest.raises(BundleError, match=r"^entry_points\.txt"):
        add_entry_point(text, "g", "a", "b")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "[g]\na = b\n"),
        ("\n\n", "[g]\na = b\n"),
        ("[h]\nc = d", "[h]\nc = d\n\n[g]\na = b\n"),
        ("[h]\nc = d\n\n", "[h]\nc = d\n\n[g]\na = b\n"),
        ("[g]\nc = d\n[h]\n", "[g]\na = b\nc = d\n[h]\n"),
        ("[g] \r\nc = d\r\n", "[g] \r\na = b\nc = d\r\n"),
        ("[g]\na = mine\n", "[g]\na = mine\n"),
        ("[g]\nA = d\n", "[g]\na = b\nA = d\n"),
        ("[h]\na = d\n", "[h]\na = d\n\n[g]\na = b\n"),
        ("[g]", "[g]\na = b\n"),
    ],
)
def test_an_entry_point_is_added_to_its_group(text, expected):
    assert add_entry_point(text, "g", "a", "b") == expected
    assert read_entry_points(expected)["g"].get("a") in {"b", "mine"}
