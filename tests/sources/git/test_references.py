"""Which commit a version of a Git source means: AGPM's rules."""

import json
from pathlib import Path

import pytest
from git_repositories import HISTORY, GitRepository, versioned_repository

from hatch_agpm.errors import ContentError
from hatch_agpm.sources.git.references import (
    References,
    fitting_tags,
    is_version,
    resolve_version,
)
from hatch_agpm.sources.git.repository import Repository

CASES = Path(__file__).parents[4] / "shared/conformance/git_versions.jsonl"
COMMITS = [f"{number + 1:x}" * 40 for number in range(11)]
REFERENCES = References(
    tags={tag: COMMITS[at] for at, tags in enumerate(HISTORY) for tag in tags},
    branches={"main": COMMITS[9], "dev": COMMITS[10], "feature/x": COMMITS[5]},
    default_branch="main",
    find_commit=lambda digits: next(
        (each for each in COMMITS if each.startswith(digits)), ""
    ),
)


def resolved(asked):
    found = resolve_version(asked, REFERENCES)
    return found.version, COMMITS.index(found.commit)


@pytest.mark.skipif(not CASES.is_file(), reason="the cases are not here")
def test_versions_are_what_the_program_chooses(tmp_path, monkeypatch):
    """All cases, on a repository with the history that they are about."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    made, commits = versioned_repository(tmp_path / "repository")
    repository = Repository(made.address, tmp_path)
    repository.fetch()
    references = repository.references()
    cases = [json.loads(line) for line in CASES.read_text("utf-8").splitlines()]
    assert len(cases) == 28

    for case in cases:
        entry = case["entry"]
        asked = entry.get("rev", entry.get("branch", entry.get("version")))
        if asked.startswith("@"):
            asked = commits[int(asked[1])][:8]
            case["version"] = asked
        if "refused" in case:
            with pytest.raises(ContentError):
                resolve_version(asked, references)
            continue
        found = resolve_version(asked, references)
        expected = (case["version"], commits[case["commit"]])
        assert (found.version, found.commit) == expected, entry


@pytest.mark.parametrize(
    ("asked", "version", "commit"),
    [
        ("v1.0.0", "v1.0.0", 1),
        ("^1.0.0", "v1.10.0", 6),
        ("~v1.0.0", "v1.0.1", 2),
        (">=1.0.0, <2.0.0", "v1.10.0", 6),
        (">1.2", "v2.1.0", 8),
        (">1.2.0, <=v1.10.0", "v1.10.0", 6),
        ("=1.0", "v1.0.1", 2),
        ("^0.9", "v0.9.0", 0),
        ("*", "v2.1.0", 8),
        ("x-~v1.0.0", "x-v1.0.0", 1),
        ("x->=v1.0.0", "x-v2.0.0", 7),
        ("x-*", "x-v2.0.0", 7),
        ("y-^v1.0.0", "y-1.1.0", 3),
        ("main", "origin/main", 9),
        ("origin/dev", "origin/dev", 10),
        ("feature/x", "feature/x", 5),
        ("HEAD", "HEAD", 9),
        (None, "origin/main", 9),
        ("latest", "latest", 5),
        ("3333333", "3333333", 2),
        (COMMITS[4], COMMITS[4], 4),
    ],
)
def test_a_version_is_a_tag_a_branch_or_a_commit(asked, version, commit):
    assert resolved(asked) == (version, commit)


@pytest.mark.parametrize(
    "asked",
    [
        *("", "1", "v1", "v1.0", "1.*", "^3.0.0", "1.2.0-beta.1", "none", "fffffff"),
        *("z-^1.0", "^", "^x", "=1.0.0,", ">= 1.0 <2", "-v1.0.0", "v1.0.0~1", "HEAD^"),
        *("--upload-pack=x", "refs/heads/main", ":/commit", "@{-1}"),
    ],
)
def test_what_the_repository_does_not_have_is_refused(asked):
    with pytest.raises(ContentError):
        resolved(asked)


def test_tags_of_a_range_are_sorted_and_of_one_prefix():
    assert fitting_tags("^1", REFERENCES.tags) == [
        *("v1.10.0", "v1.2.0", "v1.1.0", "v1.0.1", "v1.0.0"),
    ]
    assert fitting_tags("x-^1", REFERENCES.tags) == [
        "x-v1.10.0",
        "x-v1.1.0",
        "x-v1.0.0",
    ]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        *((each, True) for each in ("v1.0.0", "1.0.0", "x-v1.0.0", "^1", "x->=1, <2")),
        *((each, False) for each in ("main", "*", "x-*", "latest", "^x", None)),
    ],
)
def test_versions_are_distinguished_from_names(asked, expected):
    assert is_version(asked) is expected


def test_an_annotated_tag_has_the_id_that_agpm_gives_it(tmp_path, monkeypatch):
    """AGPM takes the id of the tag, not that of its commit."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    made = GitRepository(tmp_path / "repository")
    made.commit({"a.md": "a"})
    made.git("tag", "-a", "-m", "first", "v1.0.0")
    repository = Repository(made.address, tmp_path)
    repository.fetch()

    found = resolve_version("^1", repository.references())

    assert found.commit == made.git("rev-parse", "v1.0.0")
    assert found.commit != made.git("rev-parse", "v1.0.0^{commit}")
    assert repository.entries(found.commit).keys() == {"a.md"}


def test_the_default_branch_is_that_of_the_repository(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    made = GitRepository(tmp_path / "repository")
    made.commit({"a.md": "a"})
    made.git("checkout", "-q", "-b", "trunk")
    repository = Repository(made.address, tmp_path)
    repository.fetch()

    assert resolve_version(None, repository.references()).version == "origin/trunk"
