"""The fixtures of an install in development mode."""

from editable_project import develop, project, run

__all__ = ["develop", "project", "run"]
