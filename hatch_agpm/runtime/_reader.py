# SPDX-License-Identifier: MIT-0
"""
Everything of a bundle except reading a text: the index, and the files of skills.

Every bundle has a copy of this file.  The accessor beside it imports it only if more
than a text is needed, and the slow module `json` is imported only when it is needed.
Runs on Python 3.9 and later, with only the standard library.
"""

from __future__ import annotations

import sys

from ._errors import (
    DamagedWheelError,
    UnknownPromptError,
    VariableError,
    nearest,
    nearest_full,
)
from ._variables import PromptTemplate, parameter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    Origin = tuple[str, str, str, bytes, str, str]
    """
    The type's directory, the name, the rest of the path, the frontmatter's bytes, the
    sha256, and the run-time variables if there are any.
    """


class BinaryResource(bytes):
    """
    A resource that is not text: the `bytes` of its file.

    It has the attributes of a prompt; `document` is the same bytes.
    """

    _package: str
    _origin: Origin

    def __getattr__(self, name: str) -> Any:
        # pickle looks up names like `__setstate__` before the attributes are set.
        if name.startswith("_"):
            raise AttributeError(name)
        return reader(sys.modules[self._package].__spec__).detail(self, name)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *Bundle.details]


class Details:
    """The attributes of one resource, which the accessor returns."""

    def __init__(self, bundle: Bundle, resource: Any) -> None:
        self._bundle = bundle
        self._resource = resource
        origin: Origin = resource._origin
        self._directory, self.name, tail, self._head, self.sha256 = origin[:5]
        self._path = f"{self._directory}/{self.name}{tail}"

    @property
    def type(self) -> str:
        """What it is: `agent`, `command`, `skill` and so on."""
        return self._directory[:-1]

    @property
    def path(self) -> str:
        """The path of its file in the wheel."""
        return self._bundle.wheel_path(self._path)

    @property
    def document(self) -> str | bytes:
        """The whole file, frontmatter included."""
        if isinstance(self._resource, bytes):
            return bytes(self._resource)
        return self._head.decode() + str(self._resource)

    @property
    def metadata(self) -> dict[str, Any]:
        """The frontmatter, {} without one.  All accesses return the same dict."""
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
        """The files of a skill, SKILL.md included, sorted; () for other types."""
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


class Late:
    """The methods of a prompt, or of a type, that are not needed to read a text."""

    def __init__(self, bundle: Bundle, it: Any) -> None:
        self._bundle = bundle
        self._it = it

    def call(self, *positional: object, **given: object) -> str:
        """Return the text with the variables in it; raises `VariableError`."""
        template = self._bundle.template(self._it)
        text = None if positional else template.fill(given)
        if text is not None:
            return text
        by_name = ["variables are given by name"] if positional else []
        location = self._bundle.written(*self._it._origin[:2])
        raise VariableError(location, (*by_name, *template.problems(given)))

    @property
    def doc(self) -> str:
        """The text that `help` shows for a type: its resources and their variables."""
        if not self._it._rows:
            return "There are none."
        lines = [
            "Attributes, with _ for -, and items by name; iterating gives the names."
        ]
        for name in self._it._rows:
            entry = self._bundle.entry(f"{self._it._directory}/{name}")
            variables = ", ".join(map(parameter, entry["runtime"]))
            about = str(entry["metadata"].get("description") or "")
            lines += ["", f"{name}({variables})" if variables else name]
            lines += [f"    {line}" for line in about.splitlines()]
        return "\n".join(lines)

    def dir(self) -> list[str]:
        """Return the names of the attributes."""
        if isinstance(self._it, str):
            return [*object.__dir__(self._it), *Bundle.details]
        return self._bundle.attributes(self._it._rows)

    def repr(self) -> str:
        """Return the names of a type."""
        return f"<{self._it._directory}: {', '.join(self._it._rows) or 'none'}>"


