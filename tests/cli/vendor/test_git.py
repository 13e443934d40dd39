"""`hatch-agpm vendor` with Git sources: what is copied, locked, kept and updated."""

import os
import shutil
import tomllib

import pytest

from hatch_agpm.rendering.renderer import render_manifest
from hatch_agpm.sources.lockfile import read_lock

TWO = (
    'b = { source = "community", path = "agents/b.md", version = "=1.0.0" }\n'
    'c = { source = "community", path = "agents/b.md", branch = "main", '
    "template_vars = { x = 1 } }\n"
)


def state(project):
    """Return the bytes and times of everything that the command writes."""
    files = [*(project / "prompts").rglob("*"), project / "hatch-agpm.lock"]
    return {
        path: (path.read_bytes(), path.stat().st_mtime_ns)
        for path in files
        if path.is_file()
    }


def rendered(project):
    return {
        each.alias or each.name: each
        for each in render_manifest(project / "pyproject.toml")
    }


def test_used_files_are_copied_and_locked(run, read, project, repository):
    code, out, err = run("vendor")

    assert (code, err) == (0, f"fetching {repository.address}\n")
    assert out == "2 files of 1 source in prompts/vendor/community\n"
    assert set(read()) == {"community/agents/a.md", "community/snippets/tone.md"}
    lock = tomllib.loads((project / "hatch-agpm.lock").read_text())
    (source,) = lock["source"]
    (commit,) = source["commit"]
    assert source["git"] == repository.address
    assert commit["id"] == repository.git("rev-parse", "v1.1.0")
    assert commit["versions"] == [{"asked": "^1.0", "version": "v1.1.0"}]
    assert [file["path"] for file in commit["files"]] == [
        *("agents/a.md", "snippets/tone.md"),
    ]


def test_templates_see_version_source_and_commit(run, project, repository):
    repository.commit(
        {
            "agents/b.md": "---\nagpm:\n  templating: true\n---\n"
            "{{ agpm.resource.source }} {{ agpm.resource.version }} "
            "{{ agpm.resource.resolved_commit }} {{ agpm.resource.path }}\n"
        },
        "v1.2.0",
    )
    with (project / "pyproject.toml").open("a") as file:
        file.write('b = { source = "community", path = "agents/b.md" }\n')

    assert run("vendor")[0] == 0

    commit = repository.git("rev-parse", "main")
    found = rendered(project)
    body = f"community origin/main {commit} agents/b.md\n"
    assert found["b"].text.endswith(body)
    assert (found["b"].version, found["b"].resolved_commit) == ("origin/main", commit)
    assert found["a"].text.endswith("v1.2.0: Be brief.\n")


@pytest.mark.parametrize("is_trusted", [False, True])
def test_templates_of_jinja2_need_consent(run, project, repository, is_trusted):
    template = "---\nagpm:\n  templating: jinja2\n---\n{{ 1 + 1 }}\n"
    repository.commit({"agents/b.md": template}, "v1.2.0")
    path = project / "pyproject.toml"
    text = path.read_text() + 'b = { source = "community", path = "agents/b.md" }\n'
    if is_trusted:
        text = text.replace("community = { git", "community = { jinja2 = true, git")
    path.write_text(text)

    code, _, err = run("vendor")

    assert code == (0 if is_trusted else 1)
    if is_trusted:
        assert rendered(project)["b"].text.endswith("2")
    else:
        assert "agents/b.md:1" in err
        assert "jinja2 = true" in err


def test_vendoring_again_changes_nothing_and_fetches_nothing(run, project, repository):
    run("vendor")
    before = state(project)
    repository.commit({"snippets/tone.md": "Be new."}, "v1.2.0")

    code, out, err = run("vendor")

    assert (code, out, err) == (
        0,
        "2 files of 1 source in prompts/vendor/community\n",
        "",
    )
    assert state(project) == before


def test_several_commits_share_the_files_that_are_equal(run, read, project, repository):
    repository.commit({"agents/b.md": "main\n"})
    repository.git("checkout", "-q", "-b", "old", "v1.0.0")
    repository.commit({"agents/b.md": "old\n"}, "v0.1.0")
    with (project / "pyproject.toml").open("a") as file:
        file.write(TWO.replace("=1.0.0", "v0.1.0"))

    assert run("vendor")[0] == 0

    found = rendered(project)
    assert (found["b"].text, found["c"].text) == ("old\n", "main\n")
    copies = read()
    stored = [path for path in copies if path.endswith("agents/b.md")]
    assert len(stored) == 2
    assert {copies[path] for path in stored} == {"old\n", "main\n"}
    assert run("vendor", "--check")[0] == 0


