"""Hooks that several distributions have: which elements of an array are whose."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hatch_agpm.install.record import digest_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from hatch_agpm.install.record import RecordedSetting
    from hatch_agpm.install.settings.merging import WantedValue

__all__ = ["with_owners"]

_Key = tuple[str, tuple[str, ...]]
"""A settings file, and the key of a value in it."""


def with_owners(
    values: Mapping[_Key, WantedValue], others: Iterable[RecordedSetting]
) -> dict[_Key, WantedValue]:
    """
    Return the values with what the others of the same array have and want.

    `others` are recorded for distributions that stay as they are.  Only hooks are
    elements of an array; two of other names may be equal, and are one element then.
    """
    kept = [each for each in others if each.is_element]
    return {
        key: _with_owners(key, value, values, kept) if _is_hook(key) else value
        for key, value in values.items()
    }


def _with_owners(
    own: _Key,
    value: WantedValue,
    values: Mapping[_Key, WantedValue],
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


def _is_hook(key: _Key) -> bool:
    return key[1][0] == "hooks"
