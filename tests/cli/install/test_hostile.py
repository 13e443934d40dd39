"""Distributions, records and projects that try to get at other files."""

import json
import os
import shutil
import sys

import pytest
from shipping import tree

from hatch_agpm.install.record import RECORD

REVIEWER = ".claude/agents/agpm/reviewer.md"
INDEX = "acme/prompts/index.json"
LISTED = "acme-1.0.dist-info/agpm-prompts.txt"

PATHS = {
    "above": "../x.md",
    "absolute": "/x.md",
    "home": "~/.claude/agents/x.md",
    "above by a detour": ".claude/agents/../../../x.md",
    "another directory by a detour": ".claude/agents/../settings.json",
    "settings": ".claude/settings.json",
    "the folder itself": ".claude/x.md",
    "a directory": ".claude/agents",
    "no name": ".claude/agents/",
    "nothing": "",
    "a part without a name": ".claude//agents/x.md",
    "a device": ".claude/agents/CON.md",
    "a device with a superscript": ".claude/agents/com¹/x.md",
    "backslashes": ".claude/agents/..\\..\\x.md",
    "a drive": "C:/x.md",
    "a stream": ".claude/agents/x.md:y",
    "NUL": ".claude/agents/x\0.md",
    "a line end": ".claude/agents/x\n.md",
    "a full stop at the end": ".claude/agents/x.",
    "a name that is too long": f".claude/agents/{'x' * 300}",
    "a lone surrogate": ".claude/agents/\udc80.md",
    "other letters": ".CLAUDE/agents/x.md",
    "another tool": ".opencode/agent/x.md",
    "code of a tool": ".opencode/plugin/x.js",
    "hooks of Git": ".git/hooks/pre-commit",
    "a repository of its own": ".claude/skills/x/.git/config",
    "a repository in capitals": ".claude/agents/.GIT/HEAD",
    "a repository by its short name": ".claude/skills/GIT~1/config",
    "a repository with a stream": ".claude/skills/.git::$DATA/config",
    "a repository with an invisible letter": ".claude/agents/.g\u200cit/config",
    "a repository itself": ".claude/agents/.git",
    "a workflow": ".github/workflows/x.yml",
    "the project": "pyproject.toml",
    "the record": RECORD,
}
CLASHES = {
    "case": (".claude/agents/x.md", ".claude/agents/X.md"),
    "case of a directory": (".claude/agents/a/x.md", ".claude/agents/A/y.md"),
    "composition": (".claude/agents/é.md", ".claude/agents/e\u0301.md"),
    "a file and a directory": (".claude/agents/x", ".claude/agents/x/y.md"),
}


@pytest.fixture
def outside(project):
    """Files beside the project, which have to stay as they are."""
    directory = project.with_name("outside")
    directory.mkdir()
    (directory / "secret.md").write_text("secret")
    before = tree(project.parent)
    yield directory
    now = tree(project.parent)
    assert {path: now[path] for path in before if path in now} == before


@pytest.fixture
def changed(sites, tmp_path_factory):
    """Change the index of a distribution, and return its environment."""

    def change(edit, file=INDEX):
        site = tmp_path_factory.mktemp("hostile") / "site"
        shutil.copytree(sites["1"], site)
        text = (site / file).read_text("utf-8")
        if file == INDEX:
            index = json.loads(text)
            edit({each["full_name"]: each for each in index["resources"]}, index)
            text = json.dumps(index)
        else:
            text = edit(text)
        (site / file).write_text(text, "utf-8")
        return str(site)

    return change


def refused(run, project, site):
    """Check that a distribution is refused, and that nothing is written."""
    before = {*project.parent.rglob("*")}
    code, error = run("install", site=site)
    assert code == 1
    assert isinstance(error, str)
    assert {*project.parent.rglob("*")} == before
    return error


@pytest.mark.usefixtures("outside")
@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_a_path_of_a_distribution_is_refused(run, project, changed, path):
    def edit(resources, _):
        resources["agents/reviewer"]["install_path"] = path

    refused(run, project, changed(edit))


