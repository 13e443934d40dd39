"""
What a build ships: the rendered bundle of a wheel and the sources of an sdist.

Reads the project and writes nothing.  Does not depend on a backend: all paths are those
of the source tree.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from hatch_agpm.build.verify import check_free, check_output
from hatch_agpm.build.writing import file_mode
from hatch_agpm.bundle import Bundle, build_bundle, is_top_level
from hatch_agpm.config import editable_mode, read_built_project
from hatch_agpm.config.export import package_of_export
from hatch_agpm.errors import ConfigError
from hatch_agpm.formats.archives import FileDigest
from hatch_agpm.model.config import TABLE
from hatch_agpm.rendering import render_project
from hatch_agpm.tokens import budget_problems

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hatch_agpm.config import Project
    from hatch_agpm.errors import BudgetError
    from hatch_agpm.export import Export
    from hatch_agpm.model.build import BuildContext
    from hatch_agpm.model.rendering import FileContent, Rendering

__all__ = ["Plan", "must_hold", "plan_build", "plan_refresh"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Plan:
    """What one project ships: in a wheel its bundle, in an sdist its sources."""

    context: BuildContext
    project: Project
    rendering: Rendering
    bundle: Bundle
    stubs: Mapping[str, FileContent] = field(default_factory=dict)
    """The stubs in the output directory by path, if they are committed."""

    @property
    def root(self) -> Path:
        """The directory of the project."""
        return self.context.root

    @property
    def license(self) -> str:
        """The license of the project: an SPDX expression, or any text."""
        return str(self.context.metadata.get("license", ""))

    @property
    def output(self) -> str:
        """The bundle's directory, as a path in the source tree."""
        return self.bundle.output

    @property
    def over_budget(self) -> list[BudgetError]:
        """An error for each text that has more tokens than it may have."""
        return budget_problems(self.rendering.resources, self.project.max_tokens)

    @property
    def has_package_around(self) -> bool:
        """Whether the output directory is in a package of the tree."""
        output = self.root / self.output
        if output.parent in {self.root, self.root / "src"}:
            return False
        # A directory with nothing but the output is not a package of its own.
        return output.parent.is_dir() and any(
            path not in {output, output.with_name("__pycache__")}
            for path in output.parent.iterdir()
        )

    @cached_property
    def links(self) -> Mapping[str, str]:
        """Return the real path of each file that was read through a link."""
        return {
            link + path.removeprefix(target): path
            for link, target in self.rendering.links.items()
            for path in (source.path for source in self.rendering.inputs)
            if path == target or path.startswith(f"{target}/")
        }

    def has_only_templates(self, directory: str) -> bool:
        """
        Tell whether a directory of the tree has templates, and no code but theirs.

        It must not be installed as a package of its own, beside those of others.
        """
        top = PurePosixPath(directory)
        inputs = {p for p in self.source_paths() if p.startswith(f"{directory}/")}
        output = PurePosixPath(self.output)
        if not inputs or output.is_relative_to(top) or top.is_relative_to(output):
            return False
        modules = (self.root / directory).rglob("*.py")
        return all(each.relative_to(self.root).as_posix() in inputs for each in modules)

    @property
    def template_directories(self) -> list[str]:
        """The directories of that kind in the project, or in one directory of it."""
        tops = {
            "/".join(path.split("/")[:depth])
            for path in self.source_paths()
            for depth in (1, 2)
            if path.count("/") >= depth
        }
        return sorted(filter(self.has_only_templates, tops))

    def source_paths(self) -> list[str]:
        """Return the project's files that a build from the sdist reads, with links."""
        inputs = (source.path for source in self.rendering.inputs)
        # Installers refuse paths outside of the sdist, so it has copies of those files.
        real = {path for path in inputs if not path.startswith("../")}
        return sorted({*real, *self.links, *self.stubs})

    @cached_property
    def copies(self) -> Mapping[str, FileContent]:
        """
        The copies in the sdist of files outside of the project, by path in the sdist.

        The marker lists these files.  Raises ConflictError if two of them cannot be in
        one directory.
        """
        external = [used for used in self.rendering.sources if used.is_external]
        if not external:
            return {}
        from hatch_agpm.sources.sdist_copies import copies  # noqa: PLC0415 - rare

        return copies(external)

    @property
    def packed_again(self) -> list[str]:
        """
        The files and directories of the tree that a backend must not pack itself.

        They are the skills in place, and files at whose paths others are exported.
        """
        items = self.bundle.export.resources if self.bundle.export else ()
        skills = {item.directory for item in items if item.directory}
        paths = self.bundle.exported_sources.values()
        files = {
            path
            for path in paths
            if (self.root / path).is_file()
            and not any(path.startswith(f"{skill}/") for skill in skills)
        }
        return sorted({*skills, *files})

    @property
    def templates_in_output(self) -> dict[str, FileContent]:
        """The files of the output directory in the tree that prompts are made of."""
        within = f"{self.output}/"
        return {
            path: self.source(path)
            for path in self.source_paths()
            if path.startswith(within) and path not in self.stubs
        }

    def source(self, path: str) -> FileContent:
        """Return one of the files of `source_paths` as it was when it was read."""
        if path in self.stubs:
            return self.stubs[path]
        return self.rendering.contents[self.links.get(path, path)]

    @property
    def sources_summary(self) -> str:
        """A sentence with the number of files that the sdist must include."""
        number = len(self.source_paths()) + len(self.copies)
        files = "1 file" if number == 1 else f"{number} files"
        return f"{files} that prompts are made of"


