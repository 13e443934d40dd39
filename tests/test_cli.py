from __future__ import annotations

import os
import subprocess
import sys

import pytest

from hatch_agpm import __version__
from hatch_agpm.cli import main

REVIEWER = "You review flat 1.2.0.\nBe kind.\nNo tabs.\nÄ Ada Lovelace, requests>=2\n"


def run(*arguments, module="hatch_agpm", **options):
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        capture_output=True,
        check=False,
        **options,
    )


@pytest.fixture
def flat(copy_project):
    return copy_project("flat")


def test_list_shows_each_prompt_of_the_wheel_with_its_template(flat, capsys):
    assert main(["list", "--project", str(flat)]) == 0

    assert capsys.readouterr().out == (
        "agents/reviewer  prompts/agents/reviewer.md\n"
        "scripts/check    prompts/scripts/check.sh\n"
    )


@pytest.mark.parametrize(
    "name", ["agents/reviewer", "reviewer", "prompts/agents/reviewer"]
)
def test_render_writes_the_document_byte_for_byte(flat, build, name):
    expected = build(flat).files["flat/prompts/agents/reviewer.md"]

    done = run(
        "render", name, cwd=flat, env={**os.environ, "PYTHONIOENCODING": "ascii"}
    )

    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == expected
    assert expected.decode().endswith(REVIEWER)


def test_render_knows_dependencies_that_are_not_in_the_wheel(flat):
    done = run("render", "prompts/snippets/python-tone", cwd=flat)

    assert done.stdout == b"Be kind.\n"


def test_render_into_a_directory_writes_the_files_of_the_wheel(flat, build, tmp_path):
    target = tmp_path / "new" / "out"

    done = run("render", "--output", target, "--project", flat)

    assert done.stdout.decode() == f"2 files in {target}\n"
    wheel = build(flat).files
    written = {
        path.relative_to(target).as_posix(): path.read_bytes()
        for path in target.rglob("*")
        if path.is_file()
    }
    assert sorted(written) == ["agents/reviewer.md", "scripts/check.sh"]
    assert all(wheel[f"flat/prompts/{path}"] == data for path, data in written.items())
    assert os.access(target / "scripts/check.sh", os.X_OK)
    assert [path.name for path in target.parent.iterdir()] == ["out"]


def test_render_into_an_empty_directory_is_fine(flat, tmp_path):
    assert (
        main(["render", "--output", str(tmp_path / "e"), "--project", str(flat)]) == 0
    )
    (tmp_path / "x").mkdir()

    assert (
        main(["render", "--output", str(tmp_path / "x"), "--project", str(flat)]) == 0
    )


def test_render_does_not_touch_a_directory_that_holds_something(flat, tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")

    assert main(["render", "--output", str(tmp_path), "--project", str(flat)]) == 1

    assert capsys.readouterr().err == (
        f"hatch-agpm: {tmp_path}: is there already; delete it first\n"
    )
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "mine"


def test_a_render_that_fails_writes_nothing(flat, tmp_path, capsys):
    (flat / "docs/rules.md").unlink()
    target = tmp_path / "out"

    assert main(["render", "--output", str(target), "--project", str(flat)]) == 1

    assert capsys.readouterr().err.startswith("hatch-agpm: prompts/agents/reviewer.md:")
    assert not target.exists()


def test_check_says_what_a_build_would_and_writes_nothing(flat, build, capsys):
    before = sorted(flat.rglob("*"))

    assert main(["check", "--project", str(flat)]) == 0

    assert sorted(flat.rglob("*")) == before
    line, _ = build(flat).output.splitlines()
    assert f"hatch-agpm: {capsys.readouterr().out}" == f"{line}\n"


@pytest.mark.parametrize("command", [["check"], ["list"], ["render", "reviewer"]])
def test_what_a_build_refuses_the_command_refuses_alike(
    flat, error_of, capsys, command
):
    (flat / "prompts/agents/reviewer.md").write_text(
        "---\nagpm:\n  templating: true\n---\nHi {{ nme }}\n", encoding="utf-8"
    )

    assert main([*command, "--project", str(flat)]) == 1

    captured = capsys.readouterr()
    assert captured.err == error_of(flat)
    assert captured.out == ""


def test_check_finds_what_lies_where_the_bundle_goes(flat, error_of, capsys):
    (flat / "flat/prompts.py").touch()

    assert main(["check", "--project", str(flat)]) == 1

    assert capsys.readouterr().err == error_of(flat)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "agents/reviwer",
            "'agents/reviwer' is not a prompt of this project; "
            "did you mean 'agents/reviewer'?",
        ),
        (
            "zzz",
            "'zzz' is not a prompt of this project; "
            "`hatch-agpm list` shows their names",
        ),
    ],
)
def test_an_unknown_name_is_an_error_with_the_nearest_one(flat, capsys, name, message):
    assert main(["render", name, "--project", str(flat)]) == 1

    assert capsys.readouterr().err == f"hatch-agpm: {message}\n"


def test_a_name_of_two_texts_is_refused_with_both(flat, capsys):
    pyproject = flat / "pyproject.toml"
    text = pyproject.read_text(encoding="utf-8").replace(
        "[tool.hatch-agpm.scripts]",
        'other = { path = "prompts/agents/reviewer.md", '
        'filename = "other.md", template_vars = '
        '{ project = { version = "9" } } }\n\n[tool.hatch-agpm.scripts]',
    )
    pyproject.write_text(text, encoding="utf-8")

    name = "prompts/agents/reviewer"
    assert main(["render", name, "--project", str(flat)]) == 1

    assert capsys.readouterr().err == (
        f"hatch-agpm: '{name}' means several: agents/other, agents/reviewer\n"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "pyproject.toml: cannot be read: No such file or directory"),
        ("x", "pyproject.toml: is no valid TOML: "),
        (
            '[project]\nname = 3\n[build-system]\nbuild-backend = "hatchling.build"',
            "project is refused by hatchling: ",
        ),
        ("project = 3", "project must be a table, got 3"),
    ],
)
def test_a_project_that_cannot_be_read_is_an_error(tmp_path, capsys, text, message):
    if text is not None:
        (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")

    assert main(["list", "--project", str(tmp_path)]) == 1

    assert capsys.readouterr().err.startswith(f"hatch-agpm: {message}")


def test_dynamic_metadata_is_asked_of_hatchling(copy_project, build):
    project = copy_project("dynamic-metadata")
    with (project / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write('\n[build-system]\nbuild-backend = "hatchling.build"\n')

    done = run("render", "about", cwd=project)

    path = "dynamic_metadata/prompts/snippets/about.md"
    assert done.stdout == build(project).files[path], done.stderr


def test_a_reader_that_goes_away_is_no_error_to_speak_of(flat):
    read, write = os.pipe()
    os.close(read)

    done = subprocess.run(
        [sys.executable, "-m", "hatch_agpm", "list"],
        cwd=flat,
        stdout=write,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(write)

    assert (done.returncode, done.stderr) == (1, b"")


def test_the_version_is_that_of_the_package(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["--version"])

    assert caught.value.code == 0
    assert capsys.readouterr().out == f"{__version__}\n"


@pytest.mark.parametrize(
    "arguments", [[], ["render"], ["render", "x", "--output", "y"], ["lst"]]
)
def test_a_wrong_command_line_is_explained_and_gives_2(arguments):
    done = run(*arguments)

    assert done.returncode == 2
    assert b"usage: hatch-agpm" in done.stderr
    assert b"Traceback" not in done.stderr
