"""The messages about sources: directories, and distributions with templates."""

import hashlib
import tomllib

import pytest
from template_packages import render

from hatch_agpm.config.project import read_built_project
from hatch_agpm.errors import AgpmError, ContentError
from hatch_agpm.model.build import BuildContext
from hatch_agpm.rendering.renderer import render_project
from hatch_agpm.sources.tree import Tree

SHARED = '[sources]\nshared = "./shared"\n'


NOT_VENDORED = (
    "hatch-agpm.lock: does not exist, and templates of Git repositories are vendored; "
    "run `hatch-agpm vendor`"
)
ONLY_GIT = "it is of a Git repository that is listed under 'sources'"


@pytest.mark.parametrize(
    ("manifest", "message"),
    [
        (
            '[sources]\nx = "https://e.org/x.git"\n'
            '[agents]\na = { source = "x", path = "a.md" }\n',
            NOT_VENDORED,
        ),
        *(
            (
                f'sources.x = "{url}"\nagents.a = {{ source = "x", path = "a" }}\n'
                'agents.b = { source = "x", path = "b", version = "^1" }\n',
                NOT_VENDORED,
            )
            for url in ("git@e.org:o/x.git", "ssh://e/x", "file:///x", "host:x")
        ),
        (
            'sources.x = "ext::sh -c id"\nsources.y = "https://me:secret@e.org/y"\n',
            "sources.x names a program that git would run; write "
            "https://..., ssh://...\nagpm.toml: sources.y has a password, which would "
            "be published; delete it: git asks your credential helper",
        ),
        (
            'sources.x = "https://e.org/x.git"\nsources.y = "https://e.org/x/"\n',
            "sources.y is the same repository as 'x'; use one name for it",
        ),
        (
            'sources.x = "https://e.org/x"\n[agents]\n'
            'a = { source = "x", path = "a.md", version = "" }\n'
            'b = { source = "x", path = "b.md", branch = "--exec=x" }\n'
            'c = { source = "x", path = "c.md", rev = "a\\nb" }\n',
            "agents.a.version must not be empty, got ''\n"
            "agpm.toml: agents.b.branch begins with '-', so git would read it as an "
            "option, got '--exec=x'\n"
            "agpm.toml: agents.c.rev has a control character, got 'a\\nb'",
        ),
        (
            SHARED + '[agents]\na = { source = "sharde", path = "a.md" }\n',
            "agents.a.source is not known, got 'sharde'; did you mean 'shared'?",
        ),
        (
            '[agents]\na = { source = "x", path = "a.md" }\n',
            "agents.a.source is not known, got 'x'; list it under 'sources'",
        ),
        (
            SHARED
            + '[agents]\na = { source = "shared", path = "a.md", version = "1" }',
            "agents.a.version is not supported; give the version of a distribution in "
            "the 'sources' table",
        ),
        (
            '[agents]\na = { path = "a.md", branch = "main" }',
            f"agents.a.branch has no effect here; {ONLY_GIT}",
        ),
        (
            '[sources]\nx = "/x"\ny = "~/y"\n',
            "sources.x must be relative to the manifest, got '/x'; a build on another "
            "machine could not find it\nagpm.toml: sources.y must be relative to the "
            "manifest, got '~/y'; a build on another machine could not find it",
        ),
        (
            '[sources]\nx = "../x"\n',
            "sources.x names no directory, got '../x'",
        ),
        (
            '[sources]\nx = "share"\ny = "a.md"\n',
            "sources.x names no directory, got 'share'; did you mean 'shared'?\n"
            "agpm.toml: sources.y names no directory, got 'a.md'",
        ),
        ('[sources]\nx = ""\n', "sources.x must not be empty, got ''"),
        (
            "[sources]\nx = 3\n",
            "sources.x must be a directory, or a table with a distribution or a "
            "repository, got 3",
        ),
        (
            SHARED + '[agents]\na = { source = "shared", path = "b.md" }\n',
            "agents.a.path names no file, got 'b.md'; did you mean 'shared/a.md'?",
        ),
        (
            SHARED + '[agents]\na = { source = "shared", path = "../a.md" }\n',
            "agents.a.path: 'a.md' leads out of the source 'shared'",
        ),
        (
            SHARED + '[agents]\na = { source = "shared", path = "../*.md" }\n',
            "agents.a.path: 'a.md' leads out of the source 'shared'",
        ),
    ],
)
def test_a_source_that_cannot_be_read_is_reported(manifest, message, render_files):
    with pytest.raises(AgpmError) as caught:
        render_files({"a.md": "A", "shared/a.md": "A"}, manifest)
    file = "" if message == NOT_VENDORED else "agpm.toml: "
    assert str(caught.value) == file + message


