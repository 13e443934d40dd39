"""
The door to Hatch: a build hook for hatchling's targets `sdist` and `wheel`.

Fetches what hatchling knows, places the bytes of the bundle, proves that they
arrived, and turns errors into messages.  hatchling imports this module in every
build of the environment, so the core is imported inside functions.
"""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.plugin import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hatchling.metadata.core import ProjectMetadata

    from hatch_agpm.bundle import Bundle, BundleFile
    from hatch_agpm.render import Rendering
    from hatch_agpm.verify import PlannedFile

__all__ = ["AgpmBuildHook", "hatch_register_build_hook", "known_metadata"]

_HATCHLINGS_KEYS = frozenset(
    {
        "dependencies",
        "enable-by-default",
        "require-runtime-dependencies",
        "require-runtime-features",
    }
)
"""What hatchling itself reads from the table of any hook."""


@hookimpl
def hatch_register_build_hook() -> type[AgpmBuildHook]:
    """Return the hook that `[tool.hatch.build.hooks.agpm]` switches on."""
    return AgpmBuildHook


def known_metadata(metadata: ProjectMetadata[Any]) -> dict[str, object]:
    """
    Return the defaults of `agpm.project` for a project that hatchling builds.

    Runs the project's version source and metadata hooks; what they raise passes.
    """
    from hatchling.metadata.spec import (
        DEFAULT_METADATA_VERSION,
        get_core_metadata_constructors,
    )

    from hatch_agpm.metadata import project_metadata

    # Not the constructor that the target is set to: an older version of core
    # metadata would leave out fields, perhaps in one of the two targets only.
    construct = get_core_metadata_constructors()[DEFAULT_METADATA_VERSION]
    project = {**metadata.config["project"], "scripts": metadata.core.scripts}
    return project_metadata(project, core_metadata=construct(metadata))


