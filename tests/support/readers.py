"""
The tools that read exported files, each in an environment of its own.

They are installed from their registries at first use, at the versions that the
documentation names, or at the newest ones if the environment variable
`HATCH_AGPM_READERS` is `newest`, as `make readers` does.  A test is skipped without
a registry, or without npm for a tool of npm's.  Telemetry is off, and the user's files
are not read.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PYPI = {
    "agent-skill-installer": "0.4.0",
    "apm-cli": "0.35.0",
    "fastmcp": "4.2.3",
    "library-skills": "0.0.19",
    "pkgskills": "0.5.1",
    "skillager": "0.9.10",
    "skills-ref": "0.1.1",
}
CLAUDE = "@anthropic-ai/claude-code"
NPM = {CLAUDE: "2.1.332", "skills": "1.7.4"}
NODE = "22.23.3"
OLDEST_NODE = (22, 20)
"""What `skills` needs; Node.js itself is a package of npm's, too."""

NEWEST = os.environ.get("HATCH_AGPM_READERS") == "newest"
QUIET = {
    "COLUMNS": "1000",  # no line is broken
    "APM_E2E_TESTS": "1",  # no check for a newer apm
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "DISABLE_AUTOUPDATER": "1",
    "DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "FASTMCP_CHECK_FOR_UPDATES": "off",
    "NO_COLOR": "1",
}
UV = [sys.executable, "-m", "uv"]
SECONDS = 300
"""After them a tool hangs: none takes more than ten on a quiet machine."""

INSTALLING = 600


class Readers:
    """The tools that are installed in one test session."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._programs: dict[str, Path] = {}

    def program(self, tool: str, name: str) -> Path:
        """Return the path of a program of a tool, which is installed at first use."""
        if tool not in self._programs:
            install = self._from_npm if tool in NPM else self._from_pypi
            self._programs[tool] = install(tool)
        return self._programs[tool] / name

    def run(self, *command, cwd, home, succeeds=True):
        """Run a program, and return its output; with errors if it may fail."""
        path = os.environ["PATH"]
        if "node" in self._programs:
            path = os.pathsep.join([str(self.node), path])
        done = subprocess.run(
            [str(part) for part in command],
            cwd=cwd,
            env={"PATH": path, "HOME": str(home), **QUIET},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if succeeds else subprocess.STDOUT,
            text=True,
            check=False,
            encoding="utf-8",
            timeout=SECONDS,
        )
        if succeeds:
            assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @property
    def node(self) -> Path:
        """The directory with a Node.js that is new enough, installed at first use."""
        if "node" not in self._programs:
            self._programs["node"] = self._node()
        return self._programs["node"]

    def _node(self) -> Path:
        if shutil.which("npm") is None:
            pytest.skip("there is no npm here")
        here = shutil.which("node")
        if here and _version_of(here) >= OLDEST_NODE:
            return Path(here).parent
        return self._installed_with_npm("node", NODE, os.environ["PATH"])

    def _from_npm(self, tool: str) -> Path:
        # npm chooses the newest version that the Node.js it runs in is good for.
        path = os.pathsep.join([str(self.node), os.environ["PATH"]])
        return self._installed_with_npm(tool, "latest" if NEWEST else NPM[tool], path)

    def _installed_with_npm(self, tool: str, version: str, path: str) -> Path:
        directory = self.directory / tool.rpartition("/")[2]
        quiet = ["--silent", "--no-audit", "--no-fund", "--no-update-notifier"]
        command = ["npm", "install", *quiet, "--prefix", directory, f"{tool}@{version}"]
        run_or_skip(command, path)
        return directory / "node_modules/.bin"

    def _from_pypi(self, tool: str) -> Path:
        directory = self.directory / tool
        make_environment(directory)
        requirement = tool if NEWEST else f"{tool}=={PYPI[tool]}"
        install = [*UV, "pip", "install", "--quiet", "--upgrade", "--python", directory]
        run_or_skip([*install, requirement], os.environ["PATH"])
        return directory / "bin"


def _version_of(node: str) -> tuple[int, ...]:
    version = subprocess.check_output([node, "--version"], text=True)
    return tuple(map(int, re.findall(r"\d+", version)[:2]))


def make_environment(directory):
    command = [*UV, "venv", "--quiet", "--clear", "--python", sys.executable, directory]
    subprocess.run(command, check=True, timeout=SECONDS)


def run_or_skip(command, path):
    """Install something; a machine without a registry skips the test."""
    done = subprocess.run(
        command,
        env={**os.environ, "PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=INSTALLING,
    )
    if done.returncode != 0:
        # Who asks for the newest versions wants to know.
        give_up = pytest.fail if NEWEST else pytest.skip
        give_up(f"{command[-1]} cannot be installed: {done.stdout.strip()}")
