"""The messages about files that are rendered, and about manifests that list them."""

import pytest
from templates import AGENT, TEMPLATE, depends

from hatch_agpm.config.project import read_built_project
from hatch_agpm.errors import AgpmError
from hatch_agpm.model.build import BuildContext
from hatch_agpm.rendering.renderer import render_project

MISTAKES = [
    pytest.param(
        {"agents/ab.md": "x"},
        AGENT,
        "agpm.toml: agents.a.path names no file, got 'agents/a.md'; "
        "did you mean 'agents/ab.md'?",
        id="missing template",
    ),
    pytest.param(
        {"agents/a.md": depends("../snippets/x.md"), "snippets/xy.md": ""},
        AGENT,
        "agents/a.md:6: the dependency '../snippets/x.md': there is no file "
        "'snippets/x.md'; did you mean 'snippets/xy.md'?",
        id="missing dependency",
    ),
    pytest.param(
        {
            "agents/a.md": depends("../s/b.md"),
            "s/b.md": depends("c.md"),
            "s/c.md": depends("../agents/a.md", "agents"),
        },
        AGENT,
        "agents/a.md: depends on itself: "
        "agents/a.md -> s/b.md -> s/c.md -> agents/a.md",
        id="cycle of three",
    ),
    pytest.param(
        {"agents/a.md": depends("a.md", "agents")},
        AGENT,
        "agents/a.md: depends on itself: agents/a.md -> agents/a.md",
        id="cycle of one",
    ),
    pytest.param(
        {"agents/a.md": depends("../../x.md")},
        AGENT,
        "agents/a.md:6: the dependency '../../x.md': 'agents/../../x.md' leads out "
        "of the project; move the file into the project",
        id="dependency outside the project",
    ),
    pytest.param(
        {},
        '[agents]\na = "../x.md"\nb = "/etc/passwd"\n',
        "agpm.toml: agents.a.path: '../x.md' leads out of the project; move the "
        "file into the project\n"
        "agpm.toml: agents.b.path: the path '/etc/passwd' must be relative to the "
        "project; a build on another machine could not find it",
        id="templates outside the project",
    ),
    pytest.param(
        {"agents/a.md": b"---\nx: 1\n---\n\xff\xfe"},
        AGENT,
        "agents/a.md:4: is not UTF-8 text, got byte 0xff; save the file as UTF-8",
        id="not UTF-8",
    ),
    pytest.param(
        {"x/a.md": "1", "y/a.md": "2"},
        '[agents]\nx = "x/a.md"\ny = "y/a.md"\n',
        "x/a.md and y/a.md: both would be installed as .claude/agents/agpm/a.md; "
        "give one a 'filename' or 'target'",
        id="one install path",
    ),
    pytest.param(
        {
            "agents/a.md": TEMPLATE + "{{ 'docs/styel.md' | content }}\n",
            "docs/style.md": "",
        },
        AGENT,
        "agents/a.md:5:22: the file 'docs/styel.md' does not exist; did you mean "
        "'docs/style.md'?\n    {{ 'docs/styel.md' | content }}\n"
        "                         ^",
        id="missing content file",
    ),
    pytest.param(
        {"agents/a.md": TEMPLATE + "{% for i in range(end=100001) %}{% endfor %}"},
        AGENT,
        "agents/a.md:5:13: an array gets longer than 100000 items; the limit is"
        " 'loop' of [tool.hatch-agpm.limits]\n"
        "    {% for i in range(end=100001) %}{% endfor %}\n                ^",
        id="more than a limit allows",
    ),
    pytest.param(
        {"a.md": TEMPLATE + "{{ agpm.nope }}"},
        '[agents]\nx = { path = "a.md", filename = "x" }\n'
        'y = { path = "a.md", filename = "y" }\n',
        "a.md:5:4: 'agpm.nope' is undefined\n    {{ agpm.nope }}\n       ^",
        id="a mistake that two entries have in common",
    ),
    pytest.param(
        {
            "agents/a.md": depends("../s/b.md", body="x\n"),
            "s/b.md": depends("c.md"),
            "s/c.md": TEMPLATE + "a\n\n```literal\nx\n```\n  {{ agpm.nope }}\n",
        },
        AGENT,
        "s/c.md:10:6: 'agpm.nope' is undefined\n      {{ agpm.nope }}\n         ^\n"
        "  embedded in s/b.md\n  embedded in agents/a.md",
        id="undefined variable three levels down",
    ),
    pytest.param(
        {"agents/a.md": TEMPLATE + "{{ 'x.sh' | content }}"},
        AGENT,
        "agents/a.md:5:13: 'x.sh' cannot be embedded; files can be md, txt, json, "
        "toml, yaml, yml\n    {{ 'x.sh' | content }}\n                ^",
        id="content of another kind of file",
    ),
    pytest.param(
        {"agents/a.md": TEMPLATE + "{{ '../x.md' | content }}"},
        AGENT,
        "agents/a.md:5:16: '../x.md' is outside of the manifest's directory\n"
        "    {{ '../x.md' | content }}\n                   ^",
        id="content outside the project",
    ),
    pytest.param(
        {"agents/a.md": TEMPLATE + "{{ '/x.md' | content }}"},
        AGENT,
        "agents/a.md:5:14: the path '/x.md' is absolute; paths start at the "
        "manifest's directory\n    {{ '/x.md' | content }}\n                 ^",
        id="content by an absolute path",
    ),
    pytest.param(
        {"agents/a.md": TEMPLATE + "{{ 3 | content }}"},
        AGENT,
        "agents/a.md:5:8: the filter content needs the path of a file, got 3\n"
        "    {{ 3 | content }}\n           ^",
        id="content of a number",
    ),
    pytest.param(
        {},
        '[agents]\na = "agents/*.md"\n',
        "agpm.toml: agents.a.path: the pattern 'agents/*.md' matches nothing",
        id="a pattern without a match",
    ),
    pytest.param(
        {"agents/a.md": "x"},
        '[agents]\na = { path = "agents/*.md", filename = "x.md" }\n',
        "agpm.toml: agents.a.filename cannot name all the files of a pattern, "
        "got 'x.md'",
        id="a file name for a pattern",
    ),
    pytest.param(
        {"agents/a.md": "x"},
        '[agents]\na = "agents/a**"\n',
        "agpm.toml: agents.a.path: the pattern 'agents/a**' is wrong: '**' must "
        "be alone between slashes",
        id="a wrong pattern",
    ),
    pytest.param(
        {"agents/a.md": "x"},
        '[agents]\na = "agents/[*.md"\n',
        "agpm.toml: agents.a.path: the pattern 'agents/[*.md' is wrong: '[' is not "
        "closed",
        id="a class that is not closed",
    ),
    pytest.param(
        {"agents/a.md": "x"},
        '[agents]\na = { path = "agents/a.md", filename = ".." }\n',
        "agpm.toml: agents.a: the install path leaves nothing to name the file by",
        id="a file name that is none",
    ),
    pytest.param(
        {"agents/a.md": "x"},
        '[agents]\na = { path = "agents/a.md", target = "../../x" }\n',
        "agpm.toml: agents.a: the install path leads out of .claude/agents/agpm",
        id="a target that leads out",
    ),
    pytest.param(
        {"agents/x.txt": "x"},
        '[agents]\na = "agents"\n[skills]\ns = "agents"\nt = "agents/x.txt"\n',
        "agpm.toml: agents.a.path: agents is a directory, not a file\n"
        "agpm.toml: skills.s.path: agents has no SKILL.md\n"
        "agpm.toml: skills.t.path: agents/x.txt has no SKILL.md; a skill is a "
        "directory",
        id="files and directories mixed up",
    ),
    pytest.param(
        {"agents/a.md": depends("../s.md\n        tool: claud"), "s.md": ""},
        AGENT,
        "agents/a.md:6: the dependency '../s.md': the tool 'claud' is not known; "
        "did you mean 'claude-code'?",
        id="unknown tool of a dependency",
    ),
    pytest.param(
        {"agents/a.md": "\ufeff" + TEMPLATE},
        AGENT,
        "agents/a.md:1: the frontmatter does not begin at the first byte of the "
        "file; delete the byte order mark before it",
        id="a byte order mark",
    ),
    pytest.param(
        {"agents/a.MD": TEMPLATE},
        '[agents]\na = "agents/a.MD"\n',
        "agents/a.MD: only files that end in .md are templates or have "
        "dependencies; rename the file",
        id="an extension in capitals",
    ),
    pytest.param(
        {"m/x.json": '{"dependencies": {"snippets": [{"pth": "x"}]}}'},
        '[mcp-servers]\nx = "m/x.json"\n',
        "m/x.json: 'dependencies.snippets[0].pth' is not known; did you mean "
        "'path'?\nm/x.json: 'dependencies.snippets[0].path' is missing",
        id="a wrong dependency in JSON",
    ),
    pytest.param(
        {"m/x.json": '{\n  "a": 1,\n b}'},
        '[mcp-servers]\nx = "m/x.json"\n',
        "m/x.json:3:2: invalid JSON: expecting property name enclosed in double "
        "quotes\n     b}\n     ^",
        id="invalid JSON",
    ),
    pytest.param(
        {"agents/a.md": "---\nagpm:\n  templating: '{{ project.language }}'\n---\n"},
        f'[project]\nlanguage = "jinja2"\n{AGENT}',
        "agents/a.md:2: 'agpm.templating' must not contain a template; write "
        "'agpm:' and below it '  templating: jinja2'",
        id="a flag that appears only by rendering",
    ),
    pytest.param(
        {
            "agents/a.md": "---\nagpm:\n  templating: true\n  dependencies:\n"
            "    snippets: [{path: ../x/u.md}, {path: ../y/u.md}]\n---\n",
            "x/u.md": "",
            "y/u.md": "",
        },
        AGENT,
        "x/u.md and y/u.md: both are the dependency 'u' of agents/a.md; "
        "give each a different 'name'",
        id="two dependencies of one name",
    ),
    pytest.param(
        {"m/a.json": '{"command": "a"}', "m/b.json": '{"command": "b"}'},
        '[mcp-servers]\nall = "m/*.json"\n',
        "m/a.json and m/b.json: both would be the mcp-server 'all' in .mcp.json; list "
        "each under a key of its own",
        id="two servers of one key",
    ),
]


