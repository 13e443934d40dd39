"""
Whole manifests: the resources, their tools and their install paths.

Each case names the section of AGPM's semantics it is for; the results are those of
the program (release 0.4.14).
"""

import pytest

FILES = {
    "a/x.md": "X",
    "a/.h.md": "H",
    "a/b/y.md": "Y",
    "a/z.MD": "Z",
    "a/q.md": "Q",
    "a/w1.md": "1",
    "a/w2.md": "2",
    "snippets/n/s.md": "S",
    "run.sh": "R",
    "m.json": '{"command": "x"}',
    "h.json": '{"events": ["Stop"], "type": "command", "command": "x"}',
    "skills/d/k.v1/SKILL.md": "---\nname: k\ndescription: d\n---\n",
}
AGENTS = ".claude/agents/agpm"
TOOLS = '[tools.claude-code]\npath = ".claude"\n[tools.agpm]\npath = ".agpm"\n'
MINE = (
    '[tools.mine]\npath = ".m"\nresources.agents.path = "ag"\n'
    'resources.snippets = { path = "sn", flatten = true }\n'
    'resources.mcp-servers.merge-target = ".m/servers.json"\n'
)


def found(render_files, manifest):
    return [(r.name, r.tool, r.install_path) for r in render_files(FILES, manifest)]


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        pytest.param("a/*.md", ".h b/y q w1 w2 x", id="2.4 a star takes slashes, dots"),
        pytest.param("a/**/*.md", ".h b/y q w1 w2 x", id="2.4 two stars, or none"),
        pytest.param("**/y.md", "b/y", id="2.4 two stars in front"),
        pytest.param("a/b/**", "b/y", id="2.4 two stars at the end"),
        pytest.param("a/w[12].md", "w1 w2", id="2.4 a class"),
        pytest.param("a/w[!1].md", "w2", id="2.4 a negated class"),
        pytest.param("a/w[0-1].md", "w1", id="2.4 a range"),
        pytest.param("a/?.md", "q x", id="2.4 a question mark"),
        pytest.param("a/*.MD", "z", id="2.4 case counts"),
        pytest.param("?/?/*.md", "b/y", id="2.4 several of them"),
    ],
)
def test_a_pattern_finds_what_the_program_finds(pattern, names, render_files):
    resources = render_files(FILES, f'[agents]\nall = "{pattern}"\n')
    assert [r.name for r in resources] == [f"a/{name}" for name in names.split()]
    assert {(r.alias, r.is_match, r.tool) for r in resources} == {
        ("all", True, "claude-code")
    }


