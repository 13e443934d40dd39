"""
The fields of `index.json`, as declarations.

`bundle/index.py` writes them; the JSON schema and the page of the index are made of
them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from hatch_agpm.model.declared import key
from hatch_agpm.model.runtime import ANY, KIND_DEFINITION, KIND_SCHEMA
from hatch_agpm.model.types import RESOURCE_TYPES

__all__ = [
    "IndexDocument",
    "IndexFile",
    "IndexGenerator",
    "IndexInput",
    "IndexPrefix",
    "IndexResource",
    "IndexSource",
    "IndexTemplateSource",
    "IndexTemplates",
    "IndexVariable",
    "as_json",
]

_COUNT = {"minimum": 0}
_SHA256 = {"pattern": "^[0-9a-f]{64}$"}
_CHECKSUM = {"pattern": "^sha256:[0-9a-f]{64}$"}
_NAME = {"pattern": "^[A-Za-z][A-Za-z0-9_]*$"}
_TYPES = {"enum": sorted(RESOURCE_TYPES.values())}
_INTEGER = {"type": "integer", **_COUNT}
_SPAN = {
    "items": {
        "type": "array",
        "minItems": 2,
        "maxItems": 2,
        "items": _INTEGER,
    }
}
_EMBEDDED = {
    "items": {
        "type": "array",
        "minItems": 3,
        "maxItems": 3,
        "items": [_INTEGER, _INTEGER, {"type": "boolean"}],
    }
}


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class IndexGenerator:
    """The program that wrote the index."""

    is_open: ClassVar = True

    name: str = key(schema={"const": "hatch-agpm"})
    """`hatch-agpm`."""

    version: str = ""
    """Its version."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class IndexSource:
    """A distribution that templates or texts were taken from."""

    is_open: ClassVar = True

    name: str = ""
    """The name by which the resources refer to it."""

    distribution: str = ""
    """The name of the distribution."""

    version: str = ""
    """The version that was installed."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class IndexFile:
    """A file of the bundle."""

    is_open: ClassVar = True

    path: str = ""
    """Relative to the directory of the skill, or of the exported templates."""

    size: int = key(default=0, schema=_COUNT)
    """Its bytes."""

    sha256: str = key(schema=_SHA256)
    """Of its bytes, in hexadecimal."""

    executable: bool = False
    """Whether the file is."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class IndexPrefix:
    """The beginning of a text that no run-time value changes."""

    is_open: ClassVar = True

    size: int = key(default=0, schema=_COUNT)
    """Its bytes, from `body` on."""

    tokens: int = key(default=0, schema=_COUNT)
    """Its tokens, estimated."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class IndexTemplateSource:
    """What a `source` in exported templates means."""

    is_open: ClassVar = True

    distribution: str = ""
    """The name of the distribution."""

    version: str = ""
    """The versions that are accepted."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class IndexTemplates:
    """The templates that the distribution exports."""

    is_open: ClassVar = True

    directory: str = ""
    """Relative to the index."""

    files: tuple[IndexFile, ...] = ()
    """The templates."""

    sources: Mapping[str, IndexTemplateSource | None] = dataclasses.field(
        default_factory=dict
    )
    """What a `source` in them means; null for one that is not included."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class IndexInput:
    """A file that was read."""

    is_open: ClassVar = True

    path: str = ""
    """Without a source, the path in the project, else from the directory or
    distribution of that name."""

    sha256: str = key(schema=_SHA256)
    """Of its bytes, in hexadecimal."""

    source: str | None = None
    """The source that it is from; null is the project itself."""

    uses: tuple[int, ...] = key(default=(), schema={"items": _INTEGER})
    """The positions in `inputs` of its dependencies and of the files that it embeds
    with `content`, sorted."""


_KIND: Final = {
    **KIND_DEFINITION,
    "pattern": f"{KIND_DEFINITION['pattern']}|^{ANY}$",
}


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class IndexVariable:
    """A variable that is filled in at run time."""

    is_open: ClassVar = True

    name: str = key(schema=_NAME)
    """An identifier: the first character a letter, all of them ASCII."""

    type: object = key(schema={**KIND_SCHEMA, "definitions": {"Kind": _KIND}})
    """`str`, `int`, `float`, `bool`, each of them also with ` | None`; `[type]` is a
    list, `{name: type}` a record; `any` for a variable that is not declared."""

    required: bool = False
    """Whether a caller must give it: the text or its program has it, and there is no
    default."""

    default: object = None
    """Null where there is none, and for a type with ` | None` also the value null."""

    description: str = ""
    """What the author says about it, "" for nothing."""

    places: tuple[tuple[int, ...], ...] = key(default=(), schema=_SPAN)
    """`[start, end]` of each placeholder in the file, in bytes from its beginning, in
    order."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class IndexResource:
    """A resource of the bundle."""

    is_open: ClassVar = True

    full_name: str = ""
    """What `load` takes: `agents/backend-engineer`."""

    type: str = key(schema=_TYPES)
    """`agent`, `command`, `hook`, `mcp-server`, `prompt`, `script`, `skill`,
    `snippet`."""

    name: str = ""
    """The name among its type."""

    canonical_name: str = ""
    """AGPM's name: the template's path without its extension."""

    alias: str | None = None
    """The key in the manifest, for a match of a pattern that of the pattern; null for a
    dependency."""

    tool: str | None = None
    """The coding agent it is for; null for a plain prompt."""

    path: str = ""
    """The file, relative to this one."""

    install_path: str | None = None
    """Where the coding agent looks for it, relative to its project; of a hook or MCP
    server, the file it is merged into; null for a plain prompt."""

    install: bool | None = None
    """The value of the manifest or the dependents; null where none of them does."""

    executable: bool = False
    """Whether the file is."""

    size: int = key(default=0, schema=_COUNT)
    """Its bytes."""

    sha256: str = key(schema=_SHA256)
    """Of its bytes, in hexadecimal."""

    checksum: str = key(schema=_CHECKSUM)
    """What AGPM's lockfile has: `sha256:` and the digest of the file, or of a skill's
    directory."""

    encoding: str | None = key(schema={"enum": ["utf-8", None]})
    """`utf-8`, or null for a file that is not text."""

    body: int = key(default=0, schema=_COUNT)
    """How many bytes the frontmatter takes: the text begins there."""

    tokens: int | None = key(schema=_COUNT)
    """Of the text behind the frontmatter, estimated: a quarter of its bytes, rounded
    up; null for a file that is not text."""

    prefix: IndexPrefix | None = None
    """What comes before the first
    [run-time value](../how-to/tokens.md#what-a-cache-can-keep), and never changes: all
    of a text without values; null for a file that is not text."""

    metadata: Mapping[str, object] = dataclasses.field(default_factory=dict)
    """The frontmatter, as rendered, in its own order; `{}` without one."""

    runtime: tuple[IndexVariable, ...] = ()
    """The variables that are filled in at run time, see below; `[]` for none."""

    dialect: str | None = key(schema={"enum": ["tera", "jinja2", None]})
    """How their values are printed: `tera` or `jinja2`; null without variables."""

    embedded: tuple[tuple[object, ...], ...] = key(default=(), schema=_EMBEDDED)
    """`[start, end, newline]` of each text of another file that has placeholders, in
    bytes of the file; one inside another is before it."""

    program: str | None = None
    """The file that says how the text is filled in, if it does more than print values,
    see [Programs](#programs); null otherwise."""

    variables: Mapping[str, object] = dataclasses.field(default_factory=dict)
    """AGPM's variant inputs: `template_vars` over `[project]`; `{}` for none."""

    variant: str | None = key(schema=_SHA256)
    """The SHA-256 of `variables` as JSON with sorted keys and without spaces; null for
    `{}`."""

    source: str | None = None
    """The source that its template is from; null is the project itself."""

    input: int = key(default=0, schema=_COUNT)
    """The position in `inputs` of its template."""

    files: tuple[IndexFile, ...] = ()
    """Of a skill: each file in its directory, SKILL.md included; else `[]`."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class IndexDocument:
    """The file `index.json` of a bundle."""

    is_open: ClassVar = True

    schema: int = 0
    """The number of this format, which increases when a field changes its meaning."""

    generator: IndexGenerator = IndexGenerator()
    """The program that wrote the index."""

    distribution: str = ""
    """The name of the distribution, as its metadata has it."""

    version: str = ""
    """The version of the distribution."""

    sources: tuple[IndexSource, ...] = ()
    """The distributions that templates or texts were taken from."""

    templates: IndexTemplates | None = None
    """What the distribution exports to others, or null."""

    inputs: tuple[IndexInput, ...] = ()
    """The files that the resources are made of, as a graph."""

    resources: tuple[IndexResource, ...] = ()
    """The resources of the bundle."""


def as_json(value: Any) -> Any:
    """Return a declared value as JSON values, with the fields in their order."""
    if dataclasses.is_dataclass(value):
        names = (field.name for field in dataclasses.fields(value))
        return {name: as_json(getattr(value, name)) for name in names}
    if isinstance(value, tuple):
        return [as_json(each) for each in value]
    if isinstance(value, Mapping):
        return {name: as_json(each) for name, each in value.items()}
    return value
