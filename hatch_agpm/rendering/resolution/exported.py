"""
Files that are only exported: they are templates if they say so, and text otherwise.

Their frontmatter is for coding agents.  It may be what no YAML parser accepts, so it is
not read unless it has something for the build.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hatch_agpm.errors import ContentError, FrontmatterError
from hatch_agpm.formats.file_names import is_rubbish, kind_of
from hatch_agpm.formats.frontmatter import has_agpm_key, parse, split
from hatch_agpm.model.declaration import NO_OPTIONS
from hatch_agpm.model.types import SKILL_FILE, are_dependencies

if TYPE_CHECKING:
    from hatch_agpm.model.declaration import TemplateOptions
    from hatch_agpm.model.files import File
    from hatch_agpm.sources.tree import Tree

__all__ = ["as_template", "is_template_part", "template_parts"]


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


def template_parts(tree: Tree, directory: str) -> list[File]:
    """Return the files of a skill, other than its SKILL.md, that are templates."""
    found = []
    for name in tree.entries(directory):
        path = f"{directory}/{name}"
        if name == SKILL_FILE or any(map(is_rubbish, name.split("/"))):
            continue
        if kind_of(name, is_agpm=False) in {"json", "other"} or tree.is_directory(path):
            continue
        real = tree.locate(tree.from_base(path))
        if real is not None and tree.is_file(real):
            file = tree.read(real)
            found += [file] if is_template_part(file) else []
    return found


def is_template_part(file: File) -> bool:
    """Tell whether a file of a skill has the key `agpm` in its frontmatter."""
    try:
        parts = split(file.text)
    except ContentError:
        return False
    return parts is not None and has_agpm_key(parts.frontmatter)


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
    return isinstance(value, dict) and are_dependencies(value.get("dependencies"))
