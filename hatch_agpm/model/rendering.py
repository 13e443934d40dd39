"""The result of rendering: resources with their bytes, and everything that was read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from hatch_agpm.model.types import section_of
from hatch_agpm.model.variants import resource_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hatch_agpm.model.declaration import Declaration
    from hatch_agpm.model.runtime import RuntimeVariable

__all__ = [
    "COPIES",
    "MARKER",
    "TEMPLATES",
    "DirectoryListing",
    "ExportedTemplates",
    "FileContent",
    "GitCommit",
    "Input",
    "InputNode",
    "RenderedResource",
    "Rendering",
    "ResourceUse",
    "SkillFile",
    "UsedSource",
]

MARKER = ".hatch-agpm/sources.json"
"""The file that lists the copies of external files, relative to the sdist's root."""

COPIES = ".hatch-agpm/sources"
"""The directory of these copies, with a directory for each source."""

TEMPLATES = "_templates"
"""The directory of a bundle that holds the templates exported to other projects."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Input:
    """One file that was read to render a resource."""

    path: str
    """
    The path, relative to the project root (the boundary), with `/`.

    The path of a file in an external directory begins with `../`, and can be read like
    any other.  That of a file of a distribution is `<distribution>:<path>`; these are
    inputs of resources, but not of a whole rendering.
    """

    sha256: str
    """The SHA-256 of its bytes, as 64 hexadecimal digits."""

    executable: bool = False
    source: str | None = None
    """The name of the external source that it is from; None for the project."""

    path_in_source: str = ""
    """The path relative to that source, independent of where the source is."""

    @property
    def stable_name(self) -> str:
        """The path, with `<source>:` before it outside of the project."""
        return f"{self.source}:{self.path_in_source}" if self.source else self.path


@dataclass(frozen=True, kw_only=True, slots=True, eq=False, repr=False)
class InputNode:
    """
    A file of the graph of inputs, with the files that it uses.

    A file has several nodes if it uses other files in other variants.
    """

    file: Input
    uses: tuple[InputNode, ...] = ()
    """The templates of its dependencies, and the files that it embeds by path."""

    def reached(self) -> list[InputNode]:
        """Return this node and all that it uses, directly or not, each once."""
        found = {self: None}
        waiting = [self]
        while waiting:
            new = [node for node in waiting.pop().uses if node not in found]
            found |= dict.fromkeys(new)
            waiting += new
        return list(found)


@dataclass(frozen=True, kw_only=True, slots=True)
class DirectoryListing:
    """The entries of a directory when it was searched for templates."""

    names: tuple[str, ...]
    """The names, which end in `/` for directories; `__pycache__` is left out."""

    hidden: bool
    """Whether names that begin with a dot are included."""


@dataclass(frozen=True, kw_only=True)
class FileContent:
    """The content of one file of a wheel, sdist or bundle."""

    data: bytes
    executable: bool = False

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the data, in hexadecimal digits."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class SkillFile:
    """One file of a directory that is shipped unchanged, such as a skill's."""

    path: str
    """Relative to that directory, with `/`."""

    data: bytes
    executable: bool

    @property
    def content(self) -> FileContent:
        """The same without its path."""
        return FileContent(data=self.data, executable=self.executable)


@dataclass(frozen=True, kw_only=True, slots=True)
class GitCommit:
    """One commit of a Git repository, and the versions that mean it."""

    address: str
    commit: str
    """All hexadecimal digits."""

    versions: Mapping[str, str]
    """AGPM's name of the version, by what was asked for; "" asks for the default."""


@dataclass(frozen=True, kw_only=True, slots=True)
class UsedSource:
    """An external source, and all files that were read of it."""

    name: str
    files: tuple[SkillFile, ...]
    """The files that were read, with paths relative to the source."""

    links: Mapping[str, str]
    """The real paths of files that were found by another path, by that path."""

    is_external: bool
    """Whether it is a directory outside of the project."""

    distribution: str = ""
    """The name of the distribution; "" for a directory."""

    version: str = ""
    is_rendered: bool = False
    """Whether the files are texts of the distribution's bundle."""

    git: GitCommit | None = None
    """The commit of a Git repository; None for another source."""

    needs: Mapping[str, str] = field(default_factory=dict)
    """The distributions for the names that `source` has in its templates."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportedTemplates:
    """The templates that a project exports to others, as they are."""

    files: tuple[SkillFile, ...]
    """The templates, with paths relative to their directory."""

    sources: Mapping[str, tuple[str, str] | None]
    """Distribution and versions by source name in them; None: not a distribution."""


EmbeddedSpan: TypeAlias = tuple[int, int, bool]
"""
Start and end of an embedded text in the bytes of a document.

