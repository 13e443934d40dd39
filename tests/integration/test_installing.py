"""The page about installing: its commands run, in their order."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from shipping import FILES, build_site

from hatch_agpm.cli import main

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/how-to/install.md").read_text("utf-8")
COMMAND = re.compile(r"^\$ hatch-agpm (.*?)(?: +#.*)?$", re.MULTILINE)
TABLE = """\
[tool.hatch-agpm.agents]
reviewer = "a/reviewer.md"
[tool.hatch-agpm.mcp-servers]
docs = "a/docs.json"
[tool.hatch-agpm.skills]
mend-nets = { path = "a/nets", export = true }
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project that depends on one distribution, with another one beside it."""
    nets = {"a/nets/SKILL.md": FILES["a/mend-nets/SKILL.md"]}
    acme = build_site(tmp_path, table=TABLE, files={**FILES, **nets})
    table = '[tool.hatch-agpm.snippets]\ntone = "a/tone.md"\n'
    beta = build_site(tmp_path, "beta", table=table)
    root = tmp_path / "app"
    root.mkdir()
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", root / ".venv"], check=True
    )
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    site = root / ".venv/lib" / version / "site-packages"
    for each in (acme, beta):
        for entry in each.iterdir():
            entry.rename(site / entry.name)
    (root / "pyproject.toml").write_text(
        '[project]\nname = "app"\nversion = "1"\ndependencies = ["acme"]\n'
    )
    monkeypatch.chdir(root)
    return root


@pytest.mark.skipif(sys.platform == "win32", reason="environments differ there")
def test_every_command_of_the_page_does_what_it_says(project, capsys):
    commands = [shlex.split(command) for command in COMMAND.findall(PAGE)]
    assert len(commands) == 8
    dry, install, check, remove, named, removed, *forced = commands
    assert main(dry) == 0
    assert not (project / ".claude").exists()
    capsys.readouterr()
    assert main(install) == 0
    printed = capsys.readouterr().out
    assert f"```text\n{printed}```\n" in PAGE
    assert main(check) == 0
    assert main(remove) == 0
    assert not (project / ".claude").exists()
    for path, text in (
        (".claude/agents/agpm/reviewer.md", "mine"),
        (".mcp.json", "{}"),
    ):
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_text(text)
    (project / ".mcp.json").write_text('{"mcpServers": {"docs": {}}}')
    assert main(named) == 1
    assert main(removed) == 0
    for command in forced:
        assert main(["install", "--check"]) == 1
        main(command)
    assert main(["install", "--check"]) == 0


def test_the_page_has_every_state():
    for state in ("ok", "stale", "missing", "drifted", "foreign"):
        assert f"| `{state}` |" in PAGE
