"""Nothing but the name is static."""

__version__ = "2026.08.01-RC1"
