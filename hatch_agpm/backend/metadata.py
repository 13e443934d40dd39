"""
The metadata of a project as its inner backend writes it.

It is in the `.dist-info` directory of a wheel, which many backends can also write
without a build, and in PKG-INFO of an sdist.
"""

from __future__ import annotations

import tarfile
import tempfile
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hatch_agpm.backend.wheel import dist_info_of
from hatch_agpm.build import BuildSession
from hatch_agpm.bundle.entry_points import ENTRY_POINTS, read_entry_points
from hatch_agpm.config import load_toml
from hatch_agpm.config.metadata import project_metadata
from hatch_agpm.errors import BundleError
from hatch_agpm.formats.archives.unpacking import opened_zip
from hatch_agpm.model.build import BuildContext

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "CoreMetadata",
    "context_of",
    "metadata_of_sdist",
    "metadata_of_wheel",
    "prepared_metadata",
    "pyproject_of",
    "session_of",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class CoreMetadata:
    """What an inner backend writes about a project."""

    text: str
    """The text of METADATA or PKG-INFO."""

    entry_points: str = ""
    """The text of entry_points.txt; "" if it is not known."""

    @property
    def name(self) -> str:
        """The name of the distribution."""
        return str(HeaderParser().parsestr(self.text).get("Name", ""))

    @property
    def scripts(self) -> Mapping[str, str]:
        """The console scripts; raises BundleError if entry_points.txt is malformed."""
        return read_entry_points(self.entry_points).get("console_scripts", {})


def pyproject_of(root: Path) -> dict[str, object]:
    """Return the tables of pyproject.toml; raises ConfigError."""
    return load_toml(root / "pyproject.toml", "pyproject.toml")


def session_of(root: Path, core: CoreMetadata) -> BuildSession:
    """
    Return the session of a build, with everything rendered.

    Raises AgpmError for whatever is wrong.
    """
    session = BuildSession(context_of(root, pyproject_of(root), core))
    _ = session.plan
    return session


def context_of(
    root: Path, pyproject: Mapping[str, object], core: CoreMetadata
) -> BuildContext:
    """Return the inputs of a build; raises AgpmError for wrong metadata."""
    stated = pyproject.get("project", {})
    project = dict(stated) if isinstance(stated, dict) else {}
    project.setdefault("scripts", core.scripts)
    return BuildContext(
        root=root,
        pyproject=pyproject,
        metadata=project_metadata(project, core_metadata=core.text),
        distribution=str(project.get("name") or core.name),
    )


def prepared_metadata(
    inner: Any, target: str, settings: object, directory: str
) -> CoreMetadata | None:
    """
    Return the metadata without a build; None if the inner backend cannot give it.

    `directory` is the `.dist-info` directory that a front end asked for before, ""
    without one.  Raises the errors of the inner backend.
    """
    if directory:
        return _of_directory(Path(directory))
    prepare = getattr(inner, f"prepare_metadata_for_build_{target}", None)
    if prepare is None:
        return None
    with tempfile.TemporaryDirectory(prefix="hatch-agpm-") as scratch:
        return _of_directory(Path(scratch, prepare(scratch, settings)))


def _of_directory(dist_info: Path) -> CoreMetadata:
    entry_points = dist_info / ENTRY_POINTS
    return CoreMetadata(
        text=(dist_info / "METADATA").read_text("utf-8"),
        entry_points=entry_points.read_text("utf-8") if entry_points.is_file() else "",
    )


def metadata_of_wheel(wheel: Path) -> CoreMetadata:
    """Return the metadata of a wheel; raises BundleError if it is not one."""
    with opened_zip(wheel) as archive:
        dist_info = dist_info_of(wheel.name, archive.namelist())
        path = f"{dist_info}/{ENTRY_POINTS}"
        is_there = path in archive.namelist()
        return CoreMetadata(
            text=archive.read(f"{dist_info}/METADATA").decode(),
            entry_points=archive.read(path).decode() if is_there else "",
        )


def metadata_of_sdist(sdist: Path, inner: Any, root: Path) -> CoreMetadata:
    """
    Return the metadata of an sdist that was just built.

    PKG-INFO has no scripts.  If pyproject.toml has none either, the inner backend is
    asked for the metadata of a wheel.  Raises BundleError without PKG-INFO.
    """
    if _has_unknown_scripts(pyproject_of(root)):
        prepared = prepared_metadata(inner, "wheel", None, "")
        if prepared is not None:
            return prepared
    with tarfile.open(sdist) as archive:
        for member in archive:
            parts = member.name.split("/")
            if parts[1:] == ["PKG-INFO"] and (file := archive.extractfile(member)):
                return CoreMetadata(text=file.read().decode())
    raise BundleError("PKG-INFO", f"is missing from {sdist.name}")


def _has_unknown_scripts(pyproject: Mapping[str, object]) -> bool:
    project = pyproject.get("project")
    if not isinstance(project, dict):
        return True
    dynamic = project.get("dynamic", [])
    return isinstance(dynamic, list) and "scripts" in dynamic
