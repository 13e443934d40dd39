from __future__ import annotations

import pytest

from hatch_agpm.formats.versions import same_version


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("1.0", "1.0.0", True),
        ("1.0rc1", "1.0.RC.1", True),
        ("1.0", "1.0+local", False),
        ("1.0", "1.1", False),
        ("nightly", "nightly", True),
        ("nightly", "1.0", False),
    ],
)
def test_versions_are_compared_by_pep_440(one, other, same):
    assert same_version(one, other) is same
