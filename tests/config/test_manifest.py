"""The tables of a manifest: their meaning and their mistakes."""

import tomllib

import pytest

from hatch_agpm.config.manifest import read_manifest
from hatch_agpm.config.tools import BUILTIN_TOOLS
from hatch_agpm.errors import AgpmError


def read(text, *, agpm_toml=True):
    prefix, path = ("", "agpm.toml") if agpm_toml else ("tool.hatch-agpm.", "x")
    table = tomllib.loads(text)
    return read_manifest(table, prefix=prefix, path=path, agpm_toml=agpm_toml)


def test_an_entry_is_a_path_or_a_table():
    first, second = read(
        '[agents]\na = "a.md"\nb = { path = "b.md", tool = "opencode", filename = "x", '
        "target = 't', flatten = false, install = true, template_vars = { v = 1 } }\n"
    ).entries
    assert (first.path, first.tool, first.install, first.template_vars) == (
        "a.md",
        "claude-code",
        None,
        None,
    )
    assert second.tool == "opencode"
    assert (second.filename, second.target, second.flatten) == ("x", "t", False)
    assert (second.install, second.template_vars) == (True, {"v": 1})


def test_snippets_default_to_agpm_and_other_types_to_claude_code():
    """Semantics, 2.5."""
    sections = ["agents", "snippets", "commands", "scripts", "skills"]
    text = "".join(f'[{section}]\nx = "x"\n' for section in sections)
    found = {entry.section: entry.tool for entry in read(text).entries}
    assert found == dict.fromkeys(sections, "claude-code") | {"snippets": "agpm"}


def test_default_tools_apply_to_entries_without_a_tool():
    text = '[default-tools]\nagents = "opencode"\n[agents]\na = "a.md"\n'
    assert [entry.tool for entry in read(text).entries] == ["opencode"]


def test_tables_of_tools_replace_the_builtin_ones():
    """Semantics, 7.1: a tool that is not listed does not exist."""
    tools = read('[tools.claude-code]\npath = ".c"\n').tools
    assert list(tools) == ["claude-code"]
    assert tools["claude-code"].rules == BUILTIN_TOOLS["claude-code"].rules
    assert tools["claude-code"].path == ".c"


def test_an_overridden_type_is_flattened_only_on_request():
    """Semantics, 7.1."""
    tools = read(
        '[tools.claude-code]\npath = ".c"\n'
        '[tools.claude-code.resources]\nagents = { path = "x" }\n'
        'commands = { path = "y", flatten = true }\n'
    ).tools
    rules = tools["claude-code"].rules
    assert (rules["agents"].path, rules["agents"].flatten) == ("x", False)
    assert (rules["commands"].path, rules["commands"].flatten) == ("y", True)


def test_a_custom_tool_knows_only_what_it_lists():
    tools = read(
        '[tools.mine]\npath = ".mine"\nresources.agents.path = "a"\n'
        'resources.hooks.merge-target = ".mine/hooks.json"\n'
        'resources.mcp-servers.path = "ignored"\n'
    ).tools
    rules = tools["mine"].rules
    assert {type_: rule.path for type_, rule in rules.items()} == {
        "agents": "a",
        "hooks": ".mine/hooks.json",
        "mcp-servers": ".mcp.json",
    }


def test_entries_of_a_tool_that_is_switched_off_are_skipped():
    """Semantics, 2.7."""
    found = read(
        '[tools.claude-code]\npath = ".c"\nenabled = false\n'
        '[tools.opencode]\npath = ".o"\n'
        '[agents]\na = "a.md"\nb = { path = "b.md", tool = "opencode" }\n'
    )
    assert [entry.name for entry in found.entries] == ["b"]


def test_the_tool_of_a_dependency_is_its_own_its_parents_or_the_default():
    """Semantics, 2.5."""
    manifest = read("")
    assert manifest.tool_for("agents", "opencode", "claude-code") == "opencode"
    assert manifest.tool_for("snippets", None, "opencode") == "opencode"
    assert manifest.tool_for("scripts", None, "opencode") == "claude-code"
    assert manifest.tool_for("snippets", None, None) == "agpm"


def test_values_of_a_project_are_json():
    project = read(
        "[project]\nd = 2024-05-01T10:00:00+02:00\nn = nan\ni = inf\nt = 07:32:00\n"
        "l = [1, 2.5, { x = 2024-05-01 }]\n"
    ).project
    assert project == {
        "d": "2024-05-01T10:00:00+02:00",
        "n": None,
        "i": None,
        "t": "07:32:00",
        "l": [1, 2.5, {"x": "2024-05-01"}],
    }