@pytest.mark.parametrize(
    ("manifest", "resources"),
    [
        pytest.param(
            '[tools.claude-code]\npath = ".c"\n[agents]\na = "a/x.md"\n',
            [("a/x", "claude-code", ".c/agents/agpm/x.md")],
            id="7.1 a known tool keeps its install rules",
        ),
        pytest.param(
            f'{MINE}[agents]\na = {{ path = "a/b/y.md", tool = "mine" }}\n',
            [("a/b/y", "mine", ".m/ag/a/b/y.md")],
            id="7.1 a custom tool does not flatten agents",
        ),
        pytest.param(
            f'{MINE}[snippets]\ns = {{ path = "snippets/n/s.md", tool = "mine" }}\n',
            [("snippets/n/s", "mine", ".m/sn/s.md")],
            id="7.1 a custom tool may flatten",
        ),
        pytest.param(
            f'{MINE}[mcp-servers]\nm = {{ path = "m.json", tool = "mine" }}\n',
            [("m", "mine", ".m/servers.json")],
            id="7.4 servers are merged where the tool says",
        ),
        pytest.param(
            f"{TOOLS}[tools.claude-code.resources]\nagents.path = 'x/y'\n"
            '[agents]\na = "a/b/y.md"\n[commands]\nc = "a/b/y.md"\n',
            [
                ("a/b/y", "claude-code", ".claude/x/y/a/b/y.md"),
                ("a/b/y", "claude-code", ".claude/commands/agpm/y.md"),
            ],
            id="7.1 an overridden type, beside one that is not",
        ),
        pytest.param(
            TOOLS.replace("[tools.agpm]", "enabled = false\n[tools.agpm]")
            + '[agents]\na = "a/b/y.md"\n[snippets]\ns = "snippets/n/s.md"\n',
            [("snippets/n/s", "agpm", ".agpm/snippets/n/s.md")],
            id="2.7 what is listed for a tool that is off is skipped",
        ),
        pytest.param(
            '[default-tools]\nsnippets = "claude-code"\nagents = "opencode"\n'
            '[agents]\na = "a/b/y.md"\n[snippets]\ns = "snippets/n/s.md"\n',
            [
                ("a/b/y", "opencode", ".opencode/agent/agpm/y.md"),
                ("snippets/n/s", "claude-code", ".claude/snippets/agpm/n/s.md"),
            ],
            id="2.5 default tools",
        ),
        pytest.param(
            '[scripts]\nr = "run.sh"\n[hooks]\nh = "h.json"\n[mcp-servers]\n'
            'm = "m.json"\no = { path = "m.json", tool = "opencode" }\n',
            [
                ("m", "claude-code", ".mcp.json"),
                ("m", "opencode", ".opencode/opencode.json"),
                ("run", "claude-code", ".claude/scripts/agpm/run.sh"),
                ("h", "claude-code", ".claude/settings.local.json"),
            ],
            id="7.1 the other types",
        ),
        pytest.param(
            '[skills]\nk = "skills/d/k.v1"\n',
            [("skills/d/k", "claude-code", ".claude/skills/agpm/d/k.v1")],
            id="7.5 a skill is placed like a file, its name has no extension",
        ),
        pytest.param(
            '[skills]\nk = { path = "skills/d/k.v1", filename = "z" }\n',
            [("skills/d/k", "claude-code", ".claude/skills/agpm/z")],
            id="7.5 a file name renames the directory",
        ),
    ],
)
def test_a_manifest_gives_what_the_program_gives(manifest, resources, render_files):
    assert found(render_files, manifest) == resources


@pytest.mark.parametrize(
    ("options", "snippet", "agent"),
    [
        ("flatten = true", "s.md", "y.md"),
        ("flatten = false", "n/s.md", "a/b/y.md"),
        ('target = "t"', "t/n/s.md", "t/y.md"),
        ('target = "/t/u"', "t/u/n/s.md", "t/u/y.md"),
        ('target = "t", flatten = false', "t/n/s.md", "t/a/b/y.md"),
        ('filename = "q.md"', "q.md", "q.md"),
        ('filename = "n/q.md"', "n/q.md", "q.md"),
        ('filename = "n/q.md", flatten = false', "n/q.md", "n/q.md"),
        ('filename = "snippets/q.md"', "q.md", "q.md"),
        ('filename = "q"', "q", "q"),
    ],
    ids=lambda value: f"3.4 {value}" if "=" in value else "",
)
def test_options_give_the_install_path_of_the_program(
    options, snippet, agent, render_files
):
    manifest = (
        f'[snippets]\ns = {{ path = "snippets/n/s.md", {options} }}\n'
        f'[agents]\na = {{ path = "a/b/y.md", {options} }}\n'
    )
    assert found(render_files, manifest) == [
        ("a/b/y", "claude-code", f"{AGENTS}/{agent}"),
        ("snippets/n/s", "agpm", f".agpm/snippets/{snippet}"),
    ]


