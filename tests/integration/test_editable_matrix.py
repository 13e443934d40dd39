"""
Development installs: every mode, layout, backend and front end, each in its own venv.

A cell installs, reads, changes a template, reads the new text at the next import, and
builds a wheel from the same tree, which holds what a clean checkout would give.
"""

from __future__ import annotations

import shutil
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.network]

PYTHON = sys.executable
UV = [PYTHON, "-m", "uv"]
INSTALL = {
    "pip": [PYTHON, "-m", "pip", "--python", "{venv}", "install"],
    "uv": [*UV, "pip", "install", "--python", "{venv}"],
}
LAYOUTS = {
    "flat": ("flat.prompts", "agents/reviewer", "flat/prompts", "docs/rules.md"),
    "src-layout": (
        "src_layout.prompts",
        "snippets/greeting",
        "src/src_layout/prompts",
        "prompts/snippets/greeting.md",
    ),
    "namespace": (
        "acme.tools.prompts",
        "snippets/greeting",
        "src/acme/tools/prompts",
        "prompts/snippets/greeting.md",
    ),
    "no-code": (
        "acme_prompts",
        "snippets/greeting",
        "acme_prompts",
        "prompts/snippets/greeting.md",
    ),
}
HATCH = {
    "default": "",
    "exact": "\n[tool.hatch.build]\ndev-mode-exact = true\n",
    "dirs": '\n[tool.hatch.build]\ndev-mode-dirs = ["src", "."]\n',
}
CELLS = [
    (backend, layout, mode, editable, front_end)
    for backend, modes in (
        ("hatchling", HATCH),
        ("setuptools", ("lenient", "strict", "compat")),
    )
    for layout in LAYOUTS
    for mode in modes
    for editable in ("redirect", "in-tree")
    for front_end in INSTALL
    # hatchling cannot map a namespace exactly, with or without a hook.
    if (layout, mode) != ("namespace", "exact")
    # One smoke test is enough for a mode that setuptools calls obsolete.
    if mode != "compat" or (layout, editable, front_end) == ("flat", "redirect", "pip")
]
READ = """
import importlib, sys
prompts = importlib.import_module({module!r})
text = prompts.load({prompt!r})
assert prompts.names() and text.sha256
print(text, end="")
"""


@pytest.fixture(scope="module")
def shared(offline, tmp_path_factory):
    """The front ends' environment, with a cache that only these tests use."""
    cache = tmp_path_factory.mktemp("cache")
    return {**offline, "XDG_CACHE_HOME": str(cache), "PYTHONDONTWRITEBYTECODE": ""}


@pytest.fixture
def venv(tmp_path, run_command, shared):
    """A new environment that includes hatch-agpm."""
    venv = tmp_path / "venv"
    for command in (
        [*UV, "venv", "--quiet", "--python", PYTHON, venv],
        [*UV, "pip", "install", "--python", venv, "hatch-agpm", "editables"],
    ):
        code, output = run_command(command, tmp_path, shared)
        assert code == 0, output
    return venv


@pytest.mark.parametrize(("backend", "layout", "mode", "editable", "front_end"), CELLS)
def test_a_change_shows_at_the_next_import_and_no_wheel_has_a_leftover(
    copy_project,
    use_backend,
    edit,
    build,
    shared,
    venv,
    run_command,
    tmp_path,
    backend,
    layout,
    mode,
    editable,
    front_end,
):
    module, prompt, output, source = LAYOUTS[layout]
    project = copy_project(layout)
    use_backend(project, backend)
    set_up(project, edit, backend, layout, mode, editable)
    settings = [f"-Ceditable_mode={mode}"] if backend == "setuptools" else []
    command = [part.replace("{venv}", str(venv)) for part in INSTALL[front_end]]
    code, shown = run_command([*command, *settings, "-e", "."], project, shared)
    assert code == 0, shown

    # Isolated: the directory of the project has the name of the package.
    code = READ.format(module=module, prompt=prompt)
    read = [venv / "bin/python", "-I", "-c", code]
    code, before = run_command(read, tmp_path, shared)
    assert code == 0, before
    assert "Changed" not in before
    edit(project, "", "Changed.\n", source)
    code, after = run_command(read, tmp_path, shared)

    assert code == 0, after
    assert after.replace("Changed.\n", "") == before
    assert "Changed.\n" in after
    in_tree = [path for path in (project / output).rglob("*") if path.is_file()]
    assert bool(in_tree) == (editable == "in-tree")
    wheel = build(project, "wheel", backend).artefact
    clean = clean_copy(project, output, tmp_path / "clean")
    assert shipped(wheel) == shipped(build(clean, "wheel", backend).artefact)


