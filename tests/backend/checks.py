"""Checks of what a build made, and of the tree that it left."""

from __future__ import annotations

import subprocess
import zipfile

from inner_projects import INNER
from installer.sources import WheelFile

from hatch_agpm.cli.main import main

__all__ = ["check_wheel", "prompts_of", "status"]


def check_wheel(wheel):
    """Compare a wheel with its index and its RECORD, as installers do."""
    assert main(["verify", str(wheel)]) == 0
    with zipfile.ZipFile(wheel) as archive:
        paths = archive.namelist()
        assert len(set(paths)) == len(paths)
        assert paths[-1].endswith(".dist-info/RECORD")
    with WheelFile.open(wheel) as source:
        source.validate_record(validate_contents=True)


def prompts_of(wheel):
    """Return the files of the package of prompts, by path."""
    with zipfile.ZipFile(wheel) as archive:
        return {
            path.partition("acme/")[2]: archive.read(path)
            for path in archive.namelist()
            if "acme/prompts/" in path
        }


def status(project, inner):
    """Return what changed in the tree, without what the inner backend writes."""
    shown = subprocess.run(
        ["git", "status", "--porcelain", "--untracked-files=all"],
        cwd=project,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    leaves = (*INNER[inner].leaves, "prompts/snippets/python-tone.md")
    found = [line[3:] for line in shown.splitlines()]
    return [path for path in found if not path.startswith(leaves)]
