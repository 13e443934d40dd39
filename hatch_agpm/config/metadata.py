"""
The project's own metadata, as templates see it under `agpm.project`.

Reads the `[project]` table (PEP 621) and the core metadata text that a backend writes
into PKG-INFO and METADATA; does not depend on a backend.  Static fields are read from
the table, because each backend expands and reorders them in its own way, and one adds
the path of the checkout.  Dynamic fields are read from the text, which every backend
can give and every sdist includes.
"""

from __future__ import annotations

import re
from email.parser import HeaderParser
from email.utils import getaddresses
from typing import TYPE_CHECKING

from packaging.markers import Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from hatch_agpm.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from email.message import Message

__all__ = ["project_metadata"]

_EXTRA_CLAUSE = r'(?:(?P<rest>.+) and )?extra == "(?P<extra>[^"]+)"'
"""The end of a marker in core metadata that restricts a requirement to an extra."""

_FOLD = " " * 8
"""The indentation that backends add to the second and later lines of a licence."""


def project_metadata(
    project: Mapping[str, object], *, core_metadata: str = ""
) -> dict[str, object]:
    """
    Return the defaults of `agpm.project`, as plain JSON values.

    `project` is the `[project]` table with its scripts resolved (core metadata has
    none), `core_metadata` the text that the backend writes, or "" if it is not
    available. Lists and tables are always present; a missing text is left out, so that
    a template which prints it fails at its line. Versions, requirements and names of
    extras are canonical; requirements, keywords and classifiers are sorted, tables by
    their keys; authors and maintainers keep their order. `package` is not included: it
    is derived from the output.

    Raises `ConfigError` for a field that has the wrong type or is malformed.
    """
    core = HeaderParser().parsestr(core_metadata)
    texts = {
        "name": _text(project, core, "name", "Name"),
        "version": _version(_text(project, core, "version", "Version")),
        "description": _one_line(_text(project, core, "description", "Summary")),
        "requires_python": _specifiers(
            _text(project, core, "requires-python", "Requires-Python")
        ),
        "license": _license(project, core),
    }
    dependencies, optional_dependencies = _dependencies(project, core)
    return {
        **{key: text for key, text in texts.items() if text},
        "authors": _people(project, core, "authors", "Author"),
        "maintainers": _people(project, core, "maintainers", "Maintainer"),
        "keywords": sorted(set(_keywords(project, core))),
        "classifiers": sorted(set(_classifiers(project, core))),
        "urls": _urls(project, core),
        "dependencies": dependencies,
        "optional_dependencies": optional_dependencies,
        "scripts": _string_table(project.get("scripts", {}), "project.scripts"),
        "language": "python",
    }


def _one_line(text: str) -> str:
    return " ".join(text.splitlines())


def _text(project: Mapping[str, object], core: Message, key: str, header: str) -> str:
    value = project.get(key, core.get(header, ""))
    if not isinstance(value, str):
        raise ConfigError(f"project.{key}", "must be a string", repr(value))
    return value.strip()


def _version(text: str) -> str:
    try:
        return str(Version(text)) if text else ""
    except InvalidVersion:
        raise ConfigError(
            "project.version", "must be a version of PEP 440", repr(text)
        ) from None


def _specifiers(text: str) -> str:
    try:
        return ",".join(sorted(str(part) for part in SpecifierSet(text)))
    except InvalidSpecifier:
        raise ConfigError(
            "project.requires-python", "must be version specifiers", repr(text)
        ) from None


def _license(project: Mapping[str, object], core: Message) -> str:
    """Return the SPDX expression if there is one, else the text."""
    # Unlike the table, the core metadata has the canonical expression, or the contents
    # of the file that the table names.
    if expression := core.get("License-Expression"):
        return str(expression)
    if folded := core.get("License"):
        return "\n".join(
            line.removeprefix(_FOLD) for line in str(folded).splitlines()
        ).strip()
    value = project.get("license", "")
    if isinstance(value, dict):
        value = value.get("text", "")
    if not isinstance(value, str):
        raise ConfigError("project.license", "must be a string", repr(value))
    return value.strip()


