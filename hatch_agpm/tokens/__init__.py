"""How long the texts of prompts are, in bytes and in tokens."""

from __future__ import annotations

from hatch_agpm.tokens.budget import budget_problems
from hatch_agpm.tokens.counting import Counter, counter, estimated
from hatch_agpm.tokens.prefix import Prefix, prefix_of, text_of

__all__ = [
    "Counter",
    "Prefix",
    "budget_problems",
    "counter",
    "estimated",
    "prefix_of",
    "text_of",
]
