"""Which environment is read, and what a project depends on."""

import sys

import pytest

from hatch_agpm.errors import ConfigError
from hatch_agpm.install.environment import (
    dependencies,
    find_environment,
    read_pyproject,
)


def make_environment(directory, *distributions):
    site = directory / "lib/python3.11/site-packages"
    site.mkdir(parents=True)
    for name, requires in distributions:
        information = site / f"{name}-1.dist-info"
        information.mkdir()
        lines = ["Metadata-Version: 2.1", f"Name: {name}", "Version: 1"]
        lines += [f"Requires-Dist: {each}" for each in requires]
        (information / "METADATA").write_text("\n".join(lines) + "\n")
    return site


@pytest.fixture
def active(tmp_path, monkeypatch):
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "active"))
    return tmp_path / "active"


def test_the_environment_of_the_project_is_first(tmp_path, active):
    own = make_environment(tmp_path / "app/.venv")
    make_environment(active)
    assert find_environment(tmp_path / "app", None).paths == (str(own),)
    other = make_environment(tmp_path / "other")
    assert find_environment(tmp_path / "app", tmp_path / "other").paths == (str(other),)


def test_then_the_active_one(tmp_path, active):
    site = make_environment(active)
    assert find_environment(tmp_path, None).paths == (str(site),)


def test_then_that_of_the_program(tmp_path, active):
    assert not active.exists()
    assert find_environment(tmp_path, None).paths == tuple(sys.path)


def test_a_directory_of_distributions_is_an_environment(tmp_path):
    site = make_environment(tmp_path, ("acme", []))
    found = find_environment(tmp_path, site)
    assert found.paths == (str(site),)
    assert found.distribution("ACME").version == "1"
    assert found.distribution("other") is None
    with pytest.raises(ConfigError) as raised:
        find_environment(tmp_path, tmp_path / "lib")
    assert raised.value.key == "--environment"


def test_dynamic_dependencies_are_those_of_the_installed_project(tmp_path):
    site = make_environment(tmp_path, ("app", ["Acme_Prompts>=1", "x; extra == 'y'"]))
    environment = find_environment(tmp_path, site)
    table = {"project": {"name": "app", "dynamic": ["dependencies"]}}
    assert dependencies(table, environment) == ["acme-prompts", "x"]
    table["project"]["dynamic"] = ["version", "optional-dependencies"]
    assert dependencies(table, environment) == ["acme-prompts", "x"]
    table["project"]["name"] = "other"
    with pytest.raises(ConfigError) as raised:
        dependencies(table, environment)
    assert raised.value.key == "pyproject.toml"


@pytest.mark.parametrize(
    "table",
    [
        {},
        {"project": 5, "tool": [], "dependency-groups": "x"},
        {"project": {"dependencies": [5, ""], "optional-dependencies": []}},
        {"tool": {"poetry": {"dependencies": {"python": "3"}, "group": {"a": 1}}}},
    ],
)
def test_tables_of_other_programs_may_be_wrong(tmp_path, table):
    assert dependencies(table, find_environment(tmp_path, None)) == []


def test_a_project_that_names_itself_does_not_depend_on_itself(tmp_path):
    project = {"name": "My.App", "optional-dependencies": {"x": ["my-app[y]", "z"]}}
    environment = find_environment(tmp_path, None)
    assert dependencies({"project": project}, environment) == ["z"]


def test_a_wrong_requirement_still_has_a_name(tmp_path):
    table = {"project": {"dependencies": ["acme >> 1", "beta@ x y z"]}}
    found = dependencies(table, find_environment(tmp_path, None))
    assert found == ["acme", "beta"]


def test_a_wrong_pyproject_is_an_error(tmp_path):
    assert read_pyproject(tmp_path) is None
    (tmp_path / "pyproject.toml").write_text("[project")
    with pytest.raises(ConfigError):
        read_pyproject(tmp_path)
