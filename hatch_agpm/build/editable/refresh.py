"""
Renders a project again when its prompts are imported and their sources changed.

Called by the finder of an editable install where hatch-agpm is in the environment.
Metadata and environment variables are those of the install: an import runs neither a
backend nor Git.  The result is in the user's cache, in a directory that is named by
its content and never changed: a process that reads from an older one is not disturbed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import TYPE_CHECKING

from hatch_agpm.build.editable.wheel import HAND_OVER_VERSION, snapshot, write_tree
from hatch_agpm.build.plan import plan_refresh
from hatch_agpm.build.verify import check_output
from hatch_agpm.build.writing import write_files
from hatch_agpm.config import editable_mode, load_toml
from hatch_agpm.errors import (
    AgpmError,
    BundleError,
    ConfigError,
    RequirementError,
)
from hatch_agpm.model.build import BuildContext
from hatch_agpm.runtime.editable.freshness import remember
from hatch_agpm.runtime.editable.private import make_private

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hatch_agpm.model.rendering import FileContent

__all__ = ["UnusableInstallError", "refresh"]

_KEPT_SECONDS = 7 * 24 * 3600
"""How long a bundle stays in the cache for processes that may still read from it."""

_kept: list[TemporaryDirectory[str]] = []
"""Bundles that could not be written to the cache; deleted when the process ends."""


class UnusableInstallError(ImportError):
    """
    This version cannot render an install again; the sources are not the reason.

    The copy of `freshness` in an environment, whose version may differ from this one,
    catches `ImportError` and reads the prompts that were rendered last.
    """


def refresh(install: str, cache: str | None) -> str:
    """
    Render the sources as they are now, and return the directory of the bundle.

    `install` is the file that the install wrote for later renderings, and `cache` the
    directory to write into, None without one.  Raises `AgpmError` for mistakes in the
    sources, as a build does, and `UnusableInstallError` if the file has another version
    or a build requirement is not installed.
    """
    context, installed_output = _read_hand_over(Path(install))
    try:
        plan = plan_refresh(context)
    except AgpmError as error:
        problems = getattr(error, "problems", (error,))
        if any(isinstance(problem, RequirementError) for problem in problems):
            raise UnusableInstallError(str(error)) from None
        raise
    bundle = plan.bundle
    if plan.output != installed_output:
        what = f"was '{installed_output}' when the project was installed"
        hint = "install it again"
        raise ConfigError("tool.hatch-agpm.output", what, repr(plan.output), hint)
    if editable_mode(context.pyproject) == "in-tree":
        kept = check_output(context.root, bundle.output, stubs=bundle.stubs)
        write_tree(context.root, bundle, kept=kept)
    # As in an editable wheel, exported files are in the directory of the prompts.
    files = bundle.in_one()
    name = _name(files)
    if cache is not None:
        try:
            _write_cache(Path(cache), name, files)
        except OSError:
            pass
        else:
            seen = snapshot(context, plan.rendering, bundle=name)
            if remember(seen, cache):
                return f"{cache}/{name}"
    return _write_temporary(files)


def _read_hand_over(install: Path) -> tuple[BuildContext, str]:
    """Return the project and its output directory from the file of an install."""
    try:
        known = json.loads(install.read_bytes())
        version = known.get("version")
        if version != HAND_OVER_VERSION:
            what = f"was installed by a hatch-agpm with another format ({version!r})"
            raise UnusableInstallError(what)
        root = Path(known["root"])
        metadata, output = known["metadata"], known["output"]
        distribution, environ = known["distribution"], known["environ"]
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        what = f"the file {install.name} cannot be read: {error!r}"
        raise UnusableInstallError(what) from None
    context = BuildContext(
        root=root,
        pyproject=load_toml(root / "pyproject.toml", "pyproject.toml"),
        metadata=metadata,
        distribution=distribution,
        environ=_environ_of_install(environ),
    )
    return context, output


def _environ_of_install(known: Mapping[str, str | None]) -> dict[str, str]:
    """
    Return the environment of this process, overridden by that of the install.

    An import in another shell must give the same text.  None means not set.
    """
    variables = {**os.environ, **known}
    return {name: value for name, value in variables.items() if value is not None}


def _name(files: Mapping[str, FileContent]) -> str:
    """Return the name of the directory for exactly these files."""
    whole = hashlib.sha256()
    for path, file in files.items():
        whole.update(f"{path}\0{file.sha256}\0{file.executable}\0".encode())
    return whole.hexdigest()[:16]


def _write_cache(cache: Path, name: str, files: Mapping[str, FileContent]) -> None:
    """Write a bundle to the cache atomically; raises `OSError`."""
    make_private(str(cache))
    if _holds(cache / name, files):
        return
    part = Path(mkdtemp(prefix="new-", dir=cache))
    try:
        write_files(part / "whole", files)
        for path in (part / "whole", *(part / "whole").rglob("*")):
            if path.is_dir():
                # Whatever the umask is.
                path.chmod(0o700)
        # Damaged, or partly deleted by a cleanup.
        if (cache / name).exists():
            (cache / name).rename(part / "damaged")
        (part / "whole").rename(cache / name)
    except OSError:
        # Another process may have written it first.
        if not _holds(cache / name, files):
            raise
    finally:
        shutil.rmtree(part, ignore_errors=True)
    _prune(cache, name)


def _holds(directory: Path, files: Mapping[str, FileContent]) -> bool:
    try:
        return all(
            (directory / path).read_bytes() == file.data for path, file in files.items()
        )
    except OSError:
        return False


def _prune(cache: Path, name: str) -> None:
    """Remove bundles that are no longer read, also those of earlier installs."""
    before = time.time() - _KEPT_SECONDS
    for path in [*cache.iterdir(), *cache.parent.iterdir()]:
        if path in {cache, cache / name} or path.stem == cache.name:
            continue
        if path.lstat().st_mtime < before:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def _write_temporary(files: Mapping[str, FileContent]) -> str:
    try:
        directory = TemporaryDirectory(prefix="hatch-agpm-", ignore_cleanup_errors=True)
        _kept.append(directory)
        write_files(Path(directory.name), files)
    except OSError as error:
        what = f"cannot be written for this import: {error.strerror}"
        hint = "make room in the user's cache directory, or install the project again"
        raise BundleError("the prompts", what, hint) from None
    return directory.name
