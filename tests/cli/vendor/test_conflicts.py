"""One resource in two versions: what AGPM does, and errors where it leaves it open."""

import pytest
from git_repositories import GitRepository

AGENT = """---
agpm:
  templating: true
  dependencies:
    snippets:
      - {path: ../snippets/s.md}
---
{{ agpm.deps.snippets.s.version }} {{ agpm.deps.snippets.s.content }}
"""
S = "---\nagpm:\n  templating: true\n---\nS%s {{ agpm.resource.version }}"
A = 'a = { source = "community", path = "agents/a.md", %s }\n'
B = 'b = { source = "community", path = "agents/b.md", %s }\n'
LISTED = (
    '[tool.hatch-agpm.snippets]\ns = { source = "community", path = "snippets/s.md", '
    'tool = "claude-code", %s }\n'
)


@pytest.fixture
def repository(tmp_path):
    """The versions 1.0.0, 1.1.0 and 2.0.0, in which s.md differs; b.md is last."""
    made = GitRepository(tmp_path / "repository")
    for number, tag in enumerate(("v1.0.0", "v1.1.0", "v2.0.0")):
        agents = {"agents/a.md": AGENT, "agents/b.md": AGENT}
        made.commit({"snippets/s.md": S % number, "same.md": "same", **agents}, tag)
    return made


@pytest.fixture
def vendor(run, project):
    """Vendor entries; return the code, what is printed and the last lines of agents."""

    def vendored(*entries):
        file = project / "pyproject.toml"
        head = file.read_text().partition("[tool.hatch-agpm.agents]\n")
        file.write_text("".join((*head[:2], *entries)))
        code, _, err = run("vendor")
        found = {}
        for name in "ab" if code == 0 else "":
            code, out, err = run("render", f"agents/{name}")
            found[name] = out.splitlines()[-1] if code == 0 else ""
        return code, err, found

    return vendored


def test_an_entry_decides(vendor):
    code, _, found = vendor(
        A % 'version = "v1.0.0"',
        B % 'version = "v1.1.0"',
        LISTED % 'version = "v2.0.0"',
    )

    assert code == 0
    assert found == {"a": "v2.0.0 S2 v2.0.0", "b": "v2.0.0 S2 v2.0.0"}


@pytest.mark.parametrize("swapped", [False, True])
def test_a_version_wins_over_a_branch(vendor, swapped):
    asked = ['branch = "main"', 'version = "v1.0.0"']
    one, other = reversed(asked) if swapped else asked

    code, _, found = vendor(A % one, B % other)

    assert code == 0
    assert found == {"a": "v1.0.0 S0 v1.0.0", "b": "v1.0.0 S0 v1.0.0"}


def test_two_versions_of_a_dependency_are_refused(vendor):
    """AGPM takes one of them, by chance."""
    code, err, _ = vendor(A % 'version = "v1.0.0"', B % 'version = "v2.0.0"')

    assert code == 1
    assert "'v1.0.0' and as 'v2.0.0'" in err
    assert len(err.splitlines()) == 2


def test_an_entry_on_a_branch_is_not_silently_another(vendor):
    """AGPM would replace what is listed."""
    code, err, _ = vendor(A % 'version = "v1.0.0"', LISTED % 'branch = "main"')

    assert code == 1
    assert "by a dependency" in err


def test_two_entries_of_one_resource_are_refused(vendor):
    two = A.replace("a =", "c =", 1)
    code, err, _ = vendor(A % 'version = "v1.0.0"', two % 'version = "^1.1"')

    assert code == 1
    assert "is listed as 'v1.0.0' and as '^1.1'" in err


def test_equal_files_of_two_versions_are_one(vendor, repository):
    """As in the public library, where each resource has tags of its own."""
    for name in "ab":
        repository.commit({f"snippets/{name}.md": name}, f"{name}-v1.0.0")

    code, _, found = vendor(A % 'version = "a-^v1.0"', B % 'version = "b-^v1.0"')

    assert code == 0
    assert set(found.values()) == {"a-v1.0.0 S2 a-v1.0.0"}


def test_what_equal_files_depend_on_is_compared(vendor, repository):
    chain = "---\ndependencies:\n  snippets:\n    - {path: s.md}\n---\nmiddle\n"
    agent = AGENT.replace("snippets/s.md", "snippets/m.md").replace(
        "snippets.s", "snippets.m"
    )
    for number, tag in enumerate(("v3.0.0", "v4.0.0")):
        files = {"agents/a.md": agent, "agents/b.md": agent, "snippets/m.md": chain}
        repository.commit({**files, "snippets/s.md": S % number}, tag)

    code, err, _ = vendor(A % 'version = "v3.0.0"', B % 'version = "v4.0.0"')

    assert code == 1
    assert "snippets/s.md" in err
