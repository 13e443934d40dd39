"""`hatch-agpm install` and `uninstall`: files, the record, and what is the user's."""

import json
import shutil
import stat
import sys

import pytest
from shipping import tree

REVIEWER = ".claude/agents/agpm/reviewer.md"
HELPER = ".opencode/agent/agpm/helper.md"
TONE = ".agpm/snippets/a/tone.md"
TIE = ".claude/skills/agpm/a/tie/SKILL.md"
NETS = ".claude/skills/mend-nets/SKILL.md"
SCRIPT = ".claude/skills/mend-nets/mend.sh"
HOOKS = ".claude/settings.local.json"
SERVER = ".mcp.json:mcpServers.docs"
RECORD = ".hatch-agpm/installed.json"


def record_of(project):
    return json.loads((project / RECORD).read_text("utf-8"))


def by_action(report, action):
    return [item["name"] for item in report["items"] if item["action"] == action]


def test_everything_goes_where_its_tool_looks(run, project):
    code, report = run("install")
    assert code == 0
    assert report["ok"]
    assert set(tree(project)) == {
        "pyproject.toml",
        *(REVIEWER, HELPER, TONE, TIE, NETS, SCRIPT),
        *(HOOKS, ".mcp.json", ".opencode/opencode.json"),
    }
    assert (project / REVIEWER).read_text().endswith("Be 1.0.\n")
    if sys.platform != "win32":
        assert (project / SCRIPT).stat().st_mode & stat.S_IXUSR
        assert not (project / NETS).stat().st_mode & stat.S_IXUSR


def test_dynamic_dependencies_that_are_not_known_remove_nothing(run, project):
    run("install")
    before = tree(project)
    text = (project / "pyproject.toml").read_text()
    dynamic = text.replace('dependencies = ["acme>=1"]', 'dynamic = ["dependencies"]')
    (project / "pyproject.toml").write_text(dynamic)
    before["pyproject.toml"] = dynamic
    assert run("install")[0] == 1
    assert tree(project) == before
    assert run("install", "acme")[0] == 0


def test_installing_twice_changes_nothing(run, project, states):
    run("install")
    before, record = tree(project), (project / RECORD).read_bytes()
    code, report = run("install")
    assert (code, by_action(report, "none")) == (
        0,
        [item["name"] for item in report["items"]],
    )
    assert (tree(project), (project / RECORD).read_bytes()) == (before, record)
    assert states() == {}


def test_before_and_with_a_dry_run_all_is_missing_and_nothing_is_written(
    run, project, states
):
    assert set(states()) == {"missing"}
    code, report = run("install", "--dry-run")
    assert (code, len(by_action(report, "write"))) == (0, 10)
    assert [*project.iterdir()] == [project / "pyproject.toml"]


def test_an_upgrade_replaces_and_removes_what_is_unchanged(run, project, states):
    run("install")
    stale = states(site="2")
    assert set(stale) == {"stale"}
    assert {REVIEWER, TONE, TIE, SERVER} < set(stale["stale"])
    code, report = run("install", site="2")
    assert code == 0
    assert by_action(report, "remove") == [TONE, TIE]
    assert "Be 2.0." in (project / REVIEWER).read_text()
    assert not (project / ".agpm").exists()
    assert not (project / ".claude/skills/agpm").exists()
    assert states(site="2") == {}
    # Hooks are replaced, and not added to the old ones.
    hooks = json.loads((project / HOOKS).read_text())["hooks"]
    assert [len(hooks[event]) for event in ("PostToolUse", "Stop")] == [1, 1]
    assert hooks["Stop"][0]["hooks"][0]["command"] == "acme-format 2.0"


@pytest.mark.parametrize("path", [REVIEWER, TONE])
def test_what_the_user_has_edited_stays(run, project, states, path):
    run("install")
    (project / path).write_text("mine")
    assert states() == {"drifted": [path]}
    code, report = run("install")
    assert (code, by_action(report, "keep")) == (1, [path])
    code, report = run("install", site="2")
    assert (project / path).read_text() == "mine"
    # What is not shipped any more is the user's from then on.
    kept, forgotten = ([path], []) if path == REVIEWER else ([], [path])
    assert (code, by_action(report, "keep")) == (len(kept), kept)
    assert by_action(report, "forget") == forgotten
    assert states(site="2") == ({"drifted": kept} if kept else {})
    run("uninstall")
    assert (project / path).read_text() == "mine"


def test_an_edited_file_is_replaced_or_removed_if_it_is_named(run, project, states):
    run("install")
    (project / REVIEWER).write_text("mine")
    code, report = run("install", "--force", REVIEWER)
    assert (code, by_action(report, "write")) == (0, [REVIEWER])
    assert states() == {}
    (project / REVIEWER).write_text("mine")
    assert run("uninstall", "--force", f"./{REVIEWER}")[0] == 0
    assert not (project / REVIEWER).exists()


