"""
The integration to setuptools: one more step of `build`, and a proof of what it makes.

The step writes the bundle where setuptools takes the wheel's files from.  MANIFEST.in
and custom commands may still lose files, so the commands that write sdists and wheels
look into them afterwards.  setuptools calls `finalize` in every build of the
environment, also in those of strangers: there it reads pyproject.toml, and no more.
"""

from __future__ import annotations

import logging
import os
import shutil
import tomllib
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, ClassVar

from setuptools import Command
from setuptools.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from setuptools import Distribution

    from hatch_agpm.build.plan import Plan
    from hatch_agpm.model.rendering import FileContent

__all__ = ["BuildAgpm", "finalize"]

_NAME = "hatch-agpm"
_STEP = "build_agpm"
_LOG = logging.getLogger(__name__)
"""setuptools shows what comes here, in any of its versions."""


def finalize(dist: Distribution) -> None:
    """
    Prepare a distribution whose pyproject.toml has the table `[tool.hatch-agpm]`.

    The entry point of `setuptools.finalize_distribution_options`.  Leaves any other
    distribution alone, and raises nothing: what is wrong is told by the commands.
    """
    pyproject = _pyproject_with_our_table()
    if pyproject is not None:
        _hide_templates_from_discovery(pyproject)
        _Integration(dist, pyproject)


def _pyproject_with_our_table() -> dict[str, Any] | None:
    try:
        data = Path("pyproject.toml").read_bytes()
        if _NAME.encode() not in data:
            return None
        tables = tomllib.loads(data.decode())
    except (OSError, ValueError, RecursionError):
        return None
    tool = tables.get("tool")
    return tables if isinstance(tool, dict) and _NAME in tool else None


# --- where setuptools looks for packages ----------------------------------------------


def _hide_templates_from_discovery(pyproject: Mapping[str, Any]) -> None:
    """
    Keep setuptools from taking a directory of templates for a package.

    In a flat layout it would refuse to choose between the two, or ship the templates
    as they are.
    """
    from setuptools.discovery import FlatLayoutPackageFinder as Finder

    table = pyproject["tool"][_NAME]
    output = table.get("output") if isinstance(table, dict) else None
    parts = PurePosixPath(output).parts if isinstance(output, str) else ()
    kept = parts[:1]
    hidden = {
        top
        for top in {"prompts", *_top_directories(table), *_directories(table)} - {*kept}
        # What holds a module is a package, though templates may lie in it, too.
        if top.isidentifier() and not any(Path(top).glob("*.py"))
    }
    Finder.DEFAULT_EXCLUDE = (
        *Finder.DEFAULT_EXCLUDE,
        *(
            pattern
            # Nor is what an in-tree install wrote there.
            for name in (*sorted(hidden), *([".".join(parts)] if parts else ()))
            for pattern in (name, f"{name}.*")
        ),
    )


def _directories(table: object) -> Iterator[str]:
    """Yield the first component of what is a directory even without a slash."""
    if isinstance(table, dict):
        sources = table.get("sources")
        found = sources.values() if isinstance(sources, dict) else ()
        for path in (table.get("templates"), *found):
            if isinstance(path, str) and path:
                yield PurePosixPath(path).parts[0]


def _top_directories(value: object) -> Iterator[str]:
    """Yield the first component of each path that a table speaks of."""
    if isinstance(value, dict):
        for item in value.values():
            yield from _top_directories(item)
    elif isinstance(value, list):
        for item in value:
            yield from _top_directories(item)
    elif isinstance(value, str) and "/" in value:
        yield PurePosixPath(value).parts[0]


# --- commands -------------------------------------------------------------------------