@pytest.mark.usefixtures("outside")
@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_a_path_of_a_file_of_a_skill_is_refused(run, project, changed, path):
    def edit(resources, _):
        (file,) = resources["skills/tie"]["files"]
        file["path"] = path

    refused(run, project, changed(edit))


@pytest.mark.usefixtures("outside")
@pytest.mark.parametrize("paths", CLASHES.values(), ids=CLASHES)
def test_two_paths_that_are_one_somewhere_are_refused(run, project, changed, paths):
    def edit(resources, _):
        helper = resources["agents/reviewer"] | {"full_name": "agents/other"}
        helper |= {key: resources["snippets/tone"][key] for key in ("path", "sha256")}
        for resource, path in zip(
            (resources["agents/reviewer"], helper), paths, strict=True
        ):
            resource["install_path"] = path
        _["resources"].append(helper)

    refused(run, project, changed(edit))


@pytest.mark.usefixtures("outside")
@pytest.mark.parametrize(
    "path",
    ["../../outside/secret.md", "/etc/passwd", "index.json/x", "missing.md", "."],
)
def test_a_file_that_is_not_the_distributions_is_not_read(run, project, changed, path):
    def edit(resources, _):
        resources["agents/reviewer"]["path"] = path

    refused(run, project, changed(edit))


@pytest.mark.usefixtures("outside")
@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("hooks/format", ".claude/settings.json.bak"),
        ("hooks/format", ".mcp.json"),
        ("hooks/format", "package.json"),
        ("mcp-servers/docs", ".claude/settings.json"),
        ("mcp-servers/docs", "../.mcp.json"),
        ("mcp-servers/docs-of-opencode", "/x/opencode.json"),
    ],
)
def test_a_setting_for_another_file_is_refused(run, project, changed, name, path):
    def edit(resources, _):
        resources[name]["install_path"] = path

    refused(run, project, changed(edit))


@pytest.mark.usefixtures("outside")
@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("install_path", 5),
        ("tool", ["claude-code"]),
        ("sha256", None),
        ("path", {}),
        ("full_name", []),
    ],
)
def test_an_index_with_wrong_types_is_refused(run, project, changed, key, value):
    def edit(resources, _):
        resources["agents/reviewer"][key] = value

    refused(run, project, changed(edit))


@pytest.mark.usefixtures("outside")
@pytest.mark.parametrize(
    "resource",
    [
        "skills/mend-nets/..",
        "skills/..",
        "hooks/mend-nets",
        "agents/SKILL",
        "skills/mend-nets/SKILL.md",
        "/",
        "skills/",
    ],
)
def test_an_export_of_something_else_is_refused(run, project, changed, resource):
    def edit(text):
        assert " skills/mend-nets " in text
        return text.replace(" skills/mend-nets ", f" {resource} ")

    refused(run, project, changed(edit, LISTED))


@pytest.mark.usefixtures("outside")
@pytest.mark.parametrize(
    "path", ["acme/.agents/skills/mend-nets/../../../../x", "/skills/mend-nets/x"]
)
def test_an_export_at_another_path_is_refused(run, project, changed, path):
    def edit(text):
        return text.replace("acme/.agents/skills/mend-nets/SKILL.md", path)

    refused(run, project, changed(edit, LISTED))


# --- what is in the project -----------------------------------------------------------


def make_link(path, target):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target)


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege")
@pytest.mark.parametrize(
    ("link", "target"),
    [
        (".claude", "../outside"),
        (".claude/agents", "../../outside"),
        (".claude/agents/agpm", "../../../outside"),
        (REVIEWER, "../../../../outside/secret.md"),
        (REVIEWER, "../../../../outside/new.md"),
        (REVIEWER, "reviewer.md"),
        (".opencode", "../outside"),
        (".mcp.json", "../outside/secret.md"),
        (".mcp.json", "../outside/new.json"),
        (".claude/settings.local.json", "/dev/stdin"),
    ],
)
def test_no_link_is_followed(run, project, outside, link, target):
    make_link(project / link, target)
    code, report = run("install")
    assert code == 1
    kept = [item for item in report["items"] if item["action"] == "keep"]
    assert kept
    assert all(item["name"].startswith(link) and item["reason"] for item in kept)
    for item in kept:
        assert run("install", "--force", item["name"])[0] == 1
    assert str((project / link).readlink()) == target
    assert [*outside.iterdir()] == [outside / "secret.md"]
    assert run("install", "--check")[0] == 1
    run("uninstall")
    assert (project / link).is_symlink()


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege")
@pytest.mark.parametrize("link", [".hatch-agpm", RECORD])
def test_our_own_directory_is_not_a_link(run, project, outside, link):
    make_link(project / link, project.parent / "outside")
    assert run("install")[0] == 1
    assert run("uninstall")[0] == 1
    assert [*outside.iterdir()] == [outside / "secret.md"]


