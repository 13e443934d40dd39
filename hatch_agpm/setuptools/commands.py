"""
The integration of setuptools: one more step of `build`, and checks of its artefacts.

The step writes the bundle into the directory whose files setuptools packs.  MANIFEST.in
and custom commands may still lose files, so the commands that write sdists and wheels
verify them afterwards.  The core is imported inside functions: the commands are also
made for `--help` and for builds that fail before they render anything.
"""

from __future__ import annotations

import logging
import os
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from setuptools import Command
from setuptools.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from setuptools import Distribution

    from hatch_agpm.build import BuildSession, Plan, SdistContents, WheelContents
    from hatch_agpm.model.rendering import FileContent

__all__ = ["BuildAgpm", "add_commands"]

_NAME = "hatch-agpm"
_STEP = "build_agpm"
_LOG = logging.getLogger(__name__)
"""setuptools shows these messages, in any of its versions."""


def add_commands(dist: Distribution, pyproject: Mapping[str, Any]) -> None:
    """Add the step and the checks to a distribution with the given pyproject.toml."""
    _Integration(dist, pyproject)


class _Integration:
    """One distribution with prompts: its commands, and their common state."""

    def __init__(self, dist: Distribution, pyproject: Mapping[str, Any]) -> None:
        self._dist = dist
        self._pyproject = pyproject
        self._original: Callable[[str], type[Command]] = dist.get_command_class
        self._classes: dict[type[Command], type[Command]] = {}
        # Not `dist.cmdclass`, which a `cmdclass` of the configuration replaces.
        dist.get_command_class = self._command_class  # type: ignore[method-assign,assignment]
        # Without other code, setuptools would skip the step that packs the bundle.
        dist.has_pure_modules = lambda: True  # type: ignore[method-assign]

    def _command_class(self, name: str) -> type[Command]:
        if name == _STEP:
            base: type[Command] = BuildAgpm
            wrapper: type | None = _WithIntegration
        else:
            base = self._original(name)
            wrapper = _WRAPPERS.get(name)
        if wrapper is None:
            return base
        if base not in self._classes:
            self._classes[base] = type(
                base.__name__, (wrapper, base), {"integration": self}
            )
        return self._classes[base]

    @cached_property
    def session(self) -> BuildSession:
        """The build: rendered once for all commands of one process."""
        from hatch_agpm.build import BuildSession
        from hatch_agpm.model.build import BuildContext
        from hatch_agpm.setuptools.metadata import known_metadata

        # It may add a tag to the version.
        self._dist.get_command_obj("egg_info").ensure_finalized()
        context = BuildContext(
            root=Path.cwd(),
            pyproject=self._pyproject,
            metadata=known_metadata(self._dist, self._pyproject.get("project", {})),
            distribution=str(self._dist.get_name()),
        )
        session = BuildSession(context)
        self._remove_packages(session.plan)
        return session

    @property
    def plan(self) -> Plan:
        """The plan of the project; raises AgpmError for all its problems."""
        return self.session.checked_plan

    def _remove_packages(self, plan: Plan) -> None:
        """
        Remove what is not a package of the project from the distribution.

        These are the package that an in-tree install wrote, and directories of
        templates: they would be installed beside the packages of others.
        """
        build_py: Any = self._dist.get_command_obj("build_py")
        build_py.ensure_finalized()

        def directory(name: str) -> PurePosixPath:
            return PurePosixPath(Path(build_py.get_package_dir(name)).as_posix())

        self._dist.packages = build_py.packages = [
            name
            for name in self._dist.packages or ()
            if not directory(name).is_relative_to(plan.output)
            and not plan.has_only_templates(str(directory(name.partition(".")[0])))
        ]

    @cached_property
    def directory(self) -> str:
        """The directory of the bundle in the wheel."""
        build_py: Any = self._dist.get_command_obj("build_py")
        build_py.ensure_finalized()
        output = PurePosixPath(self.plan.output)
        packages = {
            PurePosixPath(Path(build_py.get_package_dir(name)).as_posix()): name
            for name in self._dist.packages or ()
        }
        for parent in output.parents:
            if parent in packages:
                package = packages[parent].replace(".", "/")
                return f"{package}/{output.relative_to(parent)}"
        top = (self._dist.package_dir or {}).get("", "src")
        within = output.is_relative_to(top)
        return str(output.relative_to(top) if within else output)

    @property
    def is_editable(self) -> bool:
        """Whether setuptools builds an editable wheel."""
        dist: Any = self._dist
        return dist.get_command_obj("editable_wheel", create=False) is not None

    @property
    def leaves_out_prompts(self) -> bool:
        """Whether this is an editable install with `editable = "off"`."""
        from hatch_agpm.build import leaves_out_prompts

        return leaves_out_prompts(self._pyproject, editable=self.is_editable)

    @cached_property
    def wheel(self) -> WheelContents:
        """The files that the wheel must have."""
        return self.session.wheel(self.directory, editable=self.is_editable)

    @cached_property
    def sdist(self) -> SdistContents:
        """The files that the sdist must have."""
        return self.session.sdist()

    @cached_property
    def bundle(self) -> Mapping[str, FileContent]:
        """The bundle by path in a wheel that is not editable."""
        return self.plan.bundle.in_wheel(self.directory).at(self.directory)


