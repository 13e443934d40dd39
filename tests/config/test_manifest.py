"""The tables of a manifest: their meaning and their mistakes."""

import tomllib

import pytest

from hatch_agpm.config.declared import read_table
from hatch_agpm.config.manifest import read_manifest
from hatch_agpm.config.tables import AgpmTable, ProjectTable
from hatch_agpm.config.tools import BUILTIN_TOOLS
from hatch_agpm.errors import ConfigError, ProblemsError
from hatch_agpm.formats.toml import TableReader


def read(text, *, agpm_toml=True):
    prefix, path = ("", "agpm.toml") if agpm_toml else ("tool.hatch-agpm.", "")
    reader = TableReader(prefix, path)
    declaration = AgpmTable if agpm_toml else ProjectTable
    tables = read_table(declaration, tomllib.loads(text), reader)
    return read_manifest(tables, reader, path=path)


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
    ("text", "key"),
    [
        ('agent = { a = "x" }', "agent"),
        ("agents = 3", "agents"),
        ("gitignore = 1", "gitignore"),
        ("token_warning_threshold = -1", "token_warning_threshold"),
        ('agents.a = { path = "x", args = [1] }', "agents.a.args[0]"),
        ('agents.a = { path = "x", dependencies = {} }', "agents.a.dependencies"),
        ("agents.a = 3", "agents.a"),
        ('agents."a b" = {}', 'agents."a b".path'),
        ('agents.a = ""', "agents.a.path"),
        ('agents.a = "x\\u0000"', "agents.a"),
        ('agents.a = { path = "x", instal = true }', "agents.a.instal"),
        ('agents.a = { path = "x", install = "no" }', "agents.a.install"),
        ('agents.a = { path = "x", template_vars = 3 }', "agents.a.template_vars"),
        (
            'agents.a = { path = "x", tool = "opnecode" }',
            "agents.a: the tool 'opnecode'",
        ),
        (
            'scripts.a = { path = "x", tool = "opencode" }',
            "scripts.a: the tool 'opencode'",
        ),
        ('agents = { Lint = "a.md", lint = "b.md" }', "agents.lint"),
        ('default-tools.agent = "opencode"', "default-tools.agent"),
        ("default-tools.agents = 3", "default-tools.agents"),
        ("tools.x = 3", "tools.x"),
        ("tools.x = {}", "tools.x.path"),
        ('tools.x = { path = "../x" }', "tools.x.path"),
        ('tools."a/b" = { path = "x" }', 'tools."a/b"'),
        (
            'tools.x = { path = "x", resources.agents = { } }',
            "tools.x.resources.agents.path",
        ),
        (
            'tools.x = { path = "x", resources.hooks = { } }',
            "tools.x.resources.hooks.merge-target",
        ),
        (
            'tools.x = { path = "x", resources.agents.path = "..\\\\y" }',
            "tools.x.resources.agents",
        ),
        ("project = 3", "project"),
    ],
)
def test_a_mistake_is_reported_with_its_key(text, key):
    with pytest.raises(ConfigError) as caught:
        read(text)
    assert (caught.value.path, caught.value.key) == ("agpm.toml", key)


def test_all_mistakes_are_reported_at_once():
    with pytest.raises(ProblemsError) as caught:
        read("agents.a = 3\ncommands.b = {}\ntools.x = {}\nnope = 1\n")
    assert [(each.path, each.key) for each in caught.value.problems] == [
        ("agpm.toml", "nope"),
        ("agpm.toml", "tools.x.path"),
        ("agpm.toml", "agents.a"),
        ("agpm.toml", "commands.b.path"),
    ]


def test_in_pyproject_the_whole_key_is_named():
    with pytest.raises(ConfigError) as caught:
        read("agents.a = 3", agpm_toml=False)
    assert (caught.value.path, caught.value.key) == ("", "tool.hatch-agpm.agents.a")
