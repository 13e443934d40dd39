"""Each row of the table of attacks names a test that exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TABLE = (ROOT / "docs/explanation/attacks.md").read_text("utf-8")
ROWS = [row for row in TABLE.splitlines() if row.startswith("| ")][1:]
SECTIONS = 3


@pytest.mark.parametrize("row", ROWS)
def test_each_defence_has_a_test(row):
    cells = row.strip("| ").split(" | ")
    assert len(cells) == SECTIONS
    file, name = re.fullmatch(r"`(tests/\S+\.py)::(test_\w+)`", cells[-1]).groups()
    assert f"\ndef {name}(" in (ROOT / file).read_text("utf-8")


def test_the_table_has_rows():
    assert len(ROWS) > SECTIONS
