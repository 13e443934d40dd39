"""The stub in the source tree: writing, checking, builds, type checkers."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hatch_agpm.cli.main import main

EXAMPLE = Path(__file__).parents[2] / "example_pkg"
STUB = "flat/prompts/__init__.pyi"
STUBS = [STUB, "flat/prompts/agents.pyi", "flat/prompts/scripts.pyi"]
BOTH = pytest.mark.parametrize("backend", ["hatchling", "setuptools"])


def stub(project, *options):
    return main(["stub", *options, "--project", str(project)])


def test_the_command_writes_the_stub_of_the_wheel(copy_project, build, capsys):
    project = copy_project("flat")

    assert stub(project) == 0

    assert capsys.readouterr().out.splitlines() == STUBS
    files = build(project).files
    assert all((project / path).read_bytes() == files[path] for path in STUBS)
    assert stub(project, "--check") == 0


def named(capsys):
    """Return the files of an error."""
    lines = capsys.readouterr().err.removeprefix("hatch-agpm: ").splitlines()
    return [line.partition(": ")[0] for line in lines]


def test_check_names_the_stubs_that_are_not_up_to_date(
    copy_project, use_backend, edit, capsys
):
    project = copy_project("flat")
    use_backend(project, "hatchling")
    assert stub(project, "--check") == 1
    assert named(capsys) == STUBS

    stub(project)
    edit(project, "[tool.hatch-agpm.scripts]\ncheck", "[tool.hatch-agpm.scripts]\nlook")
    capsys.readouterr()

    assert stub(project, "--check") == 1
    assert named(capsys) == [STUB, "flat/prompts/scripts.pyi"]
    assert main(["check", "--project", str(project)]) == 0
    assert f"note: {STUB} is not up to date" in capsys.readouterr().out
    assert main(["check", "--strict", "--project", str(project)]) == 1


def test_windows_line_ends_do_not_make_a_stub_outdated(copy_project, capsys):
    project = copy_project("flat")
    stub(project)
    file = project / STUB
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))

    assert stub(project, "--check") == 0
    main(["check", "--project", str(project)])
    assert "is not up to date" not in capsys.readouterr().out


@pytest.mark.slow
@BOTH
@pytest.mark.parametrize(
    "name",
    ["flat", "src-layout", "namespace", "no-code"],
)
def test_a_build_ships_a_current_stub_whatever_is_committed(
    copy_project, build, unpack, run_python, backend, name
):
    outputs = {
        "flat": "flat/prompts",
        "src-layout": "src/src_layout/prompts",
        "namespace": "src/acme/tools/prompts",
        "no-code": "acme_prompts",
    }
    project = copy_project(name)
    before = build(project, "wheel", backend).files
    stub(project)
    path = f"{outputs[name]}/__init__.pyi"
    (project / path).write_bytes((project / path).read_bytes() + b"# older\n")

    wheel = build(project, "wheel", backend).files
    sdist = build(project, "sdist", backend).files
    site = unpack(build(project, "editable", backend).artefact)

    inside = outputs[name].removeprefix("src/")
    assert wheel[f"{inside}/__init__.pyi"] == before[f"{inside}/__init__.pyi"]
    assert sdist[path].endswith(b"# older\n")
    module = inside.replace("/", ".")
    code = f"import site; site.addsitedir({str(site)!r})\n"
    code += f"import {module} as p; print(len(p.names()) > 0)"
    assert run_python(code) == "True\n"


# --- type checkers --------------------------------------------------------------------


def test_the_stub_of_the_example_is_committed_and_up_to_date():
    assert main(["stub", "--check", "--project", str(EXAMPLE)]) == 0


@pytest.fixture(params=["source tree", "wheel"])
def example(request, tmp_path, build, unpack):
    """The directory of the example's code, without a finder."""
    project = tmp_path / "project"
    shutil.copytree(EXAMPLE, project)
    if request.param == "source tree":
        return project
    return unpack(build(project).artefact)


@pytest.mark.slow
def test_mypy_accepts_the_example(example):
    command = [sys.executable, "-m", "mypy", "--strict", "-p", "example_pkg"]
    done = subprocess.run(
        command, cwd=example, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "no issues found" in done.stdout


@pytest.mark.slow
def test_pyright_accepts_the_example(example):
    checker = shutil.which("basedpyright", path=str(Path(sys.executable).parent))
    if checker is None:
        pytest.skip("basedpyright is not installed")
    # The reader and the accessor are in the wheel, and no code of the user's.
    code = [path.name for path in (example / "example_pkg").glob("*.py")]
    settings = {
        "typeCheckingMode": "strict",
        "include": [
            *(f"example_pkg/{name}" for name in code),
            "example_pkg/prompts/__init__.pyi",
        ],
    }
    (example / "pyrightconfig.json").write_text(json.dumps(settings))

    done = subprocess.run(
        [checker, "--pythonpath", sys.executable],
        cwd=example,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout
    assert done.stdout.startswith("0 errors, 0 warnings")


def test_checkers_find_what_is_wrong_in_the_source_tree(tmp_path):
    project = tmp_path / "project"
    shutil.copytree(EXAMPLE, project)
    wrong = "from example_pkg import prompts\nprompts.agents.backend\n"
    (project / "example_pkg/wrong.py").write_text(wrong)

    command = [sys.executable, "-m", "mypy", "--strict", "-p", "example_pkg"]
    done = subprocess.run(
        command, cwd=project, capture_output=True, text=True, check=False
    )

    assert 'wrong.py:2: error: "' in done.stdout
    assert done.returncode == 1


@pytest.mark.slow
def test_after_the_first_stub_mypy_needs_a_new_cache(write_files):
    """If this fails, mypy has improved: delete the advice from stub and docs."""
    project = write_files(
        {
            "pyproject.toml": (
                '[build-system]\nrequires = ["hatchling", "hatch-agpm"]\n'
                'build-backend = "hatchling.build"\n'
                '[project]\nname = "acme"\nversion = "1"\n'
            ),
            "acme/__init__.py": "from acme import prompts\n",
            "prompts/agents/a.md": "A",
        }
    )

    def errors():
        command = [sys.executable, "-m", "mypy", "acme"]
        done = subprocess.run(
            command, cwd=project, capture_output=True, text=True, check=False
        )
        return done.stdout.count("error:")

    assert errors() == 1
    assert stub(project) == 0
    assert errors() == 1

    shutil.rmtree(project / ".mypy_cache")
    assert errors() == 0
