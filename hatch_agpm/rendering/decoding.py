"""The text of a file, where it may also be other bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hatch_agpm.errors import ContentError

if TYPE_CHECKING:
    from hatch_agpm.model.files import File

__all__ = ["decoded", "text_or_bytes"]


def decoded(file: File) -> str | bytes:
    """Return the file as text, or its bytes if it is not UTF-8."""
    try:
        return file.text
    except ContentError:
        return file.data


def text_or_bytes(file: File) -> str | bytes:
    """Return the file as text if it is text, else its bytes."""
    try:
        return file.text
    except ContentError:
        # The template language or a parser needs text for these.
        if file.path.endswith((".md", ".json")):
            raise
        return file.data
