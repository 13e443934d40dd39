"""What `hatch-agpm install` and `uninstall` do, and what they print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from hatch_agpm.cli.install.output import InstallReport, as_json, as_text
from hatch_agpm.cli.install.requests import requests_of
from hatch_agpm.cli.output import print_text
from hatch_agpm.errors import ConfigError, did_you_mean, raise_problems
from hatch_agpm.install.disk import Disk
from hatch_agpm.install.environment import find_environment, read_pyproject
from hatch_agpm.install.placement import check_tools, project_tools
from hatch_agpm.install.plan import make_plan
from hatch_agpm.install.record import RECORD
from hatch_agpm.install.wanted import Wanted, wanted_of
from hatch_agpm.install.writing import execute, read_record

if TYPE_CHECKING:
    from argparse import Namespace
    from pathlib import Path

    from hatch_agpm.cli.install.requests import Requests
    from hatch_agpm.install.placement import Tools
    from hatch_agpm.install.record import Record

__all__ = ["run_install", "run_uninstall"]


def run_install(arguments: Namespace) -> int:
    """
    Do what the command line says, and return the exit code.

    It is 1 if anything is not as it should be: with `--check` before, else afterwards.
    Raises AgpmError before anything is written.
    """
    root = _root(arguments.project)
    pyproject = read_pyproject(root)
    tools = project_tools(pyproject or {})
    check_tools(arguments.tool or (), tools)
    environment = find_environment(root, arguments.environment)
    disk = Disk(root)
    record = read_record(disk, tools)
    requests = requests_of(
        arguments.names,
        arguments.tool and tuple(arguments.tool),
        environment=environment,
        record=record,
        pyproject=pyproject,
    )
    _check_recorded_tools(requests, tools)
    others = [each for each in record.distributions if each.name not in requests.scope]
    wanted = wanted_of(requests.requests, tools, others, disk)
    plan = make_plan(
        disk, record, wanted, scope=requests.scope, forced=_names(arguments)
    )
    is_dry = arguments.check or arguments.dry_run
    if not is_dry:
        execute(plan, disk)
    report = InstallReport(
        command="check" if arguments.check else "install",
        items=plan.items,
        titles=tuple(each.title for each in wanted.distributions),
        notes=wanted.notes,
        environment=environment.shown,
        is_dry=is_dry,
    )
    _print(report, as_json_=arguments.json)
    return report.exit_code


def run_uninstall(arguments: Namespace) -> int:
    """
    Remove what was installed of some distributions, or of all; return the exit code.

    What the user has edited stays.  Raises AgpmError before anything is removed.
    """
    root = _root(arguments.project)
    tools = project_tools(read_pyproject(root) or {})
    disk = Disk(root)
    record = read_record(disk, tools)
    scope = [str(canonicalize_name(name)) for name in arguments.names] or record.names
    _check_recorded(scope, record)
    plan = make_plan(disk, record, Wanted(), scope=scope, forced=_names(arguments))
    if not arguments.dry_run:
        execute(plan, disk)
    installed = (record.of(name) for name in scope)
    report = InstallReport(
        command="uninstall",
        items=plan.items,
        titles=tuple(f"{each.name} {each.version}" for each in installed if each),
        is_dry=arguments.dry_run,
    )
    _print(report, as_json_=arguments.json)
    return report.exit_code


def _root(project: Path) -> Path:
    if not project.is_dir():
        raise ConfigError("--project", "is not a directory", repr(str(project)))
    return project.resolve()


def _check_recorded_tools(requests: Requests, tools: Tools) -> None:
    """Raise ConfigError for tools that were named once and are not known any more."""
    unknown = [
        (request.shipment.distribution, tool)
        for request in requests.requests
        for tool in request.tools or ()
        if tool not in tools.tools
    ]
    hint = "declare it in pyproject.toml again, or name others with --tool"
    raise_problems(
        [
            ConfigError(
                f"{RECORD}: {name}", f"is for the unknown tool {tool!r}", hint=hint
            )
            for name, tool in unknown
        ]
    )


def _check_recorded(names: list[str], record: Record) -> None:
    for name in names:
        if record.of(name) is None:
            hint = did_you_mean(name, record.names)
            if not hint and record.names:
                hint = f"what is: {', '.join(record.names)}"
            raise ConfigError(name, f"is not in {RECORD}", hint=hint)


def _print(report: InstallReport, *, as_json_: bool) -> None:
    print_text(as_json(report) if as_json_ else "\n".join(as_text(report)))


def _names(arguments: Namespace) -> list[str]:
    """Return what is forced, as it is called in the output."""
    return [str(name).removeprefix("./") for name in arguments.force]
