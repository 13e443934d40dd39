"""
The files that a package exports are found by existing tools.

Each tool is installed from its registry at a fixed version, into an environment of its
own, and run on packages in another one.  Telemetry is off, and the user's files are not
read.  `SIGHTINGS` has the question that all tools answer: skill -> description.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from readers import CLAUDE, SECONDS, UV, Readers, make_environment

pytestmark = [pytest.mark.slow, pytest.mark.network]

ROOT = Path(__file__).parents[2]


# --- packages for the tools to find ---------------------------------------------------


@pytest.fixture(scope="session")
def program(readers):
    """Return the path of a program of a tool, which is installed at first use."""
    return readers.program


@dataclass(frozen=True)
class Workplace:
    """A project with an environment that has only the sample packages."""

    root: Path
    wheels: tuple[Path, ...]
    home: Path
    readers: Readers

    @property
    def packages(self):
        """The import packages that export something, sorted."""
        (site,) = (self.root / ".venv/lib").glob("python*/site-packages")
        return sorted(tree.parent for tree in site.glob("*/.agents"))

    def skills(self):
        """The directories of all skills, sorted."""
        return [
            skill
            for package in self.packages
            for skill in sorted((package / ".agents/skills").iterdir())
        ]

    def run(self, *command, cwd=None):
        """Run a tool here, with a separate home directory, and return its output."""
        return self.readers.run(*command, cwd=cwd or self.root, home=self.home)

    def elsewhere(self, name):
        """Return an empty directory to deploy into."""
        directory = self.root.parent / name
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir()
        return directory


@pytest.fixture(scope="module")
def workplace(tmp_path_factory, readers):
    """Build projects, and install their wheels into one empty environment."""

    def make(*projects, target="wheel"):
        top = tmp_path_factory.mktemp("workplace")
        wheels = tuple(build(project, top / "wheels", target) for project in projects)
        root, home = top / "app", top / "home"
        home.mkdir()
        make_environment(root / ".venv")
        install = [*UV, "pip", "install", "--quiet", "--no-deps", "--no-index"]
        subprocess.run(
            [*install, "--python", root / ".venv", *wheels],
            check=True,
            timeout=SECONDS,
        )
        names = [wheel.name.partition("-")[0] for wheel in wheels]
        # library-skills reads the dependencies of the project.
        (root / "pyproject.toml").write_text(
            f'[project]\nname = "app"\nversion = "0"\ndependencies = {names}\n', "utf-8"
        )
        return Workplace(root, wheels, home, readers)

    return make


BUILD = """
import sys, hatchling.build as backend
print(getattr(backend, f"build_{sys.argv[1]}")(sys.argv[2]))
"""


def build(project, out, target):
    out.mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-c", BUILD, target, out],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stdout
    return out / done.stdout.splitlines()[-1]


PYPROJECT = """\
[build-system]
requires = ["hatchling", "hatch-agpm"]
build-backend = "hatchling.build"

[project]
name = "{}"
version = "{}"
description = "Sails"
license = "MIT"
requires-python = ">=3.9"
authors = [{{ name = "Ada" }}]

[tool.hatch.build.hooks.agpm]

[tool.hatch-agpm.export]
prefix = true

[tool.hatch-agpm.agents]
reviewer = {{ path = "prompts/agents/reviewer.md", export = true }}

[tool.hatch-agpm.commands]
approve = {{ path = "prompts/commands/approve.md", export = true }}

[tool.hatch-agpm.skills]
review = {{ path = "prompts/skills/review", export = true }}
"""
AGENT = """\
---
name: reviewer
description: Reviews with {{ agpm.project.version }}. Use after a change.
agpm:
  templating: true
---

You review for {{ agpm.project.name }}.
"""
COMMAND = """\
---
description: Approves a change
argument-hint: "[number]"
---

Approve change $ARGUMENTS.
"""
SKILL = """\
---
name: review
description: >
  Reviews a change with {{ agpm.project.name }} {{ agpm.project.version }}: "all" of
  it. Use when a change is ready.
agpm:
  templating: true
---

