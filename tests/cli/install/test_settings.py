"""Hooks and MCP servers in settings files of the user's."""

import json

import pytest
from shipping import tree

SETTINGS = """\
{
  // my own
  "permissions": { "allow": ["Read"] },
  "hooks": {
    "Stop": [
      { "hooks": [ { "type": "command", "command": "say done" } ] } // loud
    ]
  },
  "model": "opus"
}
"""
SERVERS = '{\n\t"mcpServers": {\n\t\t"own": {"command": "x"}\n\t}, "other": [1, 2]\n}'
HOOKS = ".claude/settings.local.json"
STOP = f"{HOOKS}:hooks.Stop.format"
DOCS = ".mcp.json:mcpServers.docs"


@pytest.fixture
def own(project):
    """Settings files of the user's; returns their texts."""
    (project / ".claude").mkdir()
    (project / HOOKS).write_text(SETTINGS)
    (project / ".mcp.json").write_text(SERVERS)
    return tree(project)


def hooks_of(project, event="Stop"):
    settings = (project / HOOKS).read_text().replace("// my own", "")
    return json.loads(settings.replace("// loud", ""))["hooks"][event]


def change_hook(project, old, new):
    text = (project / HOOKS).read_text()
    assert old in text
    (project / HOOKS).write_text(text.replace(old, new))


@pytest.mark.usefixtures("own")
def test_other_keys_order_and_comments_stay(run, project, states):
    assert run("install")[0] == 0
    text = (project / HOOKS).read_text()
    for line in SETTINGS.splitlines():
        assert line.replace(" // loud", "") in text
    assert "} ] }, // loud\n" in text
    first, second = hooks_of(project)
    assert first["hooks"][0]["command"] == "say done"
    assert second == {
        "matcher": "Write",
        "hooks": [{"type": "command", "command": "acme-format 1.0", "timeout": 5}],
    }
    servers = json.loads((project / ".mcp.json").read_text())
    assert list(servers) == ["mcpServers", "other"]
    assert servers["mcpServers"]["docs"] == {
        "command": "npx",
        "args": ["docs", "1.0"],
        "env": {"A": "b"},
    }
    assert states() == {}


def test_opencode_gets_its_own_form(run, project):
    run("install")
    settings = json.loads((project / ".opencode/opencode.json").read_text())
    assert settings == {
        "mcp": {
            "docs-of-opencode": {
                "type": "local",
                "command": ["npx", "docs", "1.0"],
                "environment": {"A": "b"},
            }
        }
    }


def test_a_hook_that_is_listed_twice_is_added_once(run, project):
    assert run("install", "zeta", site="hooks")[0] == 0
    assert [len(hooks_of(project, event)) for event in ("PostToolUse", "Stop")] == [
        1,
        1,
    ]
    assert run("uninstall")[0] == 0
    assert tree(project).keys() == {"pyproject.toml"}


def test_a_settings_file_with_comments_is_used_where_it_is(run, project):
    jsonc = project / ".opencode/opencode.jsonc"
    jsonc.parent.mkdir()
    jsonc.write_text('{\n  // none\n  "mcp": {}, // yet\n}\n')
    run("install")
    assert not (project / ".opencode/opencode.json").exists()
    assert '"docs-of-opencode"' in jsonc.read_text()
    run("uninstall")
    assert jsonc.read_text() == '{\n  // none\n  "mcp": {}, // yet\n}\n'


def test_uninstalling_gives_the_bytes_of_before(run, project, own):
    run("install")
    run("install", site="2")
    run("uninstall")
    assert tree(project) == own


@pytest.mark.usefixtures("own")
def test_what_the_user_changes_besides_stays(run, project, states):
    run("install")
    change_hook(project, '"opus"', '"haiku"')
    change_hook(project, "say done", "say it")
    assert states() == {}
    run("install", site="2")
    run("uninstall")
    expected = SETTINGS.replace("opus", "haiku").replace("say done", "say it")
    assert (project / HOOKS).read_text() == expected


@pytest.mark.usefixtures("own")
def test_an_edited_hook_is_neither_replaced_nor_doubled(run, project, states):
    run("install")
    change_hook(project, '"timeout": 5', '"timeout": 60')
    edited = [f"{HOOKS}:hooks.PostToolUse.format", STOP]
    assert states() == {"drifted": edited}
    assert run("install")[0] == 1
    assert run("install", site="2")[0] == 1
    assert [len(hooks_of(project, event)) for event in ("PostToolUse", "Stop")] == [
        1,
        2,
    ]
    assert hooks_of(project)[1]["hooks"][0]["timeout"] == 60
    assert run("install", "--force", STOP, site="2")[0] == 1
    assert hooks_of(project)[1]["hooks"][0]["command"] == "acme-format 2.0"
    run("uninstall")
    assert len(hooks_of(project)) == 1
    assert hooks_of(project, "PostToolUse")[0]["hooks"][0]["timeout"] == 60


def test_a_deleted_hook_is_added_again(run, project, states):
    run("install")
    (project / HOOKS).write_text("{}")
    assert states()["missing"] == [f"{HOOKS}:hooks.PostToolUse.format", STOP]
    assert run("install")[0] == 0
    assert len(hooks_of(project)) == 1


def test_a_server_of_the_user_with_the_same_key_stays(run, project, states):
    mine = '{"mcpServers": {"docs": {"command": "mine"}}}'
    (project / ".mcp.json").write_text(mine)
    code, report = run("install")
    assert code == 1
    assert [i["name"] for i in report["items"] if i["action"] == "keep"] == [DOCS]
    assert (project / ".mcp.json").read_text() == mine
    assert states() == {"foreign": [DOCS]}
    run("uninstall")
    assert (project / ".mcp.json").read_text() == mine
    assert run("install", "--force", DOCS)[0] == 0
    assert states() == {}


def test_an_edited_server_stays(run, project, states):
    run("install")
    path = project / ".mcp.json"
    path.write_text(path.read_text().replace('"b"', '"c"'))
    assert states() == {"drifted": [DOCS]}
    assert run("install", site="2")[0] == 1
    assert '"1.0"' in path.read_text()
    run("uninstall")
    assert '"c"' in path.read_text()


def test_another_order_of_keys_and_other_white_space_are_not_an_edit(
    run, project, states
):
    run("install")
    path = project / ".mcp.json"
    server = json.loads(path.read_text())["mcpServers"]["docs"]
    turned = dict(reversed(server.items()))
    path.write_text(json.dumps({"mcpServers": {"docs": turned}}))
    assert states() == {}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (HOOKS, "{"),
        (HOOKS, "[]"),
        (HOOKS, '{"hooks": []}'),
        (HOOKS, '{"hooks": {"Stop": {}}}'),
        (".mcp.json", '{"mcpServers": null}'),
        (".mcp.json", b"\xff"),
        (".mcp.json", ""),
    ],
)
def test_settings_that_cannot_be_read_are_an_error_and_stay(run, project, path, text):
    data = text if isinstance(text, bytes) else text.encode()
    (project / path).parent.mkdir(exist_ok=True)
    (project / path).write_bytes(data)
    code, error = run("install")
    assert code == 1
    assert path in error
    assert (project / path).read_bytes() == data
    assert not (project / ".hatch-agpm").exists()
