"""
Builds real wheels and sdists of sample projects, in this environment.

Every build is a process of its own, without isolation and without an index.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from build_server import BuildServer
from commands import CACHE_KEYS

ROOT = Path(__file__).parent.parent
PROJECTS = Path(__file__).parent / "projects"
HANGS_AFTER = 300
"""Seconds after which a process is treated as hanging, even on a busy machine."""

BUILD_SYSTEM = """\
[build-system]
requires = ["{}", "hatch-agpm"]
build-backend = "{}"

"""
PACKAGE = """\
[project]
name = "{name}"
version = "{version}"

[tool.setuptools]
packages = ["{module}"]

[tool.hatch.build.hooks.agpm]

[tool.hatch-agpm]
{table}
"""
BACKENDS = {"hatchling": "hatchling.build", "setuptools": "setuptools.build_meta"}


@dataclass(frozen=True)
class Build:
    """The result of a build."""

    artefact: Path | None
    output: str

    @property
    def files(self):
        """The bytes of the artefact's files, by path; of an sdist without its root."""
        return read_archive(self.artefact)


def read_archive(path):
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    with tarfile.open(path) as archive:
        return {
            member.name.partition("/")[2]: archive.extractfile(member).read()
            for member in archive
            if member.isfile()
        }


@pytest.fixture(scope="session")
def offline(tmp_path_factory):
    """
    The environment in which front ends find everything without an index.

    hatch-agpm itself is the one of this checkout, packed as a wheel.
    """
    scratch = tmp_path_factory.mktemp("front-ends")
    wheels = scratch / "wheels"
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "wheel", "--quiet"),
            *("--wheel-dir", wheels, ROOT, "hatchling", "setuptools", "editables"),
        ],
        check=True,
    )
    return {
        **os.environ,
        "HATCH_DATA_DIR": str(scratch / "hatch"),
        "PIP_FIND_LINKS": str(wheels),
        "PIP_NO_INDEX": "1",
        "UV_CACHE_DIR": str(scratch / "uv"),
        "UV_FIND_LINKS": str(wheels),
        "UV_NO_INDEX": "1",
    }


@pytest.fixture
def copy_project(tmp_path):
    """Copy a sample project and write files into it; None deletes one."""

    def copy(name, files=None):
        project = tmp_path / name
        shutil.copytree(PROJECTS / name, project)
        for path, text in (files or {}).items():
            file = project / path
            if text is None:
                file.unlink()
                continue
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode())
        return project

    return copy


@pytest.fixture(scope="session")
def build_server():
    """What runs the builds of a session."""
    with contextlib.closing(BuildServer()) as server:
        yield server


@pytest.fixture(scope="session")
def run_build(tmp_path_factory, build_server):
    """Run one build; files left in its temporary directory are an error."""

    def run(project, target="wheel", backend="hatchling", settings=None, **environ):
        scratch = tmp_path_factory.mktemp("scratch")
        out = tmp_path_factory.mktemp("out")
        output = tmp_path_factory.mktemp("output") / "output.txt"
        code = build_server.run(
            [BACKENDS[backend], target, out, json.dumps(settings or {})],
            cwd=project,
            environ={**os.environ, "TMPDIR": str(scratch), **environ},
            output=output,
        )
        printed = output.read_text(encoding="utf-8", errors="surrogateescape")
        # Pip and uv remove the wheel that hatchling makes before it is moved.
        assert [path.name for path in scratch.iterdir()] == []
        artefacts = list(out.iterdir())
        assert len(artefacts) == (code == 0), printed
        return Build(artefacts[0] if artefacts else None, printed)

    return run


@pytest.fixture(scope="session")
def build(run_build):
    """Build a wheel, an sdist or an editable wheel, which must succeed."""

    def successfully(project, *options, **environ):
        done = run_build(project, *options, **environ)
        assert done.artefact is not None, done.output
        return done

    return successfully


@pytest.fixture
def error_of(run_build):
    """Run a build that must fail, and return its output."""

    def unsuccessfully(project, *options, **environ):
        done = run_build(project, *options, **environ)
        assert done.artefact is None, f"built {done.artefact}"
        return done.output

    return unsuccessfully


@pytest.fixture
def unpack(tmp_path):
    """Unpack a wheel or sdist, and return the directory or the sdist's root."""

    def unpacked(artefact):
        target = Path(tempfile.mkdtemp(dir=tmp_path))
        if artefact.suffix == ".whl":
            with zipfile.ZipFile(artefact) as archive:
                archive.extractall(target)
            return target
        with tarfile.open(artefact) as archive:
            archive.extractall(target, filter="data")
        return next(target.iterdir())

    return unpacked


