"""A public library, built as a wheel and installed: the files are those of AGPM."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from corpus_library import CORPUS, MANIFEST, PYPROJECT, copy_library

from hatch_agpm.cli import main

PROGRAM = shutil.which("agpm") or shutil.which("agpm", path=Path.home() / ".cargo/bin")
APP = '[project]\nname = "app"\nversion = "1"\ndependencies = ["library"]\n'
SETTINGS = ".claude/settings.local.json"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here"),
]


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """Copy the library to a writable directory."""
    root = copy_library(tmp_path_factory.mktemp("library") / "library")
    (root / "pyproject.toml").write_text(PYPROJECT)
    return root


@pytest.fixture
def installed(library, build, tmp_path):
    """Install the wheel into an environment, and what it ships into a project."""
    app = tmp_path / "app"
    app.mkdir()
    (app / "pyproject.toml").write_text(APP)
    wheel = build(library).artefact
    venv = app / ".venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    pip = [sys.executable, "-m", "pip", "--python", venv, "install", "--quiet"]
    subprocess.run([*pip, "--no-index", "--no-deps", wheel], check=True)
    assert main(["install", "--project", str(app)]) == 0
    assert main(["install", "--project", str(app), "--check"]) == 0
    return app


def files(root):
    """Return the digests of files in the folders of tools, by path."""
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for top in (".agpm", ".claude", ".opencode")
        for path in (root / top).rglob("*")
        if path.is_file() and path != root / SETTINGS and "backups" not in path.parts
    }


def test_the_files_are_those_that_agpm_installs(installed):
    listed = json.loads((CORPUS / "expected/local.json").read_text("utf-8"))
    found = files(installed)
    wanted = {
        each["install_path"]: each["sha256"]
        for each in listed
        if each["install"] is not False and each["type"] not in {"hook", "mcp-server"}
    }
    assert len(wanted) > 30
    assert {path: found[path] for path in wanted} == wanted
    (hook,) = json.loads((installed / SETTINGS).read_text())["hooks"].values()
    assert len(hook) == 1


@pytest.mark.skipif(PROGRAM is None, reason="AGPM is not installed")
def test_the_whole_tree_is_that_of_the_program(library, installed, tmp_path):
    home = tmp_path / "home"
    config = home / ".agpm/config.toml"
    config.parent.mkdir(parents=True)
    config.write_text("[upgrade]\ncheck_on_startup = false\ncheck_interval = 0\n")
    copied = tmp_path / "copy"
    shutil.copytree(library, copied)
    theirs = copied / Path(MANIFEST).parent
    subprocess.run(
        [PROGRAM, "install", "--yes", "--quiet"],
        cwd=theirs,
        env={**os.environ, "HOME": str(home), "AGPM_CONFIG_PATH": str(config)},
        check=True,
    )
    assert files(installed) == files(theirs)
    assert len(files(installed)) > 120


def test_removing_leaves_nothing(installed):
    assert main(["uninstall", "--project", str(installed)]) == 0
    assert {path.name for path in installed.iterdir()} == {".venv", "pyproject.toml"}