def test_a_dependency_outside_of_its_source_is_reported(render_files):
    """AGPM does the same."""
    body = "---\nagpm:\n  dependencies:\n    snippets:\n      - path: ../x.md\n---\n"
    with pytest.raises(AgpmError) as caught:
        render_files(
            {"shared/a.md": body, "x.md": "X"},
            SHARED + '[agents]\na = { source = "shared", path = "a.md" }\n',
        )
    assert str(caught.value) == (
        "shared/a.md:5: the dependency '../x.md': 'x.md' leads out of the source "
        "'shared'"
    )


EXPORTED = {"lib/snippets/tone.md": "Tone.", "lib/rules.txt": "no tabs."}


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (
            "{ distribtion = 'x' }",
            "sources.acme.distribtion is not a known option; did you mean "
            "'distribution'?\ntool.hatch-agpm.sources.acme.distribution is missing",
        ),
        (
            "{ distribution = '-x' }",
            "sources.acme.distribution is not the name of a distribution, got '-x'",
        ),
        (
            "{ distribution = 'x', version = '1.2' }",
            "sources.acme.version is not a version specifier, got '1.2'; write "
            "'>=1.2', '==1.2.*', '>=1.2,<2', ...",
        ),
        (
            "{ distribution = 'x' }\nsources.other = { distribution = 'X' }",
            "sources.other names the same distribution as 'acme'; use one name for it",
        ),
        (
            "{ distribution = 'x' }\nsources.ACME = { distribution = 'y' }",
            "sources.ACME differs from 'acme' in case only; some file systems would "
            "keep one of them; rename it",
        ),
    ],
)
def test_an_invalid_table_is_reported(table, message, make_package):
    app = make_package("app", {"prompts/agents/a.md": "A"}, f"sources.acme = {table}\n")
    with pytest.raises(AgpmError) as caught:
        render(app)
    assert str(caught.value) == f"tool.hatch-agpm.{message}"


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ('templates = "../lib"', "must be a directory inside the project, written "),
        ('templates = "libs"', "names no directory, got 'libs'; did you mean 'lib'?"),
        ('templates = "lib/rules.txt"', "names no directory, got 'lib/rules.txt'"),
        ('templates = "empty"', "names an empty directory, got 'empty'"),
        (
            'templates = "acme_prompts"',
            "holds the output directory, acme_prompts/prompts",
        ),
    ],
)
def test_templates_that_cannot_be_exported_are_reported(table, message, make_package):
    project = make_package("acme-prompts", {**EXPORTED, "empty/.keep": ""}, table)
    tables = tomllib.loads((project / "pyproject.toml").read_text())
    context = BuildContext(project, tables, metadata={}, distribution="acme-prompts")
    with pytest.raises(AgpmError) as caught:
        render_project(read_built_project(context), context)
    assert str(caught.value).startswith(f"tool.hatch-agpm.templates {message}")


TREE = [
    ("l.md", "'l.md' leads out of the project through a link; move the file into the "
     "project"),
    ("../x.md", "'../x.md' leads out of the project; move the file into the project"),
    ("/x.md", "the path '/x.md' must be relative to the project; a build on another "
     "machine could not find it"),
    ("\udcff.md", "the path '\\udcff.md' is not UTF-8 text"),
    ("x" * 300, f"cannot read '{'x' * 300}': File name too long"),
    ("d", "d: is a directory, not a file"),
    ("k", "k: is a link, not a file"),
    ("/dev/null", "the path '/dev/null' must be relative to the project; a build on "
     "another machine could not find it"),
    ("z", "z: cannot be read: No such file or directory"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "message"), TREE)
def test_a_path_that_cannot_be_read_is_reported(write_files, path, message):
    root = write_files({"p/d/a.md": "", "x.md": ""}) / "p"
    (root / "l.md").symlink_to("../x.md")
    (root / "k").symlink_to("d")
    tree = Tree(root, root)
    with pytest.raises(ContentError) as caught:
        (tree.read if path in {"d", "k", "z"} else tree.locate)(path)
    assert str(caught.value) == message


