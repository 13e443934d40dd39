"""Asks a language model for release notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from example_pkg import prompts

if TYPE_CHECKING:
    from collections.abc import Iterable


def messages(commits: Iterable[str], *, lines: int = 30) -> list[dict[str, str]]:
    """Return the conversation to send to a model, for the subjects of `commits`."""
    return [
        {"role": "system", "content": prompts.snippets.release_notes(lines=lines)},
        {"role": "user", "content": "\n".join(f"- {commit}" for commit in commits)},
    ]
