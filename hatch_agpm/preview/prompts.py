"""From one text of a snapshot to what the page shows of it."""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from hatch_agpm.export.source import Spelled, read_source
from hatch_agpm.formats.hidden_text import find_hidden
from hatch_agpm.model.config import EXPORTED_TYPES
from hatch_agpm.model.runtime import SCALARS
from hatch_agpm.model.types import SKILL_FILE, type_of
from hatch_agpm.preview.filling import FillError, example_values, fill
from hatch_agpm.preview.model import (
    HiddenPart,
    PreviewFilling,
    PreviewPrompt,
    PreviewVariable,
    TextOrigin,
    TokenPart,
)
from hatch_agpm.preview.origins import TextOrigins, marked_origins, text_origins
from hatch_agpm.preview.positions import utf16_length, utf16_positions
from hatch_agpm.review import EXPORTED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hatch_agpm.preview.files import SnapshotFiles
    from hatch_agpm.rendering.marking import MarkedTexts
    from hatch_agpm.review import PackageSnapshot, SnapshotText
    from hatch_agpm.tokens import Counter

__all__ = ["PromptReader"]


class PromptReader:
    """Reads the texts of one snapshot."""

    def __init__(
        self,
        snapshot: PackageSnapshot,
        counts: Counter,
        files: SnapshotFiles,
        marked: MarkedTexts,
    ) -> None:
        """Take what all texts share; `marked` are those with known embedded parts."""
        self._count: Final = counts.count
        self._numbers: Final = files.numbers
        self._offsets: Final = files.offsets
        self._files: Final = files.texts
        self._marked: Final = marked
        self._exported: Final[dict[str, list[str]]] = {}
        for name, text in snapshot.texts.items():
            if name.startswith(EXPORTED) and text.top:
                self._exported.setdefault(text.top, []).append(name)

    def prompt(self, found: SnapshotText) -> PreviewPrompt:
        """Return what the page shows of a text."""
        entry, text = found.entry, found.text
        is_exported = found.name.startswith(EXPORTED)
        body, metadata = self._head(found)
        known = text is not None
        origins = self._origins(found) if known else None
        values = entry.get("variables", {})
        behind = found.data[body:] if known else b""
        prefix = (entry.get("prefix") or {}).get("size", len(behind))
        return PreviewPrompt(
            name=found.name,
            type=entry.get("type") or _type(found.name),
            is_exported=is_exported,
            size=len(found.data),
            text=text,
            body=utf16_length(found.data[:body].decode()) if known else 0,
            tool=entry.get("tool"),
            install_path=entry.get("install_path"),
            description=str(metadata.get("description") or ""),
            metadata=metadata,
            values=values,
            exported_as=() if is_exported else self._exported_as(found),
            template=self._numbers.get(found.top, -1),
            tops=tuple(self._offsets[found.graph] + each for each in found.tops),
            origins=origins.lines if origins else (),
            printed=origins.printed if origins else (),
            tokens=self._count(behind.decode()),
            cached=self._count(behind[:prefix].decode()),
            parts=self._parts(found.data, body, origins.lines) if origins else (),
            variables=tuple(_variables(found)),
            filling=_filling(found),
            hidden=tuple(_hidden(text or "")),
        )

    def _head(self, found: SnapshotText) -> tuple[int, Mapping[str, Any]]:
        """Return the length of the frontmatter in bytes, and its values."""
        if found.entry or found.text is None or not found.name.endswith(".md"):
            return found.entry.get("body", 0), found.entry.get("metadata", {})
        written = read_source(found.data, lenient=True)
        if not written.is_exact or written.document is None:
            return 0, {}
        return len(written.text[: written.body].encode()), _plain(written.fields)

    def _exported_as(self, found: SnapshotText) -> tuple[str, ...]:
        names = self._exported.get(found.top, ()) if found.entry else ()
        return tuple(names)

    def _origins(self, found: SnapshotText) -> TextOrigins | None:
        """Return where the lines are from; None if the template is not known."""
        template = self._numbers.get(found.top, -1)
        if template not in self._files or found.text is None:
            return None
        spans = self._marked.spans(found.top, found.text)
        if spans is not None:
            return marked_origins(
                found.text, spans, self._files, self._numbers, template=template
            )
        numbers = (template, *(self._numbers[path] for path in found.inputs))
        files = {each: self._files[each] for each in numbers if each in self._files}
        return text_origins(found.text, files)

    def _parts(
        self, data: bytes, body: int, origins: Sequence[TextOrigin]
    ) -> tuple[TokenPart, ...]:
        """Return the lengths of the parts of a text that are from one file each."""
        lines = data.decode().split("\n")
        first = data[:body].count(b"\n")
        parts: list[TokenPart] = []
        for file, group in groupby(origins, key=lambda each: each.file):
            runs = list(group)
            start = max(runs[0].line - 1, first)
            end = runs[-1].line - 1 + runs[-1].count
            if start < end:
                tokens = self._count("\n".join(lines[start:end]))
                parts.append(TokenPart(tokens=tokens, file=file))
        return tuple(parts)