You know {{ agpm.project.name }} {{ agpm.project.version }}.
"""


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """Write a project that exports a skill `review`, an agent and a command."""

    def write(name, version):
        project = tmp_path_factory.mktemp(name)
        package = name.replace("-", "_")
        for path, text in {
            "pyproject.toml": PYPROJECT.format(name, version),
            f"{package}/__init__.py": "",
            "prompts/agents/reviewer.md": AGENT,
            "prompts/commands/approve.md": COMMAND,
            "prompts/skills/review/SKILL.md": SKILL,
        }.items():
            file = project / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return project

    return write


def review(name, version):
    """The description that every tool must give for the skill of a sample."""
    text = f'Reviews a change with {name} {version}: "all" of it. '
    return {f"{name}-review": f"{text}Use when a change is ready."}


# --- what each tool sees --------------------------------------------------------------


def seen_by_library_skills(place, program):
    shown = place.run(program("library-skills", "library-skills"), "scan", "--json")
    scan = json.loads(shown)
    assert scan["warnings"] == []
    return {skill["name"]: skill["description"] for skill in scan["skills"]}


def seen_by_agentskills(place, program):
    agentskills = program("skills-ref", "agentskills")
    seen = {}
    for skill in place.skills():
        shown = place.run(agentskills, "validate", skill)
        assert shown == f"Valid skill: {skill}\n"
        properties = json.loads(place.run(agentskills, "read-properties", skill))
        seen[properties["name"]] = properties["description"]
    return seen


def seen_by_skillager(place, program):
    states = ["--state-dir", place.home / "state"]
    states += ["--catalog-state-dir", place.home / "catalog"]
    command = [program("skillager", "skillager"), *states]
    # It lists approved skills; a skill with a script needs approval.
    setup = ["setup", "--non-interactive", "--project-only", "--bulk-approve"]
    place.run(*command, *setup)
    shown = place.run(*command, "list", "--source", "python-package", "--json")
    return {skill["name"]: skill["summary"] for skill in json.loads(shown)}


def seen_by_agent_skill_installer(place, program):
    target = place.elsewhere("installed")
    for wheel in place.wheels:
        place.run(
            *(program("agent-skill-installer", "agent-skill-installer"), "--no-ui"),
            *("install", "--wheel-file", wheel, "--all-src-skills", "--agent", "all"),
            *("--scope", "dir", "--target-dir", target),
        )
    codex, claude = (described(target / name) for name in (".codex", ".claude"))
    assert codex == claude
    return codex


SERVE = """
import asyncio, json, sys
from pathlib import Path
from fastmcp import Client, FastMCP
from fastmcp.skills.provider import SkillsDirectoryProvider

async def main():
    server = FastMCP("skills")
    server.add_provider(SkillsDirectoryProvider(roots=[Path(p) for p in sys.argv[1:]]))
    async with Client(server) as client:
        served = []
        for each in await client.list_resources():
            (content,) = await client.read_resource(each.uri)
            served.append([str(each.uri), each.description, content.text])
        print(json.dumps(served))

