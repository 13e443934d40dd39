"""The project whose page is tested in a browser, and shown in the documentation."""

PYPROJECT = """\
[build-system]
requires = ["hatchling", "hatch-agpm"]
build-backend = "hatchling.build"

[project]
name = "acme-support"
version = "{version}"
description = "Answers of Acme's support"
license = "MIT"
requires-python = ">=3.9"

[tool.hatch.build.targets.wheel]
packages = ["acme_support"]

[tool.hatch.build.hooks.agpm]

[tool.hatch-agpm]
prompts = "prompts/support"
hidden-text = ["prompts/support/notes.txt"]

[tool.hatch-agpm.agents]
reviewer = {{ path = "prompts/agents/reviewer.md", export = true }}
"""
REPLY = """\
---
description: Answers a customer's question
agpm:
  templating: true
  runtime:
    customer: {type: str, description: The name that the answer begins with}
    product: {type: str, default: Rocket Skates}
    limit: {type: int, default: 120}
  dependencies:
    snippets:
      - path: ../snippets/tone.md
---
# Reply for {{ agpm.project.name }}

Dear {{ customer }},

answer in at most {{ limit }} words what is asked about {{ product }}.

{{ agpm.deps.snippets.tone.content }}

Sign as the support of {{ agpm.project.name }} {{ agpm.project.version }}.
"""
TONE = """\
## Tone

- Be friendly, and brief.
- Say what to do next.
- Never promise a refund.
"""
SUMMARY = """\
---
description: Sums up a conversation
agpm:
  templating: true
  runtime:
    messages: [{author: str, text: str}]
    is_urgent: {type: bool, default: false}
---
Sum up {{ messages | length }} messages{% if is_urgent %} at once{% endif %}:
{% for message in messages %}
- {{ message.author }}: {{ message.text }}
{%- endfor %}
"""
REVIEWER = """\
---
name: reviewer
description: Reviews answers before they are sent
agpm:
  templating: true
  dependencies:
    snippets:
      - path: ../snippets/tone.md
---
You review answers of {{ agpm.project.name }}.

{{ agpm.deps.snippets.tone.content }}
"""
SAYS = "ship it"
"""What the invisible characters of the notes encode."""

NOTES = f"Keep this{''.join(chr(0xE0000 + ord(c)) for c in SAYS)} short.\n"
FILES = {
    "acme_support/__init__.py": "",
    "pyproject.toml": PYPROJECT.format(version="2.1"),
    "prompts/agents/reviewer.md": REVIEWER,
    "prompts/support/notes.txt": NOTES,
    "prompts/snippets/tone.md": TONE,
    "prompts/support/reply.md": REPLY,
    "prompts/support/summary.md": SUMMARY,
}
OLD = {
    "pyproject.toml": PYPROJECT.format(version="2.0"),
    "prompts/snippets/tone.md": TONE.replace("brief", "polite"),
}
"""What an earlier version had instead."""


def write_project(root, *changes):
    """Write the files of the project with some changes, and return its directory."""
    files = dict(FILES)
    for change in changes:
        files |= change
    for path, text in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
    return root
