"""A second rendering of a project that says from which files embedded texts are."""

from __future__ import annotations

from hatch_agpm.rendering.marking.documents import marked_texts
from hatch_agpm.rendering.marking.marks import MarkedSpan, MarkedText, MarkedTexts

__all__ = ["MarkedSpan", "MarkedText", "MarkedTexts", "marked_texts"]
