"""Tools and install paths (AGPM semantics, 3.4 and 7.1; all tried on the program)."""

from __future__ import annotations

import posixpath
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hatch_agpm.config.tools import (
    BUILTIN_TOOLS,
    InstallRule,
    Tool,
    default_tool,
    install_path,
    make_install_rule,
)
from hatch_agpm.model.declaration import Declaration

AGENTS = ".claude/agents/agpm"


def entry(**options):
    return Declaration(section="agents", path="", **options)


@pytest.mark.parametrize(
    ("tool", "type_", "path", "placed"),
    [
        ("claude-code", "agents", "x/q.md", ".claude/agents/agpm/q.md"),
        ("claude-code", "commands", "x/q.md", ".claude/commands/agpm/q.md"),
        ("claude-code", "snippets", "snippets/n/s.md", ".claude/snippets/agpm/n/s.md"),
        ("claude-code", "scripts", "x/q.sh", ".claude/scripts/agpm/x/q.sh"),
        ("claude-code", "skills", "skills/x/k", ".claude/skills/agpm/x/k"),
        ("claude-code", "hooks", "h/a.json", ".claude/settings.local.json"),
        ("claude-code", "mcp-servers", "m/a.json", ".mcp.json"),
        ("opencode", "agents", "x/q.md", ".opencode/agent/agpm/q.md"),
        ("opencode", "commands", "x/q.md", ".opencode/command/agpm/q.md"),
        (
            "opencode",
            "snippets",
            "snippets/n/s.md",
            ".opencode/snippet/agpm/snippets/n/s.md",
        ),
        ("opencode", "mcp-servers", "m/a.json", ".opencode/opencode.json"),
        ("agpm", "snippets", "snippets/n/s.md", ".agpm/snippets/n/s.md"),
        ("agpm", "snippets", "shared/s2.md", ".agpm/snippets/shared/s2.md"),
        ("agpm", "snippets", "../shared/u.md", ".agpm/snippets/shared/u.md"),
        ("agpm", "snippets", "../../a/u.md", ".agpm/snippets/a/u.md"),
        ("agpm", "snippets", "./x//y/./u.md", ".agpm/snippets/x/y/u.md"),
        ("agpm", "snippets", "/abs/../p/u.md", ".agpm/snippets/p/u.md"),
        ("agpm", "snippets", "//abs/u.md", ".agpm/snippets/abs/u.md"),
    ],
)
def test_each_tool_has_its_install_directories(tool, type_, path, placed):
    assert install_path(BUILTIN_TOOLS[tool], type_, path) == placed


def test_the_builtin_tools_support_just_these_types():
    supported = {name: sorted(tool.rules) for name, tool in BUILTIN_TOOLS.items()}
    every = [
        "agents",
        "commands",
        "hooks",
        "mcp-servers",
        "scripts",
        "skills",
        "snippets",
    ]
    assert supported == {
        "claude-code": every,
        "opencode": ["agents", "commands", "mcp-servers", "snippets"],
        "agpm": ["snippets"],
    }


@pytest.mark.parametrize(
    ("options", "placed"),
    [
        ({}, "q.md"),
        ({"flatten": False}, "x/q.md"),
        ({"filename": "zz"}, "zz"),
        ({"filename": "z/a/"}, "a"),
        ({"filename": "../x.md"}, "x.md"),
        ({"filename": "../agents/x.md", "flatten": False}, "x.md"),
        ({"filename": "./a.md", "flatten": False}, "a.md"),
        ({"filename": "a/./b.md", "flatten": False}, "a/b.md"),
        ({"filename": "//a//b.md", "flatten": False}, "a/b.md"),
        ({"filename": "/a/../b.md", "flatten": False}, "a/../b.md"),
        ({"filename": "a\\b.md", "flatten": False}, "a/b.md"),
        ({"filename": "a/", "flatten": False}, "a"),
        ({"target": ""}, "q.md"),
        ({"target": "sub"}, "sub/q.md"),
        ({"target": "/sub"}, "sub/q.md"),
        ({"target": "sub//"}, "sub//q.md"),
        ({"target": "a//b"}, "a//b/q.md"),
        ({"target": "."}, "./q.md"),
        ({"target": "./s"}, "./s/q.md"),
        ({"target": "a/../b"}, "a/../b/q.md"),
        ({"target": "\\a\\b"}, "a/b/q.md"),
        ({"target": "agents", "filename": "agents/z", "flatten": False}, "agents/z"),
    ],
)
def test_the_options_of_an_entry_set_its_install_path(options, placed):
    tool = BUILTIN_TOOLS["claude-code"]
    assert (
        install_path(tool, "agents", "x/q.md", entry(**options)) == f"{AGENTS}/{placed}"
    )


