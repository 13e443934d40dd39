"""`tree` prints the files of each prompt, and with `--invert` who uses a file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from commands import HEAD

from hatch_agpm.cli.main import main

TEMPLATE = """\
---
dependencies:
  snippets: [{path: ../snippets/NAME.md, name: one}]
agpm:
  templating: true
---
{{ agpm.deps.snippets.one.content }}
"""
FILES = {
    "pyproject.toml": HEAD,
    "acme/__init__.py": "",
    "prompts/agents/a.md": TEMPLATE.replace("NAME", "style"),
    "prompts/agents/b.md": TEMPLATE.replace("NAME", "tone"),
    "prompts/snippets/style.md": TEMPLATE.replace("NAME", "tone"),
    "prompts/snippets/tone.md": "Be kind.\n",
}


@pytest.fixture
def tree(write_files, capsys):
    root = write_files(FILES)

    def run(*arguments):
        assert main(["tree", *arguments, "--project", str(root)]) == 0
        return capsys.readouterr().out.splitlines()

    return run


def test_each_prompt_has_its_files_below_it(tree):
    lines = tree()
    assert re.fullmatch(r"agents/a \(~?\d+ tokens\)", lines[0])
    assert lines[1:4] == [
        "  prompts/agents/a.md",
        "    prompts/snippets/style.md",
        "      prompts/snippets/tone.md",
    ]
    assert [line.split(" ")[0] for line in lines if line[0] != " "] == [
        "agents/a",
        "agents/b",
        "snippets/style",
        "snippets/tone",
    ]


def test_one_prompt_is_shown_by_its_name(tree):
    assert tree("agents/b")[1:] == [
        "  prompts/agents/b.md",
        "    prompts/snippets/tone.md",
    ]


def test_a_file_has_the_prompts_below_it_that_are_made_of_it(tree):
    assert tree("prompts/snippets/tone.md", "--invert") == [
        "prompts/snippets/tone.md",
        "  agents/a (prompts/agents/a.md > prompts/snippets/style.md)",
        "  agents/b (prompts/agents/b.md)",
        "  snippets/style (prompts/snippets/style.md)",
        "  snippets/tone",
    ]
    for name in ("prompts/agents/a.md", "agents/a"):
        assert tree(name, "--invert") == ["prompts/agents/a.md", "  agents/a"]


def test_variants_are_shown_below_the_files_that_they_use(capsys):
    example = Path(__file__).parents[3] / "example_pkg"
    path = "prompts/styleguides/rust-styleguide.md"
    assert main(["tree", "--invert", path, "--project", str(example)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        path,
        "  agents/backend-engineer-rust (prompts/agents/backend-engineer.md)",
    ]


def test_a_file_that_is_used_twice_is_shown_once_with_its_own(write_files, capsys):
    both = TEMPLATE.replace("NAME", "style").replace(
        "name: one}]", "name: one}, {path: ../snippets/style.md, name: two}]"
    )
    agents = {"prompts/agents/a.md": both}
    root = write_files({**FILES, **agents})
    assert main(["tree", "agents/a", "--project", str(root)]) == 0
    assert capsys.readouterr().out.count("prompts/snippets/style.md") == 1


def test_a_wheel_has_the_same_tree(tree, write_files, build, capsys):
    wheel = build(write_files(FILES)).artefact
    assert main(["tree", "agents/a", str(wheel)]) == 0
    assert capsys.readouterr().out.splitlines() == tree("agents/a")


@pytest.mark.parametrize("options", [["agents/c"], ["prompts/c.md", "--invert"]])
def test_an_unknown_name_is_reported(write_files, capsys, options):
    root = write_files(FILES)
    assert main(["tree", *options, "--project", str(root)]) == 1
    assert options[0] in capsys.readouterr().err


def test_what_a_file_uses_is_shown_once(tree):
    lines = tree()
    assert lines[lines.index("  prompts/snippets/style.md (as above)") - 1].startswith(
        "snippets/style"
    )


def test_the_tree_of_a_chain_does_not_grow_with_its_square(write_files, capsys):
    sizes = []
    for length in (20, 40):
        files = {
            f"prompts/snippets/s{n:02}.md": TEMPLATE.replace("NAME", f"s{n + 1:02}")
            for n in range(length)
        }
        files[f"prompts/snippets/s{length:02}.md"] = "Be kind.\n"
        top = {f"chain{length}/{path}": text for path, text in files.items()}
        project = {
            f"chain{length}/pyproject.toml": HEAD,
            f"chain{length}/acme/__init__.py": "",
        }
        root = write_files({**project, **top}) / f"chain{length}"
        assert main(["tree", "--project", str(root)]) == 0
        sizes.append(capsys.readouterr().out.count("\n"))
    assert sizes[1] < 2.2 * sizes[0]
