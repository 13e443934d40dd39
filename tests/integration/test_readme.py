"""The README and the pages: examples are built, commands run, links followed."""

import re
from pathlib import Path

import pytest

from hatch_agpm.cli.main import main
from hatch_agpm.config.declared import keys_of
from hatch_agpm.config.tables import EntryTable, ProjectTable
from hatch_agpm.model.types import RESOURCE_TYPES

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
OPTIONS = (ROOT / "docs/reference/options.md").read_text("utf-8")
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    ROOT / "example_pkg/README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
BLOCK = re.compile(
    r"^( *)```(\w+)(?: ([^\n]+))?\n(.*?)^\1```$", re.DOTALL | re.MULTILINE
)
LINK = re.compile(r"\]\(([^)#\s]*)(?:#([^)\s]+))?\)")
FENCES = re.DOTALL | re.MULTILINE
ERROR_LINES = 3
"""The message, the line of the file, and the mark below it."""
README_LINES = 200


def blocks(language, title=None):
    return [
        text.replace("\n" + indent, "\n").removeprefix(indent)
        for indent, lang, name, text in BLOCK.findall(README)
        if lang == language and (title is None or name == title)
    ]


def named_files():
    return {name: text for _, _, name, text in BLOCK.findall(README) if name}


def anchors(page):
    """Return the anchors of a page, as GitHub makes them of its headings."""
    text = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=FENCES)
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    }


def links():
    """Return a case for each link into the repository: page, target, anchor."""
    for page in PAGES:
        for target, anchor in LINK.findall(page.read_text("utf-8")):
            if not target.startswith(("https://", "http://")):
                label = f"{page.relative_to(ROOT)}: {target}#{anchor}"
                yield pytest.param(page, target, anchor, id=label)


GREETING = "prompts/greeting.md"


@pytest.mark.parametrize("number", [0, 1])
def test_the_example_builds_and_prints_the_text_shown(
    write_files, build, unpack, run_python, number
):
    files = named_files()
    assert [*files] == ["pyproject.toml", GREETING, "src/greeter/__init__.py"]
    assert "---" not in files[GREETING]
    files[GREETING] = blocks("markdown")[number]
    wheel = build(write_files(files)).artefact
    (program,) = blocks("python", "")
    expected = blocks("text")[number]
    assert run_python(program, unpack(wheel)).rstrip() == expected.rstrip()


def test_the_error_shown_is_the_one_users_get(write_files, error_of):
    files = named_files()
    files[GREETING] = blocks("markdown")[1].replace(
        "{{ agpm.project.name }} {{ agpm.project.version }}", "{{ agpm.project.nmae }}"
    )
    shown = blocks("text")[2]
    seen = error_of(write_files(files))
    assert len(shown.splitlines()) == ERROR_LINES
    assert [line.strip() for line in shown.splitlines()] == [
        line.strip() for line in seen.strip().splitlines()
    ]


def test_the_readme_is_short():
    assert len(README.splitlines()) <= README_LINES


@pytest.mark.parametrize(
    "option",
    [each.name for each in keys_of(ProjectTable)],
)
def test_every_option_of_the_table_is_described(option):
    table = OPTIONS.partition("## The table")[2].partition("## A resource")[0]
    assert f"`{option}`" in table


@pytest.mark.parametrize("option", [each.name for each in keys_of(EntryTable)])
def test_every_option_of_a_resource_is_described(option):
    table = OPTIONS.partition("## A resource")[2].partition("## What")[0]
    assert f"`{option}`" in table


@pytest.mark.parametrize("type_", RESOURCE_TYPES)
def test_every_type_is_described(type_):
    assert f"`{type_}`" in OPTIONS


@pytest.mark.parametrize(("page", "target", "anchor"), [*links()])
def test_every_link_has_a_target(page, target, anchor):
    path = (page.parent / target) if target else page
    assert path.exists()
    assert not anchor or anchor in anchors(path)


def test_every_page_is_in_the_table_of_contents():
    contents = (ROOT / "docs/README.md").read_text("utf-8")
    pages = {
        page.relative_to(ROOT / "docs").as_posix()
        for page in (ROOT / "docs").rglob("*.md")
        if page.parent.name != "adr"
    } - {"README.md"}
    assert {page for page in pages if f"({page})" not in contents} == set()


@pytest.mark.parametrize(
    "command", re.findall(r"^\$ (hatch-agpm .*?)(?: +#.*)?$", README, re.MULTILINE)
)
def test_every_command_runs(command, write_files, monkeypatch):
    monkeypatch.chdir(write_files(named_files()))
    assert main(command.split()[1:]) == 0


def test_every_package_has_its_place_on_the_page_about_architecture():
    page = (ROOT / "docs/architecture.md").read_text("utf-8")
    packages = {
        path.parent.relative_to(ROOT / "hatch_agpm").as_posix()
        for path in (ROOT / "hatch_agpm").rglob("*.py")
    } - {"."}
    assert packages
    for package in packages:
        assert f"`{package}/`" in page
