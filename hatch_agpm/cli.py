"""
The command `hatch-agpm`: shows prompts as a build would render them.

The same core and the same messages as in a build; nothing is written but what
`render --output` is asked to write.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from hatch_agpm import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hatch_agpm.layout import Shipped
    from hatch_agpm.render import RenderedResource, Rendering

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """
    Run the command and return its exit code.

    0 for success, 1 where a build would fail, 2 for a wrong command line.
    """
    arguments = _parser().parse_args(argv)
    from hatch_agpm.errors import AgpmError

    try:
        arguments.run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes again at exit, and would complain that nobody reads.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (AgpmError, OSError) as error:
        print(f"hatch-agpm: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hatch-agpm", description="Show prompts as a build would render them."
    )
    parser.add_argument("--version", action="version", version=__version__)
    everywhere = argparse.ArgumentParser(add_help=False)
    everywhere.add_argument(
        "--project",
        metavar="DIR",
        type=Path,
        default=Path(),
        help="where pyproject.toml is (default: the current directory)",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, summary: str) -> argparse.ArgumentParser:
        return commands.add_parser(
            name, help=summary, description=f"{summary}.", parents=[everywhere]
        )

    command("list", "list the prompts of the wheel").set_defaults(run=_list)
    command("check", "render everything, write nothing").set_defaults(run=_check)
    render = command("render", "write one prompt to standard output, or all to files")
    render.set_defaults(run=_render)
    what = render.add_mutually_exclusive_group(required=True)
    what.add_argument("name", metavar="NAME", nargs="?", help="as `list` shows it")
    what.add_argument(
        "--output",
        metavar="DIR",
        type=Path,
        help="write all prompts into a new directory",
    )
    return parser


def _list(arguments: argparse.Namespace) -> None:
    shipped = _shipped(_read(arguments.project)[0])
    width = max(len(item.full_name) for item in shipped)
    for item in shipped:
        sources = sorted({resource.source_path for resource in item.resources})
        print(f"{item.full_name:<{width}}  {', '.join(sources)}")


def _check(arguments: argparse.Namespace) -> None:
    from hatch_agpm.bundle import build_bundle
    from hatch_agpm.verify import check_output

    rendering, metadata = _read(arguments.project)
    bundle = build_bundle(
        rendering.resources,
        output=rendering.output,
        distribution=str(metadata.get("name", "")),
        version=str(metadata.get("version", "")),
    )
    stub = bundle.files["__init__.pyi"].data
    check_output(arguments.project, rendering.output, stub=stub)
    print(bundle.summary)


def _render(arguments: argparse.Namespace) -> None:
    rendering, _ = _read(arguments.project)
    if arguments.output is None:
        # Bytes: standard output must not translate line ends or characters.
        sys.stdout.buffer.write(_find(arguments.name, rendering).document)
        return
    files = {
        path: content
        for item in _shipped(rendering)
        for path, content in item.files().items()
    }
    _write_directory(arguments.output, files)
    print(f"{len(files)} files in {arguments.output}")


def _read(root: Path) -> tuple[Rendering, Mapping[str, object]]:
    """Render the project, and return the metadata that its templates saw, too."""
    from hatch_agpm.project import load_toml
    from hatch_agpm.render import render_project

    pyproject = load_toml(root / "pyproject.toml", "pyproject.toml")
    metadata = _metadata(root, pyproject)
    distribution = str(metadata.get("name", ""))
    rendering = render_project(
        root, pyproject, metadata=metadata, distribution=distribution
    )
    return rendering, metadata


def _metadata(root: Path, pyproject: Mapping[str, object]) -> Mapping[str, object]:
    """Return the defaults of `agpm.project`, from hatchling where it is the backend."""
    from hatch_agpm.errors import ConfigError
    from hatch_agpm.metadata import project_metadata

    build_system = pyproject.get("build-system")
    if (
        not isinstance(build_system, dict)
        or build_system.get("build-backend") != "hatchling.build"
    ):
        project = pyproject.get("project", {})
        if not isinstance(project, dict):
            raise ConfigError("project", "must be a table", repr(project))
        return project_metadata(project)

    from hatchling.metadata.core import ProjectMetadata
    from hatchling.plugin.manager import PluginManager

    from hatch_agpm.hatch import known_metadata

    try:
        return known_metadata(ProjectMetadata(str(root.resolve()), PluginManager()))
    except Exception as error:
        # Version sources and metadata hooks are plugins, and raise what they like.
        raise ConfigError("project", f"is refused by hatchling: {error}") from error


def _shipped(rendering: Rendering) -> Sequence[Shipped]:
    from hatch_agpm.layout import lay_out

    return lay_out(rendering.resources)


def _find(name: str, rendering: Rendering) -> RenderedResource:
    """
    Return the resource of this name in the wheel, in the manifest, or of AGPM.

    Raises ConfigError for a name that is unknown, or means different texts.
    """
    from hatch_agpm.errors import ConfigError, did_you_mean

    in_wheel = {item.full_name: item.resources[0] for item in _shipped(rendering)}
    if name in in_wheel:
        return in_wheel[name]
    by_other_name: dict[str, list[RenderedResource]] = {}
    for resource in rendering.resources:
        for other in {resource.alias, resource.name} - {None}:
            by_other_name.setdefault(str(other), []).append(resource)
    found = by_other_name.get(name, [])
    if not found:
        hint = did_you_mean(name, [*in_wheel, *by_other_name])
        raise ConfigError(
            f"'{name}'",
            "is not a prompt of this project",
            hint=hint or "`hatch-agpm list` shows their names",
        )
    if len({resource.document for resource in found}) > 1:
        names = [full for full, resource in in_wheel.items() if resource in found]
        raise ConfigError(f"'{name}'", f"means several: {', '.join(names)}")
    return found[0]


def _write_directory(target: Path, files: Mapping[str, tuple[bytes, bool]]) -> None:
    """Write all files into a new directory, which appears whole or not at all."""
    import tempfile

    from hatch_agpm.errors import BundleError

    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise BundleError(str(target), "is there already", "delete it first")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(
        prefix=f".{target.name}-", dir=target.parent
    ) as staging:
        whole = Path(staging, "whole")
        for path, (data, executable) in files.items():
            file = whole / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
            file.chmod(0o755 if executable else 0o644)
        if target.exists():
            target.rmdir()
        whole.rename(target)
