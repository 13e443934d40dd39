"""
The marker file of an sdist: which external directories were copied into it.

An sdist cannot have files outside of its root, so the files that a project uses of an
external directory are included as copies.  The marker lists these copies with their
sha256.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from hatch_agpm.errors import ContentError, Location
from hatch_agpm.model.rendering import COPIES, MARKER, FileContent
from hatch_agpm.sources.locked import FileList, read_file_list
from hatch_agpm.sources.portable import check_portable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hatch_agpm.model.rendering import UsedSource

__all__ = ["copies", "marker_text", "read_marker"]

_VERSION: Final = 1


def copies(external: Iterable[UsedSource]) -> dict[str, FileContent]:
    """
    Return the copies of external directories and the marker, by path in the sdist.

    Raises ConflictError where two files cannot be in one directory.
    """
    found: dict[str, FileContent] = {}
    file_lists: dict[str, FileList] = {}
    for used in external:
        file_lists[used.name] = FileList.of(used)
        check_portable(file_lists[used.name].files, f"the source '{used.name}'")
        for file in used.files:
            found[f"{COPIES}/{used.name}/{file.path}"] = file.content
    found[MARKER] = FileContent(data=marker_text(file_lists).encode())
    return found


def marker_text(file_lists: Mapping[str, FileList]) -> str:
    """Return the text of the marker for the sources of these names."""
    sources = {name: file_lists[name].as_table() for name in sorted(file_lists)}
    document = {"version": _VERSION, "sources": sources}
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def read_marker(text: str) -> dict[str, FileList]:
    """Return the file lists of a marker by source; raises ContentError."""
    try:
        document = json.loads(text)
        if document["version"] != _VERSION:
            what = (
                f"unsupported version {document['version']!r} (supported: {_VERSION})"
            )
            raise ContentError(
                what, location=Location(path=MARKER), hint="use a newer hatch-agpm"
            )
        return {
            str(name): read_file_list(table, MARKER)
            for name, table in document["sources"].items()
        }
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise ContentError(
            f"is damaged: {error!r}", location=Location(path=MARKER)
        ) from None
