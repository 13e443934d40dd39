"""The `plugin.json` of an export, and whether Claude Code can read it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from packaging.utils import canonicalize_name

from hatch_agpm.errors import Location, PortabilityError, did_you_mean, shown
from hatch_agpm.export.readers import CLAUDE, NAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["check_plugin", "plugin_file"]

_REPOSITORY: Final = ("repository", "source", "sourcecode", "github")

_PLUGIN_TEXTS: Final = ("version", "description", "repository", "license", "homepage")
_PLUGIN_KEYS: Final = (
    *("$schema", "name", "displayName", *_PLUGIN_TEXTS, "author", "keywords"),
    *("commands", "agents", "skills", "hooks", "mcpServers", "lspServers"),
    *("outputStyles", "dependencies", "settings", "userConfig", "channels"),
    *("defaultEnabled", "experimental"),
)


def check_plugin(path: str, data: bytes) -> tuple[PortabilityError, ...]:
    """Return the problems of a plugin.json: of its syntax, or else of all keys."""
    try:
        document = json.loads(data)
    except ValueError as error:
        what, line = f"is not valid JSON: {error}", getattr(error, "lineno", 0)
        return (_plugin_error(path, what, line=line),)
    if not isinstance(document, dict):
        return (_plugin_error(path, "is not a JSON object", got=shown(document)),)
    return tuple(_plugin_problems(path, document))


def _plugin_problems(
    path: str, document: Mapping[str, object]
) -> Iterator[PortabilityError]:
    name = document.get("name")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        what = "'name' must have lower-case letters, digits and single hyphens"
        yield _plugin_error(path, what, got=shown(name))
    for key in document:
        if key not in _PLUGIN_KEYS:
            hint = did_you_mean(key, _PLUGIN_KEYS) or "delete it"
            yield _plugin_error(path, f"a plugin has no key '{key}'", hint=hint)
    for key in _PLUGIN_TEXTS:
        if key in document and not isinstance(document[key], str):
            got = shown(document[key])
            yield _plugin_error(path, f"'{key}' must be text", got=got)
    page = document.get("homepage")
    if isinstance(page, str) and not (urlsplit(page).scheme and urlsplit(page).netloc):
        yield _plugin_error(path, "'homepage' must be a URL", got=shown(page))
    keywords = document.get("keywords", [])
    if not isinstance(keywords, list) or not all(isinstance(k, str) for k in keywords):
        what = "'keywords' must be a list of texts"
        yield _plugin_error(path, what, got=shown(keywords))
    if "author" in document:
        author = document["author"]
        name = author.get("name") if isinstance(author, dict) else None
        if not isinstance(name, str) or not name:
            what = "'author' must be an object with a name"
            yield _plugin_error(path, what, got=shown(author))


def _plugin_error(
    path: str, what: str, *, line: int = 0, got: str = "", hint: str = ""
) -> PortabilityError:
    readers = {CLAUDE: "refused"}
    return PortabilityError(
        what,
        location=Location(path=path, line=line),
        got=got,
        hint=hint,
        readers=readers,
    )


def plugin_file(distribution: str, metadata: Mapping[str, object]) -> bytes:
    """Return the plugin.json of the tree, made from the project's metadata."""
    urls = metadata.get("urls")
    links = {
        re.sub(r"[^a-z0-9]", "", str(label).lower()): url
        for label, url in (urls.items() if isinstance(urls, dict) else ())
    }
    licence = str(metadata.get("license", ""))
    document = {
        "name": canonicalize_name(distribution),
        "version": metadata.get("version"),
        "description": metadata.get("description"),
        "author": _author(distribution, metadata),
        "license": None if "\n" in licence else licence,
        "homepage": links.get("homepage"),
        "repository": next((links[key] for key in _REPOSITORY if key in links), None),
        "keywords": metadata.get("keywords"),
    }
    known = {key: value for key, value in document.items() if value}
    return f"{json.dumps(known, ensure_ascii=False, indent=2)}\n".encode()


def _author(distribution: str, metadata: Mapping[str, object]) -> dict[str, str]:
    for role in ("authors", "maintainers"):
        people = metadata.get(role)
        for person in people if isinstance(people, list) else ():
            # A name is required, but PEP 621 allows an address without one.
            return {"name": person.get("email", ""), **person}
    # Claude Code requires an author, a project does not.
    return {"name": f"The authors of {distribution}"}
