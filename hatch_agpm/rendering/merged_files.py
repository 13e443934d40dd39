"""
Checks of hooks and MCP servers: their schema, and losses by merging.

Both are JSON files that AGPM merges into one file of a tool (semantics, 7.3 and 7.4).
Files that it would refuse, and hooks or servers that could never run, are errors.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from hatch_agpm.errors import (
    AgpmError,
    ConflictError,
    FrontmatterError,
    Location,
    did_you_mean,
    raise_problems,
    shown,
)
from hatch_agpm.formats.json import parse_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hatch_agpm.model.rendering import RenderedResource

__all__ = ["check_merged", "check_shape"]

_U32: Final = 2**32
_HOOK: Final = ("events", "matcher", "type", "command", "timeout", "description")
_SERVER: Final = ("command", "args", "env", "type", "url", "headers")


def check_shape(section: str, path: str, text: str) -> None:
    """
    Check the text of a hook or an MCP server; `section` is the plural.

    Unknown keys are the author's and accepted.  Raises FrontmatterError, or
    ProblemsError with several, for what is not JSON or has a wrong type.
    """
    try:
        value = parse_json(text)
    except FrontmatterError as error:
        raise error.at(path, error.line) from None
    what = "a hook" if section == "hooks" else "an MCP server"
    if not isinstance(value, dict):
        raise FrontmatterError(
            f"{what} must be an object", location=Location(path=path), got=shown(value)
        )
    shape = _Shape(path, what, value)
    shape.repeated(text)
    if section == "hooks":
        shape.hook()
    else:
        shape.server()
    raise_problems(shape.problems)


class _Shape:
    """Collects the problems of one object."""

    def __init__(self, path: str, what: str, value: Mapping[str, object]) -> None:
        self.path = path
        self.what = what
        self.value = value
        self.problems: list[AgpmError] = []

    def repeated(self, text: str) -> None:
        """Report known keys that the text gives twice, of which one would be lost."""
        keys: list[str] = []

        def keep(pairs: list[tuple[str, object]]) -> None:
            # The outermost object is complete last.
            keys[:] = [key for key, _ in pairs]

        json.loads(text, object_pairs_hook=keep)
        for key in dict.fromkeys((*_HOOK, *_SERVER)):
            if keys.count(key) > 1:
                self.problem(f"'{key}' is given twice", hint="delete one")

    def hook(self) -> None:
        for key in ("events", "type", "command"):
            if key not in self.value:
                self.missing((key,), _HOOK)
        self.strings("events", optional=False)
        if self.value.get("events") == []:
            self.problem("'events' must not be empty", hint="it would never run")
        self.text("type", optional=False)
        self.text("command", optional=False)
        self.text("matcher")
        self.text("description")
        timeout = self.value.get("timeout")
        if timeout is not None and (
            type(timeout) is not int or not 0 <= timeout < _U32
        ):
            what = "'timeout' must be a whole number of 32 bits"
            self.problem(what, got=shown(timeout))

    def server(self) -> None:
        if self.value.get("command") is None and self.value.get("url") is None:
            self.missing(("command", "url"), _SERVER)
        for key in ("command", "type", "url"):
            self.text(key)
        self.strings("args", optional=False)
        for key in ("env", "headers"):
            value = self.value.get(key)
            if value is not None and not isinstance(value, dict):
                self.problem(f"'{key}' must be an object", got=shown(value))

    def text(self, key: str, *, optional: bool = True) -> None:
        if key not in self.value or (optional and self.value[key] is None):
            return
        if not isinstance(self.value[key], str):
            self.problem(f"'{key}' must be a string", got=shown(self.value[key]))

    def strings(self, key: str, *, optional: bool = True) -> None:
        if key not in self.value or (optional and self.value[key] is None):
            return
        value = self.value[key]
        if not isinstance(value, list):
            self.problem(f"'{key}' must be a list of strings", got=shown(value))
            return
        for index, item in enumerate(value):
            if not isinstance(item, str):
                what = f"'{key}[{index}]' must be a string"
                self.problem(what, got=shown(item))

    def missing(self, keys: Sequence[str], known: Sequence[str]) -> None:
        """Report that one of the `keys` is required, with a similar key as hint."""
        others = sorted(self.value.keys() - {*known})
        near = [key for other in others for key in keys if did_you_mean(other, [key])]
        hint = f"did you mean '{near[0]}'?" if near else ""
        what = f"{self.what} needs {' or '.join(map(repr, keys))}"
        self.problem(what, hint=hint)

    def problem(self, what: str, *, got: str = "", hint: str = "") -> None:
        self.problems.append(
            FrontmatterError(
                what, location=Location(path=self.path), got=got, hint=hint
            )
        )


def check_merged(resources: Sequence[RenderedResource]) -> None:
    """
    Raise for two hooks or servers of which AGPM's merging would keep one.

    These have one key in one file, and are not equal.  Raises ConflictError, or
    ProblemsError with several.
    """
    by_key: dict[tuple[str, str | None, str], list[RenderedResource]] = {}
    for resource in resources:
        if resource.type in {"hook", "mcp-server"} and resource.install is not False:
            server = resource.type == "mcp-server"
            key = (resource.alias if server else None) or resource.name
            location = (resource.type, resource.install_path, key)
            by_key.setdefault(location, []).append(resource)
    raise_problems(
        [
            ConflictError(
                f"both would be the {kind} '{key}' in {path}",
                sorted({resource.source_path for resource in group}),
                "list each under a key of its own",
            )
            for (kind, path, key), group in sorted(by_key.items())
            if len({resource.document for resource in group}) > 1
        ]
    )