def test_builds_and_the_check_run_no_git(run, project, monkeypatch, cache):
    run("vendor")
    shutil.rmtree(cache)
    monkeypatch.setenv("PATH", "")

    assert run("vendor", "--check")[0] == 0
    assert run("check")[0] == 0
    assert rendered(project)["a"].text.endswith("v1.1.0: Be brief.\n")


@pytest.mark.parametrize("damage", ["change", "delete", "add"])
def test_the_check_fails_for_a_copy_that_is_not_as_locked(run, project, damage):
    run("vendor")
    copy = project / "prompts/vendor/community/snippets/tone.md"
    if damage == "change":
        copy.write_text("Be rude.")
    elif damage == "delete":
        copy.unlink()
    else:
        copy.with_name("more.md").write_text("More.")

    code, _, err = run("vendor", "--check")

    assert code == 1
    assert "prompts/vendor/community/snippets/" in err


def test_a_manifest_that_asks_for_more_is_one_error(run, project, edit):
    run("vendor")
    edit(project, '"^1.0"', '"^1.1"')
    with (project / "pyproject.toml").open("a") as file:
        file.write('b = { source = "community", path = "b.md", version = "^2" }\n')

    code, _, err = run("check")

    assert code == 1
    assert len(err.splitlines()) == 1
    assert "run `hatch-agpm vendor`" in err


def test_newer_versions_are_listed_and_taken(run, project, repository):
    run("vendor")
    assert run("vendor", "outdated")[1] == "everything is up to date\n"
    repository.commit({"snippets/tone.md": "Be new."}, "v1.2.0", "v2.0.0")
    before = state(project)

    code, out, _ = run("vendor", "outdated", "community")
    assert (code, out) == (0, "community ^1.0: v1.1.0 -> v1.2.0\n")
    assert state(project) == before

    code, out, _ = run("vendor", "update", "community")
    assert code == 0
    assert out.splitlines()[0] == "community ^1.0: v1.1.0 -> v1.2.0"
    assert rendered(project)["a"].text.endswith("v1.2.0: Be new.\n")


def test_only_the_named_sources_are_updated(run, project, repository, tmp_path, edit):
    other = type(repository)(tmp_path / "other")
    other.commit({"b.md": "1\n"})
    edit(
        project,
        "[tool.hatch-agpm.agents]",
        f'other = {{ git = "{other.address}" }}\n\n[tool.hatch-agpm.agents]\n'
        'b = { source = "other", path = "b.md" }',
    )
    run("vendor")
    other.commit({"b.md": "2\n"})
    repository.commit({"snippets/tone.md": "Be new."}, "v1.2.0")

    assert run("vendor", "update", "other")[0] == 0

    found = rendered(project)
    assert found["b"].text == "2\n"
    assert found["a"].text.endswith("v1.1.0: Be brief.\n")


def test_a_moved_tag_is_kept_until_it_is_updated(run, project, repository):
    run("vendor")
    old = repository.git("rev-parse", "v1.1.0")
    new = repository.commit({"snippets/tone.md": "Be moved."})
    repository.git("tag", "-f", "v1.1.0")

    assert run("vendor")[0] == 0
    assert rendered(project)["a"].text.endswith("v1.1.0: Be brief.\n")
    moved = f"community ^1.0: v1.1.0 was moved: {old[:12]} -> {new[:12]}"
    assert run("vendor", "outdated")[1] == f"{moved}\n"
    assert run("vendor", "update")[1].splitlines()[0] == moved
    assert rendered(project)["a"].text.endswith("v1.1.0: Be moved.\n")


def test_a_locked_commit_that_is_gone_is_reported(run, project, repository, cache):
    """A branch was pushed with force, and the commit is in no clone."""
    repository.git("checkout", "-q", "-b", "x")
    lost = repository.commit({"agents/b.md": "x\n"})
    with (project / "pyproject.toml").open("a") as file:
        file.write('b = { source = "community", path = "agents/b.md", branch = "x" }\n')
    run("vendor")
    shutil.rmtree(cache)
    repository.git("checkout", "-q", "main")
    repository.git("branch", "-D", "x")
    repository.git("reflog", "expire", "--expire=now", "--all")
    repository.git("gc", "-q", "--prune=now")

    assert run("check")[0] == 0
    code, _, err = run("vendor")
    assert code == 1
    assert lost in err
    assert "vendor update community" in err


