"""
Builds in processes that are forked from one that has imported the backends.

Two thirds of the time of a small build are imports.  `BuildServer` starts this file as
a program, which imports them once, and forks a process for each build.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import subprocess
import sys
from importlib.metadata import entry_points

IMPORTED = (
    *("hatchling.build", "hatchling.builders.sdist", "hatchling.builders.wheel"),
    *("hatchling.metadata.core", "hatch_agpm.hatch.metadata"),
    *("setuptools.build_meta", "setuptools.command.bdist_wheel"),
    *("setuptools.command.build_py", "setuptools.command.editable_wheel"),
    *("setuptools.command.sdist", "hatch_agpm.backend.hooks"),
    *("hatch_agpm.hatch.hook", "hatch_agpm.setuptools.commands"),
    *("hatch_agpm.build.session", "hatch_agpm.build.editable.wheel"),
    *("hatch_agpm.bundle.bundle", "hatch_agpm.export.tree"),
)
BUILD = """
import importlib, json, sys
_, backend, target, out, settings = sys.argv
build = getattr(importlib.import_module(backend), "build_" + target)
print(build(out, json.loads(settings)))
"""
PLUGINS = ("hatch", "setuptools.finalize_distribution_options")


def read_at_start(environ):
    """The variables that an interpreter reads when it starts."""
    return {
        name: value
        for name, value in environ.items()
        if name.startswith(("PYTHON", "LC_")) or name in {"LANG", "TZ"}
        if name != "PYTHONPATH"
    }


class BuildServer:
    """Run builds, in forked processes where that makes no difference."""

    def __init__(self):
        self._process = None
        self._environ = read_at_start(os.environ)

    def run(self, arguments, cwd, environ, output):
        """Run a build, with all that it prints in a file; return its exit code."""
        if sys.platform != "linux" or read_at_start(environ) != self._environ:
            return self._run_alone(arguments, cwd, environ, output)
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, __file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        umask = os.umask(0)
        os.umask(umask)
        request = {
            "arguments": [str(argument) for argument in arguments],
            "cwd": str(cwd),
            "environ": environ,
            "output": str(output),
            "umask": umask,
        }
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self):
        """End the process."""
        if self._process is not None:
            self._process.communicate()

    @staticmethod
    def _run_alone(arguments, cwd, environ, output):
        with output.open("wb") as file:
            return subprocess.run(
                [sys.executable, "-c", BUILD, *arguments],
                cwd=cwd,
                env=environ,
                stdout=file,
                stderr=subprocess.STDOUT,
                check=False,
            ).returncode


def build(request):
    """Make this process that of a build, and run it."""
    output = os.open(request["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.umask(request["umask"])
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["environ"])
    path = request["environ"].get("PYTHONPATH")
    sys.path[:1] = ["", *(path.split(os.pathsep) if path else ())]
    sys.argv = ["-c", *request["arguments"]]
    exec(BUILD, {"__name__": "__main__"})  # noqa: S102 - as `python -c` does


def serve():
    """Fork a process for each request, and write its exit code."""
    for name in IMPORTED:
        # A setuptools of before 70.1 has no command that builds wheels.
        with contextlib.suppress(ModuleNotFoundError):
            importlib.import_module(name)
    for group in PLUGINS:
        for plugin in entry_points(group=group):
            plugin.load()
    for line in iter(sys.stdin.readline, ""):
        child = os.fork()
        if not child:
            build(json.loads(line))
            return
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        sys.stdout.write(f"{code}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
