"""Builds the projects of `inner_projects`, hook by hook."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

CALL = """
import importlib, json, sys
_, backend, hook, arguments = sys.argv
backend = importlib.import_module(backend)
print(getattr(backend, hook)(*json.loads(arguments)))
"""


@pytest.fixture
def make_project(tmp_path):
    """Write the project of one inner backend and layout, and commit it."""
    from inner_projects import write_project  # noqa: PLC0415 - beside this file

    def make(name, layout, **options):
        return write_project(tmp_path, name, layout, **options)

    return make


@pytest.fixture
def call_hook(tmp_path_factory):
    """Call one hook of the backend in a process of its own, as front ends do."""

    def call(project, hook, *arguments, backend="hatch_agpm.backend", **environ):
        scratch = tmp_path_factory.mktemp("scratch")
        # As in an environment of a front end, where backends look for their programs.
        programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            [sys.executable, "-c", CALL, backend, hook, json.dumps(arguments)],
            cwd=project,
            env={**os.environ, "PATH": programs, "TMPDIR": str(scratch), **environ},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout.strip(), done.stderr

    return call


@pytest.fixture
def build_with_hook(call_hook, tmp_path_factory):
    """Build an artefact, which must succeed, and return its path."""

    def build(project, target, **options):
        out = tmp_path_factory.mktemp("out")
        code, output, errors = call_hook(
            project, f"build_{target}", str(out), **options
        )
        assert code == 0, output + errors
        (artefact,) = out.iterdir()
        assert output.splitlines()[-1] == artefact.name
        return artefact

    return build
