"""What a search of directories follows, and what it leaves out."""

import os

import pytest

from hatch_agpm import render_manifest
from hatch_agpm.errors import AgpmError, ProblemsError

HEAD = '[project]\nname = "acme"\nversion = "1"\n[tool.hatch-agpm]\n'
SKILL = "---\nname: net\ndescription: d\n---\n"
LOCK = 'version = 1\n\n[[source]]\nname = "{name}"\ndirectory = "{directory}"\n'


@pytest.fixture
def names(write_files):
    """Return the names of the prompts of files, links and a table."""

    def found(files, links, table=""):
        root = write_files({**files, "pyproject.toml": HEAD + table})
        for path, target in links.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).symlink_to(target)
        rendered = render_manifest(root / "pyproject.toml", project={"name": "acme"})
        return {(each.type, each.bundle_name) for each in rendered}

    return found


def problems_of(names, *arguments):
    with pytest.raises(AgpmError) as caught:
        names(*arguments)
    error = caught.value
    return list(error.problems) if isinstance(error, ProblemsError) else [error]


@pytest.mark.parametrize(
    ("files", "links", "table", "expected"),
    [
        (
            {"shared/tone.md": "x", "p/a.md": "a"},
            {"p/more": "../shared"},
            'prompts = "p"\n',
            {("prompt", "a"), ("prompt", "more/tone")},
        ),
        (
            {"shared/agents/b.md": "x", "prompts/a.md": "a"},
            {"prompts/agents": "../shared/agents"},
            "",
            {("prompt", "a"), ("agent", "b")},
        ),
        (
            {"p/v1/a.md": "a"},
            {"p/v2": "v1"},
            'prompts = "p"\n',
            {("prompt", "v1/a"), ("prompt", "v2/a")},
        ),
        (
            {"one/a.md": "a", "two/b.md": "b", "p/c.md": "c"},
            {"p/one": "../one", "one/two": "../two"},
            'prompts = "p"\n',
            {("prompt", "c"), ("prompt", "one/a"), ("prompt", "one/two/b")},
        ),
        (
            {"shared/a.md": "a", "shared/x.txt": "x", "p/c.md": "c"},
            {"p/s": "../shared"},
            '[[tool.hatch-agpm.agents]]\npath = "p"\nexclude = ["s/*.txt"]\n',
            {("agent", "c"), ("agent", "s/a")},
        ),
        (
            {"shared/run.py": "a"},
            {"prompts/scripts/s": "../../shared"},
            "",
            {("script", "s/run")},
        ),
    ],
)
def test_a_link_to_a_directory_is_followed(files, links, table, expected, names):
    assert names(files, links, table) == expected


@pytest.mark.parametrize(
    ("files", "links", "path"),
    [
        ({}, {"p/out": "/usr"}, "p/out"),
        ({}, {"p/out": os.pardir + "/.."}, "p/out"),
        ({}, {"p/loop": "."}, "p/loop"),
        ({}, {"p/loop": ".."}, "p/loop"),
        ({"p/x/b.md": ""}, {"p/x/loop": "../../p"}, "p/x/loop"),
        ({"q/b.md": ""}, {"p/q": "../q", "q/p": "../p"}, "p/q/p"),
        ({}, {"p/gone": "nowhere"}, "p/gone"),
    ],
)
def test_a_link_that_cannot_be_followed_is_an_error(files, links, path, names):
    (problem,) = problems_of(names, {"p/a.md": "", **files}, links, 'prompts = "p"\n')
    assert path in str(problem)


def test_a_link_that_is_excluded_need_not_be_followed(names):
    table = '[[tool.hatch-agpm.prompts]]\npath = "p"\nexclude = ["out", "x/loop"]\n'
    links = {"p/out": "/usr", "p/x/loop": "../../p"}
    files = {"p/a.md": "", "p/x/b.md": ""}
    assert names(files, links, table) == {("prompt", "a"), ("prompt", "x/b")}


def test_a_link_in_place_of_a_skill_is_an_error(names):
    files = {"shared/net/SKILL.md": SKILL, "prompts/a.md": ""}
    (problem,) = problems_of(names, files, {"prompts/skills/net": "../../shared/net"})
    assert "prompts/skills/net" in str(problem)


VENDORED = {"prompts/vendor/acme/x.md": "x", "prompts/a.md": "a"}


@pytest.mark.parametrize(
    ("directory", "table", "expected"),
    [
        ("prompts/vendor/acme", 'prompts = "prompts"\n', {("prompt", "a")}),
        (
            "prompts/vendor/other",
            'prompts = "prompts"\n',
            {("prompt", "a"), ("prompt", "vendor/acme/x")},
        ),
        ("prompts/vendor/acme", 'agents = "prompts/vendor"\n', None),
        (
            "prompts/vendor/acme",
            'agents = "prompts/vendor/acme"\n',
            {("agent", "x"), ("prompt", "a")},
        ),
        ("prompts/agents", "", {("prompt", "a")}),
    ],
)
def test_copies_of_other_sources_are_not_found(directory, table, expected, names):
    lock = LOCK.format(name="acme", directory=directory)
    more = {"prompts/agents/b.md": "b"} if directory == "prompts/agents" else {}
    files = {**VENDORED, **more, "hatch-agpm.lock": lock}
    if expected is None:
        (problem,) = problems_of(names, files, {}, table)
        assert problem.key == "tool.hatch-agpm.agents"
    else:
        assert names(files, {}, table) == expected


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "readme.txt",
        "LICENSE",
        "LICENSE.txt",
        "agpm.toml",
        "agpm.lock",
        "hatch-agpm.lock",
        ".hidden",
        "Thumbs.db",
        "x.py",
    ],
)
def test_some_files_in_prompts_are_no_prompts(name, names):
    files = {f"prompts/{name}": "version = 1\n", "prompts/a.md": "a"}
    assert names(files, {}) == {("prompt", "a")}


@pytest.mark.parametrize(
    "lock", ["", "x", "source = 3\n", "source = [1]\n", "[[source]]\n"]
)
def test_a_lock_file_that_is_damaged_hides_nothing(lock, names):
    files = {"prompts/agents/a.md": "a", "hatch-agpm.lock": lock}
    assert names(files, {}) == {("agent", "a")}


def test_an_unknown_tool_of_a_directory_is_reported_once(names):
    table = '[[tool.hatch-agpm.agents]]\npath = "p"\ntool = "nope"\n'
    (problem,) = problems_of(names, {"p/a.md": "", "p/b.md": ""}, {}, table)
    assert "agents[0]: the tool 'nope'" in str(problem)
