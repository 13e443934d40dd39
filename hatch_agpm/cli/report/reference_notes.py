"""
Notes of `hatch-agpm check` about files that the text of a resource refers to.

As AGPM's `validate` does, it looks for links to relative paths, and for words like
`docs/style.md`, outside of frontmatter and code blocks.  Prompts are often about files
of other projects, so no wheel depends on these notes.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from hatch_agpm.cli.check import Note
from hatch_agpm.export.notes import lines_outside_code, relative_links
from hatch_agpm.formats.file_names import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hatch_agpm.build import Plan
    from hatch_agpm.model.rendering import RenderedResource

__all__ = ["reference_notes"]

_WORD: Final = re.compile(
    r"(?<![\w/.:@{}$<>*~\\-])((?:\.{1,2}/)*(?:[\w.-]+/)+[\w.-]+\.md)(?![\w/{}$*-])"
)
"""The path of a Markdown file in a directory, as a word."""


def reference_notes(plan: Plan) -> Iterator[Note]:
    """Yield a note for each template whose text refers to files that do not exist."""
    known = _known(plan)
    missing: dict[str, list[str]] = {}
    for resource in plan.rendering.resources:
        # Links of exported skills are compared with what is exported.
        is_skill = resource.type == "skill" and resource.export
        if resource.source is None and not is_skill and _is_markdown(plan, resource):
            found = missing.setdefault(resource.source_path, [])
            found += _missing(plan, resource, known)
    for path, references in missing.items():
        names = list(dict.fromkeys(references))
        if names:
            line = _line_of(plan, path, names[0])
            where = f"{path}:{line}" if line else path
            more = f" (and {len(names) - 1} more)" if len(names) > 1 else ""
            what = f"{where}: refers to '{names[0]}'{more}, which is not a file"
            yield Note(
                rule="reference", what=what, path=path, line=line, is_harmless=True
            )


def _is_markdown(plan: Plan, resource: RenderedResource) -> bool:
    kind = kind_of(resource.source_path, is_agpm=plan.project.manifest.is_agpm)
    return isinstance(resource.text, str) and kind == "markdown"


def _known(plan: Plan) -> set[str]:
    """Return the paths that resources have where a coding agent installs them."""
    places = {each.install_path for each in plan.rendering.resources}
    return {path for path in places if path}


def _missing(plan: Plan, resource: RenderedResource, known: set[str]) -> Iterator[str]:
    text = resource.document[resource.body :].decode()
    words = (
        match[1]
        for _, line in lines_outside_code(text)
        for match in _WORD.finditer(line)
    )
    links = (path for _, path in relative_links(text))
    own = str(PurePosixPath(resource.source_path).parent)
    base = plan.project.base.relative_to(plan.project.root).as_posix()
    parts = {file.path for file in resource.files}
    for path in (*links, *words):
        if path.startswith("/") or posixpath.normpath(path) in {*known, *parts}:
            continue
        tried = (posixpath.normpath(f"{top}/{path}") for top in (own, base, "."))
        if not any(_exists(plan, each) for each in tried):
            yield path


def _exists(plan: Plan, path: str) -> bool:
    """Tell whether a path within the project exists; one that leads out does not."""
    return not path.startswith("../") and (plan.root / path).exists()


def _line_of(plan: Plan, path: str, reference: str) -> int:
    """Return the line of the template that has a reference; 0 if none has it."""
    text = plan.source(path).data.decode(errors="replace")
    before, found, _ = text.partition(reference)
    return before.count("\n") + 1 if found else 0
