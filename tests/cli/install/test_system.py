"""What the system does not allow names the file; nothing half-written stays."""

import pytest
from shipping import FILES, build_site, tree

from hatch_agpm.install.record import RECORD

REVIEWER = ".claude/agents/agpm/reviewer.md"


@pytest.fixture
def limited():
    """
    Let no file become larger than a number of bytes, as on a full disk.

    Without a number, the limit is the one that was there before.
    """
    resource = pytest.importorskip("resource")  # Windows does not have it
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def limit(size=soft):
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))

    yield limit
    limit()


def test_a_record_that_cannot_be_written(run, project, limited):
    before = tree(project)
    limited(10)
    code, error = run("install")
    assert code == 1
    assert error.startswith(f"hatch-agpm: {RECORD}: ")
    assert tree(project) == before
    assert [each.name for each in project.iterdir()] == ["pyproject.toml"]


def test_a_file_that_cannot_be_written(run, project, tmp_path, states, limited):
    size = 60_000
    head = FILES["a/reviewer.md"]
    files = {**FILES, "a/reviewer.md": head + "x" * size}
    site = build_site(tmp_path, files=files)
    limited(size)
    code, error = run("install", site=site)
    assert code == 1
    assert f"hatch-agpm: {REVIEWER}: " in error
    limited()
    assert not (project / REVIEWER).exists()
    assert [each.name for each in (project / RECORD).parent.iterdir()] == [
        "installed.json"
    ]
    assert states(site=site).keys() == {"missing"}
    assert run("install", site=site)[0] == 0
    assert states(site=site) == {}
