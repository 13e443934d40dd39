"""Hatch is configured in a file of its own."""
