"""Filling in the run-time variables of texts, as the reader of a bundle does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hatch_agpm.runtime._jinja.template import JinjaProgramTemplate
from hatch_agpm.runtime._tera.template import ProgramTemplate
from hatch_agpm.runtime._variables import FillError, PromptTemplate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hatch_agpm.review import SnapshotText

__all__ = ["FillError", "example_values", "fill"]


def fill(found: SnapshotText, values: Mapping[str, object]) -> str:
    """
    Return the text of a prompt behind its frontmatter, with values.

    Raises FillError, which says all that is wrong with the values.
    """
    template = _template(found)
    checked, problems, _ = template.variables.checked(values)
    if problems:
        raise FillError("; ".join(problems))
    return template.fill(checked)


def example_values(found: SnapshotText) -> dict[str, object]:
    """Return a value for each variable: the default, or a sample of the type."""
    return {
        each["name"]: _sample(each["name"], each["type"])
        if each["default"] is None
        else each["default"]
        for each in found.entry.get("runtime", ())
    }


def _sample(name: str, kind: Any) -> object:
    """Return a value of a type; a text shows the name of the variable."""
    if isinstance(kind, list):
        return [_sample(name, kind[0])]
    if isinstance(kind, dict):
        return {key: _sample(key, each) for key, each in kind.items()}
    samples: dict[str, object] = {"int": 1, "float": 1.5, "bool": True}
    # A value that may be None is shown as one that is given.
    return samples.get(kind.removesuffix(" | None"), f"<{name}>")


def _template(
    found: SnapshotText,
) -> PromptTemplate | ProgramTemplate | JinjaProgramTemplate:
    entry = found.entry
    variables = [
        (each["name"], each["type"], each["default"], tuple(map(tuple, each["places"])))
        for each in entry["runtime"]
    ]
    dialect = entry["dialect"] or "tera"
    if found.program:
        kind = ProgramTemplate if dialect == "tera" else JinjaProgramTemplate
        return kind(json.loads(found.program), variables)
    body = entry["body"]
    head, text = found.data[:body], found.data[body:].decode()
    embedded = tuple((start, end, newline) for start, end, newline in entry["embedded"])
    return PromptTemplate(head, text, variables, dialect, embedded)
