"""The command `verify`: wheels and installed distributions, by their indexes."""

from __future__ import annotations

from hatch_agpm.cli.verify.audit import Audit, audit_wheel

__all__ = ["Audit", "audit_wheel"]
