from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "example_pkg"

NAMES = """\
agents/backend-engineer
agents/backend-engineer-rust
commands/review-change
mcp-servers/project-files
snippets/release-notes
"""

MAIN = """
import runpy
sys.argv = ["example_pkg", *{!r}]
runpy.run_module("example_pkg", run_name="__main__")
"""


@pytest.fixture
def site(tmp_path, build, unpack):
    project = tmp_path / "example_pkg"
    shutil.copytree(EXAMPLE, project)
    return unpack(build(project).artefact)


def test_the_example_needs_nothing_but_hatchling_and_hatch_agpm_to_build():
    with (EXAMPLE / "pyproject.toml").open("rb") as file:
        pyproject = tomllib.load(file)

    assert pyproject["build-system"] == {
        "requires": ["hatchling", "hatch-agpm"],
        "build-backend": "hatchling.build",
    }
    assert pyproject["project"]["dependencies"] == []


def test_check_reports_nothing_for_the_example(tmp_path):
    project = tmp_path / "example_pkg"
    shutil.copytree(EXAMPLE, project)

    done = subprocess.run(
        [sys.executable, "-m", "hatch_agpm", "check", "--strict", "--project", project],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("5 prompts in example_pkg/prompts, 2 exported to ")
    assert done.stdout.count("\n") == 1


def test_the_module_lists_its_prompts(site, run_python):
    assert run_python(MAIN.format([]), site) == NAMES


def test_the_variants_differ_in_the_language_and_share_the_projects_rules(
    site, run_python
):
    python = run_python(MAIN.format(["agents/backend-engineer"]), site)
    rust = run_python(MAIN.format(["agents/backend-engineer-rust"]), site)

    for text, own, other in ((python, "Python", "Rust"), (rust, "Rust", "Python")):
        assert "You work on example-pkg 1.2.0 (Writes release notes" in text
        assert f"most of your code is {own}." in text
        assert f"# {own}: practices" in text
        assert f"# {own}: style" in text
        assert f"# {other}" not in text
        assert "# Style of this repository" in text
        assert "# How we work here" in text


def test_the_packages_own_code_uses_a_prompt(site, run_python):
    output = run_python(
        "from example_pkg.release_notes import messages\n"
        "system, user = messages(['Add x', 'Drop y'], lines=12)\n"
        "assert '- keep it below 12 lines;' in system['content']\n"
        "print(system['content'].splitlines()[0]); print(user['content'])",
        site,
    )

    first, *rest = output.splitlines()
    assert first.startswith("You write the release notes of example-pkg 1.2.0,")
    assert rest == ["- Add x", "- Drop y"]


def test_coding_agents_find_what_the_example_exports(site):
    top = site / "example_pkg/.agents"
    texts = {
        path.relative_to(top).as_posix(): path.read_text(encoding="utf-8")
        for path in top.rglob("*")
        if path.is_file()
    }

    skill = "skills/example-pkg-release-notes"
    agent = "agents/example-pkg-release-editor.md"
    assert sorted(texts) == [
        ".claude-plugin/plugin.json",
        "README.md",
        agent,
        f"{skill}/SKILL.md",
        f"{skill}/references/groups.md",
        f"{skill}/scripts/commits.sh",
    ]
    assert '"version": "1.2.0"' in texts[".claude-plugin/plugin.json"]
    assert "with example-pkg 1.2.0" in texts[agent]
    assert "# Release notes with example-pkg 1.2.0" in texts[f"{skill}/SKILL.md"]
    assert "from example_pkg.release_notes" in texts[f"{skill}/SKILL.md"]
