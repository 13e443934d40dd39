"""
JSON schemas of the project's table, of frontmatter and of the index.

They are made from the declarations that the parsers and the writer of the index use, so
that both know the same keys and types.
"""

from __future__ import annotations

from hatch_agpm.config.schemas.tables import Schema, schema_of
from hatch_agpm.config.tables import ProjectTable
from hatch_agpm.installed.index import INDEX_SCHEMA
from hatch_agpm.model.frontmatter import FrontmatterKeys
from hatch_agpm.model.index import IndexDocument

__all__ = ["frontmatter_schema", "index_schema", "tool_schema"]


def tool_schema(tool: str = "hatch-agpm") -> Schema:
    """
    Return the schema of `[tool.hatch-agpm]`.

    It is the entry point of validate-pyproject, which gives the name of the tool.
    """
    schema = schema_of(ProjectTable, "pyproject")
    return {**schema, "title": f"The table [tool.{tool}] of a pyproject.toml"}


def frontmatter_schema() -> Schema:
    """Return the schema of the frontmatter of a prompt, as a value of YAML."""
    return schema_of(FrontmatterKeys, "frontmatter", nullable=True)


def index_schema() -> Schema:
    """Return the schema of the `index.json` of a bundle."""
    schema = schema_of(IndexDocument, "index", nullable=True, is_whole=True)
    properties = {**schema["properties"], "schema": {"const": INDEX_SCHEMA}}
    return {**schema, "properties": properties}
