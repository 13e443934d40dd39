"""One exported resource: its name, its text, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from packaging.utils import canonicalize_name

from hatch_agpm.errors import (
    AgpmError,
    BundleError,
    Location,
    PortabilityError,
    TemplateError,
    shown,
)
from hatch_agpm.export.frontmatter import is_read_alike, project_fields, written
from hatch_agpm.export.names import base_name, is_named_by_key, prefixed
from hatch_agpm.export.notes import EVALS_FILE, note_evals
from hatch_agpm.export.portability import check_agent, check_command, check_skill
from hatch_agpm.export.readers import MAX_NAME, NAME
from hatch_agpm.formats.hidden_text import ZERO_WIDTH, check_hidden_text
from hatch_agpm.formats.versions import same_version
from hatch_agpm.model.rendering import FileContent
from hatch_agpm.model.types import SKILL_FILE, are_dependencies, section_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from hatch_agpm.export.findings import Findings
    from hatch_agpm.export.source import WrittenText
    from hatch_agpm.model.config import ExportSettings
    from hatch_agpm.model.rendering import RenderedResource

__all__ = ["ExportContext", "ExportedResource", "ResourceExport"]

_TOOL: Final = "claude-code"


@dataclass(frozen=True, kw_only=True)
class ExportedResource:
    """One exported skill, agent or command."""

    section: str
    """The plural, which is the directory: `skills`."""

    name: str
    text: bytes
    resource: RenderedResource
    directory: str = ""
    """Of a skill in place: its directory in the source tree; "" for any other."""

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

    @cached_property
    def files(self) -> Mapping[str, FileContent]:
        """The files, by path in the tree."""
        files = {
            f"{self.full_name}/{file.path}": file.content
            for file in self.resource.files
        }
        executable = self.path in files and files[self.path].executable
        return files | {self.path: FileContent(data=self.text, executable=executable)}


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportContext:
    """What all exported files of a project share."""

    settings: ExportSettings
    distribution: str
    package: str = ""
    """The directory of the import package in the source tree."""

    metadata: Mapping[str, object]
    """The defaults of `agpm.project`."""

    may_hide: Collection[str] = ()
    """The files of the project that may have hidden text."""

    in_place: Collection[str] = ()
    """The directories of the skills that stay where they are."""

    is_alone: bool = True
    """Whether the package is of this project alone, and has nothing in the tree."""

    @property
    def prefix(self) -> str:
        """The prefix of exported names, "" for none."""
        stated = self.settings.prefix
        if isinstance(stated, str):
            return stated
        return canonicalize_name(self.distribution) if stated else ""


class ResourceExport:
    """Makes the exported form of one resource, and collects what is wrong with it."""

    def __init__(self, project: ExportContext, resource: RenderedResource) -> None:
        self.project = project
        self.resource = resource
        self.path = resource.source_path
        self.problems: list[AgpmError] = []
        self.notes: list[AgpmError] = []
        parent = str(PurePosixPath(self.path).parent)
        is_skill = resource.type == "skill" and resource.source is None
        self.directory = parent if is_skill and parent in project.in_place else ""
        self.base = base_name(resource)
        if self.directory:
            self.name = self.base = PurePosixPath(self.directory).name
        else:
            self.name = prefixed(self.base, project.prefix)

    def make(self) -> list[ExportedResource]:
        """Return the exported resource, as a list, empty where there cannot be one."""
        self.problems += _unfit(self.resource)
        self._check_depth()
        self._check_name()
        findings = self._findings(self.resource.document)
        self.problems += (self._placed(problem) for problem in findings.errors)
        source = findings.source
        if source is None or self.problems:
            self._check_hidden({self.path: self.resource.document})
            return []
        text = self._text(source)
        notes = findings.notes
        if text != self.resource.document:
            # The author's lines are not those of what is written.
            notes = [note.at(self.path, 0) for note in self._findings(text).notes]
        self.notes += (self._placed(note) for note in notes)
        self._check_version(source)
        item = ExportedResource(
            section=section_of(self.resource.type),
            name=self.name,
            text=text,
            resource=self.resource,
            directory=self.directory,
        )
        self._check_hidden(self._texts(item))
        self._check_evals(item)
        return [item]

    def _check_depth(self) -> None:
        parent = PurePosixPath(self.directory).parent.name
        if self.directory and parent != "skills":
            what = "a skill is directly in skills/, where Claude Code and apm find it"
            hint = f"move its directory up, or leave {self.directory} out by `exclude`"
            self.problems.append(BundleError(self.path, what, hint))

    def _check_name(self) -> None:
        """Report a key or prefix that does not give a name which tools accept."""
        is_own = self.name == PurePosixPath(self.path).parent.name
        if is_own and self.resource.type == "skill":
            # Reported with the other problems of its frontmatter.
            return
        if not NAME.fullmatch(self.name) or len(self.name) > MAX_NAME:
            what = f"would be exported as {shown(self.name)}, and a name has lower-case"
            what += f" letters, digits and single hyphens, up to {MAX_NAME}"
            self.problems.append(BundleError(self.path, what, "give it another key"))

    def _findings(self, data: bytes) -> Findings:
        resource = self.resource
        if resource.type == "skill":
            return check_skill(
                self.path,
                data,
                directory_name=PurePosixPath(self.path).parent.name or self.base,
                is_renamed=not self.directory and is_named_by_key(resource),
                files=[file.path for file in resource.files],
            )
        if resource.type == "agent":
            return check_agent(self.path, data)
        return check_command(self.path, data)

    def _placed(self, problem: PortabilityError) -> PortabilityError:
        """Return a problem without its line if that is one of a rendered text."""
        return problem.at(self.path, 0) if self._is_rendered else problem

    @cached_property
    def _is_rendered(self) -> bool:
        document = FileContent(data=self.resource.document)
        return self.resource.template.file.sha256 != document.sha256

    # --- the text ---------------------------------------------------------------------

    def _text(self, source: WrittenText) -> bytes:
        resource, settings = self.resource, self.project.settings
        drop = {*settings.drop, *_ours(source)}
        own = source.fields.get("name")
        name = self._new_name(own)
        if (
            not self._is_rendered
            and (name is None or name == own)
            and not drop & source.top.keys()
            and is_read_alike(source, resource.type)
        ):
            return resource.document
        added: dict[str, object] = {}
        if resource.type == "skill":
            added = project_fields(self.project.distribution, self.project.metadata)
        text = written(source, type_=resource.type, name=name, drop=drop, added=added)
        return text.encode()

    def _new_name(self, own: object) -> str | None:
        """Return the name that is written, None for that which is there."""
        if self.resource.type == "skill":
            return self.name
        if self.resource.type == "command" or self.name == self.base:
            return None
        return self.name if own in {self.base, None} else None

    def _check_version(self, source: WrittenText) -> None:
        """Note a version that is not the project's."""
        version = str(self.project.metadata.get("version", ""))
        metadata = source.fields.get("metadata")
        inner = metadata.get("version") if isinstance(metadata, dict) else None
        for key, value in (
            ("version", source.fields.get("version")),
            ("metadata.version", inner),
        ):
            stated = value if isinstance(value, str) else getattr(value, "text", None)
            if not stated or not version or same_version(stated, version):
                continue
            what = f"'{key}' is {stated}, and the project's version is {version}"
            line = source.line_of(*key.split("."))
            location = Location(path=self.path, line=line)
            hint = "leave it out: what is written again gets the project's"
            problem = PortabilityError(what, location=location, hint=hint)
            self.notes.append(self._placed(problem))

    def _check_evals(self, item: ExportedResource) -> None:
        """Note what is wrong with the evaluations of a skill."""
        files = {file.path: file.content for file in self.resource.files}
        if item.section == "skills" and EVALS_FILE in files:
            self.notes += note_evals(
                str(PurePosixPath(self.path).parent / EVALS_FILE),
                files[EVALS_FILE].data,
                name=self.name,
                files=files,
            )

    # --- hidden text ------------------------------------------------------------------

    def _texts(self, item: ExportedResource) -> dict[str, bytes]:
        """Return the files of a resource by path in the project."""
        source = PurePosixPath(self.path)
        found = {}
        for path, content in item.files.items():
            within = PurePosixPath(path).relative_to(item.section)
            own = path == item.path
            file = source if own else source.parent.joinpath(*within.parts[1:])
            found[str(file)] = content.data
        return found

    def _check_hidden(self, files: Mapping[str, bytes]) -> None:
        """Report the hidden text in the files."""
        for path, data in files.items():
            if path in self.project.may_hide:
                continue
            try:
                text = data.decode()
            except UnicodeDecodeError:
                # An image, or another file that is not text.
                continue
            for error in check_hidden_text(path, text, is_file=path != self.path):
                is_harmless = error.kind == ZERO_WIDTH
                (self.notes if is_harmless else self.problems).append(error)


def _ours(source: WrittenText) -> Iterator[str]:
    """Yield the keys that are for the build."""
    if "agpm" in source.top:
        yield "agpm"
    if are_dependencies(source.top.get("dependencies")):
        yield "dependencies"


def _unfit(resource: RenderedResource) -> Iterator[AgpmError]:
    """Yield the reasons why a resource cannot be exported, apart from its text."""
    path = resource.source_path
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
