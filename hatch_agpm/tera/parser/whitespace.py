"""
White space control: remove the white space that `-` in tags trims.

Follows Tera's implementation, with its gaps: the `else` of a loop is not trimmed, and
the `-` of an `{% endfor %}` trims the end of the loop's body even behind an `else`.
"""

from __future__ import annotations

from dataclasses import replace

from hatch_agpm.runtime._tera.rust import WHITE_SPACE
from hatch_agpm.tera.parser.tree import (
    NO_TRIM,
    Block,
    Branch,
    Else,
    FilterSection,
    For,
    If,
    MacroDefinition,
    Node,
    Raw,
    Super,
    Text,
    Trim,
)

__all__ = ["trimmed"]


def trimmed(nodes: tuple[Node, ...], around: Trim = NO_TRIM) -> tuple[Node, ...]:
    """
    Return `nodes` without the white space that their tags trim.

    `around` are the inner ends of the tags that enclose them: `left` trims the
    first text, `right` the last.
    """
    result: list[Node] = []
    after_text, trim_next = False, around.left
    for node in nodes:
        if isinstance(node, Text):
            after_text = True
            text = node.text.lstrip(WHITE_SPACE) if trim_next else node.text
            trim_next = False
            if text:
                result.append(Text(text=text))
            continue
        if not isinstance(node, Super):
            start, end = _ends(node)
            if start.left and after_text:
                _trim_last(result)
            trim_next = end.right
        after_text = False
        result.append(_inside(node))
    if around.right:
        _trim_last(result)
    return tuple(result)


def _ends(node: Node) -> tuple[Trim, Trim]:
    """Return the first and the last tag of a node, which may be one."""
    if isinstance(node, If):
        return node.branches[0].trim, node.end
    if isinstance(node, Raw | For | MacroDefinition | FilterSection | Block):
        return node.start, node.end
    assert not isinstance(node, Text | Super)  # noqa: S101 - handled by the caller
    return node.trim, node.trim


def _inside(node: Node) -> Node:
    if isinstance(node, For | MacroDefinition | FilterSection | Block):
        between = Trim(left=node.start.right, right=node.end.left)
        return replace(node, body=trimmed(node.body, between))
    if isinstance(node, Raw):
        text = node.text.lstrip(WHITE_SPACE) if node.start.right else node.text
        text = text.rstrip(WHITE_SPACE) if node.end.left else text
        return replace(node, text=text)
    if isinstance(node, If):
        return _inside_if(node)
    return node


def _inside_if(node: If) -> If:
    """Trim each branch by its own tag and by the one that follows."""
    follows = [branch.trim for branch in node.branches[1:]]
    if node.otherwise is not None:
        follows.append(node.otherwise.trim)
    follows.append(node.end)
    branches = tuple(
        replace(branch, body=_between(branch, follow))
        for branch, follow in zip(node.branches, follows, strict=False)
    )
    otherwise = node.otherwise
    if otherwise is not None:
        body = _between(otherwise, node.end)
        otherwise = replace(otherwise, body=body)
    return replace(node, branches=branches, otherwise=otherwise)


def _between(part: Branch | Else, follow: Trim) -> tuple[Node, ...]:
    return trimmed(part.body, Trim(left=part.trim.right, right=follow.left))


def _trim_last(nodes: list[Node]) -> None:
    if nodes and isinstance(nodes[-1], Text):
        text = nodes.pop().text.rstrip(WHITE_SPACE)  # type: ignore[union-attr]
        if text:
            nodes.append(Text(text=text))
