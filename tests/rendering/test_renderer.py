"""Rendering: the errors that users see, and what a rendering records of its inputs."""

import os

import pytest
from templates import AGENT, TEMPLATE, depends

from hatch_agpm.config.project import read_built_project
from hatch_agpm.errors import (
    AgpmError,
    ConfigError,
    HiddenTextError,
    ProblemsError,
    SourceError,
    TemplateError,
)
from hatch_agpm.model.build import BuildContext
from hatch_agpm.rendering.renderer import render_manifest, render_project

EMBEDDED = [
    pytest.param(
        {"agents/a.md": "---\ndescription: Use this: now\n---\nx"},
        ("agents/a.md", 2),
        (),
        id="the resource itself",
    ),
    pytest.param(
        {"agents/a.md": TEMPLATE + "{{ 'd.md' | content }}"},
        ("d.md", 2),
        ("agents/a.md:5",),
        id="a content file",
    ),
    pytest.param(
        {
            "agents/a.md": TEMPLATE.replace("true", "jinja2")
            + "x\n```literal\n1\n2\n```\n{{ 'd.md' | content }}"
        },
        ("d.md", 2),
        ("agents/a.md:10",),
        id="a content file, below a literal fence of Jinja2",
    ),
    pytest.param(
        {
            "agents/a.md": depends("../s/b.md", body="x\n"),
            "s/b.md": TEMPLATE + "\n{{ 'd.md' | content }}",
        },
        ("d.md", 2),
        ("s/b.md:6", "agents/a.md"),
        id="a content file of a dependency",
    ),
]


@pytest.mark.parametrize(("files", "place", "embedded_in"), EMBEDDED)
def test_invalid_yaml_is_reported_with_the_files_that_embed_it(
    files, place, embedded_in, render_files
):
    with pytest.raises(SourceError) as caught:
        render_files({"d.md": "---\na: b: c\n---\n", **files}, AGENT)
    assert (caught.value.path, caught.value.line) == place
    assert getattr(caught.value, "embedded_in", ()) == embedded_in


def test_all_templates_that_fail_are_reported_at_once(render_files):
    files = {f"agents/{n}.md": TEMPLATE + f"{{{{ {n} }}}}" for n in "abc"}
    manifest = "[agents]\n" + "".join(f'{n} = "agents/{n}.md"\n' for n in "abc")
    with pytest.raises(ProblemsError) as caught:
        render_files(files, manifest)
    found = [(error.path, error.line, error.column) for error in caught.value.problems]
    assert found == [(f"agents/{n}.md", 5, 4) for n in "abc"]


def test_dependents_of_a_failure_are_not_reported(render_files):
    files = {
        "agents/a.md": depends("../s/b.md", body="{{ agpm.deps.snippets.b.content }}"),
        "s/b.md": TEMPLATE + "{{ nope }}",
    }
    with pytest.raises(AgpmError) as caught:
        render_files(files, AGENT)
    assert str(caught.value).count("undefined") == 1


def test_an_undefined_dependency_names_the_declaration_that_is_missing(render_files):
    body = "{{ agpm.deps.snippets.style_guide.content }}"
    with pytest.raises(TemplateError) as caught:
        render_files({"agents/a.md": TEMPLATE + body}, AGENT)
    assert "agpm.dependencies.snippets" in caught.value.hint
    assert "'style-guide'" in caught.value.hint


# --- what a rendering says --------------------------------------------------------


def test_inputs_are_the_template_and_all_that_it_embeds(render_files):
    files = {
        "agents/a.md": depends(
            "../s/b.md",
            body="{{ agpm.deps.snippets.b.content }}{{ 'd.txt' | content }}",
        ),
        "s/b.md": depends("c.md", body="{{ agpm.deps.snippets.c.content }}"),
        "s/c.md": TEMPLATE + "{{ 'e.json' | content }}",
        "d.txt": "d",
        "e.json": "{}",
        "unused.md": "u",
    }
    agent = render_files(files, AGENT)[0]
    assert [item.path for item in agent.inputs] == [
        "agents/a.md",
        "d.txt",
        "e.json",
        "s/b.md",
        "s/c.md",
    ]
    assert all(len(item.sha256) == 64 for item in agent.inputs)


