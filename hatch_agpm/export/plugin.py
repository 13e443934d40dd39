"""
The files that make an export a plugin, and whether Claude Code accepts them.

The directory that plugins are submitted to asks for a README.md with at least 40 words,
a licence, and a name that does not begin with one of its own.
"""

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

__all__ = ["PLUGIN_FILE", "check_plugin", "note_plugin", "plugin_files"]

PLUGIN_FILE: Final = ".claude-plugin/plugin.json"
"""The file that makes the tree a plugin of Claude Code."""

_REPOSITORY: Final = ("repository", "source", "sourcecode", "github")

_RESERVED: Final = ("claude-", "anthropic-", "anthropics-", "cc-plugin-")
"""The beginnings of names that the directory of plugins keeps for itself."""

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


def note_plugin(
    path: str, distribution: str, metadata: Mapping[str, object]
) -> Iterator[PortabilityError]:
    """Yield what the directory of plugins would refuse, of a plugin.json at `path`."""
    name = canonicalize_name(distribution)
    if name.startswith(_RESERVED):
        start = f"{name.partition('-')[0]}-"
        what = f"the directory of plugins takes no name that begins with '{start}'"
        yield _not_published(path, what)
    if not metadata.get("license"):
        what = (
            "the directory of plugins asks for a licence, and the project states none"
        )
        yield _not_published(path, what, 'write license = "..." in [project]')


def _not_published(path: str, what: str, hint: str = "") -> PortabilityError:
    readers = {CLAUDE: "loaded, but not accepted for the directory"}
    return PortabilityError(
        what, location=Location(path=path), hint=hint, readers=readers
    )


def _plugin_error(
    path: str,
    what: str,
    *,
    line: int = 0,
    got: str = "",
    hint: str = "",
) -> PortabilityError:
    readers = {CLAUDE: "refused"}
    return PortabilityError(
        what,
        location=Location(path=path, line=line),
        got=got,
        hint=hint,
        readers=readers,
    )


def plugin_files(
    distribution: str,
    metadata: Mapping[str, object],
    resources: Mapping[str, Mapping[str, object]],
) -> dict[str, bytes]:
    """
    Return the files that describe the tree, by path, made from the project's metadata.

    `resources` has the description of each resource, by section and name.
    """
    files = {
        PLUGIN_FILE: _manifest(distribution, metadata),
        "README.md": _readme(distribution, metadata, resources),
    }
    licence = str(metadata.get("license", ""))
    if "\n" in licence:
        # The text of a licence, and not its name.
        files["LICENSE"] = licence.encode(errors="replace")
    return files


def _manifest(distribution: str, metadata: Mapping[str, object]) -> bytes:
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


def _readme(
    distribution: str,
    metadata: Mapping[str, object],
    resources: Mapping[str, Mapping[str, object]],
) -> bytes:
    version = str(metadata.get("version", ""))
    made_by = f"{distribution} {version}".strip()
    lines = [f"# {distribution}", ""]
    if isinstance(about := metadata.get("description"), str) and about.strip():
        lines += [_first_paragraph(about), ""]
    lines += [
        f"These files for coding agents are part of the Python package {made_by}.",
        "They are installed, updated and removed together with it.",
    ]
    for section, described in resources.items():
        lines += ["", f"## {section.capitalize()}", ""]
        for name, text in described.items():
            tail = f": {_first_paragraph(text)}" if isinstance(text, str) else ""
            lines.append(f"- `{name}`{tail}")
    lines += [
        "",
        "## Use",
        "",
        "This directory is a plugin of Claude Code: start that with `--plugin-dir`",
        "and the path of this directory. Other coding agents find the skills in",
        "`skills/` with the tools that search installed Python packages, or after they",
        "are copied to where the agent looks for them.",
    ]
    return "\n".join([*lines, ""]).encode(errors="replace")


def _first_paragraph(text: str) -> str:
    """Return the first paragraph of a text as one line of Markdown."""
    paragraph = re.split(r"\n\s*\n", text.strip())[0]
    return " ".join(paragraph.split()).replace("<", "\\<")


def _author(distribution: str, metadata: Mapping[str, object]) -> dict[str, str]:
    for role in ("authors", "maintainers"):
        people = metadata.get(role)
        for person in people if isinstance(people, list) else ():
            # A name is required, but PEP 621 allows an address without one.
            return {"name": person.get("email", ""), **person}
    # Claude Code requires an author, a project does not.
    return {"name": f"The authors of {distribution}"}
