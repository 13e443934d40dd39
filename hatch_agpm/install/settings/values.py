"""
The values that hooks and MCP servers have in the settings files of tools.

A resource has the form of Claude Code, as in AGPM; OpenCode has another one for
servers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hatch_agpm.errors import ContentError, FrontmatterError, Location
from hatch_agpm.formats.json import parse_json
from hatch_agpm.install.record import is_hook, setting_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hatch_agpm.install.shipped import Shipment, ShippedSetting

__all__ = ["SettingValue", "values_of"]

_SERVER: Final = ("type", "command", "args", "env", "url", "headers")
"""What AGPM keeps of a server."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SettingValue:
    """One value that is merged into a settings file."""

    file: str
    key: tuple[str, ...]
    """As in the record."""

    value: object
    command: str
    """What it runs or connects to."""

    @property
    def is_hook(self) -> bool:
        """Whether it is a hook, and not a server."""
        return is_hook(self.key)

    @property
    def name(self) -> str:
        """What messages call it."""
        return setting_name(self.file, self.key)


def values_of(
    setting: ShippedSetting, file: str, shipment: Shipment
) -> list[SettingValue]:
    """
    Return the values of a hook, one for each event, or of a server.

    Raises ContentError for what is neither.
    """
    location = Location(path=f"{setting.resource} of {shipment.title}")
    try:
        table = parse_json(setting.text)
    except FrontmatterError as error:
        raise ContentError(error.what, location=location) from None
    try:
        if setting.type == "hook":
            return [*_hooks(_table(table), file, setting.name)]
        return [_server(_table(table), file, setting)]
    except (LookupError, TypeError) as error:
        what = f"is not {setting.type} of a tool: {error!r}"
        raise ContentError(what, location=location) from None


def _hooks(table: Mapping[str, object], file: str, name: str) -> Iterator[SettingValue]:
    command = _text(table["command"])
    hook: dict[str, object] = {"type": _text(table["type"]), "command": command}
    if table.get("timeout") is not None:
        hook["timeout"] = table["timeout"]
    group: dict[str, object] = {"hooks": [hook]}
    if table.get("matcher") is not None:
        group = {"matcher": _text(table["matcher"]), **group}
    events = table["events"]
    if not isinstance(events, list):
        raise TypeError(events)
    for event in dict.fromkeys(map(_text, events)):
        key = ("hooks", event, name)
        yield SettingValue(file=file, key=key, value=group, command=command)


def _server(
    table: Mapping[str, object], file: str, setting: ShippedSetting
) -> SettingValue:
    is_opencode = setting.tool == "opencode"
    own = {key: table[key] for key in _SERVER if table.get(key) is not None}
    command = " ".join(
        _text(part) for part in [table.get("command") or table["url"], *_arguments(own)]
    )
    value = _of_opencode(own) if is_opencode else own
    key = ("mcp" if is_opencode else "mcpServers", setting.name)
    return SettingValue(file=file, key=key, value=value, command=command)


def _arguments(own: Mapping[str, object]) -> list[object]:
    arguments = own.get("args", [])
    if not isinstance(arguments, list):
        raise TypeError(arguments)
    return arguments


def _of_opencode(own: Mapping[str, object]) -> dict[str, object]:
    """Return a server as OpenCode has it."""
    if "command" in own:
        value: dict[str, object] = {
            "type": "local",
            "command": [own["command"], *_arguments(own)],
        }
        return value | ({"environment": own["env"]} if "env" in own else {})
    kept = {key: own[key] for key in ("url", "headers") if key in own}
    return {"type": "remote", **kept}


def _table(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise TypeError(value)
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value
