"""Attempts that the kernel bounds, each in a process of its own."""

import contextlib
import json
import os
import resource
import subprocess
import sys
from pathlib import Path


def serve(run, *, megabytes, seconds):
    """Run what each line of the standard input names, and write what came of it."""
    for line in sys.stdin:
        answer = _attempt(run, line.rstrip("\n"), megabytes, seconds)
        print(answer, flush=True)  # noqa: T201 - the answer


def _attempt(run, name, megabytes, seconds):
    """Call `run` in a child process; return how it ended and its peak, as JSON."""
    read, write = os.pipe()
    if not (child := os.fork()):
        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        ended = run(name)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        os.write(write, json.dumps([ended, peak]).encode()[:60_000])
        os._exit(0)
    os.close(write)
    answer = os.read(read, 60_000)
    os.close(read)
    os.waitpid(child, 0)
    return answer.decode()


@contextlib.contextmanager
def asking(program):
    """
    Start a program that calls `serve`.

    Gives a function that takes the name of an attempt, and returns what it ended in and
    its peak in megabytes.
    """
    path = str(Path(__file__).parent)
    with subprocess.Popen(
        [sys.executable, program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    ) as process:

        def ask(name):
            process.stdin.write(f"{name}\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        yield ask
        process.stdin.close()
