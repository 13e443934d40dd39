"""The messages about files that coding agents read."""

import json
import re
import tomllib

import pytest

from hatch_agpm.build.plan import plan_build
from hatch_agpm.errors import AgpmError, FrontmatterError
from hatch_agpm.export.plugin import check_plugin
from hatch_agpm.export.portability import check_agent, check_command, check_skill
from hatch_agpm.export.profile import portable_frontmatter
from hatch_agpm.model.build import BuildContext

SKILL = """\
---
name: mend-nets
description: >
  Mends nets. Use when a net of {{ agpm.project.name }} {{ agpm.project.version }}
  is torn.
allowed-tools: [Read, "Bash(ls *)"]
metadata: {depth: 1.10}
agpm:
  templating: true
---

Mend nets with {{ agpm.project.version }}; see [the knots](references/knots.md).
"""


AGENT = "---\nname: sailor\ndescription: Sails. Use at sea.\nmodel: opus\n---\nSail.\n"


FILES = {
    "prompts/skills/mend-nets/SKILL.md": SKILL,
    "prompts/skills/mend-nets/references/knots.md": "# Knots\n",
    "prompts/agents/sailor.md": AGENT,
}


@pytest.fixture
def planned(write_files):
    """Plan the build of a project with the sample files and these tables."""

    def plan(tables, files=None, metadata=None):
        root = write_files({**FILES, "p/__init__.py": "", **(files or {})})
        return plan_build(
            BuildContext(
                root,
                tomllib.loads(tables),
                metadata={
                    "name": "p",
                    "version": "1.5",
                    "requires_python": ">=3.9",
                    **(metadata or {}),
                },
                distribution="p",
            )
        )

    return plan


AGENTS = '[tool.hatch-agpm.export]\ntypes = ["agents"]\n'


SKILLS = '[tool.hatch-agpm.export]\ntypes = ["skills"]\n'


ABLE = "only agents, commands and skills can be"


