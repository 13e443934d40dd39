# SPDX-License-Identifier: MIT-0
"""
Reads the prompts of a bundle, at run time.

A copy of this file travels in every wheel as `_reader.py`.  It runs on Python 3.9
and later, from a directory or a zip, and is on nobody's way: the standard library
is imported when somebody asks for more than text.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Protocol

    class Prompts(Protocol):
        """What `from example_pkg import prompts` gives: the module of a bundle."""

        agents: Resources
        commands: Resources
        hooks: Resources
        mcp_servers: Resources
        scripts: Resources
        skills: Resources
        snippets: Resources

        def load(self, full_name: str) -> Prompt | BinaryResource:
            """Return the resource of this name."""

        def names(self) -> list[str]:
            """Return the full names of all resources, sorted."""


class UnknownPromptError(KeyError, AttributeError):
    """
    No resource has this name; `near` are the nearest that there are.

    It is what a failed key is and what a failed attribute is, so that `hasattr`
    and `except KeyError` work.
    """

    def __init__(self, place: str, name: object, near: tuple[str, ...] = ()) -> None:
        super().__init__(place, name, near)
        self.place = place
        self.near = near
        # Keeps Python 3.10+ from adding a guess of its own to the traceback.
        self.obj = None

    def __str__(self) -> str:
        _, name, near = self.args
        hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
        return f"{self.place} has no {name!r}{hint}"


class DamagedWheelError(OSError):
    """A file of the bundle is not there, or not what was built."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        package = self.path.partition("/")[0]
        return (
            f"{self.path}: {self.reason}; the wheel that {package} was installed from"
            " is damaged, or its files were changed: install it again"
        )


class Resource:
    """What every resource knows of itself beside its text."""

    __slots__ = ()
    _bundle: Bundle
    _row: tuple[str, str, str, str]

    @property
    def name(self) -> str:
        """The name among its type: `backend-engineer`."""
        return self._row[1]

    @property
    def type(self) -> str:
        """What it is: `agent`, `snippet`, `command`, `skill` and so on."""
        return self._row[0][:-1]

    @property
    def path(self) -> str:
        """Its file in the wheel: `example_pkg/prompts/agents/backend-engineer.md`."""
        return self._bundle.place(self._row[2])

    @property
    def sha256(self) -> str:
        """The SHA-256 of the whole file as shipped, in hexadecimal."""
        return self._row[3]

    @property
    def metadata(self) -> dict[str, Any]:
        """The frontmatter; {} without one.  Shared by all who read it."""
        metadata: dict[str, Any] = self._fact("metadata")
        return metadata

    @property
    def tool(self) -> str:
        """The coding agent it is for: `claude-code`, `opencode`, ..."""
        return str(self._fact("tool"))

    @property
    def install_path(self) -> str:
        """Where that coding agent looks for it: `.claude/agents/agpm/x.md`."""
        return str(self._fact("install_path"))

    def _fact(self, key: str) -> Any:
        return self._bundle.entry(f"{self._row[0]}/{self._row[1]}")[key]


class Prompt(Resource, str):
    """
    A prompt: a `str`, everything after the frontmatter, byte for byte.

    A pickle of it is that `str` alone, so that it can be read where the package is
    not installed.
    """

    __slots__ = ("_bundle", "_head", "_row")
    _head: str

    @property
    def document(self) -> str:
        """The whole file, frontmatter included."""
        return self._head + self

    def __copy__(self) -> Prompt:
        return self

    def __deepcopy__(self, memo: object) -> Prompt:
        return self

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        return str, (str(self),)


class Skill(Prompt):
    """A skill: the text of its SKILL.md, with the files that lie beside it."""

    __slots__ = ()

    @property
    def files(self) -> tuple[str, ...]:
        """The files of the skill, SKILL.md included, sorted: `scripts/run.py`."""
        return tuple([file["path"] for file in self._fact("files")])

    def read(self, file: str) -> bytes:
        """Return one of `files`."""
        if file not in self.files:
            place = self._bundle.place(f"{self._row[0]}/{self._row[1]}")
            raise _unknown(place, file, self.files)
        return self._bundle.read(f"{self._row[0]}/{self._row[1]}/{file}")


class BinaryResource(Resource, bytes):
    """A resource that is no text: the `bytes` of the whole file."""

    _bundle: Bundle
    _row: tuple[str, str, str, str]

    @property
    def document(self) -> bytes:
        """The whole file."""
        return bytes(self)

    def __copy__(self) -> BinaryResource:
        return self

    def __deepcopy__(self, memo: object) -> BinaryResource:
        return self

    def __reduce__(self) -> tuple[type[bytes], tuple[bytes]]:
        return bytes, (bytes(self),)