asyncio.run(main())
"""


def served(place, program):
    """URI -> (description, text) of all that FastMCP serves."""
    roots = [package / ".agents/skills" for package in place.packages]
    shown = place.run(program("fastmcp", "python"), "-c", SERVE, *roots)
    return {uri: (about, text) for uri, about, text in json.loads(shown)}


def seen_by_fastmcp(place, program):
    return {
        uri.removeprefix("skill://").removesuffix("/SKILL.md"): description
        for uri, (description, _) in served(place, program).items()
        if uri.endswith("/SKILL.md")
    }


def deploy_with_apm(place, program):
    """Return a directory that `apm install` has filled for four coding agents."""
    target = place.elsewhere("deployed")
    for package in place.packages:
        place.run(
            *(program("apm-cli", "apm"), "install", package / ".agents"),
            *("--target", "claude,codex,opencode,cursor"),
            cwd=target,
        )
    return target


def seen_by_apm(place, program):
    target = deploy_with_apm(place, program)
    claude, others = described(target / ".claude"), described(target / ".agents")
    assert claude == others
    return claude


def add_with_npx_skills(place, program):
    """Return a directory that `npx skills add` has filled for two coding agents."""
    target = place.elsewhere("added")
    for package in place.packages:
        place.run(
            *(program("skills", "skills"), "add", package, "-y"),
            *("-a", "claude-code", "-a", "codex"),
            cwd=target,
        )
    return target


def seen_by_npx_skills(place, program):
    target = add_with_npx_skills(place, program)
    listed = json.loads(
        place.run(program("skills", "skills"), "list", "--json", cwd=target)
    )
    found = described(target / ".agents")
    assert {skill["name"] for skill in listed} == set(found)
    assert described(target / ".claude") == found
    return found


def described(directory):
    """Skill -> description of the files that a tool has written to a directory."""
    found = {}
    for skill in sorted(directory.glob("skills/*/SKILL.md")):
        text = skill.read_text(encoding="utf-8")
        frontmatter = yaml.safe_load(text.split("---\n")[1])
        assert frontmatter["name"] == skill.parent.name
        found[frontmatter["name"]] = frontmatter["description"]
    return found


SIGHTINGS = {
    "library-skills": seen_by_library_skills,
    "agentskills": seen_by_agentskills,
    "skillager": seen_by_skillager,
    "agent-skill-installer": seen_by_agent_skill_installer,
    "fastmcp": seen_by_fastmcp,
    "apm": seen_by_apm,
    "npx skills": seen_by_npx_skills,
}
BY_EVERY_TOOL = pytest.mark.parametrize("tool", SIGHTINGS)


# --- the example ----------------------------------------------------------------------


EXAMPLE = {
    "example-pkg-release-notes": "Writes the release notes of a Python package from "
    "its commits, with example-pkg 1.2.0. Use when a release is prepared, or somebody "
    "asks what changed since the last one."
}
EXAMPLE_FILES = {
    "SKILL.md": False,
    "references/groups.md": False,
    "scripts/commits.sh": True,
}
"""Those of its skill, and whether they are executable."""


@pytest.fixture(scope="module")
def example(workplace, tmp_path_factory):
    project = tmp_path_factory.mktemp("example") / "example_pkg"
    shutil.copytree(ROOT / "example_pkg", project)
    return workplace(project)


@BY_EVERY_TOOL
def test_every_tool_finds_the_skill_of_the_example(example, program, tool):
    assert SIGHTINGS[tool](example, program) == EXAMPLE


def test_claude_code_accepts_the_tree_for_the_directory_of_plugins(example, program):
    claude = program(CLAUDE, "claude")
    (package,) = example.packages

    command = [claude, "plugin", "validate", package / ".agents", "--json"]
    report = json.loads(example.run(*command, "--profile", "directory"))

    assert report["success"]
    assert (report["manifest"]["warnings"], report["contents"]) == ([], [])
    # It looks for an icon, which a project has nothing to make one of.
    codes = [finding["code"] for finding in report["directory"]["findings"]]
    assert codes == ["ICON_MISSING"]


def test_fastmcp_serves_each_file_with_its_digest(example, program):
    (skill,) = example.skills()
    _, manifest = served(example, program)[f"skill://{skill.name}/_manifest"]

    assert {file["path"]: file["hash"] for file in json.loads(manifest)["files"]} == {
        path: f"sha256:{hashlib.sha256((skill / path).read_bytes()).hexdigest()}"
        for path in EXAMPLE_FILES
    }


def test_deployed_skills_have_all_files_and_modes(example, program):
    (skill,) = example.skills()
    shipped = contents(skill)
    seen_by_agent_skill_installer(example, program)
    deployed = {
        "agent-skill-installer": example.root.parent / "installed/.claude",
        "apm": deploy_with_apm(example, program) / ".claude",
        "npx skills": add_with_npx_skills(example, program) / ".agents",
    }

    assert {path: mode for path, (_, mode) in shipped.items()} == EXAMPLE_FILES
    for directory in deployed.values():
        assert contents(directory / "skills" / skill.name) == shipped


def contents(directory):
    """Path -> (bytes, executable) of all files except those that a tool has added."""
    return {
        path.relative_to(directory).as_posix(): (
            path.read_bytes(),
            os.access(path, os.X_OK),
        )
        for path in directory.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }


def test_apm_deploys_agents_commands_and_skills_to_each_coding_agent(
    two_packages, program
):
    target = deploy_with_apm(two_packages, program)

    deployed = {
        path.relative_to(target).as_posix()
        for folder in (".agents", ".claude", ".codex", ".cursor", ".opencode")
        for path in (target / folder).rglob("*")
        if path.is_file()
    }
    assert deployed == {
        path
        for name in ("acme-nets", "borealis")
        for path in (
            f".agents/skills/{name}-review/SKILL.md",
            f".claude/agents/{name}-reviewer.md",
            f".claude/commands/{name}-approve.md",
            f".claude/skills/{name}-review/SKILL.md",
            f".codex/agents/{name}-reviewer.toml",
            f".cursor/agents/{name}-reviewer.md",
            f".cursor/commands/{name}-approve.md",
            f".opencode/agents/{name}-reviewer.md",
            f".opencode/commands/{name}-approve.md",
        )
    }
    codex = tomllib.loads(
        (target / ".codex/agents/acme-nets-reviewer.toml").read_text(encoding="utf-8")
    )
    assert codex["name"] == "acme-nets-reviewer"
    assert codex["description"] == "Reviews with 1.0. Use after a change."


# --- two packages, two versions -------------------------------------------------------


@pytest.fixture(scope="module")
def two_packages(workplace, sample):
    return workplace(sample("acme-nets", "1.0"), sample("borealis", "2.0"))


@BY_EVERY_TOOL
def test_skills_of_one_name_in_two_packages_are_both_found(two_packages, program, tool):
    assert SIGHTINGS[tool](two_packages, program) == {
        **review("acme-nets", "1.0"),
        **review("borealis", "2.0"),
    }


@pytest.fixture(scope="module")
def before_and_after(workplace, sample):
    project = sample("acme-nets", "1.0")
    before = workplace(project)
    file = project / "pyproject.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('version = "1.0"', 'version = "1.1rc1"'), "utf-8")
    return before, workplace(project)


@BY_EVERY_TOOL
def test_a_new_version_of_the_project_is_what_every_tool_reports(
    before_and_after, program, tool
):
    assert [SIGHTINGS[tool](place, program) for place in before_and_after] == [
        review("acme-nets", "1.0"),
        review("acme-nets", "1.1rc1"),
    ]


def test_tools_that_report_a_version_report_that_of_the_project(
    before_and_after, program
):
    _, place = before_and_after
    scan = place.run(program("library-skills", "library-skills"), "scan", "--json")
    agentskills = program("skills-ref", "agentskills")
    (skill,) = place.skills()
    properties = json.loads(place.run(agentskills, "read-properties", skill))
    (package,) = place.packages
    plugin = json.loads((package / ".agents/.claude-plugin/plugin.json").read_text())

    (found,) = json.loads(scan)["skills"]
    assert (found["package"], found["version"]) == ("acme-nets", "1.1rc1")
    assert properties == {
        "name": "acme-nets-review",
        "description": review("acme-nets", "1.1rc1")["acme-nets-review"],
        "license": "MIT",
        "compatibility": "Requires acme-nets 1.1rc1, Python >=3.9",
        "metadata": {"version": "1.1rc1"},
    }
    assert plugin["version"] == "1.1rc1"


@pytest.mark.parametrize("tool", ["library-skills", "skillager"])
def test_tools_that_look_into_environments_look_into_editable_installs(
    workplace, sample, program, tool
):
    project = sample("acme-nets", "1.0")
    # Files for developers of the project are not for its users.
    own = project / ".agents/skills/contribute/SKILL.md"
    own.parent.mkdir(parents=True)
    own.write_text("---\nname: contribute\ndescription: d\n---\n", encoding="utf-8")

    place = workplace(project, target="editable")

    assert SIGHTINGS[tool](place, program) == review("acme-nets", "1.0")


def test_two_tools_also_take_skills_that_the_package_keeps_for_itself(
    workplace, sample, edit, program
):
    project = sample("acme-nets", "1.0")
    line = 'review = { path = "prompts/skills/review", export = true'
    edit(project, line, f"{line}, install = true")
    place = workplace(project)

    for tool in ("skillager", "agent-skill-installer"):
        assert set(SIGHTINGS[tool](place, program)) == {"acme-nets-review", "review"}
    for tool in ("library-skills", "apm", "npx skills"):
        assert SIGHTINGS[tool](place, program) == review("acme-nets", "1.0")
