"""A run that is killed leaves each file old or new, and the next run completes it."""

import os
import shutil

import pytest
from shipping import tree

from hatch_agpm.install.record import RECORD

CALLS = ("mkdir", "open", "fdopen", "replace", "unlink", "rmdir")
"""What changes a file system, of what is called."""

REVIEWER = ".claude/agents/agpm/reviewer.md"
HOOKS = ".claude/settings.local.json"
SETTINGS = '{\n  "hooks": {"Stop": [{"hooks": []}]}, // mine\n  "model": "opus"\n}\n'
SERVERS = '{"mcpServers": {"own": {"command": "x"}}}'


class KilledError(BaseException):
    """The run ends here, as if it was killed."""


def kill_at(patch, number):
    """Let the call that changes files with this number fail, and all later ones."""
    count = 0

    def counted(own, changes):
        def call(*arguments, **options):
            nonlocal count
            if changes(arguments):
                count += 1
                if count > number:
                    raise KilledError
            return own(*arguments, **options)

        return call

    def creates(arguments):
        return bool(arguments[1] & os.O_CREAT)

    def writes(arguments):
        return arguments[1:2] == ("wb",)

    special = {"open": creates, "fdopen": writes}
    for name in CALLS:
        changes = special.get(name, lambda _: True)
        patch.setattr(os, name, counted(getattr(os, name), changes))


@pytest.fixture(
    params=[pytest.param(1, marks=pytest.mark.slow), 8], ids=["every", "some"]
)
def killed(project, request):
    """Run a command until it is killed at one of its calls; yield after each."""

    def states(command):
        kept = project.with_name("kept")
        shutil.copytree(project, kept, symlinks=True)
        number, finished = 0, False
        while not finished:
            shutil.rmtree(project)
            shutil.copytree(kept, project, symlinks=True)
            with pytest.MonkeyPatch.context() as patch:
                kill_at(patch, number)
                try:
                    command()
                    finished = True
                except KilledError:
                    pass
            yield number
            number += request.param
        assert number >= 5 * request.param

    return states


@pytest.fixture(autouse=True)
def _settings(project):
    """Settings of the user's, which have to stay."""
    (project / ".claude").mkdir()
    (project / HOOKS).write_text(SETTINGS)
    (project / ".mcp.json").write_text(SERVERS)


def check_settings(project):
    text = (project / HOOKS).read_text()
    for part in ('[{"hooks": []}', "// mine", '"model": "opus"'):
        assert part in text
    assert '"own": {"command": "x"}' in (project / ".mcp.json").read_text()


def staged(project):
    return [*(project / ".hatch-agpm").glob("new-*")]


def test_a_first_run(run, project, states, killed):
    run("install")
    whole, record = tree(project), (project / RECORD).read_bytes()
    run("uninstall")
    before = tree(project)
    for _ in killed(lambda: run("install")):
        check_settings(project)
        for path, text in tree(project).items():
            assert text in {before.get(path), whole[path]}
        assert "foreign" not in states()
        assert run("install")[0] == 0
        assert tree(project) == whole
        assert (project / RECORD).read_bytes() == record
        assert staged(project) == []


def test_an_upgrade_with_an_edited_file(run, project, states, killed):
    kept = project.with_name("before")
    run("install")
    (project / REVIEWER).write_text("mine")
    before = tree(project)
    shutil.copytree(project, kept)
    run("install", site="2")
    after = tree(project)
    shutil.rmtree(project)
    kept.rename(project)
    for _ in killed(lambda: run("install", site="2")):
        check_settings(project)
        for path, text in tree(project).items():
            assert text in {before.get(path), after.get(path)}
        found = states(site="2")
        assert found["drifted"] == [REVIEWER]
        assert "foreign" not in found
        assert run("install", site="2")[0] == 1
        assert tree(project) == after


def test_removing(run, project, killed):
    before = tree(project)
    run("install")
    for _ in killed(lambda: run("uninstall")):
        check_settings(project)
        assert run("uninstall")[0] == 0
        assert tree(project) == before
        assert staged(project) == []


def test_an_upgrade_that_is_not_wanted_any_more(run, project, states, killed):
    run("install")
    before = tree(project)
    for _ in killed(lambda: run("install", site="2")):
        assert run("install")[0] == 0
        assert tree(project) == before
    assert states() == {}
