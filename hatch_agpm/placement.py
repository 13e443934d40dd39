"""
Tools and install paths: where AGPM would put each resource.

Pure: works on texts, touches no file.  The rules are AGPM's (semantics, 3.4 and
7.1), but a path never leads out of the directory it is placed in.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["BUILTIN_TOOLS", "Place", "Tool", "default_tool", "install_path"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a tool keeps resources of one type."""

    path: str
    """The directory below the tool's own, or the file that entries merge into."""

    merge: bool = False
    flatten: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Tool:
    """A coding agent that resources are for."""

    path: str
    """Its directory, relative to the one AGPM installs into."""

    places: Mapping[str, Place]
    """By the plural of the type; a type that is not there is not supported."""

    enabled: bool = True


BUILTIN_TOOLS: Final[Mapping[str, Tool]] = {
    "claude-code": Tool(
        path=".claude",
        places={
            "agents": Place(path="agents/agpm", flatten=True),
            "snippets": Place(path="snippets/agpm"),
            "commands": Place(path="commands/agpm", flatten=True),
            "scripts": Place(path="scripts/agpm"),
            "skills": Place(path="skills/agpm"),
            "hooks": Place(path=".claude/settings.local.json", merge=True),
            "mcp-servers": Place(path=".mcp.json", merge=True),
        },
    ),
    "opencode": Tool(
        path=".opencode",
        places={
            "agents": Place(path="agent/agpm", flatten=True),
            "snippets": Place(path="snippet/agpm"),
            "commands": Place(path="command/agpm", flatten=True),
            "mcp-servers": Place(path=".opencode/opencode.json", merge=True),
        },
    ),
    "agpm": Tool(path=".agpm", places={"snippets": Place(path="snippets")}),
}
"""AGPM's own tools (tool_config of release 0.4.14)."""


def default_tool(type_: str, defaults: Mapping[str, str]) -> str:
    """Return the tool of a resource for which nobody names one."""
    return defaults.get(type_, "agpm" if type_ == "snippets" else "claude-code")


def install_path(  # noqa: PLR0913 - the fields of a manifest's entry
    tool: Tool,
    type_: str,
    path: str,
    *,
    filename: str | None = None,
    target: str | None = None,
    flatten: bool | None = None,
) -> str:
    """
    Return where AGPM installs the resource at `path`, relative to its directory.

    `path` is relative to the manifest, with `/`; `type_` the plural of a type that
    `tool` supports.  Raises ValueError, with what is wrong, where nothing remains
    of the path or it would lead out of the tool's directory.
    """
    place = tool.places[type_]
    if place.merge:
        return place.path
    flat = place.flatten if flatten is None else flatten
    base = f"{tool.path}/{place.path}"
    relative = _kept_part(filename or path, base, flat=flat)
    # Texts are joined, not paths: AGPM keeps `.` and `..` of a target as written.
    middle = (target or "").lstrip("/\\").rstrip("/")
    inside = f"{middle}/{relative}" if middle else relative
    if _leads_out(inside):
        raise ValueError(f"leads out of {base}")
    return f"{base}/{inside}"


def _kept_part(path: str, base: str, *, flat: bool) -> str:
    """Return the part of a path that is kept below the directory `base`."""
    parts = [part for part in PurePosixPath(path).parts if part != "/"]
    if path.startswith("/"):
        parts = _fold(parts)
    # What leads to the first name is dropped: `../../shared/x.md` is `shared/x.md`.
    while parts and parts[0] == "..":
        parts.pop(0)
    if flat:
        parts = parts[-1:]
    elif parts and parts[0] in PurePosixPath(base).parts:
        parts = parts[1:]
    if not parts or parts == [".."]:
        raise ValueError("leaves nothing to name the file by")
    return "/".join(parts)


def _fold(parts: Sequence[str]) -> list[str]:
    folded: list[str] = []
    for part in parts:
        if part == "..":
            del folded[-1:]
        else:
            folded.append(part)
    return folded


def _leads_out(path: str) -> bool:
    depth = 0
    for part in path.split("/"):
        depth += -1 if part == ".." else part not in {"", "."}
        if depth < 0:
            return True
    return False
