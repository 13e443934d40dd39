"""What rendering gives: resources with their bytes, and all that was read for them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hatch_agpm.model.runtime import RuntimeVariable

__all__ = [
    "COPIES",
    "MARKER",
    "TEMPLATES",
    "DirectoryListing",
    "ExportedTemplates",
    "FileContent",
    "Input",
    "RenderedResource",
    "Rendering",
    "SkillFile",
    "UsedSource",
]

MARKER = ".hatch-agpm/sources.json"
"""What says which directories an sdist carries, relative to its root."""

COPIES = ".hatch-agpm/sources"
"""The directory of these copies, each in one of its source's name."""

TEMPLATES = "_templates"
"""The directory of a bundle that holds the templates exported to other projects."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Input:
    """One file that was read to render a resource."""

    path: str
    """
    Relative to the project root (the boundary), with `/`.

    A file of a declared directory outside begins with `../`, and can be read there
    like any other.  One of a distribution is `<distribution>:<path>`; those are
    among the inputs of resources, never of a whole rendering.
    """

    sha256: str
    """Of its bytes, as 64 hexadecimal digits."""

    executable: bool = False
    source: str | None = None
    """The source outside of the project that it is from."""

    path_in_source: str = ""
    """Relative to that source, wherever a build finds it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DirectoryListing:
    """What lay in one directory when it was searched for templates."""

    names: tuple[str, ...]
    """Each ends in `/` where it is a directory; `__pycache__` is left out."""

    hidden: bool
    """Whether names that begin with a dot are among them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FileContent:
    """What one file of a wheel, sdist or bundle holds."""

    data: bytes
    executable: bool = False

    @property
    def sha256(self) -> str:
        """The SHA-256 of the data, in hexadecimal digits."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class SkillFile:
    """One file of a directory that is shipped as it is, such as a skill's."""

    path: str
    """Relative to that directory, with `/`."""

    data: bytes
    executable: bool

    @property
    def content(self) -> FileContent:
        """The same without its path."""
        return FileContent(data=self.data, executable=self.executable)


@dataclass(frozen=True, kw_only=True, slots=True)
class UsedSource:
    """A source that is no part of the project, and all that was read of it."""

    name: str
    files: tuple[SkillFile, ...]
    """By path relative to the source."""

    links: Mapping[str, str]
    """Other paths by which files were found, and those they led to."""

    is_external: bool
    """Whether it is a directory that was read outside of the project."""

    distribution: str = ""
    """What it is of; "" for a directory."""

    version: str = ""
    is_rendered: bool = False
    """Whether the files are texts of the distribution's bundle."""

    needs: Mapping[str, str] = field(default_factory=dict)
    """The distributions that `source` means in its templates, by that name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportedTemplates:
    """The templates that a project exports to others, as they are."""

    files: tuple[SkillFile, ...]
    """By path relative to their directory."""

    sources: Mapping[str, tuple[str, str] | None]
    """Distribution and versions that `source` means in them; None: no distribution."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RenderedResource:
    """One resource in one variant, rendered."""

    type: str
    """The singular: `agent`, `mcp-server`, ..."""

    name: str
    """AGPM's canonical name: the path without its extension."""

    alias: str | None
    """The key in the manifest; None for a dependency."""

    tool: str
    install: bool | None
    """What the manifest or the parents say; None where nobody says anything."""

    install_path: str
    """Where the tool reads it, relative to the directory AGPM installs into."""

    variables: Mapping[str, object]
    """AGPM's variant inputs, plain JSON values; {} for none."""

    text: str | bytes
    """The whole document as shipped; `bytes` where the file is no UTF-8 text."""

    body: int
    """The offset in the UTF-8 bytes of `text` at which the frontmatter ends."""

    metadata: Mapping[str, object]
    """The rendered frontmatter as plain JSON values; {} without one."""

    source_path: str
    """The template, relative to the project root (the boundary), with `/`."""

    inputs: tuple[Input, ...]
    """The files it was made of: the template first, then by path."""

    source: str | None = None
    """The manifest's name for the directory that the template is in, if it has one."""

    runtime: tuple[RuntimeVariable, ...] = ()
    """What is left open until the text is used: its own variables, then others'."""

    is_match: bool = False
    """Found by a pattern of the manifest, so that `alias` is the pattern's key."""

    export: bool = False
    """Whether coding agents are to find it in the package."""

    executable: bool = False
    files: tuple[SkillFile, ...] = ()
    """For a skill: every file of its directory, SKILL.md included, by path."""

    @property
    def document(self) -> bytes:
        """The bytes as shipped."""
        return self.text if isinstance(self.text, bytes) else self.text.encode()


@dataclass(frozen=True, kw_only=True, slots=True)
class Rendering:
    """Everything one manifest renders to, and all that was read for it."""

    resources: tuple[RenderedResource, ...]
    inputs: tuple[Input, ...] = ()
    """Every file that was read, templates and embedded ones, by path."""

    contents: Mapping[str, FileContent] = field(default_factory=dict)
    """The content of these files when they were read, by path."""

    links: Mapping[str, str] = field(default_factory=dict)
    """The files and directories that were found through a link, by its path."""

    listings: Mapping[str, DirectoryListing] = field(default_factory=dict)
    """The directories that were searched, by path."""

    absent: tuple[str, ...] = ()
    """Paths where something was looked for and nothing found, sorted."""

    sources: tuple[UsedSource, ...] = ()
    """What was read outside of the project, or of copies of it, by name."""

    exported_templates: ExportedTemplates | None = None
    """The templates that are shipped for others; None where none are."""
