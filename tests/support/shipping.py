"""Distributions that ship files for coding agents, installed in directories."""

import os
import zipfile
from pathlib import Path

import hatchling.build

TABLE = """\
[tool.hatch-agpm.agents]
reviewer = "a/reviewer.md"
helper = { path = "a/reviewer.md", tool = "opencode", filename = "helper.md" }

[tool.hatch-agpm.snippets]
tone = "a/tone.md"

[tool.hatch-agpm.hooks]
format = "a/format.json"

[tool.hatch-agpm.mcp-servers]
docs = "a/docs.json"
docs-of-opencode = { path = "a/docs.json", tool = "opencode" }

[tool.hatch-agpm.skills]
mend-nets = { path = "a/mend-nets", export = true }
tie = "a/tie"
"""
HOOK = """\
{"events": ["PostToolUse", "Stop"], "matcher": "Write", "type": "command",
 "command": "acme-format VERSION", "timeout": 5}
"""
SERVER = '{"command": "npx", "args": ["docs", "VERSION"], "env": {"A": "b"}}\n'
FILES = {
    "a/reviewer.md": "---\nname: reviewer\ndescription: Reviews\n---\nBe VERSION.\n",
    "a/tone.md": "Be kind.\n",
    "a/format.json": HOOK,
    "a/docs.json": SERVER,
    "a/mend-nets/SKILL.md": "---\nname: mend-nets\ndescription: Mends\n---\nMend.\n",
    "a/mend-nets/mend.sh": "#!/bin/sh\n",
    "a/tie/SKILL.md": "---\nname: tie\ndescription: Ties\n---\nTie.\n",
}


def build_site(root, name="acme", version="1.0", table=TABLE, files=FILES, mode=0o755):
    """
    Build the wheel of a distribution, and return an environment that has it.

    `mode` is that of its scripts.
    """
    package = name.replace("-", "_")
    project = root / f"{name}-{version}"
    head = f'[project]\nname = "{name}"\nversion = "{version}"\n'
    hook = "[tool.hatch.build.hooks.agpm]\n[tool.hatch-agpm]\n"
    output = f'output = "{package}/prompts"\n'
    texts = {
        "pyproject.toml": f"{head}{hook}{output}{table}",
        f"{package}/__init__.py": "",
        **files,
    }
    for path, text in texts.items():
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_text(text.replace("VERSION", version), "utf-8")
        if path.endswith(".sh"):
            (project / path).chmod(mode)
    before = Path.cwd()
    os.chdir(project)
    try:
        wheel = hatchling.build.build_wheel(str(project))
    finally:
        os.chdir(before)
    site = root / f"site-{name}-{version}"
    with zipfile.ZipFile(project / wheel) as archive:
        archive.extractall(site)
    return site


def tree(root):
    """Return the texts of all files but for the record, by path."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes().decode()
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".hatch-agpm" not in path.parts
    }
