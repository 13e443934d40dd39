"""
From rendered resources to the files of a bundle.

Pure: what it returns depends on its arguments alone, and nothing is written.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from importlib import resources
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING

from hatch_agpm._version import __version__
from hatch_agpm.bundle.accessor import accessor_source, stub_source
from hatch_agpm.bundle.layout import lay_out
from hatch_agpm.errors import BundleError
from hatch_agpm.installed.discovery import FILE_NAME, file_text
from hatch_agpm.model.rendering import TEMPLATES, FileContent
from hatch_agpm.model.types import SKILL_FILE
from hatch_agpm.model.variants import variant_hash

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hatch_agpm.bundle.layout import Shipped
    from hatch_agpm.export.tree import Export
    from hatch_agpm.model.rendering import (
        ExportedTemplates,
        RenderedResource,
        Rendering,
    )
    from hatch_agpm.model.runtime import RuntimeVariable

__all__ = [
    "INDEX_SCHEMA",
    "Bundle",
    "FileContent",
    "build_bundle",
    "metadata_file",
    "runtime_entry",
]

INDEX_SCHEMA = 1
"""The number in `index.json`; docs/index.md says when it changes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bundle:
    """Everything one build adds to the wheel."""

    output: str
    """The directory, in source form: `src/example_pkg/prompts`."""

    files: Mapping[str, FileContent]
    """By path relative to the directory, with `/`, sorted."""

    export: Export | None
    """What coding agents find beside the bundle."""

    distribution: str
    version: str
    names: tuple[str, ...]
    """The full names of what can be read from it, sorted."""

    @property
    def exported(self) -> Mapping[str, FileContent]:
        """By path relative to the directory of the export, sorted; {} for none."""
        return self.export.files if self.export else {}

    @property
    def prompts(self) -> int:
        """How many that are."""
        return len(self.names)

    @property
    def size(self) -> int:
        """The bytes of all files together."""
        files = (*self.files.values(), *self.exported.values())
        return sum(len(file.data) for file in files)

    @property
    def summary(self) -> str:
        """How many prompts, where and how big, for people."""
        number = "1 prompt" if self.prompts == 1 else f"{self.prompts} prompts"
        where = f"{number} in {self.output}"
        if self.export is not None:
            exported = len(self.export.resources)
            where += f", {exported} exported to {self.export_directory()}"
        return f"{where}, {self.size:,} bytes"

    def export_directory(self, output: str = "") -> str:
        """
        Return where the export lies if the bundle is in `output`; "" without one.

        That is beside it, in the import package.  A bundle at the top is the import
        package itself.
        """
        if self.export is None:
            return ""
        within = self.is_top_level
        package = PurePosixPath(output or self.output)
        package = package if within else package.parent
        return str(package / self.export.directory)

    @property
    def is_top_level(self) -> bool:
        """Whether no package is around the bundle."""
        parts = PurePosixPath(self.output).parts
        return len(parts[1:] if parts[0] == "src" else parts) < 2  # noqa: PLR2004

    def at(self, output: str) -> dict[str, FileContent]:
        """Return all files by their paths in a wheel with the bundle in `output`."""
        directory = self.export_directory(output)
        return {
            **{f"{output}/{path}": file for path, file in self.files.items()},
            **{f"{directory}/{path}": file for path, file in self.exported.items()},
        }

    def in_one(self) -> dict[str, FileContent]:
        """Return all files by path in one directory that holds bundle and export."""
        top = self.export.directory if self.export else ""
        exported = {f"{top}/{path}": file for path, file in self.exported.items()}
        return {**self.files, **exported}


def build_bundle(
    rendering: Rendering,
    *,
    distribution: str,
    version: str,
    export: Export | None = None,
) -> Bundle:
    """
    Return the files that ship a rendering: accessor, stub, reader, index, texts.

    `export` is what coding agents get of it.  Resources with `install` false are left
    out.  Raises `BundleError` where nothing is left to ship or a name is no portable
    file name, `ConflictError` where two resources cannot lie side by side,
    `ProblemsError` for several of these.
    """
    if export is not None:
        # What is only exported has to be laid out as portably as what is bundled.
        exported = (item.resource for item in export.resources)
        lay_out([replace(resource, install=None) for resource in exported])
    shipped = lay_out(rendering.resources)
    offered = rendering.offered.files if rendering.offered else ()
    if not shipped and export is None and rendering.offered is None:
        raise _nothing_to_ship(rendering)
    facts = {"distribution": distribution, "version": version}
    generated = {
        "__init__.py": accessor_source(shipped, distribution, version).encode(),
        "__init__.pyi": stub_source(shipped, distribution).encode(),
        "_reader.py": resources.files("hatch_agpm.runtime")
        .joinpath("reader.py")
        .read_bytes(),
        "index.json": _index(rendering, shipped, export, facts),
    }
    files = {path: FileContent(data=data) for path, data in generated.items()}
    files |= {f"{TEMPLATES}/{file.path}": file.content for file in offered}
    for item in shipped:
        files |= item.files()
    bundle = Bundle(
        output=rendering.output,
        files=MappingProxyType(dict(sorted(files.items()))),
        export=export,
        **facts,
        names=tuple(item.full_name for item in shipped),
    )
    _check_apart(bundle)
    return bundle


def _check_apart(bundle: Bundle) -> None:
    """Raise where the export would lie in the bundle, or around it."""
    export = PurePosixPath(bundle.export_directory())
    output = PurePosixPath(bundle.output)
    if not bundle.export or bundle.is_top_level:
        return
    if export.is_relative_to(output) or output.is_relative_to(export):
        what = f"is not apart from the prompts in {output}"
        hint = "choose another `directory` in [tool.hatch-agpm.export]"
        raise BundleError(str(export), what, hint)


