"""
Where a template uses certain variables, and whether each use is a bare `{{ name }}`.

Checked before anything is rendered: an unresolved placeholder may be printed, and
no other use of it is allowed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Final

from hatch_agpm.tera.parser.tree import (
    FilterSection,
    For,
    MacroDefinition,
    Operand,
    Path,
    Print,
    Set,
    TemplateTree,
)
from hatch_agpm.tera.positions import position, source_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

__all__ = ["Use", "parts", "roots", "tera_uses"]

_STRING: Final = re.compile(r"""'[^']*'|"[^"]*"|`[^`]*`""")
_ROOT: Final = re.compile(r"(?:^|\[)\s*([A-Za-z_]\w*)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Use:
    """One use of a variable."""

    name: str
    bare: bool
    """Whether it is printed as it is, and nothing else."""

    line: int
    column: int
    """From 1; 0 in Jinja2, which does not say."""

    source_line: str


def tera_uses(source: str, tree: TemplateTree, names: Collection[str]) -> Iterator[Use]:
    """Yield the uses of `names`, bindings of other values to them included."""
    for name, bare, at in _uses(tree, names):
        line, column = position(source, at)
        yield Use(
            name=name,
            bare=bare,
            line=line,
            column=column,
            source_line=source_line(source, at),
        )


def _uses(
    tree: TemplateTree, names: Collection[str]
) -> Iterator[tuple[str, bool, int]]:
    bare = [
        node.value.value
        for node in parts(tree)
        if isinstance(node, Print) and node.value == Operand(value=node.value.value)
    ]
    # What is printed there is a text to which other things may be done.
    inside = {
        id(part)
        for node in parts(tree)
        if isinstance(node, FilterSection | MacroDefinition)
        for part in parts(node)
    }
    printed = {id(value) for value in bare} - inside
    for part in parts(tree):
        if isinstance(part, Path):
            whole = part.text in names and id(part) in printed
            for root in roots(part.text):
                if root in names:
                    yield root, whole, part.at
        for bound, at in _bound(part):
            if bound in names:
                yield bound, False, at


def roots(path: str) -> list[str]:
    """Return the first names in a path and in its indices: `a[b.c]` has a and b."""
    return _ROOT.findall(_STRING.sub("''", path))


def _bound(part: object) -> list[tuple[str, int]]:
    """Return the names to which a tag gives values, each with a place."""
    if isinstance(part, For):
        return [(part.key, part.at), (part.value, part.at)]
    if isinstance(part, Set):
        return [(part.name, part.value.value.at)]
    if isinstance(part, MacroDefinition):
        return [(name, part.at) for name in part.parameters]
    return []


def parts(value: object) -> Iterator[object]:
    """Yield a part of a tree and all parts of it, in the order they are written."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if is_dataclass(part):
            yield part
            waiting += [getattr(part, each.name) for each in fields(part)][::-1]
        elif isinstance(part, tuple):
            waiting += part[::-1]
        elif isinstance(part, dict):
            waiting += [*part.values()][::-1]
