"""The README: its example is built, read and broken, its tables are complete."""

import re
from pathlib import Path

import pytest

from hatch_agpm.config.manifest import SECTIONS
from hatch_agpm.model.types import RESOURCE_TYPES

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
BLOCK = re.compile(
    r"^( *)```(\w+)(?: ([^\n]+))?\n(.*?)^\1```$", re.DOTALL | re.MULTILINE
)


def blocks(language, title=None):
    return [
        text.replace("\n" + indent, "\n").removeprefix(indent)
        for indent, lang, name, text in BLOCK.findall(README)
        if lang == language and (title is None or name == title)
    ]


def named_files():
    return {name: text for _, _, name, text in BLOCK.findall(README) if name}


def test_the_example_builds_and_prints_what_is_promised(
    write_files, build, unpack, run_python
):
    wheel = build(write_files(named_files())).artefact
    (program,) = blocks("python", "")
    expected, _ = blocks("text")[:2]
    assert run_python(program, unpack(wheel)).rstrip() == expected.rstrip()


def test_the_error_shown_is_the_one_users_get(write_files, error_of):
    files = named_files()
    greeter = "prompts/agents/greeter.md"
    files[greeter] = files[greeter].replace(
        "{{ agpm.project.name }} {{ agpm.project.version }}", "{{ agpm.project.nmae }}"
    )
    shown = blocks("text")[1].replace("\n  ", "\n")
    seen = error_of(write_files(files))
    assert [line.strip() for line in shown.splitlines()] == [
        line.strip() for line in seen.strip().splitlines()
    ]


@pytest.mark.parametrize(
    "option",
    ["output", "manifest", "metadata", "templates", "env", "limits", *SECTIONS],
)
def test_every_option_of_the_table_is_described(option):
    table = README.partition("## Options")[2].partition("A resource is")[0]
    assert f"`{option}`" in table


@pytest.mark.parametrize("type_", RESOURCE_TYPES)
def test_every_type_is_described(type_):
    assert f"`{type_}`" in README


@pytest.mark.parametrize("target", re.findall(r"\]\(([^)#]+?)\)", README))
def test_every_link_leads_somewhere(target):
    if not target.startswith("https://"):
        assert (ROOT / target).exists()


@pytest.mark.parametrize(
    "command", re.findall(r"^\$ (hatch-agpm .*?)(?: +#.*)?$", README, re.MULTILINE)
)
def test_every_command_runs(command, write_files, monkeypatch):
    from hatch_agpm.cli.main import main  # noqa: PLC0415 - heavy

    monkeypatch.chdir(write_files(named_files()))
    assert main(command.split()[1:]) == 0


def test_every_package_has_its_place_on_the_page_about_architecture():
    floors = (ROOT / "docs/architecture.md").read_text("utf-8")
    packages = {
        path.parent.relative_to(ROOT / "hatch_agpm").as_posix()
        for path in (ROOT / "hatch_agpm").rglob("*.py")
    } - {"."}
    assert packages
    for package in packages:
        assert f"`{package}/`" in floors
