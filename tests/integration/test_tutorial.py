"""The tutorial, step by step: each file is written, each command and program is run."""

import re
from pathlib import Path

from hatch_agpm.cli.main import main

PAGE = (Path(__file__).parents[2] / "docs/tutorial.md").read_text("utf-8")
STEP = re.compile(r"^## (\d)\. .*?\n(.*?)(?=^## )", re.DOTALL | re.MULTILINE)
STEPS = dict(STEP.findall(PAGE))
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
WRONG = "agpm.project.nmae"


def files_of(step):
    return {title: text for _, title, text in BLOCK.findall(STEPS[step]) if title}


def shown(step, language):
    (block,) = [
        text
        for lang, title, text in BLOCK.findall(STEPS[step])
        if lang == language and not title
    ]
    return block


def files_until(last):
    """Return the files of a reader who has done all steps up to this one."""
    return {
        path: text
        for step in STEPS
        if step <= last
        for path, text in files_of(step).items()
    }


def run(step, write_files, monkeypatch, capsys):
    """Run the command of a step, and return what it prints."""
    monkeypatch.chdir(write_files(files_until(step)))
    command = shown(step, "console").split()
    assert command[:2] == ["$", "hatch-agpm"]
    assert main(command[2:]) == 0
    # With the extra `tokens`, they are counted.
    return re.sub(r"[~\d]+ tokens", "~5 tokens", capsys.readouterr().out)


def test_the_first_project_is_listed(write_files, monkeypatch, capsys):
    assert run("1", write_files, monkeypatch, capsys) == shown("1", "text")


def test_the_template_is_rendered(write_files, monkeypatch, capsys):
    assert run("2", write_files, monkeypatch, capsys) == shown("2", "text")


def test_the_snippet_is_embedded(write_files, monkeypatch, capsys):
    assert run("3", write_files, monkeypatch, capsys) == shown("3", "text")


def test_the_wheel_fills_in_the_value(
    write_files, build, unpack, run_python, monkeypatch, capsys
):
    run("5", write_files, monkeypatch, capsys)
    wheel = build(write_files(files_until("5"))).artefact

    output = run_python(shown("5", "python"), unpack(wheel))

    assert output.rstrip() == shown("5", "text").rstrip()


def test_the_mistake_is_reported_as_the_page_shows(write_files, error_of):
    files = files_until("5")
    reviewer = "prompts/agents/reviewer.md"
    files[reviewer] = files[reviewer].replace("agpm.project.name", WRONG)

    message = error_of(write_files(files)).strip().splitlines()[0]

    assert message == shown("6", "text").rstrip()