class _WithIntegration:
    """A command of a distribution with prompts."""

    integration: _Integration


class BuildAgpm(Command):
    """The step of `build` that writes the bundle; a `SubCommand` of setuptools."""

    command_name = _STEP
    description = "render the prompts that [tool.hatch-agpm] lists"
    user_options: ClassVar[list[Any]] = []

    integration: _Integration
    build_lib: str
    editable_mode = False

    def initialize_options(self) -> None:
        """Reset the options; setuptools sets `editable_mode` after this."""
        self.build_lib = ""
        self.editable_mode = False

    def finalize_options(self) -> None:
        """Read the directory in which the wheel's files are collected."""
        build: Any = self.get_finalized_command("build")
        self.build_lib = build.build_lib

    def run(self) -> None:
        """Write the bundle among the wheel's files; raises `SetupError`."""
        from hatch_agpm.build.writing import write_files
        from hatch_agpm.setuptools.written_files import write_record

        with _errors_as_messages():
            if self.integration.leaves_out_prompts:
                return
            build_lib = Path(self.build_lib)
            bundle = self.integration.bundle
            self._remove_stale(build_lib)
            if self.editable_mode:
                # setuptools packs what is here, and discards `build_lib`.
                install: Any = self.get_finalized_command("install")
                write_files(Path(install.install_lib), self.integration.wheel.files)
            else:
                write_record(build_lib, bundle)
            write_files(build_lib, bundle)
            _LOG.info(f"{_NAME}: {self.integration.plan.bundle.summary}")

    def _remove_stale(self, build_lib: Path) -> None:
        """Remove the files that earlier builds or an in-tree install wrote."""
        from hatch_agpm.build.in_tree import recorded_digests
        from hatch_agpm.setuptools.written_files import (
            remove_recorded,
            remove_unchanged,
        )

        # `build/lib` is kept between builds; a deleted prompt must be removed.
        remove_recorded(build_lib)
        # setuptools may have copied them as data of the parent package.
        in_tree = recorded_digests(Path(self.integration.plan.output))
        remove_unchanged(build_lib / self.integration.directory, in_tree)
        # Templates in the output directory are replaced by their renderings.
        plan = self.integration.plan
        templates = {
            path.removeprefix(f"{plan.output}/"): file.sha256
            for path, file in plan.templates_in_output.items()
        }
        remove_unchanged(build_lib / self.integration.directory, templates)

    def get_source_files(self) -> list[str]:
        """Return nothing: MANIFEST.in could drop it, so `sdist` adds the sources."""
        return []

    def get_outputs(self) -> list[str]:
        """Return the paths of the bundle's files."""
        with _errors_as_messages():
            if self.integration.leaves_out_prompts:
                return []
            return [str(Path(self.build_lib, path)) for path in self.integration.bundle]

    def get_output_mapping(self) -> dict[str, str]:
        """Return nothing: no output is a copy of a file in the source tree."""
        return {}


