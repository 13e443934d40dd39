"""
The integration of Hatch: a build hook for hatchling's targets `sdist` and `wheel`.

Gives the build session the inputs from hatchling, and hatchling the resulting files.
hatchling imports this module in every build of an environment, also of projects without
prompts, so the core is imported inside functions.
"""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hatch_agpm.build import BuildSession, Plan, SdistContents, WheelContents
    from hatch_agpm.model.rendering import FileContent

__all__ = ["AgpmBuildHook"]


class AgpmBuildHook(BuildHookInterface[BuilderConfig]):
    """Adds the rendered prompts to the wheel, and their sources to the sdist."""

    PLUGIN_NAME = "agpm"

    _staging: TemporaryDirectory[str] | None = None
    """The rendered files; an object, since a failed build does not call `finalize`."""

    _contents: SdistContents | WheelContents | None = None
    """The files that were added to the artefact; None for no files."""

    _session: BuildSession
    _staged_sbom = ""
    """The path of the bill of materials in the staging directory."""

    _summary: str

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the inputs of templates to an sdist, or rendered prompts to a wheel."""
        from hatch_agpm.build import is_wrapped

        self._contents = None
        if self.target_name not in {"sdist", "wheel"} or is_wrapped(
            self.metadata.config
        ):
            return
        editable = self.target_name == "wheel" and version == "editable"
        with self._errors_as_messages():
            if self._leaves_out_prompts(editable=editable):
                return
            plan = self.plan(build_data["force_include"])
            if not plan.has_package_around:
                # Before it returns paths, hatchling looks for the code. If the output
                # is in a package, hatchling must find that.
                self.build_config.target_config.setdefault("bypass-selection", True)
            self._exclude(plan)
            if self.target_name == "sdist":
                self._add_to_sdist(build_data)
                self._summary = plan.sources_summary
            else:
                self._add_to_wheel(build_data, editable=editable)
                self._summary = plan.bundle.summary

    def plan(self, inclusion: Mapping[str, str] = MappingProxyType({})) -> Plan:
        """
        Render the project, and return the plan of this target.

        `inclusion` has the forced inclusions of other hooks.  Raises AgpmError for all
        problems of the project and its tables.
        """
        from hatch_agpm.build import BuildSession
        from hatch_agpm.hatch.checks import check_table
        from hatch_agpm.hatch.metadata import known_metadata
        from hatch_agpm.model.build import BuildContext

        check_table(self)
        context = BuildContext(
            root=Path(self.root),
            pyproject=self.metadata.config,
            metadata=known_metadata(self.metadata),
            distribution=self.metadata.core.raw_name,
        )
        self._session = BuildSession(context)
        plan = self._session.plan
        self.check(plan, inclusion)
        return plan

    def check(self, plan: Plan, inclusion: Mapping[str, str]) -> None:
        """Raise AgpmError if a table of this target, or `inclusion`, forbids a plan."""
        from hatch_agpm.hatch.checks import check_sbom_support, check_table

        check_table(self)
        for source in plan.bundle.owned(plan.output).values():
            self._check_inclusions(source, inclusion)
        if plan.project.sbom and self.target_name == "wheel":
            check_sbom_support(self)

    def finalize(
        self,
        version: str,  # noqa: ARG002 - the signature is hatchling's
        build_data: dict[str, Any],  # noqa: ARG002 - as above
        artifact_path: str,
    ) -> None:
        """Verify that the artefact has the planned files, or remove it and fail."""
        if self._contents is None:
            return
        with self._errors_as_messages():
            self._session.verify(Path(artifact_path), self._contents)
        self._forget_sbom()
        self._clean_up()
        self.app.display_info(f"hatch-agpm: {self._summary}")

    @contextmanager
    def _errors_as_messages(self) -> Iterator[None]:
        from hatch_agpm.build.messages import errors_as_messages

        try:
            with errors_as_messages(self.app.abort):
                yield
        except BaseException:
            self._clean_up()
            raise

    def _clean_up(self) -> None:
        if self._staging is not None:
            self._staging.cleanup()
            self._staging = None

    def clean(
        self,
        versions: list[str],  # noqa: ARG002 - the signature is hatchling's
    ) -> None:
        """Remove the files that an in-tree install wrote into the source tree."""
        from hatch_agpm.build.in_tree import remove_from_tree
        from hatch_agpm.config import read_built_project
        from hatch_agpm.errors import AgpmError
        from hatch_agpm.model.build import BuildContext

        name, pyproject = self.metadata.core.raw_name, self.metadata.config
        context = BuildContext(Path(self.root), pyproject, {}, distribution=name)
        try:
            output = read_built_project(context).output
        except AgpmError:
            # A broken configuration must not prevent the rest of `hatch clean`.
            return
        remove_from_tree(Path(self.root, output))

    # --- checks -----------------------------------------------------------------------

    def _check_inclusions(self, output: str, inclusion: Mapping[str, str]) -> None:
        """Raise for forced inclusions into the output directory."""
        from hatch_agpm.errors import BundleError, ConfigError, raise_problems

        location = f"tool.hatch.build.targets.{self.target_name}.force-include"
        if "force-include" not in self.build_config.target_config:
            location = "tool.hatch.build.force-include"
        what = f"writes into {output}"
        raise_problems(
            [
                *(
                    ConfigError(
                        f'{location}."{os.path.relpath(source, self.root)}"',
                        what,
                        hint="remove this line, hatch-agpm fills that directory",
                    )
                    for source, target in self.build_config.force_include.items()
                    if self._writes_into(output, source, target)
                ),
                *(
                    BundleError(
                        target, f"is put there by another build hook, which {what}"
                    )
                    for source, target in inclusion.items()
                    if self._writes_into(output, source, target)
                ),
            ]
        )

    def _writes_into(self, output: str, source: str, target: str) -> bool:
        """Return whether a forced inclusion has a path in the output, or its name."""
        ours = PurePosixPath(self._directory_in_archive(self._packed_output(output)))
        module = ours.with_suffix(".py")
        if not Path(source).is_dir():
            theirs = PurePosixPath(self._in_archive(target))
            return theirs == module or theirs.is_relative_to(ours)
        theirs = PurePosixPath(self._directory_in_archive(target))
        return theirs.is_relative_to(ours) or any(
            path.is_relative_to(theirs)
            and Path(source, path.relative_to(theirs)).exists()
            for path in (ours, module)
        )

    # --- files of the artefact --------------------------------------------------------

    def _add_to_sdist(self, build_data: dict[str, Any]) -> None:
        """Force the inclusion of every file that was read, at its own path."""
        from hatch_agpm.errors import BundleError, raise_problems

        contents = self._session.sdist()
        raise_problems(
            [
                BundleError(
                    path,
                    f"would be at {moved} in the sdist, where no build finds it",
                    "fix `sources` or `packages` of [tool.hatch.build.targets.sdist]",
                )
                for path in contents.files
                if (moved := self._in_archive(path)) != path
            ]
        )
        inclusion = build_data["force_include"]
        for path, file in contents.sources.items():
            self._force_source(path, file, inclusion, contents.links.get(path, ""))
        for path, file in contents.copies.items():
            inclusion[str(self._staged(path, file))] = path
        self._contents = contents

    def _force_source(
        self, path: str, file: FileContent, inclusion: dict[str, str], target: str
    ) -> None:
        """Force the inclusion of one file; for a link, also that of its target."""
        source = Path(self.root, path)
        # A file that is its own key is not added twice. hatchling forces the readme and
        # pyproject.toml, and the user may force any file, also to another path.
        forced = {**self.build_config.force_include, **inclusion}
        if target and not (source.is_symlink() and not source.readlink().is_absolute()):
            # hatchling treats a file below a linked directory as a plain file, and
            # packs absolute links, which installers refuse.
            source = self._staged(path, self._staged(target, file))
        elif forced.get(str(source), path) != path:
            source = self._staged(path, file)
        inclusion[str(source)] = path

    def _leaves_out_prompts(self, *, editable: bool) -> bool:
        """Return whether this is an editable install with `editable = "off"`."""
        from hatch_agpm.build import leaves_out_prompts
        from hatch_agpm.hatch.checks import check_table

        if editable:
            check_table(self)
        if not leaves_out_prompts(self.metadata.config, editable=editable):
            return False
        # A project of prompts alone has no other files to ship.
        self.build_config.target_config.setdefault("bypass-selection", True)
        self.app.display_info('hatch-agpm: no prompts, as `editable = "off"` says')
        return True

    def _exclude(self, plan: Plan) -> None:
        """
        Exclude from the artefact what the bundle replaces.

        These are the files in the output directory of the tree, what is exported in
        place and, from a wheel, directories of templates that would be packages of
        their own.
        """
        is_filled = not plan.bundle.is_empty and (plan.root / plan.output).is_dir()
        directories = [plan.output] if is_filled else []
        if self.target_name == "wheel":
            directories += [
                path
                for path in plan.template_directories
                if "/" not in self._directory_in_archive(path)
            ]
        target = self.build_config.target_config
        # One list replaces the other; hatchling refuses other types.
        stated = target.get("exclude", self.build_config.build_config.get("exclude"))
        paths = [*(f"{path}/" for path in directories), *plan.packed_again]
        if paths and isinstance(stated, list | None):
            escaped = (re.sub(r"[][*?!#\\ ]", r"\\\g<0>", path) for path in paths)
            target["exclude"] = [*(stated or ()), *(f"/{path}" for path in escaped)]

    def _add_to_wheel(self, build_data: dict[str, Any], *, editable: bool) -> None:
        """Force the inclusion of the bundle, and of its list in the metadata."""
        builder: Any = self.build_config.builder
        info = f"{builder.artifact_project_id}.dist-info"
        output = self._session.plan.output
        contents = self._session.wheel(
            self._directory_in_archive(self._packed_output(output)),
            editable=editable,
        )
        inclusions = [build_data["force_include"]]
        if build_data["force_include_editable"]:
            # Another hook has set this table: then hatchling uses only it.
            inclusions.append(build_data["force_include_editable"])
        files = contents.files
        # hatchling puts its extra metadata into a directory of their own.
        files |= {f"{info}/{path}": it for path, it in contents.metadata.items()}
        for number, (path, file) in enumerate(files.items()):
            staged = self._staged(f"{number}-{PurePosixPath(path).name}", file)
            for inclusion in inclusions:
                inclusion[str(staged)] = self._in_source_form(path)
        for path, file in contents.sbom.items():
            self._staged_sbom = str(self._staged(path, file))
            build_data["sbom_files"].append(self._staged_sbom)
        if contents.module_to_freeze:
            self._add_entry_points(contents.module_to_freeze)
        self._contents = contents

    def _add_entry_points(self, module: str) -> None:
        """Add the entry point for PyInstaller, unless the project has its own."""
        from hatch_agpm.bundle.freezers import ENTRY_POINT_GROUP, entry_points

        groups = self.metadata.core.entry_points
        group = groups.setdefault(ENTRY_POINT_GROUP, {})
        groups[ENTRY_POINT_GROUP] = {**entry_points(module), **group}

    def _in_source_form(self, path: str) -> str:
        """Return the path in the source tree of a path in the wheel."""
        source = PurePosixPath(self._packed_output(self._session.plan.output))
        packed = PurePosixPath(self._directory_in_archive(str(source)))
        for here, there in ((source, packed), (source.parent, packed.parent)):
            if PurePosixPath(path).is_relative_to(there):
                candidate = str(here / PurePosixPath(path).relative_to(there))
                if self._in_archive(candidate) == path:
                    return candidate
        return path

    def _forget_sbom(self) -> None:
        """Remove the bill of materials from the list to which hatchling added it."""
        # The next version of the wheel would look for a file that was removed.
        files = getattr(self.build_config, "sbom_files", [])
        if self._staged_sbom in files:
            files.remove(self._staged_sbom)

    def _staged(self, path: str, content: FileContent | Path) -> Path:
        """Write a file, or a link to one, into the staging directory."""
        from hatch_agpm.build.writing import write_files

        staged = self._staging_directory / path
        if isinstance(content, Path):
            staged.parent.mkdir(parents=True, exist_ok=True)
            staged.symlink_to(os.path.relpath(content, staged.parent))
        else:
            write_files(self._staging_directory, {path: content})
        return staged

    @property
    def _staging_directory(self) -> Path:
        if self._staging is None:
            self._staging = TemporaryDirectory(prefix="hatch-agpm-")
        return Path(self._staging.name)

    def _packed_output(self, output: str) -> str:
        """Return the path of the output directory in the wheel."""
        # If there is no code in it, hatchling treats `src` as a package.
        is_unchanged = self._directory_in_archive(output) == output
        is_package = Path(self.root, "src", "__init__.py").exists()
        if self.target_name == "wheel" and is_unchanged and not is_package:
            return output.removeprefix("src/")
        return output

    def _in_archive(self, path: str) -> str:
        """Return the path in the wheel of a path in the source tree."""
        packed = self.build_config.get_distribution_path(path.replace("/", os.sep))
        return packed.replace(os.sep, "/")

    def _directory_in_archive(self, path: str) -> str:
        # `sources` are prefixes with a final slash: `src` alone is not changed.
        return PurePosixPath(self._in_archive(f"{path}/file")).parent.as_posix()