@pytest.mark.parametrize(
    ("path", "placed"),
    [
        ("agents/agents/q.md", "agents/q.md"),
        (".claude/q.md", "q.md"),
        ("agpm/q.md", "q.md"),
        ("x/agents/q.md", "x/agents/q.md"),
        ("../agents/q.md", "q.md"),
    ],
)
def test_a_first_part_that_repeats_the_directory_is_dropped(path, placed):
    tool = BUILTIN_TOOLS["claude-code"]
    found = install_path(tool, "agents", path, entry(flatten=False))
    assert found == f"{AGENTS}/{placed}"


@pytest.mark.parametrize(
    ("tool_path", "place_path", "placed"),
    [
        (".", "ag", "./ag/x/q.md"),
        ("", "ag", "ag/x/q.md"),
        (".mine/", "ag/", ".mine/ag/x/q.md"),
        ("./m", "./ag", "./m/./ag/x/q.md"),
        ("a//b", "c//d", "a//b/c/d/x/q.md"),
        (".mine", "", ".mine/x/q.md"),
        (".mine", ".", ".mine/./x/q.md"),
        (".mine", "/abs", ".mine/abs/x/q.md"),
        ("m\\n", "c", "m/n/c/x/q.md"),
    ],
)
def test_a_custom_tools_paths_are_joined_as_agpm_does(tool_path, place_path, placed):
    tool = Tool(path=tool_path, rules={"agents": InstallRule(path=place_path)})
    assert install_path(tool, "agents", "x/q.md") == placed


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"filename": ""}, "name the file"),
        ({"filename": ".."}, "name the file"),
        ({"filename": "a/.."}, "name the file"),
        (
            {"filename": "a/..", "flatten": False},
            "name the file",
        ),
        (
            {"filename": "agents", "flatten": False},
            "name the file",
        ),
        ({"filename": "/"}, "name the file"),
        ({"filename": "../x.md", "flatten": False}, AGENTS),
        ({"filename": "a/../../x", "flatten": False}, AGENTS),
        ({"target": "../b"}, AGENTS),
        ({"target": "a/../../b"}, AGENTS),
        ({"target": "..\\..\\b"}, AGENTS),
        ({"target": "/.."}, AGENTS),
        ({"target": "a\0b"}, "NUL"),
        ({"filename": "a\0b"}, "NUL"),
    ],
)
def test_an_install_path_outside_the_directory_is_refused(options, words):
    tool = BUILTIN_TOOLS["claude-code"]
    with pytest.raises(ValueError, match=re.escape(words)):
        install_path(tool, "agents", "x/q.md", entry(**options))


PIECES = st.lists(st.sampled_from(["..", ".", "", "a", "agents", "x.md", "\\.."]))
PATHS = PIECES.map("/".join)


@given(
    path=PATHS,
    filename=st.none() | PATHS,
    target=st.none() | PATHS,
    flatten=st.none() | st.booleans(),
)
def test_no_install_path_is_outside_the_directory(path, filename, target, flatten):
    tool = BUILTIN_TOOLS["claude-code"]
    options = {"filename": filename, "target": target, "flatten": flatten}
    try:
        placed = install_path(tool, "agents", path, entry(**options))
    except ValueError:
        return
    assert posixpath.normpath(placed).startswith(f"{AGENTS}/")
    assert "\\" not in placed


@pytest.mark.parametrize(
    ("tool", "type_", "path", "merge_target", "place"),
    [
        ("mine", "agents", "g", None, InstallRule(path="g", flatten=True)),
        ("mine", "agents", "g", "q.json", InstallRule(path="g", flatten=True)),
        ("mine", "agents", None, "q.json", None),
        ("mine", "agents", None, None, None),
        ("mine", "hooks", None, "m\\x.json", InstallRule(path="m/x.json", merge=True)),
        ("mine", "hooks", "h", "m/x.json", InstallRule(path="m/x.json", merge=True)),
        (
            "mine",
            "hooks",
            "h",
            None,
            InstallRule(path=".claude/settings.local.json", merge=True),
        ),
        ("mine", "hooks", None, None, None),
        ("mine", "mcp-servers", "h", None, InstallRule(path=".mcp.json", merge=True)),
        (
            "opencode",
            "mcp-servers",
            "h",
            None,
            InstallRule(path=".opencode/opencode.json", merge=True),
        ),
    ],
)
def test_a_table_of_a_tool_defines_install_rules(
    tool, type_, path, merge_target, place
):
    made = make_install_rule(
        tool, type_, path=path, merge_target=merge_target, flatten=True
    )
    assert made == place


@pytest.mark.parametrize(
    ("type_", "defaults", "tool"),
    [
        ("snippets", {}, "agpm"),
        ("agents", {}, "claude-code"),
        ("mcp-servers", {}, "claude-code"),
        ("snippets", {"snippets": "opencode"}, "opencode"),
        ("agents", {"snippets": "opencode"}, "claude-code"),
    ],
)
def test_a_type_has_a_default_tool(type_, defaults, tool):
    assert default_tool(type_, defaults) == tool