def plan_build(context: BuildContext) -> Plan:
    """
    Render the project, and check that its output directory is free.

    Raises AgpmError for whatever is wrong.
    """
    plan = plan_refresh(context)
    sources = {resource.source_path for resource in plan.rendering.resources}
    sources |= {*plan.source_paths()}
    check_free(context.root, plan.bundle.exported_sources.values(), sources)
    if plan.bundle.is_empty:
        return plan
    inputs = plan.templates_in_output
    stubs = check_output(
        context.root, plan.output, stubs=plan.bundle.stubs, inputs=inputs
    )
    if inputs and editable_mode(context.pyproject) == "in-tree":
        what = f"cannot be used: {plan.output} has the templates"
        hint = "leave it out: a development install renders them again when they change"
        raise ConfigError(f"{TABLE}.editable", what, "'in-tree'", hint)
    return replace(plan, stubs=stubs)


def plan_refresh(context: BuildContext) -> Plan:
    """
    Render the project without checking the output directories.

    In an editable install they hold what was rendered before.  Raises AgpmError for
    whatever is wrong.
    """
    project = read_built_project(context)
    rendering = render_project(project, context)
    bundle = build_bundle(
        rendering,
        output=project.output,
        distribution=context.distribution,
        version=str(context.metadata.get("version", "")),
        export=_export(rendering, project, context),
    )
    return Plan(context=context, project=project, rendering=rendering, bundle=bundle)


def _export(
    rendering: Rendering, project: Project, context: BuildContext
) -> Export | None:
    """Return the files for coding agents, None without any."""
    if not any(resource.export for resource in rendering.resources):
        return None
    from hatch_agpm.export import ExportContext, build_export  # noqa: PLC0415 - rare

    skills = (
        str(PurePosixPath(resource.source_path).parent)
        for resource in rendering.resources
        if resource.export and resource.type == "skill" and resource.source is None
    )
    directory = project.export.directory
    package = _package(context.root, project.output)
    in_place = [
        path for path in skills if package_of_export(context.root, path, directory)
    ]
    return build_export(
        rendering.resources,
        ExportContext(
            settings=project.export,
            distribution=context.distribution,
            metadata=context.metadata,
            may_hide=project.hidden_text or (),
            in_place=in_place,
            package=package,
            is_alone=_is_alone(context.root, package, directory)
            or is_top_level(project.output),
        ),
    )


def _package(root: Path, output: str) -> str:
    """Return the outermost package around the output, as a path in the tree."""
    path = PurePosixPath(output)
    if is_top_level(output):
        return output
    around = [
        str(parent)
        for parent in path.parents[:-1]
        if str(parent) != "src" and (root / parent / "__init__.py").is_file()
    ]
    return around[-1] if around else str(path.parent)


def _is_alone(root: Path, package: str, directory: str) -> bool:
    """Tell whether nothing else is in the package's directory of exported files."""
    top = root / package
    is_shared = any(top.glob("*")) and not (top / "__init__.py").is_file()
    tree = top / directory
    return not is_shared and not any(path.is_file() for path in tree.rglob("*"))


def must_hold(file: FileContent) -> FileDigest:
    """Return the digest that `file` must have in an archive."""
    executable = bool(file_mode(file) & stat.S_IXUSR)
    size = len(file.data)
    return FileDigest(size=size, sha256=file.sha256, executable=executable)