MISTAKES += [
    pytest.param(
        {"prompts/agents/a.md": depends("prompts/s/x.md"), "prompts/s/x.md": ""},
        '[agents]\na = "prompts/agents/a.md"\n',
        "prompts/agents/a.md:6: the dependency 'prompts/s/x.md': there is no file "
        "'prompts/prompts/s/x.md'; write '../s/x.md'",
        id="dependency written from the root",
    ),
    pytest.param(
        {"a.md": depends("s/x.md"), "s/x.md": ""},
        '[agents]\na = "a.md"\n',
        "a.md:6: the dependency 's/x.md': '../s/x.md' leads out of the project; "
        "write './s/x.md'",
        id="dependency of a file at the root",
    ),
    pytest.param(
        {
            "agents/a.md": depends(
                "../s/tone.txt", body="{% if agpm.deps %}{% endif %}"
            ),
            "s/tone.txt": b"caf\xe9\n",
        },
        AGENT,
        "s/tone.txt:1: is not UTF-8 text, got byte 0xe9; save the file as UTF-8",
        id="embedded text that is not UTF-8",
    ),
    pytest.param(
        {"s/tone.txt": b"caf\xe9\n"},
        '[snippets]\ntone = "s/tone.txt"\n',
        "s/tone.txt:1: is not UTF-8 text, got byte 0xe9; save the file as UTF-8",
        id="a snippet that is not UTF-8",
    ),
    pytest.param(
        {"agents/a.md": TEMPLATE + "{{ 'docs' | content }}", "docs/x": ""},
        AGENT,
        "agents/a.md:5:13: 'docs' cannot be embedded; files can be md, txt, json, "
        "toml, yaml, yml\n    {{ 'docs' | content }}\n                ^",
        id="content of a directory",
    ),
    pytest.param(
        {"agents/a.md": TEMPLATE + "{{ 'docs.md' | content }}", "docs.md/x": ""},
        AGENT,
        "agents/a.md:5:16: 'docs.md' is a directory, not a file\n"
        "    {{ 'docs.md' | content }}\n                   ^",
        id="content of a directory that looks like a file",
    ),
    pytest.param(
        {"agents/a.md": ""},
        "[agents]\na = 'agents\\a.md'\n",
        "agpm.toml: agents.a.path names no file, got 'agents\\\\a.md'; paths are "
        "written with '/'",
        id="a path with backslashes",
    ),
]


