"""The messages about Git sources and what `hatch-agpm vendor` does with them."""

import os

import pytest
from git_repositories import GitRepository

from hatch_agpm.cli.main import main

PYPROJECT = """\
[build-system]
requires = ["hatchling", "hatch-agpm"]
build-backend = "hatchling.build"

[project]
name = "pkg"
version = "1.0"

[tool.hatch.build.hooks.agpm]

[tool.hatch-agpm]
output = "pkg/prompts"

[tool.hatch-agpm.sources]
x = { git = "ADDRESS" }

[tool.hatch-agpm.agents]
a = { source = "x", path = "a.md", version = "^1.0" }
b = { source = "x", path = "b.md", version = "^1.0" }
"""
SOURCE = "tool.hatch-agpm.sources.x:"
ENTRY = "tool.hatch-agpm.agents.a.path:"


@pytest.fixture
def repository(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    made = GitRepository(tmp_path / "repository")
    made.commit({"a.md": "a", "b.md": "b"}, "v1.0.0")
    return made


@pytest.fixture
def error_of(repository, write_files, tmp_path, edit, capsys):
    """Run `hatch-agpm` in a project with a change, and return what it reports."""
    project = tmp_path / "project"
    write_files(
        {
            "project/pyproject.toml": PYPROJECT.replace("ADDRESS", repository.address),
            "project/pkg/__init__.py": "",
        }
    )

    def run(*arguments, change=("", "")):
        edit(project, *change)
        code = main([*arguments, "--project", str(project)])
        lines = capsys.readouterr().err.splitlines()
        assert code == 1
        said = [line for line in lines if not line.startswith("fetching ")]
        return "\n".join(said).removeprefix("hatch-agpm: ")

    return run


@pytest.mark.parametrize("command", ["check", "list"])
def test_missing_copies_are_one_error(error_of, command):
    assert error_of(command) == (
        "hatch-agpm.lock: does not exist, and templates of Git repositories are "
        "vendored; run `hatch-agpm vendor`"
    )


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            '"^3.0"',
            f"{ENTRY} it has no tag in the range '^3.0'; the highest are v1.0.0",
        ),
        (
            '"1.0"',
            f"{ENTRY} it has no tag, branch or commit '1.0'; write '^1.0' for the "
            "highest compatible version",
        ),
        (
            '"mian"',
            f"{ENTRY} it has no tag, branch or commit 'mian'; did you mean 'main'?",
        ),
        (
            '"^1.x.2"',
            f"{ENTRY} the range '^1.x.2' is wrong: '^1.x.2' is not a condition such as "
            "'^1.2'; write '^1.2', '~1.2', '>=1.2, <3', ...",
        ),
    ],
)
def test_a_version_that_is_not_there_is_one_error(error_of, asked, said):
    assert error_of("vendor", change=('"^1.0"', asked)) == said


def test_a_repository_that_is_not_there_is_one_error(error_of, repository):
    address = repository.address
    assert error_of("vendor", change=(address, "file:///nowhere")) == (
        f"{SOURCE} is not there, or you may not read it (git: '/nowhere' does not "
        "appear to be a git repository); check the address"
    )


def test_without_git_there_is_one_error(error_of, monkeypatch):
    monkeypatch.setenv("PATH", os.devnull)

    assert error_of("vendor") == (
        f"{SOURCE} needs git, which is not on the path; install git"
    )


def test_a_server_that_does_not_answer_is_one_error(error_of, repository):
    address = repository.address
    said = error_of("vendor", change=(address, "http://127.0.0.1:1/x.git"))
    assert said.startswith(f"{SOURCE} cannot be reached (git: ")
    assert said.endswith("); builds need no connection, `vendor` does")


def test_two_sources_with_one_address_are_reported(error_of, repository):
    address = repository.address
    more = f'x = {{ git = "{address}" }}\ny = {{ git = "{address}/" }}'
    assert error_of("vendor", change=(f'x = {{ git = "{address}" }}', more)) == (
        "tool.hatch-agpm.sources.y is the same repository as 'x'; use one name for it"
    )


def test_an_unknown_name_is_reported(error_of):
    assert error_of("vendor", "update", "y") == (
        "'y' is not a Git source of this project; they are x"
    )


def test_agpms_lock_that_is_missing_is_reported(error_of):
    assert error_of("vendor", "--locked") == (
        "agpm.lock: is not there; run `agpm install`, or leave out --locked"
    )


def test_outdated_needs_a_lock_file(error_of):
    assert error_of("vendor", "outdated") == (
        "hatch-agpm.lock: has no Git sources; run `hatch-agpm vendor`"
    )


def test_a_missing_directory_of_copies_is_one_error(error_of, tmp_path):
    project = tmp_path / "project"
    assert main(["vendor", "--project", str(project)]) == 0
    (project / "prompts").rename(tmp_path / "away")

    assert error_of("check") == (
        f"{SOURCE} prompts/vendor/x is missing; run `hatch-agpm vendor`"
    )


def test_a_file_that_is_not_there_is_reported(error_of):
    assert error_of("vendor", change=('"a.md"', '"aa.md"')) == (
        "tool.hatch-agpm.agents.a.path names no file, got 'aa.md'; did you mean 'a.md'?"
    )
