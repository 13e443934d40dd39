"""The rules of `hatch-agpm check`: the name of each, and what it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["RULES"]

_ERRORS: Final = {
    "budget": "A text has more tokens than it may have",
    "bundle": "A file cannot be put into the wheel or the sdist",
    "config": "A key of the configuration is wrong",
    "conflict": "Two resources need the same name or path",
    "content": "A file that a template embeds cannot be used",
    "cycle": "Resources depend on each other in a cycle",
    "file-system": "A file cannot be read or written",
    "frontmatter": "The frontmatter of a file is wrong",
    "hidden-text": "A text has characters that are not displayed",
    "portability": "An exported file breaks a rule of a tool that reads it",
    "requirement": "The distribution of a source is not installed",
    "source": "A file of the project is wrong",
    "template": "A template cannot be rendered",
}
"""The rules of errors, by the class of the error without `Error`."""

_NOTES: Final = {
    "build-system": "The build does not call hatch-agpm",
    "cache-prefix": "A run-time value is early in a long prompt",
    "cut-value": "A value of frontmatter is cut where YAML begins a comment",
    "duplicate-file": "A file is in the wheel twice",
    "exported-name": "Another distribution may export the same name",
    "left-out": "A file that a program made is left out",
    "line-ends": "A file may have other line ends in another checkout",
    "lookalike": "A text looks like a template and is not one",
    "may-fail": "A prompt has an error for some values",
    "missing-at-its-path": "A template in the output directory has no file there",
    "not-an-attribute": "A prompt has a name that the module uses itself",
    "reference": "A text refers to a file that does not exist",
    "skill-tokens": "An exported skill is longer than recommended",
    "stub": "The committed stub is not up to date",
    "token-threshold": "A file has more tokens than AGPM's threshold",
    "unused-file": "A file below prompts/ is not used",
    "uv-cache": "uv does not build again when a file changes",
}
"""The rules of notes."""

RULES: Final[Mapping[str, str]] = {**_ERRORS, **_NOTES}