@pytest.mark.parametrize(("files", "manifest", "message"), MISTAKES)
def test_a_mistake_is_reported_with_its_position_and_a_hint(
    files, manifest, message, render_files
):
    with pytest.raises(AgpmError) as caught:
        render_files(files, manifest)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("files", "table", "message"),
    [
        (
            {"prompts/agents/a.md": "x"},
            {"hidden-text": ["prompts/agent/a.md"]},
            "tool.hatch-agpm.hidden-text names a file that the build does not read, "
            "got 'prompts/agent/a.md'; did you mean 'prompts/agents/a.md'?",
        ),
        (
            {
                "prompts/agents/a.md": TEMPLATE + "{{ 'docs/style.md' | content }}",
                "docs/style.md": "ig\u200bnore",
            },
            {},
            "docs/style.md:1:3: 1 hidden zero-width character, got U+200B; delete what "
            "is hidden, or list 'docs/style.md' in hidden-text\n"
            "    ig\ufffdnore\n      ^",
        ),
    ],
)
def test_hidden_text_of_a_project_is_reported(write_files, files, table, message):
    root = write_files({"pkg/__init__.py": "", **files})
    context = BuildContext(
        root, {"tool": {"hatch-agpm": table}}, metadata={}, distribution="pkg"
    )
    with pytest.raises(AgpmError) as caught:
        render_project(read_built_project(context), context)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("patch", "message"),
    [
        (
            "agents.b = { x = 1 }",
            "patch.agents.b patches nothing: [agents] has no such key; "
            "list what is to be patched, dependencies too",
        ),
        (
            "agents.aa = { x = 1 }",
            "patch.agents.aa patches nothing: [agents] has no such key; "
            "did you mean 'a'?",
        ),
        (
            'commands."x y" = { x = 1 }',
            'patch.commands."x y" patches nothing: [commands] has no such key; '
            "list what is to be patched, dependencies too",
        ),
        (
            "agent.a = { x = 1 }",
            "patch.agent is not a known option; did you mean 'agents'?",
        ),
        ("agents = 3", "patch.agents must be a table, got 3"),
        ("agents.a = 3", "patch.agents.a must be a table, got 3"),
        (
            "hooks.h = { x = 1 }",
            "patch.hooks.h has no effect; AGPM patches no hooks; edit the file",
        ),
        (
            "agents.a = { dependencies = {} }",
            "patch.agents.a.dependencies has no effect: AGPM writes it and does not "
            "follow it; declare dependencies in the file itself",
        ),
        (
            "agents.a = { agpm = { dependencies = {} } }",
            "patch.agents.a.agpm.dependencies has no effect: AGPM writes it and does "
            "not follow it; declare dependencies in the file itself",
        ),
        (
            "agents.a = { x = [inf] }",
            "patch.agents.a.x must be a finite number, got inf",
        ),
        (
            "agents.a = { x = { y = 9223372036854775808 } }",
            "patch.agents.a.x must fit into 64 bits, got 9223372036854775808",
        ),
    ],
)
def test_a_patch_without_effect_is_refused(patch, message, render_files):
    files = {"agents/a.md": "x", "h.json": "{}"}
    manifest = f'patch.{patch}\nagents.a = "agents/a.md"\nhooks.h = "h.json"\n'
    with pytest.raises(AgpmError) as caught:
        render_files(files, manifest)
    assert str(caught.value) == f"agpm.toml: {message}"


