"""
Variants of exported files laid out for the tools that read them, and what these do.

Each tool is run on all files at once.  What it does with a file is "" if it takes it as
it is, else a word: `dropped`, `cut short`, `misread`, `renamed` and so on.
"""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path

from readers import CLAUDE, Readers
from variants import Placed, write

from hatch_agpm.export.source import read_source


@dataclass(frozen=True)
class Site:
    """Variants as installed packages, as one plugin, and as wheels."""

    root: Path
    placed: list[Placed]
    readers: Readers

    @property
    def skills(self):
        return [each for each in self.placed if each.type == "skill"]

    @property
    def packages(self):
        return self.root / "app/.venv/lib/python3.11/site-packages"

    @property
    def plugin(self):
        return self.root / "mx"

    def directory(self, skill):
        """The directory of a skill in the plugin."""
        return (self.plugin / skill.path).parent

    def run(self, tool, program, *command, cwd=None):
        """Run a program of a tool, and return its output, also if it fails."""
        path = self.readers.program(tool, program)
        cwd = cwd or self.root / "app"
        home = self.root / "home"
        return self.readers.run(path, *command, cwd=cwd, home=home, succeeds=False)

    def ask(self, tool, script, argument):
        """Return the `answer` of a script that the Python of a tool runs."""
        question, answer = self.root / "question.json", self.root / "answer.json"
        question.write_text(json.dumps(argument), encoding="utf-8")
        answer.unlink(missing_ok=True)
        script = f"{BEFORE}\n{script}\n{AFTER}"
        output = self.run(tool, "python", "-c", script, question, answer)
        assert answer.exists(), output
        return json.loads(answer.read_text("utf-8"))

    def empty(self, name):
        directory = self.root / name
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir()
        return directory


BEFORE = """
import contextlib, io, json, sys, warnings
warnings.simplefilter("ignore")
asked = json.load(open(sys.argv[1], encoding="utf-8"))
def tried(function, *arguments):
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            return function(*arguments)
    except (Exception, SystemExit):
        return None
"""
AFTER = """
json.dump(answer, open(sys.argv[2], "w", encoding="utf-8"))
"""


def lay_out(root, placed, readers):
    """Write variants in all forms that the tools read."""
    site = Site(root, placed, readers)
    (root / "home").mkdir(parents=True)
    write(site.plugin, placed)
    for skill in site.skills:
        module = skill.package.replace("-", "_")
        tree = site.packages / module / ".agents"
        write(tree, [skill])
        information = site.packages / f"{module}-1.0.dist-info"
        information.mkdir()
        metadata = f"Metadata-Version: 2.1\nName: {skill.package}\nVersion: 1.0\n"
        (information / "METADATA").write_text(metadata, encoding="utf-8")
        record = f"{module}/.agents/{skill.path},,\n"
        (information / "RECORD").write_text(record, encoding="utf-8")
    app = root / "app"
    (app / ".venv").mkdir(parents=True, exist_ok=True)
    (app / ".venv/pyvenv.cfg").write_text("home = /usr/bin\n", encoding="utf-8")
    names = [skill.package for skill in site.skills]
    text = f'[project]\nname = "app"\nversion = "1"\ndependencies = {names}\n'
    (app / "pyproject.toml").write_text(text, encoding="utf-8")
    return site


# --- what each tool does, by variant --------------------------------------------------


def library_skills(site):
    output = site.run("library-skills", "library-skills", "scan", "--json")
    skills = json.loads(output)["skills"]
    return shown(site, {skill["package"]: skill["description"] for skill in skills})


def skillager(site):
    script = """
from skillager.discovery import discover_package_skills
skills, _ = discover_package_skills()
skills = [skill for skill in skills if hasattr(skill, "summary")]
answer = {skill.package: skill.summary for skill in skills}
"""
    return shown(site, site.ask("skillager", script, None))


def fastmcp(site):
    script = """
from fastmcp.skills import Skill
def description(path):
    return Skill.from_directory(path).description
answer = {name: tried(description, path) for name, path in asked.items()}
"""
    return shown(site, site.ask("fastmcp", script, directories(site)))


def skills_ref(site):
    script = """
from pathlib import Path
from skills_ref import read_properties, validate
def description(path):
    return None if validate(Path(path)) else read_properties(Path(path)).description
answer = {name: tried(description, path) for name, path in asked.items()}
"""
    effects = shown(site, site.ask("skills-ref", script, directories(site)))
    return renamed(effects, dropped="refused")


def pkgskills(site):
    script = """
from pathlib import Path
from pkgskills import split_frontmatter
from pkgskills.spec import SPEC
def description(path):
    text = Path(path, "SKILL.md").read_text("utf-8")
    if SPEC.check_frontmatter(path, text):
        return None
    return split_frontmatter(text)[0].get("description", "")
answer = {name: tried(description, path) for name, path in asked.items()}
"""
    effects = shown(site, site.ask("pkgskills", script, directories(site)))
    return renamed(effects, dropped="noted")