def test_the_commits_of_agpms_own_lock_are_taken(run, project, repository):
    commit = repository.git("rev-parse", "v1.0.0")
    (project / "agpm.lock").write_text(
        "version = 1\n"
        + "".join(
            f'[[{section}]]\nname = "x"\nsource = "community"\npath = "{path}"\n'
            f'version = "v1.0.0"\nresolved_commit = "{commit}"\n'
            for section, path in (
                ("agents", "agents/a.md"),
                ("snippets", "snippets/tone.md"),
            )
        )
    )

    assert run("vendor", "--locked")[0] == 0
    assert rendered(project)["a"].text.endswith("v1.0.0: Be kind.\n")
    assert run("vendor")[0] == 0
    assert rendered(project)["a"].text.endswith("v1.0.0: Be kind.\n")


def test_an_entry_that_agpms_lock_lacks_is_reported(run, project):
    assert run("vendor", "--locked")[0] == 1
    (project / "agpm.lock").write_text("version = 1\n")

    code, _, err = run("vendor", "--locked")
    assert code == 1
    assert "agpm.lock" in err
    assert not (project / "hatch-agpm.lock").exists()


def test_a_table_can_have_the_version_of_all_entries(run, project, edit):
    edit(project, '" }\n\n[tool', '", version = "=1.0" }\n\n[tool')
    edit(project, ', version = "^1.0"', "")

    assert run("vendor")[0] == 0
    assert rendered(project)["a"].text.endswith("v1.0.0: Be kind.\n")


def test_a_dependency_has_the_version_that_it_asks_for(run, project, repository):
    repository.commit(
        {
            "agents/b.md": "---\nagpm:\n  templating: true\n"
            "  dependencies:\n    snippets:\n"
            "      - {path: ../snippets/tone.md, version: v1.0.0, install: false}\n"
            "---\n{{ agpm.deps.snippets.tone.content }}\n"
        }
    )
    text = (project / "pyproject.toml").read_text().splitlines()
    text[-1] = 'b = { source = "community", path = "agents/b.md" }'
    (project / "pyproject.toml").write_text("\n".join(text))

    assert run("vendor")[0] == 0
    assert rendered(project)["b"].text.endswith("Be kind.\n")
    names = read_lock((project / "hatch-agpm.lock").read_text())["community"]
    assert {asked for each in names.commits for asked in each.git.versions} == {
        "",
        "v1.0.0",
    }


def test_git_of_a_hook_does_not_mislead(run, monkeypatch):
    """A hook of git sets variables for another repository."""
    monkeypatch.setenv("GIT_DIR", os.devnull)
    monkeypatch.setenv("GIT_WORK_TREE", os.devnull)

    assert run("vendor")[0] == 0


def test_hooks_of_a_template_directory_are_not_run(run, tmp_path):
    hooks = tmp_path / "template/hooks"
    hooks.mkdir(parents=True)
    for name in ("post-checkout", "reference-transaction"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
        (hooks / name).chmod(0o755)
    (tmp_path / "gitconfig").write_text(
        f"[init]\ntemplateDir = {tmp_path}/template\n[core]\nhooksPath = {hooks}\n"
    )

    assert run("vendor")[0] == 0
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("agents/x.md", "agents/X.md", "same file"),
        ("agents/\xe9.md", "agents/e\N{COMBINING ACUTE ACCENT}.md", "same file"),
        ("agents/x.md", "Agents/x.md", "same file"),
        ("agents/x", "agents/X/y.md", "a file and a directory"),
        ("\xe9", "e\N{COMBINING ACUTE ACCENT}/x/y.md", "a file and a directory"),
    ],
)
def test_files_that_some_systems_cannot_distinguish_are_refused(
    run, project, repository, one, other, said
):
    repository.commit({one: "one", other: "other"}, "v1.2.0")
    text = (project / "pyproject.toml").read_text()
    text = text.partition("[tool.hatch-agpm.agents]")[0] + "[tool.hatch-agpm.snippets]"
    for name, path in (("a", one), ("b", other)):
        text += f'\n{name} = {{ source = "community", path = "{path}" }}'
    (project / "pyproject.toml").write_text(text)

    code, _, err = run("vendor")

    assert code == 1
    assert one in err
    assert other in err
    assert said in err
    assert not (project / "prompts").exists()
