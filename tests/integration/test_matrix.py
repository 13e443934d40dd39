"""
Every front end with every backend: a wheel, an environment, every prompt read.

The cells share only the installed wheels: each builds in isolation, from the tree or
from an sdist, and compares the prompts in an empty environment with the first
rendering.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tarfile

import pytest

from hatch_agpm.cli.main import main

pytestmark = [pytest.mark.slow, pytest.mark.network]

LAYOUTS = {
    "flat": "flat.prompts",
    "src-layout": "src_layout.prompts",
    "no-code": "acme_prompts",
}
PYTHON = sys.executable
FRONT_ENDS = {
    ("build", "tree"): [PYTHON, "-m", "build", "--wheel", "--outdir", "{out}"],
    ("build", "sdist"): [PYTHON, "-m", "build", "--outdir", "{out}"],
    ("pip", "tree"): [PYTHON, "-m", "pip", "wheel", "--no-deps", "-w", "{out}", "."],
    ("pip", "sdist"): [
        *(PYTHON, "-m", "pip", "wheel", "--no-deps", "-w", "{out}", "{sdist}")
    ],
    ("uv", "tree"): [PYTHON, "-m", "uv", "build", "--wheel", "--out-dir", "{out}"],
    ("uv", "sdist"): [PYTHON, "-m", "uv", "build", "--out-dir", "{out}"],
    ("hatch", "tree"): [PYTHON, "-m", "hatch", "build", "-t", "wheel", "{out}"],
    # hatch does not build wheels from an sdist.
    ("hatch", "sdist"): [PYTHON, "-m", "hatch", "build", "-t", "wheel", "{out}"],
}

READ = """
import hashlib, importlib, json, sys
prompts = importlib.import_module(sys.argv[1])
def document(name):
    found = prompts.load(name).document
    return found.encode() if isinstance(found, str) else found
shown = {name: hashlib.sha256(document(name)).hexdigest() for name in prompts.names()}
assert all(prompts.load(name).sha256 == digest for name, digest in shown.items())
assert not {"jinja2", "yaml", "hatch_agpm"} & set(sys.modules)
print(json.dumps(shown))
"""

EXPECTED = """
import hashlib, json, pathlib, sys
root = pathlib.Path(sys.argv[1])
print(json.dumps({
    path.relative_to(root).with_suffix("").as_posix():
        hashlib.sha256(path.read_bytes()).hexdigest()
    for path in root.rglob("*") if path.is_file()
}))
"""


@pytest.fixture(scope="module")
def wheels():
    """The sha256 of the first wheel of each backend and layout: all are the same."""
    return {}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("origin", ["tree", "sdist"])
@pytest.mark.parametrize("backend", ["hatchling", "setuptools"])
@pytest.mark.parametrize("front_end", ["build", "pip", "uv", "hatch"])
def test_every_prompt_is_in_the_wheel(
    copy_project,
    use_backend,
    edit,
    build,
    offline,
    run_command,
    tmp_path,
    wheels,
    front_end,
    backend,
    origin,
    layout,
):
    project = copy_project(layout)
    use_backend(project, backend)
    if layout == "flat":
        edit(project, 'dependencies = ["Requests >= 2"]', "dependencies = []")
    expected = rendered(project, tmp_path, run_command)
    sdist = ""
    if (origin, front_end) in {("sdist", "pip"), ("sdist", "hatch")}:
        sdist = build(project, "sdist", backend).artefact
    if (origin, front_end) == ("sdist", "hatch"):
        with tarfile.open(sdist) as archive:
            archive.extractall(tmp_path / "unpacked", filter="data")
        (project,) = (tmp_path / "unpacked").iterdir()

    out = tmp_path / "out"
    command = [
        part.replace("{out}", str(out)).replace("{sdist}", str(sdist))
        for part in FRONT_ENDS[front_end, origin]
    ]
    # Without it, the files of a setuptools wheel have the time of their build.
    clock = {"SOURCE_DATE_EPOCH": "1700000000"}
    code, output = run_command(command, project, {**offline, **clock})

    assert code == 0, output
    (wheel,) = out.glob("*.whl")
    assert read(wheel, LAYOUTS[layout], tmp_path, run_command, offline) == expected
    assert main(["verify", str(wheel)]) == 0
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    assert digest == wheels.setdefault((backend, layout), digest)


def rendered(project, tmp_path, run_command):
    """The result of the core: names, and sha256 of the documents."""
    target = tmp_path / "rendered"
    assert main(["render", "--output", str(target), "--project", str(project)]) == 0
    _, shown = run_command([PYTHON, "-c", EXPECTED, target], tmp_path)
    return json.loads(shown)


def read(wheel, module, tmp_path, run_command, offline):
    """The prompts that an environment with only the wheel reads."""
    venv = tmp_path / "venv"
    uv = [PYTHON, "-m", "uv"]
    for command in (
        [*uv, "venv", "--python", PYTHON, venv],
        [*uv, "pip", "install", "--no-deps", "--python", venv, wheel],
    ):
        code, output = run_command(command, tmp_path, offline)
        assert code == 0, output
    python = venv / "bin" / "python"
    code, shown = run_command([python, "-I", "-c", READ, module], tmp_path)
    assert code == 0, shown
    return json.loads(shown)