@pytest.mark.parametrize(
    ("declared", "resource"),
    [
        pytest.param(
            "{path: ../snippets/n/s.md}",
            ("claude-code", ".claude/snippets/agpm/n/s.md"),
            id="2.5 its parent's tool",
        ),
        pytest.param(
            "{path: ../snippets/n/s.md, tool: agpm}",
            ("agpm", ".agpm/snippets/n/s.md"),
            id="2.5 its own tool",
        ),
        pytest.param(
            "{path: snippets/n/s.md, flatten: true}",
            ("claude-code", ".claude/snippets/agpm/n/s.md"),
            id="2.1 flatten of a dependency has no effect",
        ),
        pytest.param(
            "{path: ../snippets/n/s.md, version: v1.0}",
            ("claude-code", ".claude/snippets/agpm/n/s.md"),
            id="2.1 a version beside a path has no effect",
        ),
        pytest.param(
            "{path: '../{{ project.dir }}/n/s.md'}",
            ("claude-code", ".claude/snippets/agpm/n/s.md"),
            id="1.6 a path may be a template",
        ),
    ],
)
def test_a_dependency_is_found_as_the_program_finds_it(
    declared, resource, render_files
):
    agent = f"---\ndependencies:\n  snippets:\n  - {declared}\n---\n"
    resources = render_files(
        {**FILES, "a/p.md": agent},
        '[project]\ndir = "snippets"\n[agents]\na = "a/p.md"\n',
    )
    assert [(r.tool, r.install_path) for r in resources if r.type == "snippet"] == [
        resource
    ]


@pytest.mark.parametrize(
    ("variables", "text"),
    [
        pytest.param("", "go  [1, 2]", id="3.5 the project's"),
        pytest.param(
            'project = { lang = { name = "rust" } }',
            "rust  [1, 2]",
            id="3.5 tables merge",
        ),
        pytest.param(
            "project = { list = [3] }", "go  [3]", id="3.5 arrays are replaced"
        ),
        pytest.param('extra = "e"', "go e [1, 2]", id="3.5 others are at the top"),
        pytest.param("project = {}", "go  [1, 2]", id="3.5 an empty table is nothing"),
    ],
)
def test_variables_merge_as_the_program_merges_them(variables, text, render_files):
    body = (
        "{{ agpm.project.lang.name }} {{ extra | default(value='') }} "
        "{{ project.list }}"
    )
    (agent,) = render_files(
        {"a.md": f"---\nagpm:\n  templating: true\n---\n{body}"},
        '[project]\nlang = { name = "go" }\nlist = [1, 2]\n'
        f'[agents]\na = {{ path = "a.md", template_vars = {{ {variables} }} }}\n',
    )
    assert agent.document[agent.body :].decode() == text


@pytest.mark.parametrize(
    ("name", "text", "content"),
    [
        pytest.param("x.json", '{"b": 1, "a": []}', '{\n  "a": [],\n  "b": 1\n}',
                     id="4.1 JSON is printed again"),
        pytest.param("x.json", '{"dependencies": {}, "agpm": {}}', '{\n  "agpm": {}\n}',
                     id="4.1 without its dependencies"),
        pytest.param("x.sh", "#!/bin/sh\r\n\n", "#!/bin/sh\r\n\n",
                     id="4.1 other files are as they are"),
        pytest.param("x.md", "\n\n# T\r\nx\n\n", "# T\nx\n",
                     id="1.2 Markdown is trimmed"),
        pytest.param("x.md", "---\na: 1\n---\n\n{{ y }}\n", "{{ y }}",
                     id="4.1 other text is unchanged"),
    ],
)  # fmt: skip
def test_content_is_what_the_program_embeds(name, text, content, render_files):
    agent = (
        "---\nagpm:\n  templating: true\n  dependencies:\n    scripts:\n"
        f"    - path: {name}\n---\n[{{{{ agpm.deps.scripts.x.content }}}}]"
    )
    found = render_files({"a.md": agent, name: text}, '[agents]\na = "a.md"\n')
    assert found[0].text.endswith(f"\n---\n[{content}]")
    assert found[1].text == text
