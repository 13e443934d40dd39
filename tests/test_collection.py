"""A build's process ends without a search for garbage, but writes every open file."""

import subprocess
import sys
from pathlib import Path

import pytest

posix_only = pytest.mark.skipif(not Path("/dev/fd").is_dir(), reason="no /dev/fd")

BACKENDS = {"hatchling": "hatchling.build", "setuptools": "setuptools.build_meta"}
PROJECT = """\
[build-system]
requires = ["{backend}", "hatch-agpm"]
build-backend = "{module}"

[project]
name = "demo"
version = "1.0"

[tool.hatch.build.hooks.agpm]

[tool.hatch-agpm]
output = "demo/prompts"
"""

BUILD = """\
import atexit, gc, sys
# Registered before the door's, this runs after it.
atexit.register(lambda: print("frozen:", gc.get_freeze_count() > 1000))
{before}
import {module} as backend
{call}
print("collects:", gc.isenabled())
"""

# A function and the names of its module hold each other: only a search finds them.
LEAVES_A_FILE_OPEN = """\
import types
other = sys.modules["other"] = types.ModuleType("other")
exec(
    "def log(): return file\\n"
    "import sys; file = open(sys.argv[2], 'w'); file.write('all of it')",
    other.__dict__,
)
del other
"""


@pytest.fixture(params=BACKENDS)
def build(request, write_files, tmp_path):
    """Return what builds a project in a process of its own, and what that prints."""
    module = BACKENDS[request.param]
    root = write_files(
        {
            "project/pyproject.toml": PROJECT.format(
                backend=request.param, module=module
            ),
            "project/demo/__init__.py": "",
            "project/prompts/agents/greeter.md": "Greet.\n",
        }
    )
    (tmp_path / "out").mkdir()

    def built(before="", call="assert backend.build_wheel(sys.argv[1])"):
        code = BUILD.format(module=module, before=before, call=call)
        command = [sys.executable, "-c", code, tmp_path / "out", tmp_path / "log"]
        done = subprocess.run(
            command,
            cwd=root / "project",
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.splitlines()[-2:]

    return built


@posix_only
def test_both_doors_end_without_a_search(build):
    assert build() == ["collects: True", "frozen: True"]


def test_a_file_that_somebody_left_open_is_written(build, tmp_path):
    assert build(LEAVES_A_FILE_OPEN) == ["collects: True", "frozen: False"]
    assert (tmp_path / "log").read_text() == "all of it"


@posix_only
def test_so_does_a_process_that_only_asks_for_requirements(build):
    asked = build(call="backend.get_requires_for_build_wheel()")
    assert asked == ["collects: True", "frozen: True"]


@posix_only
def test_without_a_stream_nobody_can_tell_what_is_open(build):
    before = "import os; os.close(0); sys.stdin = None"
    assert build(before) == ["collects: True", "frozen: False"]


def test_a_python_that_cannot_freeze_builds_as_well(build):
    before = "count = gc.get_freeze_count; del gc.freeze"
    assert build(before) == ["collects: True", "frozen: False"]