class _Build(_WithIntegration):
    """`build`, with one more step."""

    sub_commands: ClassVar[list[tuple[str, Any]]]

    def __init_subclass__(cls) -> None:
        cls.sub_commands = [*cls.sub_commands, (_STEP, None)]


if TYPE_CHECKING:

    class _Command(_WithIntegration, Command):
        """The class that the following ones wrap."""
else:
    _Command = _WithIntegration


class _VerifiedWheel(_Command):
    """`bdist_wheel`, which verifies the wheel that it wrote."""

    def run(self) -> None:
        with _errors_as_messages():
            _ = self.integration.plan
        super().run()
        with _errors_as_messages():
            dist: Any = self.distribution
            wheel = Path(dist.dist_files[-1][2])
            self.integration.session.verify(wheel, self.integration.wheel)

    def write_wheelfile(self, wheelfile_base: str, *args: Any, **named: Any) -> None:
        """Write the files of `.dist-info`; `editable_wheel` calls this, too."""
        from hatch_agpm.build.writing import write_files
        from hatch_agpm.bundle.entry_points import ENTRY_POINTS

        super().write_wheelfile(wheelfile_base, *args, **named)  # type: ignore[misc]
        with _errors_as_messages():
            if self.integration.leaves_out_prompts:
                return
            dist_info = Path(wheelfile_base)
            file = dist_info / ENTRY_POINTS
            text = file.read_text("utf-8") if file.is_file() else ""
            contents = self.integration.wheel.with_entry_points(text)
            write_files(dist_info, contents.dist_info)


class _VerifiedEditableWheel(_Command):
    """`editable_wheel`, which verifies the wheel that it wrote."""

    dist_dir: Path

    def run(self) -> None:
        # setuptools shows errors of `run` with a traceback.
        with _errors_as_messages():
            if not self.integration.leaves_out_prompts:
                _ = self.integration.plan
        super().run()
        with _errors_as_messages():
            if self.integration.leaves_out_prompts:
                return
            wheels = Path(self.dist_dir).glob("*-0.editable-*.whl")
            newest = max(wheels, key=lambda wheel: wheel.stat().st_mtime_ns)
            self.integration.session.verify(newest, self.integration.wheel)


class _CompleteSdist(_Command):
    """`sdist`, which includes the sources whatever MANIFEST.in says."""

    if TYPE_CHECKING:

        def get_archive_files(self) -> list[str]: ...

    def run(self) -> None:
        with _errors_as_messages():
            _ = self.integration.sdist
        super().run()
        with _errors_as_messages():
            for archive in self.get_archive_files():
                self.integration.session.verify(Path(archive), self.integration.sdist)
            _LOG.info(f"{_NAME}: {self.integration.plan.sources_summary}")

    def make_release_tree(self, base_dir: str, files: list[str]) -> None:
        """Add the sources to the files that setuptools packs."""
        from hatch_agpm.build.writing import write_files

        contents = self.integration.sdist
        # The file list has each path in the spelling of MANIFEST.in.
        known = {os.path.normpath(file): file for file in files}
        ours = {path.replace("/", os.sep) for path in contents.sources}
        # setuptools treats the files of an in-tree install as an ordinary package.
        output = contents.directory.replace("/", os.sep) + os.sep
        kept = [
            file
            for path, file in known.items()
            if path in ours or not path.startswith(output)
        ]
        missing = sorted(ours - set(known))
        super().make_release_tree(base_dir, [*kept, *missing])  # type: ignore[misc]
        for path, target in contents.links.items():
            # setuptools copies the files of links, and the index would differ.
            link = Path(base_dir, path)
            link.unlink()
            link.symlink_to(os.path.relpath(Path(base_dir, target), link.parent))
        write_files(Path(base_dir), contents.copies)


_WRAPPERS: dict[str, type] = {
    "build": _Build,
    "bdist_wheel": _VerifiedWheel,
    "editable_wheel": _VerifiedEditableWheel,
    "sdist": _CompleteSdist,
}


@contextmanager
def _errors_as_messages() -> Iterator[None]:
    from hatch_agpm.build.messages import errors_as_messages

    with errors_as_messages(_fail):
        yield


def _fail(message: str) -> NoReturn:
    raise SetupError(message)
