"""What an earlier run left in the way: files of another version, and tools."""

import pytest
from shipping import FILES, build_site, tree

SWAPPED = {
    "a/tie/SKILL.md": FILES["a/tie/SKILL.md"],
    "a/tie/ref": "r",
    "a/tie/d/x": "x",
}


@pytest.fixture(scope="module")
def swapped(tmp_path_factory):
    """Return environments with two versions, whose files are in the way of others."""
    root = tmp_path_factory.mktemp("swapped")
    table = '[tool.hatch-agpm.skills]\ntie = { path = "a/tie", export = true }\n'
    texts = SWAPPED | {"a/tie/Case/One.md": "1"}
    others = {"a/tie/ref/x": "r", "a/tie/d": "x", "a/tie/case/one.md": "1"}
    skill = {"a/tie/SKILL.md": SWAPPED["a/tie/SKILL.md"]}
    return (
        build_site(root, version="1.0", table=table, files=texts),
        build_site(root, version="2.0", table=table, files=skill | others),
    )


def test_what_is_removed_is_not_in_the_way_of_what_is_written(
    run, project, states, swapped
):
    trees = []
    for site in (*swapped, swapped[0]):
        found = states(site=site)
        assert set(found) <= {"missing", "stale"}
        assert run("install", site=site)[0] == 0
        assert states(site=site) == {}
        trees.append(tree(project))
    assert trees[0] == trees[2] != trees[1]
    run("uninstall")
    assert [*project.iterdir()] == [project / "pyproject.toml"]


@pytest.mark.parametrize("versions", [(0, 1), (1, 0)])
def test_a_run_that_is_killed_when_all_files_are_written(
    run, states, swapped, versions, monkeypatch
):
    old, new = (swapped[each] for each in versions)
    run("install", site=old)

    def killed(*_arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("hatch_agpm.install.writing._finish", killed)
        run("install", site=new)
    assert states(site=new).keys() == {"stale"}
    code, report = run("install", site=new)
    assert code == 0
    gone = [item for item in report["items"] if item["action"] != "none"]
    assert {(item["state"], item["action"]) for item in gone} == {("stale", "forget")}
    assert states(site=new) == {}


def test_a_file_of_the_user_in_a_directory_that_is_replaced_stays(
    run, project, states, swapped
):
    run("install", site=swapped[0])
    own = project / ".claude/skills/tie/d/own"
    own.write_text("mine")
    assert run("install", site=swapped[1])[0] == 1
    assert states(site=swapped[1]) == {"foreign": [".claude/skills/tie/d"]}
    run("uninstall")
    assert own.read_text() == "mine"


def test_a_recorded_tool_that_the_project_has_not_any_more_is_an_error(run, project):
    pyproject = project / "pyproject.toml"
    before = pyproject.read_text()
    table = '[tool.hatch-agpm.tools.mytool]\npath = ".mytool"\n'
    pyproject.write_text(before + table)
    tools = ["--tool", "mytool", "--tool", "agents"]
    assert run("install", *tools)[0] == 0
    pyproject.write_text(before)
    code, error = run("install", "--check")
    assert code == 1
    assert "mytool" in error
    assert run("install", "--tool", "agents")[0] == 0
    assert run("uninstall")[0] == 0