class Bundle:
    """The bundle of one package."""

    details = tuple([name for name in vars(Details) if not name.startswith("_")])
    details += ("name", "sha256")

    def __init__(self, spec: Any) -> None:
        self.spec = spec
        self.package: str = spec.name
        self._loader = spec.loader
        self._directory: str = spec.submodule_search_locations[0]
        self._entries: dict[str, dict[str, Any]] = {}
        self._templates: dict[tuple[object, ...], PromptTemplate] = {}

    def detail(self, it: Any, name: str) -> Any:
        """Return the attribute `name` of a resource or a type."""
        if name == "_late":
            return Late(self, it)
        if name == "__signature__" and isinstance(it, str):
            return self.template(it).signature()
        if name in self.details and isinstance(it, (str, bytes)):
            return getattr(Details(self, it), name)
        message = f"{type(it).__name__!r} object has no attribute {name!r}"
        raise AttributeError(message)

    def template(self, prompt: Any) -> PromptTemplate:
        """Return the `Plan` of a prompt."""
        key = prompt._origin[4:]
        if key not in self._templates:
            self._templates[key] = PromptTemplate(prompt)
        return self._templates[key]

    def otherwise(self, resources: Any, name: str, error: Exception) -> Any:
        """Return a resource that is not text, or raise what keeps from reading it."""
        if name not in resources._rows:
            raise self.unknown(resources._directory, name, resources._rows) from None
        tail, body, *more = resources._rows[name].split("|")
        path = f"{resources._directory}/{name}{tail}"
        if body:
            raise self.damaged(path, error) from None
        resource = BinaryResource(self.read(path))
        resource._package = self.package
        resource._origin = (resources._directory, name, tail, b"", *more)
        return resource

    def read(self, path: str) -> bytes:
        """Return a file of the bundle, or raise `DamagedWheelError`."""
        try:
            data: bytes = self._loader.get_data(f"{self._directory}/{path}")
        except (OSError, ImportError) as error:
            raise self.damaged(path, error) from None
        return data

    def attributes(self, names: Iterable[str]) -> list[str]:
        """Return those of `names` that can be attributes."""
        import keyword

        spelled = [name.replace("-", "_") for name in names]
        return [
            name
            for name in spelled
            if name.isidentifier()
            and not name.startswith("_")
            and not keyword.iskeyword(name)
        ]

    def spelled(self, resources: Any, attribute: str) -> str:
        """Return the name of an attribute; raise `UnknownPromptError` without one."""
        spelled = {name.replace("-", "_"): name for name in resources._rows}
        if attribute not in spelled:
            raise self.unknown(resources._directory, attribute, spelled)
        name: str = spelled[attribute]
        return name

    def public(self, name: str, types: Mapping[str, object]) -> Any:
        """Return a public class of this module; raise `UnknownPromptError`."""
        if name in _PUBLIC:
            return globals()[name]
        if name.startswith("_"):
            message = f"module {self.package!r} has no attribute {name!r}"
            raise AttributeError(message)
        near = nearest(name, [known.replace("-", "_") for known in types])
        if not near:
            near = tuple(map(_dotted, nearest_full(name, self.names(types))))
        raise UnknownPromptError(self.package, name, near)

    def names(self, types: Mapping[str, Any]) -> list[str]:
        """Return the full names of all resources, sorted."""
        return [f"{kind}/{name}" for kind in types for name in types[kind]]

    def nothing(
        self, full_name: object, types: Mapping[str, Any]
    ) -> UnknownPromptError:
        """Return the error for a full name that does not begin with a type."""
        near = nearest_full(full_name, self.names(types))
        return UnknownPromptError(self.package, full_name, near)

    def unknown(
        self, directory: str, name: object, known: Iterable[str]
    ) -> UnknownPromptError:
        """Return the error for a name that is not among the `known` ones."""
        location = self.written(directory)
        return UnknownPromptError(location, name, nearest(name, known))

    def written(self, *names: str) -> str:
        """Return the dotted path of these names in Python."""
        written = _dotted("/".join(filter(None, names)))
        return f"{self.package}.{written}" if written else self.package

    def damaged(self, path: str, error: Exception) -> DamagedWheelError:
        """Return the error for a file that cannot be read or parsed."""
        reason = getattr(error, "strerror", None) or str(error) or "it is not there"
        return DamagedWheelError(self.wheel_path(path), reason)

    def wheel_path(self, path: str) -> str:
        """Return the path in the wheel of a path in the bundle."""
        return f"{self.package.replace('.', '/')}/{path}"

    def entry(self, full_name: str) -> dict[str, Any]:
        """Return the entry of a resource in the index."""
        if not self._entries:
            import json

            try:
                index = json.loads(self.read("index.json"))
                # Entries with equal bytes may share a name.
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

_PUBLIC = {
    "BinaryResource",
    "DamagedWheelError",
    "UnknownPromptError",
    "VariableError",
}


def _dotted(full_name: str) -> str:
    """Return a full name as Python code has it after the module."""
    return full_name.replace("-", "_").replace("/", ".")


def reader(spec: Any) -> Bundle:
    """Return the `Bundle` of the accessor with this spec, cached until a reload."""
    bundle = _bundles.get(spec.name)
    if bundle is None or bundle.spec is not spec:
        bundle = _bundles[spec.name] = Bundle(spec)
    return bundle
