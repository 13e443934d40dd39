# SPDX-License-Identifier: MIT-0
"""
Reading prompts from a shell: `python -m acme.prompts list`.

Every bundle has a copy of this file, and a `__main__.py` that calls it.  Runs on Python
3.9 and later, with only the standard library.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from ._errors import DamagedWheelError, UnknownPromptError, VariableError
from ._variables import parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

FAILED = 1
"""The exit code for a name, a value or a file that is wrong; 2 is a wrong usage."""


class CommandError(Exception):
    """What was asked for cannot be printed."""


_ERRORS = (CommandError, DamagedWheelError, UnknownPromptError, VariableError)


def main(package: Any, arguments: Sequence[str]) -> int:
    """Run the command for the package of a bundle, and return its exit code."""
    parser = _parser(package)
    options = parser.parse_args(arguments)
    try:
        output = options.run(package, options)
        sys.stdout.buffer.write(output)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader wants no more; Python would report it again when it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except _ERRORS as error:
        # A text of the bundle must not control the terminal.
        shown = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in str(error))
        sys.stderr.write(f"{parser.prog}: error: {shown}\n")
        return FAILED
    return 0


def _parser(package: Any) -> argparse.ArgumentParser:
    name = package.__name__
    parser = argparse.ArgumentParser(
        prog=f"python -m {name}", description=f"Read the prompts of {name}."
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for run, about in (
        (_list, "print all names"),
        (_get, "print a text, with the values of its run-time variables"),
        (_path, "print the path of a file"),
    ):
        command = commands.add_parser(run.__name__[1:], help=about, description=about)
        command.set_defaults(run=run)
        if run is not _list:
            command.add_argument("name", metavar="NAME", help="as `list` prints it")
        if run is _get:
            command.add_argument(
                "--var",
                action="append",
                default=[],
                metavar="NAME=VALUE",
                type=_variable,
                help="the value of a run-time variable; may be given several times",
            )
        command.add_argument("--json", action="store_true", help="print JSON")
    return parser


def _variable(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form NAME=VALUE")
    return name, value


def _list(package: Any, options: argparse.Namespace) -> bytes:
    names = package.names()
    if not options.json:
        return "".join(f"{name}\n" for name in names).encode()
    return _json([_described(package, package.load(name)) for name in names])


def _get(package: Any, options: argparse.Namespace) -> bytes:
    resource = package.load(options.name)
    values = {
        name: parse(kind, value)
        for name, value in options.var
        for kind in [_kinds(resource).get(name, "str")]
    }
    if isinstance(resource, bytes) and not values and not options.json:
        return bytes(resource)
    if isinstance(resource, bytes):
        what = "is not text, so it has neither JSON nor run-time variables"
        raise CommandError(f"{options.name} {what}")
    text: str = resource(**values)
    if not options.json:
        return text.encode()
    return _json({**_described(package, resource), "text": text})


def _path(package: Any, options: argparse.Namespace) -> bytes:
    resource = package.load(options.name)
    directory = Path(next(iter(package.__path__))).absolute()
    path = directory / resource.path[len(package.__name__) + 1 :]
    if not path.is_file():
        raise CommandError(f"{path} is not a file, but inside of one; use `get`")
    if options.json:
        return _json({"full_name": resource.full_name, "path": str(path)})
    return os.fsencode(f"{path}\n")


def _described(package: Any, resource: Any) -> dict[str, object]:
    attributes = ("full_name", "type", "tool", "path", "sha256", "files", "metadata")
    described = {name: getattr(resource, name) for name in attributes}
    entry = package._bundle.entry(resource.full_name)
    variables = [
        {key: each[key] for key in ("name", "type", "required", "description")}
        for each in entry["runtime"]
    ]
    return {**described, "variables": variables}


def _kinds(resource: Any) -> dict[str, Any]:
    return {name: kind for name, kind, _, _ in resource._variables}


def _json(value: object) -> bytes:
    # ASCII, because frontmatter may contain lone surrogates, which UTF-8 cannot encode.
    return (json.dumps(value, indent=2) + "\n").encode()
