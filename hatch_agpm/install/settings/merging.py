"""
Merging of hooks and MCP servers into the settings files of tools, in their text.

What a file has besides stays as it is: other keys, their order, indentation, comments.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hatch_agpm.errors import Location, SourceError, shown
from hatch_agpm.install.changes import InstallItem, Seen, decide
from hatch_agpm.install.record import Created, digest_of, is_hook, setting_name
from hatch_agpm.install.settings.jsonc import (
    append_element,
    node_at,
    parse_jsonc,
    remove_element,
    remove_member,
    replace_element,
    set_member,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from hatch_agpm.install.disk import FoundFile
    from hatch_agpm.install.record import RecordedSetting

__all__ = ["Merge", "WantedValue", "merge_file"]


@dataclass(frozen=True, kw_only=True, slots=True)
class WantedValue:
    """What is wanted, or was installed, at one key of a settings file."""

    key: tuple[str, ...]
    owners: tuple[str, ...]
    value: object = None
    is_wanted: bool = False
    command: str = ""
    recorded: tuple[RecordedSetting, ...] = ()
    claimed: frozenset[str] = frozenset()
    """Of a hook: the digests of those that others have in the same array."""

    shared: frozenset[str] = frozenset()
    """The digests of those that were installed in the same array for others."""

    @property
    def known(self) -> set[str]:
        """The digests of what was installed."""
        digests = {d for each in self.recorded for d in (each.sha256, each.replaces)}
        return digests - {""}

    @property
    def commands(self) -> set[str]:
        """The commands by which a hook that was edited is found."""
        return {self.command, *(each.command for each in self.recorded)} - {""}


@dataclass(frozen=True, kw_only=True, slots=True)
class Merge:
    """The new text of a settings file, and what was found."""

    text: str | None
    """None to remove the file."""

    items: tuple[InstallItem, ...]
    digests: Mapping[tuple[str, ...], str]
    """The digest of what was there at each key, "" for nothing."""

    created: tuple[Created, ...]
    """The containers, and the file, that were not there without us."""


def merge_file(
    file: str,
    found: FoundFile,
    values: Sequence[WantedValue],
    *,
    created: Collection[Created],
    forced: Collection[str],
) -> Merge:
    """
    Return what becomes of a settings file.

    Raises SourceError if it cannot be read, or has something else where values go.
    """
    merging = _Merging(file, found, {*created})
    for value in values:
        merging.merge(value, forced)
    return Merge(
        text=merging.finished(),
        items=tuple(merging.items),
        digests=merging.digests,
        created=tuple(sorted(merging.created, key=lambda each: each.key)),
    )


class _Merging:
    """The text of a file, which each value changes."""

    def __init__(self, file: str, found: FoundFile, created: set[Created]) -> None:
        self.file = file
        self.blocked = found.blocked
        self.created = created
        self.items: list[InstallItem] = []
        self.digests: dict[tuple[str, ...], str] = {}
        self.written: set[tuple[tuple[str, ...], str]] = set()
        """The arrays and digests of the hooks that this run adds."""

        self.was_there = found.data is not None
        self.text = "{}\n" if found.data is None else self.decoded(found.data)
        self.check(())

    def decoded(self, data: bytes) -> str:
        try:
            return data.decode()
        except UnicodeDecodeError:
            raise SourceError(
                "is not UTF-8 text",
                location=Location(path=self.file),
                hint="save it as UTF-8",
            ) from None

    def check(self, key: tuple[str, ...], *, is_array: bool = False) -> None:
        """Raise SourceError if there is something else than a container at a key."""
        try:
            node = node_at(parse_jsonc(self.text), key)
        except SourceError as error:
            hint = error.hint or "correct it, and run the command again"
            raise error.at(self.file, error.line).with_hint(hint) from None
        if node is None or isinstance(node.value, list if is_array else dict):
            return
        what = f"'{'.'.join(key)}'" if key else "it"
        kind, empty = ("an array", "[]") if is_array else ("an object", "{}")
        raise SourceError(
            f"{what} must be {kind}",
            location=Location(path=self.file),
            got=shown(node.value),
            hint=f"put {empty} there, with what is to be kept in it",
        )

    def merge(self, value: WantedValue, forced: Collection[str]) -> None:
        """Decide about one value, and change the text."""
        name = setting_name(self.file, value.key)
        self.check(value.key[:1])
        if is_hook(value.key):
            self.check(value.key[:2], is_array=True)
        wanted = digest_of(value.value) if value.is_wanted else None
        known = self.known(value, wanted)
        place: _Element | _Member = (
            _Element(self.text, value, known)
            if is_hook(value.key)
            else _Member(self.text, value.key)
        )
        seen = Seen(digest=place.digest, blocked=self.blocked, known=known)
        state, action = decide(seen, wanted, forced=name in forced)
        if name in forced and self.is_written(value, wanted):
            # Several names of one hook that was edited may be forced together.
            state, action = "drifted", "write"
        if action == "write" and place.digest != wanted:
            self.note_containers(value.key[:-1])
            self.text = place.written(value.value)
            self.written.add((value.key[:2], wanted or ""))
        elif action == "remove":
            self.text = place.removed()
            self.remove_empty(value.key[:-1])
        self.digests[value.key] = place.digest
        self.items.append(
            InstallItem(
                name=name,
                state=state,
                action=action,
                owners=value.owners,
                reason=self.blocked,
                command=value.command,
                is_present=bool(place.digest or self.blocked),
            )
        )

    def known(self, value: WantedValue, wanted: str | None) -> set[str]:
        """Return the digests of what was installed, also as an equal hook of others."""
        is_shared = self.is_written(value, wanted) or wanted in value.shared
        return {*value.known, wanted} if wanted and is_shared else value.known

    def is_written(self, value: WantedValue, wanted: str | None) -> bool:
        """Tell whether this run adds an equal hook for another name."""
        return is_hook(value.key) and (value.key[:2], wanted) in self.written

    def note_containers(self, key: tuple[str, ...]) -> None:
        """Keep in mind which containers a value needs that are not there."""
        if not self.was_there and self.text == "{}\n":
            self.created.add(Created(file=self.file))
        root = parse_jsonc(self.text)
        for count in range(1, len(key) + 1):
            if node_at(root, key[:count]) is None:
                self.created.add(Created(file=self.file, key=key[:count]))

    def remove_empty(self, key: tuple[str, ...]) -> None:
        """Remove containers that were made for values and have none any more."""
        for count in range(len(key), 0, -1):
            made = Created(file=self.file, key=key[:count])
            node = node_at(parse_jsonc(self.text), key[:count])
            if node is None or node.items or made not in self.created:
                return
            self.text = remove_member(self.text, key[:count])
            self.created.discard(made)

    def finished(self) -> str | None:
        """Return the text; None for a file that was made, or is not, and is empty."""
        own = Created(file=self.file)
        if self.text.strip() == "{}" and (own in self.created or not self.was_there):
            self.created.discard(own)
            return None
        return self.text


class _Member:
    """A value with a key of its own."""

    def __init__(self, text: str, key: tuple[str, ...]) -> None:
        self.text = text
        self.key = key
        node = node_at(parse_jsonc(text), key)
        self.digest = "" if node is None else digest_of(node.value)

    def written(self, value: object) -> str:
        return set_member(self.text, self.key, value)

    def removed(self) -> str:
        return remove_member(self.text, self.key)


class _Element:
    """
    A group of hooks, found by its value, or by its command if it was edited.

    What is there for others is not taken for it, unless it is equal.
    """

    def __init__(self, text: str, value: WantedValue, known: set[str]) -> None:
        self.text = text
        self.key = value.key[:2]
        array = node_at(parse_jsonc(text), self.key)
        groups = [item.node.value for item in array.items] if array else []
        digests = [digest_of(group) for group in groups]
        own = digest_of(value.value) if value.is_wanted else ""
        equal = [n for n, digest in enumerate(digests) if digest == own]
        free = [n for n, digest in enumerate(digests) if digest not in value.claimed]
        old = [n for n in free if digests[n] in value.known - {own}]
        # What others have is wanted now: the old element is not needed any more.
        self.is_doubled = bool(equal and old) and own in known
        exact = old if self.is_doubled else equal + old
        if not exact and value.known:
            exact = [n for n in free if _commands(groups[n]) & value.commands]
        self.index = exact[0] if exact else None
        self.digest = "" if self.index is None else digests[self.index]

    def written(self, value: object) -> str:
        if self.index is None:
            return append_element(self.text, self.key, value)
        if self.is_doubled:
            return self.removed()
        return replace_element(self.text, self.key, self.index, value)

    def removed(self) -> str:
        if self.index is None:
            return self.text
        return remove_element(self.text, self.key, self.index)


def _commands(group: object) -> set[str]:
    """Return the commands of a group of hooks, however it was edited."""
    hooks = group.get("hooks") if isinstance(group, dict) else None
    found = hooks if isinstance(hooks, list) else []
    commands = (hook.get("command") for hook in found if isinstance(hook, dict))
    return {command for command in commands if isinstance(command, str)}
