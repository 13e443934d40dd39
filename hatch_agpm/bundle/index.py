"""
The index of a bundle: `index.json`, which lists its resources and files.

docs/reference/index.md describes the format.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from hatch_agpm._version import __version__
from hatch_agpm.installed.index import GENERATOR, INDEX_SCHEMA
from hatch_agpm.model.index import (
    IndexDocument,
    IndexFile,
    IndexGenerator,
    IndexInput,
    IndexPrefix,
    IndexResource,
    IndexSource,
    IndexTemplates,
    IndexTemplateSource,
    IndexVariable,
    as_json,
)
from hatch_agpm.model.rendering import TEMPLATES, FileContent
from hatch_agpm.model.runtime import kind_data
from hatch_agpm.model.types import SKILL_FILE
from hatch_agpm.model.variants import variant_hash
from hatch_agpm.tokens import estimated, prefix_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hatch_agpm.bundle.layout import Shipped
    from hatch_agpm.model.rendering import (
        ExportedTemplates,
        Input,
        InputNode,
        RenderedResource,
        Rendering,
        UsedSource,
    )
    from hatch_agpm.model.runtime import RuntimeVariable

__all__ = [
    "NumberedInputs",
    "index_array",
    "index_entry",
    "index_file",
    "index_inputs",
    "index_line",
    "numbered_inputs",
    "runtime_entry",
]


_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False)


def index_file(
    rendering: Rendering,
    shipped: Iterable[Shipped],
    facts: Mapping[str, str],
) -> bytes:
    """
    Return the bytes of `index.json`.

    `facts` are the name and version of the distribution.
    """
    inputs = numbered_inputs(
        resource.template for item in shipped for resource in item.resources
    )
    index = IndexDocument(
        schema=INDEX_SCHEMA,
        generator=IndexGenerator(name=GENERATOR, version=__version__),
        distribution=facts["distribution"],
        version=facts["version"],
        sources=tuple(_source(used) for used in rendering.sources if used.distribution),
        templates=_exported_templates(rendering.exported_templates),
        inputs=index_inputs(inputs),
        resources=tuple(
            index_entry(item, resource, input_=inputs.numbers[resource.template])
            for item in shipped
            for resource in item.resources
        ),
    )
    return encoded(as_json(index))


def encoded(index: Mapping[str, object]) -> bytes:
    """Return the bytes of an index: items of arrays have a line of their own."""
    fields = ",\n ".join(
        f"{json.dumps(key)}: {_value(value)}" for key, value in index.items()
    )
    # YAML can contain lone surrogates, which UTF-8 cannot encode. `backslashreplace`
    # writes them as `\\udc80`, which is also JSON's syntax for them.
    return f"{{\n {fields}\n}}\n".encode(errors="backslashreplace")


def _value(value: object) -> str:
    if not isinstance(value, list):
        return index_line(value)
    return index_array(map(index_line, value))


def index_array(lines: Iterable[str]) -> str:
    """Return an array of the index whose items are these lines."""
    items = ",\n  ".join(lines)
    return f"[\n  {items}\n ]" if items else "[]"


def index_line(value: object) -> str:
    """Return an item of an array of the index as its line."""
    return _ENCODER.encode(value)


def _source(used: UsedSource) -> IndexSource:
    return IndexSource(
        name=used.name, distribution=used.distribution, version=used.version
    )


def index_inputs(inputs: NumberedInputs) -> tuple[IndexInput, ...]:
    """Return the entries of all inputs."""
    return tuple(_input(node.file, uses) for node, uses in inputs.nodes)


def _input(file: Input, uses: Iterable[int]) -> IndexInput:
    return IndexInput(
        path=file.path_in_source or file.path,
        sha256=file.sha256,
        source=file.source,
        uses=tuple(uses),
    )


def index_entry(
    item: Shipped, resource: RenderedResource, *, input_: int
) -> IndexResource:
    """Return the entry of a resource, whose template has the number `input_`."""
    contents = item.files
    document = contents[item.path]
    text = text_of(resource)
    return IndexResource(
        full_name=item.full_name,
        type=resource.type,
        name=item.name,
        canonical_name=resource.name,
        alias=resource.alias,
        tool=resource.tool,
        path=item.path,
        install_path=resource.install_path,
        install=resource.install,
        executable=document.executable,
        size=len(document.data),
        sha256=document.sha256,
        checksum=f"sha256:{_checksum(resource, document.sha256)}",
        encoding=None if isinstance(resource.text, bytes) else "utf-8",
        body=resource.body,
        tokens=None if text is None else estimated(text),
        prefix=_prefix(resource),
        metadata=_plain(resource.metadata),
        runtime=tuple(runtime_entry(variable) for variable in resource.runtime),
        dialect=resource.dialect if resource.runtime else None,
        embedded=resource.embedded_spans,
        program=item.program_path if resource.program else None,
        variables=_plain(resource.variables),
        variant=variant_hash(resource.variables) if resource.variables else None,
        source=resource.source,
        input=input_,
        files=tuple(
            _file(path.removeprefix(f"{item.directory}/"), file)
            for path, file in sorted(contents.items())
            if resource.type == "skill"
        ),
    )


def _prefix(resource: RenderedResource) -> IndexPrefix | None:
    """
    Return what comes before the first run-time value; None for what is not text.

    Tokens are estimated on every machine, so that the same input gives the same index.
    """
    prefix = prefix_of(resource)
    if prefix is None:
        return None
    size = len(prefix.text.encode())
    return IndexPrefix(size=size, tokens=estimated(prefix.text))


def _file(path: str, file: FileContent) -> IndexFile:
    return IndexFile(
        path=path,
        size=len(file.data),
        sha256=file.sha256,
        executable=file.executable,
    )


def _exported_templates(templates: ExportedTemplates | None) -> IndexTemplates | None:
    if templates is None:
        return None
    return IndexTemplates(
        directory=TEMPLATES,
        files=tuple(_file(file.path, file.content) for file in templates.files),
        sources={
            name: IndexTemplateSource(distribution=required[0], version=required[1])
            if required
            else None
            for name, required in templates.sources.items()
        },
    )


def _checksum(resource: RenderedResource, sha256: str) -> str:
    """
    Return the digest that AGPM's lockfile has for a resource (semantics, 8).

    It is `sha256`, the digest of the document.  For a skill it is the digest of its
    files in the project, without patches.
    """
    if resource.type != "skill":
        return sha256
    digests = {file.path: _sha256(file.data) for file in resource.files}
    digests[SKILL_FILE] = resource.template.file.sha256
    lines = (f"{path}:sha256:{digests[path]}\n" for path in sorted(digests))
    return _sha256("".join(lines).encode())


def runtime_entry(variable: RuntimeVariable) -> IndexVariable:
    """Return the entry of a run-time variable in the index."""
    return IndexVariable(
        name=variable.name,
        type=kind_data(variable.kind),
        required=variable.is_required,
        default=variable.default,
        description=variable.description,
        places=variable.spans,
    )


def _plain(value: object) -> Any:
    """Return `value` with text in place of values that only YAML has."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    return value.isoformat() if isinstance(value, date) else value


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# --- the graph of inputs --------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class NumberedInputs:
    """The nodes of a graph in a fixed order."""

    nodes: tuple[tuple[InputNode, list[int]], ...]
    """Each node with the numbers of those that it uses, sorted by path and source."""

    numbers: Mapping[InputNode, int]
    """The number of each node, which is its position; equal nodes share one."""


