"""Programs that read prompts, frozen without options."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipapp
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "example_pkg"
PROGRAM = """
from example_pkg import prompts
import example_pkg.prompts.agents

prompt = prompts.agents.backend_engineer
assert prompt and prompt.metadata["model"] and len(prompt.sha256) == 64
assert prompts.snippets.release_notes(lines=3)
steps = [{"title": "haul", "done": True}, {"title": "\u00e9a"}]
text = prompts.snippets.steps(steps=steps)
assert text == "1. [x] Haul\\n2. [ ] \u00c9a\\nnet: \u00e9\\nhalf", text
text = prompts.snippets.steps_jinja(steps=steps)
assert text == "1. [x] Haul\\n2. [ ] \u00c9a\\nhaul, \u00e9a 0.5", text
assert [*prompts.agents] and all(map(prompts.load, prompts.names()))
assert example_pkg.prompts.agents.backend_engineer is prompt
for error, wrong in (
    (prompts.UnknownPromptError, lambda: prompts.agents.nope),
    (prompts.VariableError, lambda: prompts.snippets.release_notes(line=3)),
):
    try:
        wrong()
    except error:
        pass
    else:
        raise AssertionError
print("read", len(prompts.names()))
"""
STEPS = """\
---
agpm:
  templating: true
  runtime:
    steps: [{title: str, done: bool | None}]
    net: {type: str, default: "\\u00e9"}
---
{% for step in steps -%}
{{ loop.index }}. [{% if step.done %}x{% else %} {% endif %}] {{ step.title | title }}
{% endfor %}{% for each in net %}{{ 'net: ' ~ each }}{% endfor %}
{% if steps | length / 4 == 0.5 %}half{% endif %}"""
STEPS_JINJA = """\
---
agpm:
  templating: jinja2
  runtime: {steps: [{title: str, done: bool | None}]}
---
{% macro row(step) %}[{{ 'x' if step.done else ' ' }}] {{ step.title | title }}
{% endmacro -%}
{% for step in steps if step.title %}{{ loop.index }}. {{ row(step) }}{% endfor -%}
{{ steps | map(attribute='title') | join(', ') }} {{ steps | length / 4 }}"""
MISSING = """
from example_pkg import prompts
try:
    prompts.agents.backend_engineer
except prompts.DamagedWheelError as error:
    print(error)
"""

OWN_HOOKS = """
[project.entry-points.pyinstaller40]
hook-dirs = "builtins:list"
"""


def example_with_logic(directory):
    """Copy the example, with prompts that need the interpreters of templates."""
    project = directory / "project"
    shutil.copytree(EXAMPLE, project)
    (project / "prompts/snippets/steps.md").write_text(STEPS, encoding="utf-8")
    jinja = project / "prompts/snippets/steps-jinja.md"
    jinja.write_text(STEPS_JINJA, encoding="utf-8")
    file = project / "pyproject.toml"
    text = file.read_text(encoding="utf-8")
    table = "[tool.hatch-agpm.snippets]\n"
    entry = 'steps = "prompts/snippets/steps.md"\n'
    entry += 'steps-jinja = "prompts/snippets/steps-jinja.md"\n'
    file.write_text(text.replace(table, table + entry), encoding="utf-8")
    return project


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """Return the Python of an environment with the freezers."""
    environment = tmp_path_factory.mktemp("freezers") / "env"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    python = environment / "bin/python"
    install = [python, "-m", "pip", "install", "--quiet", "pyinstaller", "cx_Freeze"]
    if subprocess.run(install, check=False).returncode:
        pytest.skip("the freezers cannot be installed")
    return python


@pytest.fixture
def install(python, tmp_path, build):
    """Install the wheel of the example, built with a backend."""

    def installed(backend, more=""):
        project = example_with_logic(tmp_path)
        file = project / "pyproject.toml"
        text = file.read_text(encoding="utf-8") + more
        if backend == "setuptools":
            text = text.replace('"hatchling"', '"setuptools"')
            text = text.replace("hatchling.build", "setuptools.build_meta")
        file.write_text(text, encoding="utf-8")
        wheel = build(project, "wheel", backend).artefact
        command = [python, "-m", "pip", "install", "--quiet", "--no-deps"]
        subprocess.run([*command, "--force-reinstall", wheel], check=True)

    return installed


def freeze(directory, *command):
    done = subprocess.run(
        command, cwd=directory, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def output_of(program):
    done = subprocess.run([program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.network
@pytest.mark.parametrize("backend", ["hatchling", "setuptools"])
def test_pyinstaller_needs_no_options(python, install, tmp_path, backend):
    install(backend)
    (tmp_path / "app.py").write_text(PROGRAM)

    freeze(tmp_path, python, "-m", "PyInstaller", "--noconfirm", "app.py")

    assert output_of(tmp_path / "dist/app/app") == "read 7\n"


@pytest.mark.slow
@pytest.mark.network
def test_without_the_entry_point_the_error_names_the_option(python, install, tmp_path):
    install("hatchling", OWN_HOOKS)
    (tmp_path / "app.py").write_text(MISSING)
    command = [python, "-m", "PyInstaller", "--noconfirm"]

    freeze(tmp_path, *command, "app.py")
    message = output_of(tmp_path / "dist/app/app")
    assert "example_pkg/prompts/agents/backend-engineer.md" in message
    assert "--collect-data example_pkg.prompts" in message

    # Of another name: PyInstaller caches a program by the time of its file.
    (tmp_path / "other.py").write_text(PROGRAM)
    option = ["--collect-data", "example_pkg.prompts"]
    freeze(tmp_path, *command, *option, "other.py")
    assert output_of(tmp_path / "dist/other/other") == "read 7\n"


@pytest.mark.slow
@pytest.mark.network
def test_cx_freeze_needs_no_options(python, install, tmp_path):
    install("hatchling")
    (tmp_path / "app.py").write_text(PROGRAM)

    command = python.with_name("cxfreeze")
    freeze(tmp_path, command, "build_exe", "--script", "app.py")

    (program,) = tmp_path.glob("build/exe*/app")
    assert output_of(program) == "read 7\n"


@pytest.mark.slow
@pytest.mark.network
@pytest.mark.parametrize(
    "packing", [("shiv",), ("pex",), ("pex", "--layout", "packed"), ("pex", "--venv")]
)
def test_archives_of_shiv_and_pex_need_no_options(
    python, build, tmp_path, run_command, packing
):
    tool, *options = packing
    subprocess.run([python, "-m", "pip", "install", "--quiet", tool], check=True)
    project = example_with_logic(tmp_path)
    wheel = build(project).artefact
    (tmp_path / "app.py").write_text(PROGRAM)
    roots = {"PEX_ROOT": str(tmp_path / "pex"), "SHIV_ROOT": str(tmp_path / "shiv")}
    environ = {**os.environ, **roots}

    command = [python.with_name(tool), wheel, "-o", "app.pyz", *options]
    code, output = run_command(command, tmp_path, environ)
    assert code == 0, output

    command = [python, "app.pyz", "app.py"]
    assert run_command(command, tmp_path, environ) == (0, "read 7\n")


def test_a_zipapp_needs_no_options(build, unpack, tmp_path, run_command):
    project = example_with_logic(tmp_path)
    site = unpack(build(project).artefact)
    (site / "__main__.py").write_text(PROGRAM)
    zipapp.create_archive(site, tmp_path / "app.pyz")

    command = [sys.executable, "-I", tmp_path / "app.pyz"]
    assert run_command(command, tmp_path) == (0, "read 7\n")
