"""Notes of `hatch-agpm check` about the length of texts."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from hatch_agpm.cli.check import Note
from hatch_agpm.tokens import counter, prefix_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hatch_agpm.build import Plan
    from hatch_agpm.model.rendering import RenderedResource
    from hatch_agpm.tokens import Counter, Prefix

__all__ = ["token_notes"]

_SKILL: Final = 5_000
"""The tokens that the specification of Agent Skills recommends at most for a text."""

_CACHED: Final = 1_024
"""The tokens from which on services cache the beginning of a prompt."""


def token_notes(plan: Plan) -> Iterator[Note]:
    """Yield notes about texts that are long, or cannot be cached."""
    counts = counter()
    for resource in plan.rendering.resources:
        text = text_of(resource)
        if text is None or (resource.install is False and not resource.export):
            continue
        yield from _about_threshold(plan, resource, counts)
        number = counts.count(text)
        if resource.export and resource.type == "skill" and number > _SKILL:
            path = resource.source_path
            what = f"{path}: has {counts.shown(number)} below the frontmatter; the "
            what += f"specification of skills recommends at most {_SKILL:,}: move "
            what += "details into other files of the skill"
            yield Note(rule="skill-tokens", what=what, path=path)
        prefix = prefix_of(resource)
        if prefix is not None and prefix.ends_at and number >= _CACHED:
            yield from _about_cache(plan, resource, prefix, counts)


def _about_threshold(
    plan: Plan, resource: RenderedResource, counts: Counter
) -> Iterator[Note]:
    """Yield a note where AGPM would warn; it counts the frontmatter, too."""
    manifest = plan.project.manifest
    threshold = manifest.token_warning_threshold
    if threshold is None:
        return
    number = counts.count(resource.document.decode())
    if number > threshold:
        path = resource.source_path
        what = f"{path}: has {counts.shown(number)}, more than the {threshold:,} of "
        what += f"token_warning_threshold in {manifest.path}"
        yield Note(rule="token-threshold", what=what, path=path)


def _about_cache(
    plan: Plan, resource: RenderedResource, prefix: Prefix, counts: Counter
) -> Iterator[Note]:
    """Yield a note if most of a long text is behind the first run-time value."""
    before = counts.count(prefix.text)
    later = sum(map(counts.count, _constant_texts(resource)[1:]))
    if later <= before or later < _CACHED // 2:
        return
    path, line = _place_of(plan, resource, prefix.ends_at)
    where = f"{path}:{line}" if line else path
    what = f"{where}: the value of '{prefix.ends_at}' comes after "
    what += f"{counts.shown(before)}, and {counts.shown(later)} that never change come "
    what += "after it, which services cannot cache: move it behind them"
    yield Note(rule="cache-prefix", what=what, path=path, line=line, is_harmless=True)


def _constant_texts(resource: RenderedResource) -> list[str]:
    """Return the texts before, between and after the values, the first one first."""
    if resource.program:
        body = json.loads(resource.program)["body"]
        texts = [each for each in body if isinstance(each, str)]
        return texts if body and isinstance(body[0], str) else ["", *texts]
    spans = sorted(span for each in resource.runtime for span in each.spans)
    starts = [resource.body, *(end for _, end in spans)]
    ends = [*(start for start, _ in spans), len(resource.document)]
    return [
        resource.document[start:end].decode()
        for start, end in zip(starts, ends, strict=True)
    ]


def _place_of(plan: Plan, resource: RenderedResource, name: str) -> tuple[str, int]:
    """Return the file and line that use a variable first; line 0 if none is found."""
    use = re.compile(r"\{[{%][^{}]*\b" + re.escape(name) + r"\b")
    for each in resource.inputs:
        file = plan.rendering.contents.get(each.path)
        text = file.data.decode(errors="replace") if file else ""
        if found := use.search(text):
            return each.path, text.count("\n", 0, found.start()) + 1
    return resource.source_path, 0
