"""Hooks and MCP servers (AGPM semantics, 7.3 and 7.4), as the program takes them."""

import json

import pytest

from hatch_agpm.errors import AgpmError, ConflictError
from hatch_agpm.rendering.merged_files import check_shape

HOOK = {"events": ["Stop"], "type": "command", "command": "x"}


def problems(type_, value):
    text = value if isinstance(value, str) else json.dumps(value)
    with pytest.raises(AgpmError) as caught:
        check_shape(type_, "x.json", text)
    return str(caught.value)


def keys(type_, value):
    """Return the key that each problem names, `object` for the whole object."""
    lines = problems(type_, value).removeprefix("x.json: ").split("\nx.json: ")
    return [line.split("'")[1] if "'" in line else "object" for line in lines]


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("hooks", HOOK),
        ("hooks", {**HOOK, "timeout": 2**32 - 1, "matcher": "(", "description": ""}),
        ("hooks", {**HOOK, "timeout": None, "matcher": None, "description": None}),
        ("hooks", {**HOOK, "events": ["Mine"], "type": "mine", "command": ""}),
        ("hooks", {**HOOK, "extra": [], "args": 5}),
        ("mcp-servers", {"command": "x", "args": [], "env": {"A": 1, "B": [{}]}}),
        ("mcp-servers", {"url": "u", "type": "sse", "headers": {"h": None}}),
        ("mcp-servers", {"command": None, "url": "u", "env": None, "headers": None}),
        ("mcp-servers", {"command": "", "events": "mine"}),
    ],
)
def test_files_that_agpm_accepts_are_accepted(type_, value):
    check_shape(type_, "x.json", json.dumps(value))


@pytest.mark.parametrize(
    ("value", "key"),
    [
        ([], "object"),
        ({**HOOK, "events": "Stop"}, "events"),
        ({**HOOK, "events": None}, "events"),
        ({**HOOK, "events": ["a", 5]}, "events[1]"),
        ({**HOOK, "matcher": 5}, "matcher"),
        ({**HOOK, "description": {}}, "description"),
        ({**HOOK, "command": None}, "command"),
        ({**HOOK, "timeout": 4294967296}, "timeout"),
        ({**HOOK, "timeout": -1}, "timeout"),
        ({**HOOK, "timeout": 1.5}, "timeout"),
        ({**HOOK, "timeout": True}, "timeout"),
    ],
)
def test_a_hook_that_fails_the_schema_check_is_refused(value, key):
    assert keys("hooks", value) == [key]


def test_a_hook_that_would_never_run_is_refused():
    """AGPM: installs a hook that has no effect."""
    assert keys("hooks", {**HOOK, "events": []}) == ["events"]


def test_all_problems_of_a_hook_are_reported():
    found = keys("hooks", {"comand": "x", "timeout": "5"})
    assert found == ["events", "type", "command", "timeout"]


def test_a_known_key_given_twice_is_refused():
    text = (
        '{"events": ["Stop"], "type": "command", "command": "x", "command": "y", '
        '"mine": {"type": 1, "type": 2}, "own": 1, "own": 2}'
    )
    message = problems("hooks", text)
    assert message.startswith("x.json: 'command' is given twice")
    assert "\n" not in message


@pytest.mark.parametrize(
    ("value", "key"),
    [
        ([], "object"),
        ({"url": 5}, "url"),
        ({"command": "x", "type": []}, "type"),
        ({"command": "x", "args": "y"}, "args"),
        ({"command": "x", "args": None}, "args"),
        ({"command": "x", "args": [True]}, "args[0]"),
        ({"command": "x", "env": []}, "env"),
        ({"url": "x", "headers": "h"}, "headers"),
    ],
)
def test_a_server_that_fails_the_schema_check_is_refused(value, key):
    assert keys("mcp-servers", value) == [key]


def test_a_server_that_could_not_be_reached_is_refused():
    """AGPM: merges it, and drops the keys that it does not know."""
    for server in ({}, {"comand": "x"}):
        assert "needs 'command' or 'url'" in problems("mcp-servers", server)


def test_invalid_json_is_reported_with_its_line():
    message = problems("hooks", '{\n  "events": [,]\n}')
    assert message.startswith("x.json:2:14: invalid JSON: ")


@pytest.mark.parametrize("section", ["hooks", "mcp-servers"])
def test_the_text_is_shipped_unchanged_whatever_its_name(section, render_files):
    text = '{"command":"x", "type": "command",\r\n "events": ["Stop"], "own": {{}}}'
    text = text.replace("{{}}", "1.10")
    (found,) = render_files({"m/x.conf": text}, f'[{section}]\nx = "m/x.conf"\n')
    assert found.text == text
    with pytest.raises(AgpmError, match=r"x\.conf:1:1: invalid"):
        render_files({"m/x.conf": "x"}, f'[{section}]\nx = "m/x.conf"\n')


def test_bytes_that_are_not_text_are_refused(render_files):
    with pytest.raises(AgpmError, match=r"x\.conf:1: is not UTF-8"):
        render_files({"x.conf": b"\xff"}, '[hooks]\nx = "x.conf"\n')


# --- what AGPM merges -------------------------------------------------------------


def test_two_servers_of_one_key_are_refused(render_files):
    """AGPM: all matches of a pattern share its key, and one survives."""
    with pytest.raises(ConflictError, match="the mcp-server 'all'") as caught:
        render_files(
            {"m/a.json": '{"command": "a"}', "m/b.json": '{"command": "b"}'},
            '[mcp-servers]\nall = "m/*.json"\n',
        )
    assert caught.value.paths == ("m/a.json", "m/b.json")


def test_two_hooks_of_one_name_are_refused(render_files):
    """AGPM: the name has no extension, and one survives."""
    with pytest.raises(ConflictError, match="the hook 'h/a'"):
        render_files(
            {
                "h/a.json": json.dumps(HOOK),
                "h/a.js": json.dumps({**HOOK, "timeout": 1}),
            },
            '[hooks]\na = "h/a.json"\nb = "h/a.js"\n',
        )


@pytest.mark.parametrize(
    ("other", "manifest"),
    [
        ("a", 'all = "m/*.json"'),
        ("b", 'a = "m/a.json"\nb = "m/b.json"'),
        ("b", 'all = { path = "m/*.json", install = false }'),
        ("b", 'a = "m/a.json"\nb = { path = "m/b.json", tool = "opencode" }'),
    ],
    ids=["equal", "two keys", "not installed", "two files"],
)
def test_servers_that_do_not_overwrite_each_other_are_accepted(
    other, manifest, render_files
):
    files = {"m/a.json": '{"command": "a"}', "m/b.json": f'{{"command": "{other}"}}'}
    assert len(render_files(files, f"[mcp-servers]\n{manifest}\n")) == 2
