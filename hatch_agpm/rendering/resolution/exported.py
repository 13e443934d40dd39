"""
Files that are only exported: they are templates if they say so, and text otherwise.

Their frontmatter is for coding agents.  It may be what no YAML parser accepts, so it is
not read unless it has something for the build.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hatch_agpm.errors import ContentError, FrontmatterError
from hatch_agpm.formats.frontmatter import has_agpm_key, parse, split
from hatch_agpm.model.declaration import NO_OPTIONS
from hatch_agpm.model.types import RESOURCE_TYPES

if TYPE_CHECKING:
    from hatch_agpm.model.declaration import TemplateOptions
    from hatch_agpm.model.files import File

__all__ = ["as_template"]


def as_template(file: File, options: TemplateOptions) -> File | None:
    r"""
    Return a file that is only exported as a template, None if it is not one.

    It is one if its frontmatter or the `options` of its entry say so.  Then it has no
    byte order mark and `\n` at its line ends.
    """
    try:
        text = file.text
    except ContentError:
        return None
    cleaned = text.removeprefix("\ufeff").replace("\r\n", "\n")
    parts = split(cleaned)
    if options == NO_OPTIONS and (parts is None or not _is_ours(parts.frontmatter)):
        return None
    return file if cleaned == text else file.holding(cleaned)


def _is_ours(frontmatter: str) -> bool:
    """Tell whether frontmatter has the key `agpm`, or dependencies as AGPM has them."""
    if has_agpm_key(frontmatter):
        return True
    if "dependencies" not in frontmatter:
        return False
    try:
        document = parse(frontmatter)
    except FrontmatterError:
        return False
    value = document.value if document else None
    declared = value.get("dependencies") if isinstance(value, dict) else None
    return isinstance(declared, dict) and declared.keys() <= RESOURCE_TYPES.keys()