def _type(name: str) -> str:
    """Return the type of a text without an entry: a file of a skill, or exported."""
    directory, _, rest = name.removeprefix(EXPORTED).partition("/")
    is_whole = directory != "skills" or rest.endswith(f"/{SKILL_FILE}")
    is_exported = name.startswith(EXPORTED) and directory in EXPORTED_TYPES
    return type_of(directory) if is_exported and is_whole else "file"


def _variables(found: SnapshotText) -> Iterator[PreviewVariable]:
    runtime = found.entry.get("runtime", ())
    offsets = [at for each in runtime for place in each["places"] for at in place]
    positions = utf16_positions(found.data, offsets)
    for each in runtime:
        places = [(positions[start], positions[end]) for start, end in each["places"]]
        yield PreviewVariable(
            name=each["name"],
            type=each["type"],
            is_required=each["required"],
            default=each["default"],
            written_default=_written_default(each["default"]),
            description=each["description"],
            places=tuple(places),
        )


def _written_default(default: object) -> str:
    if default is None or isinstance(default, str):
        return default or ""
    return json.dumps(default, ensure_ascii=False, indent=1)


def _filling(found: SnapshotText) -> PreviewFilling | None:
    """Return how the variables are filled in; None without any."""
    if not found.entry.get("runtime"):
        return None
    embedded = found.entry["embedded"]
    positions = utf16_positions(
        found.data, [at for each in embedded for at in each[:2]]
    )
    values = example_values(found)
    is_live = not found.program and all(map(_is_single, found.entry["runtime"]))
    example = problem = ""
    try:
        example = fill(found, values)
    except FillError as error:
        problem = str(error)
    return PreviewFilling(
        dialect=found.entry["dialect"] or "tera",
        is_live=is_live,
        embedded=tuple((positions[a], positions[b], end) for a, b, end in embedded),
        values=values,
        example="" if is_live else example,
        problem=problem,
    )


def _is_single(variable: Mapping[str, Any]) -> bool:
    """Tell whether a variable has single values, or is not in the text."""
    kind = variable["type"]
    is_single = isinstance(kind, str) and kind.removesuffix(" | None") in SCALARS
    return is_single or not variable["places"]


def _hidden(text: str) -> Iterator[HiddenPart]:
    for each in find_hidden(text):
        yield HiddenPart(
            kind=each.kind,
            line=each.line,
            column=each.column,
            characters=each.text,
            says=each.says,
        )


def _plain(value: object) -> Any:
    """Return a value of YAML as JSON values."""
    return json.loads(json.dumps(value, default=_written))


def _written(value: object) -> str:
    return value.text if isinstance(value, Spelled) else str(value)
