"""A script that becomes executable, or is not any more, with equal bytes."""

import json
import stat
import sys

import pytest
from shipping import FILES, build_site

from hatch_agpm.install.record import RECORD

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="files have no such mode there"
)
NETS = ".claude/skills/mend-nets/mend.sh"
TIE = ".claude/skills/agpm/a/tie/tie.sh"
TABLE = """\
[tool.hatch-agpm.skills]
mend-nets = { path = "a/mend-nets", export = true }
tie = "a/tie"
"""


@pytest.fixture(scope="module")
def modes(tmp_path_factory):
    """Return environments whose scripts differ in the mode only."""
    files = {**FILES, "a/tie/tie.sh": "#!/bin/sh\n"}
    return [
        build_site(
            tmp_path_factory.mktemp("modes"), table=TABLE, files=files, mode=mode
        )
        for mode in (0o644, 0o755)
    ]


def is_executable(path):
    return bool(path.stat().st_mode & stat.S_IXUSR)


@pytest.mark.parametrize("new", [0, 1])
def test_another_mode_is_stale_and_written(run, project, states, modes, new):
    old = modes[1 - new]
    run("install", site=old)
    assert states(site=old) == {}
    assert states(site=modes[new]) == {"stale": sorted([NETS, TIE])}
    assert run("install", site=modes[new])[0] == 0
    assert [is_executable(project / each) for each in (NETS, TIE)] == [bool(new)] * 2
    assert states(site=modes[new]) == {}


def test_a_mode_of_the_user_stays(run, project, states, modes):
    run("install", site=modes[1])
    (project / NETS).chmod(0o644)
    assert states(site=modes[1]) == {}
    assert run("install", site=modes[1])[0] == 0
    assert not is_executable(project / NETS)


def test_a_run_that_is_killed_before_the_mode_is_written(
    run, project, states, modes, monkeypatch
):
    run("install", site=modes[0])

    def killed(*_arguments, **_options):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("hatch_agpm.install.writing._finish", killed)
        run("install", site=modes[1])
    (project / NETS).chmod(0o644)
    assert states(site=modes[1]) == {"stale": [NETS]}
    assert run("install", site=modes[1])[0] == 0
    assert is_executable(project / NETS)
    listed = json.loads((project / RECORD).read_text())["distributions"][0]["files"]
    assert {each["path"] for each in listed if "executable" in each} == {NETS, TIE}
