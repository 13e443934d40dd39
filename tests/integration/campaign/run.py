"""
Tries mutated inputs of one kind, each within five seconds and 500 megabytes.

As a program, `run.py KIND SEED FIRST COUNT PROGRESS`: prints, as JSON, the exceptions
that are not documented, by the number of their input, and how many inputs were accepted
and refused.  PROGRESS is a file with the number of the present input.  An input that
takes too much time ends the process, with a traceback.
"""

import contextlib
import faulthandler
import importlib
import json
import os
import random
import resource
import signal
import sys
import tempfile
import traceback
from collections import Counter
from pathlib import Path

SECONDS = 5
HANGS_AFTER = 100
"""Seconds of waiting, as for the other end of a pipe, on a busy machine."""

MEMORY = 500 * 2**20
KINDS = {
    "tera": "templates",
    "jinja2": "templates",
    "tables": "projects",
    "frontmatter": "projects",
    "installed": "distributions",
    "wheels": "archives",
    "sdists": "archives",
    "editable": "editables",
    "reader": "bundles",
}
_MOST_FAILURES = 20


def main(kind, seed, first, count, progress):
    """Try the inputs, and print the report."""
    with tempfile.TemporaryDirectory() as scratch:
        os.chdir(scratch)
        module = importlib.import_module(KINDS[kind])
        attempt = getattr(module, kind)(Path(scratch).resolve())
        _attempt_twice(attempt, f"{seed} {kind}")
        _bound_memory()
        report = _tried(attempt, kind, seed, range(first, first + count), progress)
    sys.stdout.write(json.dumps(report))


def _attempt_twice(attempt, name):
    """Import what is imported late, before the memory is bounded."""
    for number in range(20):
        # What fails comes again, and is reported then.
        with contextlib.suppress(Exception):
            attempt(random.Random(f"{name} {number}"))


def _tried(attempt, kind, seed, numbers, progress):
    failures = {}
    counts = Counter()
    # They print the traceback and end the process.
    faulthandler.register(signal.SIGPROF, chain=True)
    faulthandler.register(signal.SIGALRM, chain=True)
    descriptor = os.open(progress, os.O_WRONLY | os.O_CREAT, 0o600)
    for number in numbers:
        os.pwrite(descriptor, b"%12d" % number, 0)
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        signal.setitimer(signal.ITIMER_REAL, HANGS_AFTER)
        try:
            chance = random.Random(f"{seed} {kind} {number}")
            counts["accepted" if attempt(chance) else "refused"] += 1
        except Exception as error:  # noqa: BLE001 - what must not come out
            lines = traceback.format_exception(error)
            failures[number] = "".join(lines)[-1500:]
            if len(failures) > _MOST_FAILURES:
                break
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.setitimer(signal.ITIMER_REAL, 0)
    return {"failures": failures, **counts, "seconds": time_used()}


def time_used():
    """Return the processor time of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _bound_memory():
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    most = pages * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


if __name__ == "__main__":
    main(*sys.argv[1:3], *map(int, sys.argv[3:5]), sys.argv[5])
