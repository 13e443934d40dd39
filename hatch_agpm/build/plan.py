"""
What every door does alike: render a project, and say what an artefact must hold.

Reads the project and writes nothing.  Knows neither a backend nor where a backend
puts things: paths are those of the source tree.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from hatch_agpm.build.verify import FileDigest, check_nothing_in, check_output
from hatch_agpm.bundle.bundle import Bundle, build_bundle
from hatch_agpm.model.rendering import COPIES, MARKER, FileContent
from hatch_agpm.rendering.renderer import render_project

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hatch_agpm.export.tree import Export
    from hatch_agpm.model.rendering import Rendering

__all__ = ["Plan", "must_hold", "plan_build", "render_bundle"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Plan:
    """What one project ships: in a wheel its bundle, in an sdist its sources."""

    root: Path
    rendering: Rendering
    bundle: Bundle
    pyproject: Mapping[str, object]
    metadata: Mapping[str, object]
    """The defaults of `agpm.project`, as the backend knows them."""

    stubs: tuple[str, ...]
    """The stub in the output directory, if one is committed."""

    license: str = ""
    """The project's: an SPDX expression, or any text."""

    @property
    def output(self) -> str:
        """The bundle's directory, in source form."""
        return self.bundle.output

    @property
    def has_package_around(self) -> bool:
        """Whether the tree has the package that the output lies in."""
        output = self.root / self.output
        if output.parent in {self.root, self.root / "src"}:
            return False
        # A directory that only holds the output is there for its sake.
        return output.parent.is_dir() and any(
            path not in {output, output.with_name("__pycache__")}
            for path in output.parent.iterdir()
        )

    def links(self) -> dict[str, str]:
        """Return the own path of each file that a link led to, by that of the link."""
        return {
            link + path.removeprefix(target): path
            for link, target in self.rendering.links.items()
            for path in (source.path for source in self.rendering.inputs)
            if path == target or path.startswith(f"{target}/")
        }

    def source_paths(self) -> list[str]:
        """Return what a build from the sdist reads of the project, links included."""
        inputs = (source.path for source in self.rendering.inputs)
        # No installer unpacks what leads out of the sdist: copies of it travel.
        real = {path for path in inputs if not path.startswith("../")}
        return sorted({*real, *self.links(), *self.stubs})

    @cached_property
    def copies(self) -> Mapping[str, FileContent]:
        """
        What the sdist carries of directories outside, by path in the sdist.

        The marker says which files these are.  Raises ConflictError where two of them
        could not lie in one directory.
        """
        away = [used for used in self.rendering.sources if used.is_external]
        if not away:
            return {}
        # Few projects have such directories, and every build would pay for the imports.
        from hatch_agpm.sources.locked import FileList, check_portable  # noqa: PLC0415
        from hatch_agpm.sources.sdist_copies import marker_text  # noqa: PLC0415

        copies: dict[str, FileContent] = {}
        listings: dict[str, FileList] = {}
        for used in away:
            listings[used.name] = FileList.of(used)
            check_portable(listings[used.name].files, f"the source '{used.name}'")
            for file in used.files:
                copies[f"{COPIES}/{used.name}/{file.path}"] = file.content
        copies[MARKER] = FileContent(data=marker_text(listings).encode())
        return copies

    def source(self, path: str) -> FileContent:
        """Return one of these files as it is in the tree."""
        file = self.root / path
        executable = bool(file.stat().st_mode & stat.S_IXUSR)
        return FileContent(data=file.read_bytes(), executable=executable)

    @property
    def sources_summary(self) -> str:
        """How many files the sdist has to carry, for people."""
        number = len(self.source_paths()) + len(self.copies)
        files = "1 file" if number == 1 else f"{number} files"
        return f"{files} that prompts are made of"


def plan_build(
    root: Path,
    pyproject: Mapping[str, object],
    *,
    metadata: Mapping[str, object],
    distribution: str,
) -> Plan:
    """
    Render the project at `root`, and look whether its output directory is free.

    `metadata` are the defaults of `agpm.project`, and `distribution` is the name as
    the project writes it.  Raises AgpmError for whatever is wrong.
    """
    rendering, bundle = render_bundle(
        root, pyproject, metadata=metadata, distribution=distribution
    )
    check_nothing_in(root, bundle.export_directory())
    stub = bundle.files["__init__.pyi"].data
    return Plan(
        root=root,
        rendering=rendering,
        bundle=bundle,
        pyproject=pyproject,
        metadata=metadata,
        stubs=check_output(root, rendering.output, stub=stub),
        license=str(metadata.get("license", "")),
    )


def render_bundle(
    root: Path,
    pyproject: Mapping[str, object],
    *,
    metadata: Mapping[str, object],
    distribution: str,
    environ: Mapping[str, str] | None = None,
) -> tuple[Rendering, Bundle]:
    """
    Render the project at `root`, wherever the result will lie.

    Arguments and errors are those of `plan_build`; `environ` are the variables of the
    process, by default its own.
    """
    rendering = render_project(
        root,
        pyproject,
        metadata=metadata,
        distribution=distribution,
        environ=environ,
    )
    bundle = build_bundle(
        rendering,
        distribution=distribution,
        version=str(metadata.get("version", "")),
        export=_export(rendering, metadata, distribution),
    )
    return rendering, bundle


def _export(
    rendering: Rendering, metadata: Mapping[str, object], distribution: str
) -> Export | None:
    """Return what coding agents get of the resources; None for nothing."""
    if not any(resource.export for resource in rendering.resources):
        return None
    # Few projects export anything, and every build would pay for the import.
    from hatch_agpm.export.tree import build_export  # noqa: PLC0415

    return build_export(
        rendering.resources,
        settings=rendering.export,
        may_hide=rendering.hidden_text,
        distribution=distribution,
        metadata=metadata,
    )


def must_hold(file: FileContent) -> FileDigest:
    """Return what an archive must hold for `file`."""
    # What Windows packs is never executable.
    executable = file.executable and os.name != "nt"
    return FileDigest.of(file.data, executable=executable)
