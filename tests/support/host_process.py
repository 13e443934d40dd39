"""
Compares what a process shares with all of its code before and after a call.

As a program, `python host_process.py STEP DIRECTORY` makes a project in a new
directory, does one step of `STEPS` there, and prints what is different afterwards as
JSON.
"""

import atexit
import contextlib
import faulthandler
import gc
import http.client
import importlib
import io
import json
import locale
import logging
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import warnings
from pathlib import Path

PACKAGE = """\
[build-system]
requires = ["{name}", "hatch-agpm"]
build-backend = "{backend}"

[project]
name = "acme"
version = "1"
description = "Prompts."

[tool.setuptools]
packages = ["acme"]
"""
TABLES = """
[tool.hatch.build.hooks.agpm]

[tool.hatch-agpm]
{inner}

[tool.hatch-agpm.export]
types = ["skills"]
"""
FILES = {
    "acme/__init__.py": '"""A package."""\n',
    "prompts/hello.md": (
        "---\nagpm:\n  templating: true\n  runtime: {user: str}\n---\n"
        "{% if user %}Hello {{ user | upper }}{% endif %} {{ agpm.project.name }}\n"
    ),
    "prompts/loop.md": "---\nagpm: {templating: jinja2}\n---\n{{ 'a' | upper }}\n",
    "prompts/agents/a.md": "---\nname: a\ndescription: b\n---\nDo.\n",
    "prompts/skills/net/SKILL.md": "---\nname: net\ndescription: Nets.\n---\nMend.\n",
}
BACKENDS = {
    "hatchling": ("hatchling.build", ""),
    "setuptools": ("setuptools.build_meta", ""),
    "backend": ("hatch_agpm.backend", 'build-backend = "flit_core.buildapi"'),
}


def callbacks():
    """Return how many functions are called when the interpreter ends."""
    return atexit._ncallbacks()  # noqa: SLF001 - nothing else counts them


def handlers():
    """The handler of each signal."""
    found = {}
    for each in signal.valid_signals():
        with contextlib.suppress(ValueError):
            found[str(each)] = repr(signal.getsignal(each))
    return found


def descriptors():
    """What each open file descriptor is of."""
    found = {}
    for each in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            found[each.name] = str(each.readlink())
    # Without the one by which the directory itself was listed.
    return {name: of for name, of in found.items() if not of.endswith("/fd")}