@pytest.mark.parametrize(
    ("tables", "files", "message"),
    [
        pytest.param(
            '[tool.hatch-agpm.hooks]\nh = { path = "h.json", export = true }\n'
            '[tool.hatch-agpm.scripts]\ns = { path = "s.sh", export = true }\n',
            {},
            "tool.hatch-agpm.scripts.s.export cannot be true; only agents, commands"
            " and skills can be\n"
            f"tool.hatch-agpm.hooks.h.export cannot be true; {ABLE}",
            id="types without readers",
        ),
        pytest.param(
            "[tool.hatch-agpm.export]\n"
            'types = ["skill", "hooks"]\nprefix = "Sea"\n'
            'directory = "../x"\nprefi = 1\n',
            {},
            "tool.hatch-agpm.export.prefi is not a known option;"
            " did you mean 'prefix'?\n"
            "tool.hatch-agpm.export.types[0] cannot be exported, got 'skill';"
            " did you mean 'skills'?\n"
            f"tool.hatch-agpm.export.types[1] cannot be exported, got 'hooks'; {ABLE}\n"
            "tool.hatch-agpm.export.directory must be a directory inside the package,"
            " written with '/', got '../x'\n"
            "tool.hatch-agpm.export.prefix must be lower-case letters and digits, with"
            " '-' between words, got 'Sea'",
            id="a wrong table",
        ),
        pytest.param(
            "[tool.hatch-agpm.export]\n"
            'resources = ["skills/mend", "hooks/x"]\ntypes = ["agents"]\n'
            '[tool.hatch-agpm.skills]\nmend-nets = "prompts/skills/mend-nets"\n'
            # Without an empty table, the agents of the project would be found.
            "[tool.hatch-agpm.agents]\n",
            {},
            "tool.hatch-agpm.export.resources[0] is not an entry of the manifest, got"
            " 'skills/mend'; did you mean 'skills/mend-nets'?\n"
            "tool.hatch-agpm.export.resources[1] cannot be exported, got 'hooks/x';"
            f" {ABLE}\n"
            "tool.hatch-agpm.export.types has 'agents', of which none is listed or"
            " found",
            id="names of nothing",
        ),
        pytest.param(
            '[tool.hatch-agpm]\nmanifest = "agpm.toml"\n',
            {"agpm.toml": '[agents]\na = { path = "a.md", export = true }\n'},
            "agpm.toml: agents.a.export is not a field of AGPM; name it in the "
            "`resources` of [tool.hatch-agpm.export], pyproject.toml",
            id="in an agpm.toml",
        ),
        pytest.param(
            AGENTS,
            {
                "prompts/agents/sailor.md": AGENT.replace("Sail.", "{{ x }}").replace(
                    "model: opus", "agpm:\n  templating: true\n  runtime: {x: str}"
                )
            },
            "prompts/agents/sailor.md: cannot be exported: it has run-time variables; "
            "set them in template_vars instead: x",
            id="run-time variables",
        ),
        pytest.param(
            AGENTS
            + '[tool.hatch-agpm.agents]\nthe_sailor = "prompts/agents/sailor.md"\n'
            'the-sailor = "prompts/agents/sailor.md"\n',
            {},
            "prompts/agents/sailor.md: would all be exported as 'agents/p-the-sailor';"
            " give each a key of its own, or export one of them",
            id="one name twice",
        ),
        pytest.param(
            AGENTS + '[tool.hatch-agpm.agents]\na = ".agents/agents/a.md"\n',
            {".agents/agents/a.md": AGENT},
            ".agents/agents/a.md: must not be under .agents/, which coding agents that"
            " work on the project itself read; move it, to prompts/ for example",
            id="templates under .agents",
        ),
        pytest.param(
            AGENTS,
            {"p/.agents/skills/x/SKILL.md": SKILL},
            "p/.agents: is filled in the wheel, but holds files in the tree:"
            " skills/x/SKILL.md; move them to prompts/, or choose another `directory`"
            " in [tool.hatch-agpm.export]",
            id="the directory is in the tree",
        ),
        pytest.param(
            AGENTS + "[tool.hatch-agpm.agents]\n"
            'a = { path = "prompts/agents/sailor.md", tool = "opencode" }\n',
            {},
            "prompts/agents/sailor.md: cannot be exported: it is for opencode, and what"
            " is exported is in the form of claude-code; let its entry have tool ="
            ' "claude-code"',
            id="for another coding agent",
        ),
        pytest.param(
            SKILLS,
            {
                "prompts/skills/mend-nets/SKILL.md": SKILL.replace(
                    "metadata: {depth: 1.10}",
                    "version: 1.1\nhooks: {}\nmetadata: {version: 1.5.0}",
                )
            },
            "prompts/skills/mend-nets/SKILL.md: the key 'hooks' is not read alike by"
            " all coding agents; put it under 'metadata', or delete it\n"
            "prompts/skills/mend-nets/SKILL.md: 'version' is not the project's version,"
            " 1.5, got '1.1'; delete it: what is exported gets the project's",
            id="keys and versions",
        ),
        pytest.param(
            SKILLS,
            {
                "prompts/skills/mend-nets/references/knots.md": "Tie\U000e0062\n",
                "prompts/skills/mend-nets/SKILL.md": SKILL.replace("Use", "<b>Use</b>")
                + "[gone](gone.md) \U000e0061\n",
            },
            "prompts/skills/mend-nets/SKILL.md: a description has no '<' and no '>',"
            " got '<'\n"
            "  refused by quick_validate\n"
            "prompts/skills/mend-nets/SKILL.md:13: the link 'gone.md' leads to no file"
            " of the skill; an example of a link belongs between backticks\n"
            "  left behind by library-skills, npx skills, skillager\n"
            "prompts/skills/mend-nets/SKILL.md: 1 hidden tag character, got 'a';"
            " delete what is hidden, or list 'prompts/skills/mend-nets/SKILL.md' in"
            " hidden-text\n"
            "prompts/skills/mend-nets/references/knots.md:1:4: 1 hidden tag character,"
            " got 'b'; delete what is hidden, or list"
            " 'prompts/skills/mend-nets/references/knots.md' in hidden-text\n"
            "    Tie\ufffd\n"
            "       ^",
            id="what readers refuse and does not show",
        ),
        pytest.param(
            '[tool.hatch-agpm.export]\ntypes = ["agents"]\ndirectory = "prompts/x"\n',
            {},
            "p/prompts/x: is not apart from the prompts in p/prompts; choose another"
            " `directory` in [tool.hatch-agpm.export]",
            id="inside the prompts",
        ),
    ],
)
def test_everything_that_cannot_be_exported_is_reported_at_once(
    planned, tables, files, message
):
    with pytest.raises(AgpmError) as caught:
        planned(tables, files)

    assert str(caught.value) == message


HEAD = b"---\nname: mx-nets\ndescription: Mends nets.\n"


