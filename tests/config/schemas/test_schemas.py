"""The JSON schemas know the same keys and types as the parsers."""

import copy
import json
import re
import tomllib
from pathlib import Path

import pytest
from jsonschema import Draft7Validator
from validate_pyproject.api import Validator
from validate_pyproject.errors import ValidationError

from hatch_agpm.config.declared import read_table
from hatch_agpm.config.export import check_export_table
from hatch_agpm.config.schemas import frontmatter_schema, tool_schema
from hatch_agpm.config.tables import (
    AgpmEntryTable,
    EntryTable,
    ListedTable,
    ProjectTable,
)
from hatch_agpm.errors import AgpmError
from hatch_agpm.formats.frontmatter import interpret
from hatch_agpm.formats.toml import TableReader
from hatch_agpm.formats.yaml import load
from hatch_agpm.model.config import ExportSettings
from hatch_agpm.model.declared import keys_of
from hatch_agpm.model.frontmatter import AgpmKeys, DependencyKeys
from hatch_agpm.model.types import AGPM_SECTIONS, RESOURCE_TYPES

ROOT = Path(__file__).parents[3]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
TABLE_SCHEMA = tool_schema()
TABLES = Draft7Validator(TABLE_SCHEMA)
FRONTMATTER = Draft7Validator(frontmatter_schema())

VALUES = [
    *("", "x", "jinja2", "in-tree", "agents", 0, 1, -1, 1.5, True, False, [], {}),
    *(["x"], ["agents"], ["x", 3], [[]], [True], [{}], [{"path": "x"}], [{"path": 3}]),
    [{"path": "x", "templating": "jinja2", "exclude": ["a"], "name": "n"}],
    [{"path": "x", "templating": "tera"}],
    *({"path": "x"}, {"path": 3}, {"unknown": 1}, {"a": "x"}, {"a": {"path": "x"}}),
    *({"a": {"path": ""}}, {"a": {"path": "x", "export": True}}, {"a": []}),
    *({"a": {"path": "x", "branch": "b"}}, {"a": {"path": "x", "exclude": []}}),
    *({"a": {"distribution": "x", "version": ">1"}}, {"a": {"version": "1"}}),
    *({"a": {"path": "x", "resources": {"agents": {"path": "y"}}}}, {"loop": 0}),
    *({"a": {"path": "x", "resources": {"agent": {"path": "y"}}}}, {"loop": 1}),
    *({"agents": "x"}, {"agents": {"a": {"x": 1}}}, {"agents": {"a": 3}}),
    *({"agent": "x"}, {"types": ["agents"]}, {"types": ["hooks"]}, {"prefix": True}),
    *({"prefix": 3}, {"directory": ".x"}, {"strict": 0}, {"resources": ["skills/x"]}),
]


def problems_of(table):
    reader = TableReader()
    read_table(ProjectTable, table, reader)
    return reader.problems


@pytest.mark.parametrize("key", [each.name for each in keys_of(ProjectTable)])
def test_schema_and_parser_agree_on_every_key_of_the_table(key):
    # What these accept depends on the text, which a schema does not check.
    has_check = key in {"output", "templates", "verbatim"}
    for value in VALUES:
        problems = problems_of({key: value})
        if not TABLES.is_valid({key: value}):
            assert problems, value
        elif not (has_check and isinstance(value, (str, list))):
            assert problems == [], value


@pytest.mark.parametrize(
    ("declaration", "place"),
    [
        (EntryTable, lambda entry: {"agents": {"a": entry}}),
        (ListedTable, lambda entry: {"skills": [entry]}),
    ],
)
def test_schema_and_parser_agree_on_every_key_of_a_resource(declaration, place):
    # The frontmatter of a file has the same `runtime`, and is compared below.
    for each in [key for key in keys_of(declaration) if key.name != "runtime"]:
        for value in VALUES:
            table = place({"path": "x", each.name: value})
            found = [problem.key for problem in problems_of(table)]
            assert TABLES.is_valid(table) == (not found), (each.name, value, found)


