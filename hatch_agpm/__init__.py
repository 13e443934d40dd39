"""
AGPM prompt templates, rendered when a wheel is built and shipped as package data.

Importing this package imports no other module: build backends import it in every build
of an environment.  Each function imports what it needs when it is called.
"""

from __future__ import annotations

from hatch_agpm._version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from hatch_agpm.installed.discovery import InstalledBundle
    from hatch_agpm.installed.load import Prompts
    from hatch_agpm.model.rendering import RenderedResource

__all__ = ["__version__", "discover", "load", "render_manifest"]


def render_manifest(
    path: str | Path,
    *,
    boundary: str | Path | None = None,
    project: Mapping[str, object] | None = None,
) -> tuple[RenderedResource, ...]:
    """
    Render the resources of the manifest at `path`, and their dependencies.

    `path` is an `agpm.toml` or a `pyproject.toml`.  `boundary` is the directory that
    templates must not leave, by default the manifest's; `project` is metadata that the
    manifest's own `[project]` overrides.  Raises `AgpmError`.
    """
    from hatch_agpm.rendering import render_manifest as render

    return render(path, boundary=boundary, project=project)


def discover(
    path: str | os.PathLike[str] | Iterable[str | os.PathLike[str]] | None = None,
) -> list[InstalledBundle]:
    """
    Return the bundles of an environment, by distribution, and import none of them.

    `path` is a directory such as `site-packages`, or several; by default `sys.path`.
    Each bundle has `distribution`, `version`, `module`, the full `names` of its
    prompts, and a `problem` that is "" unless its file is broken: nothing is raised.
    """
    from hatch_agpm.installed.discovery import discover as find

    return find(path)


def load(name: str) -> Prompts:
    """
    Return the prompts of an installed package or distribution: the module itself.

    `name` is the name of a distribution (`acme`), of its import package, or of
    the module that holds the prompts (`acme.prompts`), which is imported.
    Raises `AgpmError` where there are none, or more than one module of them.
    """
    from hatch_agpm.installed.load import load as find

    return find(name)