@pytest.mark.usefixtures("outside")
def test_a_link_that_replaces_a_folder_afterwards_is_not_followed(
    run, project, outside
):
    run("install")
    shutil.copytree(project / ".claude", outside / "claude")
    shutil.rmtree(project / ".claude")
    make_link(project / ".claude", outside / "claude")
    before = tree(outside)
    assert run("install", "--check")[0] == 1
    run("install", site="2")
    run("uninstall")
    assert tree(outside) == before


def in_the_way(kind, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind == "directory":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "parent":
        path.parent.rmdir()
        path.parent.write_text("a file")
    elif kind == "case":
        path.with_name(path.name.upper()).write_text("mine")
    elif kind == "case of a directory":
        path.parent.rename(path.parent.with_name("AGPM"))


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pipes")
@pytest.mark.parametrize(
    "kind", ["directory", "pipe", "parent", "case", "case of a directory"]
)
def test_what_is_not_a_file_stays(run, project, kind):
    in_the_way(kind, project / REVIEWER)
    before = {*(project / ".claude/agents").rglob("*")}
    code, report = run("install")
    assert code == 1
    (item,) = [item for item in report["items"] if item["action"] == "keep"]
    assert (item["name"], item["state"]) == (REVIEWER, "foreign")
    assert {*(project / ".claude/agents").rglob("*")} == before
    run("uninstall")
    assert {*(project / ".claude/agents").rglob("*")} == before


def document(**changes):
    record = {"schema": 1, "distributions": [], "directories": [], "created": []}
    return json.dumps({**record, **changes})


# --- the record -----------------------------------------------------------------------


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_a_path_of_the_record_is_refused(run, project, outside, path):
    run("install")
    file = project / RECORD
    record = json.loads(file.read_text())
    record["distributions"][0]["files"][0]["path"] = path
    file.write_text(json.dumps(record))
    before = tree(project)
    # A file of another tool could have been installed.
    if path != PATHS["another tool"]:
        assert run("uninstall")[0] == 1
        assert run("install")[0] == 1
        assert tree(project) == before
    assert (outside / "secret.md").exists()


def test_a_record_cannot_remove_what_differs_from_it(run, project):
    run("install")
    mine = project / ".claude/agents/mine.md"
    mine.write_text("mine")
    file = project / RECORD
    record = json.loads(file.read_text())
    entry = record["distributions"][0]["files"][0]
    record["distributions"][0]["files"].append(
        {**entry, "path": ".claude/agents/mine.md"}
    )
    file.write_text(json.dumps(record))
    run("install")
    run("uninstall")
    assert mine.read_text() == "mine"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "nothing",
        "null",
        '{"schema": 1}',
        document(schema=True),
        document(distributions={}),
        document(distributions=[5]),
        document(directories=[".."]),
        document(directories=[".git"]),
        document(created=[{"file": "x", "key": []}]),
        document(created=[{"file": ".mcp.json", "key": ["mcp", "\ud800"]}]),
        "[" * 100_000,
    ],
)
def test_a_damaged_record_is_refused_or_empty(run, project, text):
    (project / ".hatch-agpm").mkdir()
    (project / RECORD).write_text(text)
    code = run("install")[0]
    if text:
        assert code == 1
        assert (project / RECORD).read_text() == text
        assert tree(project).keys() == {"pyproject.toml"}
