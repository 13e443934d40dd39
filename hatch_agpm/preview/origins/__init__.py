"""From which line of which file each line of a text is."""

from __future__ import annotations

from hatch_agpm.preview.origins.lines import TextOrigins, text_origins
from hatch_agpm.preview.origins.spans import marked_origins

__all__ = ["TextOrigins", "marked_origins", "text_origins"]