class _Integration:
    """One distribution of ours: the commands it gets, and what they have in common."""

    def __init__(self, dist: Distribution, pyproject: Mapping[str, Any]) -> None:

        self._dist = dist
        self._pyproject = pyproject
        self._original: Callable[[str], type[Command]] = dist.get_command_class
        self._classes: dict[type[Command], type[Command]] = {}
        # Not `dist.cmdclass`, which a `cmdclass` of the configuration replaces.
        dist.get_command_class = self._command_class  # type: ignore[method-assign,assignment]
        # Without other code, setuptools would leave out the step that packs ours.
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
    def plan(self) -> Plan:
        """What is to be shipped: rendered once for all commands of one process."""
        from hatch_agpm.build.plan import plan_build
        from hatch_agpm.setuptools.metadata import known_metadata

        # It may add a tag to the version.
        self._dist.get_command_obj("egg_info").ensure_finalized()
        project = self._pyproject.get("project", {})
        plan = plan_build(
            Path.cwd(),
            self._pyproject,
            metadata=known_metadata(self._dist, project),
            distribution=self._dist.get_name(),
        )
        self._forget_package(plan.output)
        return plan

    def _forget_package(self, output: str) -> None:
        """Let what an in-tree install wrote be no package of the distribution's own."""
        build_py: Any = self._dist.get_command_obj("build_py")
        build_py.ensure_finalized()
        self._dist.packages = build_py.packages = [
            name
            for name in self._dist.packages or ()
            if not Path(build_py.get_package_dir(name)).is_relative_to(output)
        ]

    @cached_property
    def directory(self) -> str:
        """Where the bundle lies in the wheel."""
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
        """Whether setuptools was asked for an editable wheel."""
        dist: Any = self._dist
        return dist.get_command_obj("editable_wheel", create=False) is not None

    @property
    def leaves_out_prompts(self) -> bool:
        """Whether this is an editable install that is to hold none of the prompts."""
        from hatch_agpm.config.project import editable_mode

        return self.is_editable and editable_mode(self._pyproject) == "off"

    @cached_property
    def editable_files(self) -> dict[str, FileContent]:
        """What an editable wheel holds; the first file is one of the bundle's."""
        from hatch_agpm.build.editable.wheel import editable_files

        return editable_files(self.plan, module=self.directory.replace("/", "."))

    def metadata_files(self) -> dict[str, FileContent]:
        """Return what the wheel's metadata says of the prompts, by path."""
        from hatch_agpm.bundle.bundle import metadata_file

        module = self.directory.replace("/", ".")
        files = dict([metadata_file(self.plan.bundle, module=module)])
        # A checkout goes on changing, and what is said of it would soon be wrong.
        if self.plan.rendering.sbom and not self.is_editable:
            from hatch_agpm.build.sbom import sbom_file

            files.update([sbom_file(self.plan, directory=self.directory)])
        return files

    def prove_wheel(self, wheel: Path) -> None:
        """Look whether a wheel holds the bundle; remove it and raise if not."""
        from hatch_agpm.build.plan import must_hold
        from hatch_agpm.build.verify import verify_wheel

        files = self.plan.bundle.at(self.directory)
        files = {**self.editable_files} if self.is_editable else files
        directory = str(PurePosixPath(next(iter(files))).parent)
        project = "-".join(wheel.name.split("-")[:2])
        metadata = self.metadata_files().items()
        files |= {f"{project}.dist-info/{name}": file for name, file in metadata}
        expected = {path: must_hold(file) for path, file in files.items()}
        with _removed_on_failure(wheel):
            export = self.plan.bundle.export_directory(self.directory)
            verify_wheel(wheel, expected, directory=directory, export=export)

    def prove_sdist(self, sdist: Path) -> None:
        """Look whether an sdist holds the sources; remove it and raise if not."""
        from hatch_agpm.build.plan import must_hold
        from hatch_agpm.build.verify import verify_sdist

        plan = self.plan
        expected = {path: must_hold(plan.source(path)) for path in plan.source_paths()}
        expected |= {path: must_hold(file) for path, file in plan.copies.items()}
        with _removed_on_failure(sdist):
            verify_sdist(sdist, expected, directory=plan.output)


class _WithIntegration:
    """A command of a distribution of ours."""

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
        """Forget everything; setuptools sets `editable_mode` after this."""
        self.build_lib = ""
        self.editable_mode = False

    def finalize_options(self) -> None:
        """Learn where the wheel's files are collected."""
        build: Any = self.get_finalized_command("build")
        self.build_lib = build.build_lib

    def run(self) -> None:
        """Write the bundle among the wheel's files; raises `SetupError`."""
        from hatch_agpm.build.writing import write_files

        with _errors_as_messages():
            if self.integration.leaves_out_prompts:
                return
            plan = self.integration.plan
            self._remove_stale()
            bundle = plan.bundle.at(self.integration.directory)
            write_files(Path(self.build_lib), bundle)
            if self.editable_mode:
                from hatch_agpm.build.editable.wheel import update_tree

                update_tree(plan)
                # setuptools packs what is here, and discards `build_lib`.
                install: Any = self.get_finalized_command("install")
                write_files(Path(install.install_lib), self.integration.editable_files)
            _LOG.info(f"{_NAME}: {plan.bundle.summary}")

    def get_source_files(self) -> list[str]:
        """Return nothing: MANIFEST.in could drop it, so `sdist` adds the sources."""
        return []

    def get_outputs(self) -> list[str]:
        """Return the paths of the bundle's files."""
        with _errors_as_messages():
            if self.integration.leaves_out_prompts:
                return []
            files = self.integration.plan.bundle.at(self.integration.directory)
            return [str(Path(self.build_lib, path)) for path in files]

    def get_output_mapping(self) -> dict[str, str]:
        """Return nothing: no output is a copy of a file in the source tree."""
        return {}

    def _remove_stale(self) -> None:
        """Remove what earlier builds left, also where the output was elsewhere."""
        # `build/lib` outlives a build; a prompt since deleted must not.
        for index in list(Path(self.build_lib).rglob("index.json")):
            for directory in _bundle_of(self.distribution.get_name(), index):
                shutil.rmtree(directory, ignore_errors=True)
        shutil.rmtree(
            Path(self.build_lib, self.integration.directory), ignore_errors=True
        )