def _people(
    project: Mapping[str, object], core: Message, key: str, header: str
) -> list[dict[str, str]]:
    stated = project.get(key)
    if stated is None:
        name = core.get(header)
        addresses = getaddresses(core.get_all(f"{header}-email", []))
        return [
            *([{"name": str(name)}] if name else []),
            *(
                {"name": name, "email": email} if name else {"email": email}
                for name, email in addresses
            ),
        ]
    if not isinstance(stated, list):
        raise ConfigError(f"project.{key}", "must be a list of tables", repr(stated))
    people = [
        _string_table(person, f"project.{key}[{position}]")
        for position, person in enumerate(stated)
    ]
    return [
        {part: person[part] for part in ("name", "email") if part in person}
        for person in people
    ]


def _keywords(project: Mapping[str, object], core: Message) -> list[str]:
    if "keywords" in project:
        return _string_list(project["keywords"], "project.keywords")
    joined = str(core.get("Keywords", ""))
    return [word.strip() for word in joined.split(",") if word.strip()]


def _classifiers(project: Mapping[str, object], core: Message) -> list[str]:
    if "classifiers" in project:
        return _string_list(project["classifiers"], "project.classifiers")
    return [str(value) for value in core.get_all("Classifier", [])]


def _urls(project: Mapping[str, object], core: Message) -> dict[str, str]:
    if "urls" in project:
        return _string_table(project["urls"], "project.urls")
    pairs = (str(value).partition(",") for value in core.get_all("Project-URL", []))
    return dict(sorted((label.strip(), url.strip()) for label, _, url in pairs))


def _dependencies(
    project: Mapping[str, object], core: Message
) -> tuple[list[str], dict[str, list[str]]]:
    """Return the requirements, and those of each extra."""
    always, by_extra = _core_requirements(core)
    if "dependencies" in project:
        stated = _string_list(project["dependencies"], "project.dependencies")
        always = _canonical(stated, "project.dependencies")
    if "optional-dependencies" in project:
        table = project["optional-dependencies"]
        key = "project.optional-dependencies"
        if not isinstance(table, dict):
            raise ConfigError(key, "must be a table", repr(table))
        by_extra = {
            canonicalize_name(extra): _canonical(
                _string_list(stated, f"{key}.{extra}"), f"{key}.{extra}"
            )
            for extra, stated in table.items()
        }
    return sorted(set(always)), {
        extra: sorted(set(requirements))
        for extra, requirements in sorted(by_extra.items())
    }


def _core_requirements(core: Message) -> tuple[list[str], dict[str, list[str]]]:
    """Sort the `Requires-Dist` of core metadata into plain and optional ones."""
    always: list[str] = []
    by_extra: dict[str, list[str]] = {
        canonicalize_name(str(extra)): []
        for extra in core.get_all("Provides-Extra", [])
    }
    for text in core.get_all("Requires-Dist", []):
        requirement = Requirement(str(text))
        clause = re.fullmatch(_EXTRA_CLAUSE, str(requirement.marker or ""))
        if clause is None:
            always.append(_canonical_requirement(requirement))
            continue
        # Parsing the rest removes the brackets that are needed only with the clause.
        requirement.marker = Marker(clause["rest"]) if clause["rest"] else None
        extra = canonicalize_name(clause["extra"])
        by_extra.setdefault(extra, []).append(_canonical_requirement(requirement))
    return always, by_extra


def _canonical(requirements: Iterable[str], key: str) -> list[str]:
    canonical = []
    for position, text in enumerate(requirements):
        try:
            canonical.append(_canonical_requirement(Requirement(text)))
        except InvalidRequirement:
            raise ConfigError(
                f"{key}[{position}]", "must be a requirement of PEP 508", repr(text)
            ) from None
    return canonical


def _canonical_requirement(requirement: Requirement) -> str:
    """Return a requirement of PEP 508 in its canonical spelling."""
    extras = ",".join(sorted(canonicalize_name(extra) for extra in requirement.extras))
    what = canonicalize_name(requirement.name) + (f"[{extras}]" if extras else "")
    if requirement.url:
        # Without the blank, the semicolon would be part of the URL.
        what += f" @ {requirement.url}" + (" " if requirement.marker else "")
    else:
        what += ",".join(sorted(str(part) for part in requirement.specifier))
    return what + (f"; {requirement.marker}" if requirement.marker else "")


def _string_list(value: object, key: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ConfigError(key, "must be a list of strings", repr(value))
    return value


def _string_table(value: object, key: str) -> dict[str, str]:
    if not isinstance(value, dict) or not all(
        isinstance(item, str) for item in value.values()
    ):
        raise ConfigError(key, "must be a table of strings", repr(value))
    return dict(sorted(value.items()))
