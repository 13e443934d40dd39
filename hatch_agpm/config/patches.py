"""The tables `[patch.<type>]` of a manifest."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from hatch_agpm.errors import (
    did_you_mean,
    shown,
)
from hatch_agpm.formats.toml import plain_json, quoted_key
from hatch_agpm.model.config import Patch
from hatch_agpm.model.types import AGPM_SECTIONS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from hatch_agpm.formats.toml import TableReader
    from hatch_agpm.model.types import AgpmSection

__all__ = ["read_patches"]


def read_patches(
    reader: TableReader,
    sections: Mapping[AgpmSection, Mapping[str, Mapping[str, object]]],
    listed: Mapping[str, Collection[str]],
) -> dict[tuple[str, str], Patch]:
    """
    Read the table `patch` of a manifest, by section and key of the entry.

    `listed` are the keys of the entries, by section.  Reports to `reader` patches
    without an entry, and patches without effect.
    """
    found: dict[tuple[str, str], Patch] = {}
    for section in AGPM_SECTIONS:
        for alias, values in sections.get(section, {}).items():
            key = f"patch.{section}.{quoted_key(alias)}"
            if alias not in listed[section]:
                hint = did_you_mean(alias, listed[section])
                hint = hint or "list what is to be patched, dependencies too"
                reader.problem(
                    key, f"patches nothing: [{section}] has no such key", hint=hint
                )
            elif values:
                _check_values(reader, section, key, values)
                whole = f"{reader.path}: {key}" if reader.path else reader.prefix + key
                plain = {
                    name: plain_json(value, f"{whole}.{quoted_key(name)}")
                    for name, value in values.items()
                }
                found[section, alias] = Patch(key=whole, values=plain)
    return found


def _check_values(
    reader: TableReader, section: str, key: str, values: Mapping[str, object]
) -> None:
    if section == "hooks":
        reader.problem(
            key, "has no effect", hint="AGPM patches no hooks; edit the file"
        )
    agpm = values.get("agpm")
    nested = isinstance(agpm, dict) and "dependencies" in agpm
    for name, given in (
        ("dependencies", "dependencies" in values),
        ("agpm.dependencies", nested),
    ):
        if given:
            what = "has no effect: AGPM writes it and does not follow it"
            hint = "declare dependencies in the file itself"
            reader.problem(f"{key}.{name}", what, hint=hint)
    for name in values:
        for value in _leaves(values[name]):
            where = f"{key}.{quoted_key(name)}"
            if isinstance(value, float) and not math.isfinite(value):
                reader.problem(where, "must be a finite number", got=str(value))
            elif type(value) is int and not -(2**63) <= value < 2**63:
                reader.problem(where, "must fit into 64 bits", got=shown(value))


def _leaves(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list):
        yield value
        return
    for item in value:
        yield from _leaves(item)
