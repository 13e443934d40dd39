"""The messages about files that coding agents read."""

import json

import pytest
from exports import AGENT, SKILL, plan_of

from hatch_agpm.errors import AgpmError
from hatch_agpm.export.notes import note_evals
from hatch_agpm.export.plugin import check_plugin, note_plugin
from hatch_agpm.export.portability import check_agent, check_command, check_skill

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
        return plan_of(root, tables, metadata)

    return plan


LOGIC = """\
---
{}agpm:
  templating: true
  runtime: {{x: str}}
---
{{% if x %}}Sail to {{{{ x }}}}.{{% endif %}}
"""
AGENT_HEAD = "name: sailor\ndescription: Sails the boat\n"


AGENTS = '[tool.hatch-agpm.export]\ntypes = ["agents"]\n'


SKILLS = '[tool.hatch-agpm.export]\ntypes = ["skills"]\n'


NESTED = "---\nname: b\ndescription: d\n---\n"


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
            "tool.hatch-agpm.export.types[0] must be one of 'agents', 'commands',"
            " 'skills', got 'skill'; did you mean 'skills'?\n"
            "tool.hatch-agpm.export.types[1] must be one of 'agents', 'commands',"
            " 'skills', got 'hooks'\n"
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
            AGENTS.replace('"agents"', '"agents", "commands"'),
            {
                "prompts/agents/sailor.md": LOGIC.format(AGENT_HEAD),
                "prompts/commands/sail.md": LOGIC.format("description: Sails\n"),
            },
            "prompts/agents/sailor.md: cannot be exported: it has run-time variables; "
            "set them in template_vars instead: x\n"
            "prompts/commands/sail.md: cannot be exported: it has run-time variables; "
            "set them in template_vars instead: x",
            id="run-time logic",
        ),
        pytest.param(
            SKILLS,
            {
                "prompts/skills/mend-nets/SKILL.md": LOGIC.format(
                    "name: mend-nets\ndescription: Mends nets\n"
                )
            },
            "prompts/skills/mend-nets/SKILL.md:6: a skill cannot have run-time"
            " variables; coding agents read skills as they are; use another type",
            id="run-time logic of a skill",
        ),
        pytest.param(
            AGENTS
            + '[tool.hatch-agpm.agents]\nthe_sailor = "prompts/agents/sailor.md"\n'
            'the-sailor = "prompts/agents/sailor.md"\n',
            {},
            "prompts/agents/sailor.md: would all be exported as 'agents/the-sailor';"
            " give each a key of its own, or export one of them",
            id="one name twice",
        ),
        pytest.param(
            AGENTS,
            {"p/.agents/agents/sailor.md": AGENT},
            "p/.agents/agents/sailor.md: is in the tree, and a file is exported to that"
            " path; give the exported resource another key, or list this file instead",
            id="the directory is in the tree",
        ),
        pytest.param(
            '[tool.hatch-agpm]\nskills = "p/.agents/skills"\n',
            {"p/.agents/skills/a/b/SKILL.md": NESTED},
            "p/.agents/skills/a/b/SKILL.md: a skill is directly in skills/, where"
            " Claude Code and apm find it; move its directory up, or leave"
            " p/.agents/skills/a/b out by `exclude`",
            id="a nested skill",
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
            f"{SKILLS}strict = true\n",
            {
                "prompts/skills/mend-nets/SKILL.md": SKILL.replace(
                    "metadata: {depth: 1.10}",
                    "version: 1.1\nhooks: {}\nmetadata: {version: 1.5.0}",
                )
            },
            "prompts/skills/mend-nets/SKILL.md: not a key of the specification:"
            " version, hooks\n  refused by skills-ref\n"
            "prompts/skills/mend-nets/SKILL.md: has a list or table in brackets; write"
            " one entry a line\n  refused by skills-ref\n"
            "prompts/skills/mend-nets/SKILL.md: 'version' is 1.1, and the project's"
            " version is 1.5; leave it out: what is written again gets the project's\n"
            ".agents/.claude-plugin/plugin.json: the directory of plugins asks for a"
            ' licence, and the project states none; write license = "..." in'
            " [project]\n  loaded, but not accepted for the directory by claude",
            id="keys and versions",
        ),
        pytest.param(
            f'{AGENTS}drop = ["mod", "model"]\nprefix = 3\n',
            {},
            "tool.hatch-agpm.export.prefix must be a text, or true for the name of the"
            " distribution, got 3",
            id="a prefix of another type",
        ),
        pytest.param(
            f'{AGENTS}drop = ["mod", "model"]\n',
            {},
            "tool.hatch-agpm.export.drop[0] is a key of no exported file, got"
            " 'mod'; did"
            " you mean 'model'?",
            id="a key to drop that is not there",
        ),
        pytest.param(
            AGENTS + '[tool.hatch-agpm.agents]\n"a!" = "prompts/agents/sailor.md"\n',
            {},
            "prompts/agents/sailor.md: would be exported as 'a!', and a name has"
            " lower-case letters, digits and single hyphens, up to 64; give it another"
            " key",
            id="a key that is not a name",
        ),
        pytest.param(
            SKILLS,
            {
                "prompts/skills/mend-nets/references/knots.md": "Tie\U000e0062\n",
                "prompts/skills/mend-nets/SKILL.md": SKILL.replace("Use", "<b>Use</b>")
                + "[gone](gone.md) \U000e0061\n",
            },
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
            "p/prompts/x: overlaps the directory of the prompts, p/prompts; choose"
            " another `directory` in [tool.hatch-agpm.export]",
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


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("x\n", "SKILL.md:1: has no frontmatter; begin the file with '---', 'name:"
         " ...',"
         " 'description: ...' and '---', each on a line\n  dropped by library-skills,"
         " npx skills, FastMCP; misread by skillager, agent-skill-installer"),
        ("---\nname: mx-nets\n", "SKILL.md:1: the frontmatter is not closed by a line"
         " ---; begin the file with '---', 'name: ...', 'description: ...' and '---',"
         " each on a line\n  dropped by library-skills, npx skills, FastMCP; misread by"
         " skillager, agent-skill-installer"),
        (HEAD.decode() + "a: b: c\n---\n", "SKILL.md:4: invalid YAML: mapping"
         " values are"
         " not allowed in this context; quote the text that has the colon\n  dropped by"
         " library-skills, npx skills, agent-skill-installer, FastMCP"),
        (HEAD.decode() + "name: b\n---\n", "SKILL.md:4: 'name' is given twice; keep one"
         " of the two\n  dropped by npx skills, agent-skill-installer, FastMCP\n"
         "SKILL.md:4: the name is not that of the directory, 'mx-nets', got 'b'; write"
         " name: mx-nets, or rename the directory\n  dropped by library-skills,"
         " FastMCP"),
        ("---\nname: mx-nets\ndescription: Posts to #deploys.\n---\n", "SKILL.md:3:"
         " 'description' is cut at ' #', where a comment begins, got 'Posts to'; write"
         ' description: "Posts to #deploys."\n'
         "  cut short by library-skills, npx skills, FastMCP, claude"),
        (HEAD.decode() + "x: post to #deploys\n---\n", "SKILL.md:4: 'x' is cut at ' #',"
         " where a comment begins, got 'post to'; write x: \"post to #deploys\", or"
         " put a"
         " space after the '#' of a comment\n"
         "  cut short by library-skills, npx skills, FastMCP, claude"),
        (HEAD.decode() + "metadata:\n  a: b --- c\n---\n", "SKILL.md:4: '---' in"
         " 'metadata.a' ends the frontmatter; write another dash: \N{EM DASH}, or --\n"
         "  cut short by claude"),
        ("---\nname: Mx_Nets\ndescription: []\n---\n", "SKILL.md:2: a name has"
         " lower-case letters, digits and single hyphens, got 'Mx_Nets'; write name:"
         " mx-nets, and rename the directory\n  dropped by library-skills, FastMCP\n"
         "SKILL.md:2: the name is not that of the directory, 'mx-nets', got 'Mx_Nets';"
         " write name: mx-nets, or rename the directory\n  dropped by library-skills,"
         " FastMCP\n"
         "SKILL.md:3: 'description' is not text, got []; write description: and a"
         " sentence on the same line\n  dropped by library-skills, npx skills,"
         " FastMCP; misread by skillager, agent-skill-installer; not listed by"
         " claude"),
        (HEAD.decode().replace("Mends nets.", "d" * 1025) + "---\n", "SKILL.md:3: a"
         " description has at most 1024 characters, got 1025; say what it does and when"
         " to use it; the rest belongs below\n  dropped by library-skills, FastMCP"),
        (HEAD.decode() + "license: []\nmetadata: x\ncompatibility: ''\n"
         "allowed-tools: 4\nx: .inf\n---\n", "SKILL.md:4: 'license' is not text, got"
         " []; write license: MIT\n  dropped by FastMCP\nSKILL.md:5: 'metadata' is"
         " not a"
         " table, got 'x'; write metadata: and below it, indented, key: text\n  dropped"
         " by FastMCP\nSKILL.md:6: 'compatibility' is not text of 1 to 500 characters,"
         " got 0\n  dropped by FastMCP\nSKILL.md:7: 'allowed-tools' is neither text"
         " nor a"
         " list of texts, got 4; write allowed-tools: Read Bash\n  refused by FastMCP,"
         " claude\nSKILL.md:8: '.inf' is not a number of JSON, got .inf; write"
         ' ".inf"\n  dropped by FastMCP'),
        (HEAD.decode() + "x: !!str y\n---\n", "SKILL.md:4: has a YAML tag; quote the"
         " value instead\n  dropped by FastMCP"),
        (HEAD.decode() + "---\na\U000e0100\n", "") ,
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_skill(data, message):
    found = check_skill("SKILL.md", data.encode(), directory_name="mx-nets")
    assert "\n".join(map(str, found.errors)) == message


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (HEAD.decode() + "tags: [a]\nx: y\nmetadata:\n  internal: true\n---\n"
         "[a](../a.md) [b](b.md)\n$1 a\u00adb\n",
         "SKILL.md:4: not a key of the specification: tags, x\n  refused by"
         " skills-ref\n"
         "SKILL.md:4: has a list or table in brackets; write one entry a line\n"
         "  refused by skills-ref\n"
         "SKILL.md:6: 'metadata' has other values than texts\n  noted by pkgskills\n"
         "SKILL.md:6: 'metadata.internal: true' hides the skill\n  hidden by npx"
         " skills\n"
         "SKILL.md:9: the link '../a.md' leads out of the skill's directory\n"
         "  left behind by library-skills, npx skills, skillager\n"
         "SKILL.md:9: the link 'b.md' leads to no file of the skill\n"
         "  left behind by library-skills, npx skills, skillager\n"
         "SKILL.md:10: '$1' is replaced when the skill is called with arguments\n"
         "  replaced by claude\n"
         "SKILL.md:10: has an invisible character, got U+00AD\n  warned of by apm"),
    ],
)  # fmt: skip
def test_what_is_worth_knowing_of_a_skill(data, message):
    found = check_skill("SKILL.md", data.encode(), directory_name="mx-nets")
    assert found.errors == []
    assert "\n".join(map(str, found.notes)) == message


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("---\nname: a\n---\n", "a.md:1: has no description; write description: ...\n"
         "  dropped by claude"),
        ("---\nname: ''\ndescription: d\ntools: {a: true}\n---\n", "a.md:2: 'name' is"
         " empty; write name: ...\n  dropped by claude\na.md:4: 'tools' is neither text"
         " nor a list of texts, so Claude Code allows all tools, got a table; write"
         " tools: Read, Grep\n  misread by claude"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_agent(data, message):
    found = check_agent("a.md", data.encode())
    assert "\n".join(map(str, found.errors)) == message


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("\n---\ndescription: d\n---\n", "c.md:1: the frontmatter does not begin in the"
         " first line; move it there\n  misread by apm, claude"),
        ("---\ndescription: d\nhooks: {}\n---\n", "c.md:3: with 'hooks', Claude Code"
         " ignores 'allowed-tools' of a command too; put them into hooks/hooks.json of"
         " the plugin, or list 'hooks' in `drop` of [tool.hatch-agpm.export]\n"
         "  misread in a plugin by claude"),
        (f"---\ndescription: {'d' * 1537}\n---\n", "c.md:2: a description is listed up"
         " to 1536 UTF-16 units, got 1537; shorten it; the rest belongs below the"
         " frontmatter\n  cut short by claude"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_command(data, message):
    found = check_command("c.md", data.encode())
    assert "\n".join(map(str, found.errors)) == message


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("---\nx: y\n---\n", "c.md:1: a command without a description is not shown to"
         " the model\n  not listed by claude\nc.md:2: a command is installed"
         " without its"
         " keys x\n  left out by apm"),
    ],
)  # fmt: skip
def test_what_is_worth_knowing_of_a_command(data, message):
    found = check_command("c.md", data.encode())
    assert "\n".join(map(str, found.notes)) == message


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("---\nname: a\ndescription: b: c\nhooks: {}\n---\n", "a.md:1: the frontmatter"
         " is not YAML; quote the texts that have a colon\n  dropped for Codex by apm\n"
         "a.md:4: 'hooks' of an agent in a plugin has no effect\n  ignored by claude"),
    ],
)  # fmt: skip
def test_what_is_worth_knowing_of_an_agent(data, message):
    found = check_agent("a.md", data.encode())
    assert "\n".join(map(str, found.notes)) == message


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