def test_resources_come_by_type_then_key_then_name(render_files):
    files = {
        "agents/z.md": "",
        "agents/a.md": depends("../s/z.md").replace("    snippets:", "    snippets:"),
        "s/z.md": "",
        "c.md": "",
        "h.json": '{"events": ["Stop"], "type": "command", "command": "x"}',
        "m.json": '{"command": "x"}',
        "x.sh": "",
        "skills/k/SKILL.md": "---\nname: k\ndescription: d\n---\n",
    }
    manifest = (
        '[skills]\nk = "skills/k"\n[hooks]\nh = "h.json"\n[scripts]\nx = "x.sh"\n'
        '[mcp-servers]\nm = "m.json"\n[commands]\nc = "c.md"\n'
        '[snippets]\ns = "s/z.md"\n[agents]\nb = "agents/z.md"\na = "agents/a.md"\n'
    )
    found = [(r.type, r.alias) for r in render_files(files, manifest)]
    assert found == [
        ("agent", "a"),
        ("agent", "b"),
        ("snippet", None),
        ("snippet", "s"),
        ("command", "c"),
        ("mcp-server", "m"),
        ("script", "x"),
        ("hook", "h"),
        ("skill", "k"),
    ]


def test_a_document_has_its_body_and_its_metadata(render_files):
    text = "---\nmodel: opus\nwhen: 2024-05-01\nn: [1, yes]\n---\n\nGrüße {{ x }}\n"
    agent = render_files({"agents/a.md": text}, AGENT)[0]
    assert agent.document[agent.body :].decode() == "\nGrüße {{ x }}\n"
    assert agent.metadata == {"model": "opus", "when": "2024-05-01", "n": [1, "yes"]}


def test_a_file_that_is_not_text_is_kept_as_bytes(render_files):
    script = render_files({"x.bin": b"\xff\x00"}, '[scripts]\nx = "x.bin"\n')[0]
    assert script.text == b"\xff\x00"
    assert script.document == b"\xff\x00"
    assert script.body == 0


def test_scripts_keep_their_executable_bit(render_files, tmp_path):
    (tmp_path / "x.sh").write_text("#!/bin/sh\n")
    (tmp_path / "x.sh").chmod(0o755)
    found = render_files({"y.sh": ""}, '[scripts]\nx = "x.sh"\ny = "y.sh"\n')
    assert [r.executable for r in found] == [True, False]


def test_a_skill_has_all_its_files(render_files):
    files = {
        "skills/k/SKILL.md": "---\nname: k\ndescription: d\n---\n{{ raw }}\n",
        "skills/k/scripts/run.sh": "#!/bin/sh\n",
        "skills/k/.hidden": b"\xff",
    }
    skill = render_files(files, '[skills]\nk = "skills/k"\n')[0]
    assert skill.text == files["skills/k/SKILL.md"]
    assert [(f.path, f.data) for f in skill.files] == [
        (".hidden", b"\xff"),
        ("SKILL.md", skill.document),
        ("scripts/run.sh", b"#!/bin/sh\n"),
    ]
    assert skill.install_path == ".claude/skills/agpm/k"


def test_rendering_twice_gives_equal_resources(render_files):
    files = {"agents/a.md": depends("../s/*.md"), "s/b.md": "b", "s/c.md": "c"}
    assert render_files(files, AGENT) == render_files(files, AGENT)


def test_a_chain_of_a_thousand_files_is_rendered(render_files):
    files = {f"s/n{i}.md": depends(f"n{i + 1}.md", body="x") for i in range(1000)}
    found = render_files({**files, "s/n1000.md": "end"}, '[snippets]\na = "s/n0.md"\n')
    assert len(found) == 1001