def set_up(project, edit, backend, layout, mode, editable):
    if backend == "hatchling":
        edit(project, "", HATCH[mode])
    if layout == "flat":
        edit(project, 'dependencies = ["Requests >= 2"]', "dependencies = []")
    line = f'editable = "{editable}"\n'
    table = "\n[tool.hatch-agpm]\n"
    text = (project / "pyproject.toml").read_text("utf-8")
    edit(project, table if table in text else "", f"{table}{line}")


def clean_copy(project, output, target):
    """The sources without generated files, as in a fresh checkout."""
    for path in project.rglob("*"):
        name = path.relative_to(project).as_posix()
        made = name.startswith((f"{output}/", "build/")) or ".egg-info" in name
        if path.is_file() and not made and "__pycache__" not in name:
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target / name)
    return target


def shipped(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return {
            name: archive.read(name)
            for name in archive.namelist()
            if not name.endswith("/RECORD")
        }


MEMBER = """
[project]
name = "{name}"
version = "1"

[build-system]
requires = ["hatchling", "hatch-agpm"]
build-backend = "hatchling.build"

[tool.hatch.build.hooks.agpm]
"""
WORKSPACE = """
[project]
name = "whole"
version = "1"
requires-python = ">=3.11"
dependencies = ["one", "two"]

[dependency-groups]
dev = ["hatch-agpm"]

[tool.uv.workspace]
members = ["one", "two"]

[tool.uv.sources]
one = { workspace = true }
two = { workspace = true }
"""


def test_the_members_of_a_workspace_of_uv_show_each_its_own(
    write_files, run_command, edit, shared
):
    members = {
        f"{name}/{path}": text
        for name in ("one", "two")
        for path, text in {
            "pyproject.toml": MEMBER.format(name=name),
            f"{name}/__init__.py": "",
            "prompts/snippets/x.md": f"I am {name}.\n",
        }.items()
    }
    root = write_files({"pyproject.toml": WORKSPACE, **members})
    code, output = run_command([*UV, "sync", "--quiet"], root, shared)
    assert code == 0, output

    show = "import one.prompts, two.prompts; "
    show += "print(one.prompts.snippets.x + two.prompts.snippets.x, end='')"
    read = [root / ".venv/bin/python", "-c", show]
    assert run_command(read, root, shared) == (0, "I am one.\nI am two.\n")
    edit(root, "I am two", "I was two", "two/prompts/snippets/x.md")

    assert run_command(read, root, shared) == (0, "I am one.\nI was two.\n")


def test_uv_keeps_what_it_links_into_environments(
    copy_project, use_backend, edit, venv, run_command, shared, tmp_path
):
    project = copy_project("src-layout")
    use_backend(project, "hatchling")
    install = [*UV, "pip", "install", "--python", venv, "-e", "."]
    assert run_command(install, project, shared)[0] == 0
    before = installed(venv)

    edit(project, "", "Changed.\n", "prompts/snippets/greeting.md")
    show = "from src_layout import prompts; print(prompts.snippets.greeting)"
    code, shown = run_command([venv / "bin/python", "-c", show], tmp_path, shared)

    assert code == 0, shown
    assert "Changed." in shown
    assert installed(venv) == before


def installed(venv):
    (site,) = Path(venv).glob("lib/python*/site-packages")
    return {
        path: path.read_bytes()
        for path in site.glob("_agpm_editable_*")
        if path.is_file()
    } | {
        path: path.read_bytes()
        for path in site.glob("_agpm_editable_*/**/*")
        if path.is_file() and "__pycache__" not in path.parts
    }
