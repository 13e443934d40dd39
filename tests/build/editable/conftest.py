"""The fixtures of an install in development mode."""

from editables import develop, project, run

__all__ = ["develop", "project", "run"]
