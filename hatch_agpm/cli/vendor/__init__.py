"""The command `hatch-agpm vendor`: files of other sources are copied and locked."""

from __future__ import annotations

from hatch_agpm.cli.vendor.command import run_vendor

__all__ = ["run_vendor"]
