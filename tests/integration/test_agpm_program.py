"""
Random projects, rendered here and by the real AGPM.

Runs where the program is installed (`cargo install agpm-cli --version 0.4.14 --locked`)
and is skipped elsewhere.  AGPM_PROJECTS says how many projects, AGPM_SEED the first
seed.  The projects avoid the deviations in docs/how-to/migrate-from-agpm.md, which have
tests of their own.
"""

import hashlib
import json
import os
import random
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from hatch_agpm.errors import AgpmError
from hatch_agpm.rendering.renderer import render_manifest

PROGRAM = shutil.which("agpm") or shutil.which("agpm", path=Path.home() / ".cargo/bin")
PROJECTS = int(os.environ.get("AGPM_PROJECTS", "120"))
SEED = int(os.environ.get("AGPM_SEED", "1"))
BATCH = 10
PANIC = object()

TYPES = {
    "agents": "agent",
    "snippets": "snippet",
    "commands": "command",
    "scripts": "script",
}
WORDS = [
    *("read", "the", "whole", "change", "before", "you", "say", "a", "word", "about"),
    *("naïve", "café", "emoji", "🚀", "done"),
]

BODY_LINES = [
    "{{ agpm.resource.name }} {{ agpm.resource.install_path }}",
    "{{ agpm.resource.type }} {{ agpm.resource.path }} [{{ agpm.resource.version }}]",
    "{{ project.language | default(value='none') | upper }}",
    "{% if project.strict and not project.missing %}strict{% else %}kind{% endif %}",
    "{% for tag in project.tags | default(value=[]) %}{{ loop.index }}{{ tag }} "
    "{% endfor %}",
    "{% if agpm.project.guide %}{{ agpm.project.guide | content }}{% endif %}",
    "{% for kind, all in agpm.deps %}{{ kind }}:{% for key, d in all %}{{ key }} "
    "{{ d.name }} {{ d.path }} {{ d.install_path }} {{ d.content | length }};"
    "{% endfor %}{% endfor %}",
    "{{ project.ratio | default(value=1.5) }} {{ project.width | default(value=1) }}",
    "{% set x = 1 %}{{ x + 1 }} {{ tone | default(value='no tone') }}",
    "{%- if true -%}  tight  {%- endif -%}",
    "{% raw %}{{ raw }}{% endraw %}",
    "```literal\n{{ shown }}\n```",
    "```\n{{ 'code' }}\n```",
    "{{ project.owner.name | default(value='nobody') }} {{ agpm.deps | length }}",
    "{% filter upper %}shout {{ agpm.resource.type }}{% endfilter %}",
]

CUSTOM_TOOLS = [
    "[tools.claude-code]",
    'path = ".claude"',
    "[tools.claude-code.resources.agents]",
    'path = "own/agents"',
    "[tools.agpm]",
    'path = ".agpm"',
    "[tools.opencode]",
    'path = ".oc"',
]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(PROGRAM is None, reason="AGPM is not installed"),
]


