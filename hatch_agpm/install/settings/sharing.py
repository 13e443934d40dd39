"""Hooks that several distributions have: which elements of an array are whose."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hatch_agpm.install.record import digest_of, is_hook

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from hatch_agpm.install.record import RecordedSetting, SettingKey
    from hatch_agpm.install.settings.merging import WantedValue

__all__ = ["with_owners"]


def with_owners(
    values: Mapping[SettingKey, WantedValue], others: Iterable[RecordedSetting]
) -> dict[SettingKey, WantedValue]:
    """
    Return the values with what the others of the same array have and want.

    `others` are recorded for distributions that stay as they are.  Only hooks are
    elements of an array; two of other names may be equal, and are one element then.
    """
    kept = [each for each in others if is_hook(each.key)]
    return {
        key: _with_owners(key, value, values, kept) if is_hook(key[1]) else value
        for key, value in values.items()
    }


def _with_owners(
    own: SettingKey,
    value: WantedValue,
    values: Mapping[SettingKey, WantedValue],
    others: Collection[RecordedSetting],
) -> WantedValue:
    array = (own[0], own[1][:2])
    kept = {
        digest
        for each in others
        if (each.file, each.key[:2]) == array
        for digest in (each.sha256, each.replaces)
    } - {""}
    near = [
        each
        for (file, key), each in values.items()
        if (file, key[:2]) == array and (file, key) != own
    ]
    wanted = {digest_of(each.value) for each in near if each.is_wanted}
    installed = {digest for each in near for digest in each.known}
    return replace(
        value,
        claimed=frozenset(kept | wanted),
        shared=frozenset(kept | installed),
    )
