"""
A project as its own backend reads it, without a build.

Gives the commands the inputs of a build: the metadata that hatchling or setuptools
resolve, and whether they would call hatch-agpm.
"""

from __future__ import annotations

import os
import shlex
import sys
from abc import ABC, abstractmethod
from contextlib import chdir, redirect_stdout
from functools import cached_property
from typing import TYPE_CHECKING, Any

from hatch_agpm.backend.inner import load_inner_backend, read_inner_backend
from hatch_agpm.backend.metadata import context_of, prepared_metadata
from hatch_agpm.build import Plan, is_wrapped, plan_build
from hatch_agpm.cli.check import Note, build_system_notes, hook_notes, table_notes
from hatch_agpm.config import load_toml, read_built_project
from hatch_agpm.config.metadata import project_metadata
from hatch_agpm.errors import ConfigError
from hatch_agpm.model.build import BuildContext
from hatch_agpm.rendering import render_project

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hatchling.metadata.core import ProjectMetadata

    from hatch_agpm.backend.metadata import CoreMetadata
    from hatch_agpm.config import Project
    from hatch_agpm.hatch.hook import AgpmBuildHook
    from hatch_agpm.model.rendering import Rendering
    from hatch_agpm.sources.git.origins import Live

__all__ = ["OpenProject", "open_project"]


def open_project(root: Path) -> OpenProject:
    """
    Return the project in a directory; its pyproject.toml is read here.

    Raises `ConfigError` if that is missing or not TOML.
    """
    _check_project(root)
    pyproject = load_toml(root / "pyproject.toml", "pyproject.toml")
    system = pyproject.get("build-system")
    named = system.get("build-backend") if isinstance(system, dict) else None
    backend = str(named).partition(".")[0]
    kind = _Wrapped if is_wrapped(pyproject) else _kind(backend)
    return kind(root, pyproject)


def _kind(backend: str) -> type[OpenProject]:
    """Return the class of projects with a backend, by its top module."""
    return {"hatchling": _Hatchling, "setuptools": _Setuptools}.get(backend, _Static)


def _check_project(root: Path) -> None:
    """Raise ConfigError for a path that is not the directory of a project."""
    if root.is_file():
        hint = f"give its directory: --project {shlex.quote(str(root.parent))}"
        raise ConfigError(str(root), "is not a directory", hint=hint)
    if not root.is_dir():
        raise ConfigError(
            str(root),
            "is not a directory",
            hint="--project takes the directory of a project",
        )
    if (root / "pyproject.toml").exists():
        return
    above = root.resolve().parents
    found = next((each for each in above if (each / "pyproject.toml").is_file()), None)
    directory = shlex.quote(os.path.relpath(found)) if found else "DIR"
    raise ConfigError(
        "pyproject.toml",
        f"is not in {root.resolve()}",
        hint="run the command in the directory of the project, or give it with "
        f"--project {directory}",
    )


class OpenProject(ABC):
    """One project; whatever its backend raises becomes a `ConfigError`."""

    def __init__(self, root: Path, pyproject: Mapping[str, Any]) -> None:
        self.root = root.resolve()
        self.pyproject = pyproject

    def plan(self) -> Plan:
        """Return the plan of a build; raises AgpmError as a build does."""
        return plan_build(self._context())

    def project(self) -> Project:
        """Return the configuration; raises AgpmError as a build does."""
        return read_built_project(self._context())

    def rendering(self, *, live: Live) -> Rendering:
        """Render the project without vendored copies; raises AgpmError."""
        context = self._context()
        return render_project(read_built_project(context), context, live=live)

    def _context(self) -> BuildContext:
        metadata = self.metadata()
        return BuildContext(
            root=self.root,
            pyproject=self.pyproject,
            metadata=metadata,
            distribution=self._distribution() or str(metadata.get("name", "")),
        )

    def notes(self) -> list[Note]:
        """Return the reasons why the backend would not render prompts."""
        return [*build_system_notes(self.pyproject, {})]

    def _distribution(self) -> str:
        project = self.pyproject.get("project", {})
        return str(project.get("name", "")) if isinstance(project, dict) else ""

    @abstractmethod
    def metadata(self) -> Mapping[str, object]:
        """Return the defaults of `agpm.project`."""


class _Static(OpenProject):
    """A project with another backend: its metadata is the `[project]` table."""

    def metadata(self) -> Mapping[str, object]:
        project = self.pyproject.get("project", {})
        if not isinstance(project, dict):
            raise ConfigError("project", "must be a table", repr(project))
        return project_metadata(project)