def lint(data, *, directory="mx-nets", files=("SKILL.md",), path="SKILL.md"):
    return check_skill(path, data, directory_name=directory, files=files)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            "\n\nSee [rules](references/rule.md).",
            "SKILL.md:7: the link 'references/rule.md' leads to no file of the skill; "
            "did you mean 'references/rules.md'?",
        ),
        (
            "[shared](../shared/tone.md)",
            "SKILL.md:5: the link '../shared/tone.md' leads out of the skill's "
            "directory; put a copy of the file into the directory",
        ),
        (
            "```\n```\n[root](/etc/nets.md)",
            "SKILL.md:7: the link '/etc/nets.md' leads out of the skill's directory; "
            "put a copy of the file into the directory",
        ),
        (
            "[1]: scripts/knot.py",
            "SKILL.md:5: the link 'scripts/knot.py' leads to no file of the skill; an "
            "example of a link belongs between backticks",
        ),
    ],
)
def test_links_to_files_that_are_not_exported_are_refused(body, message):
    files = ["SKILL.md", "references/rules.md"]
    (problem,) = lint(HEAD + b"---\n" + body.encode(), files=files)
    lost = "\n  left behind by library-skills, npx skills, skillager"
    assert str(problem) == message + lost


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("x\n", "a.md:1: has no frontmatter at its first byte; begin the file with "
         "a line --- and its description"),
        ("---\nname: a\n---\n", "a.md:1: has no description; add 'description: ...'"),
        ("---\nname: b\ndescription: d\n---\n", "a.md:2: the name is not that of the "
         "file, 'a', got 'b'; some tools know it by the one, others by the other"),
        ("---\nname: 12\ndescription: d\n---\n", "a.md:2: 'name' is not text, got 12; "
         "quote it"),
        ("---\ndescription: [d]\n---\n", "a.md:2: 'description' is not text, "
         "got ['d']; quote it"),
        ("---\ndescription: Use when: x\n---\n", "a.md:2: invalid YAML: mapping values "
         "are not allowed in this context; quote the text that has the colon"),
    ],
)  # fmt: skip
def test_an_agent_without_its_description_is_refused(data, message):
    (problem,) = check_agent("a.md", data.encode(), name="a")
    assert str(problem) == f"{message}\n  refused by claude"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("---\nargument-hint: '[x]'\n---\n", "c.md:1: has no description; add "
         "'description: ...'\n  refused by claude"),
        ("---\ndescription: d\nallowed-tools: 4\n---\n", "c.md:3: 'allowed-tools' is "
         "neither text nor a list of texts, got 4; quote them\n  refused by claude"),
        ("---\ndescription: d\nargument-hint: [x] - y\n---\n", "c.md:3: invalid YAML: "
         "block sequence entries are not allowed in this context; quote the text\n"
         "  refused by claude"),
        (f"---\ndescription: {'d' * 1537}\n---\n", "c.md:2: a description is listed up "
         "to 1536 UTF-16 units, got 1537\n  cut short by claude"),
    ],
)  # fmt: skip
def test_a_command_that_would_not_be_listed_is_refused(data, message):
    (problem,) = check_command("c.md", data.encode())
    assert str(problem) == message


PLUGIN = {
    "name": "heldskill",
    "version": "1.0",
    "description": "Nets.",
    "author": {"name": "A"},
    "license": "MIT",
    "homepage": "https://example.org/",
    "keywords": ["nets"],
}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"name": "Held_skill"}, "'name' must have lower-case letters, digits and "
         "single hyphens, got 'Held_skill'"),
        ({"name": None}, "'name' must have lower-case letters, digits and single "
         "hyphens, got null"),
        ({"keyword": []}, "a plugin has no key 'keyword'; did you mean 'keywords'?"),
        ({"urls": {}}, "a plugin has no key 'urls'; delete it"),
        ({"version": 1}, "'version' must be text, got 1"),
        ({"homepage": "example"}, "'homepage' must be a URL, got 'example'"),
        ({"keywords": "nets"}, "'keywords' must be a list of texts, got 'nets'"),
        ({"author": "A"}, "'author' must be an object with a name, got 'A'"),
        ({"author": {"name": ""}}, "'author' must be an object with a name, "
         "got a table"),
    ],
)  # fmt: skip
def test_a_plugin_that_is_refused_or_ignored_in_part_is_an_error(changed, message):
    (problem,) = check_plugin("plugin.json", json.dumps(PLUGIN | changed).encode())
    assert str(problem) == f"plugin.json: {message}\n  refused by claude"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"[1]", "plugin.json: is not a JSON object, got [1]"),
        (b"{\n'a'", "plugin.json:2: is not valid JSON: Expecting property name "
         "enclosed in double quotes: line 2 column 1 (char 2)"),
        (b"\xff", "plugin.json: is not valid JSON: 'utf-8' codec can't decode byte "
         "0xff in position 0: invalid start byte"),
    ],
)  # fmt: skip
def test_a_plugin_that_is_not_a_json_object_is_refused(data, message):
    (problem,) = check_plugin("plugin.json", data)
    assert str(problem) == f"{message}\n  refused by claude"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"name": "a", "hooks": "x"},
            "the key 'hooks' is not portable; portable are name, description, license, "
            "compatibility, metadata, allowed-tools, tools, disallowedTools, model, "
            "argument-hint",
        ),
        ({"license": ["MIT"]}, "'license' must be text, got ['MIT']"),
        ({"metadata": "x: y", "name": {}}, "'name' must be text, got a table"),
        ({"metadata": {"a": ["b"]}}, "'metadata.a' must be text, got ['b']"),
        ({"metadata": {"a": {"b": "c"}}}, "'metadata.a' must be text, got a table"),
        ({"allowed-tools": [1]}, "an item of 'allowed-tools' must be text, got 1"),
        ({"tools": [" "]}, "an item of 'tools' must be text, got ' '"),
        (
            {"metadata": {"": "x"}},
            "a key of 'metadata' has 1 to 128 characters, got ''",
        ),
        (
            {"name": "a\ud800"},
            "'name' has half of a surrogate pair, which UTF-8 cannot hold, "
            r"got 'a\ud800'",
        ),
    ],
)
def test_values_that_cannot_be_written_portably_are_refused(fields, message):
    with pytest.raises(FrontmatterError, match=f"^{re.escape(message)}$"):
        portable_frontmatter(fields)
