"""
One build, whatever the backend.

A session determines which files a wheel or an sdist must have, and compares the
finished artefact with them.  The integration puts the files into the artefact.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from hatch_agpm.build.plan import must_hold, plan_build
from hatch_agpm.build.verify import verify_sdist, verify_wheel
from hatch_agpm.bundle import metadata_file
from hatch_agpm.bundle.entry_points import ENTRY_POINTS
from hatch_agpm.bundle.freezers import with_entry_point
from hatch_agpm.config import editable_mode
from hatch_agpm.errors import AgpmError, raise_problems
from hatch_agpm.model.rendering import FileContent

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hatch_agpm.build.plan import Plan
    from hatch_agpm.model.build import BuildContext

__all__ = [
    "BuildSession",
    "SdistContents",
    "WheelContents",
    "is_wrapped",
    "leaves_out_prompts",
]


@dataclass(frozen=True, kw_only=True)
class WheelContents:
    """The files that a build adds to a wheel."""

    directory: str
    """The directory of the bundle in the wheel."""

    owned: Mapping[str, str]
    """The directories that have no other files, and theirs in the source tree."""

    bundle: Mapping[str, FileContent]
    """The files of the bundle and of its export, by path in the wheel."""

    editable: Mapping[str, FileContent]
    """The files by which an editable install finds the bundle, by path in the wheel."""

    metadata: Mapping[str, FileContent]
    """The list of the prompts and entry points, by path in `.dist-info`."""

    sbom: Mapping[str, FileContent]
    """The bill of materials, by path in the `.dist-info` directory."""

    module_to_freeze: str
    """The bundle, if programs can be frozen with it; "" if editable or empty."""

    def with_entry_points(self, text: str) -> WheelContents:
        """
        Return these contents with an entry_points.txt in the `.dist-info` directory.

        `text` is that of the backend, "" without one; what PyInstaller needs is added.
        Raises `BundleError` if the text is malformed.
        """
        if not self.module_to_freeze:
            return self
        file = FileContent(data=with_entry_point(text, self.module_to_freeze).encode())
        # First, so that adding to the same wheel again gives the same order.
        return replace(self, metadata={ENTRY_POINTS: file, **self.metadata})

    @property
    def files(self) -> dict[str, FileContent]:
        """All files outside of the `.dist-info` directory, by path in the wheel."""
        return {**self.bundle, **self.editable}

    @property
    def dist_info(self) -> dict[str, FileContent]:
        """All files of the `.dist-info` directory, by path in it."""
        return {**self.metadata, **self.sbom}


@dataclass(frozen=True, kw_only=True)
class SdistContents:
    """The files that a build adds to an sdist."""

    directory: str
    """The output directory, which has no other files than the sources in it."""

    sources: Mapping[str, FileContent]
    """The files that a build reads, by path in the project and in the sdist."""

    links: Mapping[str, str]
    """The sources that are links: the path of the file by that of the link."""

    copies: Mapping[str, FileContent]
    """Copies of files outside of the project, by path in the sdist."""

    @property
    def files(self) -> dict[str, FileContent]:
        """All files, by path in the sdist."""
        return {**self.sources, **self.copies}


def leaves_out_prompts(pyproject: Mapping[str, object], *, editable: bool) -> bool:
    """
    Return whether the wheel has no prompts: an editable one with `editable = "off"`.

    Raises `ConfigError` for an unknown value of that key.
    """
    return editable and editable_mode(pyproject) == "off"


def is_wrapped(pyproject: Mapping[str, object]) -> bool:
    """
    Return whether `hatch_agpm.backend` builds the project, whatever it wraps.

    Then it adds the prompts, and the integration of the inner backend does not.
    """
    system = pyproject.get("build-system")
    backend = system.get("build-backend") if isinstance(system, dict) else None
    return str(backend).partition(":")[0] == "hatch_agpm.backend"


class BuildSession:
    """The build of one project: rendered once, for wheel and sdist."""

    def __init__(self, context: BuildContext) -> None:
        self.context = context

    @cached_property
    def plan(self) -> Plan:
        """The plan of the project.  Raises AgpmError for all its problems."""
        return plan_build(self.context)

    @cached_property
    def checked_plan(self) -> Plan:
        """The same for a build, where no text may have too many tokens."""
        raise_problems(self.plan.over_budget)
        return self.plan

    def wheel(self, directory: str, *, editable: bool = False) -> WheelContents:
        """
        Return the files to add to the wheel.

        `directory` is the directory of the wheel where the backend puts `output`.  If
        `editable`, the output directory in the tree is updated first.
        Raises `AgpmError`, also for texts with too many tokens.
        """
        plan = self.checked_plan
        module = directory.replace("/", ".")
        if editable:
            return _editable_wheel(plan, module)
        exported = plan.bundle.exported_paths(directory)
        name, file = metadata_file(plan.bundle, module=module, exported=exported)
        return WheelContents(
            directory=directory,
            owned=plan.bundle.owned(directory),
            bundle=plan.bundle.in_wheel(directory).at(directory),
            editable={},
            metadata={name: file},
            sbom=_sbom(plan, directory) if plan.project.sbom else {},
            module_to_freeze=module if plan.bundle.names else "",
        )

    def sdist(self) -> SdistContents:
        """Return the files to add to the sdist; raises `AgpmError` as `wheel` does."""
        plan = self.checked_plan
        return SdistContents(
            directory="" if plan.bundle.is_empty else plan.output,
            sources={path: plan.source(path) for path in plan.source_paths()},
            links=plan.links,
            copies=plan.copies,
        )

    def verify(self, artefact: Path, contents: WheelContents | SdistContents) -> None:
        """
        Compare the files of a wheel or sdist with what was added to it.

        If they differ, removes the artefact and raises `BundleError`, or
        `ProblemsError` with all differences.
        """
        try:
            if isinstance(contents, SdistContents):
                self._verify_sdist(artefact, contents)
            else:
                self._verify_wheel(artefact, contents)
        except AgpmError:
            artefact.unlink()
            raise

    def _verify_sdist(self, sdist: Path, contents: SdistContents) -> None:
        expected = {path: must_hold(file) for path, file in contents.files.items()}
        verify_sdist(sdist, expected, directories=[contents.directory])

    def _verify_wheel(self, wheel: Path, contents: WheelContents) -> None:
        # A wheel is named `<distribution>-<version>-...`, as its `.dist-info`.
        distribution, version, *_ = wheel.name.split("-")
        dist_info = f"{distribution}-{version}.dist-info"
        files = contents.files
        for path, file in contents.dist_info.items():
            files[f"{dist_info}/{path}"] = file
        verify_wheel(
            wheel,
            {path: must_hold(file) for path, file in files.items()},
            directories=contents.owned,
        )


# --- what few builds import -----------------------------------------------------------


def _editable_wheel(plan: Plan, module: str) -> WheelContents:
    """Update the output directory in the tree, and return the files of the wheel."""
    from hatch_agpm.build.editable.wheel import (  # noqa: PLC0415 - rare
        editable_install,
        update_tree,
    )

    update_tree(plan)
    install = editable_install(plan, module=module)
    name, file = metadata_file(plan.bundle, module=module, exported=install.exported)
    return WheelContents(
        directory=install.directory,
        owned=install.owned,
        bundle=install.bundle,
        editable=install.files,
        metadata={name: file},
        # It would be outdated after the next change of a source.
        sbom={},
        module_to_freeze="",
    )


def _sbom(plan: Plan, directory: str) -> dict[str, FileContent]:
    from hatch_agpm.build.sbom import sbom_file  # noqa: PLC0415 - rare

    return dict([sbom_file(plan, directory=directory)])
