"""Projects with mutated tables, manifests, frontmatter and files."""

import os
import shutil
import tomllib

from mutations import mutate_data, mutate_text

from hatch_agpm.build.plan import plan_build
from hatch_agpm.config import load_toml
from hatch_agpm.errors import AgpmError
from hatch_agpm.model.build import BuildContext
from hatch_agpm.rendering.renderer import render_manifest

TEMPLATE = """\
---
name: a
description: Mends nets.
agpm:
  templating: true
  dependencies:
    snippets:
      - path: ../snippets/tone.md
        name: tone
        install: false
      - path: "../snippets/*.md"
  runtime:
    vip: {type: bool, default: false}
    steps: [{title: str, done: bool}]
---
{{ agpm.deps.snippets.tone.content }}{% if vip %}yes{% endif %}
{% for step in steps %}{{ step.title }}{% endfor %}{{ 'docs/rules.md' | content }}
```literal
{{ x }}
```
"""
FILES = {
    "pkg/__init__.py": "",
    "docs/rules.md": "No tabs.\n",
    "t/agents/a.md": TEMPLATE,
    "t/agents/j.md": (
        "---\nagpm: {templating: jinja2, runtime: {n: int | None}}\n---\n"
        "{{ n }}{{ x is defined }}"
    ),
    "t/snippets/tone.md": (
        "---\nagpm: {templating: true}\n---\nKind {{ agpm.resource.name }}.\n"
    ),
    "t/snippets/other.md": "Other.\n",
    "t/mcp/s.json": (
        '{"command": "x", '
        '"dependencies": {"snippets": [{"path": "../snippets/tone.md"}]}}'
    ),
    "t/skills/net/SKILL.md": (
        "---\nname: net\nhomepage: x\ndescription: Nets.\n---\nMend.\n"
    ),
    "t/skills/net/run.sh": "true\n",
    "t/scripts/x.sh": "true\n",
    "prompts.md": "plain",
}
TABLE = """
output = "pkg/prompts"
prompts = ["prompts.md", {path = "docs", exclude = ["*.txt"]}]
skills = "t/skills"
hidden-text = ["t/agents/j.md"]
env = ["HOME"]
sbom = true
max-tokens = {agents = 4000}
editable = "redirect"
templates = "t"
metadata = true
[agents]
a = "t/agents/a.md"
j = {path = "t/agents/j.md", template_vars = {x = [1, {y = 2}]}, tool = "opencode"}
[scripts]
all = {path = "t/scripts/*.sh", templating = true, target = "y"}
[snippets]
tone = {path = "t/snippets/tone.md", max-tokens = 9}
[mcp-servers]
s = {path = "t/mcp/s.json", install = false}
[project]
x = "y"
when = 2024-01-02
nested = {a = [1.5, true]}
[sources]
shared = "docs"
[limits]
loop = 1000
output = 100000
[export]
prefix = true
resources = ["skills/net"]
drop = ["homepage"]
strict = false
directory = ".agents"
[default-tools]
agents = "claude-code"
[patch.agents.a]
model = "opus"
"""
MANIFEST = """
[sources]
x = "docs"
[tools.claude-code]
path = ".claude"
resources = {agents = {path = "agents/agpm", flatten = true}, skills = {path = "s"}}
[tools.agpm]
path = ".agpm"
resources = {snippets = {path = "snippets"}}
[project]
language = "python"
[agents]
a = {path = "t/agents/a.md", template_vars = {project = {language = "go"}}}
all = {path = "t/agents/*.md", target = "y"}
[skills]
net = {path = "t/skills/net", tool = "claude-code"}
[patch.agents.a]
model = "opus"
temperature = 0.5
"""
SECTIONS = ("agents", "scripts", "skills", "snippets", "mcp-servers")
WHOLE = 0.25
"""The part of damaged files that are rendered with all other resources."""


def write_project(root):
    shutil.rmtree(root, ignore_errors=True)
    for path, text in FILES.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def parsed(text):
    return tomllib.loads(text)


def tables(scratch):
    """Return what tries a table in pyproject.toml, as text or as data, or agpm.toml."""
    root = scratch / "project"
    write_project(root)
    known = parsed(TABLE)
    corpus = [TABLE, MANIFEST]

    def attempt(chance):
        way = chance.randrange(4)
        try:
            if way == 0:
                text = mutate_text(MANIFEST, corpus, chance)
                (root / "agpm.toml").write_text(text, "utf-8", "surrogatepass")
                render_manifest(root / "agpm.toml")
                return True
            if way == 1:
                text = mutate_text(TABLE, corpus, chance)
                (root / "pyproject.toml").write_text(text, "utf-8", "surrogatepass")
                table = load_toml(root / "pyproject.toml", "pyproject.toml")
            else:
                table = mutate_data(known, chance)
            plan_build(
                BuildContext(
                    root,
                    {"tool": {"hatch-agpm": table}},
                    metadata=_metadata(chance),
                    distribution="pkg",
                )
            )
        except AgpmError as error:
            return not str(error)
        return True

    return attempt


def _metadata(chance):
    metadata = {"name": "pkg", "version": "1.0", "description": "x"}
    changed = mutate_data(metadata, chance) if chance.random() < 0.2 else None
    return changed if isinstance(changed, dict) else metadata


def frontmatter(scratch):
    """Return what tries a file of a project: its frontmatter, text, kind or link."""
    root = scratch / "project"
    write_project(root)
    corpus = [*FILES.values()]
    paths = [path for path in FILES if path.startswith("t/")]
    (scratch / "secret.md").write_text("the secret", encoding="utf-8")
    whole = _usable(parsed(TABLE))

    def attempt(chance):
        changed = chance.choice([*paths, *["t/agents/a.md"] * 5])
        path = root / changed
        before = path.read_bytes()
        table = whole if chance.random() < WHOLE else _only(whole, changed)
        try:
            _damage(path, corpus, chance)
            plan = plan_build(
                BuildContext(
                    root,
                    {"tool": {"hatch-agpm": table}},
                    metadata={"name": "pkg", "version": "1.0"},
                    distribution="pkg",
                )
            )
            shipped = b"".join(file.data for file in plan.bundle.files.values())
            assert b"the secret" not in shipped
        except AgpmError as error:
            return not str(error)
        finally:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
            path.write_bytes(before)
        return True

    return attempt


def _usable(table):
    """Return a table without what the files do not have."""
    return {
        key: value
        for key, value in table.items()
        if key not in {"sources", "prompts", "patch", "limits"}
    } | {"agents": {"a": "t/agents/a.md", "j": "t/agents/j.md"}}


def _only(table, changed):
    """Return a table of the resources that a file is part of: they render quickly."""
    section = changed.split("/")[1].replace("mcp", "mcp-servers")
    return {
        key: value
        for key, value in table.items()
        if key not in {*SECTIONS, "templates", "hidden-text", "export"}
    } | {section: table.get(section, {"net": "t/skills/net"})}


def _damage(path, corpus, chance):
    kind = chance.random()
    if kind < 0.9:
        text = path.read_text("utf-8")
        changed = mutate_text(text, corpus, chance)
        path.write_bytes(changed.encode("utf-8", "surrogatepass"))
        return
    path.unlink()
    if kind < 0.93:
        path.symlink_to(chance.choice(["../../../secret.md", "/", path.name, "x/" * 9]))
    elif kind < 0.95:
        os.mkfifo(path)
    elif kind < 0.97:
        path.mkdir()
    elif kind < 0.99:
        path.write_bytes(bytes(chance.choices(range(256), k=chance.randrange(2000))))