def masked():
    """The umask."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def streams():
    """The standard streams, and how they write what they cannot encode."""
    return [
        (repr(each), getattr(each, "errors", "")) if each else None
        for each in (sys.stdin, sys.stdout, sys.stderr)
    ]


def children():
    """The processes that this one has started and not waited for."""
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text("ascii")


STATE = {
    "functions called at exit": callbacks,
    "frozen objects": gc.get_freeze_count,
    "garbage collection": lambda: (gc.isenabled(), gc.get_threshold(), gc.get_debug()),
    "callbacks of garbage collection": lambda: list(map(repr, gc.callbacks)),
    "signal handlers": handlers,
    "alarm": lambda: signal.getitimer(signal.ITIMER_REAL),
    "recursion limit": sys.getrecursionlimit,
    "switch interval": sys.getswitchinterval,
    "digits of numbers": sys.get_int_max_str_digits,
    "threads": lambda: [each.name for each in threading.enumerate()],
    "excepthook": lambda: (repr(sys.excepthook), repr(threading.excepthook)),
    "unraisablehook": lambda: repr(sys.unraisablehook),
    "displayhook": lambda: repr(sys.displayhook),
    "tracing": lambda: (repr(sys.gettrace()), repr(sys.getprofile())),
    "faulthandler": faulthandler.is_enabled,
    "locale": lambda: locale.setlocale(locale.LC_ALL),
    "umask": masked,
    "working directory": os.getcwd,
    "environment": lambda: dict(os.environ),
    "filters of warnings": lambda: [*map(repr, warnings.filters)],
    "showwarning": lambda: repr(warnings.showwarning),
    "logging": lambda: (logging.root.level, repr(logging.root.handlers)),
    "descriptors": descriptors,
    "children": children,
    "streams": streams,
    "sys.path": lambda: [*sys.path],
    "import hooks": lambda: [*map(repr, (*sys.meta_path, *sys.path_hooks))],
    "arguments": lambda: [*sys.argv],
    "random numbers": lambda: hash(random.getstate()),
    "timeout of sockets": socket.getdefaulttimeout,
    "priority": lambda: os.getpriority(os.PRIO_PROCESS, 0),
    "temporary directory": lambda: tempfile.tempdir,
}
"""What is compared."""


def changed(run):
    """Call a function; return what is different afterwards, with both values."""
    # The first temporary directory of a process registers the one function of Python
    # by which all of them are removed.
    tempfile.TemporaryDirectory().cleanup()
    before = {name: read() for name, read in STATE.items()}
    run()
    # What is only waiting to be collected is closed.
    gc.collect()
    after = {name: read() for name, read in STATE.items()}
    return {
        name: (before[name], after[name])
        for name in STATE
        if before[name] != after[name]
    }


def write_project(root, kind="hatchling", tables=TABLES):
    """Write a project for a kind of backend into a directory."""
    backend, inner = BACKENDS[kind]
    name = "flit_core" if kind == "backend" else kind
    text = PACKAGE.format(name=name, backend=backend) + tables.format(inner=inner)
    for path, written in {**FILES, "pyproject.toml": text}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(written, encoding="utf-8")


def build(kind, target, root):
    """Build in this process, as some front ends do; return the artefact."""
    hooks = importlib.import_module(BACKENDS[kind][0])
    out = tempfile.mkdtemp()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.chdir(root):
        return Path(out, getattr(hooks, f"build_{target}")(out, {}))


def builds(kind, target):
    """Return the step that builds once, after a build of a project without prompts."""

    def step(root):
        if kind != "backend":
            # What the backend itself changes is not ours: setuptools sets `sys.argv`.
            write_project(root / "plain", kind, tables="")
            build(kind, target, root / "plain")
        write_project(root / "project", kind)

        def run():
            arguments = sys.argv
            try:
                build(kind, target, root / "project")
            finally:
                if kind == "setuptools":
                    sys.argv = arguments

        return run

    return step


def failing(kind, target):
    """Return the step of a build that fails."""

    def step(root):
        run = builds(kind, target)(root)
        (root / "project/prompts/bad.md").write_text(
            "---\nagpm: {templating: true}\n---\n{{ missing }}", encoding="utf-8"
        )

        def attempt():
            with contextlib.redirect_stderr(io.StringIO()):
                try:
                    run()
                except SystemExit as error:
                    failures.append(error)
            assert failures

        failures = []
        return attempt

    return step


def commands(root):
    """All commands, called as functions."""
    from hatch_agpm.cli import main  # noqa: PLC0415 - heavy

    write_project(root)
    wheel = build("hatchling", "wheel", root)
    at = ["--project", str(root)]
    lines = [
        *(["list", *at], ["list", "--json", *at], ["check", *at], ["stub", *at]),
        *(["check", "--format", "sarif", *at], ["check", "--strict", *at]),
        *(["render", "hello", "--set", "user=x", *at], ["show", "hello", *at]),
        *(["render", "--output", str(root / "out"), *at], ["tree", *at]),
        *(["diff", str(wheel), *at], ["diff", "--git", "HEAD", *at], ["init", *at]),
        *(["verify", str(wheel)], ["verify", "--installed", "pip"], ["vendor", *at]),
        *(["add", str(wheel), *at], ["install", *at], ["uninstall", *at]),
        *(["preview", "--output", str(root / "page.html"), *at],),
        *(["list", "--project", str(root / "missing")], ["render", "missing", *at]),
        *(["--help"], ["--version"], ["nothing"], ["show"]),
    ]

    def run():
        for line in lines:
            stream = io.StringIO()
            with contextlib.redirect_stderr(stream), contextlib.suppress(SystemExit):
                main(line)

    # Not `redirect_stdout`: the commands write to the stream of the process.
    return run


def closed_pipe(root):
    """A command whose output nobody reads."""
    from hatch_agpm.cli import main  # noqa: PLC0415 - heavy

    write_project(root)

    def run():
        reading, writing = os.pipe()
        os.close(reading)
        with os.fdopen(writing, "w") as stream, contextlib.redirect_stdout(stream):
            assert main(["list", "--project", str(root)]) == 1

    return run


def unpacked(root):
    """Build the project, and let its package be imported."""
    write_project(root / "project")
    wheel = build("hatchling", "wheel", root / "project")
    site = root / "site"
    subprocess.run([sys.executable, "-m", "zipfile", "-e", wheel, site], check=True)
    sys.path.insert(0, str(site))
    return site


def reading(root):
    """Read prompts of a package that is installed."""
    unpacked(root)

    def run():
        prompts = importlib.import_module("acme.prompts")
        for name in prompts.names():
            prompts.load(name)
        assert prompts.hello(user="x").startswith("Hello X")
        with contextlib.suppress(Exception):
            prompts.hello()
        with contextlib.suppress(Exception):
            prompts.load("missing")

    return run


def finding(root):
    """Find the prompts of an environment, and load them."""
    site = unpacked(root)

    def run():
        hatch_agpm = importlib.import_module("hatch_agpm")
        assert [*hatch_agpm.discover()]
        assert [*hatch_agpm.discover(path=site)]
        assert hatch_agpm.load("acme").names()

    return run


def editable(root):
    """Import the prompts of an editable install, rendered again after changes."""
    from editable_project import FILES, LISTED, TABLE, install_editable  # noqa: PLC0415

    os.environ["XDG_CACHE_HOME"] = str(root / "cache")
    project, site = root / "project", root / "site"
    for path, text in {**FILES, "pyproject.toml": TABLE + LISTED}.items():
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_text(text, encoding="utf-8")
    install_editable(project, site)
    sys.path[:0] = [str(project), str(site)]
    # This is what the `.pth` file does in every process.
    importlib.import_module("_agpm_editable_pkg__prompts").start()
    (project / "docs/rules.md").write_text("No dots.\n", encoding="utf-8")

    def run():
        prompts = importlib.import_module("pkg.prompts")
        assert "No dots." in prompts.agents.a

    return run


def serving_a_preview(root):
    """Serve the preview of a project to a browser, and end that."""
    from served_preview import serving  # noqa: PLC0415 - heavy

    from hatch_agpm.cli.preview.serving import load  # noqa: PLC0415 - heavy
    from hatch_agpm.preview import Preview  # noqa: PLC0415 - heavy
    from hatch_agpm.preview.live import LivePreview  # noqa: PLC0415 - heavy

    write_project(root)
    empty = Preview(title="", counted_by="", files=(), prompts=())
    reports = []

    def run():
        live = LivePreview(
            lambda: load(str(root), None),
            empty=empty,
            may_fail=True,
            report=reports.append,
        )
        with serving(live) as server:
            client = http.client.HTTPConnection(*server.server_address)
            client.request("GET", "/")
            assert client.getresponse().read()
            client.close()

    return run


STEPS = {
    **{
        f"{kind} {target}": builds(kind, target)
        for kind in BACKENDS
        for target in ("wheel", "sdist", "editable")
    },
    **{f"{kind} fails": failing(kind, "wheel") for kind in BACKENDS},
    "commands": commands,
    "closed pipe": closed_pipe,
    "reading": reading,
    "finding": finding,
    "editable": editable,
    "serving": serving_a_preview,
}


def main(step, directory):
    """Do one step, and print what it changed."""
    run = STEPS[step](Path(directory))
    print(json.dumps(changed(run)), file=sys.__stderr__)


if __name__ == "__main__":
    main(*sys.argv[1:])
