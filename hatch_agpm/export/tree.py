"""
The files for coding agents in an installed package: skills, agents, commands.

The tree has the layout that library-skills and similar tools search, and is a plugin of
Claude Code.  Its contents depend only on the rendered resources and the metadata.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from packaging.utils import canonicalize_name

from hatch_agpm.errors import (
    AgpmError,
    BundleError,
    ConflictError,
    Location,
    ProblemsError,
    TemplateError,
    raise_problems,
)
from hatch_agpm.export.frontmatter import exported_frontmatter
from hatch_agpm.export.plugin import check_plugin
from hatch_agpm.export.portability import (
    check_agent,
    check_command,
    check_skill,
)
from hatch_agpm.formats.hidden_text import check_hidden_text
from hatch_agpm.model.rendering import FileContent
from hatch_agpm.model.types import SKILL_FILE, section_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from hatch_agpm.errors import HiddenTextError, PortabilityError
    from hatch_agpm.model.config import ExportSettings
    from hatch_agpm.model.rendering import RenderedResource

__all__ = ["PLUGIN_FILE", "Export", "ExportedResource", "build_export"]

PLUGIN_FILE: Final = ".claude-plugin/plugin.json"
"""The file that makes the tree a plugin of Claude Code."""

_TEMPLATES_NEVER_IN: Final = ".agents"
_REPOSITORY: Final = ("repository", "source", "sourcecode", "github")
_TOOL: Final = "claude-code"


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportedResource:
    """One exported skill, agent or command."""

    section: str
    """The plural, which is the directory: `skills`."""

    name: str
    text: str
    body: int
    """The position in the text after the frontmatter, in characters."""

    resource: RenderedResource

    @property
    def full_name(self) -> str:
        """The path without its extension: `skills/heldskill-mend-nets`."""
        return f"{self.section}/{self.name}"

    @property
    def resources(self) -> tuple[RenderedResource, ...]:
        """The resource that it is made of, as a tuple."""
        return (self.resource,)

    @property
    def path(self) -> str:
        """The path of its text in the tree."""
        tail = f"/{SKILL_FILE}" if self.section == "skills" else ".md"
        return self.full_name + tail

    @property
    def files(self) -> dict[str, FileContent]:
        """The files, by path in the tree."""
        files = {
            f"{self.full_name}/{file.path}": file.content
            for file in self.resource.files
        }
        return files | {self.path: FileContent(data=self.text.encode())}


@dataclass(frozen=True, kw_only=True, slots=True)
class Export:
    """The tree that one build adds to the wheel."""

    directory: str
    """The directory, relative to the import package: `.agents`."""

    resources: tuple[ExportedResource, ...]
    """Sorted by full name; never empty."""

    files: Mapping[str, FileContent]
    """The whole tree, by path, sorted."""


def build_export(
    resources: Sequence[RenderedResource],
    *,
    settings: ExportSettings,
    distribution: str,
    metadata: Mapping[str, object],
    may_hide: Collection[str] = (),
) -> Export:
    """
    Return the tree of those `resources` that are exported; there has to be one.

    `metadata` are the defaults of `agpm.project`, and `may_hide` the files of the
    project that may have hidden text.  Raises AgpmError, with all problems, for
    resources that cannot be exported, or that some coding agent would not read.
    """
    exported = [resource for resource in resources if resource.export]
    problems = [problem for each in exported for problem in _unfit(each)]
    prefix = settings.prefix
    prefix = canonicalize_name(distribution) if prefix is None else prefix
    items: list[ExportedResource] = []
    for resource in exported:
        try:
            items.append(_item(resource, prefix, distribution, metadata))
        except AgpmError as error:
            problems += error.problems if isinstance(error, ProblemsError) else [error]
    items.sort(key=lambda item: item.full_name)
    plugin = _plugin(distribution, metadata)
    problems += _name_clashes(items)
    for item in items:
        problems += (*_unportable(item), *_hidden(item, may_hide))
    problems += check_plugin(f"{settings.directory}/{PLUGIN_FILE}", plugin)
    raise_problems(problems)
    return _tree(settings.directory, items, plugin)


def _tree(directory: str, items: Sequence[ExportedResource], plugin: bytes) -> Export:
    files = {PLUGIN_FILE: FileContent(data=plugin)}
    for item in items:
        files |= item.files
    files = dict(sorted(files.items()))
    return Export(directory=directory, resources=tuple(items), files=files)


def _unfit(resource: RenderedResource) -> Iterator[AgpmError]:
    """Yield the reasons why a resource cannot be exported, apart from its text."""
    path = resource.source_path
    if _TEMPLATES_NEVER_IN in PurePosixPath(path).parts:
        what = f"must not be under {_TEMPLATES_NEVER_IN}/, which coding agents that "
        what += "work on the project itself read"
        yield BundleError(path, what, "move it, to prompts/ for example")
    if resource.runtime:
        names = ", ".join(variable.name for variable in resource.runtime)
        what = "cannot be exported: it has run-time variables"
        hint = f"set them in template_vars instead: {names}"
        yield TemplateError(what, location=Location(path=path), hint=hint)
    if resource.type == "skill":
        return
    if not path.endswith(".md"):
        what = "cannot be exported: coding agents read Markdown only"
        yield BundleError(path, what, "rename it to .md")
    if resource.tool != _TOOL:
        what = f"cannot be exported: it is for {resource.tool}, and what is exported "
        what += f"is in the form of {_TOOL}"
        yield BundleError(path, what, f'let its entry have tool = "{_TOOL}"')


def _item(
    resource: RenderedResource,
    prefix: str,
    distribution: str,
    metadata: Mapping[str, object],
) -> ExportedResource:
    name = _exported_name(resource, prefix)
    frontmatter = exported_frontmatter(
        resource, name=name, distribution=distribution, metadata=metadata
    )
    return ExportedResource(
        section=section_of(resource.type),
        name=name,
        text=frontmatter + resource.document[resource.body :].decode(),
        body=len(frontmatter),
        resource=resource,
    )


def _exported_name(resource: RenderedResource, prefix: str) -> str:
    """Return the prefix and the key, or for the match of a pattern its own name."""
    keyed = resource.alias is not None and not resource.is_match
    base = str(resource.alias) if keyed else resource.name.rpartition("/")[2]
    name = re.sub(r"[-_./ ]+", "-", base).strip("-").lower()
    known = not prefix or name == prefix or name.startswith(f"{prefix}-")
    return name if known else f"{prefix}-{name}"


def _name_clashes(items: Sequence[ExportedResource]) -> Iterator[ConflictError]:
    by_name: dict[str, list[ExportedResource]] = defaultdict(list)
    for item in items:
        by_name[item.full_name].append(item)
    for name, same in sorted(by_name.items()):
        if len(same) > 1:
            yield ConflictError(
                f"would all be exported as '{name}'",
                sorted({item.resource.source_path for item in same}),
                "give each a key of its own, or export one of them",
            )


def _unportable(item: ExportedResource) -> Iterator[PortabilityError]:
    """Yield an error for everything that a reader would refuse, drop or cut short."""
    resource, data = item.resource, item.text.encode()
    path, name = resource.source_path, item.name
    if item.section == "skills":
        files = [file.path for file in resource.files]
        problems = check_skill(path, data, directory_name=name, files=files)
    elif item.section == "agents":
        problems = check_agent(path, data, name=name)
    else:
        problems = check_command(path, data)
    # The author knows the lines of the template, not those of the exported text.
    own = resource.document[: resource.body].count(b"\n")
    written = item.text.count("\n", 0, item.body)
    for problem in problems:
        below = problem.line > written
        yield problem.at(path, problem.line - written + own if below else 0)


def _hidden(
    item: ExportedResource, may_hide: Collection[str]
) -> Iterator[HiddenTextError]:
    """Yield an error for each hidden text in the files."""
    source = PurePosixPath(item.resource.source_path)
    for path, content in item.files.items():
        own = path == item.path
        within = PurePosixPath(path).relative_to(item.section)
        file = source if own else source.parent.joinpath(*within.parts[1:])
        if str(file) in may_hide:
            continue
        try:
            text = content.data.decode()
        except UnicodeDecodeError:
            # An image, or another file that is not text.
            continue
        yield from check_hidden_text(str(file), text, is_file=not own)


# --- the plugin -----------------------------------------------------------------------


def _plugin(distribution: str, metadata: Mapping[str, object]) -> bytes:
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