class AgpmBuildHook(BuildHookInterface[BuilderConfig]):
    """Renders the prompts for the wheel, and takes their sources into the sdist."""

    PLUGIN_NAME = "agpm"

    _staging: TemporaryDirectory[str] | None = None
    """Owns what is rendered: hatchling does not call `finalize` after a failure."""

    _plan: dict[str, PlannedFile]
    """What the artefact must hold; empty for targets that are not ours."""

    _reserved: str
    """The directory of the archive that holds nothing but what the plan says."""

    _summary: str

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add to an sdist what templates read, and to a wheel what they render to."""
        self._plan = {}
        if self.target_name not in {"sdist", "wheel"}:
            return
        with self._errors_as_messages():
            self._check_table()
            rendering, bundle = self._render()
            self._allow_no_code(rendering.output)
            stubs = self._check_output(rendering.output, bundle, build_data)
            if self.target_name == "sdist":
                self._add_sources(rendering, stubs, build_data)
            else:
                self._add_bundle(bundle, build_data, version=version)

    def finalize(
        self,
        version: str,  # noqa: ARG002 - the signature is hatchling's
        build_data: dict[str, Any],  # noqa: ARG002
        artifact_path: str,
    ) -> None:
        """Prove that the artefact holds what was planned, or remove it and fail."""
        if not self._plan:
            return
        with self._errors_as_messages():
            from hatch_agpm.errors import AgpmError
            from hatch_agpm.verify import verify_sdist, verify_wheel

            verify = verify_sdist if self.target_name == "sdist" else verify_wheel
            artefact = Path(artifact_path)
            try:
                verify(artefact, self._plan, directory=self._reserved)
            except AgpmError:
                artefact.unlink()
                raise
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

    # --- what must not be -------------------------------------------------------------

    def _check_table(self) -> None:
        """Raise for keys in the hook's table, which only switches the hook on."""
        from hatch_agpm.errors import ConfigError, raise_problems

        own = self.PLUGIN_NAME in self.build_config.target_config.get("hooks", {})
        target = f".targets.{self.target_name}" if own else ""
        table = f"tool.hatch.build{target}.hooks.{self.PLUGIN_NAME}"
        raise_problems(
            [
                ConfigError(
                    f"{table}.{key}",
                    "is not read",
                    hint="it belongs into [tool.hatch-agpm]",
                )
                for key in sorted(set(self.config) - _HATCHLINGS_KEYS)
            ]
        )

    def _check_output(
        self, output: str, bundle: Bundle, build_data: dict[str, Any]
    ) -> tuple[str, ...]:
        """Return the stub in the output directory; raise for anything else there."""
        from hatch_agpm.errors import BundleError, ConfigError, raise_problems
        from hatch_agpm.verify import check_output

        stub = bundle.files["__init__.pyi"].data
        stubs = check_output(Path(self.root), output, stub=stub)
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
                    for source, target in build_data["force_include"].items()
                    if self._writes_into(output, source, target)
                ),
            ]
        )
        return stubs

    def _writes_into(self, output: str, source: str, target: str) -> bool:
        """Say whether a forced inclusion reaches the output, or takes its name."""
        ours = PurePosixPath(self._directory_in_archive(output))
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

    def _render(self) -> tuple[Rendering, Bundle]:
        from hatch_agpm.bundle import build_bundle
        from hatch_agpm.render import render_project

        metadata = known_metadata(self.metadata)
        rendering = render_project(
            Path(self.root),
            self.metadata.config,
            metadata=metadata,
            distribution=self.metadata.core.raw_name,
        )
        bundle = build_bundle(
            rendering.resources,
            output=rendering.output,
            distribution=self.metadata.core.raw_name,
            version=str(metadata["version"]),
        )
        return rendering, bundle

    def _allow_no_code(self, output: str) -> None:
        """Let hatchling build a project that has nothing but prompts."""
        parent = Path(self.root, output).parent
        if not parent.is_dir() or parent in {Path(self.root), Path(self.root, "src")}:
            # Asked for paths, hatchling looks for the code first.  Where there is a
            # package around the output, it had better find it.
            self.build_config.target_config.setdefault("bypass-selection", True)

    def _add_sources(
        self,
        rendering: Rendering,
        stubs: tuple[str, ...],
        build_data: dict[str, Any],
    ) -> None:
        """Force every file that was read into the sdist, at its own path."""
        from hatch_agpm.errors import BundleError, raise_problems

        paths = [*_source_paths(rendering), *stubs]
        raise_problems(
            [
                BundleError(
                    path,
                    f"would lie at {moved} in the sdist, where no build finds it",
                    "mend `sources` or `packages` of [tool.hatch.build.targets.sdist]",
                )
                for path in paths
                if (moved := self._in_archive(path)) != path
            ]
        )
        for path in paths:
            self._force_source(path, build_data["force_include"])
        self._reserved = rendering.output
        files = "1 file" if len(paths) == 1 else f"{len(paths)} files"
        self._summary = f"{files} that prompts are made of"

    def _force_source(self, path: str, inclusion: dict[str, str]) -> None:
        from hatch_agpm.bundle import BundleFile

        source = Path(self.root, path)
        executable = bool(source.stat().st_mode & stat.S_IXUSR)
        file = BundleFile(data=source.read_bytes(), executable=executable)
        # As its own key, it is not added twice: hatchling forces the readme and
        # pyproject.toml in, and the user may force anything, also somewhere else.
        forced = {**self.build_config.force_include, **inclusion}
        if forced.get(str(source), path) != path:
            source = self._staged(path, file)
        inclusion[str(source)] = path
        self._expect(path, file)

    def _add_bundle(
        self, bundle: Bundle, build_data: dict[str, Any], *, version: str
    ) -> None:
        """Put the bundle into the wheel; into an editable one, beside the package."""
        from hatch_agpm.editable import redirect_files

        output = bundle.output
        parent = Path(self.root, output).parent
        self._reserved = self._directory_in_archive(output)
        # Where the tree has no package around it, nothing hides the bundle.
        if version == "editable" and "/" in self._reserved and parent.is_dir():
            module = self._reserved.replace("/", ".")
            files = redirect_files(bundle.files, module=module, parent=parent)
            in_archive = {path: path for path in files}
            self._reserved = next(iter(files)).partition("/")[0]
        else:
            files = {f"{output}/{path}": file for path, file in bundle.files.items()}
            in_archive = {path: self._in_archive(path) for path in files}
        inclusions = [build_data["force_include"]]
        if version == "editable" and build_data["force_include_editable"]:
            # Another hook took over: from now on only this table counts.
            inclusions.append(build_data["force_include_editable"])
        for path, file in files.items():
            staged = str(self._staged(path, file))
            for inclusion in inclusions:
                inclusion[staged] = path
            self._expect(in_archive[path], file)
        self._summary = bundle.summary

    def _staged(self, path: str, file: BundleFile) -> Path:
        """Write a file where hatchling can read it, outside the source tree."""
        if self._staging is None:
            self._staging = TemporaryDirectory(prefix="hatch-agpm-")
        staged = Path(self._staging.name, path)
        staged.parent.mkdir(parents=True, exist_ok=True)
        staged.write_bytes(file.data)
        staged.chmod(0o755 if file.executable else 0o644)
        return staged

    def _expect(self, path: str, file: BundleFile) -> None:
        from hatch_agpm.verify import PlannedFile

        # What Windows packs is never executable.
        executable = file.executable and os.name != "nt"
        self._plan[path] = PlannedFile.of(file.data, executable=executable)

    def _in_archive(self, path: str) -> str:
        """Return where hatchling puts a path that is given in source form."""
        packed = self.build_config.get_distribution_path(path.replace("/", os.sep))
        return packed.replace(os.sep, "/")

    def _directory_in_archive(self, path: str) -> str:
        # `sources` are prefixes that end in a slash: `src` alone is not moved.
        return PurePosixPath(self._in_archive(f"{path}/file")).parent.as_posix()


def _source_paths(rendering: Rendering) -> list[str]:
    """Return all that was read, and the paths by which links led there."""
    real = [source.path for source in rendering.inputs]
    linked = [
        link + path.removeprefix(target)
        for link, target in rendering.links.items()
        for path in real
        if path == target or path.startswith(f"{target}/")
    ]
    return sorted({*real, *linked})
