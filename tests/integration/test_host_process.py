"""
No part of this project changes the process that it runs in.

Build backends and programs that read prompts call it in processes of their own, which
end as they would without it.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from host_process import STATE, STEPS

PROGRAM = Path(__file__).parents[1] / "support/host_process.py"
FAST = {
    *("hatchling wheel", "commands", "closed pipe", "reading", "finding", "editable"),
    "serving",
}
CHANGES = {
    "functions called at exit": "atexit.register(print)",
    "frozen objects": "gc.freeze()",
    "garbage collection": "gc.disable()",
    "callbacks of garbage collection": "gc.callbacks.append(lambda *_: None)",
    "signal handlers": "signal.signal(signal.SIGUSR1, signal.SIG_IGN)",
    "alarm": "signal.setitimer(signal.ITIMER_REAL, 1000)",
    "recursion limit": "sys.setrecursionlimit(5000)",
    "switch interval": "sys.setswitchinterval(1)",
    "digits of numbers": "sys.set_int_max_str_digits(0)",
    "threads": "threading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
    "excepthook": "sys.excepthook = print",
    "unraisablehook": "sys.unraisablehook = print",
    "displayhook": "sys.displayhook = print",
    "tracing": "sys.setprofile(lambda *_: None)",
    "faulthandler": "faulthandler.enable(sys.__stderr__)",
    "locale": "locale.setlocale(locale.LC_NUMERIC, 'C.UTF-8')",
    "umask": "os.umask(0o123)",
    "working directory": "os.chdir('/')",
    "environment": "os.environ['HATCH_AGPM'] = '1'",
    "filters of warnings": "warnings.simplefilter('error')",
    "showwarning": "warnings.showwarning = print",
    "logging": "logging.basicConfig()",
    "descriptors": "os.open('/dev/null', os.O_RDONLY)",
    "children": "started.append(subprocess.Popen(['sleep', '60']))",
    "streams": "sys.stdout.reconfigure(errors='replace')",
    "sys.path": "sys.path.append('/nowhere')",
    "import hooks": "sys.meta_path.append(None)",
    "arguments": "sys.argv.append('x')",
    "random numbers": "random.random()",
    "timeout of sockets": "socket.setdefaulttimeout(60)",
    "priority": "os.nice(1)",
    "temporary directory": "tempfile.tempdir = '/'",
}
"""One change for each thing that is compared."""

TRY = """
import json, subprocess, sys, time
import host_process
from host_process import *
started, found = [], {{}}
for name, code in {changes!r}.items():
    found[name] = [*changed(lambda: exec(code))]
started[0].kill()
sys.setprofile(None)
sys.__stderr__.write(json.dumps(found))
"""

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="reads /proc of Linux"
)


def python(*arguments, **options):
    """Run Python with the modules of tests; return the completed process."""
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(PROGRAM.parent)},
        capture_output=True,
        text=True,
        check=False,
        **options,
    )


@pytest.mark.parametrize(
    "step",
    [
        pytest.param(step, marks=[] if step in FAST else [pytest.mark.slow])
        for step in STEPS
    ],
)
def test_nothing_of_the_process_is_changed(step, tmp_path):
    done = python(PROGRAM, step, tmp_path)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stderr.splitlines()[-1]) == {}


def test_each_change_of_a_process_is_noticed():
    """The comparison itself must be able to fail."""
    done = python("-c", TRY.format(changes=CHANGES))

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stderr)
    assert [name for name, names in found.items() if name not in names] == []
    assert found.keys() == STATE.keys()
