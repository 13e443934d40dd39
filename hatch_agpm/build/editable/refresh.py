"""
Renders a project again when its prompts are imported and their sources changed.

Called by the finder of an editable install where hatch-agpm is in the environment.
Metadata and environment variables are those of the install: an import runs neither a
backend nor Git.  The result is in the user's cache, in a directory that is named by
its content and never changed: a process that reads from an older one is not disturbed.
"""

from __future__ import annotations

import errno
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from hatch_agpm.build.editable.cache import write_bundle
from hatch_agpm.build.editable.partial import LastRendering, render_changed
from hatch_agpm.build.editable.record import (
    RenderingRecord,
    WholeRenderingNeededError,
    record_text,
    sources_digest,
)
from hatch_agpm.build.editable.wheel import HAND_OVER_VERSION, snapshot, write_tree
from hatch_agpm.build.plan import must_hold, plan_refresh
from hatch_agpm.build.verify import check_output
from hatch_agpm.build.writing import replace_file, write_files
from hatch_agpm.config import editable_mode, load_toml
from hatch_agpm.errors import (
    AgpmError,
    BundleError,
    ConfigError,
    RequirementError,
)
from hatch_agpm.model.build import BuildContext
from hatch_agpm.model.rendering import FileContent
from hatch_agpm.reading import read_regular
from hatch_agpm.runtime.editable.freshness import Snapshot, remember
from hatch_agpm.runtime.editable.private import is_private

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from hatch_agpm.build.plan import Plan

__all__ = ["UnusableInstallError", "refresh"]

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
    known = _HandOver.read(Path(install))
    is_in_tree = editable_mode(known.context.pyproject) == "in-tree"
    if cache is not None and not is_in_tree:
        directory = _refresh_changed(known, Path(cache))
        if directory is not None:
            return directory
    plan = _plan(known)
    bundle = plan.bundle
    if is_in_tree:
        kept = check_output(plan.root, bundle.output, stubs=bundle.stubs)
        write_tree(plan.root, bundle, kept=kept)
    if cache is not None:
        with suppress(OSError):
            return _write(plan, Path(cache))
    return _write_temporary(bundle.in_one())


def _plan(known: _HandOver) -> Plan:
    """Render the whole project; raises as `refresh` does."""
    try:
        plan = plan_refresh(known.context)
    except AgpmError as error:
        problems = getattr(error, "problems", (error,))
        if any(isinstance(problem, RequirementError) for problem in problems):
            raise UnusableInstallError(str(error)) from None
        raise
    if plan.output != known.output:
        what = f"was '{known.output}' when the project was installed"
        hint = "install it again"
        raise ConfigError("tool.hatch-agpm.output", what, repr(plan.output), hint)
    return plan


def _write(plan: Plan, cache: Path) -> str:
    """Write a bundle to the cache, and return its directory; raises `OSError`."""
    # As in an editable wheel, exported files are in the directory of the prompts.
    files = plan.bundle.in_one()
    digests = {path: must_hold(file) for path, file in files.items()}
    seen = snapshot(plan.context, plan.rendering)
    name = write_bundle(cache, digests, files)
    return _remember(cache, name, seen, record_text(plan, seen))


def _remember(cache: Path, name: str, snapshot: Snapshot, record: str) -> str:
    """
    Make a bundle in the cache the last one, and return its directory.

    The record is written first: one that belongs to another snapshot is not used.
    Raises `OSError`.
    """
    replace_file(cache / f"{name}.record", FileContent(data=record.encode()))
    if not remember(Snapshot(name, snapshot.sources, snapshot.root), str(cache)):
        raise OSError(errno.EIO, "cannot be written", f"{cache}.snapshot")
    return str(cache / name)


def _refresh_changed(known: _HandOver, cache: Path) -> str | None:
    """
    Render what has changed since the last rendering, and return the bundle's directory.

    Returns None if the whole project must be rendered, also for the messages about
    mistakes in it.
    """
    last = _last_rendering(known, cache)
    if last is None:
        return None
    try:
        changed = render_changed(known.context, last)
        name = write_bundle(
            cache, changed.record.files, changed.contents, last.directory
        )
        return _remember(cache, name, changed.snapshot, changed.record.text())
    except (WholeRenderingNeededError, AgpmError, OSError):
        return None


def _last_rendering(known: _HandOver, cache: Path) -> LastRendering | None:
    """Return the last rendering, that of the install if there is no later one."""
    base = known.file.with_suffix("")
    for top in (cache, base):
        seen = Snapshot.read(f"{top}.snapshot")
        if seen is None or seen.root != str(known.context.root):
            continue
        directory = cache / seen.bundle if seen.bundle else known.bundle
        file = cache / f"{seen.bundle}.record" if seen.bundle else f"{base}.record"
        record = RenderingRecord.read(Path(file))
        if directory is None or record is None or not directory.is_dir():
            continue
        if seen.bundle and not is_private(str(directory)):
            continue
        if record.sources == sources_digest(seen):
            return LastRendering(
                directory=directory,
                snapshot=seen,
                record=record,
                output=known.output,
                environ=known.environ,
            )
    return None


@dataclass(frozen=True, kw_only=True)
class _HandOver:
    """What an install wrote for later renderings."""

    file: Path
    context: BuildContext
    output: str
    bundle: Path | None
    """The directory of the installed bundle; None where an old version wrote it."""

    environ: Collection[str]
    """The environment variables whose values are those of the install."""

    @classmethod
    def read(cls, file: Path) -> _HandOver:
        """Read the file of an install; raises `UnusableInstallError`."""
        try:
            known = json.loads(read_regular(file))
            version = known.get("version")
            if version != HAND_OVER_VERSION:
                what = (
                    f"was installed by a hatch-agpm with another format ({version!r})"
                )
                raise UnusableInstallError(what)
            root = Path(known["root"])
            metadata, output = known["metadata"], known["output"]
            distribution, environ = known["distribution"], known["environ"]
            bundle = known.get("bundle")
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            what = f"the file {file.name} cannot be read: {error!r}"
            raise UnusableInstallError(what) from None
        context = BuildContext(
            root=root,
            pyproject=load_toml(root / "pyproject.toml", "pyproject.toml"),
            metadata=metadata,
            distribution=distribution,
            environ=_environ_of_install(environ),
        )
        return cls(
            file=file,
            context=context,
            output=output,
            bundle=file.parent / bundle if bundle else None,
            environ=environ,
        )


def _environ_of_install(known: Mapping[str, str | None]) -> dict[str, str]:
    """
    Return the environment of this process, overridden by that of the install.

    An import in another shell must give the same text.  None means not set.
    """
    variables = {**os.environ, **known}
    return {name: value for name, value in variables.items() if value is not None}


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