def _bundle_of(distribution: str, index: Path) -> list[Path]:
    """Return the directories of a bundle and its export, if `index` is of this one."""
    import json

    try:
        document = json.loads(index.read_bytes())
        generator, owner = document["generator"]["name"], document["distribution"]
        export = document.get("export")
        exported = [index.parent.parent / export["directory"]] if export else []
    except (OSError, ValueError, RecursionError, LookupError, TypeError):
        return []
    ours = (generator, owner) == (_NAME, distribution)
    return [index.parent, *exported] if ours else []


class _Build(_WithIntegration):
    """`build`, with one more step."""

    sub_commands: ClassVar[list[tuple[str, Any]]]

    def __init_subclass__(cls) -> None:
        cls.sub_commands = [*cls.sub_commands, (_STEP, None)]


if TYPE_CHECKING:

    class _Command(_WithIntegration, Command):
        """What the following classes are put in front of."""
else:
    _Command = _WithIntegration


class _ProvenWheel(_Command):
    """`bdist_wheel`, which looks into the wheel it wrote."""

    def run(self) -> None:
        with _errors_as_messages():
            _ = self.integration.plan
        super().run()
        with _errors_as_messages():
            dist: Any = self.distribution
            self.integration.prove_wheel(Path(dist.dist_files[-1][2]))

    def write_wheelfile(self, wheelfile_base: str, *args: Any, **named: Any) -> None:
        """Write `WHEEL`, and beside it what is ours; `editable_wheel` calls this."""
        from hatch_agpm.build.writing import write_files

        super().write_wheelfile(wheelfile_base, *args, **named)  # type: ignore[misc]
        with _errors_as_messages():
            if self.integration.leaves_out_prompts:
                return
            write_files(Path(wheelfile_base), self.integration.metadata_files())


class _ProvenEditableWheel(_Command):
    """`editable_wheel`, likewise."""

    dist_dir: Path

    def run(self) -> None:
        # What is raised inside of `run` is shown with a traceback.
        with _errors_as_messages():
            if not self.integration.leaves_out_prompts:
                _ = self.integration.plan
        super().run()
        with _errors_as_messages():
            if self.integration.leaves_out_prompts:
                return
            wheels = Path(self.dist_dir).glob("*-0.editable-*.whl")
            newest = max(wheels, key=lambda wheel: wheel.stat().st_mtime_ns)
            self.integration.prove_wheel(newest)


class _CompleteSdist(_Command):
    """`sdist`, which carries the sources whatever MANIFEST.in says."""

    if TYPE_CHECKING:

        def get_archive_files(self) -> list[str]: ...

    def run(self) -> None:
        with _errors_as_messages():
            _ = self.integration.plan
        super().run()
        with _errors_as_messages():
            for archive in self.get_archive_files():
                self.integration.prove_sdist(Path(archive))
            _LOG.info(f"{_NAME}: {self.integration.plan.sources_summary}")

    def make_release_tree(self, base_dir: str, files: list[str]) -> None:
        """Add the sources to what setuptools is about to pack."""
        from hatch_agpm.build.writing import write_files

        plan = self.integration.plan
        # The file list has each path in the spelling of MANIFEST.in.
        known = {os.path.normpath(file): file for file in files}
        ours = {path.replace("/", os.sep) for path in plan.source_paths()}
        # What an in-tree install wrote looks like any other package.
        output = plan.output.replace("/", os.sep) + os.sep
        kept = [
            file
            for path, file in known.items()
            if path in ours or not path.startswith(output)
        ]
        missing = sorted(ours - set(known))
        super().make_release_tree(base_dir, [*kept, *missing])  # type: ignore[misc]
        for path, target in plan.links().items():
            # setuptools copies what links lead to, and the index would tell.
            link = Path(base_dir, path)
            link.unlink()
            link.symlink_to(os.path.relpath(Path(base_dir, target), link.parent))
        write_files(Path(base_dir), plan.copies)


_WRAPPERS: dict[str, type] = {
    "build": _Build,
    "bdist_wheel": _ProvenWheel,
    "editable_wheel": _ProvenEditableWheel,
    "sdist": _CompleteSdist,
}


@contextmanager
def _errors_as_messages() -> Iterator[None]:
    from hatch_agpm.errors import AgpmError

    try:
        yield
    except (AgpmError, OSError) as error:
        raise SetupError(f"{_NAME}: {error}") from None


@contextmanager
def _removed_on_failure(artefact: Path) -> Iterator[None]:
    from hatch_agpm.errors import AgpmError

    try:
        yield
    except AgpmError:
        artefact.unlink()
        raise
