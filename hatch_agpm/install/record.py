"""
The record of what was installed into a project: `.hatch-agpm/installed.json`.

It is committed with the files, so others may have written it: it is read strictly, and
a path in it has to pass the same checks as one of a distribution.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final, NoReturn

from packaging.utils import canonicalize_name

from hatch_agpm.errors import BundleError
from hatch_agpm.install.placement import is_settings_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hatch_agpm.install.placement import Tools

__all__ = [
    "DIRECTORY",
    "RECORD",
    "Created",
    "Installed",
    "Record",
    "RecordedFile",
    "RecordedSetting",
    "SettingKey",
    "digest_of",
    "is_hook",
    "read_record_text",
    "record_text",
    "setting_name",
]

DIRECTORY: Final = ".hatch-agpm"
RECORD: Final = f"{DIRECTORY}/installed.json"

_SCHEMA: Final = 1
_SHA256: Final = re.compile("[0-9a-f]{64}")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_DAMAGE: Final = (LookupError, TypeError, AttributeError)

SettingKey = tuple[str, tuple[str, ...]]
"""A settings file, and the key of a value in it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordedFile:
    """A file that was written."""

    path: str
    """Relative to the project, with `/`."""

    sha256: str
    replaces: str = ""
    """The SHA-256 of what a run that was killed may have left there."""

    executable: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordedSetting:
    """A value that was merged into a settings file."""

    file: str
    key: tuple[str, ...]
    """Its keys in the file; of a hook its array, and the name of the hook."""

    sha256: str
    """Of the value as JSON, see `digest_of`."""

    replaces: str = ""
    command: str = ""
    """Of a hook: by this one that was edited is found."""

    @property
    def name(self) -> str:
        """What messages call it."""
        return setting_name(self.file, self.key)


