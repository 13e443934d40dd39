"""
The hooks: those of the inner backend, and three that add prompts to what it builds.

Every argument is passed on, and the working directory is not changed.  The core is
imported by the hooks that need it: front ends also look up hooks that they do not call.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from hatch_agpm.backend.inner import load_inner_backend
from hatch_agpm.errors import AgpmError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from hatch_agpm.backend.metadata import CoreMetadata
    from hatch_agpm.build import BuildSession

    Settings = Mapping[str, Any] | None

__all__ = ["find_hook"]


def find_hook(name: str) -> Callable[..., Any]:
    """
    Return a hook for the project in the current directory.

    Raises AttributeError if the inner backend does not have it, and SystemExit with a
    message if there is no inner backend.
    """
    inner = _inner_backend()
    hook: Callable[..., Any] = getattr(inner, name)
    adding = Hooks(inner)
    replaced: dict[str, Callable[..., Any]] = {
        "build_sdist": adding.build_sdist,
        "build_wheel": adding.build_wheel,
        "build_editable": adding.build_editable,
    }
    return replaced.get(name, hook)


def _inner_backend() -> object:
    try:
        return load_inner_backend(Path.cwd())
    except AgpmError as error:
        message = f"hatch-agpm: {error}"
    # Outside of the handler, so that the error is not shown as the cause.
    return _fail(message)


class Hooks:
    """The hooks of an inner backend that build an artefact."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def build_sdist(
        self, sdist_directory: str, config_settings: Settings = None
    ) -> str:
        """Let the inner backend build the sdist, and add the sources of prompts."""
        from hatch_agpm.backend.metadata import metadata_of_sdist, session_of
        from hatch_agpm.backend.sdist import add_to_sdist

        root = Path.cwd()
        name: str = self._inner.build_sdist(sdist_directory, config_settings)
        sdist = Path(root, sdist_directory, name)
        with _removed_on_failure(sdist):
            core = metadata_of_sdist(sdist, self._inner, root)
            with _messages():
                session = session_of(root, core)
                add_to_sdist(sdist, session)
        _tell(session.plan.sources_summary)
        return name

    def build_wheel(
        self,
        wheel_directory: str,
        config_settings: Settings = None,
        metadata_directory: str | None = None,
    ) -> str:
        """Let the inner backend build the wheel, and add the prompts."""
        return self._build(
            "wheel", wheel_directory, config_settings, metadata_directory
        )

    def build_editable(
        self,
        wheel_directory: str,
        config_settings: Settings = None,
        metadata_directory: str | None = None,
    ) -> str:
        """Let the inner backend build the editable wheel, and add the prompts."""
        return self._build(
            "editable", wheel_directory, config_settings, metadata_directory
        )

    def _build(
        self,
        target: str,
        directory: str,
        settings: Settings,
        metadata_directory: str | None,
    ) -> str:
        root = Path.cwd()
        build: Callable[..., str] = getattr(self._inner, f"build_{target}")
        editable = target == "editable"
        prepared = self._prepared(target, settings, metadata_directory or "")
        with _messages():
            from hatch_agpm.backend.metadata import pyproject_of, session_of
            from hatch_agpm.build import leaves_out_prompts

            left_out = leaves_out_prompts(pyproject_of(root), editable=editable)
            # Mistakes are reported before something is compiled, if possible.
            session = session_of(root, prepared) if prepared and not left_out else None
        name = build(directory, settings, metadata_directory)
        if left_out:
            _tell('no prompts, as `editable = "off"` says')
            return name
        wheel = Path(root, directory, name)
        with _removed_on_failure(wheel), _messages():
            self._add(wheel, session, root, editable=editable)
        return name

    def _prepared(
        self, target: str, settings: Settings, metadata_directory: str
    ) -> CoreMetadata | None:
        from hatch_agpm.backend.metadata import prepared_metadata

        return prepared_metadata(self._inner, target, settings, metadata_directory)

    def _add(
        self, wheel: Path, session: BuildSession | None, root: Path, *, editable: bool
    ) -> None:
        from hatch_agpm.backend.metadata import metadata_of_wheel, session_of
        from hatch_agpm.backend.wheel import add_to_wheel

        session = session or session_of(root, metadata_of_wheel(wheel))
        add_to_wheel(wheel, session, editable=editable)
        _tell(session.plan.bundle.summary)


@contextmanager
def _messages() -> Iterator[None]:
    from hatch_agpm.build.messages import errors_as_messages

    with errors_as_messages(_fail):
        yield


@contextmanager
def _removed_on_failure(artefact: Path) -> Iterator[None]:
    """Remove what the inner backend built if anything is raised."""
    try:
        yield
    except BaseException:
        artefact.unlink(missing_ok=True)
        raise


def _fail(message: str) -> NoReturn:
    # Front ends show it as it is, without a traceback.
    raise SystemExit(message)


def _tell(message: str) -> None:
    sys.stderr.write(f"hatch-agpm: {message}\n")
