"""The version of hatch-agpm; the build reads it from here."""

__version__ = "0.1.0"
