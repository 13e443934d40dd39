"""Where a template of the second dialect uses certain variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import nodes

from hatch_agpm.tera.uses import Use

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

__all__ = ["jinja_uses"]

_SECTIONS = (nodes.AssignBlock, nodes.CallBlock, nodes.FilterBlock, nodes.Macro)
"""Statements whose text is a value, which other parts of the template may change."""


def jinja_uses(
    source: str, tree: nodes.Template, names: Collection[str]
) -> Iterator[Use]:
    """Yield the uses of `names` in a template of the second dialect."""
    lines = source.split("\n")
    printed = {
        id(part) for output in tree.find_all(nodes.Output) for part in output.nodes
    }
    for section in tree.find_all(_SECTIONS):
        printed -= {id(name) for name in section.find_all(nodes.Name)}
    for name in tree.find_all(nodes.Name):
        if name.name in names:
            yield Use(
                name=name.name,
                bare=id(name) in printed,
                line=name.lineno,
                column=0,
                source_line=lines[name.lineno - 1],
            )
