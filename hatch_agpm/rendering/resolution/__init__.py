"""Finds the resources of a project and their dependencies."""