def agent_skill_installer(site):
    wheels = site.empty("wheels")
    for skill in site.skills:
        module = skill.package.replace("-", "_")
        path = wheels / f"{module}-1.0-py3-none-any.whl"
        with zipfile.ZipFile(path, "w") as archive:
            for directory in (module, f"{module}-1.0.dist-info"):
                for file in sorted((site.packages / directory).rglob("*")):
                    archive.write(file, file.relative_to(site.packages))
    script = """
from agent_skill_installer.__main__ import main
options = ["--no-ui", "install", "--agent", "claude", "--scope", "dir"]
for wheel, target in asked:
    wheel = ["--wheel-file", wheel, "--all-src-skills", "--target-dir", target]
    tried(main, options + wheel)
answer = None
"""
    target = site.empty("installed")
    wheels = [[str(path), str(target / path.name[:7])] for path in wheels.iterdir()]
    site.ask("agent-skill-installer", script, wheels)
    effects = {}
    for skill in site.skills:
        tree = target / skill.package.replace("-", "_")
        (copy, *_) = [*tree.glob(".claude/skills/*"), None]
        text = (tree / "CLAUDE.md").read_text("utf-8") if copy else None
        effect = skill.effect_on(text and described_in(text))
        effects[skill.kind] = effect or copied(skill, copy)
    return effects


def described_in(text):
    """Return the description in a CLAUDE.md that agent-skill-installer has written."""
    return text.partition("Discoverability\n\n")[2].partition("\n\nUse `/")[0]


def npx_skills(site):
    target = site.empty("added")
    output = site.run("skills", "skills", "add", site.plugin, "--list", cwd=target)
    # Each skill is its name, indented by four spaces, and its description, by six.
    listed = dict(re.findall(r"^│ {4}(\S.*)\n(?:│\n)?│ {6}(.*)$", output, re.MULTILINE))
    options = ["-a", "claude-code", "-s", "*", "-y", "--copy", "--json"]
    site.run("skills", "skills", "add", site.plugin, *options, cwd=target)
    copies = copies_by_data(target / ".claude/skills", site.skills)
    effects = {}
    for skill in site.skills:
        name = skill.source.fields.get("name")
        effect = "dropped"
        if copy := copies.get(skill.package):
            effect = skill.effect_on(listed.get(name, "")) or copied(skill, copy)
        effects[skill.kind] = effect
    return effects


def apm(site):
    target = site.empty("deployed")
    packages = []
    for each in site.placed:
        write(site.root / f"apm/{each.package}", [each])
        packages.append(site.root / f"apm/{each.package}")
    command = ["install", *packages, "--target", "claude"]
    output = site.run("apm-cli", "apm", *command, cwd=target)
    # It leaves the files of a package that fails, but not the record of it.
    failed = set(re.findall(r"\+- \S+/(mx-\d+) --", output))
    effects = {}
    skills = copies_by_data(target / ".claude/skills", site.skills)
    for each in site.placed:
        if each.package in failed:
            effects[each.kind] = "dropped"
            continue
        if each.type == "skill":
            copy = skills.get(each.package)
            effects[each.kind] = copied(each, copy) if copy else "dropped"
            continue
        copy = target / f".claude/{each.path}"
        effects[each.kind] = rewritten(each, copy) if copy.exists() else "dropped"
    return effects


def claude_validate(site):
    options = ["--json", "--profile", "directory"]
    (site.plugin / "README.md").write_text("word " * 40, encoding="utf-8")
    command = ["plugin", "validate", site.plugin, *options]
    report = json.loads(site.run(CLAUDE, "claude", *command))
    effects = {each.kind: "" for each in site.placed}
    kinds = {site.plugin / each.path: each.kind for each in site.placed}
    for found in report["contents"]:
        effect = "refused" if found["errors"] else "warned of"
        effects[kinds[Path(found["file"])]] = effect
    assert report["manifest"]["errors"] == []
    return effects


def directories(site):
    return {skill.package: str(site.directory(skill)) for skill in site.skills}


def shown(site, descriptions):
    """Return the effects of a tool that shows these descriptions, by package."""
    return {
        skill.kind: skill.effect_on(descriptions.get(skill.package))
        for skill in site.skills
    }


def renamed(effects, *, dropped):
    return {
        kind: dropped if effect == "dropped" else effect
        for kind, effect in effects.items()
    }


def copies_by_data(directory, skills):
    """Return the copies of skills by package; a tool may have given another name."""
    data = {copy: (copy / "SKILL.md").read_bytes() for copy in directory.glob("*")}
    return {
        skill.package: copy
        for skill in skills
        for copy in data
        if copy.name == skill.name or data[copy] == skill.data
    }


def copied(skill, copy):
    """Tell whether a copy of a skill has other bytes, files or another name."""
    files = {"SKILL.md": skill.data, **skill.others}
    if any(
        not (copy / path).is_file() or (copy / path).read_bytes() != data
        for path, data in files.items()
    ):
        return "changed"
    return "" if copy.name == skill.name else "renamed"


def rewritten(each, copy):
    """Return what a copy of an agent or command has lost, if it is written again."""
    data = copy.read_bytes()
    if data == each.data and each.type == "agent":
        return ""
    before, after = each.source, read_source(data, lenient=True)
    if before.text[before.body :].strip() != after.text[after.body :].strip():
        return "misread"
    described = after.top.get("description")
    if effect := each.effect_on(described if isinstance(described, str) else ""):
        return effect
    # Of `input`, apm makes `arguments`, which is what Claude Code reads.
    lost = before.top.keys() - after.top.keys() - {"input"}
    if lost:
        return "left out in part"
    same = before.top.keys() & after.top.keys()
    is_same = all(before.top[key] == after.top[key] for key in same - {"description"})
    return "" if is_same else "changed"


TOOLS = {
    "library-skills": library_skills,
    "npx skills": npx_skills,
    "skillager": skillager,
    "agent-skill-installer": agent_skill_installer,
    "FastMCP": fastmcp,
    "apm": apm,
    "claude": claude_validate,
    "pkgskills": pkgskills,
    "skills-ref": skills_ref,
}
