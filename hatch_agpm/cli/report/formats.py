"""
The formats in which findings are printed for other programs.

GitHub Actions turns lines of its own syntax into annotations; SARIF 2.1.0 is what code
scanning services read.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from hatch_agpm._version import __version__
from hatch_agpm.cli.report.rules import RULES
from hatch_agpm.errors import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hatch_agpm.cli.report.checking import Report
    from hatch_agpm.cli.report.finding import Finding

__all__ = ["written"]


_COMMANDS: Final = {"error": "error", "warning": "warning", "note": "notice"}
_SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"
    "sarif-schema-2.1.0.json"
)


def written(report: Report, format_: str) -> str:
    """Return a report as `json`, `github` or `sarif`, with a line end."""
    if format_ == "json":
        return _json(_as_json(report))
    prefix = _prefix(report.root)
    if format_ == "sarif":
        return _json(_as_sarif(report, prefix))
    lines = [_annotation(each, prefix) for each in report.findings]
    if report.summary:
        lines.append(report.summary)
    return "".join(f"{line}\n" for line in lines)


def _json(value: object) -> str:
    return f"{json.dumps(value, indent=1)}\n"


def _as_json(report: Report) -> dict[str, object]:
    return {
        "ok": not report.problems,
        "summary": report.summary or None,
        "findings": [
            {name: value or None for name, value in asdict(each).items()}
            for each in report.findings
        ],
    }


def _prefix(root: Path) -> str:
    """
    Return the directory of the project within the checkout, "" if it is the checkout.

    The checkout is what GitHub Actions says, else the current directory.
    """
    checkout = Path(os.environ.get("GITHUB_WORKSPACE") or ".").resolve()
    directory = root.resolve()
    if directory == checkout or not directory.is_relative_to(checkout):
        return ""
    return f"{directory.relative_to(checkout).as_posix()}/"


def _annotation(finding: Finding, prefix: str) -> str:
    """Return the workflow command of GitHub Actions that annotates a line."""
    properties = {
        "file": f"{prefix}{finding.path}",
        "line": finding.line,
        "col": finding.column,
        "title": f"hatch-agpm: {finding.rule}",
    }
    written_properties = ",".join(
        f"{name}={_escaped(str(value), in_property=True)}"
        for name, value in properties.items()
        if value
    )
    command = _COMMANDS[finding.level]
    return f"::{command} {written_properties}::{_escaped(printable(finding.message))}"


def _escaped(text: str, *, in_property: bool = False) -> str:
    """Return a text as a workflow command has it; `%` comes first."""
    escapes = {"%": "%25", "\r": "%0D", "\n": "%0A"}
    if in_property:
        escapes |= {":": "%3A", ",": "%2C"}
    for character, escape in escapes.items():
        text = text.replace(character, escape)
    return text


def _as_sarif(report: Report, prefix: str) -> dict[str, object]:
    """Return a log of SARIF 2.1.0, with what GitHub's code scanning requires."""
    used = sorted({each.rule for each in report.findings})
    driver = {
        "name": "hatch-agpm",
        "version": __version__,
        "rules": [
            {"id": rule, "shortDescription": {"text": RULES[rule]}} for rule in used
        ],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [*_results(report, used, prefix)],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _results(
    report: Report, rules: list[str], prefix: str
) -> Iterator[Mapping[str, object]]:
    for each in report.findings:
        region = {"startLine": each.line or 1}
        if each.column:
            region["startColumn"] = each.column
        uri = quote(PurePath(f"{prefix}{each.path}").as_posix())
        location = {"artifactLocation": {"uri": uri}, "region": region}
        yield {
            "ruleId": each.rule,
            "ruleIndex": rules.index(each.rule),
            "level": each.level,
            "message": {"text": each.message},
            "locations": [{"physicalLocation": location}],
        }