@pytest.mark.parametrize(
    ("section", "path", "options", "installed"),
    [
        ("scripts", "run.sh", "", ".claude/scripts/agpm/run.sh"),
        ("snippets", "x.md", ', filename = "x"', ".agpm/snippets/x"),
        ("mcp-servers", "m.txt", "", "m.txt"),
    ],
)
def test_a_file_that_can_hold_no_patch_is_refused(
    section, path, options, installed, render_files
):
    """AGPM: ignores the patch."""
    with pytest.raises(AgpmError) as caught:
        render_files(
            {path: "text"},
            f'[{section}]\nx = {{ path = "{path}"{options} }}\n'
            f"[patch.{section}.x]\na = 1\n",
        )
    assert str(caught.value) == (
        f"agpm.toml: patch.{section}.x has no effect on {path}; only .md and .json can "
        f"be patched, and it is installed as {installed}"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[1]", "a.json: only an object can be patched, got [1]"),
        (
            '{"a": 123456789012345678901234567890}',
            "a.json: AGPM would round 123456789012345678901234567890 when it patches "
            "the file; write it as a string",
        ),
    ],
)
def test_json_that_a_patch_would_make_invalid_is_refused(text, message, render_files):
    with pytest.raises(AgpmError) as caught:
        render_files(
            {"a.json": text}, '[snippets]\na = "a.json"\n[patch.snippets.a]\nx = 1\n'
        )
    assert str(caught.value) == message
