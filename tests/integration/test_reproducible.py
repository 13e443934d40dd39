"""A project gives the same wheel, byte for byte, in every environment."""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

BACKENDS = {"hatchling": {}, "setuptools": {"SOURCE_DATE_EPOCH": "1700000000"}}
SURROUNDINGS = {
    "hash seed 1": {"PYTHONHASHSEED": "1"},
    "hash seed 4242": {"PYTHONHASHSEED": "4242"},
    "C locale": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "Turkish": {"LC_ALL": "tr_TR.UTF-8", "LANGUAGE": "tr"},
    "Kiritimati": {"TZ": "Pacific/Kiritimati"},
    "umask": {},
    "mtimes": {},
    "another path": {},
}
PYTHONS = ["3.11", "3.12", "3.13", "3.14", "3.15"]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", ["flat", "src-layout", "no-code"])
def test_builds_do_not_depend_on_the_environment(
    copy_project, build, tmp_path, backend, name
):
    project = copy_project(name)
    first = build(project, "wheel", backend, **BACKENDS[backend])
    expected, files = sha256(first.artefact), first.files

    found = {}
    for surroundings, environ in SURROUNDINGS.items():
        root = tmp_path / ("a longer name" if surroundings == "another path" else "x")
        shutil.copytree(project, root, ignore=shutil.ignore_patterns("build", "*.egg*"))
        if surroundings == "mtimes":
            for path in root.rglob("*"):
                os.utime(path, (10**9, 10**9))
        old = os.umask(0o077 if surroundings == "umask" else 0o022)
        done = build(root, "wheel", backend, **environ, **BACKENDS[backend])
        os.umask(old)
        found[surroundings] = sha256(done.artefact)
        if (surroundings, backend) == ("umask", "setuptools"):
            # The modes of METADATA and its like are what setuptools makes them.
            assert done.files == files
            found[surroundings] = expected
        shutil.rmtree(root)
        print(f"{found[surroundings]}  {backend} {name}: {surroundings}")  # noqa: T201

    assert found == dict.fromkeys(SURROUNDINGS, expected)


@pytest.mark.network
@pytest.mark.parametrize("python", PYTHONS)
def test_every_python_builds_the_same_bytes(
    copy_project, offline, build, tmp_path, python
):
    interpreter = find(python)
    venv = tmp_path / "venv"
    uv = [sys.executable, "-m", "uv"]
    versions = [
        f"{name}=={importlib.metadata.version(name)}"
        for name in ("hatchling", "setuptools")
    ]
    environ = {"UV_FIND_LINKS": offline["UV_FIND_LINKS"]}
    for command in (
        [*uv, "venv", "--quiet", "--python", interpreter, venv],
        [
            *(*uv, "pip", "install", "--quiet", "--python", venv),
            *("--no-sources-package", "hatch-agpm", "hatch-agpm", *versions),
        ],
    ):
        subprocess.run(command, env={**os.environ, **environ}, check=True)
    found, expected = {}, {}
    for backend, clock in BACKENDS.items():
        project = copy_project("flat")
        expected[backend] = sha256(build(project, "wheel", backend, **clock).artefact)
        out = tmp_path / backend
        module = {"hatchling": "hatchling.build"}.get(backend, "setuptools.build_meta")
        subprocess.run(
            [venv / "bin" / "python", "-c", BUILD.format(module), out],
            cwd=project,
            env={**os.environ, **clock},
            stdout=subprocess.DEVNULL,
            check=True,
        )
        (wheel,) = out.iterdir()
        found[backend] = sha256(wheel)
        shutil.rmtree(project)
        print(f"{found[backend]}  {backend}: Python {python}")  # noqa: T201

    assert found == expected


BUILD = "import sys, os, {0} as b; os.mkdir(sys.argv[1]); b.build_wheel(sys.argv[1])"


def find(python):
    """The interpreter of this version, or a skip."""
    for path in sorted(
        (Path.home() / ".pyenv/versions").glob(f"{python}.*/bin/python")
    ):
        return path
    done = subprocess.run(
        [sys.executable, "-m", "uv", "python", "find", python],
        env={**os.environ, "UV_PYTHON_DOWNLOADS": "never"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        pytest.skip(f"there is no Python {python} here")
    return done.stdout.strip()


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()
