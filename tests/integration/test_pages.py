"""The how-to and reference pages: their commands are run, their tables are read."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from hatch_agpm.cli.main import main
from hatch_agpm.config.declared import read_table
from hatch_agpm.config.tables import ProjectTable
from hatch_agpm.formats.toml import TableReader

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^( *)```(\w+)[^\n]*\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)
COMMAND = re.compile(r"^\$ hatch-agpm (.*?)(?: +#.*)?$", re.MULTILINE)
SYSTEM = "requires = ['hatchling', 'hatch-agpm']\nbuild-backend = 'hatchling.build'\n"


def blocks(page, language):
    return [
        text.replace("\n" + indent, "\n").removeprefix(indent)
        for indent, lang, text in BLOCK.findall(page.read_text("utf-8"))
        if lang == language
    ]


def name(page):
    return page.relative_to(ROOT).as_posix()


TABLES = [
    pytest.param(text, id=f"{name(page)}-{number}")
    for page in PAGES
    for number, text in enumerate(blocks(page, "toml"))
]


@pytest.mark.parametrize("text", TABLES)
def test_every_table_has_known_options_only(text):
    table = tomllib.loads(text).get("tool", {}).get("hatch-agpm", {})
    reader = TableReader(path="tool.hatch-agpm")
    read_table(ProjectTable, table, reader)
    assert [str(problem) for problem in reader.problems] == []


@pytest.mark.parametrize("page", ["build", "other-backends", "sources"])
def test_every_command_of_a_how_to_runs(
    copy_project, build, edit, site, monkeypatch, page
):
    project = copy_project("flat")
    edit(project, "", f"\n[build-system]\n{SYSTEM}")
    # `add` is for wheels that were built without the hook.
    off = {"HATCH_BUILD_NO_HOOKS": "true"} if page == "other-backends" else {}
    wheel = build(project, **off).artefact
    pip = [sys.executable, "-m", "pip", "install", "--no-index", "--no-deps"]
    subprocess.run([*pip, "--quiet", "--target", site, wheel], check=True)
    (project / "dist").mkdir()
    wheel.rename(project / "dist" / wheel.name)
    monkeypatch.chdir(project)
    text = (ROOT / f"docs/how-to/{page}.md").read_text("utf-8")
    commands = COMMAND.findall(text)

    assert commands
    for command in commands:
        shown = command.replace("acme-1.2.0-py3-none-any.whl", wheel.name)
        shown = shown.replace("--installed acme", "--installed flat")
        arguments = shown.replace("path/to/project", ".").split()
        if "*" in arguments[-1]:
            arguments[-1:] = map(str, Path().glob(arguments[-1]))
        assert main(arguments) == 0, command


def test_the_stub_of_a_development_install_is_written_and_checked(
    copy_project, monkeypatch
):
    monkeypatch.chdir(copy_project("flat"))
    text = (ROOT / "docs/how-to/development-installs.md").read_text("utf-8")
    commands = COMMAND.findall(text)
    assert commands == ["stub", "stub --check"]
    assert [main(command.split()) for command in commands] == [0, 0]


def test_init_prints_what_the_page_about_adopting_shows(
    write_files, monkeypatch, capsys
):
    (console,) = blocks(ROOT / "docs/how-to/adopting.md", "console")
    command, shown = console.split("\n", 1)
    system = "requires = ['hatchling']\nbuild-backend = 'hatchling.build'\n"
    project = f'[build-system]\n{system}[project]\nname = "acme"\nversion = "1"\n'
    files = {
        "pyproject.toml": project,
        "src/acme/__init__.py": "",
        "src/acme/prompts/system.txt": "System.\n",
        "src/acme/prompts/planner/system.txt": "Planner.\n",
    }
    monkeypatch.chdir(write_files(files))

    assert main(command.split()[2:]) == 0
    assert capsys.readouterr().out == shown
