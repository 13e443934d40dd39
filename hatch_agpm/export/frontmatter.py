"""
The frontmatter of an exported file, which all coding agents can read.

This module decides the keys and adds the project's metadata; `profile` writes them, and
`portability` checks the result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hatch_agpm.errors import (
    FrontmatterError,
    Location,
    did_you_mean,
    raise_problems,
    shown,
)
from hatch_agpm.export.profile import (
    AGENT_KEYS,
    COMMAND_KEYS,
    SKILL_KEYS,
    as_written,
    portable_frontmatter,
)
from hatch_agpm.formats.frontmatter import split
from hatch_agpm.formats.versions import same_version
from hatch_agpm.formats.yaml import load

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hatch_agpm.model.rendering import RenderedResource

__all__ = ["exported_frontmatter"]

_KEYS: Final = {"agent": AGENT_KEYS, "command": COMMAND_KEYS, "skill": SKILL_KEYS}
_NOT_EXPORTED: Final = ("agpm", "dependencies", "name", "version")
"""Keys for hatch-agpm, and keys that are derived from the path and the project."""


def exported_frontmatter(
    resource: RenderedResource,
    *,
    name: str,
    distribution: str,
    metadata: Mapping[str, object],
) -> str:
    """
    Return the frontmatter of an agent, command or skill that is exported as `name`.

    `metadata` are the defaults of `agpm.project`: version, licence and requirements
    come from there.  Raises FrontmatterError, or ProblemsError with several, for keys
    and values that the profile cannot write, and for a version that is not the
    project's.
    """
    writer = _Writer(resource, metadata)
    known = _KEYS[resource.type]
    fields = {key: writer.own[key] for key in known if key in writer.own}
    if "name" in known:
        fields["name"] = name
    writer.check_keys(known)
    writer.check_version("version", writer.own.get("version"))
    if isinstance(text := fields.get("description"), str):
        # Line breaks of a YAML text have no meaning here, and tools list one line.
        fields["description"] = " ".join(text.split())
    if resource.type == "skill":
        fields |= writer.of_project(fields, distribution)
    raise_problems(writer.problems)
    try:
        return portable_frontmatter(fields)
    except FrontmatterError as error:
        raise error.at(resource.source_path, 0) from None


class _Writer:
    """Collects the fields and the problems of the frontmatter of one file."""

    def __init__(
        self, resource: RenderedResource, metadata: Mapping[str, object]
    ) -> None:
        self.path = resource.source_path
        parts = split(resource.document.decode()) if resource.body else None
        self.own = as_written(load(parts.frontmatter)) if parts else {}
        """The frontmatter as rendered."""

        self.metadata = metadata
        self.problems: list[FrontmatterError] = []

    def problem(self, what: str, *, got: str = "", hint: str = "") -> None:
        self.problems.append(
            FrontmatterError(
                what, location=Location(path=self.path), got=got, hint=hint
            )
        )

    def project(self, key: str) -> str:
        """Return a text of the project's metadata, "" if missing or multi-line."""
        value = str(self.metadata.get(key, ""))
        return "" if "\n" in value else value

    def check_keys(self, known: tuple[str, ...]) -> None:
        for key in self.own:
            if key not in known and key not in _NOT_EXPORTED:
                what = f"the key '{key}' is not read alike by all coding agents"
                hint = f"delete it; exported are {', '.join(known)}"
                if "metadata" in known:
                    hint = "put it under 'metadata', or delete it"
                self.problem(what, hint=did_you_mean(key, known) or hint)

    def check_version(self, key: str, stated: object) -> None:
        """Report a version that differs from the project's."""
        version = self.project("version")
        if stated is None or not version or same_version(str(stated), version):
            return
        what = f"'{key}' is not the project's version, {version}"
        hint = "delete it: what is exported gets the project's"
        self.problem(what, got=shown(stated), hint=hint)

    def of_project(
        self, fields: Mapping[str, object], distribution: str
    ) -> dict[str, object]:
        """Return the fields of a skill that are derived from the project's metadata."""
        version, python = self.project("version"), self.project("requires_python")
        needs = f"Requires {distribution} {version}".strip()
        needs += f", Python {python}" if python else ""
        if own := fields.get("compatibility"):
            needs += f". {own}"
        found: dict[str, object] = {"compatibility": needs}
        if licence := fields.get("license") or self.project("license"):
            found["license"] = licence
        table = fields.get("metadata") or {}
        if isinstance(table, dict):
            self.check_version("metadata.version", table.get("version"))
            found["metadata"] = {**table, "version": version} if version else table
        else:
            self.problem("'metadata' must be a table of texts", got=shown(table))
        return found
