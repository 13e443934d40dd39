"""A package that ships a skill, built from its own sdist by pdm-backend."""

from __future__ import annotations

import subprocess
import sys
import zipfile

import pytest
from checks import check_wheel

pytestmark = [pytest.mark.slow, pytest.mark.network]

SKILL = "typer/.agents/skills/typer/SKILL.md"
TABLE = """
[tool.hatch-agpm]
build-backend = "pdm.backend"
skills = "typer/.agents/skills"
"""


def test_typer_exports_its_skill_in_place_with_five_lines(
    tmp_path, unpack, edit, build_with_hook
):
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    source = ["--no-binary", "typer", "--no-build-isolation", "typer==0.29.2"]
    subprocess.run([*pip, "-d", tmp_path / "sdist", *source], check=True)
    (sdist,) = (tmp_path / "sdist").iterdir()
    project = unpack(sdist)
    edit(project, '"pdm-backend",', '"pdm-backend", "hatch-agpm",')
    edit(project, '"pdm.backend"', '"hatch_agpm.backend"')
    edit(project, "", TABLE)

    wheel = build_with_hook(project, "wheel")
    second = build_with_hook(unpack(build_with_hook(project, "sdist")), "wheel")

    check_wheel(wheel)
    with zipfile.ZipFile(wheel) as archive:
        skill = archive.read(SKILL)
        listed = archive.read("typer-0.29.2.dist-info/agpm-prompts.txt").decode()
    assert skill == (project / SKILL).read_bytes()
    assert SKILL in listed
    assert second.read_bytes() == wheel.read_bytes()
