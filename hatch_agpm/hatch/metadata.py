"""
The metadata of a project that hatchling builds.

The core is imported inside functions: hatchling imports this package in every build of
an environment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hatchling.metadata.spec import (
    DEFAULT_METADATA_VERSION,
    get_core_metadata_constructors,
)

if TYPE_CHECKING:
    from hatchling.metadata.core import ProjectMetadata

__all__ = ["known_metadata"]


def known_metadata(metadata: ProjectMetadata[Any]) -> dict[str, object]:
    """
    Return the defaults of `agpm.project` for a project that hatchling builds.

    Runs the project's version source and metadata hooks; raises their errors.
    """
    from hatch_agpm.config.metadata import project_metadata

    # Not the metadata version of the target: an older version would leave out fields,
    # perhaps only for one of the two targets.
    construct = get_core_metadata_constructors()[DEFAULT_METADATA_VERSION]
    project = {**metadata.config["project"], "scripts": metadata.core.scripts}
    return project_metadata(project, core_metadata=construct(metadata))
