"""`editable = "in-tree"` and `"off"`: the files in the tree and in artefacts."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest
from layouts import only_flat_is_fast

from hatch_agpm.build.in_tree import (
    is_owned,
    release,
    remove_from_tree,
    write_into_tree,
)
from hatch_agpm.build.verify import check_output
from hatch_agpm.cli.main import main
from hatch_agpm.model.rendering import FileContent

BOTH = pytest.mark.parametrize("backend", ["hatchling", "setuptools"])
READ = """
import site
site.addsitedir({!r})
import importlib
module = importlib.import_module({!r})
print(module.names())
"""


def files(**texts):
    return {
        path.replace("__", "/"): FileContent(data=text.encode(), executable=False)
        for path, text in texts.items()
    }


def tree(directory):
    return {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file() and "egg-info" not in str(path)
    }


# --- the output directory -------------------------------------------------------------


def test_writing_replaces_only_files_that_were_written_before(tmp_path):
    write_into_tree(tmp_path, files(a="1", old__b="2", old__c="3"))
    (tmp_path / "mine.txt").touch()

    write_into_tree(tmp_path, files(a="4", new__d="5"))

    assert {path for path in tree(tmp_path) if not path.startswith(".")} == {
        "a",
        "mine.txt",
        "new/d",
    }
    assert (tmp_path / "a").read_text() == "4"
    assert not (tmp_path / "old").exists()
    assert (tmp_path / ".gitignore").read_text() == "*\n"


def test_only_unchanged_written_files_are_owned(tmp_path):
    write_into_tree(tmp_path, files(a="1", b="2"))
    (tmp_path / "b").write_text("mine")
    (tmp_path / "c").touch()

    owned = [path for path in sorted(tree(tmp_path)) if is_owned(tmp_path, path)]

    assert owned == [".gitignore", ".hatch-agpm", "a"]


def test_removing_keeps_the_files_of_the_user(tmp_path):
    output = tmp_path / "pkg/prompts"
    write_into_tree(output, files(a="1", b__c="2"))
    (output / "mine.txt").touch()

    remove_from_tree(output)
    assert list(tree(output)) == ["mine.txt"]

    remove_from_tree(output)
    assert list(tree(output)) == ["mine.txt"]


def test_files_of_a_killed_process_are_not_taken_for_the_users(tmp_path):
    code = (
        "import os, pathlib, sys\n"
        "from hatch_agpm.build.in_tree import write_into_tree\n"
        "from hatch_agpm.model.rendering import FileContent\n"
        "new = {'a': FileContent(data=b'4', executable=False)}\n"
        "class Dies(dict):\n"
        "    def items(self):\n"
        "        yield from super().items()\n"
        "        yield 'b', FileContent(data=b'5', executable=False)\n"
        "def audit(event, arguments):\n"
        "    if event == 'os.rename' and str(arguments[1]).endswith('/b'):\n"
        "        os._exit(1)\n"
        "sys.addaudithook(audit)\n"
        f"write_into_tree(pathlib.Path({str(tmp_path)!r}), Dies(new))\n"
    )
    write_into_tree(tmp_path, files(a="1", b="2", c="3"))

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 1

    assert (tmp_path / "a").read_text() == "4"
    assert (
        check_output(
            tmp_path.parent,
            tmp_path.name,
            stubs={"__init__.pyi": files(x="# stub")["x"]},
        )
        == {}
    )


def test_the_stub_of_the_user_is_neither_written_nor_owned(tmp_path):
    stub = tmp_path / "__init__.pyi"
    stub.write_text("# stub")

    written = {**files(a="1"), "__init__.pyi": files(x="# newer")["x"]}
    write_into_tree(tmp_path, written, kept=["__init__.pyi"])

    assert stub.read_text() == "# stub"
    assert (tmp_path / ".gitignore").read_text() == "*\n!/__init__.pyi\n"
    assert not is_owned(tmp_path, "__init__.pyi")


def test_a_written_stub_that_the_user_replaced_is_the_users(tmp_path):
    written = {"__init__.pyi": files(x="# stub")["x"]}
    write_into_tree(tmp_path, written)
    assert is_owned(tmp_path, "__init__.pyi")

    release(tmp_path, ["__init__.pyi"])

    assert not is_owned(tmp_path, "__init__.pyi")
    assert is_owned(tmp_path, ".gitignore")
    assert (tmp_path / ".gitignore").read_text() == "*\n!/__init__.pyi\n"
    remove_from_tree(tmp_path)
    assert list(tree(tmp_path)) == ["__init__.pyi"]


# --- builds ---------------------------------------------------------------------------


@pytest.fixture
def develop(copy_project, edit, build, unpack):
    """Install a project in development mode; return it, and the installed files."""

    def installed(name, backend, mode="in-tree"):
        project = copy_project(name)
        table = "\n[tool.hatch-agpm]\n"
        if name == "flat":
            edit(project, "", f'{table}editable = "{mode}"\n')
        else:
            edit(project, table, f'{table}editable = "{mode}"\n')
        return project, unpack(build(project, "editable", backend).artefact)

    return installed


OUTPUTS = {
    "flat": "flat/prompts",
    "src-layout": "src/src_layout/prompts",
    "namespace": "src/acme/tools/prompts",
    "no-code": "acme_prompts",
}

MATRIX = only_flat_is_fast(OUTPUTS)


@pytest.mark.slow
@BOTH
@pytest.mark.parametrize("name", OUTPUTS)
def test_trap_27_bundle_files_in_the_tree_reach_neither_sdist_nor_wheel(
    develop, build, backend, name
):
    project, _ = develop(name, backend)
    output = project / OUTPUTS[name]
    assert (output / "index.json").is_file()
    # A leftover of an install that was never finished.
    (output / ".hatch-agpm-x").write_text("leftover")

    sdist = build(project, "sdist", backend).files
    wheel = build(project, "wheel", backend).files
    shutil.rmtree(output)
    clean = build(project, "wheel", backend).files

    assert not [path for path in sdist if path.startswith(f"{OUTPUTS[name]}/")]
    assert ours(wheel) == ours(clean)


def ours(wheel):
    """The files of a wheel, without those in which setuptools writes dates."""
    return {path: data for path, data in wheel.items() if ".dist-info/" not in path}


@pytest.mark.slow
@BOTH
def test_of_an_in_tree_bundle_the_sdist_includes_only_the_stubs(
    develop, build, backend
):
    project, _ = develop("flat", backend)
    assert main(["stub", "--project", str(project)]) == 0

    sdist = build(project, "sdist", backend).files

    inside = [path for path in sdist if path.startswith("flat/prompts/")]
    stubs = ["__init__.pyi", "agents.pyi", "scripts.pyi"]
    assert sorted(inside) == [f"flat/prompts/{name}" for name in stubs]


@BOTH
def test_the_tree_of_an_in_tree_install_can_be_read_without_it(
    develop, run_python, backend
):
    project, _ = develop("src-layout", backend)

    code = "from src_layout import prompts; print(prompts.__file__)"

    assert run_python(code, project / "src") == (
        f"{project}/src/src_layout/prompts/__init__.py\n"
    )


@pytest.mark.slow
@BOTH
def test_an_install_that_redirects_again_clears_the_tree(develop, edit, build, backend):
    project, _ = develop("flat", backend)
    edit(project, 'editable = "in-tree"', 'editable = "redirect"')

    build(project, "editable", backend)

    assert not (project / "flat/prompts").exists()


@pytest.mark.slow
@BOTH
@pytest.mark.parametrize("target", ["wheel", "sdist", "editable"])
def test_a_file_of_the_user_among_them_is_still_an_error(
    develop, error_of, backend, target
):
    project, _ = develop("flat", backend)
    prompt = project / "flat/prompts/agents/reviewer.md"
    prompt.write_text("Mended by hand.")

    shown = error_of(project, target, backend)
    assert "hatch-agpm: flat/prompts: " in shown
    assert "agents/reviewer.md" in shown
    assert prompt.read_text() == "Mended by hand."


def test_hatch_clean_removes_what_an_in_tree_install_wrote(develop, run_command):
    project, _ = develop("flat", "hatchling")
    system = '[build-system]\nrequires = []\nbuild-backend = "hatchling.build"\n\n'
    file = project / "pyproject.toml"
    file.write_text(system + file.read_text())

    clean = [sys.executable, "-m", "hatchling", "build", "-c", "--hooks-only"]
    code, output = run_command(clean, project)

    assert code == 0, output
    assert not (project / "flat/prompts").exists()


@BOTH
@pytest.mark.parametrize("name", MATRIX)
def test_with_editable_off_no_prompts_are_installed_or_rendered(
    develop, build, unpack, backend, name
):
    project, site = develop(name, backend, mode="off")
    for template in (project / "prompts").rglob("*.md"):
        template.write_text("---\nagpm: {templating: true}\n---\n{{ no }}")

    again = unpack(build(project, "editable", backend).artefact)

    assert not [path for path in tree(again) if "agpm" in path]
    assert [path.name for path in site.rglob("*agpm*")] == []


@pytest.mark.slow
@pytest.mark.parametrize("value", ['"in_tree"', "true"])
@BOTH
def test_another_value_of_editable_is_an_error(
    copy_project, edit, error_of, backend, value
):
    project = copy_project("flat")
    edit(project, "", f"\n[tool.hatch-agpm]\neditable = {value}\n")

    for target in ("editable", "wheel"):
        output = error_of(project, target, backend)
        assert "hatch-agpm: tool.hatch-agpm.editable " in output


def test_a_tree_that_cannot_be_written_is_an_error(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(OSError, match="file"):
        write_into_tree(tmp_path / "file/prompts", files(a="1"))
