"""The messages of `hatch-agpm install` and `uninstall`."""

import errno
import os
import shutil
import sys

import pytest
from shipping import FILES, build_site

from hatch_agpm.cli import main

PYPROJECT = '[project]\nname = "app"\nversion = "1"\ndependencies = ["acme"]\n'
TABLE = """\
[tool.hatch-agpm.agents]
reviewer = "a/reviewer.md"
[tool.hatch-agpm.mcp-servers]
docs = "a/docs.json"
"""
REVIEWER = ".claude/agents/agpm/reviewer.md"
DOCS = ".mcp.json:mcpServers.docs"
RECORD = ".hatch-agpm/installed.json"
HINT = "restore it, or rename it: then all files that are there count as yours"
DIRECTORIES = (
    ".agents/skills, .agpm/snippets, .claude/agents, .claude/commands, "
    ".claude/scripts, .claude/skills, .claude/snippets, .opencode/agent, "
    ".opencode/agents, .opencode/command, .opencode/commands, .opencode/skill, "
    ".opencode/skills, .opencode/snippet, .opencode/snippets"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    root = tmp_path_factory.mktemp("sites")
    site = build_site(root, table=TABLE)
    other = build_site(
        root, "beta", table=TABLE, files={**FILES, "a/docs.json": '{"url": "x"}'}
    )
    assert other
    return site


@pytest.fixture
def project(tmp_path):
    root = tmp_path / "app"
    root.mkdir()
    (root / "pyproject.toml").write_text(PYPROJECT)
    return root


@pytest.fixture
def said(project, site, capsys):
    """Run a command, and return what it says."""

    def run(*arguments, environment=None):
        command, *options = arguments
        if command == "install":
            options += ["--environment", str(environment or site)]
        main([command, "--project", str(project), *options])
        output = capsys.readouterr()
        text = output.out + output.err.removeprefix("hatch-agpm: ")
        return text.replace(str(environment or site), "ENV").removesuffix("\n")

    return run


def test_what_is_done_is_listed(said):
    assert said("install", "--check") == (
        f"missing: {REVIEWER} (not there; acme 1.0)\n"
        f"missing: {DOCS} (not there; acme 1.0)\n"
        "2 missing of acme 1.0"
    )
    assert said("install", "--dry-run") == (
        f"would write {REVIEWER}\n"
        f"would write {DOCS}, which runs `npx docs 1.0`\n"
        "2 files and settings of acme 1.0: 2 would change, 0 kept"
    )
    assert said("install") == (
        f"wrote {REVIEWER}\n"
        f"wrote {DOCS}, which runs `npx docs 1.0`\n"
        "2 files and settings of acme 1.0: 2 changed, 0 kept"
    )
    assert said("install") == "2 files and settings of acme 1.0: up to date"
    assert said("install", "--check") == "2 ok of acme 1.0"
    assert said("uninstall") == (
        f"removed {REVIEWER}\nremoved {DOCS}\n"
        "2 files and settings of acme 1.0: 2 changed, 0 kept"
    )
    assert said("uninstall") == "nothing is installed"


def test_what_is_kept_says_how_to_replace_it(said, project):
    said("install")
    (project / REVIEWER).write_text("mine")
    (project / ".mcp.json").write_text("{}")
    assert said("install", "--check") == (
        f"drifted: {REVIEWER} (edited since it was installed; acme 1.0)\n"
        f"missing: {DOCS} (not there; acme 1.0)\n"
        "1 drifted, 1 missing of acme 1.0"
    )
    assert said("install") == (
        f"wrote {DOCS}, which runs `npx docs 1.0`\n"
        f"kept {REVIEWER} (edited since it was installed; acme 1.0): "
        f"`--force {REVIEWER}` replaces it\n"
        "2 files and settings of acme 1.0: 1 changed, 1 kept"
    )
    assert said("uninstall") == (
        f"removed {DOCS}\n"
        f"kept {REVIEWER} (edited since it was installed; acme 1.0): "
        "it is yours from now on\n"
        "2 files and settings of acme 1.0: 1 changed, 1 kept"
    )


def test_what_is_in_the_way_says_what_to_do(said, project):
    (project / ".claude").mkdir()
    (project / ".claude/agents").symlink_to(project)
    (project / ".mcp.json").write_text('{"mcpServers": {"docs": 1}}')
    assert said("install") == (
        f"kept {REVIEWER} ('.claude/agents' is a link; acme 1.0): "
        "move it away, and run the command again\n"
        f"kept {DOCS} (not installed by hatch-agpm, and in the way of acme 1.0): "
        f"`--force {DOCS}` replaces it\n"
        "2 files and settings of acme 1.0: 0 changed, 2 kept"
    )
    assert said("install", "--force", REVIEWER) == (
        f"--force {REVIEWER} is not possible: '.claude/agents' is a link; move it away"
    )
    assert said("install", "--force", f"{REVIEWER}x") == (
        f"--force {REVIEWER}x is not in the way of anything; did you mean '{REVIEWER}'?"
    )


def test_distributions_that_are_not_there(said, project, tmp_path):
    empty = tmp_path / "empty"
    assert said("install", environment=empty) == (
        "--environment is not an environment: it has no site-packages, got 'ENV'; "
        "name the directory of a virtual environment"
    )
    (empty / "x-1.dist-info").mkdir(parents=True)
    assert said("install", environment=empty) == (
        "pyproject.toml names dependencies, and none is installed in ENV; "
        "install them, or name the environment with --environment"
    )
    assert said("install", "amce") == (
        "amce is not installed in ENV; did you mean 'acme'?"
    )
    assert said("install", "zeta") == (
        "zeta is not installed in ENV; what ships something there: acme"
    )
    assert said("uninstall", "zeta") == f"zeta is not in {RECORD}"
    said("install")
    assert said("uninstall", "zeta") == f"zeta is not in {RECORD}; what is: acme"
    assert said("install", environment=empty) == (
        f"{RECORD}: acme is not installed in ENV; install it there, or run "
        "`hatch-agpm uninstall acme`"
    )
    (project / "pyproject.toml").write_text("[project]\n")
    assert said("install").splitlines()[0] == f"removed {REVIEWER}"
    assert said("install") == (
        "nothing to install: no dependency of the project ships anything"
    )
    (project / "pyproject.toml").unlink()
    assert said("install") == (
        "pyproject.toml: is not there, so no distributions are known to be installed; "
        "name distributions, or the project with --project"
    )


def test_dynamic_dependencies(said, project):
    dynamic = PYPROJECT.replace('dependencies = ["acme"]', 'dynamic = ["dependencies"]')
    (project / "pyproject.toml").write_text(dynamic)
    assert said("install") == (
        "pyproject.toml has dynamic dependencies, which only the installed project "
        "has, and 'app' is not installed in ENV; install the project there, or name "
        "distributions"
    )


@pytest.mark.parametrize(
    ("number", "hint"),
    [
        (errno.ENOSPC, "make room for it, and run the command again"),
        (errno.EROFS, "allow yourself to do that, and run the command again"),
        (errno.EIO, "run the command again when that is possible"),
    ],
)
def test_what_the_system_does_not_allow(said, monkeypatch, number, hint):
    def failing(*_arguments, **_options):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("os.mkdir", failing)
    reason = os.strerror(number)
    assert said("install") == f".hatch-agpm: cannot be made: {reason}; {hint}"


def test_tools(said):
    assert said("install", "--tool", "claude") == (
        "--tool claude is not known; did you mean 'claude-code'?"
    )
    assert said("install", "--tool", "vim") == (
        "--tool vim is not known; known are agents, agpm, claude-code, opencode"
    )


def test_a_tool_that_the_project_had_before(said, project):
    pyproject = project / "pyproject.toml"
    before = pyproject.read_text()
    table = '[tool.hatch-agpm.tools.mytool]\npath = ".mytool"\n'
    pyproject.write_text(before + table)
    said("install", "--tool", "mytool")
    pyproject.write_text(before)
    assert said("install") == (
        f"{RECORD}: acme is for the unknown tool 'mytool'; "
        "declare it in pyproject.toml again, or name others with --tool"
    )


def test_ctrl_c(said, monkeypatch):
    def interrupted(*_arguments, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr("os.mkdir", interrupted)
    assert said("install") == "interrupted"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"schema": 1', '"schema": 2', "has the schema 2 (supported: 1); "),
        ('"files"', '"fils"', "is damaged (KeyError: 'files'); "),
        (
            REVIEWER,
            "setup.py",
            f"lists 'setup.py', which is not in a directory of a tool for such files "
            f"({DIRECTORIES}); ",
        ),
        (REVIEWER, "../x", "lists '../x', which '..' is not a name; "),
        (
            ".mcp.json",
            "a.json",
            "lists 'a.json', which is not a settings file of a tool; ",
        ),
        ("mcpServers", "servers", "has the key ('servers', 'docs'); "),
    ],
)
def test_a_damaged_record(said, project, old, new, message):
    said("install")
    path = project / RECORD
    path.write_text(path.read_text().replace(old, new))
    hint = "install a newer hatch-agpm" if "schema" in old else HINT
    if old == REVIEWER:
        hint = "restore it, or the table of the tool that has this path"
    assert said("uninstall") == f"{RECORD}: {message}{hint}"


