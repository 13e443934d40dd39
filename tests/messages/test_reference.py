"""The pages and schemas that are made from the code are current, that of errors too."""

import json
import runpy
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

ROOT = Path(__file__).parents[2]
SCRIPT = runpy.run_path(str(ROOT / "tools/make_reference.py"))
FILES = {
    path.relative_to(ROOT).as_posix(): text for path, text in SCRIPT["files"]().items()
}


@pytest.mark.parametrize("name", FILES)
def test_a_generated_file_is_current(name):
    # If this fails, run python tools/make_reference.py.
    assert (ROOT / name).read_text("utf-8") == FILES[name]


@pytest.mark.parametrize("name", [each for each in FILES if each.endswith(".json")])
def test_a_schema_is_a_schema(name):
    Draft7Validator.check_schema(json.loads(FILES[name]))


@pytest.mark.parametrize(
    ("page", "tables"), [("options", "options"), ("index", "index_fields")]
)
def test_a_page_has_every_table_that_is_made(page, tables):
    page = FILES[f"docs/reference/{page}.md"]
    for name, table in SCRIPT[tables]().items():
        assert f"<!-- generated: {name} -->\n\n{table}\n" in page


def test_an_old_table_is_replaced():
    page = "a\n<!-- generated: x -->\nold\n<!-- end -->\nb\n"
    found = SCRIPT["with_tables"](page, {"x": "new"})
    assert found == "a\n<!-- generated: x -->\n\nnew\n\n<!-- end -->\nb\n"
