"""
The door to Hatch: a build hook for hatchling's targets `sdist` and `wheel`.

Fetches what hatchling knows, places the bytes of the bundle, proves that they
arrived, and turns errors into messages.  hatchling imports this module in every
build of the environment, so the core is imported inside functions.
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

    from hatchling.metadata.core import ProjectMetadata

    from hatch_agpm.build.plan import Plan
    from hatch_agpm.build.verify import FileDigest
    from hatch_agpm.bundle.bundle import Bundle
    from hatch_agpm.model.rendering import FileContent

__all__ = [
    "AgpmBuildHook",
    "configured_hooks",
    "known_metadata",
]

_HATCHLINGS_KEYS = frozenset(
    {
        "dependencies",
        "enable-by-default",
        "require-runtime-dependencies",
        "require-runtime-features",
    }
)
"""What hatchling itself reads from the table of any hook."""


def known_metadata(metadata: ProjectMetadata[Any]) -> dict[str, object]:
    """
    Return the defaults of `agpm.project` for a project that hatchling builds.

    Runs the project's version source and metadata hooks; what they raise passes.
    """
    from hatchling.metadata.spec import (
        DEFAULT_METADATA_VERSION,
        get_core_metadata_constructors,
    )

    from hatch_agpm.config.metadata import project_metadata

    # Not the constructor that the target is set to: an older version of core
    # metadata would leave out fields, perhaps in one of the two targets only.
    construct = get_core_metadata_constructors()[DEFAULT_METADATA_VERSION]
    project = {**metadata.config["project"], "scripts": metadata.core.scripts}
    return project_metadata(project, core_metadata=construct(metadata))


def configured_hooks(metadata: ProjectMetadata[Any]) -> dict[str, AgpmBuildHook]:
    """
    Return our hook for each of the targets `sdist` and `wheel` that would run it.

    Knows hatch.toml and the environment as hatchling does, and loads no other plugin
    than those that `metadata` asks for.  What hatchling finds wrong is raised.
    """
    from hatchling.builders.sdist import SdistBuilder
    from hatchling.builders.wheel import WheelBuilder

    hooks: dict[str, AgpmBuildHook] = {}
    for builder_class in (SdistBuilder, WheelBuilder):
        config: Any = builder_class(metadata.root, metadata=metadata).config
        table = config.hook_config.get(AgpmBuildHook.PLUGIN_NAME)
        if table is not None:
            target = builder_class.PLUGIN_NAME
            hooks[target] = AgpmBuildHook(
                metadata.root, table, config, metadata, "", target
            )
    return hooks


class AgpmBuildHook(BuildHookInterface[BuilderConfig]):
    """Renders the prompts for the wheel, and takes their sources into the sdist."""

    PLUGIN_NAME = "agpm"

    _staging: TemporaryDirectory[str] | None = None
    """Owns what is rendered: hatchling does not call `finalize` after a failure."""

    _expected: dict[str, FileDigest]
    """What the artefact must hold; empty for targets that are not ours."""

    _reserved: str
    """The directory of the archive that holds nothing but what the plan says."""

    _export = ""
    """The directory of a wheel that holds nothing but what coding agents find."""

    _sbom = ""
    """Where the bill of materials is staged."""

    _summary: str

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add to an sdist what templates read, and to a wheel what they render to."""
        self._expected = {}
        if self.target_name not in {"sdist", "wheel"}:
            return
        editable = self.target_name == "wheel" and version == "editable"
        with self._errors_as_messages():
            if editable and self._leaves_out_prompts():
                return
            plan = self.plan(build_data["force_include"])
            if not plan.has_package_around:
                # Asked for paths, hatchling looks for the code first.  Where there is
                # a package around the output, it had better find it.
                self.build_config.target_config.setdefault("bypass-selection", True)
            self._exclude(plan)
            if self.target_name == "sdist":
                self._add_sources(plan, build_data)
            elif editable:
                self._add_redirect(plan, build_data)
            else:
                output = self._packed_output(plan.output)
                files = plan.bundle.at(output)
                if exported := plan.bundle.export_directory(output):
                    self._export = self._directory_in_archive(exported)
                self._add_bundle(plan, build_data, files, version=version)

    def plan(self, inclusion: Mapping[str, str] = MappingProxyType({})) -> Plan:
        """
        Render the project, and return what this target has to ship.

        `inclusion` is what other hooks want to include by force.  Raises AgpmError
        for whatever is wrong with the project, its tables included.
        """
        from hatch_agpm.build.plan import plan_build

        self._check_table()
        metadata = known_metadata(self.metadata)
        plan = plan_build(
            Path(self.root),
            self.metadata.config,
            metadata=metadata,
            distribution=self.metadata.core.raw_name,
        )
        self._check_inclusions(plan.output, inclusion)
        if plan.rendering.sbom and self.target_name == "wheel":
            self._check_sbom_support()
        if exported := plan.bundle.export_directory():
            self._check_inclusions(exported, inclusion)
        return plan

    def finalize(
        self,
        version: str,  # noqa: ARG002 - the signature is hatchling's
        build_data: dict[str, Any],  # noqa: ARG002
        artifact_path: str,
    ) -> None:
        """Prove that the artefact holds what was planned, or remove it and fail."""
        if not self._expected:
            return
        with self._errors_as_messages():
            from hatch_agpm.build.verify import verify_sdist, verify_wheel
            from hatch_agpm.errors import AgpmError

            artefact = Path(artifact_path)
            try:
                if self.target_name == "sdist":
                    verify_sdist(artefact, self._expected, directory=self._reserved)
                else:
                    verify_wheel(
                        artefact,
                        self._expected,
                        directory=self._reserved,
                        export=self._export,
                    )
            except AgpmError:
                artefact.unlink()
                raise
        self._forget_sbom()
        self._clean_up()
        self.app.display_info(f"hatch-agpm: {self._summary}")

    @contextmanager
    def _errors_as_messages(self) -> Iterator[None]:
        from hatch_agpm.errors import AgpmError

        try:
            yield
        except (AgpmError, OSError) as error:
            self._clean_up()
            self.app.abort(f"hatch-agpm: {error}")
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
        """Remove what an in-tree install wrote into the source tree."""
        from hatch_agpm.build.in_tree import remove_from_tree
        from hatch_agpm.config.output import find_output
        from hatch_agpm.config.project import read_project
        from hatch_agpm.errors import AgpmError

        try:
            project = read_project(Path(self.root), self.metadata.config)
            output = find_output(
                project.root, project.output, self.metadata.core.raw_name
            )
        except AgpmError:
            # To clean is no time to complain; nothing is lost but a copy.
            return
        remove_from_tree(Path(self.root, output))

    # --- what must not be -------------------------------------------------------------

    def _check_table(self) -> None:
        """Raise for keys in the hook's table, which only switches the hook on."""
        from hatch_agpm.errors import ConfigError, did_you_mean, raise_problems

        own = self.PLUGIN_NAME in self.build_config.target_config.get("hooks", {})
        target = f".targets.{self.target_name}" if own else ""
        table = f"tool.hatch.build{target}.hooks.{self.PLUGIN_NAME}"
        raise_problems(
            [
                ConfigError(
                    f"{table}.{key}",
                    "is not read",
                    hint=did_you_mean(key, _HATCHLINGS_KEYS)
                    or "it belongs into [tool.hatch-agpm]",
                )
                for key in sorted(set(self.config) - _HATCHLINGS_KEYS)
            ]
        )

    def _check_sbom_support(self) -> None:
        """Raise where hatchling would drop a bill of materials in silence."""
        from hatchling.__about__ import __version__

        from hatch_agpm.errors import ConfigError

        builder: Any = self.build_config.builder
        if "sbom_files" not in builder.get_default_build_data():
            what = "needs hatchling 1.29 or later"
            hint = 'write "hatchling>=1.29" into build-system.requires'
            raise ConfigError("tool.hatch-agpm.sbom", what, __version__, hint)

    def _check_inclusions(self, output: str, inclusion: Mapping[str, str]) -> None:
        """Raise for whatever else is forced into the output directory."""
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
                        hint="delete this line, hatch-agpm fills that directory now",
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
        """Say whether a forced inclusion reaches the output, or takes its name."""
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

    # --- what goes in -----------------------------------------------------------------

    def _add_sources(self, plan: Plan, build_data: dict[str, Any]) -> None:
        """Force every file that was read into the sdist, at its own path."""
        from hatch_agpm.errors import BundleError, raise_problems

        paths, copies = plan.source_paths(), plan.copies
        raise_problems(
            [
                BundleError(
                    path,
                    f"would lie at {moved} in the sdist, where no build finds it",
                    "mend `sources` or `packages` of [tool.hatch.build.targets.sdist]",
                )
                for path in (*paths, *copies)
                if (moved := self._in_archive(path)) != path
            ]
        )
        links = plan.links()
        for path in paths:
            file, target = plan.source(path), links.get(path, "")
            self._force_source(path, file, build_data["force_include"], target)
        for path, file in copies.items():
            build_data["force_include"][str(self._staged(path, file))] = path
            self._expect(path, file)
        self._reserved = plan.output
        self._summary = plan.sources_summary

    def _force_source(
        self, path: str, file: FileContent, inclusion: dict[str, str], target: str
    ) -> None:
        """Force one file into the sdist; if it is a link, with the path of its file."""
        source = Path(self.root, path)
        # As its own key, it is not added twice: hatchling forces the readme and
        # pyproject.toml in, and the user may force anything, also somewhere else.
        forced = {**self.build_config.force_include, **inclusion}
        if target and not (source.is_symlink() and not source.readlink().is_absolute()):
            # hatchling sees a plain file below a linked directory, and packs absolute
            # links, which no installer unpacks.
            source = self._staged(path, self._staged(target, file))
        elif forced.get(str(source), path) != path:
            source = self._staged(path, file)
        inclusion[str(source)] = path
        self._expect(path, file)

    def _leaves_out_prompts(self) -> bool:
        """Say whether an editable install is to hold none of the prompts."""
        from hatch_agpm.config.project import editable_mode

        self._check_table()
        if editable_mode(self.metadata.config) != "off":
            return False
        # Without prompts, a project of nothing else has nothing to ship.
        self.build_config.target_config.setdefault("bypass-selection", True)
        self.app.display_info('hatch-agpm: no prompts, as `editable = "off"` says')
        return True

    def _exclude(self, plan: Plan) -> None:
        """Keep what lies in the output directory of the tree out of the artefact."""
        if not (plan.root / plan.output).is_dir():
            return
        target = self.build_config.target_config
        # One list replaces the other, and what is not a list hatchling will refuse.
        stated = target.get("exclude", self.build_config.build_config.get("exclude"))
        if isinstance(stated, list | None):
            escaped = re.sub(r"[][*?!#\\ ]", r"\\\g<0>", plan.output)
            target["exclude"] = [*(stated or ()), f"/{escaped}/"]

    def _add_redirect(self, plan: Plan, build_data: dict[str, Any]) -> None:
        """Put the bundle into an editable wheel, with all that finds and renews it."""
        from hatch_agpm.build.editable.wheel import editable_files, update_tree

        update_tree(plan)
        packed = self._directory_in_archive(self._packed_output(plan.output))
        files = editable_files(plan, module=packed.replace("/", "."))
        self._add_bundle(plan, build_data, files, version="editable")

    def _add_bundle(
        self,
        plan: Plan,
        build_data: dict[str, Any],
        files: Mapping[str, FileContent],
        *,
        version: str,
    ) -> None:
        """Put files into the wheel; the first of them is one of the bundle's."""
        inclusions = [build_data["force_include"]]
        if build_data["force_include_editable"]:
            # Another hook took over: from now on only this table counts.
            inclusions.append(build_data["force_include_editable"])
        # Side by side: to remove directories takes longer than all the rest.
        names = {
            path: f"{number}-{PurePosixPath(path).name}"
            for number, path in enumerate(files)
        }
        self._stage({names[path]: file for path, file in files.items()})
        directory = self._staging_directory
        for path, file in files.items():
            for inclusion in inclusions:
                inclusion[str(directory / names[path])] = path
            self._expect(self._in_archive(path), file)
        first = self._in_archive(next(iter(files)))
        self._reserved = PurePosixPath(first).parent.as_posix()
        self._add_metadata_file(plan.bundle, build_data)
        # A checkout goes on changing, and what is said of it would soon be wrong.
        if plan.rendering.sbom and version != "editable":
            self._add_sbom(plan, build_data)
        self._summary = plan.bundle.summary

    def _add_metadata_file(self, bundle: Bundle, build_data: dict[str, Any]) -> None:
        """Put the file into the wheel's metadata that lists the prompts."""
        from hatch_agpm.bundle.bundle import metadata_file

        packed = self._directory_in_archive(self._packed_output(bundle.output))
        name, file = metadata_file(bundle, module=packed.replace("/", "."))
        builder: Any = self.build_config.builder
        path = f"{builder.artifact_project_id}.dist-info/extra_metadata/{name}"
        build_data["extra_metadata"][str(self._staged(name, file))] = name
        self._expect(path, file)

    def _add_sbom(self, plan: Plan, build_data: dict[str, Any]) -> None:
        """Put the bill of materials into the wheel's metadata, by PEP 770."""
        from hatch_agpm.build.sbom import sbom_file

        name, file = sbom_file(plan, directory=self._reserved)
        builder: Any = self.build_config.builder
        path = f"{builder.artifact_project_id}.dist-info/{name}"
        self._sbom = str(self._staged(path, file))
        build_data["sbom_files"].append(self._sbom)
        self._expect(path, file)

    def _forget_sbom(self) -> None:
        """Take it out of the project's own list, to which hatchling has added it."""
        # The next version of the wheel would look for a file that is gone.
        files = getattr(self.build_config, "sbom_files", [])
        if self._sbom in files:
            files.remove(self._sbom)

    def _staged(self, path: str, content: FileContent | Path) -> Path:
        """Write a file, or a link to one, where hatchling can read it."""
        staged = self._staging_directory / path
        if isinstance(content, Path):
            staged.parent.mkdir(parents=True, exist_ok=True)
            staged.symlink_to(os.path.relpath(content, staged.parent))
        else:
            self._stage({path: content})
        return staged

    def _stage(self, files: Mapping[str, FileContent]) -> None:
        from hatch_agpm.build.writing import write_files

        write_files(self._staging_directory, files)

    @property
    def _staging_directory(self) -> Path:
        if self._staging is None:
            self._staging = TemporaryDirectory(prefix="hatch-agpm-")
        return Path(self._staging.name)

    def _expect(self, path: str, file: FileContent) -> None:
        from hatch_agpm.build.plan import must_hold

        self._expected[path] = must_hold(file)

    def _packed_output(self, output: str) -> str:
        """Return the output directory such that hatchling packs it importable."""
        # Without code below it, nothing tells hatchling that `src` is no package.
        as_it_is = self._directory_in_archive(output) == output
        is_package = Path(self.root, "src", "__init__.py").exists()
        if self.target_name == "wheel" and as_it_is and not is_package:
            return output.removeprefix("src/")
        return output

    def _in_archive(self, path: str) -> str:
        """Return where hatchling puts a path that is given in source form."""
        packed = self.build_config.get_distribution_path(path.replace("/", os.sep))
        return packed.replace(os.sep, "/")

    def _directory_in_archive(self, path: str) -> str:
        # `sources` are prefixes that end in a slash: `src` alone is not moved.
        return PurePosixPath(self._in_archive(f"{path}/file")).parent.as_posix()