def test_a_name_that_the_directory_of_plugins_keeps_is_noted():
    (note,) = note_plugin("plugin.json", "Claude_nets", {"license": "MIT"})
    assert str(note) == (
        "plugin.json: the directory of plugins takes no name that begins with"
        " 'claude-'\n  loaded, but not accepted for the directory by claude"
    )


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("{", ":1: is not valid JSON: Expecting property name enclosed in double"
         " quotes: line 1 column 2 (char 1)"),
        ("[" * 100_000, ": is nested too deeply"),
        ("[]", ": has no list 'evals'; write {\"skill_name\": \"...\", \"evals\":"
         ' [{"id": 1, "prompt": "..."}]}'),
        ({"skill_name": "b"}, ": 'skill_name' is not that of the skill, 'a', got 'b'"),
        ({"evals": [1]}, ": 'evals[0]' is not an object, got 1"),
        ({"prompt": 1}, ": 'evals[0].prompt' is not text, got 1"),
        ({"id": None}, ": 'evals[0].id' is neither a number nor text, got null"),
        ({"evals": [{"id": 1, "prompt": "a"}] * 2}, ": 'evals[1].id' is given twice,"
         " got 1"),
        ({"expected_output": 1}, ": 'evals[0].expected_output' is not text, got 1"),
        ({"assertions": "x"}, ": 'evals[0].assertions' is not a list, got 'x'"),
        ({"files": "x"}, ": 'evals[0].files' is not a list of paths, got 'x'"),
        ({"files": ["x"]}, ": 'evals[0].files' has a path that is not a file of the"
         " skill, got 'x'"),
    ],
)  # fmt: skip
def test_evaluations_of_another_shape_are_noted(document, message):
    if isinstance(document, dict):
        whole = {
            key: document[key] for key in document if key in {"skill_name", "evals"}
        }
        case = {"id": 1, "prompt": "Mend.", **document}
        document = json.dumps({"evals": [case], **whole})
    (note,) = note_evals("evals.json", document.encode(), name="a", files=["SKILL.md"])
    assert str(note) == f"evals.json{message}"


def test_a_description_that_some_tools_show_otherwise_is_noted():
    data = b'---\nname: mx-nets\ndescription: "Says \\"hi\\": \'a\'"\n---\n'
    found = check_skill(
        "SKILL.md", data, directory_name="mx-nets", files=["metadata.json"]
    )
    assert "\n".join(map(str, found.notes)) == (
        "SKILL.md: 'metadata.json' is not installed with the skill\n"
        "  left out by npx skills\n"
        "SKILL.md:3: the description begins or ends with a quotation mark\n"
        "  shown without it by skillager\n"
        "SKILL.md:3: the description has escapes, which these tools do not read; use"
        " quotation marks of one kind, and no control characters\n"
        "  misread by skillager, agent-skill-installer"
    )
