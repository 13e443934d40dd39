"""The messages about a project's table, its directories and its output."""

import json

import pytest

from hatch_agpm.config.output import find_output, output_problem
from hatch_agpm.config.project import editable_mode, load_toml, read_project
from hatch_agpm.errors import AgpmError, ConfigError


def text_of(function, *arguments, **named):
    """Return the message of the error that a call raises."""
    with pytest.raises(AgpmError) as caught:
        function(*arguments, **named)
    return str(caught.value)


@pytest.mark.parametrize(
    ("tool", "message"),
    [
        ({"hatch-agpm": 3}, "tool.hatch-agpm must be a table, got 3"),
        ({"agpm": {}}, "tool.agpm is not read; call it tool.hatch-agpm"),
        (
            {"hatch-agpm": {"sbom": "yes", "agents": {}}},
            "tool.hatch-agpm.sbom must be true or false, got 'yes'",
        ),
    ],
)
def test_a_wrong_table_is_reported(write_files, tool, message):
    root = write_files({"a.md": "A"})
    assert text_of(read_project, root, {"tool": tool}) == message


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (
            "in_tree",
            "must be one of 'redirect', 'in-tree', 'off', got 'in_tree'; "
            "did you mean 'in-tree'?",
        ),
        (True, "must be a string, got true"),
    ],
)
def test_an_unknown_kind_of_editable_install_is_reported(value, message):
    table = {"tool": {"hatch-agpm": {"editable": value}}}
    shown = text_of(editable_mode, table)
    assert shown == f"tool.hatch-agpm.editable {message}"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        (
            "prompts/snipets/x.md",
            "prompts/snipets: is not a directory of resources; did you mean "
            "'snippets'?",
        ),
        (
            "prompts/skills/SKILL.md",
            "prompts/skills/SKILL.md: is not in a directory of its own, whose name is "
            "that of the skill; move it into one",
        ),
    ],
)
def test_a_directory_that_holds_no_resources_is_reported(write_files, path, message):
    root = write_files({"prompts/commands/a.md": "", path: ""})
    assert text_of(read_project, root, {"tool": {"hatch-agpm": {}}}) == message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a = [", "x.toml: is not valid TOML: Invalid value (at end of document)"),
        (b"a = '\xff'", "x.toml: is not UTF-8 text"),
        (b"a = " + b"[" * 9_999, "x.toml: is nested too deeply"),
    ],
)
def test_a_file_that_is_not_toml_is_reported(content, message, tmp_path):
    (tmp_path / "x.toml").write_bytes(content)
    assert text_of(load_toml, tmp_path / "x.toml", "x.toml") == message


@pytest.mark.parametrize(
    ("files", "found"),
    [
        (["one/__init__.py", "two/__init__.py"], "there are one and two"),
        (["other/x.py"], "there is no package 'pkg'"),
        (["pkg/a.py", "src/pkg/a.py"], "there are pkg and src/pkg"),
    ],
)
def test_an_output_that_cannot_be_guessed_is_reported(files, found, write_files):
    root = write_files(dict.fromkeys([*files, "prompts/agents/a.md"], ""))
    assert text_of(find_output, root, None, {}, "pkg") == (
        f"tool.hatch-agpm.output is missing: {found}; say where the prompts go: "
        'output = "<package>/prompts"'
    )


def test_an_output_in_a_misspelt_package_is_reported(write_files):
    root = write_files({"pkg/__init__.py": "", "prompts/agents/a.md": ""})
    assert text_of(find_output, root, "pgk/prompts", {}, "pkg") == (
        "tool.hatch-agpm.output is in 'pgk', which does not exist, got "
        "'pgk/prompts'; did you mean 'pkg'?"
    )


def test_a_wrong_date_of_the_build_is_reported(copy_project, edit, error_of):
    project = copy_project("flat")
    table = "[tool.hatch-agpm.project]"
    edit(project, table, f"[tool.hatch-agpm]\nsbom = true\n\n{table}")

    shown = error_of(project, "wheel", "setuptools", SOURCE_DATE_EPOCH="noon")
    assert shown.endswith(
        "error: hatch-agpm: SOURCE_DATE_EPOCH must be a number of seconds since 1970, "
        "got 'noon'\n"
    )


@pytest.mark.parametrize(
    ("output", "problem"),
    [
        (
            f"{'a' * 300}/pkg/prompts",
            "is not a valid directory on every system: 'aaaaaaaaaaaaaaaaaaaa...' is "
            "longer than 255 bytes",
        ),
        (f"{'a/' * 550}pkg/prompts", "must not be longer than 1024 bytes"),
    ],
)
def test_an_output_that_is_too_long_is_reported(output, problem):
    assert output_problem(output) == problem


@pytest.mark.parametrize("path", ["a" * 300, "a/" * 1100])
@pytest.mark.parametrize(
    ("table", "key"),
    [
        ({"skills": None}, "skills"),
        ({"agents": {"x": None}}, "agents.x.path"),
    ],
)
def test_a_path_that_no_system_can_have_is_reported(path, table, key, tmp_path):
    text = json.dumps(table).replace("null", json.dumps(path))
    tables = {"tool": {"hatch-agpm": json.loads(text)}}

    with pytest.raises(ConfigError) as caught:
        read_project(tmp_path, tables)
    assert str(caught.value).startswith(
        f"tool.hatch-agpm.{key} is longer than a path can be, got 'a"
    )
