"""Projects without hatch-agpm build as if it were not installed."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.network]

SETUP_PY = (
    "from setuptools import setup\nsetup(name='odd', version='1', packages=['odd'])\n"
)
PROJECT = '[project]\nname = "odd"\nversion = "1"\n'
NAMES_US = f'{PROJECT}\n[build-system]\nrequires = ["setuptools", "hatch-agpm"]\n'

SETUPTOOLS_PROJECTS = {
    "setup.py alone": {"setup.py": SETUP_PY},
    "setup.cfg alone": {
        "setup.cfg": "[metadata]\nname = odd\nversion = 1\n[options]\npackages = odd\n"
    },
    "an empty pyproject.toml": {"setup.py": SETUP_PY, "pyproject.toml": ""},
    "no TOML at all": {"setup.py": SETUP_PY, "pyproject.toml": "[tool.hatch-agpm\n"},
    "no UTF-8": {
        "setup.py": SETUP_PY,
        "pyproject.toml": b"# hatch-agpm \xff\n[tool.other]\n",
    },
    "tables a thousand deep": {
        "setup.py": SETUP_PY,
        "pyproject.toml": f"x = {'[' * 5000}{']' * 5000} # hatch-agpm\n",
    },
    "a tool that is not a table": {
        "setup.py": SETUP_PY,
        "pyproject.toml": 'tool = "hatch-agpm"\n',
    },
    "required, and no table": {"pyproject.toml": NAMES_US},
    "static": {"pyproject.toml": PROJECT},
    "prompts of its own": {
        "pyproject.toml": (
            f'{PROJECT}[tool.setuptools]\npackages = ["odd", "prompts"]\n'
        ),
        "prompts/__init__.py": "",
        "prompts/agents/x.md": "{{",
    },
}
HATCH_PROJECTS = {
    "static": {"pyproject.toml": PROJECT},
    "no project": {"pyproject.toml": ""},
    "no TOML at all": {"pyproject.toml": "[tool.hatch-agpm\n"},
    "a table that nothing switches on": {
        "pyproject.toml": f"{PROJECT}[tool.hatch-agpm]\noutptu = 1\n"
    },
    "hooks of its own": {
        "pyproject.toml": f"{PROJECT}[tool.hatch.build.hooks.custom]\n",
        "hatch_build.py": (
            "from hatchling.builders.hooks.plugin.interface import BuildHookInterface\n"
            "class Hook(BuildHookInterface):\n"
            "    def initialize(self, version, data):\n"
            "        data['force_include']['pyproject.toml'] = 'odd/x.toml'\n"
        ),
    },
}
BROKEN = ("no TOML", "no UTF-8", "thousand deep", "that is not a table", "no project")
"""Files that neither backend builds, with or without hatch-agpm."""

BUILD = """
import importlib, sys
_, backend, target, out = sys.argv
print(getattr(importlib.import_module(backend), "build_" + target)(out))
"""
CASES = [
    *(
        ("setuptools.build_meta", name, files)
        for name, files in SETUPTOOLS_PROJECTS.items()
    ),
    *(("hatchling.build", name, files) for name, files in HATCH_PROJECTS.items()),
]


@pytest.fixture(scope="module")
def pythons(tmp_path_factory, offline):
    """Two environments: the backends alone, and with hatch-agpm beside them."""
    scratch = tmp_path_factory.mktemp("unrelated")
    uv = [sys.executable, "-m", "uv"]
    found = []
    for name, more in (("without", []), ("with", ["hatch-agpm"])):
        for command in (
            [*uv, "venv", "--quiet", "--python", sys.executable, scratch / name],
            [
                *(*uv, "pip", "install", "--quiet", "--python", scratch / name),
                *("setuptools", "hatchling", "editables", *more),
            ],
        ):
            subprocess.run(command, env=offline, check=True)
        found.append(scratch / name / "bin" / "python")
    return found


@pytest.mark.parametrize("target", ["wheel", "sdist", "editable"])
@pytest.mark.parametrize(
    ("backend", "files"),
    [pytest.param(b, files, id=f"{b.partition('.')[0]}: {n}") for b, n, files in CASES],
)
def test_an_unrelated_build_gives_the_same_with_this_package_installed(
    request, pythons, tmp_path_factory, backend, files, target
):
    outcomes = []
    for python in pythons:
        project = tmp_path_factory.mktemp("odd")
        for path, content in {"odd/__init__.py": "", **files}.items():
            file = project / path
            file.parent.mkdir(parents=True, exist_ok=True)
            data = content if isinstance(content, bytes) else content.encode()
            file.write_bytes(data)
        out = tmp_path_factory.mktemp("out")
        done = subprocess.run(
            [python, "-I", "-c", BUILD, backend, target, out],
            cwd=project,
            env={**os.environ, "SOURCE_DATE_EPOCH": "1700000000"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        shown = done.stdout.replace(str(project), "ROOT")
        shown = shown.replace(str(python.parent.parent), "VENV")
        outcomes.append((done.returncode, lines(shown), contents(out, project)))
    assert outcomes[0] == outcomes[1]
    assert (outcomes[0][0] == 0) != any(name in request.node.name for name in BROKEN)


def lines(output):
    """The messages, without names of temporary directories and lines of code."""
    return [line for line in output.splitlines() if "tmp" not in line]


def contents(out, project):
    """Names and bytes of the built files; of an sdist only its name."""
    return {
        path.name: {
            name: archive.read(name).replace(str(project).encode(), b"ROOT")
            for name in archive.namelist()
            if not name.endswith("RECORD")
        }
        if path.suffix == ".whl" and (archive := zipfile.ZipFile(path))
        else b""
        for path in out.iterdir()
    }
