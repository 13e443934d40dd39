# SPDX-License-Identifier: MIT-0
"""
What a bundle knows beside its texts: errors that help, the index, skills' files.

A copy of this file travels in every wheel as `_reader.py`.  The accessor beside it
imports it when somebody asks for more than text, and this imports what is slow
(`json`, `difflib`) when it comes to that.  Runs on Python 3.9 and later, with the
standard library alone.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    Origin = tuple[str, str, str, str, bytes]
    """The type's directory, name, path and sha256, and the frontmatter's bytes."""


class UnknownPromptError(KeyError, AttributeError):
    """
    No resource has this name; `near` are the nearest of those there are.

    It is what a failed key raises and what a failed attribute raises, so that
    `except KeyError` and `hasattr` work.
    """

    def __init__(self, place: str, name: object, near: tuple[str, ...] = ()) -> None:
        super().__init__(place, name, near)
        self.place = place
        self.near = near
        # Keeps Python 3.10 and later from adding its own guess to a traceback.
        self.obj = None

    def __str__(self) -> str:
        _, name, near = self.args
        hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
        return f"{self.place} has no {name!r}{hint}"


class DamagedWheelError(OSError):
    """A file of the bundle is not there, or is not what was built."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        package = self.path.partition("/")[0]
        return (
            f"{self.path}: {self.reason}; the installed files of {package} are not"
            " those of its wheel, install it again"
        )


class BinaryResource(bytes):
    """
    A resource that is no text: the `bytes` of its file.

    It has the attributes of a prompt; `document` is the same bytes.
    """

    _package: str
    _origin: Origin

    def __getattr__(self, name: str) -> Any:
        # Before they are set, pickle asks for names like `__setstate__`.
        if name.startswith("_"):
            raise AttributeError(name)
        return reader(sys.modules[self._package].__spec__).detail(self, name)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *Bundle.details]


class Details:
    """All that one resource knows of itself; its accessor passes it on."""

    def __init__(self, bundle: Bundle, resource: Any) -> None:
        self._bundle = bundle
        self._resource = resource
        origin: Origin = resource._origin
        self._directory, self.name, self._path, self.sha256, self._head = origin

    @property
    def type(self) -> str:
        """What it is: `agent`, `command`, `skill` and so on."""
        return self._directory[:-1]

    @property
    def path(self) -> str:
        """Its file in the wheel: `example_pkg/prompts/agents/backend-engineer.md`."""
        return self._bundle.place(self._path)

    @property
    def document(self) -> str | bytes:
        """The whole file, frontmatter included."""
        if isinstance(self._resource, bytes):
            return bytes(self._resource)
        return self._head.decode() + str(self._resource)

    @property
    def metadata(self) -> dict[str, Any]:
        """The frontmatter, {} without one: one dict for all who read it."""
        metadata: dict[str, Any] = self._entry["metadata"]
        return metadata

    @property
    def tool(self) -> str:
        """The coding agent it is for: `claude-code`, `opencode` and so on."""
        return str(self._entry["tool"])

    @property
    def install_path(self) -> str:
        """Where that coding agent looks for it: `.claude/agents/agpm/x.md`."""
        return str(self._entry["install_path"])

    @property
    def files(self) -> tuple[str, ...]:
        """The files of a skill, SKILL.md included, sorted; () of all others."""
        return tuple([file["path"] for file in self._entry["files"]])

    def read(self, file: str) -> bytes:
        """Return one of the `files`; raises `UnknownPromptError` for others."""
        directory = f"{self._directory}/{self.name}"
        if file not in self.files:
            raise self._bundle.unknown(directory, file, self.files)
        return self._bundle.read(f"{directory}/{file}")

    @property
    def _entry(self) -> dict[str, Any]:
        return self._bundle.entry(f"{self._directory}/{self.name}")