def test_a_file_of_the_user_in_the_way_stays(run, project, states):
    (project / REVIEWER).parent.mkdir(parents=True)
    (project / REVIEWER).write_text("mine")
    assert states()["foreign"] == [REVIEWER]
    code, report = run("install")
    assert (code, by_action(report, "keep")) == (1, [REVIEWER])
    assert (project / REVIEWER).read_text() == "mine"
    assert (project / TONE).exists()
    assert states() == {"foreign": [REVIEWER]}
    run("install", site="2")
    assert (project / REVIEWER).read_text() == "mine"
    run("uninstall")
    assert tree(project).keys() == {"pyproject.toml", REVIEWER}


def test_a_file_with_the_same_bytes_is_the_users_too(run, project, states):
    run("install")
    shutil.rmtree(project / ".hatch-agpm")
    assert set(states()) == {"foreign"}
    before = tree(project)
    run("install")
    run("uninstall")
    assert tree(project) == before


def test_forcing_takes_a_file_over(run, project, states):
    (project / REVIEWER).parent.mkdir(parents=True)
    (project / REVIEWER).write_text("mine")
    assert run("install", "--force", REVIEWER)[0] == 0
    assert states() == {}
    run("uninstall")
    # The directories were there before.
    assert {*(project / ".claude").rglob("*")} == {
        project / ".claude/agents",
        project / ".claude/agents/agpm",
    }


def test_only_what_is_in_the_way_can_be_forced(run):
    run("install")
    code, error = run("install", "--force", REVIEWER)
    assert code == 1
    assert f"--force {REVIEWER}" in error


def test_a_deleted_file_is_written_again(run, project, states):
    run("install")
    before = tree(project)
    (project / NETS).unlink()
    assert states() == {"missing": [NETS]}
    run("install")
    assert tree(project) == before


def test_uninstalling_leaves_the_project_as_it_was(run, project):
    before = {*project.rglob("*")}
    run("install")
    code, report = run("uninstall")
    assert code == 0
    assert len(by_action(report, "remove")) == 10
    assert {*project.rglob("*")} == before


def test_a_directory_of_the_user_stays_though_it_is_empty(run, project):
    (project / ".claude/agents").mkdir(parents=True)
    run("install")
    run("uninstall")
    assert {*project.rglob("*")} == {
        project / ".claude",
        project / ".claude/agents",
        project / "pyproject.toml",
    }


def test_resources_with_one_install_path_are_called_as_in_the_bundle(run, project):
    assert run("install", "delta", site="variants")[0] == 0
    agents, skills = (
        project / ".claude" / top / "agpm" for top in ("agents", "skills")
    )
    assert [(agents / f"{name}.md").read_text()[-2] for name in "ab"] == ["1", "2"]
    assert {path.name for path in agents.iterdir()} == {"a.md", "b.md"}
    assert {path.parent.name for path in skills.rglob("SKILL.md")} == {"tie", "bind"}


def test_tools_are_chosen_and_kept(run, project, states):
    run("install", "--tool", "opencode", "--tool", "agents")
    files = set(tree(project)) - {"pyproject.toml"}
    assert files == {
        HELPER,
        ".opencode/opencode.json",
        *(f"{top}/skills/mend-nets/SKILL.md" for top in (".agents", ".opencode")),
        *(f"{top}/skills/mend-nets/mend.sh" for top in (".agents", ".opencode")),
    }
    assert states() == {}
    run("install", site="2")
    assert record_of(project)["distributions"][0]["tools"] == ["opencode", "agents"]
    run("install", "--tool", "agpm")
    assert set(tree(project)) == {"pyproject.toml", TONE}
    assert run("install", "--tool", "opncode")[0] == 1


def test_a_tool_that_is_not_enabled_gets_nothing(run, project):
    with (project / "pyproject.toml").open("a") as file:
        file.write("[tool.hatch-agpm.tools.opencode]\n")
        file.write('path = ".opencode"\nenabled = false\n')
    assert run("install")[0] == 0
    assert HELPER not in tree(project)
    assert REVIEWER in tree(project)


def test_a_tool_of_a_distribution_is_used_if_the_project_has_it(run, project):
    code, report = run("install", "epsilon", site="custom")
    assert code == 0
    assert tree(project).keys() == {"pyproject.toml"}
    assert len(report["notes"]) == 1
    with (project / "pyproject.toml").open("a") as file:
        file.write('[tool.hatch-agpm.tools.mytool]\npath = ".mytool"\n')
        file.write('resources.agents.path = "agents"\n')
    assert run("install", "epsilon", site="custom")[1]["notes"] == []
    assert set(tree(project)) == {"pyproject.toml", ".mytool/agents/a/tone.md"}
    # Then a record with its files is not accepted without it.
    (project / "pyproject.toml").write_text('[project]\nname = "app"\n')
    assert run("uninstall")[0] == 1
    assert ".mytool/agents/a/tone.md" in tree(project)