@pytest.mark.parametrize("batch", range(SEED, SEED + max(1, PROJECTS // BATCH)))
def test_random_projects_give_what_the_program_gives(batch, tmp_path):
    home = tmp_path / "home"
    (home / ".agpm").mkdir(parents=True)
    config = "[upgrade]\ncheck_on_startup = false\ncheck_interval = 0\n"
    (home / ".agpm/config.toml").write_text(config)
    for index in range(BATCH):
        seed = batch * BATCH + index
        project = Project(random.Random(seed), tmp_path / f"p{seed}")
        project.write()
        theirs = by_program(project.root, home)
        ours = by_us(project.root)
        if theirs is not PANIC:
            assert ours == theirs, f"seed {seed}: {project.root}"


def by_program(root, home):
    """Return the data of AGPM's lockfile, None if it refused the project, or PANIC."""
    done = subprocess.run(
        [PROGRAM, "install", "--yes", "--quiet"],
        cwd=root,
        env={
            **os.environ,
            "HOME": str(home),
            "AGPM_CONFIG_PATH": str(home / ".agpm/config.toml"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if "not a char boundary" in done.stderr:
        # AGPM shortens long texts for its log, sometimes inside a character.
        return PANIC
    if done.returncode:
        return None
    lock = tomllib.loads((root / "agpm.lock").read_text("utf-8"))
    found = {}
    for section, type_ in TYPES.items():
        for entry in lock.get(section, ()):
            alias = entry.get("manifest_alias")
            key = (type_, entry["name"], entry["tool"], entry["installed_at"])
            variables = entry.get("variant_inputs", {})
            key += (canonical(variables),)
            # AGPM mistakes a dependency for the entry whose key is its name.
            known = alias if alias != entry["name"] else None
            install = entry.get("install")
            found[key] = (known, install, entry["checksum"])
    return found


def by_us(root):
    """Return the same data of the rendering here, or None if it is refused."""
    try:
        resources = render_manifest(root / "agpm.toml")
    except AgpmError as error:
        (root / "error.txt").write_text(str(error), "utf-8")
        return None
    return {
        (r.type, r.name, r.tool, r.install_path, canonical(r.variables)): (
            r.alias if r.alias != r.name else None,
            r.install,
            "sha256:" + hashlib.sha256(r.document).hexdigest(),
        )
        for r in resources
        if r.type in TYPES.values()
    }


def canonical(variables):
    """Return comparable variables; the lockfile has "" for null."""
    text = json.dumps(variables, sort_keys=True)
    return text.replace(": null", ': ""')


class Project:
    """One random project that both read alike."""

    def __init__(self, chance, root):
        self.chance = chance
        self.root = root
        self.files = {}
        self.snippets = []
        self.installs = {}
        self.values = {}

    def write(self):
        """Generate the project and write it."""
        self.values = self.project_values()
        self.files |= {
            "docs/guide.md": f"---\ntitle: Guide\n---\n\n# Guide\n{self.prose()}\n\n",
            "docs/notes.txt": "notes {{ raw }}\n",
            "docs/data.json": '{"b": [1, 2.50, 1e3], "a": {"é": null}}\n',
        }
        # A snippet depends only on those before it, so there are no cycles.
        for number in range(self.chance.randint(1, 5)):
            self.snippet(number)
        entries = {"agents": [], "commands": [], "snippets": [], "scripts": []}
        for number in range(self.chance.randint(1, 3)):
            section = self.chance.choice(["agents", "agents", "commands"])
            folder = self.chance.choice([section, f"lib/{section}", "x"])
            path = f"{folder}/{self.chance.choice('abc')}{section[0]}-{number}.md"
            self.files[path] = self.template(path)
            entries[section] += self.variants(path, number)
        if self.chance.random() < 0.3:
            self.files["tools/run.sh"] = "#!/bin/sh\necho {{ raw }}\n"
            entries["scripts"].append(("run", {"path": "tools/run.sh"}))
        if self.chance.random() < 0.3 and self.snippets:
            path = self.chance.choice(self.snippets)
            listed = {"path": path, "tool": "agpm"}
            entries["snippets"].append(("listed", listed))
        for path, text in self.files.items():
            file = self.root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode())
        (self.root / "agpm.toml").write_text(self.manifest(entries), "utf-8")

    # --- the manifest ---

    def project_values(self):
        pick = self.chance.choice
        values = {
            "language": pick(["python", "rust", "go"]),
            "strict": pick([True, False]),
            "width": pick([0, 88, -2, 10**12]),
            "ratio": pick([0.5, 1.0, 1e-7, 12.345]),
            "guide": pick(["docs/guide.md", "docs/notes.txt", "docs/data.json"]),
            "tags": pick([[], ["one"], ["b", "a", "c"]]),
            "owner": {"name": pick(["Li", "Bo"]), "team": pick(["core", ""])},
        }
        keys = [key for key in values if self.chance.random() < 0.85]
        return {key: values[key] for key in keys}

    def variants(self, path, number):
        """Return one or two entries of a template."""
        pick, found = self.chance.choice, []
        for variant in range(1 if self.chance.random() < 0.6 else 2):
            entry = {"path": path}
            if self.chance.random() < 0.5:
                entry["filename"] = f"f{number}-{variant}.md"
            elif variant:
                entry["target"] = f"t{variant}"
            if self.chance.random() < 0.2:
                entry["flatten"] = pick([True, False])
            if self.chance.random() < 0.2:
                entry["install"] = pick([True, False])
            if self.chance.random() < 0.2:
                entry["tool"] = "opencode"
            # Of two entries with equal variables AGPM renders one twice.
            if variant or self.chance.random() < 0.3:
                own = {
                    "language": pick(["java", "rust"]),
                    "owner": {"team": f"{variant}"},
                }
                entry["template_vars"] = {"project": own, "tone": pick(["dry", ""])}
            found.append((f"e{number}-{variant}", entry))
        return found

    def manifest(self, entries):
        lines = ["[project]"]
        lines += [f"{key} = {toml(value)}" for key, value in self.values.items()]
        for section, listed in entries.items():
            if listed:
                lines.append(f"[{section}]")
                lines += [f"{alias} = {toml(entry)}" for alias, entry in listed]
        if self.chance.random() < 0.1:
            lines += ["[default-tools]", 'snippets = "claude-code"']
        if self.chance.random() < 0.1:
            lines += CUSTOM_TOOLS
        lines += self.patches(entries)
        return "\n".join(lines) + "\n"

    def patches(self, entries):
        """Return lines that patch some of the entries that AGPM can patch."""
        lines = []
        for section in ("agents", "commands"):
            for alias, entry in entries[section]:
                text = self.files[entry["path"]]
                # AGPM patches wrongly what it cannot read before rendering.
                plain = "{%" not in text.partition("agpm:")[0] and "\r" not in text
                if plain and text.startswith("---") and self.chance.random() < 0.15:
                    value = self.chance.choice(['"new"', "true", "3", '["a", "b c"]'])
                    lines += [f"[patch.{section}.{alias}]", f"color = {value}"]
        return lines

    # --- the files ---

    def snippet(self, number):
        pick = self.chance.choice
        folder = pick(["snippets", "snippets/sub", "lib", "s.d"])
        name = pick([f"note-{number}", f"n{number}", f"v{number}-1.{number}"])
        path = f"{folder}/{name}{pick(['.md', '.md', '.md', '.json', '.txt'])}"
        if path.endswith(".json"):
            text = '{"z": 1.50, "dependencies": {}, "a": [true, null, "é"]}\n'
        elif path.endswith(".txt"):
            text = f"plain {{{{ text }}}} {self.prose()}\r\n"
        else:
            text = self.template(path)
        self.files[path] = text
        self.snippets.append(path)
        self.installs[path] = pick(["true", "false", None])

    def template(self, path):
        chance = self.chance
        if chance.random() < 0.1:
            return f"# Plain {{{{ text }}}}\n\n{self.prose()}\n\n"
        declared = self.declared(path)
        lines = [*self.frontmatter(), *declared]
        templating = chance.random() < 0.85
        if templating:
            lines.append("agpm:\n  templating: true")
        body = self.body(declared) if templating else self.prose()
        blank = "\n" * chance.randint(0, 2)
        text = "---\n" + "\n".join(lines) + f"\n---\n{blank}{body}{blank}"
        return text.replace("\n", "\r\n") if chance.random() < 0.1 else text

    def frontmatter(self):
        lines = [
            "description: Reviews changes",
            'model: "opus"',
            "tools: [Read, Grep]",
            "nothing: ~",
            "when: 2024-05-01",
            "octal: 0o17",
            "maybe: yes",
            "# a comment",
            "text: |-\n  one\n    two",
            "folded: >\n  one\n  two\n",
            "deep:\n  a: {b: [1, 2]}\n  c: 'it''s'",
            "language: '{{ project.language | default(value=\"none\") }}'",
            "{% if project.strict %}strict: true{% endif %}",
        ]
        count = self.chance.randint(1, 5)
        return self.chance.sample(lines, count)

    def declared(self, path):
        """Return the lines that declare some of the snippets made so far."""
        usable = [s for s in self.snippets if s != path]
        chosen = self.chance.sample(usable, min(len(usable), self.chance.randint(0, 3)))
        keys = {key_of(snippet) for snippet in chosen}
        if not chosen or len(keys) < len(chosen):
            return []
        lines = ["dependencies:\n  snippets:"]
        for number, snippet in enumerate(chosen):
            lines.append(f"    - path: {self.written(path, snippet)}")
            # If parents disagree, AGPM's result is random.
            if (install := self.installs[snippet]) is not None:
                lines.append(f"      install: {install}")
            if self.chance.random() < 0.3 and "." not in Path(snippet).stem:
                lines.append(f"      name: alias-{number}")
            if self.chance.random() < 0.15:
                # With a path from the file's own directory, AGPM uses the tool.
                tool = self.chance.choice(["agpm", "claude-code", "opencode"])
                lines.append(f"      tool: {tool}")
        return lines

    def written(self, path, snippet):
        up = "../" * path.count("/")
        language = self.values.get("language")
        written = up + snippet
        if language and self.chance.random() < 0.1:
            empty = "{{ project.language | truncate(length=0, end='') }}"
            written = f'"{up}{empty}{snippet}"'
        return written

    def body(self, declared):
        pick, parts = self.chance.choice, []
        for line in self.chance.sample(BODY_LINES, self.chance.randint(2, 8)):
            parts += [line, pick(["", self.prose(), "---"])]
        if any("dependencies" in line for line in declared):
            parts.append(
                "{% for key, d in agpm.deps.snippets %}<{{ d.content }}>{% endfor %}"
            )
        return "\n".join(parts) + pick(["", "\n", "\n\n"])

    def prose(self):
        return " ".join(self.chance.choices(WORDS, k=self.chance.randint(3, 12)))


def key_of(path):
    """Return the key of a file in agpm.deps."""
    stem = Path(path).stem
    return (stem.rpartition(".")[0] or stem).replace("-", "_")


def toml(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value)
