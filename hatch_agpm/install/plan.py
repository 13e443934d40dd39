"""
What a run has to do: compares what is wanted with the record and what is there.

Pure but for the reading of the paths that are compared; `writing` executes a plan.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from hatch_agpm.install.changes import InstallItem, Seen, Write, check_forced, decide
from hatch_agpm.install.disk import FoundFile
from hatch_agpm.install.record import (
    RECORD,
    Created,
    Installed,
    Record,
    RecordedFile,
    RecordedSetting,
    digest_of,
)
from hatch_agpm.install.settings.merging import WantedValue, merge_file
from hatch_agpm.install.settings.sharing import with_owners
from hatch_agpm.model.rendering import FileContent

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from hatch_agpm.install.disk import Disk
    from hatch_agpm.install.record import SettingKey
    from hatch_agpm.install.settings.values import SettingValue
    from hatch_agpm.install.wanted import Wanted, WantedDistribution

__all__ = ["InstallPlan", "make_plan"]


@dataclass(frozen=True, kw_only=True, slots=True)
class InstallPlan:
    """Everything that a run finds and does."""

    items: tuple[InstallItem, ...]
    writes: tuple[Write, ...]
    emptied: tuple[str, ...]
    """Directories that were made and lose all files, each before the outer one."""

    directories: tuple[str, ...]
    """Directories to make, each after the one that it is in."""

    pending: Record
    """The record while files are written: it has what is there before and after."""

    record: Record
    """The record afterwards."""

    recorded: str
    """The SHA-256 of the record that was read; "" without one."""


def make_plan(
    disk: Disk,
    record: Record,
    wanted: Wanted,
    *,
    scope: Collection[str],
    forced: Collection[str] = (),
) -> InstallPlan:
    """
    Return the plan for the distributions of the `scope`; others stay as they are.

    One of the scope that is not wanted is removed.  Raises AgpmError for settings files
    that cannot be read, and for names in `forced` that are not in the way.
    """
    planning = _Planning(disk, record, wanted, scope)
    planning.files(forced)
    planning.settings(forced)
    check_forced(planning.items, forced)
    directories = planning.missing_directories()
    pending = planning.record_after(pending=True)
    made = {*record.directories, *directories}
    return InstallPlan(
        items=tuple(planning.items),
        writes=tuple(planning.writes),
        emptied=tuple(sorted(planning.emptied, reverse=True)),
        directories=directories,
        pending=replace(pending, directories=tuple(sorted(made))),
        record=replace(
            planning.record_after(pending=False), directories=tuple(sorted(made))
        ),
        recorded=disk.find(RECORD).sha256,
    )


class _Planning:
    """Collects items and writes."""

    def __init__(
        self, disk: Disk, record: Record, wanted: Wanted, scope: Collection[str]
    ) -> None:
        self.disk = disk
        self.old = record
        self.wanted = {each.name: each for each in wanted.distributions}
        self.scope = {*scope, *self.wanted}
        self.items: list[InstallItem] = []
        self.writes: list[Write] = []
        self.created: set[Created] = {*record.created}
        self.file_items: dict[str, InstallItem] = {}
        self.setting_items: dict[SettingKey, InstallItem] = {}
        self.gone: set[str] = set()
        """The paths that are removed before others are written."""

        self.recorded: Final = _by_path(record.distributions)
        self.owners: Final = _owners(record.distributions)
        self.emptied: set[str] = set()
        self.before: dict[str | SettingKey, str] = {}
        """The digest of what was there, by path, or by file and key."""

    # --- files ------------------------------------------------------------------------

    def files(self, forced: Collection[str]) -> None:
        """Decide about each file."""
        wanted: dict[str, FileContent] = {}
        for each in self.wanted.values():
            wanted |= each.files
        recorded = self.recorded
        kept = {
            file.path
            for each in self.old.distributions
            if each.name not in self.scope
            for file in each.files
        }
        ours = {path for path in recorded if path not in kept} | wanted.keys()
        # What is removed cannot be in the way of what is written.
        for path in sorted(ours - wanted.keys()):
            self.file(path, None, recorded[path], forced)
        self.gone = {write.path for write in self.writes}
        self.emptied = self.disk.emptied(self.old.directories, self.gone)
        self.gone |= self.emptied
        for path in sorted(wanted):
            self.file(path, wanted[path], recorded.get(path, []), forced)
        self.items.sort(key=lambda item: item.name)

    def file(
        self,
        path: str,
        content: FileContent | None,
        recorded: Collection[RecordedFile],
        forced: Collection[str],
    ) -> None:
        """Decide about one file."""
        found = self.disk.find(path, self.gone)
        if content is None and self.is_ours(found.obstacle):
            found = FoundFile()
        known = {digest for each in recorded for digest in (each.sha256, each.replaces)}
        seen = Seen(digest=found.sha256, blocked=found.blocked, known=known - {""})
        digest = None if content is None else content.sha256
        state, action = decide(seen, digest, forced=path in forced)
        is_mode_old = content is not None and _is_mode_old(found, content, recorded)
        if is_mode_old and action == "none":
            state, action = "stale", "write"
        item = InstallItem(
            name=path,
            state=state,
            action=action,
            owners=self.owners_of_file(path),
            reason=found.blocked,
            is_present=found.data is not None or bool(found.blocked),
        )
        is_other = found.sha256 != digest or is_mode_old
        if (action == "write" and is_other) or action == "remove":
            write = Write(path=path, content=content, expected=found.sha256)
            self.writes.append(write)
        self.before[path] = found.sha256
        self.file_items[path] = item
        self.items.append(item)

    def is_ours(self, obstacle: str) -> bool:
        """
        Tell whether a run wrote what is in the way at a path.

        One that was killed may have replaced a file by a directory, or a directory by a
        file: then the old path is not there any more.
        """
        if obstacle in self.old.directories and self.disk.has_directory(obstacle):
            return True
        found = self.disk.find(obstacle).sha256 if obstacle else ""
        recorded = self.recorded.get(obstacle, [])
        return found != "" and any(
            found in {each.sha256, each.replaces} for each in recorded
        )

    def owners_of_file(self, path: str) -> tuple[str, ...]:
        wanted = [each.title for each in self.wanted.values() if path in each.files]
        return tuple(wanted or self.recorded_owners(path))

    def recorded_owners(self, path: str) -> list[str]:
        return self.owners.get(path, [])

    # --- settings ---------------------------------------------------------------------

    def settings(self, forced: Collection[str]) -> None:
        """Decide about each merged value."""
        values = self.values()
        for file in sorted({file for file, _ in values}):
            own = [value for (at, _), value in sorted(values.items()) if at == file]
            self.settings_file(file, own, forced)

    def values(self) -> dict[SettingKey, WantedValue]:
        """Return what is wanted, or was installed, by file and key."""
        recorded: dict[SettingKey, list[RecordedSetting]] = defaultdict(list)
        values: dict[SettingKey, WantedValue] = {}
        for each in self.old.distributions:
            for setting in each.settings if each.name in self.scope else ():
                recorded[setting.file, setting.key].append(setting)
                owners = (f"{each.name} {each.version}",)
                values[setting.file, setting.key] = WantedValue(
                    key=setting.key,
                    owners=owners,
                    command=setting.command,
                )
        for distribution in self.wanted.values():
            for value in distribution.settings:
                values[value.file, value.key] = WantedValue(
                    key=value.key,
                    owners=(distribution.title,),
                    value=value.value,
                    is_wanted=True,
                    command=value.command,
                )
        found = {
            key: replace(value, recorded=tuple(recorded[key]))
            for key, value in values.items()
        }
        others = (e for e in self.old.distributions if e.name not in self.scope)
        return with_owners(found, (s for each in others for s in each.settings))

    def settings_file(
        self, file: str, values: list[WantedValue], forced: Collection[str]
    ) -> None:
        """Decide about the values of one file."""
        found = self.disk.find(file)
        own = {each for each in self.created if each.file == file}
        merge = merge_file(file, found, values, created=own, forced=forced)
        self.items += merge.items
        for value, item in zip(values, merge.items, strict=True):
            self.setting_items[file, value.key] = item
            self.before[file, value.key] = merge.digests[value.key]
        self.created = (self.created - own) | {*merge.created}
        if found.blocked or merge.text == _text(found):
            return
        content = merge.text and FileContent(data=merge.text.encode())
        write = Write(path=file, content=content or None, expected=found.sha256)
        self.writes.append(write)

    # --- the record -------------------------------------------------------------------

    def record_after(self, *, pending: bool) -> Record:
        """Return the new record; a pending one has what may be there until then."""
        distributions = [
            each for each in self.old.distributions if each.name not in self.scope
        ]
        for name in sorted(self.scope):
            old, wanted = self.old.of(name), self.wanted.get(name)
            if wanted is not None:
                new = self.installed(wanted, old, pending=pending)
                distributions.append(_with_old(new, old) if pending else new)
            elif old is not None and pending:
                distributions.append(old)
        created = self.created | {*self.old.created} if pending else self.created
        return Record(
            distributions=tuple(sorted(distributions, key=lambda each: each.name)),
            created=tuple(sorted(created, key=lambda each: (each.file, each.key))),
        )

    def installed(
        self, wanted: WantedDistribution, old: Installed | None, *, pending: bool
    ) -> Installed:
        """Return the entry of a distribution."""
        request = wanted.request
        old_files = {file.path: file for file in old.files} if old else {}
        old_settings = {(s.file, s.key): s for s in old.settings} if old else {}
        files = [
            self.recorded_file(path, content, old_files.get(path), pending=pending)
            for path, content in sorted(wanted.files.items())
        ]
        settings = [
            self.recorded_setting(
                value, old_settings.get((value.file, value.key)), pending=pending
            )
            for value in wanted.settings
        ]
        return Installed(
            name=wanted.name,
            version=request.shipment.version,
            requested=request.requested,
            tools=request.tools,
            files=tuple(each for each in files if each is not None),
            settings=tuple(each for each in settings if each is not None),
        )

    def recorded_file(
        self,
        path: str,
        content: FileContent,
        old: RecordedFile | None,
        *,
        pending: bool,
    ) -> RecordedFile | None:
        """Return the entry of a file; of one that is kept, the old one."""
        if self.file_items[path].action == "keep":
            return old
        before = self.before[path] if pending else ""
        sha256 = content.sha256
        # Until the file is written, its mode may be that of before.
        executable = old.executable if pending and old else content.executable
        return RecordedFile(
            path=path,
            sha256=sha256,
            replaces="" if before == sha256 else before,
            executable=executable,
        )

    def recorded_setting(
        self, value: SettingValue, old: RecordedSetting | None, *, pending: bool
    ) -> RecordedSetting | None:
        """Return the entry of a value; of one that is kept, the old one."""
        if self.setting_items[value.file, value.key].action == "keep":
            return old
        before = self.before[value.file, value.key] if pending else ""
        sha256 = digest_of(value.value)
        return RecordedSetting(
            file=value.file,
            key=value.key,
            sha256=sha256,
            replaces="" if before == sha256 else before,
            command=value.command if value.is_hook else "",
        )

    def missing_directories(self) -> tuple[str, ...]:
        """Return the directories to make for what is written, outer ones first."""
        needed: dict[str, None] = {}
        for write in self.writes:
            if write.content is not None:
                parts = write.path.split("/")[:-1]
                for count in range(1, len(parts) + 1):
                    needed["/".join(parts[:count])] = None
        return tuple(
            path
            for path in needed
            if path in self.emptied or not self.disk.has_directory(path)
        )


def _by_path(distributions: Iterable[Installed]) -> dict[str, list[RecordedFile]]:
    found: dict[str, list[RecordedFile]] = defaultdict(list)
    for each in distributions:
        for file in each.files:
            found[file.path].append(file)
    return found


def _owners(distributions: Iterable[Installed]) -> dict[str, list[str]]:
    """Return the distributions that have installed each file, in words."""
    found: dict[str, list[str]] = defaultdict(list)
    for each in distributions:
        for path in dict.fromkeys(file.path for file in each.files):
            found[path].append(f"{each.name} {each.version}")
    return found


def _is_mode_old(
    found: FoundFile, content: FileContent, recorded: Collection[RecordedFile]
) -> bool:
    """
    Tell whether a file was installed with another mode than the one that is wanted.

    A mode that the user has changed, or that the file system does not have, stays.
    """
    return found.executable != content.executable and all(
        each.executable != content.executable for each in recorded
    )


def _text(found: FoundFile) -> str | None:
    return None if found.data is None else found.data.decode()


def _with_old(new: Installed, old: Installed | None) -> Installed:
    """Return an entry with what the old one has besides, until that is removed."""
    if old is None:
        return new
    paths = {file.path for file in new.files}
    keys = {(each.file, each.key) for each in new.settings}
    files = [file for file in old.files if file.path not in paths]
    settings = [each for each in old.settings if (each.file, each.key) not in keys]
    return replace(new, files=(*new.files, *files), settings=(*new.settings, *settings))