@dataclass(frozen=True, kw_only=True, slots=True)
class Installed:
    """What was installed of one distribution."""

    name: str
    """Normalised."""

    version: str
    requested: bool = False
    """Whether it was named, and is not only a dependency of the project."""

    tools: tuple[str, ...] | None = None
    """The tools that were named with `--tool`; None for all."""

    files: tuple[RecordedFile, ...] = ()
    settings: tuple[RecordedSetting, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Created:
    """An object or array in a settings file, or the file, that was not there."""

    file: str
    key: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """What was installed."""

    distributions: tuple[Installed, ...] = ()
    directories: tuple[str, ...] = ()
    """Directories that were made, by path."""

    created: tuple[Created, ...] = ()

    def of(self, name: str) -> Installed | None:
        """Return what was installed of a distribution."""
        return next((each for each in self.distributions if each.name == name), None)

    @property
    def names(self) -> list[str]:
        """The distributions."""
        return [each.name for each in self.distributions]


def is_hook(key: tuple[str, ...]) -> bool:
    """Tell whether the value of a key is an element of an array, as only hooks are."""
    return key[0] == "hooks"


def setting_name(file: str, key: tuple[str, ...]) -> str:
    """Return what messages call a value of a settings file."""
    return f"{file}:{'.'.join(key)}"


def digest_of(value: object) -> str:
    """Return the SHA-256 of a JSON value, whatever its layout and order of keys."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def record_text(record: Record) -> str:
    """Return the text of the file; `read_record_text` is the inverse."""
    document = {
        "schema": _SCHEMA,
        "distributions": [
            {
                "name": each.name,
                "version": each.version,
                "requested": each.requested,
                "tools": each.tools,
                "files": [_plain(file) for file in each.files],
                "settings": [_plain(setting) for setting in each.settings],
            }
            for each in sorted(record.distributions, key=lambda each: each.name)
        ],
        "directories": sorted(record.directories),
        "created": [asdict(each) for each in record.created],
    }
    return f"{json.dumps(document, indent=2, ensure_ascii=False)}\n"


def _plain(item: RecordedFile | RecordedSetting) -> dict[str, object]:
    fields = asdict(item)
    return {key: value for key, value in fields.items() if value not in {"", False}}


def read_record_text(text: str, tools: Tools) -> Record:
    """
    Return the record that a text is; "" is an empty one.

    Raises BundleError for any other text than one that was written here, and for paths
    that are not in directories of the project's tools.
    """
    if not text:
        return Record()
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        _damaged(f"is not JSON ({error})")
    try:
        schema = document["schema"]
        if type(schema) is not int or schema != _SCHEMA:
            what = f"has the schema {schema!r} (supported: {_SCHEMA})"
            raise BundleError(RECORD, what, "install a newer hatch-agpm")
        return _Reading(tools).record(document)
    except _DAMAGE as error:
        _damaged(f"is damaged ({type(error).__name__}: {error})")


def _damaged(what: str) -> NoReturn:
    hint = "restore it, or rename it: then all files that are there count as yours"
    raise BundleError(RECORD, what, hint)


class _Reading:
    """Checks the parts of a record."""

    def __init__(self, tools: Tools) -> None:
        self.tools = tools

    def record(self, document: Mapping[str, object]) -> Record:
        distributions = [
            self.installed(each) for each in _list(document, "distributions")
        ]
        names = [each.name for each in distributions]
        if len({*names}) < len(names):
            _damaged("has a distribution twice")
        directories = [_text(each) for each in _list(document, "directories")]
        for path in directories:
            if not self.tools.is_above(path):
                self.check(f"{path}/x", path)
        created = tuple(self.created(each) for each in _list(document, "created"))
        return Record(
            distributions=tuple(distributions),
            directories=tuple(directories),
            created=created,
        )

    def installed(self, table: object) -> Installed:
        fields = _table(table)
        tools = fields["tools"]
        name = _text(fields["name"])
        if canonicalize_name(name) != name:
            _damaged(f"has {name!r} for the name of a distribution")
        listed = None if tools is None else tuple(map(_text, _list(fields, "tools")))
        return Installed(
            name=name,
            version=_text(fields["version"]),
            requested=fields["requested"] is True,
            tools=listed,
            files=tuple(self.file(each) for each in _list(fields, "files")),
            settings=tuple(self.setting(each) for each in _list(fields, "settings")),
        )

    def file(self, table: object) -> RecordedFile:
        fields = _table(table)
        path = _text(fields["path"])
        self.check(path, path)
        return RecordedFile(
            path=path,
            sha256=_digest(fields["sha256"]),
            replaces=_optional_digest(fields),
            executable=fields.get("executable") is True,
        )

    def check(self, path: str, shown: str) -> None:
        """Refuse a path that no distribution could have."""
        if problem := self.tools.path_problem(path):
            hint = "restore it, or the table of the tool that has this path"
            raise BundleError(RECORD, f"lists {shown!r}, which {problem}", hint)

    def setting(self, table: object) -> RecordedSetting:
        fields = _table(table)
        created = self.created({"file": fields["file"], "key": fields["key"]})
        expected = 3 if is_hook(created.key) else 2
        if len(created.key) != expected:
            _damaged(f"has the key {created.key!r}")
        return RecordedSetting(
            file=created.file,
            key=created.key,
            sha256=_digest(fields["sha256"]),
            replaces=_optional_digest(fields),
            command=_text(fields.get("command", "")),
        )

    def created(self, table: object) -> Created:
        fields = _table(table)
        file = _text(fields["file"])
        if not is_settings_file(file):
            _damaged(f"lists {file!r}, which is not a settings file of a tool")
        key = tuple(_text(each) for each in _list(fields, "key"))
        if key and key[0] not in {"hooks", "mcpServers", "mcp"}:
            _damaged(f"has the key {key!r}")
        return Created(file=file, key=key)


def _table(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise TypeError(value)
    return value


def _list(table: Mapping[str, object], key: str) -> Iterator[object]:
    value = table[key]
    if not isinstance(value, list):
        raise TypeError(value)
    return iter(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    if _SURROGATE.search(value):
        _damaged(f"has {value!r}, which cannot be written as UTF-8")
    return value


def _digest(value: object) -> str:
    if not isinstance(value, str) or not _SHA256.fullmatch(value):
        _damaged(f"has {value!r} for a SHA-256")
    return value


def _optional_digest(fields: Mapping[str, object]) -> str:
    return _digest(fields["replaces"]) if "replaces" in fields else ""