class Bundle:
    """The bundle of one package, as its accessor sees it."""

    details = tuple([name for name in vars(Details) if not name.startswith("_")])
    details += ("name", "sha256")

    def __init__(self, spec: Any) -> None:
        self.spec = spec
        self.package: str = spec.name
        self._loader = spec.loader
        self._directory: str = spec.submodule_search_locations[0]
        self._entries: dict[str, dict[str, Any]] = {}

    def detail(self, resource: object, name: str) -> Any:
        """Return what `resource` knows of itself under the attribute `name`."""
        if name not in self.details:
            message = f"{type(resource).__name__!r} object has no attribute {name!r}"
            raise AttributeError(message)
        return getattr(Details(self, resource), name)

    def binary(self, data: bytes) -> BinaryResource:
        """Return the resource that is no text."""
        resource = BinaryResource(data)
        resource._package = self.package
        return resource

    def read(self, path: str) -> bytes:
        """Return a file of the bundle, or raise `DamagedWheelError`."""
        try:
            data: bytes = self._loader.get_data(f"{self._directory}/{path}")
        except (OSError, ImportError) as error:
            raise self.damaged(path, error) from None
        return data

    def attributes(self, names: Iterable[str]) -> list[str]:
        """Return what of `names` can be written as an attribute."""
        import keyword

        spelled = [name.replace("-", "_") for name in names]
        return [
            name
            for name in spelled
            if name.isidentifier()
            and not name.startswith("_")
            and not keyword.iskeyword(name)
        ]

    def spelled(self, directory: str, attribute: str, names: Iterable[str]) -> str:
        """Return the name that is spelled `attribute`, or raise."""
        spelled = {name.replace("-", "_"): name for name in names}
        if attribute not in spelled:
            raise self.unknown(directory, attribute, spelled)
        return spelled[attribute]

    def public(self, name: str, types: Mapping[str, object]) -> Any:
        """Return a class of this module that the bundle offers, or raise."""
        if name in {"BinaryResource", "DamagedWheelError", "UnknownPromptError"}:
            return globals()[name]
        if name.startswith("_"):
            message = f"module {self.package!r} has no attribute {name!r}"
            raise AttributeError(message)
        raise self.unknown("", name, [known.replace("-", "_") for known in types])

    def unknown(
        self, directory: str, name: object, known: Iterable[str]
    ) -> UnknownPromptError:
        """Return the error for a name that is not among the `known` ones."""
        import difflib

        near: list[str] = []
        if isinstance(name, str):
            near = difflib.get_close_matches(name, list(known), 2, 0.7)
        where = directory.replace("-", "_").replace("/", ".")
        place = f"{self.package}.{where}" if where else self.package
        return UnknownPromptError(place, name, tuple(near))

    def damaged(self, path: str, error: Exception) -> DamagedWheelError:
        """Return the error for a file that cannot be read, or not be understood."""
        reason = getattr(error, "strerror", None) or str(error) or "it is not there"
        return DamagedWheelError(self.place(path), reason)

    def place(self, path: str) -> str:
        """Return the path in the wheel of a path in the bundle."""
        return f"{self.package.replace('.', '/')}/{path}"

    def entry(self, full_name: str) -> dict[str, Any]:
        """Return what the index says of a resource."""
        if not self._entries:
            import json

            try:
                index = json.loads(self.read("index.json"))
                # Several entries share a name where their bytes are equal.
                entries = {
                    entry["full_name"]: entry for entry in reversed(index["resources"])
                }
            except (ValueError, KeyError, TypeError) as error:
                raise self.damaged("index.json", error) from None
            self._entries = entries
        if full_name not in self._entries:
            missing = LookupError(f"it does not list {full_name}")
            raise self.damaged("index.json", missing)
        return self._entries[full_name]


_bundles: dict[str, Bundle] = {}


def reader(spec: Any) -> Bundle:
    """Return the `Bundle` of the accessor with this spec: the same until a reload."""
    bundle = _bundles.get(spec.name)
    if bundle is None or bundle.spec is not spec:
        bundle = _bundles[spec.name] = Bundle(spec)
    return bundle
