"""Running the command `verify`, and what it prints."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from hatch_agpm.cli.output import print_text
from hatch_agpm.cli.verify.audit import audit_installed, audit_wheel
from hatch_agpm.errors import BundleError, ConfigError

if TYPE_CHECKING:
    import argparse

    from hatch_agpm.cli.verify.audit import Audit

__all__ = ["run_verify"]


def run_verify(arguments: argparse.Namespace) -> int:
    """
    Verify the wheels and distributions of a command line, and print the result.

    Returns the exit code: 1 for a problem.  Raises ConfigError for nothing to verify.
    """
    if not arguments.wheels and not arguments.installed:
        what = "needs a WHEEL, or --installed and the name of a distribution"
        raise ConfigError("verify", what)
    wheels = {wheel: audit_wheel(wheel) for wheel in arguments.wheels}
    installed = {name: audit_installed(name) for name in arguments.installed}
    audits = [*wheels.values(), *installed.values()]
    if arguments.json:
        report = {
            "wheels": [
                {"wheel": str(wheel), **_as_json(audit)}
                for wheel, audit in wheels.items()
            ],
            "installed": [
                {"distribution": name, **_as_json(audit)}
                for name, audit in installed.items()
            ],
        }
        print_text(json.dumps(report, indent=1))
    else:
        for wheel, audit in wheels.items():
            _print(wheel.name, audit)
        for name, audit in installed.items():
            _print(name, audit)
    return 1 if any(audit.problems for audit in audits) else 0


def _print(name: str, audit: Audit) -> None:
    for bundle in audit.bundles:
        print_text(f"{name}: {bundle.summary}")
    for problem in audit.problems:
        of_all = isinstance(problem, BundleError) and problem.path == name
        where = "" if of_all else f"{name}: "
        print_text(f"hatch-agpm: {where}{problem}", to_errors=True)


def _as_json(audit: Audit) -> dict[str, object]:
    return {
        "ok": not audit.problems,
        "bundles": [asdict(bundle) for bundle in audit.bundles],
        "problems": [str(problem) for problem in audit.problems],
    }