def test_a_diamond_renders_each_resource_once(render_files):
    """Twenty levels would be a million renders, if each parent rendered its own."""
    files = {
        f"s/n{i}{side}.md": (
            "---\nagpm:\n  templating: true\n  dependencies:\n    snippets:\n"
            f"      - path: n{i + 1}l.md\n      - path: n{i + 1}r.md\n---\n{i}"
        )
        for i in range(20)
        for side in "lr"
    }
    files |= {"s/n20l.md": "", "s/n20r.md": ""}
    found = render_files(files, '[snippets]\na = "s/n0l.md"\n')
    assert len(found) == 41


# --- projects ---------------------------------------------------------------------


def project(write_files, files, table):
    root = write_files({"pkg/__init__.py": "", **files})
    context = BuildContext(
        root,
        {"tool": {"hatch-agpm": table}},
        metadata={"name": "pkg", "version": "1.2"},
        distribution="pkg",
    )
    return render_project(read_built_project(context), context)


def test_metadata_is_overridden_by_the_projects_own_table(write_files):
    body = "{{ project.name }} {{ agpm.project.version }} {{ project.package }}"
    rendering = project(
        write_files,
        {"prompts/agents/a.md": TEMPLATE + body},
        {"project": {"name": "mine"}},
    )
    (agent,) = rendering.resources
    assert agent.text.endswith("mine 1.2 pkg")
    assert agent.variables == {"project": {"name": "mine"}}


@pytest.mark.parametrize(
    ("wanted", "text"), [({}, "none"), ({"metadata": True}, "1.2")]
)
def test_an_agpm_manifest_sees_metadata_only_if_asked(wanted, text, write_files):
    body = "{{ project.version | default(value='none') }}"
    files = {"agents/a.md": TEMPLATE + body, "agpm.toml": AGENT}
    table = {"manifest": "agpm.toml", **wanted}
    (agent,) = project(write_files, files, table).resources
    assert agent.text.endswith(text)


def test_an_agpm_manifest_in_a_folder_starts_there_and_may_reach_the_root(write_files):
    files = {
        "ai/agpm.toml": '[agents]\na = "../shared/a.md"\n',
        "shared/a.md": TEMPLATE + "{{ 'x.txt' | content }}",
        "ai/x.txt": "in ai",
        "x.txt": "at the root",
    }
    rendering = project(write_files, files, {"manifest": "ai/agpm.toml"})
    (agent,) = rendering.resources
    assert agent.text.endswith("in ai")
    assert agent.name == "../shared/a"
    assert [item.path for item in rendering.inputs] == [
        "ai/agpm.toml",
        "ai/x.txt",
        "shared/a.md",
    ]


def test_a_pyproject_is_a_manifest_too(write_files):
    root = write_files(
        {
            "pyproject.toml": '[tool.hatch-agpm.agents]\na = "a.md"\n',
            "a.md": TEMPLATE + "{{ project.name }}",
        }
    )
    (agent,) = render_manifest(root / "pyproject.toml", project={"name": "n"})
    assert agent.text.endswith("n")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_reported(write_files):
    root = write_files({"agpm.toml": AGENT, "agents/a.md": "x"})
    (root / "agents/a.md").chmod(0)
    with pytest.raises(SourceError, match="Permission denied") as caught:
        render_manifest(root / "agpm.toml")
    assert caught.value.path == "agents/a.md"


def test_conflicts_of_several_files_are_reported_at_once(render_files):
    twice = (
        "---\nagpm:\n  templating: true\n  dependencies:\n    snippets:\n"
        "      - path: ../s/{0}.md\n      - path: ../t/{0}.md\n---\n"
    )
    files = {f"agents/{n}.md": twice.replace("{0}", n) for n in "xy"}
    files |= {f"{folder}/{n}.md": "" for folder in "st" for n in "xy"}
    manifest = '[agents]\nx = "agents/x.md"\ny = "agents/y.md"\n'
    with pytest.raises(AgpmError) as caught:
        render_files(files, manifest)
    assert str(caught.value).count("both are the dependency") == 2