def test_two_distributions(said, site, tmp_path):
    both = tmp_path / "both"
    for each in (site, site.with_name("site-beta-1.0")):
        shutil.copytree(each, both, dirs_exist_ok=True)
    path = both / "acme/prompts/agents/reviewer.md"
    path.write_text("changed")
    again = "install acme again, or ask its authors"
    assert said("install", environment=both) == (
        "acme/prompts/agents/reviewer.md of acme 1.0: is not the file that was built; "
        f"{again}"
    )
    shutil.copytree(site, both, dirs_exist_ok=True)
    hint = "install one of them, and name it on the command line"
    assert said("install", "acme", "beta", environment=both) == (
        f"acme 1.0 and beta 1.0: both would install {DOCS}; {hint}"
    )


@pytest.fixture
def damaged(site, tmp_path):
    """Change the index, or another file, of a distribution; return its environment."""

    def change(old, new, file="acme/prompts/index.json"):
        changed = tmp_path / "damaged"
        shutil.copytree(site, changed)
        text = (changed / file).read_text("utf-8")
        assert old in text
        (changed / file).write_text(text.replace(old, new), "utf-8")
        return changed

    return change


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            f'"{REVIEWER}"',
            '".git/hooks/pre-commit"',
            ".git/hooks/pre-commit: of acme 1.0 is not in a directory of claude-code "
            "for such files (.claude/agents, .claude/commands, .claude/scripts, "
            ".claude/skills, .claude/snippets)",
        ),
        (
            f'"{REVIEWER}"',
            '".claude/agents/.git/config"',
            ".claude/agents/.git/config: of acme 1.0 is in a directory of Git, from "
            "which it runs programs",
        ),
        (
            f'"{REVIEWER}"',
            '".claude/agents/aux.md"',
            ".claude/agents/aux.md: of acme 1.0 'aux.md' is the name of a device on "
            "Windows",
        ),
        (
            '".mcp.json"',
            '"package.json"',
            "mcp-servers/docs: of acme 1.0 cannot be merged into package.json, only "
            "into .mcp.json",
        ),
        (
            '"agents/reviewer.md"',
            '"../x"',
            "acme/prompts/../x of acme 1.0: is not one of its files; "
            "install acme again, or ask its authors",
        ),
        (
            f'"{REVIEWER}"',
            "5",
            "acme/prompts/index.json of acme 1.0: is damaged: TypeError(5); "
            "install acme again, or ask its authors",
        ),
    ],
)
def test_what_a_distribution_may_not_do(said, damaged, old, new, message):
    assert said("install", environment=damaged(old, new)) == message


