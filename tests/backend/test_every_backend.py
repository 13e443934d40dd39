"""Each inner backend and layout: wheel, sdist, wheel from the sdist, editable."""

from __future__ import annotations

import subprocess
import tarfile
import zipfile

import pytest
from inner_projects import FILES, INNER, LAYOUTS, TEXT
from installer.sources import WheelFile

from hatch_agpm.cli.main import main

pytestmark = pytest.mark.slow

EACH = pytest.mark.parametrize("name", INNER)
BOTH = pytest.mark.parametrize("layout", LAYOUTS)
INPUTS = {path: text for path, text in FILES.items() if path != "README.md"}
READ = """
from acme import prompts
import acme
assert acme.main() == 1
print(prompts.agents.reviewer, end="")
"""


def check_wheel(wheel):
    assert main(["verify", str(wheel)]) == 0
    with zipfile.ZipFile(wheel) as archive:
        paths = archive.namelist()
        assert len(set(paths)) == len(paths)
        assert paths[-1].endswith(".dist-info/RECORD")
    with WheelFile.open(wheel) as source:
        source.validate_record(validate_contents=True)


def prompts_of(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return {
            path.partition("acme/")[2]: archive.read(path)
            for path in archive.namelist()
            if "acme/prompts/" in path
        }


def status(project, inner):
    """What a build wrote into the tree, other than the inner backend itself."""
    shown = subprocess.run(
        ["git", "status", "--porcelain", "--untracked-files=all"],
        cwd=project,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found = [line[3:] for line in shown.splitlines()]
    return [path for path in found if not path.startswith(INNER[inner].leaves or "/")]


@BOTH
@EACH
def test_wheel_and_sdist_have_everything_and_leave_the_tree_as_it_was(
    make_project, build_with_hook, unpack, name, layout
):
    project = make_project(name, layout)

    wheel = build_with_hook(project, "wheel")
    sdist = build_with_hook(project, "sdist")

    check_wheel(wheel)
    prompts = prompts_of(wheel)
    assert prompts["prompts/agents/reviewer.md"].decode().endswith(f"---\n{TEXT}")
    with tarfile.open(sdist) as archive:
        paths = [member.name.partition("/")[2] for member in archive]
        dates = {member.mtime for member in archive if member.name.endswith(".md")}
    assert [paths.count(path) for path in INPUTS] == [1] * len(INPUTS)
    assert len(dates) >= 1
    again = build_with_hook(unpack(sdist), "wheel")
    check_wheel(again)
    assert prompts_of(again) == prompts
    assert status(project, name) == []