EXTERNAL = [
    ('s = "../promts"', "sources.s names no directory, got '../promts'"),
    ('s = "../s"\nS = "../s"', "sources.S differs from 's' in case only; some file "
     "systems would keep one of them; rename it"),
    ('aux = "../s"', "sources.aux has the name of a device on Windows; rename it"),
    ('s = "../s"\n[tool.hatch-agpm.agents]\na = {source = "s", path = "../x.md"}',
     "agents.a.path: '../x.md' leads out of the source 's'; move the file into the "
     "source 's'"),
    ('s = "../s"\n[tool.hatch-agpm.agents]\na = {source = "s", path = "/x.md"}',
     "agents.a.path: the path '/x.md' must be relative to the source 's'; a build on "
     "another machine could not find it"),
]  # fmt: skip


@pytest.mark.parametrize(("sources", "message"), EXTERNAL)
def test_a_directory_outside_of_the_project_is_reported(write_files, sources, message):
    table = f"[tool.hatch-agpm.sources]\n{sources}\n"
    files = {"s/a.md": "A", "app/prompts/agents/b.md": "B", "app/app/__init__.py": ""}
    root = write_files(files) / "app"
    context = BuildContext(root, tomllib.loads(table), metadata={}, distribution="app")
    with pytest.raises(AgpmError) as caught:
        render_project(read_built_project(context), context)
    assert str(caught.value) == f"tool.hatch-agpm.{message}"


OUTSIDE = """\
[project]
name = "app"
version = "1"
[tool.hatch.build.hooks.agpm]
[tool.hatch-agpm]
output = "app/prompts"
[tool.hatch-agpm.sources]
shared = "../shared"
[tool.hatch-agpm.agents]
a = { source = "shared", path = "a.md" }
"""
MARKER = ".hatch-agpm/sources.json"
COPY = ".hatch-agpm/sources/shared/a.md"
AGAIN = "unpack the sdist again"


@pytest.fixture
def beside(write_files):
    """A project that takes its templates from a directory beside it."""
    files = {
        "app/pyproject.toml": OUTSIDE,
        "app/app/__init__.py": "",
        "shared/a.md": "",
    }
    return write_files(files) / "app"


def list_another_file(copy):
    marker = copy.parents[2] / "sources.json"
    marker.write_text(marker.read_text().replace("a.md", "../a.md"))


def replace_by_link(copy):
    copy.rename(copy.parent / "b.md")
    copy.symlink_to("b.md")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda copy: copy.unlink(), f"{COPY}: is missing; {AGAIN}"),
        (
            lambda copy: copy.write_text("x"),
            f"{COPY}: has changed: its sha256 is "
            f"{hashlib.sha256(b'x').hexdigest()}, not {hashlib.sha256().hexdigest()}; "
            f"{AGAIN}",
        ),
        (replace_by_link, f"{COPY}: is a link, not a file; {AGAIN}"),
        (
            list_another_file,
            f"{MARKER}: lists the file '../a.md', which is not below its own directory",
        ),
    ],
)
def test_a_damaged_copy_of_an_sdist_is_reported(
    beside, build, unpack, error_of, damage, message
):
    root = unpack(build(beside, "sdist").artefact)
    damage(root / COPY)
    assert error_of(root) == f"hatch-agpm: {message}\n"


def test_copies_in_a_tree_are_reported(beside, error_of):
    (beside / ".hatch-agpm").mkdir()
    (beside / MARKER).write_text("{}")
    assert error_of(beside) == (
        "hatch-agpm: .hatch-agpm: holds the copies of an sdist, but this is not an "
        "unpacked sdist; move it away\n"
    )


def test_names_of_a_source_that_are_equal_on_some_systems_are_reported(
    beside, edit, error_of
):
    (beside.parent / "shared/A.md").write_text("A")
    edit(beside, "", 'b = { source = "shared", path = "A.md" }\n')
    assert error_of(beside, "sdist") == (
        "hatch-agpm: A.md and a.md: are the same file of the source 'shared' on "
        "systems that ignore case or composed letters; rename one of them\n"
    )


def test_content_of_the_project_and_of_a_source_is_reported(beside, error_of):
    body = "---\nagpm: {templating: true}\n---\n{{ 'b.md' | content }}\n"
    (beside.parent / "shared/a.md").write_text(body)
    for directory in (beside, beside.parent / "shared"):
        (directory / "b.md").write_text("B")
    assert error_of(beside).splitlines()[0] == (
        "hatch-agpm: ../shared/a.md:4:13: 'b.md' is in the project and in the source "
        "'shared'; rename one of the two"
    )
