"""The command `list`: each prompt with its template and its length."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hatch_agpm.bundle.index import runtime_entry
from hatch_agpm.cli.viewing.names import listed
from hatch_agpm.model.index import as_json
from hatch_agpm.tokens import counter, prefix_of, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hatch_agpm.build import Plan
    from hatch_agpm.cli.viewing.names import Listed
    from hatch_agpm.model.rendering import RenderedResource
    from hatch_agpm.tokens import Counter

__all__ = ["lengths", "list_text", "shown_length"]


def list_text(plan: Plan, *, as_json: bool) -> str:
    """Return what `list` prints, without a line end."""
    items, counts = listed(plan), counter()
    if as_json:
        return json.dumps(_as_json(items, counts), indent=1)
    rows = [
        (item.call, ", ".join(item.sources), shown_length(item.resource, counts))
        for item in items
    ]
    first, second = (max(len(row[column]) for row in rows) for column in (0, 1))
    return "\n".join(
        f"{call:<{first}}  {sources:<{second}}  {length}"
        for call, sources, length in rows
    )


def shown_length(resource: RenderedResource, counts: Counter) -> str:
    """Return the length of a text for people, with that of its prefix."""
    text, prefix = text_of(resource), prefix_of(resource)
    if text is None or prefix is None:
        return f"{len(resource.document):,} bytes"
    whole = counts.shown(counts.count(text))
    if not prefix.ends_at:
        return whole
    return f"{whole}, {counts.count(prefix.text):,} before '{prefix.ends_at}'"


def lengths(resource: RenderedResource, counts: Counter) -> Mapping[str, object]:
    """Return the length of a text and of its prefix as JSON; null for bytes."""
    text, prefix = text_of(resource), prefix_of(resource)
    if text is None or prefix is None:
        return {"tokens": None, "prefix": None}
    size = len(prefix.text.encode())
    return {
        "tokens": counts.count(text),
        "prefix": {"size": size, "tokens": counts.count(prefix.text)},
    }


def _as_json(items: list[Listed], counts: Counter) -> dict[str, object]:
    return {
        "counted_by": counts.method,
        "prompts": [
            {
                "full_name": item.name,
                "sources": [*item.sources],
                "runtime": [
                    as_json(runtime_entry(each)) for each in item.resource.runtime
                ],
                **lengths(item.resource, counts),
            }
            for item in items
            if not item.is_exported
        ],
        "exported": [
            {
                "name": item.name,
                "templates": [*item.sources],
                **lengths(item.resource, counts),
            }
            for item in items
            if item.is_exported
        ],
    }
