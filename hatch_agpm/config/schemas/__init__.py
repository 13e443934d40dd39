"""
JSON schemas of the project's table and of frontmatter.

They are made from the declarations that the parsers use, so that both know the same
keys and types.
"""

from __future__ import annotations

from hatch_agpm.config.schemas.tables import Schema, schema_of
from hatch_agpm.config.tables import ProjectTable
from hatch_agpm.model.frontmatter import FrontmatterKeys

__all__ = ["frontmatter_schema", "tool_schema"]


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
