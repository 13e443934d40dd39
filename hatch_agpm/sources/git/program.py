"""
Runs the user's own git, which knows credentials, proxies and mirrors.

It runs without a shell, without hooks, and without programs that an address could name.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Final

from hatch_agpm.errors import ContentError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["GitError", "run_git"]

_SAFE: Final = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "fetch.recurseSubmodules": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "protocol.ext.allow": "never",
    "submodule.recurse": "false",
}
"""Settings that override those of the user and of repositories."""

_OF_A_REPOSITORY: Final = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
)
"""Variables that a hook or an alias of git sets, for another repository than ours."""


class GitError(Exception):
    """Git failed; `message` is what it printed."""

    def __init__(self, message: str) -> None:
        """Keep the message, which may have several lines."""
        super().__init__(message)
        self.message = message


def run_git(directory: Path, *arguments: str) -> bytes:
    """
    Run git in a directory and return what it prints.

    Raises GitError if it fails, ContentError if it is not installed.
    """
    program = shutil.which("git")
    if program is None:
        what = "needs git, which is not on the path"
        raise ContentError(what, hint="install git")
    settings = [part for key in _SAFE for part in ("-c", f"{key}={_SAFE[key]}")]
    done = subprocess.run(
        [program, *settings, *arguments],
        cwd=directory,
        env=_environ(),
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise GitError(done.stderr.decode(errors="replace").strip())
    return done.stdout


def _environ() -> dict[str, str]:
    """Return the environment of git: its messages are read, so they are in English."""
    kept = {key: os.environ[key] for key in os.environ if key not in _OF_A_REPOSITORY}
    kept["LC_ALL"] = "C"
    kept["GIT_NO_REPLACE_OBJECTS"] = "1"
    if not sys.stdin or not sys.stdin.isatty():
        # Nobody could answer.
        kept.setdefault("GIT_TERMINAL_PROMPT", "0")
    return kept
