"""
What the commands cost grows as the number of templates and of their dependencies.

Calls are counted, of projects of three sizes.  `tree --invert` has a line for each pair
of a file and a prompt up to a limit, and is tested beside `tree`.
"""

from __future__ import annotations

import contextlib
import io
import shutil

import pytest
from commands import HEAD

from hatch_agpm.cli.main import main

pytestmark = pytest.mark.slow

SIZES = (16, 32, 64)
MOST = 2.15
"""What the second doubling may add, if the first adds 1; 2 is linear, 4 quadratic."""


def template(*paths, embeds=False, install=True):
    """Return a template with these dependencies."""
    lines = [
        f"    - {{path: {path}, name: n{number}, install: {str(install).lower()}}}"
        for number, path in enumerate(paths)
    ]
    dependencies = ["dependencies:", "  snippets:", *lines] if lines else []
    body = ["Text of {{ agpm.project.name }}."]
    if embeds:
        body += (
            f"{{{{ agpm.deps.snippets.n{n}.content }}}}" for n in range(len(paths))
        )
    head = ["---", "agpm: {templating: true}", *dependencies, "---"]
    return "\n".join([*head, *body, ""])


def chain(size):
    return {
        f"snippets/s{number:04}.md": template(f"s{number + 1:04}.md")
        if number + 1 < size
        else template()
        for number in range(size)
    }


def ladder(size):
    levels = size // 2
    return {
        f"snippets/{side}{level:04}.md": template(
            f"a{level + 1:04}.md", f"b{level + 1:04}.md"
        )
        if level + 1 < levels
        else template()
        for level in range(levels)
        for side in "ab"
    }


def star(size):
    of_agent = template("../snippets/s.md", embeds=True, install=False)
    agents = {f"agents/a{number}.md": of_agent for number in range(size)}
    return agents | {"snippets/s.md": template()}


def fan(size):
    paths = [f"../snippets/s{number}.md" for number in range(size)]
    snippets = {f"snippets/s{number}.md": template() for number in range(size)}
    return snippets | {"agents/a.md": template(*paths, embeds=True, install=False)}


def skills(size):
    return {
        f"skills/k{number}/SKILL.md": f"---\nname: k{number}\n"
        f"description: Does task {number}.\n---\nDo it.\n"
        for number in range(size)
    }


def skill(size):
    files = {f"skills/k0/f{number}.md": f"File {number}.\n" for number in range(size)}
    return skills(1) | files


SHAPES = {each.__name__: each for each in (chain, ladder, star, fan, skills, skill)}
COMMANDS = {
    "list": ("list",),
    "check": ("check",),
    "tree": ("tree",),
    "bundle": ("render", "--bundle", "BUNDLE"),
    "stub": ("stub",),
    "preview": ("preview", "--against", "OLD", "--output", "PAGE"),
    "diff": ("diff", "OLD"),
    "verify": ("verify", "WHEEL"),
    "add": ("add", "WHEEL"),
}


@pytest.fixture(params=SHAPES)
def projects(request, write_files, build, tmp_path):
    """Write projects of one shape, each with an older state and a wheel."""
    made = []
    for size in (SIZES[0], *SIZES):
        top = tmp_path / f"p{len(made)}"
        texts = SHAPES[request.param](size)
        last = list(texts)[-1]
        for name, changes in (("new", {last: texts[last] + "More.\n"}), ("old", {})):
            files = {"pyproject.toml": HEAD, "acme/__init__.py": ""}
            files |= {f"prompts/{p}": text for p, text in {**texts, **changes}.items()}
            write_files({f"p{len(made)}/{name}/{p}": text for p, text in files.items()})
        wheel = build(top / "new").artefact
        shutil.copy(wheel, top)
        made.append((top, top / wheel.name))
    return made


def run(top, wheel, command):
    """Run a command in a project of which nothing has been written before."""
    places = {"OLD": top / "old", "PAGE": top / "p.html", "BUNDLE": top / "bundle"}
    places["WHEEL"] = wheel
    arguments = [str(places.get(each, each)) for each in command]
    in_project = [] if command[0] == "verify" else ["--project", str(top / "new")]
    with contextlib.redirect_stdout(io.TextIOWrapper(io.BytesIO(), "utf-8")):
        assert main([*arguments, *in_project]) == 0


def test_what_a_command_costs_grows_as_the_project(projects, count_calls):
    too_much = {}
    for name, command in COMMANDS.items():
        # The first run of a command imports and compiles.
        _, few, more, many = (
            count_calls(run, *project, command).total() for project in projects
        )
        if many - more > MOST * max(more - few, 1_000):
            too_much[name] = (few, more, many)
    assert too_much == {}


@pytest.mark.parametrize(
    "command",
    [("check",), ("tree",), ("tree", "--invert"), ("diff", "."), ("render", "s0000")],
    ids=" ".join,
)
def test_a_long_chain_needs_no_recursion(write_files, monkeypatch, command):
    texts = {f"prompts/{path}": text for path, text in chain(2_000).items()}
    files = {"pyproject.toml": HEAD, "acme/__init__.py": ""}
    root = write_files({**files, **texts})
    monkeypatch.chdir(root)
    name = [f"snippets/{each}" if each == "s0000" else each for each in command]
    with contextlib.redirect_stdout(io.TextIOWrapper(io.BytesIO(), "utf-8")):
        assert main(name) == 0
