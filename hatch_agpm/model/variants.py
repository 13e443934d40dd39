"""The hash that identifies a variant of a template (AGPM semantics, 3.5)."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["resource_key", "variant_hash"]


def variant_hash(variables: Mapping[str, object]) -> str:
    """Return the sha256 of the canonical JSON of a resource's variables."""
    text = json.dumps(
        variables, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def resource_key(
    section: str, tool: str | None, variables: Mapping[str, object], path: str
) -> str:
    """Return a text that distinguishes a resource by type, tool, variant and file."""
    variant = variant_hash(variables) if variables else ""
    return "|".join((section, tool or "", variant, path))