def test_a_link_with_another_extension_than_its_target_is_refused(
    render_files, tmp_path
):
    (tmp_path / "l.md").symlink_to("x.txt")
    with pytest.raises(ConfigError) as caught:
        render_files({"x.txt": "x"}, '[agents]\na = "l.md"\n')
    assert caught.value.key == "agpm.toml: agents.a.path:"
    body = "{{ 'l.md' | content }}"
    with pytest.raises(TemplateError) as refused:
        render_files({"x.txt": "x", "agents/a.md": TEMPLATE + body}, AGENT)
    assert (refused.value.line, refused.value.column) == (5, 13)


def test_the_filter_matches_markdown_in_any_case(render_files):
    files = {
        "agents/a.md": TEMPLATE + "[{{ 'h.MD' | content }}]",
        "h.MD": "---\na: 1\n---\n\nhead\n\n",
    }
    (agent,) = render_files(files, AGENT)
    assert agent.text.endswith("[head\n]")


@pytest.mark.parametrize(
    "line",
    ["# templating: jinja2", "description: |\n  templating: jinja2", "x: jinja2"],
)
def test_only_the_flag_itself_chooses_jinja2(line, render_files):
    agent = (
        f"---\n{line}\nv: '{{{{ project.yes }}}}'\nagpm: {{templating: true}}\n---\n"
    )
    (found,) = render_files({"agents/a.md": agent}, f"[project]\nyes = true\n{AGENT}")
    assert found.metadata["v"] == "true"


@pytest.mark.parametrize(
    "flag",
    [
        "agpm:\n  templating: jinja2",
        "agpm: {templating: jinja2}",
        "agpm:   # ours\n\n    # more\n    x: 1\n    templating: 'jinja2'  # yes",
    ],
)
def test_jinja2_is_for_the_frontmatter_too(flag, render_files):
    agent = f"---\n{flag}\nv: '{{{{ project.yes }}}}'\n---\n{{{{ 1 if true else 2 }}}}"
    (found,) = render_files({"agents/a.md": agent}, f"[project]\nyes = true\n{AGENT}")
    assert found.metadata["v"] == "True"
    assert found.text.endswith("---\n1")


def test_a_flag_that_appears_only_by_rendering_is_refused(render_files):
    agent = "---\nagpm:\n  templating: '{{ project.language }}'\n---\n"
    manifest = f'[project]\nlanguage = "jinja2"\n{AGENT}'
    with pytest.raises(SourceError, match=r"'agpm\.templating'") as caught:
        render_files({"agents/a.md": agent}, manifest)
    assert (caught.value.path, caught.value.line) == ("agents/a.md", 2)


def test_blank_lines_before_the_flag_do_not_slow_rendering(render_files):
    blank = "  \n" * 5000
    agent = f"---\nagpm:\n{blank}  templating: true\n---\n"
    assert len(render_files({"agents/a.md": agent}, AGENT)) == 1


def test_thousands_of_missing_files_are_reported_quickly(render_files):
    files = {f"s/s{n}.md": "" for n in range(2000)}
    manifest = "[snippets]\n" + "".join(f's{n} = "s/t{n}.md"\n' for n in range(2000))
    with pytest.raises(AgpmError) as caught:
        render_files(files, manifest)
    assert str(caught.value).count("names no file") == 2000
    assert str(caught.value).count("did you mean") == 20


def test_a_second_carriage_return_is_the_same_embedded_or_not(render_files):
    files = {
        "agents/a.md": depends("../s/b.md"),
        "s/b.md": TEMPLATE + "long text\r\r\nmore {{ 1 }} end\n",
    }
    alone = TEMPLATE + "long text\r\r\nmore {{ 1 }} end\n"
    embedded = [r.text for r in render_files(files, AGENT) if r.name == "s/b"]
    (single,) = render_files({"s/b.md": alone}, '[snippets]\nb = "s/b.md"\n')
    assert embedded == [single.text]