def test_a_distribution_without_a_list_of_its_files(said, site, tmp_path):
    changed = tmp_path / "changed"
    shutil.copytree(site, changed)
    (changed / "acme-1.0.dist-info/RECORD").unlink()
    assert said("install", environment=changed) == (
        "acme 1.0 has no list of its files (RECORD); install it from a wheel"
    )
    (changed / "acme-1.0.dist-info/agpm-prompts.txt").unlink()
    assert said("install", "acme", environment=changed) == (
        "acme 1.0 ships nothing for coding agents; "
        "it has to be built with hatch-agpm itself"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "{",
            ".mcp.json:1:2: invalid JSON: expected a key in quotation marks; correct "
            "it, and run the command again\n    {\n     ^",
        ),
        ("", ".mcp.json: has no value; write {} into it"),
        (b"\xef\xbb\xbf\n", ".mcp.json: has no value; write {} into it"),
        ("// a\n/* b */", ".mcp.json: has no value; write {} into it"),
        (
            "[]",
            ".mcp.json: it must be an object, got []; put {} there, with what is to "
            "be kept in it",
        ),
        (
            '{"mcpServers": []}',
            ".mcp.json: 'mcpServers' must be an object, got []; put {} there, with "
            "what is to be kept in it",
        ),
        (b"\xff", ".mcp.json: is not UTF-8 text; save it as UTF-8"),
    ],
)
def test_settings_that_cannot_be_read(said, project, text, message):
    data = text if isinstance(text, bytes) else text.encode()
    (project / ".mcp.json").write_bytes(data)
    assert said("install") == message


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege")
def test_notes_and_a_record_behind_a_link(said, project, tmp_path, capsys):
    table = '[tool.hatch-agpm.agents]\na = { path = "a/tone.md", tool = "mytool" }\n'
    table += "[tool.hatch-agpm.tools.mytool]\n"
    table += 'path = ".mytool"\nresources.agents.path = "agents"\n'
    custom = build_site(tmp_path, table=table)
    capsys.readouterr()
    assert said("install", environment=custom) == (
        "note: agents/a of acme 1.0 is for the tool 'mytool', which this project does "
        "not have: it is not installed\n"
        "nothing to install of acme 1.0"
    )
    (project / ".hatch-agpm/installed.json").unlink()
    (project / ".hatch-agpm").rmdir()
    (project / ".hatch-agpm").symlink_to(tmp_path)
    assert said("install") == f"{RECORD}: '.hatch-agpm' is a link; move it away"