def numbered_inputs(templates: Iterable[InputNode]) -> NumberedInputs:
    """
    Return the nodes that are reached from `templates`, with numbers.

    Nodes of one file that use the same files become one.
    """
    found: dict[tuple[object, ...], InputNode] = {}
    first: dict[InputNode, InputNode] = {}
    """The first of the nodes that are equal to a node."""

    for node in _used_first(templates):
        uses = frozenset(id(first[each]) for each in node.uses)
        first[node] = found.setdefault((node.file, uses), node)
    # Nodes of one file stay in the order in which they were found.
    ordered = sorted(found.values(), key=_place)
    position = {node: number for number, node in enumerate(ordered)}
    numbers = {node: position[equal] for node, equal in first.items()}
    return NumberedInputs(
        nodes=tuple(
            (node, sorted({numbers[each] for each in node.uses})) for node in ordered
        ),
        numbers=numbers,
    )


def _place(node: InputNode) -> tuple[str, str]:
    return (node.file.path_in_source or node.file.path, node.file.source or "")


def _used_first(templates: Iterable[InputNode]) -> Iterator[InputNode]:
    """Yield each node once, after those that it uses; chains may be long."""
    done: set[InputNode] = set()
    for template in templates:
        waiting = [template]
        while waiting:
            node = waiting[-1]
            new = [each for each in node.uses if each not in done]
            if new:
                waiting += reversed(new)
                continue
            waiting.pop()
            if node not in done:
                done.add(node)
                yield node
