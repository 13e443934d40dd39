"""`tree` prints the files of each prompt, and with `--invert` who uses a file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from commands import HEAD
from input_graphs import chain, ladder, snapshot, star

from hatch_agpm.cli.main import main
from hatch_agpm.cli.viewing.branches import branches
from hatch_agpm.cli.viewing.users import users_of, users_of_all

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


def users(path, uses, **options):
    return [*users_of(path, [*snapshot(uses, **options).texts.values()])]


def users_of_each(uses, **options):
    """Return the lines below each file."""
    found, path = {}, ""
    for line in users_of_all([*snapshot(uses, **options).texts.values()]):
        if line.startswith("  "):
            found[path].append(line)
        else:
            path = line
            found[path] = []
    return found


def test_a_file_has_the_same_users_alone_and_among_all():
    for uses in (chain(30), ladder(5), star(20), [(1, 2), (2,), (), (0, 2)]):
        for path, lines in users_of_each(uses).items():
            assert users(path, uses) == [path, *lines]


def test_the_shortest_way_is_shown_and_the_first_of_these():
    uses = [(1, 2), (3,), (3, 4), (4,), ()]
    assert users("f00004.md", uses, texts=[0]) == [
        "f00004.md",
        "  t00000 (f00000.md > f00002.md)",
    ]
    assert users("f00003.md", uses, texts=[0]) == [
        "f00003.md",
        "  t00000 (f00000.md > f00001.md)",
    ]


@pytest.mark.parametrize("users_in", [users, lambda path, *_: lines_of_all(path)])
def test_the_middle_of_a_long_way_is_left_out(users_in):
    first = " > ".join(f"f{number:05}.md" for number in range(4))
    last = " > ".join(f"f{number:05}.md" for number in range(8, 12))
    lines = users_in("f00012.md", chain(50))
    assert f"  t00000 ({first} > 4 more > {last})" in lines
    lines = users_in("f00008.md", chain(50))
    whole = " > ".join(f"f{number:05}.md" for number in range(8))
    assert f"  t00000 ({whole})" in lines


def lines_of_all(path):
    return users_of_each(chain(50))[path]


def test_among_all_files_one_has_a_limited_number_of_indirect_users():
    lines = users_of_each(chain(400))["f00399.md"]
    assert lines[:2] == ["  t00398 (f00398.md)", "  t00399"]
    assert lines[2].startswith("  and 398 more")
    assert len(lines) == 3
    assert len(users("f00399.md", chain(400))) == 401


def test_among_all_files_one_has_all_its_direct_users():
    assert len(users_of_each(star(400))["f00400.md"]) == 401


@pytest.mark.parametrize("make", [chain, ladder, star])
def test_users_cost_as_much_as_there_are_files(make, count_calls):
    def all_of(size):
        texts = [*snapshot(make(size)).texts.values()]
        return lambda: list(users_of_all(texts))

    def last_of(size):
        texts = [*snapshot(make(size)).texts.values()]
        return lambda: list(users_of(texts[-1].top, texts))

    for work in (all_of, last_of):
        few, more, many = (
            count_calls(work(size)).total() for size in (300, 600, 1_200)
        )
        assert many - more < 2.3 * (more - few)


@pytest.mark.parametrize("make", [chain, ladder, star])
def test_branches_have_a_line_for_each_use(make):
    uses = make(500)
    texts = snapshot(uses).texts.values()
    seen = set()
    lines = [line for text in texts for line in branches(text.graph, text.tops, seen)]
    assert len(lines) <= len(uses) + sum(map(len, uses))


def test_a_repeated_branch_is_marked():
    (text, *_) = snapshot(ladder(3)).texts.values()
    assert [line.strip() for line in branches(text.graph, text.tops)] == [
        "f00000.md",
        "f00002.md",
        "f00004.md",
        "f00005.md",
        "f00003.md",
        "f00004.md",
        "f00005.md",
    ]
    (text, *_) = snapshot(ladder(4)).texts.values()
    lines = [*branches(text.graph, text.tops)]
    assert lines.count("      f00004.md (as above)") == 1


def test_a_long_chain_needs_no_recursion():
    texts = [*snapshot(chain(5_000)).texts.values()]
    assert len([*branches(texts[0].graph, texts[0].tops)]) == 5_000
    assert len([*users_of("f04999.md", texts)]) == 5_001
    assert [*users_of_all(texts)][-1].startswith("  and 4,998 more")