def test_keys_for_agpms_own_commands_have_no_effect():
    assert read("gitignore = false\ntoken_warning_threshold = 9\n").entries == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('agent = { a = "x" }', "agent is not a known option; did you mean 'agents'?"),
        ("agents = 3", "agents must be a table, got 3"),
        ("gitignore = 1", "gitignore must be true or false, got 1"),
        (
            "token_warning_threshold = -1",
            "token_warning_threshold must not be negative, got -1",
        ),
        (
            'agents.a = { path = "x", args = [1] }',
            "agents.a.args[0] must be a string, got 1",
        ),
        (
            'agents.a = { path = "x", dependencies = {} }',
            "agents.a.dependencies is not a known option; known are args, branch, "
            "command, filename, flatten, install, path, rev, source, target, "
            "template_vars, tool, version",
        ),
        ("agents.a = 3", "agents.a must be a path or a table with a path, got 3"),
        (
            'agents."a b" = {}',
            'agents."a b".path is missing',
        ),
        ('agents.a = ""', "agents.a.path must not be empty, got ''"),
        (
            'agents.a = "x\\u0000"',
            "agents.a.path must not hold a NUL character, got 'x\\x00'",
        ),
        (
            'agents.a = { path = "x", instal = true }',
            "agents.a.instal is not a known option; did you mean 'install'?",
        ),
        (
            'agents.a = { path = "x", install = "no" }',
            "agents.a.install must be true or false, got 'no'",
        ),
        (
            'agents.a = { path = "x", template_vars = 3 }',
            "agents.a.template_vars must be a table, got 3",
        ),
        (
            'agents.a = { path = "x", tool = "opnecode" }',
            "agents.a: the tool 'opnecode' is not known; did you mean 'opencode'?",
        ),
        (
            'scripts.a = { path = "x", tool = "opencode" }',
            "scripts.a: the tool 'opencode' does not support scripts; "
            "claude-code would",
        ),
        (
            'agents = { Lint = "a.md", lint = "b.md" }',
            "agents.lint differs from 'Lint' in case only; some file systems would "
            "keep one of them; rename it",
        ),
        (
            'default-tools.agent = "opencode"',
            "default-tools.agent is not a known option; did you mean 'agents'?",
        ),
        ("default-tools.agents = 3", "default-tools.agents must be a string, got 3"),
        ("tools.x = 3", "tools.x must be a table, got 3"),
        ("tools.x = {}", "tools.x.path is missing"),
        (
            'tools.x = { path = "../x" }',
            "tools.x.path must stay inside the project, got '../x'",
        ),
        (
            'tools."a/b" = { path = "x" }',
            'tools."a/b" must not be a path',
        ),
        (
            'tools.x = { path = "x", resources.agents = { } }',
            "tools.x.resources.agents.path is missing",
        ),
        (
            'tools.x = { path = "x", resources.hooks = { } }',
            "tools.x.resources.hooks.merge-target is missing",
        ),
        (
            'tools.x = { path = "x", resources.agents.path = "..\\\\y" }',
            "tools.x.resources.agents must stay inside the project, got '..\\\\y'",
        ),
        ("project = 3", "project must be a table, got 3"),
    ],
)
def test_a_mistake_is_reported_with_its_key(text, message):
    with pytest.raises(AgpmError) as caught:
        read(text)
    assert str(caught.value) == f"agpm.toml: {message}"


def test_all_mistakes_are_reported_at_once():
    with pytest.raises(AgpmError) as caught:
        read("agents.a = 3\ncommands.b = {}\ntools.x = {}\nnope = 1\n")
    assert str(caught.value).splitlines() == [
        "agpm.toml: nope is not a known option; known are agents, commands, "
        "default-tools, gitignore, hooks, mcp-servers, patch, project, scripts, "
        "skills, snippets, sources, token_warning_threshold, tools",
        "agpm.toml: tools.x.path is missing",
        "agpm.toml: agents.a must be a path or a table with a path, got 3",
        "agpm.toml: commands.b.path is missing",
    ]


def test_in_pyproject_the_whole_key_is_named():
    with pytest.raises(AgpmError) as caught:
        read("agents.a = 3", agpm_toml=False)
    assert str(caught.value) == (
        "tool.hatch-agpm.agents.a must be a path or a table with a path, got 3"
    )
