"""The command `verify`: wheels and installed distributions, by their indexes."""

from __future__ import annotations

from hatch_agpm.cli.verify.audit import Audit, audit_installed, audit_wheel
from hatch_agpm.cli.verify.command import run_verify

__all__ = ["Audit", "audit_installed", "audit_wheel", "run_verify"]
