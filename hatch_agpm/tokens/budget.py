"""Limits of a project on the tokens of its prompts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hatch_agpm.errors import BudgetError, Location
from hatch_agpm.model.types import section_of
from hatch_agpm.tokens.counting import counter
from hatch_agpm.tokens.prefix import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hatch_agpm.model.rendering import RenderedResource
    from hatch_agpm.tokens.counting import Counter

__all__ = ["budget_problems"]


def budget_problems(
    resources: Iterable[RenderedResource], limits: Mapping[str, int]
) -> list[BudgetError]:
    """
    Return an error for each resource in the wheel that has too many tokens.

    `limits` are those of sections; that of an entry comes first.
    """
    limited: list[tuple[RenderedResource, int]] = []
    for each in resources:
        limit = each.max_tokens or limits.get(section_of(each.type))
        if limit is not None and (each.install is not False or each.export):
            limited.append((each, limit))
    if not limited:
        return []
    counts = counter()
    return [problem for each in limited for problem in _problems(*each, counts)]


def _problems(
    resource: RenderedResource, limit: int, counts: Counter
) -> list[BudgetError]:
    text = text_of(resource)
    number = counts.count(text) if text is not None else 0
    if number <= limit:
        return []
    about = "" if counts.is_exact else "about "
    hint = "shorten it, or raise 'max-tokens'"
    if not counts.is_exact:
        hint += "; with hatch-agpm[tokens] installed they are counted exactly"
    return [
        BudgetError(
            f"has {about}{number:,} tokens ({counts.method}), at most {limit:,} are "
            "allowed",
            location=Location(path=resource.source_path),
            hint=hint,
        )
    ]