def test_a_distribution_without_a_list_of_its_files_is_an_error(
    run, project, sites, tmp_path
):
    site = tmp_path / "site"
    shutil.copytree(sites["1"], site)
    (site / "acme-1.0.dist-info/RECORD").unlink()
    code, error = run("install", site=str(site))
    assert code == 1
    assert "RECORD" in error
    assert tree(project).keys() == {"pyproject.toml"}


def test_a_named_distribution_is_installed_though_the_project_has_it_not(
    run, project, states
):
    (project / "pyproject.toml").unlink()
    assert run("install")[0] == 1
    assert run("install", "acme", "--tool", "claude-code")[0] == 0
    assert record_of(project)["distributions"][0]["requested"] is True
    assert states() == {}
    assert run("install", "amce")[0] == 1
    assert run("uninstall", "amce")[0] == 1
    assert run("uninstall", "ACME")[0] == 0


def test_what_was_installed_of_a_former_dependency_is_removed(run, project):
    run("install")
    (project / "pyproject.toml").write_text('[project]\nname = "app"\nversion = "1"\n')
    code, report = run("install")
    assert (code, len(by_action(report, "remove"))) == (0, 10)
    assert tree(project).keys() == {"pyproject.toml"}
    assert not (project / ".hatch-agpm").exists()


def test_a_recorded_distribution_that_is_not_installed_is_an_error(run, tmp_path):
    run("install")
    empty = tmp_path / "empty"
    (empty / "x-1.dist-info").mkdir(parents=True)
    code, error = run("install", site=str(empty))
    assert code == 1
    assert "acme" in error


def test_dependencies_of_groups_extras_and_poetry_count(run, project):
    head = '[project]\nname = "app"\nversion = "1"\n'
    for table in (
        "[project.optional-dependencies]\nx = [\"Acme; python_version > '3'\"]\n",
        '[dependency-groups]\ndev = [{include-group = "x"}, "acme"]\nx = []\n',
        '[tool.uv]\ndev-dependencies = ["acme"]\n',
        '[tool.poetry.group.dev.dependencies]\npython = "3"\nacme = "^1"\n',
    ):
        (project / "pyproject.toml").write_text(head + table)
        assert run("install", "--dry-run")[1]["distributions"] == ["acme 1.0"], table


def test_two_distributions_with_one_file_may_not_differ(run, project, sites, tmp_path):
    both = tmp_path / "both"
    for site in ("1", "other"):
        shutil.copytree(sites[site], both, dirs_exist_ok=True)
    code, report = run("install", "acme", "beta", site=str(both))
    assert code == 0
    assert len(record_of(project)["distributions"]) == 2
    code, report = run("uninstall", "acme")
    assert (project / REVIEWER).exists()
    assert REVIEWER not in by_action(report, "remove")
    # One alone cannot change what the other has.
    code, error = run("install", "acme", site="2")
    assert code == 1
    assert REVIEWER in error
    run("uninstall")
    assert tree(project).keys() == {"pyproject.toml"}
    both = tmp_path / "others"
    for site in ("2", "other"):
        shutil.copytree(sites[site], both, dirs_exist_ok=True)
    code, error = run("install", "acme", "beta", site=str(both))
    assert code == 1
    assert REVIEWER in error
    assert tree(project).keys() == {"pyproject.toml"}


def test_two_distributions_with_one_key_are_an_error_before_anything_is_written(
    run, project, sites, tmp_path
):
    both = tmp_path / "both"
    for site in ("1", "server"):
        shutil.copytree(sites[site], both, dirs_exist_ok=True)
    code, error = run("install", "acme", "gamma", site=str(both))
    assert code == 1
    assert SERVER in error
    assert tree(project).keys() == {"pyproject.toml"}
    assert run("install", "acme", site=str(both))[0] == 0
    assert run("install", "gamma", site=str(both))[0] == 1


def test_a_changed_file_of_a_distribution_is_an_error(run, project, sites, tmp_path):
    damaged = tmp_path / "damaged"
    shutil.copytree(sites["1"], damaged)
    (damaged / "acme/.agents/skills/mend-nets/SKILL.md").write_text("changed")
    (damaged / "acme/prompts/snippets/tone.md").write_text("changed")
    code, error = run("install", site=str(damaged))
    assert code == 1
    assert error.count("\n") == 2
    assert tree(project).keys() == {"pyproject.toml"}