@pytest.fixture
def run_python():
    """Run code in a fresh interpreter without this one's environment."""

    def run(code, *path, interpreter=sys.executable, options=("-I", "-S", "-B")):
        lines = [f"import sys; sys.path[:0] = {[str(entry) for entry in path]!r}", code]
        done = subprocess.run(
            [interpreter, *options, "-c", "\n".join(lines)],
            capture_output=True,
            text=True,
            check=False,
            encoding="utf-8",
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture
def run_guarded():
    """
    Run code in this environment and return what it prints.

    Its input is so large that more than linear work would take hours: the time
    limit is generous, and only ends a process that hangs.
    """

    def run(code):
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=False,
            encoding="utf-8",
            timeout=HANGS_AFTER,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture
def count_calls():
    """Call a function, and count the functions that it calls, by module."""

    def counted(function, *arguments):
        calls = Counter()

        def note(frame, event, called):
            if event == "call":
                calls[frame.f_globals.get("__name__", "")] += 1
            elif event == "c_call":
                calls[getattr(called, "__module__", "") or "builtins"] += 1

        before = sys.getprofile()
        sys.setprofile(note)
        try:
            function(*arguments)
        finally:
            sys.setprofile(before)
        return calls

    return counted


@pytest.fixture
def run_command():
    """Run a command, and return its exit code and all that it printed."""

    def run(command, cwd, environ=None):
        done = subprocess.run(
            [str(part) for part in command],
            cwd=cwd,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout

    return run


@pytest.fixture
def use_backend(edit):
    """Give a project the lines that choose its backend."""

    def use(project, backend):
        text = (project / "pyproject.toml").read_text(encoding="utf-8")
        edit(project, text, BUILD_SYSTEM.format(backend, BACKENDS[backend]) + text)

    return use


@pytest.fixture
def edit():
    """Replace text in a file of a project, or append to it."""

    def edited(project, old, new, path="pyproject.toml"):
        file = project / path
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new) if old else text + new, encoding="utf-8")

    return edited


@pytest.fixture
def write_files(tmp_path):
    """Write files by their paths into an empty directory, and return it."""

    def write(files):
        for path, content in files.items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(
                content if isinstance(content, bytes) else content.encode()
            )
        return tmp_path

    return write


@pytest.fixture
def render_files(write_files):
    """Render a manifest over files; `manifest` is the text of an agpm.toml."""

    def render(files, manifest, **options):
        from hatch_agpm.rendering.renderer import render_manifest  # noqa: PLC0415 - heavy

        root = write_files({**files, "agpm.toml": manifest})
        return render_manifest(root / "agpm.toml", **options)

    return render


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A directory of installed distributions, which this interpreter sees."""
    path = tmp_path / "site"
    path.mkdir()
    monkeypatch.syspath_prepend(path)
    return path


@pytest.fixture
def make_package(tmp_path):
    """Write a project with a package, and return its directory."""

    def made(name, files, table="", version="1.2"):
        module = name.replace("-", "_")
        root = tmp_path / "projects" / f"{name}-{version}"
        texts = {
            "pyproject.toml": PACKAGE.format(
                name=name, version=version, module=module, table=table
            ),
            f"{module}/__init__.py": "raise RuntimeError('nobody imports this')\n",
            **files,
        }
        for path, text in texts.items():
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return root

    return made


@pytest.fixture(scope="session")
def unpacked_wheels(tmp_path_factory):
    """The unpacked wheels built so far, by their inputs."""
    return {}, tmp_path_factory.mktemp("wheels")


@pytest.fixture
def install_package(site, make_package, build, unpack, unpacked_wheels):
    """Build a distribution, and install it for this interpreter."""
    known, top = unpacked_wheels

    def installed(name, files, table="", version="1.2", backend="hatchling"):
        for old in site.glob(f"{name.replace('-', '_')}*"):
            shutil.rmtree(old)
        made_of = (name, table, version, backend, *files.items())
        if made_of not in known:
            project = make_package(name, files, table, version)
            wheel = build(project, "wheel", backend, PYTHONPATH=str(site))
            known[made_of] = top / str(len(known))
            shutil.copytree(unpack(wheel.artefact), known[made_of])
        shutil.copytree(known[made_of], site, dirs_exist_ok=True)

    return installed


@pytest.fixture(scope="session")
def audited_wheel(tmp_path_factory):
    """The files of a wheel with a skill and a script, built once."""
    from audits import files_of_wheel  # noqa: PLC0415 - heavy

    return files_of_wheel(tmp_path_factory.mktemp("project"))


@pytest.fixture
def audit(audited_wheel, tmp_path):
    """Audit the wheel after some changes: new bytes by path, None for no file."""
    from audits import audit_changed  # noqa: PLC0415 - heavy

    path = tmp_path / "flat-1.2.0-py3-none-any.whl"
    return functools.partial(audit_changed, path, audited_wheel)


@pytest.fixture
def flat(copy_project, use_backend, edit):
    """A project without mistakes."""
    project = copy_project("flat")
    use_backend(project, "hatchling")
    edit(project, "", CACHE_KEYS)
    return project
