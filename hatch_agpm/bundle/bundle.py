"""
From rendered resources to the files of a bundle.

The result depends only on the arguments, and nothing is written.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import resources
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING

from hatch_agpm.bundle.accessor import (
    MARK,
    accessor_source,
    command_source,
    namespace_source,
)
from hatch_agpm.bundle.freezers import HOOKS, hook_file
from hatch_agpm.bundle.index import index_file
from hatch_agpm.bundle.layout import lay_out
from hatch_agpm.bundle.namespaces import directory_conflicts, directory_tree
from hatch_agpm.bundle.shown import shown
from hatch_agpm.bundle.stub import namespace_stub, stub_source
from hatch_agpm.errors import BundleError, raise_problems
from hatch_agpm.installed.discovery import FILE_NAME, export_line, file_text
from hatch_agpm.model.rendering import TEMPLATES, FileContent

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from hatch_agpm.bundle.layout import Shipped
    from hatch_agpm.bundle.shown import Shown
    from hatch_agpm.export import Export
    from hatch_agpm.model.rendering import Rendering

__all__ = [
    "COPIED_MODULES",
    "Bundle",
    "build_bundle",
    "is_top_level",
    "metadata_file",
    "package_files",
]

COPIED_MODULES = MappingProxyType(
    {
        "_accessor.py": "accessor.py",
        "_command.py": "_command.py",
        "_errors.py": "_errors.py",
        "_modules.py": "modules.py",
        "_prompt.py": "_prompt.py",
        "_reader.py": "_reader.py",
        "_resources.py": "_resources.py",
        "_types.py": "_types.py",
        "_variables.py": "_variables.py",
    }
)
"""The copies of modules of `hatch_agpm.runtime` in a bundle, and their names there."""

_WITH_PACKAGE = 2
"""The least number of directories in the path of a bundle inside an import package."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bundle:
    """Everything one build adds to the wheel."""

    output: str
    """The directory, as a path in the source tree: `src/acme/prompts`."""

    files: Mapping[str, FileContent]
    """By path relative to the directory, with `/`, sorted."""

    export: Export | None
    """The files for coding agents beside the bundle, None without any."""

    distribution: str
    version: str
    items: tuple[Shipped, ...]
    """Its names with their resources, sorted."""

    shares_files: bool
    """Whether several names have a file together."""

    @property
    def names(self) -> tuple[str, ...]:
        """The full names of all resources in it, sorted."""
        return tuple(item.full_name for item in self.items)

    @property
    def stubs(self) -> Mapping[str, FileContent]:
        """The stubs for type checkers by path, which a project may commit."""
        return {
            path: file
            for path, file in self.files.items()
            if path.endswith(".pyi") and "/" not in path
        }

    @property
    def exported(self) -> Mapping[str, FileContent]:
        """By path relative to the directory of the export, sorted; {} for none."""
        return self.export.files if self.export else {}

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to read, and so no package of prompts."""
        return not self.files

    @property
    def prompts(self) -> int:
        """The number of `names`."""
        return len(self.items)

    @property
    def size(self) -> int:
        """The number of bytes of all files together."""
        files = (*self.files.values(), *self.exported.values())
        return sum(len(file.data) for file in files)

    @property
    def summary(self) -> str:
        """A sentence with the number of prompts, their directory and their size."""
        number = "1 prompt" if self.prompts == 1 else f"{self.prompts} prompts"
        parts = [] if self.is_empty else [f"{number} in {self.output}"]
        if self.export is not None:
            exported = len(self.export.resources)
            parts.append(f"{exported} exported to {self.export_directory()}")
        return ", ".join([*parts, f"{self.size:,} bytes"])

    def export_directory(self, output: str = "") -> str:
        """
        Return the directory of the export if the bundle is in `output`; "" without one.

        It is in the import package; or in the bundle, if that is not in one.
        """
        if self.export is None:
            return ""
        return _packed(self.export.top, self.output, output or self.output)

    @property
    def is_top_level(self) -> bool:
        """Whether the bundle is not in an import package."""
        return is_top_level(self.output)

    @property
    def exported_sources(self) -> dict[str, str]:
        """The paths of exported files as they would be in the source tree."""
        return {} if self.export is None else self.export.source_paths

    def exported_paths(self, output: str) -> dict[str, str]:
        """Return the paths of exported files in a wheel with the bundle in `output`."""
        return {
            path: _packed(source, self.output, output)
            for path, source in self.exported_sources.items()
        }

    def owned(self, output: str) -> dict[str, str]:
        """
        Return the directories that have only our files, if the bundle is in `output`.

        For each, the value is the directory in the source tree.
        """
        found = {} if self.is_empty else {output: self.output}
        if self.export is not None and self.export.is_whole:
            found[self.export_directory(output)] = self.export_directory()
        return found

    def in_wheel(self, directory: str) -> Bundle:
        """
        Return this bundle for a wheel that has it in `directory`.

        Only there the name of its module is known, by which PyInstaller finds its hook.
        """
        top = f"{HOOKS}/"
        others = {
            path: file for path, file in self.files.items() if not path.startswith(top)
        }
        if len(others) == len(self.files):
            return self
        files = sorted({**others, **hook_file(directory, MARK)}.items())
        return replace(self, files=MappingProxyType(dict(files)))

    def at(self, output: str) -> dict[str, FileContent]:
        """Return all files by their paths in a wheel with the bundle in `output`."""
        places = self.exported_paths(output)
        return {
            **{f"{output}/{path}": file for path, file in self.files.items()},
            **{places[path]: file for path, file in self.exported.items()},
        }

    def in_one(self) -> dict[str, FileContent]:
        """Return the files of bundle and export, by path in one directory."""
        top = self.export.directory if self.export else ""
        exported = {f"{top}/{path}": file for path, file in self.exported.items()}
        return {**self.files, **exported}


def is_top_level(output: str) -> bool:
    """Tell whether a bundle at this path of the tree is not in an import package."""
    parts = PurePosixPath(output).parts
    return len(parts[1:] if parts[0] == "src" else parts) < _WITH_PACKAGE


def build_bundle(
    rendering: Rendering,
    *,
    output: str,
    distribution: str,
    version: str,
    export: Export | None = None,
) -> Bundle:
    """
    Return the files that ship a rendering: accessor, stub, reader, index, texts.

    `output` is the bundle's directory in source form (`src/acme/prompts`), and
    `export` has the files for coding agents.  Resources with `install` false are left
    out.  Raises `BundleError` where nothing is left to ship or a name is not a
    portable file name, `ConflictError` where two resources need the same path,
    `ProblemsError` for several of these.
    """
    _check_exported(export)
    shipped = lay_out(rendering.resources, output=output)
    if not (shipped or export or rendering.exported_templates):
        raise _nothing_to_ship(output, len(rendering.resources))
    facts = {"distribution": distribution, "version": version}
    files = _generated(rendering, shipped, output, facts)
    texts = _texts(shipped, files)
    files |= texts
    bundle = Bundle(
        output=output,
        files=MappingProxyType(dict(sorted(files.items()))),
        export=export,
        **facts,
        items=shipped,
        shares_files=len(texts) < sum(len(item.files) for item in shipped),
    )
    _check_apart(bundle)
    return bundle


def _generated(
    rendering: Rendering,
    shipped: Sequence[Shipped],
    output: str,
    facts: Mapping[str, str],
) -> dict[str, FileContent]:
    """Return the files that belong to no resource, with the exported templates."""
    templates = rendering.exported_templates
    files: dict[str, FileContent] = {}
    if shipped or templates is not None:
        index = index_file(rendering, shipped, facts)
        names = [*map(shown, shipped)]
        files = package_files(names, output, index=index, **facts)
        files |= {
            item.program_path: FileContent(data=item.program)
            for item in shipped
            if item.program
        }
        files["index.json"] = FileContent(data=index)
    for file in templates.files if templates else ():
        files[f"{TEMPLATES}/{file.path}"] = file.content
    return files


def _texts(
    shipped: Sequence[Shipped], generated: Collection[str]
) -> dict[str, FileContent]:
    """Return the files of the resources; raises for paths of `generated` files."""
    files: dict[str, FileContent] = {}
    problems: list[BundleError] = []
    for item in shipped:
        files |= item.files
        what = "has the name of a file that the bundle generates"
        hint = "rename it, or choose another `output`"
        problems += [
            BundleError(item.resources[0].source_path, what, hint)
            for path in item.files
            if path in generated
        ]
    raise_problems(problems)
    return files


def _check_exported(export: Export | None) -> None:
    """Raise for exported resources whose names are not valid in a bundle."""
    exported = (item.resource for item in export.resources) if export else ()
    lay_out([replace(resource, install=None) for resource in exported])


def package_files(
    names: Sequence[Shown],
    output: str,
    *,
    index: bytes,
    distribution: str,
    version: str,
) -> dict[str, FileContent]:
    """
    Return the Python files of a bundle by path: what it has beside its texts.

    `names` are sorted, and `index` is the content of `index.json`.  Raises
    `ConflictError`, or `ProblemsError` with several, for directories that would be one
    module.
    """
    raise_problems([*directory_conflicts(names)])
    hook = hook_file(output, MARK) if names else {}
    tree = directory_tree(names)
    generated = {
        "__init__.py": accessor_source(tree, distribution, version, index),
        "__init__.pyi": stub_source(tree, distribution, output),
        "__main__.py": command_source(),
    }
    for name, directory in tree.directories.items():
        generated[f"{name}.py"] = namespace_source(directory)
        generated[f"{name}.pyi"] = namespace_stub(directory, tree)
    runtime = resources.files("hatch_agpm.runtime")
    files = {path: text.encode() for path, text in generated.items()}
    for path, name in COPIED_MODULES.items():
        files[path] = runtime.joinpath(name).read_bytes()
    for path in {path for name in names for path in name.modules}:
        files[path] = runtime.joinpath(path).read_bytes()
    return hook | {path: FileContent(data=data) for path, data in files.items()}


def _check_apart(bundle: Bundle) -> None:
    """Raise BundleError if the export is inside the bundle or contains it."""
    export = PurePosixPath(bundle.export_directory())
    output = PurePosixPath(bundle.output)
    if not bundle.export or bundle.is_top_level:
        return
    if export.is_relative_to(output) or output.is_relative_to(export):
        what = f"overlaps the directory of the prompts, {output}"
        hint = "choose another `directory` in [tool.hatch-agpm.export]"
        raise BundleError(str(export), what, hint)


def _exported_name(bundle: Bundle, path: str) -> str:
    """Return the full name of the resource that has an exported file; "" for none."""
    item = bundle.export.resource_of(path) if bundle.export else None
    return item.full_name if item else ""


def metadata_file(
    bundle: Bundle, *, module: str, exported: Mapping[str, str] = MappingProxyType({})
) -> tuple[str, FileContent]:
    """
    Return the file by which `discover` finds the bundle, and its name.

    The file belongs in the `*.dist-info` of a wheel.  `module` is the dotted name of
    the bundle as a module, `exported` has the paths of exported files in the wheel.
    """
    lines = [
        export_line(
            exported[path],
            size=len(file.data),
            sha256=file.sha256,
            executable=file.executable,
            resource=_exported_name(bundle, path),
        )
        for path, file in bundle.exported.items()
    ]
    text = file_text(
        distribution=bundle.distribution,
        version=bundle.version,
        module="" if bundle.is_empty else module,
        names=bundle.names,
        exports=lines,
    )
    return FILE_NAME, FileContent(data=text.encode())


def _packed(path: str, source: str, packed: str) -> str:
    """Return where a path of the tree is in a wheel that has `source` as `packed`."""
    left, right = PurePosixPath(source).parts, PurePosixPath(packed).parts
    while left and right and left[-1] == right[-1]:
        left, right = left[:-1], right[:-1]
    parts = PurePosixPath(path).parts
    if parts[: len(left)] != left:
        return path
    return str(PurePosixPath(*right, *parts[len(left) :]))


def _nothing_to_ship(output: str, number: int) -> BundleError:
    if number:
        return BundleError(
            output,
            f"would hold no prompt: all {number} have `install = false`",
            "let at least one resource be installed",
        )
    return BundleError(
        output, "would hold no prompt", "list at least one resource in the manifest"
    )
