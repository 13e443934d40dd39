"""
One source root of templates: the project, or one of its sources.

Gives paths their names in the index, in messages and for AGPM.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from hatch_agpm.errors import ContentError, Location
from hatch_agpm.model.rendering import GitCommit, Input, SkillFile, UsedSource

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hatch_agpm.model.files import File
    from hatch_agpm.sources.distributions import Package, Required
    from hatch_agpm.sources.tree import Tree

__all__ = ["SourceRoot"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class SourceRoot:
    """A directory that the paths of templates are relative to."""

    tree: Tree
    name: str | None = None
    """The name of the source; None for the project."""

    directory: str = ""
    """The directory of a source inside the project, relative to the tree's base."""

    top: str | None = None
    """The same, as a real path."""

    is_external: bool = False
    """Whether it is not a part of the project, even if copies are in the project."""

    package: Package | None = None
    """The distribution that it is from, installed or vendored; None for a directory."""

    allows_jinja2: bool = True
    """Whether its templates may be in the Jinja2 dialect."""

    git: GitCommit | None = None
    """The commit of a Git repository; None for another source."""

    hint: str = ""
    """What to do if a file is missing; "" where the name may be misspelled."""

    @property
    def sources(self) -> Mapping[str, Required | None]:
        """The sources that the templates of a distribution name."""
        return self.package.sources if self.package is not None else {}

    @property
    def is_rendered(self) -> bool:
        """Whether its texts are shipped and embedded unrendered."""
        return self.package is not None and self.package.is_rendered

    @property
    def is_installed(self) -> bool:
        """Whether it is an installed distribution, not a copy in the project."""
        return self.package is not None and not self.hint

    def version_of(self, asked: str | None) -> str | None:
        """Return the version of its resources in templates, as it was asked for."""
        if self.git is not None:
            return self.git.versions[asked or ""]
        if self.package is not None:
            return self.package.version
        return self.name and "local"

    @property
    def resolved_commit(self) -> str | None:
        """The commit of its resources in templates; "" where there is none."""
        if self.git is not None:
            return self.git.commit
        return self.name and ""

    @property
    def is_foreign(self) -> bool:
        """Whether its templates were written for other projects, too."""
        return self.package is not None or self.git is not None

    @property
    def within(self) -> str:
        """The end of the message that a file is missing, "" for the project."""
        return f" in the source '{self.name}'" if self.is_external else ""

    def stable_name(self, path: str) -> str:
        """Return a name of a real path that is the same on every machine."""
        if not self.is_external:
            return path
        return f"{self.name}:{self.tree.from_base(path)}"

    def as_input(self, file: File) -> Input:
        """Return the record of a file that was read here."""
        if not self.is_external:
            return Input(path=file.path, sha256=file.sha256, executable=file.executable)
        return Input(
            path=self.tree.stored_path(file.path),
            sha256=file.sha256,
            executable=file.executable,
            source=self.name,
            path_in_source=self.tree.from_base(file.path),
        )

    def as_used(self) -> UsedSource:
        """Return the record of all files that were read here."""
        tree, package = self.tree, self.package
        relative = tree.from_base
        read = sorted(tree.read_files.items())
        return UsedSource(
            name=self.name or "",
            files=tuple(
                SkillFile(
                    path=relative(path), data=file.data, executable=file.executable
                )
                for path, file in read
            ),
            links=dict(sorted(tree.used_links.items())),
            is_external=not tree.is_locked,
            distribution=package.distribution if package else "",
            version=package.version if package else "",
            is_rendered=self.is_rendered,
            git=self.git,
            needs={
                own: canonicalize_name(required.distribution)
                for own, required in sorted(self.sources.items())
                if required is not None
            },
        )

    def check_closed(self, file: str) -> None:
        """Raise ContentError for a rendered text that has run-time variables."""
        if self.is_rendered and (runtime := self.tree.open_variables(file)):
            what = f"cannot be embedded: it has the run-time variable '{runtime[0]}'"
            hint = "ask its authors to export the template: see `templates`"
            raise ContentError(what, location=Location(path=file), hint=hint)

    def path(self, file: str) -> str:
        """
        Return a real path as AGPM names it: relative to the source, if it is one.

        Raises ContentError where the file is not in its source.
        """
        if self.top is None:
            return self.tree.from_base(file)
        path = posixpath.relpath(file, self.top)
        if path.startswith("../"):
            raise ContentError(f"{file!r} leads out of the source '{self.name}'")
        return path