class _Wrapped(OpenProject):
    """A project with `hatch_agpm.backend`: its metadata is that of the inner one."""

    def metadata(self) -> Mapping[str, object]:
        inner = read_inner_backend(self.pyproject)
        kind = _kind(inner.module.partition(".")[0])
        if kind is not _Static or self._is_static:
            return kind(self.root, self.pyproject).metadata()
        core = self._prepared(inner.name)
        return context_of(self.root, self.pyproject, core).metadata

    @property
    def _is_static(self) -> bool:
        """Whether the `[project]` table has all that a template may use."""
        project = self.pyproject.get("project")
        if not isinstance(project, dict) or project.get("dynamic"):
            return False
        # The text of a licence that is in a file is in the metadata only.
        return {"name", "version"} <= set(project) and not isinstance(
            project.get("license"), dict
        )

    def _prepared(self, name: str) -> CoreMetadata:
        """Return the metadata that the inner backend writes without a build."""
        # Backends print what they do.
        with chdir(self.root), redirect_stdout(sys.stderr):
            backend = load_inner_backend(self.root)
            try:
                core = prepared_metadata(backend, "wheel", None, "")
            except (Exception, SystemExit) as error:
                what = f"is refused by {name}: {error}"
                raise ConfigError("project", what) from error
        if core is None:
            what = f"has fields that {name} knows only after a build"
            hint = "write them into [project], or build the wheel"
            raise ConfigError("project", what, hint=hint)
        return core


class _Setuptools(OpenProject):
    def notes(self) -> list[Note]:
        return [*super().notes(), *table_notes(self.pyproject)]

    def metadata(self) -> Mapping[str, object]:
        try:
            from hatch_agpm.setuptools.metadata import known_metadata, read_distribution
        except ModuleNotFoundError:
            return self._without_setuptools()
        try:
            dist = read_distribution(self.root)
        except (Exception, SystemExit) as error:
            # setup.cfg, dynamic fields and other plugins may raise any exception.
            raise ConfigError(
                "project", f"is refused by setuptools: {error}"
            ) from error
        return known_metadata(dist, self.pyproject.get("project", {}))

    def _without_setuptools(self) -> Mapping[str, object]:
        """Return the metadata of a table that has no dynamic fields."""
        project = self.pyproject.get("project", {})
        if "name" in project and not project.get("dynamic"):
            return project_metadata(project)
        raise ConfigError(
            "project",
            "leaves fields to setuptools, which is not installed",
            hint="install it beside hatch-agpm",
        )


class _Hatchling(OpenProject):
    @cached_property
    def _hatchling(self) -> ProjectMetadata[Any]:
        from hatchling.metadata.core import ProjectMetadata
        from hatchling.plugin.manager import PluginManager

        return ProjectMetadata(str(self.root), PluginManager())

    @cached_property
    def _hooks(self) -> Mapping[str, AgpmBuildHook]:
        from hatch_agpm.hatch.configured import configured_hooks

        try:
            return configured_hooks(self._hatchling)
        except Exception as error:
            raise _refused(error) from error

    def plan(self) -> Plan:
        if not self._hooks:
            return super().plan()
        self.metadata()
        first, *others = self._hooks.values()
        plan = first.plan()
        # Forced inclusions differ by target: each hook checks its own.
        for hook in others:
            hook.check(plan, {})
        return plan

    def notes(self) -> list[Note]:
        hook = next((hook.config for hook in self._hooks.values()), {})
        file = "pyproject.toml"
        if (self.root / "hatch.toml").is_file():
            # A table in hatch.toml replaces the same table of pyproject.toml.
            tables = load_toml(self.root / "hatch.toml", "hatch.toml")
            file = "hatch.toml" if "build" in tables else file
        return [
            *build_system_notes(self.pyproject, hook),
            *hook_notes(
                self._hatchling.hatch.build_config,
                self._hooks,
                file=file,
                no_hooks=os.environ.get("HATCH_BUILD_NO_HOOKS") in {"1", "true"},
            ),
        ]

    def metadata(self) -> Mapping[str, object]:
        from hatch_agpm.hatch.metadata import known_metadata

        try:
            return known_metadata(self._hatchling)
        except Exception as error:
            # Version sources and metadata hooks are plugins, and may raise any
            # exception.
            raise _refused(error) from error


def _refused(error: Exception) -> ConfigError:
    return ConfigError("project", f"is refused by hatchling: {error}")
