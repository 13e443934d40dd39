"""
Thousands of hostile, damaged and mistaken inputs of each kind.

Nothing but documented errors comes out, each within 5 s of processor time and 500 MB.
`CAMPAIGN_INPUTS` and `CAMPAIGN_SEED` choose how many there are of each kind, and which.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parent / "campaign/run.py"
TESTS = PROGRAM.parents[2]
KINDS = [
    *("tera", "jinja2", "tables", "frontmatter", "installed", "wheels", "sdists"),
    *("editable", "reader"),
]
FEW = 100
MANY = 20_000
SEED = os.environ.get("CAMPAIGN_SEED", "23")

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="bounds of the kernel of Linux"
)


def tried(kind, count, scratch):
    """Return the report of a process that tries so many inputs of a kind."""
    progress = scratch / "progress"
    done = subprocess.run(
        [sys.executable, PROGRAM, kind, SEED, "0", str(count), progress],
        env={**os.environ, "PYTHONPATH": f"{TESTS}/support:{TESTS}/tera"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (
        f"input {progress.read_text() if progress.exists() else 'none'} of {kind}, "
        f"seed {SEED}, ended the process:\n{done.stderr[-4000:]}"
    )
    return json.loads(done.stdout)


def check(report, count):
    assert report["failures"] == {}
    assert report["accepted"] + report["refused"] == count
    # The inputs are near what is right, and most of them are wrong.
    assert report["accepted"]
    assert report["refused"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.slow
def test_many_inputs_are_read_or_refused(kind, tmp_path):
    count = int(os.environ.get("CAMPAIGN_INPUTS", MANY))
    check(tried(kind, count, tmp_path), count)


@pytest.mark.parametrize("kind", ["tera", "wheels", "reader"])
def test_some_inputs_are_read_or_refused(kind, tmp_path):
    check(tried(kind, FEW, tmp_path), FEW)


def test_an_exception_that_is_not_documented_is_reported(tmp_path):
    """The campaign itself must be able to fail."""
    (tmp_path / "broken.py").write_text(BROKEN, encoding="utf-8")
    code = f"import run; run.KINDS['broken'] = 'broken'; run.main{BROKEN_RUN}"
    done = subprocess.run(
        [sys.executable, "-c", code.format(progress=tmp_path / "progress")],
        env={**os.environ, "PYTHONPATH": f"{tmp_path}:{PROGRAM.parent}"},
        capture_output=True,
        text=True,
        check=True,
    )
    report = json.loads(done.stdout)
    assert {
        number: failure.strip().splitlines()[-1]
        for number, failure in report["failures"].items()
    } == {"1": "KeyError: 'one'", "2": "MemoryError"}
    assert (report["accepted"], report["refused"]) == (1, 1)


BROKEN_RUN = "('broken', 0, 0, 4, '{progress}')"
BROKEN = """
def broken(scratch):
    numbers = iter([*[True] * 20, True, "error", "memory", False])

    def attempt(chance):
        what = next(numbers)
        if what == "error":
            raise KeyError("one")
        if what == "memory":
            len(bytes(600 * 2**20))
        return what is True

    return attempt
"""
