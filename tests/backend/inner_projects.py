"""Projects of every inner backend and layout, all with the same prompts."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass

import pytest

PROJECT = """
[project]
name = "acme"
version = "1.2.0"
description = "Shows prompts"
requires-python = ">=3.9"
authors = [{ name = "Ada Lovelace", email = "ada@example.org" }]
"""
PROMPTS = """
[tool.hatch-agpm]
build-backend = "{inner}"
output = "{packages}acme/prompts"

[tool.hatch-agpm.agents]
reviewer = "prompts/agents/reviewer.md"

[tool.hatch-agpm.scripts]
check = "prompts/scripts/check.sh"
"""
FILES = {
    "prompts/agents/reviewer.md": """\
---
agpm:
  templating: true
  dependencies:
    snippets:
      - name: tone
        path: ../snippets/{{ agpm.project.language }}-tone.md
        install: false
---
You review {{ agpm.project.name }} {{ agpm.project.version }}.
{{ agpm.deps.snippets.tone.content }}
{{ 'docs/rules.md' | content }}
Ä {{ agpm.project.authors[0].name }}
""",
    "prompts/snippets/python-tone.md": "Be kind.\n",
    "prompts/scripts/check.sh": "#!/bin/sh\necho ok\n",
    "docs/rules.md": "No tabs.\n",
    "README.md": "Shows prompts.\n",
}
TEXT = """\
You review acme 1.2.0.
Be kind.
No tabs.
Ä Ada Lovelace
"""
CODE = '"""A package."""\n\n\ndef main():\n    return 1\n'
CARGO = """\
[package]
name = "acme"
version = "1.2.0"
edition = "2021"

[[bin]]
name = "acme-tool"
path = "tool/main.rs"
"""
RUST = "fn main() {}\n"
MESON = """\
project('acme', 'c', version: '1.2.0')
py = import('python').find_installation(pure: {pure})
py.install_sources('{packages}acme/__init__.py', subdir: 'acme', pure: {pure})
"""
CMAKE = """\
cmake_minimum_required(VERSION 3.15)
project(acme LANGUAGES NONE)
install(FILES README.md DESTINATION acme)
"""


@dataclass(frozen=True)
class Inner:
    """An inner backend: what a project of it requires, and its own files."""

    backend: str
    requires: tuple[str, ...]
    table: str = ""
    files: tuple[tuple[str, str], ...] = ()
    tools: tuple[str, ...] = ()
    """The programs that must be installed."""

    leaves: tuple[str, ...] = ()
    """What it writes into the tree by itself."""


INNER = {
    "uv_build": Inner(
        "uv_build",
        ("uv_build",),
        '\n[tool.uv.build-backend]\nmodule-root = "{root}"\n',
    ),
    "poetry-core": Inner(
        "poetry.core.masonry.api",
        ("poetry-core>=2",),
        '\n[tool.poetry]\npackages = [{{ include = "acme", from = "{root}" }}]\n',
    ),
    "pdm-backend": Inner("pdm.backend", ("pdm-backend",)),
    "flit-core": Inner("flit_core.buildapi", ("flit_core",)),
    "maturin": Inner(
        "maturin",
        ("maturin>=1,<2",),
        '\n[tool.maturin]\npython-source = "{root}"\nbindings = "bin"\n',
        (("Cargo.toml", CARGO), ("tool/main.rs", RUST)),
        ("cargo",),
        ("target/", "Cargo.lock"),
    ),
    "scikit-build-core": Inner(
        "scikit_build_core.build",
        ("scikit-build-core",),
        '\n[tool.scikit-build]\nwheel.packages = ["{packages}acme"]\n',
        (("CMakeLists.txt", CMAKE),),
        ("cmake",),
    ),
    "meson-python": Inner(
        "mesonpy",
        ("meson-python",),
        files=(("meson.build", MESON),),
        tools=("gcc", "git"),
        leaves=("build/",),
    ),
    "hatchling": Inner(
        "hatchling.build",
        ("hatchling",),
        "\n[tool.hatch.build.hooks.agpm]\n"
        '\n[tool.hatch.build.targets.wheel]\npackages = ["{packages}acme"]\n',
    ),
    "setuptools": Inner(
        "setuptools.build_meta",
        ("setuptools",),
        leaves=("acme.egg-info/", "src/acme.egg-info/", "build/"),
    ),
}
LAYOUTS = {"flat": "", "src": "src/"}


def write_project(tmp_path, name, layout, *, native=False):
    """Write the project of one inner backend and layout, and commit it."""
    inner = INNER[name]
    missing = [tool for tool in inner.tools if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"{name} needs {' and '.join(missing)}")
    packages = LAYOUTS[layout]
    filled = {"packages": packages, "root": packages.rstrip("/") or "."}
    requires = json.dumps([*inner.requires, "hatch-agpm"])
    backend = inner.backend if native else "hatch_agpm.backend"
    table = inner.table.format(**filled)
    prompts = PROMPTS.format(inner=inner.backend, **filled)
    files = {
        "pyproject.toml": f"[build-system]\nrequires = {requires}\n"
        f'build-backend = "{backend}"\n{PROJECT}{table}{prompts}',
        f"{packages}acme/__init__.py": CODE,
        **FILES,
        **dict(inner.files),
    }
    if "meson.build" in files:
        files["meson.build"] = MESON.format(pure="true", **filled)
    project = tmp_path / f"{name}-{layout}"
    for path, text in files.items():
        file = project / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
    (project / "prompts/scripts/check.sh").chmod(0o755)
    commit(project)
    return project


def commit(project):
    """Commit everything: meson-python makes an sdist of what is committed."""
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    for arguments in (["init", "-q"], ["add", "-A"], [*who, "commit", "-qm", "all"]):
        subprocess.run(["git", *arguments], cwd=project, check=True)
