"""The table of variants of exported files, and packages that have one variant each."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from hatch_agpm.export.resource import ExportContext, ResourceExport
from hatch_agpm.export.source import Spelled, cut_values, read_source
from hatch_agpm.model.config import ExportSettings
from hatch_agpm.model.rendering import (
    FileContent,
    Input,
    InputNode,
    RenderedResource,
    SkillFile,
)

TABLE = json.loads(
    Path(__file__).parents[1].joinpath("data/export_variants.json").read_text("utf-8")
)
"""
The variants, and what becomes of each.

`verdict` is that of the build.  `unchanged`: all tools take it; `note`: all take it,
and only a validator minds; `written`: the build writes what all take; `error`: a tool
drops, cuts or misreads it, and `readers` are those that are named (none where the
character itself is the problem).  `seen` is what each tool that was run did with the
file, where that is something else than to take it as it is.
"""

NAME = "mx-nets"
"""The name in most texts; a package of its own has another one of this length."""

PLACES = {
    "skill": "mx/.agents/skills/{}/SKILL.md",
    "agent": "agents/{}.md",
    "command": "commands/{}.md",
}
PLUGIN = {"version": "1.0", "description": "d", "license": "MIT"}


def kind_of(variant):
    return f"{variant['type']}: {variant['variant']}"


def exported(variant, *, strict=False):
    """Export a file as it is, and return the problems, the notes and the text."""
    data = variant["text"].encode(variant["encoding"])
    path = PLACES[variant["type"]].format(variant["name"])
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = data
    resource = RenderedResource(
        type=variant["type"],
        name=variant["name"],
        alias=None,
        tool="claude-code",
        install=False,
        install_path=None,
        variables={},
        text=text,
        body=0,
        metadata={},
        source_path=path,
        template=InputNode(file=Input(path=path, sha256=FileContent(data=data).sha256)),
        export=True,
        files=_skill_files(variant, data) if variant["type"] == "skill" else (),
    )
    context = ExportContext(
        settings=ExportSettings(strict=strict),
        distribution="mx",
        metadata={"version": "1.10", "license": "MIT"},
        in_place=[path.rpartition("/")[0]],
    )
    export = ResourceExport(context, resource)
    items = export.make()
    return export.problems, export.notes, items[0].text if items else None


def _skill_files(variant, data):
    texts = {"SKILL.md": data}
    texts |= {path: text.encode() for path, text in variant.get("files", {}).items()}
    return tuple(
        SkillFile(path=path, data=texts[path], executable=path.endswith(".sh"))
        for path in sorted(texts)
    )


@dataclass(frozen=True)
class Placed:
    """A variant in a package of its own, whose name no other one has."""

    kind: str
    type: str
    package: str
    """`mx-0001`, which is also the name of most."""

    name: str
    """The directory of a skill, or the file of an agent or command."""

    data: bytes
    others: dict[str, bytes]
    """The other files of a skill, by path."""

    @property
    def path(self):
        tail = "/SKILL.md" if self.type == "skill" else ".md"
        return f"{self.type}s/{self.name}{tail}"

    @cached_property
    def source(self):
        """The text as its author means it, also if it begins late."""
        data = self.data.lstrip(b"\n")
        try:
            return read_source(data, lenient=True)
        except UnicodeDecodeError:
            return read_source(data.decode("latin-1").encode(), lenient=True)

    @cached_property
    def meant(self):
        """The description that the author means, on one line; "" for none."""
        text = self.source.fields.get("description")
        for cut in cut_values(self.source.frontmatter or ""):
            if cut.path == ("description",):
                text = cut.whole
        text = text.text if isinstance(text, Spelled) else text
        return " ".join(text.split()) if isinstance(text, str) else ""

    def effect_on(self, description):
        """Return what a tool does that shows a description, or None for nothing."""
        if description is None:
            return "dropped"
        text = " ".join(description.split())
        if text == self.meant:
            return ""
        is_cut = bool(text) and self.meant.startswith(text.rstrip("…"))
        return "cut short" if is_cut else "misread"


def place(variants):
    """Return each variant with a name of its own."""
    found = []
    for number, variant in enumerate(variants):
        package = f"mx-{number:04}"
        name, text = (variant[key].replace(NAME, package) for key in ("name", "text"))
        files = variant.get("files", {}).items()
        placed = Placed(
            kind=kind_of(variant),
            type=variant["type"],
            package=package,
            name=name if variant["type"] == "skill" else package,
            data=text.encode(variant["encoding"]),
            others={path: text.encode() for path, text in files},
        )
        found.append(placed)
    return found


def place_exported(variants):
    """Return what the build writes of each variant that has no errors."""
    found = []
    for variant, placed in zip(variants, place(variants), strict=True):
        names = {"name": placed.name, "text": placed.data.decode(variant["encoding"])}
        problems, _, text = exported({**variant, **names})
        if not problems:
            found.append(replace(placed, data=text))
    return found


def write(directory, placed):
    """Write variants into a directory that has the layout of a plugin."""
    for each in placed:
        file = directory / each.path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(each.data)
        for path, data in each.others.items():
            other = file.parent / path
            other.parent.mkdir(parents=True, exist_ok=True)
            other.write_bytes(data)
    manifest = directory / ".claude-plugin/plugin.json"
    manifest.parent.mkdir(parents=True, exist_ok=True)
    plugin = {"name": directory.name, "author": {"name": "A"}, **PLUGIN}
    manifest.write_text(json.dumps(plugin), encoding="utf-8")