def test_the_schema_has_the_keys_that_the_parser_accepts_and_no_others():
    accepted = {each.name for each in keys_of(ProjectTable) if each.refused is None}
    assert set(TABLE_SCHEMA["properties"]) == accepted
    entry = TABLE_SCHEMA["definitions"]["str_or_EntryTable"]["properties"]
    known = {each.name for each in keys_of(EntryTable) if each.refused is None}
    assert set(entry) == known
    assert {each.name for each in keys_of(AgpmEntryTable)} <= known


def test_the_sections_of_the_declarations_are_the_resource_types():
    assert (*AGPM_SECTIONS, "prompts") == tuple(RESOURCE_TYPES)


def test_the_schema_refuses_nothing_that_the_checks_of_texts_accept():
    schema = TABLE_SCHEMA["definitions"]["ExportSettings"]
    for prefix in ("", "sea", "sea-food", True, False):
        reader = TableReader()
        check_export_table(reader, ExportSettings(prefix=prefix))
        assert reader.problems == []
        assert Draft7Validator(schema).is_valid({"prefix": prefix})


# --- examples, and wrong tables -------------------------------------------------------


@pytest.fixture(scope="module")
def validate():
    return Validator()


def examples():
    """Yield the tables `[tool.hatch-agpm]` that the pages show."""
    for page in PAGES:
        text = page.read_text("utf-8")
        for match in re.finditer(
            r"^```toml\n(.*?)^```", text, re.DOTALL | re.MULTILINE
        ):
            line = text.count("\n", 0, match.start()) + 1
            where = f"{page.relative_to(ROOT).as_posix()}:{line}"
            yield pytest.param(match[1], id=where)


@pytest.mark.parametrize("text", list(examples()))
def test_examples_of_the_pages_are_valid(text, validate):
    table = tomllib.loads(text)
    tool = {
        name: each
        for name, each in table.get("tool", {}).items()
        if name == "hatch-agpm"
    }
    if not tool:
        pytest.skip("has no table of hatch-agpm")
    validate({"tool": tool})
    assert problems_of(tool["hatch-agpm"]) == []


WRONG = [
    ({"outptu": "x"}, "outptu"),
    ({"output": 3}, "output"),
    ({"output": ["x"]}, "output"),
    ({"manifest": True}, "manifest"),
    ({"metadata": "yes"}, "metadata"),
    ({"templates": 1}, "templates"),
    ({"env": "HOME"}, "env"),
    ({"env": ["HOME", 3]}, "env[1]"),
    ({"sbom": "true"}, "sbom"),
    ({"editable": "intree"}, "editable"),
    ({"editable": False}, "editable"),
    ({"verbatim": "docs/*.md"}, "verbatim"),
    ({"hidden-text": {"a": 1}}, "hidden-text"),
    ({"hidden_text": []}, "hidden_text"),
    ({"limits": {"loops": 1}}, "loops"),
    ({"limits": {"loop": 0}}, "loop"),
    ({"limits": {"loop": "9"}}, "loop"),
    ({"limits": []}, "limits"),
    ({"export": {"types": ["hooks"]}}, "types[0]"),
    ({"export": {"types": "skills"}}, "types"),
    ({"export": {"prefix": 3}}, "prefix"),
    ({"export": {"strict": 1}}, "strict"),
    ({"export": True}, "export"),
    ({"agents": 3}, "agents"),
    ({"agents": {"a": {}}}, "path"),
    ({"agents": {"a": {"path": 3}}}, "path"),
    ({"agents": {"a": {"path": "x", "instal": False}}}, "instal"),
    ({"agents": {"a": {"path": "x", "install": "no"}}}, "install"),
    ({"agents": {"a": {"path": "x", "templating": "tera"}}}, "templating"),
    ({"agents": [{"path": "x", "exclude": "y"}]}, "exclude"),
    ({"skills": [3]}, "skills[0]"),
    ({"agent": {}}, "agent"),
    ({"sources": {"s": {"distribution": 3}}}, "distribution"),
    ({"sources": {"s": {"gti": "y"}}}, "gti"),
    ({"tools": {"t": {"enabled": True}}}, "path"),
    ({"tools": {"t": {"path": "x", "resources": {"agent": {}}}}}, "agent"),
    ({"default-tools": {"agent": "x"}}, "agent"),
    ({"patch": {"agents": {"a": 3}}}, "agents.a"),
    ({"project": "x"}, "project"),
    ({"backend-path": "."}, "backend-path"),
]


