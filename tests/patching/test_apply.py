"""Patches (AGPM semantics, 1.9); accepted patches give the program's bytes."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from hatch_agpm.errors import AgpmError, SourceError
from hatch_agpm.rendering.renderer import render_manifest

TEMPLATE = "---\nagpm:\n  templating: true\n---\n"
PROGRAM = shutil.which("agpm") or shutil.which("agpm", path=Path.home() / ".cargo/bin")
AGENT = '[agents]\na = "agents/a.md"\n'


def patched(render_files, text, patch, **files):
    """Return the text of an agent that the manifest patches."""
    manifest = f'[project]\nn = "N"\n{AGENT}[patch.agents.a]\n{patch}\n'
    found = render_files({"agents/a.md": text, **files}, manifest)
    return next(r.text for r in found if r.alias == "a")


WRITTEN = [
    pytest.param(
        "---\nmodel: opus\n---\nBody\n",
        'model = "haiku"',
        "---\nmodel: haiku\n---\n\nBody",
        id="a key is replaced",
    ),
    pytest.param(
        "---\nzeta: 1\ntype: t\nAlpha: 2\nauthor: me\ntitle: T\n---\nB\n\n",
        'b = "x"\n"é" = "y"',
        "---\ntitle: T\nauthor: me\ntype: t\nAlpha: 2\nb: x\nzeta: 1\né: y\n---\n\nB\n",
        id="known keys come first, the others by their bytes",
    ),
    pytest.param(
        "---\ntitle: old\nmodel: m\ndescription: D\n---\nBody\n",
        'title = "new"',
        "---\ndescription: D\nmodel: m\ntitle: new\n---\n\nBody",
        id="a known key is written once, among the others",
    ),
    pytest.param(
        "Just text\n\n",
        "a = 1",
        "---\na: 1\n---\n\nJust text\n",
        id="without frontmatter",
    ),
    pytest.param(
        "---\n---\nBody\n",
        "a = 1",
        "---\na: 1\n---\n\nBody",
        id="empty frontmatter",
    ),
    pytest.param(
        "---\n# only\n---\nBody\n",
        "a = 1",
        "---\na: 1\n---\n\nBody",
        id="frontmatter of comments",
    ),
    pytest.param(
        "---\nA sentence.\n---\nBody\n",
        "a = 1",
        "---\na: 1\n---\n\n---\nA sentence.\n---\nBody",
        id="text between rules is text",
    ),
    pytest.param("ok\n", "a = 1", "---\na: 1\n---\n\nok", id="a short text stays"),
    pytest.param(
        "---\r\nb: 1\r\n---\r\n\r\n\r\nBody\r\nx\r\n",
        "a = 1",
        "---\na: 1\nb: 1\n---\n\nBody\nx",
        id="line ends and blank lines",
    ),
    pytest.param(
        "---\n# comment\nx: &a [1, 2] # other\ny: *a\n---\nB\n",
        "z = 1",
        "---\nx:\n- 1\n- 2\ny:\n- 1\n- 2\nz: 1\n---\n\nB",
        id="comments and anchors are gone",
    ),
    pytest.param(
        "---\na: 0x1F\nb: 0o17\nc: 1e3\nd: +5\ne: TRUE\nf: ~\ng: .5\n1.10: 1.10\n"
        "---\nB\n",
        "z = 1",
        "---\n'1.10': 1.1\na: 31\nb: 15\nc: 1000.0\nd: 5\ne: true\nf: null\n"
        "g: 0.5\nz: 1\n---\n\nB",
        id="equal values in another form",
    ),
    pytest.param(
        "---\nversion: 1.0\ntags: [a, 5, true]\ntitle: null\nauthor: -0x1\n---\nB\n",
        "z = 1",
        "---\nversion: '1.0'\nauthor: '-0x1'\ntags:\n- a\n- '5'\n- 'true'\nz: 1\n"
        "---\n\nB",
        id="known keys are text, and null ones absent",
    ),
    pytest.param(
        "---\nx: |\n  one\n  two\ny: |-\n  end\nz: >\n  fold\n  ed\n---\nB\n",
        "",
        "---\nx: |\n  one\n  two\ny: |-\n  end\nz: >\n  fold\n  ed\n---\nB\n",
        id="an empty table changes nothing",
    ),
    pytest.param(
        "---\nx: |\n  one\n  two\ny: >\n  fold\n  ed\n---\nB\n",
        'z = "yes"',
        "---\nx: |\n  one\n  two\ny: |\n  fold ed\nz: yes\n---\n\nB",
        id="several lines are a block",
    ),
    pytest.param(
        "Body\n",
        "f = 1e3\ni = -7\nb = false\nd = 2024-05-01\nt = { z = [], a = {} }\n"
        's = ["yes", "no: x", "true"]\nm = "one\\n\\n"\nn = 1979-05-27T07:32:00Z',
        "---\nb: false\nd: 2024-05-01\nf: 1000.0\ni: -7\nm: |+\n  one\n\n"
        "n: 1979-05-27T07:32:00Z\ns:\n- yes\n- 'no: x'\n- 'true'\n"
        "t:\n  a: {}\n  z: []\n---\n\nBody",
        id="every kind of value",
    ),
    pytest.param(
        TEMPLATE + "{{ project.n }}\n",
        'description = "for {{ project.n }}"',
        "---\nagpm:\n  templating: true\ndescription: for N\n---\n\nN",
        id="a value may be a template",
    ),
    pytest.param(
        "---\nname: '{{ project.n }}'\n---\n{{ raw }}\n",
        'description = "{{ project.n }}"',
        "---\ndescription: 'N'\nname: 'N'\n---\n\n{{ raw }}",
        id="frontmatter is rendered without the flag",
    ),
    pytest.param(
        "{{ project.n }}\n",
        "agpm.templating = true",
        "---\nagpm:\n  templating: true\n---\n\nN",
        id="a patched flag counts",
    ),
    pytest.param(
        TEMPLATE + "{{ raw }}\n",
        "agpm.templating = false",
        "---\nagpm:\n  templating: false\n---\n\n{{ raw }}",
        id="the flag can be taken away",
    ),
    pytest.param(
        "---\ntags: a, b\nx: 1\n---\nB\n",
        'tags = ["a", "b"]',
        "---\ntags:\n- a\n- b\nx: 1\n---\n\nB",
        id="a patch may fix what AGPM would drop everything for",
    ),
]


@pytest.mark.parametrize(("text", "patch", "written"), WRITTEN)
def test_a_patched_file_is_written_with_equal_values(
    text, patch, written, render_files
):
    assert patched(render_files, text, patch) == written


DEVIATING = {
    "a known key is written once, among the others",
    "text between rules is text",
    "a short text stays",
    "a patch may fix what AGPM would drop everything for",
}


@pytest.mark.skipif(PROGRAM is None, reason="the program is not here")
def test_the_program_writes_the_same(write_files, tmp_path):
    cases = [case for case in WRITTEN if case.id not in DEVIATING]
    root = write_files(
        {f"p/agents/a{n}.md": case.values[0] for n, case in enumerate(cases)}
    )
    manifest = "[project]\nn = 'N'\n[agents]\n" + "".join(
        f'a{n} = "agents/a{n}.md"\n' for n in range(len(cases))
    )
    for n, case in enumerate(cases):
        manifest += f"[patch.agents.a{n}]\n{case.values[1]}\n"
    (root / "p/agpm.toml").write_text(manifest, "utf-8")
    subprocess.run(
        [PROGRAM, "install", "--yes", "--quiet"],
        cwd=root / "p",
        env={**os.environ, "HOME": str(tmp_path), "AGPM_CONFIG_PATH": str(root / "c")},
        check=True,
    )
    installed = root / "p/.claude/agents/agpm"
    found = {
        case.id: (installed / f"a{n}.md").read_bytes().decode()
        for n, case in enumerate(cases)
    }
    assert found == {case.id: case.values[2] for case in cases}


def test_declarations_keep_their_fields_in_agpms_order(render_files):
    text = (
        "---\ndependencies:\n  snippets:\n    - {tool: agpm, install: false, "
        "version: 1.0, path: ../s/x.md, name: q, flatten: null}\n  agents: []\n---\n"
        "B\n"
    )
    written = patched(render_files, text, "a = 1", **{"s/x.md": "X"})
    assert written == (
        "---\ndependencies:\n  agents: []\n  snippets:\n  - path: ../s/x.md\n"
        "    name: q\n    version: '1.0'\n    tool: agpm\n    install: false\na: 1\n"
        "---\n\nB"
    )


@pytest.mark.parametrize(
    ("text", "patch", "found"),
    [
        pytest.param(
            "---\nx: 017\n1: no\n---\nB\n",
            "a = 1",
            [("agents/a.md", 2)],
            id="digits that are text",
        ),
        pytest.param(
            "---\nx: .inf\ny: NULL\nz: [0b11, 9223372036854775808]\n---\nB\n",
            "a = 1",
            [
                ("agents/a.md", 2),
                ("agents/a.md", 3),
                ("agents/a.md", 4),
                ("agents/a.md", 4),
            ],
            id="numbers that its other parser does not know",
        ),
        pytest.param(
            "---\n\nversion: 1.10\ntags:\n- 0x10\ntitle: 1e400\n---\nB\n",
            "a = 1",
            [("agents/a.md", 3), ("agents/a.md", 5), ("agents/a.md", 6)],
            id="numbers that are meant as text",
        ),
        pytest.param(
            "---\n0x10: a\nTrue: b\n---\nB\n",
            "a = 1",
            [("agents/a.md", 2), ("agents/a.md", 3)],
            id="keys",
        ),
        pytest.param(
            "---\nx: !!int 5\n---\nB\n", "a = 1", [("agents/a.md", 2)], id="a tag"
        ),
        pytest.param(
            "---\ntags:\ntitle: [a]\n---\nB\n",
            "a = 1",
            [("agents/a.md", 2), ("agents/a.md", 3)],
            id="known keys of the wrong type",
        ),
        pytest.param(
            "---\nx: 1\ny:\n  z: 1\n  z: 2\n---\nB\n",
            "a = 1",
            [("agents/a.md", 5)],
            id="a key twice",
        ),
        pytest.param(
            "---\nx: 1\n{% if true %}\ny: 2\n{% endif %}\n---\nB\n",
            "a = 1",
            [("agents/a.md", 3)],
            id="no YAML before rendering",
        ),
        pytest.param(
            "---\nx: \"{{ 'N' }}\"\n---\nB\n",
            "a = 1",
            [("agents/a.md", 2)],
            id="a template that quoting would spoil",
        ),
        pytest.param(
            "B\n",
            "a = \"{{ 'N' }}\"",
            [("", "agpm.toml: patch.agents.a.a:")],
            id="a template of the patch that quoting would spoil",
        ),
        pytest.param(
            "B\n",
            'a = "x\\n\\n"',
            [("", "agpm.toml: patch.agents.a.a:")],
            id="line breaks at the end",
        ),
        pytest.param(
            "---\nagpm:\n  templating: true\n---\n\n\nx\n{{ agpm.nope }}\n",
            "a = 1",
            [("agents/a.md", 8)],
            id="the line of a mistake in the body",
        ),
        pytest.param(
            "---\nzeta: x\n# comment\n"
            "name: '{% if agpm.resource %}{{ 5 | upper }}{% endif %}'\n---\nB\n",
            "a = 1",
            [("agents/a.md", 4)],
            id="the line of a mistake in the frontmatter",
        ),
        pytest.param(
            "---\nb: 1\n---\nB\n",
            'a = "{{ 5 | upper }}"',
            [("agpm.toml: patch.agents.a.a", 0)],
            id="a mistake in the patch",
        ),
        pytest.param(
            "B\n",
            'agpm.templating = "yes"',
            [("agpm.toml: patch.agents.a.agpm", 0)],
            id="a flag that is none",
        ),
    ],
)
def test_values_that_agpm_would_lose_or_change_are_refused(
    text, patch, found, render_files
):
    with pytest.raises(AgpmError) as caught:
        patched(render_files, text, patch)
    problems = getattr(caught.value, "problems", [caught.value])
    assert [
        (each.path, each.line if isinstance(each, SourceError) else each.key)
        for each in problems
    ] == found


# --- which files ------------------------------------------------------------------


def test_every_match_of_a_pattern_is_patched(render_files):
    found = render_files(
        {"agents/a.md": "A\n", "agents/b.md": "---\nx: 2\n---\nB\n"},
        '[agents]\nall = "agents/*.md"\n[patch.agents.all]\nx = 1\n',
    )
    assert [r.text for r in found] == ["---\nx: 1\n---\n\nA", "---\nx: 1\n---\n\nB"]


def test_two_entries_of_one_file_have_their_own_patches(render_files):
    found = render_files(
        {"agents/a.md": "A\n"},
        '[agents]\na = "agents/a.md"\nb = { path = "agents/a.md", filename = "b.md" }\n'
        "[patch.agents]\nb = { x = 1 }\n",
    )
    assert [r.text for r in found] == ["A\n", "---\nx: 1\n---\n\nA"]


def test_embedded_content_is_not_patched(render_files):
    agent = (
        "---\nagpm:\n  templating: true\n  dependencies:\n    snippets:\n"
        "      - {path: ../s/x.md, tool: agpm}\n---\n"
        "[{{ agpm.deps.snippets.x.content }}]"
    )
    found = render_files(
        {"agents/a.md": agent, "s/x.md": "---\nv: 1\n---\nX {{ y }}\n"},
        f'{AGENT}[snippets]\nx = "s/x.md"\n'
        "[patch.snippets.x]\nv = 2\nagpm.templating = false\n",
    )
    assert found[0].text.endswith("[X {{ y }}]")
    assert found[1].text == "---\nagpm:\n  templating: false\nv: 2\n---\n\nX {{ y }}"
    assert found[1].metadata == {"agpm": {"templating": False}, "v": 2}
    assert found[1].body == found[1].text.index("\nX")


def test_a_dependency_that_is_listed_for_another_tool_is_not_patched(render_files):
    agent = (
        "---\ndependencies:\n  snippets:\n    - {path: ../s/x.md, tool: agpm}\n---\n"
    )
    found = render_files(
        {"agents/a.md": agent, "s/x.md": "X\n"},
        f'{AGENT}[snippets]\nx = {{ path = "s/x.md", tool = "claude-code" }}\n'
        "[patch.snippets.x]\nv = 2\n",
    )
    assert {r.tool: r.text for r in found if r.type == "snippet"} == {
        "agpm": "X\n",
        "claude-code": "---\nv: 2\n---\n\nX",
    }


def test_the_extension_of_the_installed_name_selects_the_patch_format(render_files):
    (found,) = render_files(
        {"x.txt": "Some {{ text }}\n"},
        '[snippets]\nx = { path = "x.txt", filename = "x.md" }\n'
        "[patch.snippets.x]\na = 1\n",
    )
    assert found.text == "---\na: 1\n---\n\nSome {{ text }}"


# --- JSON -------------------------------------------------------------------------


def test_json_is_printed_again_with_its_keys_replaced(render_files):
    text = '{"b": {"z": 1}, "dependencies": {}, "a": [1e3, "é"], "n": 1.0}'
    (found,) = render_files(
        {"a.json": text},
        '[snippets]\na = "a.json"\n'
        '[patch.snippets.a]\nb = { c = 2 }\nnew = "{{ x }}"\n',
    )
    assert found.text == (
        '{\n  "a": [\n    1000.0,\n    "é"\n  ],\n  "b": {\n    "c": 2\n  },\n'
        '  "dependencies": {},\n  "n": 1.0,\n  "new": "{{ x }}"\n}'
    )


def test_a_server_is_patched_before_its_schema_check(render_files):
    (found,) = render_files(
        {"m.json": '{"args": ["x"]}'},
        '[mcp-servers]\nm = "m.json"\n[patch.mcp-servers.m]\ncommand = "run"\n',
    )
    assert json.loads(found.text) == {"args": ["x"], "command": "run"}


def test_pyproject_patches_as_an_agpm_toml_does(write_files):
    table = '[tool.hatch-agpm]\nagents.a = "a.md"\npatch.agents.a.x = 1\n'
    root = write_files({"pyproject.toml": table, "a.md": "A\n"})
    (found,) = render_manifest(root / "pyproject.toml")
    assert found.text == "---\nx: 1\n---\n\nA"
