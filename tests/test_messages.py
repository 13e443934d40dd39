"""What a user sees of each mistake: the whole output of a real build."""

from __future__ import annotations

import pytest

REVIEWER = "prompts/agents/reviewer.md"
LISTED = f'reviewer = "{REVIEWER}"'
TABLE = "[tool.hatch-agpm.project]"


def template(body, *dependencies):
    """A template that is rendered, with snippets it depends on."""
    listed = "".join(f"      - path: {path}\n" for path in dependencies)
    declared = f"  dependencies:\n    snippets:\n{listed}" if listed else ""
    return f"---\nagpm:\n  templating: true\n{declared}---\n{body}\n"


MISTAKES = [
    pytest.param(
        {"pyproject.toml": (TABLE, f"[tool.hatch-agpm]\noutptu = 'x'\n\n{TABLE}")},
        "tool.hatch-agpm.outptu is not a known option; did you mean 'output'?",
        id="unknown key",
    ),
    pytest.param(
        {"pyproject.toml": (LISTED, f'reviewer = {{ pth = "{REVIEWER}" }}')},
        "tool.hatch-agpm.agents.reviewer.pth is not a known option; "
        "did you mean 'path'?\n"
        "tool.hatch-agpm.agents.reviewer.path is missing",
        id="unknown key of an entry",
    ),
    pytest.param(
        {REVIEWER: None},
        "tool.hatch-agpm.agents.reviewer.path names no file, "
        "got 'prompts/agents/reviewer.md'",
        id="missing template",
    ),
    pytest.param(
        {REVIEWER: template("Text", "../snippets/pythn-tone.md")},
        "prompts/agents/reviewer.md:6: the dependency '../snippets/pythn-tone.md': "
        "there is no file 'prompts/snippets/pythn-tone.md'; "
        "did you mean 'prompts/snippets/python-tone.md'?",
        id="missing dependency",
    ),
    pytest.param(
        {
            REVIEWER: template("Text", "../snippets/a.md"),
            "prompts/snippets/a.md": template("A", "b.md"),
            "prompts/snippets/b.md": template("B", "c.md"),
            "prompts/snippets/c.md": template("C", "a.md"),
        },
        "prompts/snippets/a.md: depends on itself: prompts/snippets/a.md -> "
        "prompts/snippets/b.md -> prompts/snippets/c.md -> prompts/snippets/a.md",
        id="cycle of three",
    ),
    pytest.param(
        {REVIEWER: template("Hello {{ nobody }}!")},
        "prompts/agents/reviewer.md:5:10: 'nobody' is undefined\n"
        "    Hello {{ nobody }}!\n"
        "             ^",
        id="undefined variable",
    ),
    pytest.param(
        {REVIEWER: template("Hello {{ 1 | }}!")},
        "prompts/agents/reviewer.md:5:14: expected the name of a filter, got '}}'\n"
        "    Hello {{ 1 | }}!\n"
        "                 ^",
        id="syntax error",
    ),
    pytest.param(
        {REVIEWER: template("Text", "../../../outside.md")},
        "prompts/agents/reviewer.md:6: the dependency '../../../outside.md': "
        "'prompts/agents/../../../outside.md' leads out of the project; "
        "move the file into the project",
        id="dependency outside the project",
    ),
    pytest.param(
        {"pyproject.toml": (LISTED, 'reviewer = "../reviewer.md"')},
        "tool.hatch-agpm.agents.reviewer.path: '../reviewer.md' leads out of the "
        "project; move the file into the project",
        id="template outside the project",
    ),
    pytest.param(
        {REVIEWER: "---\nname: [a\nagpm:\n  templating: true\n---\nText\n"},
        "prompts/agents/reviewer.md:3:5: invalid YAML: did not find expected ',' or "
        "']'\n"
        "    agpm:\n"
        "        ^",
        id="invalid YAML",
    ),
    pytest.param(
        {REVIEWER: template("A\nB \udcff").encode("utf-8", "surrogateescape")},
        "prompts/agents/reviewer.md:6: is not UTF-8 text, got byte 0xff; "
        "save the file as UTF-8",
        id="not UTF-8",
    ),
    pytest.param(
        {
            "pyproject.toml": (
                '[project]\nname = "flat"\nversion = "1"\n\n'
                "[tool.hatch.build.hooks.agpm]\n"
            ),
            REVIEWER: None,
            "prompts/scripts/check.sh": None,
            "prompts/snippets/python-tone.md": None,
        },
        "tool.hatch-agpm lists no resource, and none is found in prompts/agents, "
        "prompts/commands, ...; list them, or move the templates there",
        id="no resource",
    ),
    pytest.param(
        {
            "pyproject.toml": (
                LISTED,
                're-viewer = "prompts/snippets/python-tone.md"\n'
                're_viewer = "docs/rules.md"',
            )
        },
        "agents/re-viewer and agents/re_viewer: would all be read as "
        "prompts.agents.re_viewer; rename one of them",
        id="two resources with one name",
    ),
    pytest.param(
        {"docs/rules.md": None},
        "prompts/agents/reviewer.md:13:25: the file 'docs/rules.md' does not exist\n"
        "    {{ agpm.project.rules | content }}\n"
        "                            ^",
        id="missing file of the content filter",
    ),
    pytest.param(
        {"pyproject.toml": ('name = "flat"', 'name = "round"')},
        "tool.hatch-agpm.output is missing: there is no package 'round'; "
        'say where the prompts go: output = "<package>/prompts"',
        id="no package for the output",
    ),
]


@pytest.mark.parametrize(("changes", "message"), MISTAKES)
def test_a_mistake_is_reported_in_one_message(copy_project, error_of, changes, message):
    project = copy_project("flat")
    for path, change in changes.items():
        file = project / path
        if change is None:
            file.unlink()
        elif isinstance(change, tuple):
            text = file.read_text(encoding="utf-8")
            assert change[0] in text
            file.write_text(text.replace(*change), encoding="utf-8")
        else:
            data = change if isinstance(change, bytes) else change.encode()
            file.write_bytes(data)

    assert error_of(project) == f"hatch-agpm: {message}\n"