@pytest.mark.parametrize(("table", "key"), WRONG)
def test_a_wrong_table_is_refused_with_its_key(table, key, validate):
    with pytest.raises(ValidationError) as caught:
        validate({"tool": {"hatch-agpm": copy.deepcopy(table)}})
    assert "tool.hatch-agpm" in caught.value.message
    assert key in caught.value.message
    assert problems_of(table)


# --- frontmatter ----------------------------------------------------------------------

ITEMS = [
    {"path": "x"},
    {"path": "x", "install": False, "flatten": True, "name": "n"},
    *({"path": "x", each.name: 3} for each in keys_of(DependencyKeys)),
    *({"path": "x", each.name: None} for each in keys_of(DependencyKeys)),
    *({"path": "x", each.name: "text"} for each in keys_of(DependencyKeys)),
    *({"path": "x", each.name: ""} for each in keys_of(DependencyKeys)),
    *({"path": "x", each.name: [1]} for each in keys_of(DependencyKeys)),
    *({}, {"name": "n"}, {"path": "x", "instal": True}, "x", None, 3),
]
VARIABLES = [
    *("str", "int", "str | None", "bool|None", "text", "", 3, None, True, "str | int"),
    *(["str"], ["str", "int"], [], [["int"]], [{"a": "str"}], ["x"], [{}], [3]),
    *({"type": "int", "default": 5}, {"type": "int", "description": "x"}, {"typ": 1}),
    *({"type": {"a": "str", "b": ["int"]}}, {"type": {"a-b": "str"}}, {"type": {}}),
    *({}, {"type": ["str"]}, {"description": 3}, {"type": "strr"}, {"a": "str"}),
]
BLOCKS = [
    *({"agpm": {"runtime": {"v": value}}} for value in VARIABLES),
    *({"agpm": {"runtime": {name: "str"}}} for name in ("a_1", "1a", "a-b", "")),
    *({}, None, {"title": "x"}, {"agpm": None}, {"agpm": []}, {"agpm": "x"}),
    *(
        {"agpm": {"templating": value}}
        for value in (True, False, "jinja2", None, 1, "x")
    ),
    *({"agpm": {"runtime": value}} for value in (None, [], "x", {}, {"a": "str"})),
    *({"agpm": {"dependencies": value}} for value in (None, [], "x", {}, {"x": []})),
    *({"agpm": {"dependencies": {each: None}}} for each in RESOURCE_TYPES),
    *({"dependencies": {each: []}} for each in RESOURCE_TYPES),
    *({"dependencies": {"agents": value}} for value in ("x", {}, 3)),
    *({"agpm": {"dependencies": {"agents": [item]}}} for item in ITEMS),
    *({"dependencies": {"agents": [{"path": "x"}, item]}} for item in ITEMS),
    {"agpm": {"anything": 1}},
]


@pytest.mark.parametrize("block", BLOCKS, ids=json.dumps)
def test_schema_and_parser_agree_on_frontmatter(block):
    try:
        interpret(load(json.dumps(block)), sections=tuple(RESOURCE_TYPES))
        is_accepted = True
    except AgpmError:
        is_accepted = False
    assert FRONTMATTER.is_valid(block or {}) == is_accepted


def test_the_schema_of_frontmatter_has_the_keys_that_the_parser_knows():
    found = FRONTMATTER.schema["definitions"]["AgpmKeys_or_NoneType"]["properties"]
    assert set(found) == {each.name for each in keys_of(AgpmKeys)}
