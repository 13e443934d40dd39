"""
The checks of exported skills compared with the tools, for a table of 31 variants.

Each tool is installed from its registry at a fixed version, and run on a skill in each
variant in the environment of a project.  quick_validate is a script in a repository and
not in a registry: its column was read from its source.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hatch_agpm.export.plugin import check_plugin
from hatch_agpm.export.writer import write_frontmatter

pytestmark = [pytest.mark.slow, pytest.mark.network]

VARIANTS = json.loads(
    Path(__file__).parents[1].joinpath("data/skill_variants.json").read_text("utf-8")
)
SECONDS = 120
INSTALLING = 600
QUIET = {
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "DISABLE_AUTOUPDATER": "1",
    "DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "NO_COLOR": "1",
    "VIRTUAL_ENV": "",
}
DISCOVER = """\
import json
from skillager.discovery import discover_package_skills
skills, errors = discover_package_skills()
print(json.dumps(["error" if errors else "ok" for _ in [*skills, *errors][:1]]))
"""
AWKWARD = "A --- B: # { [ & * @ ` % | \"q\" 'q' \\ \x1b\x7f\x85\u2028é 🎣"
PORTABLE = {
    "name": "mx-nets",
    "description": AWKWARD,
    "license": "MIT",
    "compatibility": "Requires mx 1.0, Python >=3.9",
    "metadata": {"version": "1.10", "yes": "no", "a: b": "---"},
    "allowed-tools": ["Read", "Bash(git add *)"],
}
WRITTEN = {
    "variant": "written by the build",
    "directory": "mx-nets",
    "file": "SKILL.md",
    "encoding": "utf-8",
    "text": write_frontmatter(PORTABLE) + "\n# Repair nets\n",
}


@pytest.fixture(scope="session")
def install(tmp_path_factory):
    """Install one tool of a registry, and return the directory of its programs."""

    def into(registry, requirement):
        directory = tmp_path_factory.mktemp("tool")
        uv = [sys.executable, "-m", "uv"]
        if registry == "npm":
            if shutil.which("npm") is None:
                pytest.skip("there is no npm here")
            command = ["npm", "install", "--silent", "--no-audit", "--no-fund"]
            command += ["--prefix", str(directory), requirement]
        else:
            make = [*uv, "venv", "--quiet", "--clear", "--python", sys.executable]
            subprocess.run([*make, directory], check=True, timeout=SECONDS)
            command = [*uv, "pip", "install", "--quiet", "--python", str(directory)]
            command += [requirement]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=INSTALLING
        )
        if done.returncode != 0:
            pytest.skip(f"{requirement} cannot be installed: {done.stderr.strip()}")
        return directory / ("node_modules/.bin" if registry == "npm" else "bin")

    return into


@pytest.fixture
def project(tmp_path):
    """Write a variant as an installed package, and run programs beside it."""
    return Project(tmp_path)


class Project:
    """A project whose environment holds one package, mx, with one skill."""

    def __init__(self, directory):
        self.directory = directory / "project"
        self.home = directory / "home"
        self.home.mkdir()
        self.site = self.directory / ".venv/lib/python3.11/site-packages"
        self.agents = self.site / "mx/.agents"
        self.skill = self.agents

    def lay_out(self, variant):
        shutil.rmtree(self.directory, ignore_errors=True)
        self.skill = self.agents / "skills" / variant["directory"]
        record = f"mx/.agents/skills/{variant['directory']}/{variant['file']},,\n"
        plugin = {
            "name": "mx",
            "version": "1.0",
            "description": "Nets.",
            "author": {"name": "A"},
        }
        files = {
            self.directory / "pyproject.toml": (
                '[project]\nname = "p"\nversion = "1"\ndependencies = ["mx"]\n'
            ),
            self.directory / ".venv/pyvenv.cfg": "home = /usr/bin\n",
            self.site / "mx-1.0.dist-info/METADATA": (
                "Metadata-Version: 2.1\nName: mx\nVersion: 1.0\n"
            ),
            self.site / "mx-1.0.dist-info/RECORD": record,
            self.agents / ".claude-plugin/plugin.json": json.dumps(plugin),
            self.skill / variant["file"]: variant["text"].encode(variant["encoding"]),
        }
        for path, content in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            data = content if isinstance(content, bytes) else content.encode()
            path.write_bytes(data)

    def run(self, *command):
        return subprocess.run(
            command,
            cwd=self.directory,
            env={**os.environ, **QUIET, "HOME": str(self.home)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=SECONDS,
        )


def library_skills(bin_, project):
    found = json.loads(project.run(bin_ / "library-skills", "scan", "--json").stdout)
    if found["skills"]:
        return "ok"
    return "warns" if found["warnings"] else "missing"


def skills_ref(bin_, project):
    done = project.run(bin_ / "agentskills", "validate", project.skill)
    return "error" if done.returncode else "ok"


def npx_skills(bin_, project):
    output = project.run(bin_ / "skills", "add", project.agents, "--list").stdout
    found = re.search(r"Found .*?(\d+).*? skill", output)
    assert found or "No valid skills found" in output
    return "ok" if found else "missing"


def claude(bin_, project):
    done = project.run(bin_ / "claude", "plugin", "validate", project.agents)
    if done.returncode:
        return "error"
    return "warns" if "passed with warnings" in done.stdout else "ok"


def skillager(bin_, project):
    output = project.run(bin_ / "python", "-c", DISCOVER).stdout
    return (json.loads(output) or ["missing"])[0]


READERS = {
    "library-skills": ("pypi", "library-skills==0.0.19", library_skills),
    "skills-ref": ("pypi", "skills-ref==0.1.1", skills_ref),
    "npx skills": ("npm", "skills@1.5.18", npx_skills),
    "claude validate": ("npm", "@anthropic-ai/claude-code@2.1.197", claude),
    "skillager": ("pypi", "skillager==0.9.10", skillager),
}


@pytest.mark.parametrize("reader", READERS)
def test_each_tool_treats_each_variant_as_the_table_says(reader, install, project):
    registry, requirement, ask = READERS[reader]
    bin_ = install(registry, requirement)
    verdicts = {}
    for variant in [*VARIANTS, WRITTEN]:
        project.lay_out(variant)
        verdicts[variant["variant"]] = ask(bin_, project)
    table = {variant["variant"]: variant["verdicts"][reader] for variant in VARIANTS}
    assert verdicts == {**table, WRITTEN["variant"]: "ok"}


PLUGIN = {"name": "mx", "version": "1.0", "description": "Nets."}
PLUGINS = (
    {},
    {"name": "Mx nets"},
    {"name": "mx_nets"},
    {"keyword": []},
    {"version": 1},
    {"homepage": "nets"},
    {"homepage": "https://example.org/"},
    {"keywords": "nets"},
    {"keywords": ["nets"]},
    {"author": "A"},
    {"author": {"name": ""}},
    {"repository": {"type": "git"}},
)


def test_the_check_and_the_tool_agree_on_invalid_plugins(install, project):
    bin_ = install("npm", "@anthropic-ai/claude-code@2.1.197")
    path = ".claude-plugin/plugin.json"
    for changed in PLUGINS:
        text = json.dumps(PLUGIN | {"author": {"name": "A"}, **changed})
        project.lay_out(WRITTEN)
        (project.agents / path).write_bytes(text.encode())
        fine = claude(bin_, project) == "ok"
        assert fine == (check_plugin(path, text.encode()) == ()), text


def test_generated_frontmatter_is_read_back_unchanged(install, project):
    project.lay_out(WRITTEN)
    program = install("pypi", "library-skills==0.0.19") / "library-skills"
    properties = install("pypi", "skills-ref==0.1.1") / "agentskills"

    (skill,) = json.loads(project.run(program, "scan", "--json").stdout)["skills"]
    read = json.loads(project.run(properties, "read-properties", project.skill).stdout)

    assert skill["description"] == AWKWARD
    assert read["description"] == AWKWARD
    assert read["metadata"] == PORTABLE["metadata"]
