"""The messages about sources: directories, and distributions with templates."""

import pytest

from hatch_agpm.errors import AgpmError

SHARED = '[sources]\nshared = "./shared"\n'


GIT = (
    "a build reads no Git repository: name a directory that has its files, or a "
    "Python distribution that ships them"
)


@pytest.mark.parametrize(
    ("manifest", "message"),
    [
        (
            '[sources]\nx = "https://e.org/x.git"\n'
            '[agents]\na = { source = "x", path = "a.md" }\n',
            f"agents.a.source is not supported, got 'x'; {GIT}",
        ),
        *(
            (
                f'sources.x = "{url}"\nagents.a = {{ source = "x", path = "a" }}\n',
                f"agents.a.source is not supported, got 'x'; {GIT}",
            )
            for url in ("git@e.org:o/x.git", "ssh://e/x", "file:///x", "me@host:x")
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
            f"agents.a.branch is not supported; {GIT}",
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
            "sources.x must be a directory, or a table with a distribution, got 3",
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
    assert str(caught.value) == f"agpm.toml: {message}"


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