class Resources:
    """
    The resources of one type.

    Read one as an attribute, where its name with `_` for `-` can be one, or by its
    name as a key.  Iterating gives the names, sorted; `len` and `in` work as usual.
    There are no methods: every attribute is a resource.
    """

    def __init__(self, bundle: Bundle, directory: str, table: str) -> None:
        self._bundle = bundle
        self._directory = directory
        # The text is split when the first resource is read, most never are.
        self._table = table
        self._rows: dict[str, str] = {}
        self._loaded: dict[str, Prompt | BinaryResource] = {}

    def __getitem__(self, name: str) -> Prompt | BinaryResource:
        try:
            return self._loaded[name]
        except KeyError:
            pass
        try:
            row = self._parsed()[name]
        except KeyError:
            place = f"{self._bundle.name}.{self._directory.replace('-', '_')}"
            raise _unknown(place, name, self) from None
        # Two threads may both read it; what the first one stored is what both get.
        return self._loaded.setdefault(name, self._read(name, row))

    def __getattr__(self, attribute: str) -> Prompt | BinaryResource:
        # Copying, pickling and debuggers ask for many `__names__`: none is ours.
        if attribute.startswith("_"):
            raise AttributeError(attribute)
        rows = self._parsed()
        name = attribute
        if name not in rows:
            spelled = [known for known in rows if known.replace("-", "_") == attribute]
            if not spelled:
                place = f"{self._bundle.name}.{self._directory.replace('-', '_')}"
                known = [item.replace("-", "_") for item in rows]
                raise _unknown(place, attribute, known)
            name = spelled[0]
        prompt = self.__dict__[attribute] = self[name]
        return prompt

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._parsed()))

    def __len__(self) -> int:
        return len(self._parsed())

    def __contains__(self, name: object) -> bool:
        return name in self._parsed()

    def __dir__(self) -> list[str]:
        from keyword import iskeyword  # noqa: PLC0415 - only for people

        attributes = [name.replace("-", "_") for name in self._parsed()]
        return [
            attribute
            for attribute in attributes
            if attribute.isidentifier()
            and not attribute.startswith("_")
            and not iskeyword(attribute)
        ]

    def __repr__(self) -> str:
        return f"<{len(self)} {self._directory}: {', '.join(self)}>"

    def _parsed(self) -> dict[str, str]:
        if not self._rows:
            lines = self._table.split("\n")
            self._rows = dict([line.split("|", 1) for line in lines if line])
        return self._rows

    def _read(self, name: str, row: str) -> Prompt | BinaryResource:
        # What a later version adds to a row stands at its end.
        tail, start, sha256 = row.split("|")[:3]
        path = f"{self._directory}/{name}{tail}"
        data = self._bundle.read(path)
        resource: Prompt | BinaryResource
        if start == "-":
            resource = BinaryResource(data)
        else:
            body = int(start)
            kind = Skill if self._directory == "skills" else Prompt
            try:
                resource = kind(data[body:], "utf-8")
                resource._head = str(data[:body], "utf-8")
            except UnicodeDecodeError as error:
                raise DamagedWheelError(self._bundle.place(path), str(error)) from None
        resource._bundle = self._bundle
        resource._row = (self._directory, name, path, sha256)
        return resource


class Bundle:
    """The bundle of one package: its types, its files, its index."""

    def __init__(self, spec: Any) -> None:
        self.name: str = spec.name
        self._loader = spec.loader
        self._directory: str = spec.submodule_search_locations[0]
        self._types: dict[str, Resources] = {}
        self._entries: dict[str, dict[str, Any]] = {}

    def resources(self, directory: str, table: str) -> Resources:
        """Return the resources of one type, from its table in the accessor."""
        resources = self._types[directory] = Resources(self, directory, table)
        return resources

    def load(self, full_name: str) -> Prompt | BinaryResource:
        """
        Return the resource of this name: `load("agents/backend-engineer")`.

        Raises `UnknownPromptError`, which is a `KeyError` and names the nearest.
        """
        directory, _, name = full_name.partition("/")
        resources = self._types.get(directory)
        if resources is None or name not in resources:
            raise _unknown(self.name, full_name, self.names())
        return resources[name]

    def names(self) -> list[str]:
        """Return the full names of all resources, sorted."""
        return [f"{kind}/{name}" for kind, names in self._types.items() for name in names]

    def missing(self, attribute: str) -> Any:
        """Raise the error for an attribute that the module does not have."""
        if attribute.startswith("_"):
            message = f"module {self.name!r} has no attribute {attribute!r}"
            raise AttributeError(message)
        known = [directory.replace("-", "_") for directory in self._types]
        raise _unknown(self.name, attribute, known)

    def place(self, path: str) -> str:
        """Return the path in the wheel of a path in the bundle."""
        return f"{self.name.replace('.', '/')}/{path}"

    def read(self, path: str) -> bytes:
        """Return a file of the bundle, or raise `DamagedWheelError`."""
        try:
            # Loaders take `/` everywhere; zipimport turns it into the system's own.
            data: bytes = self._loader.get_data(f"{self._directory}/{path}")
        except OSError as error:
            reason = f"cannot be read ({error.strerror or error})"
            raise DamagedWheelError(self.place(path), reason) from None
        return data

    def entry(self, full_name: str) -> dict[str, Any]:
        """Return what the index says of a resource."""
        if not self._entries:
            import json  # noqa: PLC0415 - costs more than reading a prompt

            try:
                listed = json.loads(self.read("index.json"))["resources"]
                # Several entries share a name where their bytes are equal.
                found = {entry["full_name"]: entry for entry in reversed(listed)}
            except (ValueError, KeyError, TypeError) as error:
                reason = f"is no index ({error!r})"
                raise DamagedWheelError(self.place("index.json"), reason) from None
            self._entries = found
        try:
            return self._entries[full_name]
        except KeyError:
            reason = f"does not list {full_name!r}"
            raise DamagedWheelError(self.place("index.json"), reason) from None


def _unknown(place: str, name: object, known: Any) -> UnknownPromptError:
    from difflib import get_close_matches  # noqa: PLC0415 - only where something is wrong

    near = get_close_matches(name, list(known), n=2) if isinstance(name, str) else []
    return UnknownPromptError(place, name, tuple(near))