It is filled in first, and then embedded; the third part says whether a final newline
behind it has been removed.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class ResourceUse:
    """A resource as the dependency of another one."""

    key: str
    path: str
    """Its template."""

    is_wanted: bool
    """Whether it is to be in the bundle, as far as the other one is concerned."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RenderedResource:
    """One resource in one variant, rendered."""

    type: str
    """The singular: `agent`, `mcp-server`, ..."""

    name: str
    """AGPM's canonical name: the path without its extension."""

    alias: str | None
    """The key in the manifest; None for a dependency."""

    tool: str | None
    """The coding agent it is for; None for a plain prompt."""

    install: bool | None
    """The option of the manifest or of dependents; None if none of them sets it."""

    install_path: str | None
    """The path where the tool reads it, relative to AGPM's install directory."""

    variables: Mapping[str, object]
    """AGPM's variant inputs, plain JSON values; {} for none."""

    text: str | bytes
    """The whole document as shipped; `bytes` if the file is not UTF-8 text."""

    body: int
    """The offset in the UTF-8 bytes of `text` at which the frontmatter ends."""

    metadata: Mapping[str, object]
    """The rendered frontmatter as plain JSON values; {} without one."""

    source_path: str
    """The template, relative to the project root (the boundary), with `/`."""

    template: InputNode = field(compare=False)
    """The template, with the files that it uses; not compared, chains may be long."""

    uses: tuple[ResourceUse, ...] = field(default=(), compare=False)
    """Its dependencies, in the order in which its template uses them."""

    declared: tuple[Declaration, ...] = field(default=(), compare=False)
    """The dependencies that its files declare, without lines."""

    source: str | None = None
    """The manifest's name for the directory that the template is in, if it has one."""

    version: str | None = None
    """The version of its source, as templates see it; None for the project."""

    resolved_commit: str | None = None
    """The commit of its Git source, "" of another source; None for the project."""

    bundle_name: str | None = None
    """The name in the bundle; None for the one that follows from `name` and `alias`."""

    runtime: tuple[RuntimeVariable, ...] = ()
    """The run-time variables: its own, then those of embedded files."""

    dialect: str = "tera"
    """`tera` or `jinja2`: how the values of run-time variables are printed."""

    embedded_spans: tuple[EmbeddedSpan, ...] = ()
    """The embedded texts with placeholders; one inside another is before it."""

    program: str = ""
    """What runs when the text is filled in, as JSON; "" without run-time logic."""

    may_fail: tuple[str, ...] = ()
    """The errors, with file and line, that some calls of the prompt will have."""

    is_match: bool = False
    """Whether it was found by a pattern of the manifest; `alias` is then its key."""

    export: bool = False
    """Whether it is exported to coding agents."""

    max_tokens: int | None = None
    """The tokens that its text may have; None if its entry does not say."""

    executable: bool = False
    files: tuple[SkillFile, ...] = ()
    """For a skill: every file of its directory, SKILL.md included, by path."""

    @property
    def inputs(self) -> tuple[Input, ...]:
        """
        The files it was made of: the template first, then by path.

        In a chain of dependencies, these lists have a total length that grows with the
        square of the chain.
        """
        files = {
            node.file.path: node.file for node in reversed(self.template.reached())
        }
        own = files.pop(self.template.file.path)
        return (own, *(files[path] for path in sorted(files)))

    @property
    def key(self) -> str:
        """A text that distinguishes it from the other resources of the project."""
        section = section_of(self.type)
        return resource_key(section, self.tool, self.variables, self.source_path)

    @property
    def document(self) -> bytes:
        """The bytes as shipped."""
        return self.text if isinstance(self.text, bytes) else self.text.encode()


@dataclass(frozen=True, kw_only=True, slots=True)
class Rendering:
    """The resources of one manifest, and everything that was read for them."""

    resources: tuple[RenderedResource, ...]
    inputs: tuple[Input, ...] = ()
    """Every file that was read, templates and embedded ones, by path."""

    contents: Mapping[str, FileContent] = field(default_factory=dict)
    """The content of these files when they were read, by path."""

    links: Mapping[str, str] = field(default_factory=dict)
    """The real paths of files and directories that links point to, by link."""

    searched: Mapping[str, DirectoryListing] = field(default_factory=dict)
    """The directories that were searched, by path."""

    absent: tuple[str, ...] = ()
    """Paths that were looked for and do not exist, sorted."""

    sources: tuple[UsedSource, ...] = ()
    """The external sources that were read, or whose copies were, by name."""

    exported_templates: ExportedTemplates | None = None
    """The templates that the wheel exports to other projects; None without any."""
