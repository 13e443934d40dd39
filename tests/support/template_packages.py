"""Packages that ship templates, and projects that use them."""

import json
import tomllib

from hatch_agpm.config.project import read_built_project
from hatch_agpm.model.build import BuildContext
from hatch_agpm.rendering.renderer import render_project

TEMPLATE = """---
agpm:
  templating: true
  dependencies:
    snippets:
{specs}
---
{body}"""


SNIPPETS = "{% for k, d in agpm.deps.snippets %}{{ k }}: {{ d.content }}|{% endfor %}\n"


def template(*specs, body=SNIPPETS):
    lines = "\n".join(f"      - {{ {spec}, install: false }}" for spec in specs)
    return TEMPLATE.format(specs=lines, body=body)


def plain(body):
    return f"---\nagpm:\n  templating: true\n---\n{body}"


def render(root):
    tables = tomllib.loads((root / "pyproject.toml").read_text())
    context = BuildContext(
        root, tables, metadata={"name": "app"}, distribution=root.name.split("-")[0]
    )
    return render_project(read_built_project(context), context)


ACME = 'sources.acme = { distribution = "acme-prompts", version = ">=1.2" }\n'


EXPORTED = {
    "lib/snippets/tone.md": plain(
        "{{ agpm.resource.source }} {{ agpm.resource.version }}"
        " for {{ agpm.project.name }}, {{ 'rules.txt' | content }}\n"
    ),
    "lib/agents/helper.md": template("path: ../snippets/tone.md"),
    "lib/rules.txt": "no tabs.",
    "lib/.hidden/x.md": "hidden",
}


def change_index(site, change):
    path = site / "acme_prompts/prompts/index.json"
    index = json.loads(path.read_text())
    change(index)
    path.write_text(json.dumps(index))


BASE = {"lib/leaf.md": plain("leaf of {{ agpm.resource.source }}")}


LEAF = "path: leaf.md, source: base"


NEEDS_BASE = (
    'templates = "lib"\nsources.base = { distribution = "base-prompts", version = "1" }'
).replace('"1"', '">=1"')


BOTH_SIDES = (
    'sources.left = { distribution = "left-prompts" }\n'
    'sources.right = { distribution = "right-prompts" }\n'
    'agents.a = "prompts/a.md"\n'
)


BOTH_MIDS = template(
    "path: mid.md, source: left, name: l", "path: mid.md, source: right, name: r"
)


def install_diamond(install_package):
    """Install two distributions that use a third."""
    install_package("base-prompts", BASE, 'templates = "lib"')
    for name in ("left-prompts", "right-prompts"):
        install_package(name, {"lib/mid.md": template(LEAF)}, NEEDS_BASE)