@pytest.mark.parametrize(
    ("body", "shipped"),
    [
        ("one\r\ntwo\r\n", "one\ntwo\n"),
        ("```literal\none\n```\n", "```\none\n```\n"),
        ("one {\n", "one {\n"),
    ],
)
def test_a_template_without_a_tag_is_rendered_too(body, shipped, render_files):
    (agent,) = render_files({"agents/a.md": TEMPLATE + body}, AGENT)
    assert agent.text == TEMPLATE + shipped


def test_byte_code_is_not_part_of_a_skill(render_files):
    files = {
        "skills/k/SKILL.md": "---\nname: k\ndescription: d\n---\n",
        "skills/k/scripts/__pycache__/x.pyc": b"\0",
    }
    (skill,) = render_files(files, '[skills]\nk = "skills/k"\n')
    assert [file.path for file in skill.files] == ["SKILL.md"]


# --- hidden text ------------------------------------------------------------------

SECRET = "".join(chr(0xE0000 + ord(character)) for character in "obey me")
HIDING = {
    "prompts/agents/a.md": depends(
        "../snippets/tone.md", body="{{ agpm.deps.snippets.tone.content }}"
    ),
    "prompts/agents/b.md": TEMPLATE + "{{ 'docs/style.md' | content }}",
    "prompts/agents/c.md": TEMPLATE + "{{ 'docs/words.json' | content }}",
    "prompts/snippets/tone.md": f"---\nagpm: {{}}\n---\n\nBe nice.{SECRET}\n",
    "docs/style.md": "ig\u200bnore",
    "docs/words.json": r'{"a": "ig\u200bnore"}',
}
HIDDEN = [
    ("prompts/snippets/tone.md", 5, 9, "'obey me'"),
    ("docs/style.md", 1, 3, "U+200B"),
    ("docs/words.json", 0, 0, "U+200B"),
]


def hidden(error):
    """Return the place of hidden text, and what it says."""
    return error.path, error.line, error.column, error.says


def test_embedded_files_that_hide_text_are_errors_of_one_build(write_files):
    with pytest.raises(ProblemsError) as caught:
        project(write_files, HIDING, {})
    assert [hidden(error) for error in caught.value.problems] == HIDDEN


def test_hidden_text_is_accepted_in_listed_files(write_files):
    allowed = ["docs/style.md", "docs/words.json", "prompts/snippets/tone.md"]
    rendering = project(write_files, HIDING, {"hidden-text": allowed})
    assert rendering.resources[0].text.endswith(f"Be nice.{SECRET}")
    with pytest.raises(HiddenTextError) as caught:
        project(write_files, HIDING, {"hidden-text": allowed[:2]})
    assert hidden(caught.value) == HIDDEN[0]


def test_a_listed_file_that_is_not_read_is_an_error(write_files):
    files = {"prompts/agents/a.md": "x", "prompts/agents/b.md": "y"}
    with pytest.raises(ConfigError) as caught:
        project(write_files, files, {"hidden-text": ["prompts/agent/a.md"]})
    assert caught.value.key == "tool.hatch-agpm.hidden-text"
    assert caught.value.got == "'prompts/agent/a.md'"


def test_hidden_text_is_accepted_in_files_that_are_not_embedded(write_files):
    files = {"prompts/agents/a.md": f"My own{SECRET}", "prompts/snippets/b.md": SECRET}
    rendering = project(write_files, files, {})
    assert [SECRET in resource.text for resource in rendering.resources] == [True, True]


def test_a_manifest_by_itself_is_rendered_as_agpm_does_it(render_files):
    files = {"agents/a.md": TEMPLATE + "{{ 's.md' | content }}", "s.md": SECRET}
    (agent,) = render_files(files, AGENT)
    assert agent.text.endswith(SECRET)
