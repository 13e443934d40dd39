"""Equal hooks of two distributions, under other names: one element of both."""

import json
import shutil

import pytest
from shipping import tree

HOOKS = ".claude/settings.local.json"
NAMES = ["acme", "zeta"]


@pytest.fixture
def both(sites, tmp_path):
    """Return an environment with two distributions, by the version of the first."""

    def merged(version):
        root = tmp_path / f"both-{version}"
        for name in (version, "hooks"):
            shutil.copytree(sites[name], root, dirs_exist_ok=True)
        return root

    return merged


def commands(project):
    settings = json.loads((project / HOOKS).read_text())
    return [group["hooks"][0]["command"] for group in settings["hooks"]["Stop"]]


@pytest.mark.parametrize("order", [[NAMES], [["zeta"], ["acme"]], [["acme"], NAMES]])
def test_an_equal_hook_is_of_both(run, project, states, both, order):
    for names in order:
        assert run("install", *names, site=both("1"))[0] == 0
    assert states(site=both("1")) == {}
    assert run("install", site=both("1"))[0] == 0
    assert commands(project) == ["acme-format 1.0"]


@pytest.mark.parametrize("names", [NAMES, NAMES[::-1]])
def test_it_is_removed_with_the_last_one(run, project, states, both, names):
    before = tree(project)
    run("install", *NAMES, site=both("1"))
    code, report = run("uninstall", names[0])
    assert code == 0
    assert HOOKS not in [x["name"].split(":")[0] for x in removed(report)]
    assert commands(project) == ["acme-format 1.0"]
    assert states(names[1], site=both("1")) == {}
    assert run("uninstall", names[1])[0] == 0
    assert tree(project) == before


def removed(report):
    return [item for item in report["items"] if item["action"] == "remove"]


def test_an_upgrade_of_one_leaves_the_hook_of_the_other(run, project, states, both):
    run("install", *NAMES, site=both("1"))
    assert run("install", site=both("2"))[0] == 0
    assert commands(project) == ["acme-format 1.0", "acme-format 2.0"]
    assert states(site=both("2")) == {}
    assert run("install", site=both("1"))[0] == 0
    assert commands(project) == ["acme-format 1.0"]
    assert states(site=both("1")) == {}


def test_one_that_was_edited_is_forced_by_both_names(run, project, states, both):
    run("install", *NAMES, site=both("1"))
    text = (project / HOOKS).read_text()
    edited = text.replace('"timeout": 5', '"timeout": 6')
    names = [f"{HOOKS}:hooks.Stop.{name}" for name in ("a", "format")]
    for forced in (names, names[:1], names[1:]):
        (project / HOOKS).write_text(edited)
        assert len(states(site=both("1"))["drifted"]) == 4
        assert run("install", site=both("1"))[0] == 1
        assert (project / HOOKS).read_text() == edited
        options = [part for name in forced for part in ("--force", name)]
        run("install", *options, site=both("1"))
        assert len(states(site=both("1"))["drifted"]) == 2


def test_an_equal_hook_of_the_user_is_of_neither(run, project, both):
    run("install", *NAMES, site=both("1"))
    own = (project / HOOKS).read_text()
    run("uninstall")
    (project / HOOKS).parent.mkdir(exist_ok=True)
    (project / HOOKS).write_text(own)
    code, report = run("install", *NAMES, site=both("1"))
    found = [each for each in report["items"] if each["name"].startswith(HOOKS)]
    assert code == 1
    assert {(each["state"], each["action"]) for each in found} == {("foreign", "keep")}
    run("uninstall")
    assert (project / HOOKS).read_text() == own
