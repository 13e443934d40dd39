"""
The command `hatch-agpm`: argument parsing and output.

`main` is the entry point.  What a subcommand needs is imported when it runs, so that
`hatch-agpm --help` does not wait for the renderer.
"""

from __future__ import annotations

from hatch_agpm.cli.main import main

__all__ = ["main"]