def metadata_file(bundle: Bundle, *, module: str) -> tuple[str, FileContent]:
    """
    Return the file by which `discover` finds the bundle, and its name.

    It belongs into the `*.dist-info` of a wheel; `module` is the dotted name by which
    the bundle is imported there.
    """
    text = file_text(
        distribution=bundle.distribution,
        version=bundle.version,
        module=module,
        names=bundle.names,
    )
    return FILE_NAME, FileContent(data=text.encode())


def _nothing_to_ship(rendering: Rendering) -> BundleError:
    output, number = rendering.output, len(rendering.resources)
    if number:
        return BundleError(
            output,
            f"would hold no prompt: all {number} have `install = false`",
            "let at least one resource be installed",
        )
    return BundleError(
        output, "would hold no prompt", "list at least one resource in the manifest"
    )


# --- the index ------------------------------------------------------------------------


def _index(
    rendering: Rendering,
    shipped: Iterable[Shipped],
    export: Export | None,
    facts: Mapping[str, str],
) -> bytes:
    head: dict[str, object] = {
        "schema": INDEX_SCHEMA,
        "generator": {"name": "hatch-agpm", "version": __version__},
        **facts,
        "sources": [
            {
                "name": used.name,
                "distribution": used.distribution,
                "version": used.version,
            }
            for used in rendering.sources
            if used.distribution
        ],
        "templates": _offered(rendering.offered),
    }
    # Python's encoder in C makes no indents, and is ten times as fast.
    encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
    fields = [f"{encode(key)}: {encode(value)}" for key, value in head.items()]
    entries = [
        encode(_entry(item, resource))
        for item in shipped
        for resource in item.resources
    ]
    resources = ",\n  ".join(entries)
    fields.append(f'"resources": [\n  {resources}\n ]')
    if export is not None:
        fields.append(f'"export": {encode(_exported(export))}')
    text = ",\n ".join(fields)
    text = f"{{\n {text}\n}}"
    # Half a surrogate pair, which YAML can spell, is the one thing that UTF-8
    # cannot hold, and `\udc80` happens to be JSON's spelling of it, too.
    return f"{text}\n".encode(errors="backslashreplace")


def _entry(item: Shipped, resource: RenderedResource) -> dict[str, object]:
    document = resource.document
    sha256 = _sha256(document)
    contents = item.files()
    return {
        "full_name": item.full_name,
        "type": resource.type,
        "name": item.name,
        "canonical_name": resource.name,
        "alias": resource.alias,
        "tool": resource.tool,
        "path": item.path,
        "install_path": resource.install_path,
        "install": resource.install,
        "executable": contents[item.path].executable,
        "size": len(document),
        "sha256": sha256,
        "checksum": f"sha256:{_checksum(resource, sha256)}",
        "encoding": None if isinstance(resource.text, bytes) else "utf-8",
        "body": resource.body,
        "metadata": _plain(resource.metadata),
        "runtime": [runtime_entry(variable) for variable in resource.runtime],
        "variables": _plain(resource.variables),
        "variant": variant_hash(resource.variables) if resource.variables else None,
        "source": resource.source,
        "templates": [
            {
                "path": template.path_in_source or template.path,
                "sha256": template.sha256,
                "source": template.source,
            }
            for template in resource.inputs
        ],
        "files": [
            _file(path.removeprefix(f"{item.full_name}/"), file)
            for path, file in sorted(contents.items())
            if resource.type == "skill"
        ],
    }


def _file(path: str, file: FileContent) -> dict[str, object]:
    return {
        "path": path,
        "size": len(file.data),
        "sha256": _sha256(file.data),
        "executable": file.executable,
    }


def _offered(offered: ExportedTemplates | None) -> dict[str, object] | None:
    if offered is None:
        return None
    return {
        "directory": TEMPLATES,
        "files": [_file(file.path, file.content) for file in offered.files],
        "sources": {
            name: required and {"distribution": required[0], "version": required[1]}
            for name, required in offered.sources.items()
        },
    }


def _exported(export: Export) -> dict[str, object]:
    return {
        "directory": export.directory,
        "resources": [
            {
                "full_name": item.full_name,
                "type": item.resource.type,
                "name": item.name,
                "path": item.path,
                "template": item.resource.source_path,
            }
            for item in export.resources
        ],
        "files": [_file(path, file) for path, file in export.files.items()],
    }


def _checksum(resource: RenderedResource, sha256: str) -> str:
    """
    Return the digest that AGPM's lockfile has for a resource (semantics, 8).

    That is `sha256`, that of its document.  For a skill it is that of its files as
    they are in the project: a patch does not show in it.
    """
    if resource.type != "skill":
        return sha256
    digests = {file.path: _sha256(file.data) for file in resource.files}
    if resource.inputs:
        digests[SKILL_FILE] = resource.inputs[0].sha256
    lines = (f"{path}:sha256:{digests[path]}\n" for path in sorted(digests))
    return _sha256("".join(lines).encode())


def runtime_entry(variable: RuntimeVariable) -> dict[str, object]:
    """Return what the index says of a run-time variable."""
    return {
        "name": variable.name,
        "type": variable.kind,
        "required": variable.default is None,
        "default": _plain(variable.default),
        "places": [list(span) for span in variable.spans],
    }


def _plain(value: object) -> object:
    """Return `value` as JSON can write it: what YAML knows and JSON not is text."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    return value.isoformat() if isinstance(value, date) else value


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
