"""External failures: killed, out of space, read-only, files changed meanwhile."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

BACKENDS = {"hatchling": "hatchling.build", "setuptools": "setuptools.build_meta"}
BUILD = """
import importlib, sys
print(importlib.import_module(sys.argv[1]).build_wheel(sys.argv[2]))
"""
BOTH = pytest.mark.parametrize("backend", BACKENDS)
POINTS = 10
CLOCK = {"SOURCE_DATE_EPOCH": "1700000000"}

KILLER = """
import os, sys
count, point = 0, int(os.environ["KILL_AT"])
def hook(event, arguments):
    global count
    if event == "open":
        writes = arguments[2] & (os.O_WRONLY | os.O_RDWR)
    else:
        writes = event in {"os.mkdir", "os.rename", "os.remove", "os.chmod", "os.rmdir"}
    count += bool(writes)
    if writes and count == point:
        os.kill(os.getpid(), 9)
sys.addaudithook(hook)
import atexit
atexit.register(lambda: print("WRITES", count))
"""

LIMIT = """
import os, resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
size = int(os.environ["LIMIT"])
resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
"""


def start(project, out, tmp_path, site, backend, **environ):
    """Build a wheel in a process that imports `site` first."""
    directory = tmp_path / "site"
    directory.mkdir(exist_ok=True)
    (directory / "sitecustomize.py").write_text(site, encoding="utf-8")
    scratch = tmp_path / "scratch"
    scratch.mkdir(exist_ok=True)
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    return subprocess.run(
        [sys.executable, "-c", BUILD, BACKENDS[backend], out],
        cwd=project,
        env={
            **os.environ,
            **CLOCK,
            "TMPDIR": str(scratch),
            "PYTHONPATH": str(directory),
            "PYTHONSAFEPATH": "1",
            **environ,
        },
        capture_output=True,
        text=True,
        check=False,
    )


@BOTH
def test_a_killed_build_leaves_no_partial_wheel_and_does_not_affect_the_next(
    copy_project, build, tmp_path, backend
):
    project = copy_project("flat")
    pristine = tmp_path / "pristine"
    shutil.copytree(project, pristine)
    expected = build(project, "wheel", backend, **CLOCK).artefact.read_bytes()
    shutil.rmtree(project)
    shutil.copytree(pristine, project)
    out = tmp_path / "out"
    whole = start(project, out, tmp_path, KILLER, backend, KILL_AT="0")
    writes = int(whole.stdout.rpartition("WRITES ")[2])

    for number in range(1, POINTS + 1):
        point = str(writes * number // (POINTS + 1))
        shutil.rmtree(project)
        shutil.copytree(pristine, project)
        killed = start(project, out, tmp_path, KILLER, backend, KILL_AT=point)

        assert killed.returncode == -signal.SIGKILL, point
        assert [path.read_bytes() for path in out.glob("*.whl")] in ([], [expected])
        if backend == "hatchling":
            assert files(project) == files(pristine)
        again = build(project, "wheel", backend, **CLOCK).artefact
        assert again.read_bytes() == expected, point
    # The points in time are spread over a build that writes a bundle and a wheel.
    assert writes > 2 * POINTS


@BOTH
@pytest.mark.parametrize("limit", [100, 4000, 6000, 8000])
def test_a_full_disk_leaves_nothing(copy_project, build, tmp_path, backend, limit):
    project = copy_project("flat")
    out = tmp_path / "out"

    failed = start(project, out, tmp_path, LIMIT, backend, LIMIT=str(limit))

    assert failed.returncode != 0
    assert "File too large" in failed.stdout + failed.stderr
    assert list(out.iterdir()) == []
    # hatchling does not remove the archive that it could not finish.
    left = [path.name for path in (tmp_path / "scratch").iterdir()]
    assert not [name for name in left if name.startswith("hatch-agpm")]
    again = build(project, "wheel", backend, **CLOCK).files
    shutil.rmtree(project / "build", ignore_errors=True)
    assert again == build(project, "wheel", backend, **CLOCK).files
    assert again["flat/prompts/scripts/check.sh"] == b"#!/bin/sh\nexit 0\n"


def test_trap_15_a_read_only_tree_is_built(copy_project, build, tmp_path):
    project = copy_project("flat")
    expected = build(project).artefact.read_bytes()
    out = tmp_path / "out"
    for path in (project, *project.rglob("*")):
        path.chmod(path.stat().st_mode & ~0o222)

    code = f"open('new', 'w')\n{BUILD}"
    refused, built = (
        subprocess.run(
            [sys.executable, "-B", "-c", code, BACKENDS["hatchling"], out],
            cwd=project,
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=obey_modes,
        )
        for code in (code, BUILD)
    )
    for path in (project, *project.rglob("*")):
        path.chmod(path.stat().st_mode | 0o200)

    assert "PermissionError" in refused.stderr
    assert built.returncode == 0, built.stderr
    (wheel,) = out.iterdir()
    assert wheel.read_bytes() == expected


def obey_modes():
    """Make the following program obey the modes of files, even as root."""
    if os.geteuid() == 0:
        drop, override = 24, 1  # PR_CAPBSET_DROP, CAP_DAC_OVERRIDE
        ctypes.CDLL(None).prctl(drop, override, 0, 0, 0)


@BOTH
def test_a_deleted_template_is_not_in_the_next_wheel(copy_project, build, backend):
    project = copy_project("src-layout", {"prompts/snippets/other.md": "Other\n"})
    pyproject = project / "pyproject.toml"
    text = pyproject.read_text(encoding="utf-8")
    text = text.replace("[tool.hatch-agpm.snippets]\n", "")
    text = text.replace('greeting = "prompts/snippets/greeting.md"\n', "")
    pyproject.write_text(text, encoding="utf-8")
    path = "src_layout/prompts/snippets/other.md"
    assert path in build(project, "wheel", backend).files
    (project / "prompts/snippets/other.md").unlink()

    files = build(project, "wheel", backend).files

    assert path not in files
    assert "src_layout/prompts/snippets/greeting.md" in files


def files(project):
    return {
        path.relative_to(project): path.read_bytes()
        for path in project.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
