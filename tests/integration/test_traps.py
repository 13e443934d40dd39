"""
Known ways to lose prompts, to leave files behind, or to break imports, by number.

The numbers are those of docs/reference/traps.md.  Most hold for both backends.
"""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from packaging.version import Version

from hatch_agpm.cli.main import main

BOTH = pytest.mark.parametrize("backend", ["hatchling", "setuptools"])
HOOK = "[tool.hatch.build.hooks.agpm]\n"
CLOCK = {"SOURCE_DATE_EPOCH": "1700000000"}
EDITABLE = "import site; site.addsitedir({!r})\n"


def last(output):
    """The last line of the output."""
    return output.partition("hatch-agpm: ")[2]


@BOTH
@pytest.mark.parametrize("target", ["wheel", "sdist", "editable"])
def test_trap_01_no_prompt_at_all_is_an_error(
    copy_project, edit, error_of, backend, target
):
    project = copy_project("src-layout", {"prompts/snippets/greeting.md": None})
    edit(project, 'greeting = "prompts/snippets/greeting.md"', "")
    edit(project, "[tool.hatch-agpm.snippets]", "")

    message = last(error_of(project, target, backend))
    assert message.startswith("tool.hatch-agpm lists no resource")


def test_trap_02_a_table_for_the_wheel_only_is_reported_by_check(
    copy_project, use_backend, edit, build, unpack, error_of, capsys
):
    project = copy_project("excluded-sources")
    use_backend(project, "hatchling")
    edit(project, HOOK, "[tool.hatch.build.targets.wheel.hooks.agpm]\n")
    unpacked = unpack(build(project, "sdist").artefact)

    assert "names no file" in error_of(unpacked)
    assert main(["check", "--project", str(project)]) == 1
    assert "off for sdist" in capsys.readouterr().err


def test_trap_03_an_sdist_that_moves_the_templates_is_refused(
    copy_project, edit, error_of
):
    project = copy_project("flat")
    edit(project, "", '\n[tool.hatch.build.targets.sdist]\nsources = ["prompts"]\n')

    problems = last(error_of(project, "sdist")).splitlines()
    assert [problem.partition(": ")[0] for problem in problems] == [
        "prompts/agents/reviewer.md",
        "prompts/scripts/check.sh",
        "prompts/snippets/python-tone.md",
    ]
    assert all("tool.hatch.build.targets.sdist" in problem for problem in problems)


@pytest.mark.slow
@BOTH
@pytest.mark.parametrize("output", ["../prompts", "/prompts", "x/../../y", "x\\\\y"])
def test_trap_04_an_output_outside_the_project_is_refused(
    copy_project, edit, error_of, backend, output
):
    project = copy_project("src-layout")
    edit(project, "src/src_layout/prompts", output)

    message = last(error_of(project, backend=backend))
    assert message.startswith("tool.hatch-agpm.output ")
    assert "inside the project" in message


@BOTH
def test_trap_04_an_output_in_the_metadata_is_refused(
    copy_project, edit, error_of, backend
):
    project = copy_project("src-layout")
    edit(project, "src/src_layout/prompts", "src_layout-1.0.dist-info/prompts")

    message = last(error_of(project, backend=backend))
    assert message.startswith("tool.hatch-agpm.output ")
    assert "'src_layout-1.0.dist-info'" in message


@BOTH
@pytest.mark.parametrize("target", ["wheel", "sdist", "editable"])
def test_trap_05_leftovers_in_the_output_are_refused(
    copy_project, error_of, backend, target
):
    project = copy_project("flat", {"flat/prompts/agents/old.md": ""})

    assert last(error_of(project, target, backend)).startswith("flat/prompts: ")


@pytest.mark.parametrize("name", ["flat", "src-layout", "no-code"])
def test_trap_06_an_exact_editable_install_is_importable(
    copy_project, edit, build, unpack, run_python, name
):
    import editables  # noqa: PLC0415 - what an exact install needs

    project = copy_project(name)
    edit(project, "", "\n[tool.hatch.build]\ndev-mode-exact = true\n")
    edit(project, HOOK, "")
    edit(project, "", f"\n{HOOK}")
    module = {"no-code": "acme_prompts"}.get(name, f"{name.replace('-', '_')}.prompts")

    site = unpack(build(project, "editable").artefact)

    code = f"{EDITABLE.format(str(site))}import {module} as p; print(p.names() != [])"
    needed = os.path.dirname(os.path.dirname(editables.__file__))  # noqa: PTH120
    assert run_python(code, needed) == "True\n"


@pytest.mark.slow
@BOTH
@pytest.mark.parametrize("name", ["flat", "src-layout"])
def test_trap_07_a_removed_checkout_leaves_no_namespace_package(
    copy_project, build, unpack, run_python, tmp_path, backend, name
):
    project = copy_project(name)
    site = unpack(build(project, "editable", backend).artefact)
    project.rename(tmp_path / "moved")

    output = run_python(
        f"{EDITABLE.format(str(site))}"
        f"try:\n    import {name.replace('-', '_')}\n"
        "except ModuleNotFoundError as error:\n    print(error)"
    )

    assert output == f"No module named '{name.replace('-', '_')}'\n"


@pytest.mark.parametrize("options", [["--hooks-only"], ["--clean", "--hooks-only"]])
def test_trap_08_hooks_without_an_artefact_leave_nothing_behind(
    copy_project, tmp_path, options
):
    project = copy_project("flat")
    scratch = tmp_path / "scratch"
    scratch.mkdir()

    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", *options],
        cwd=project,
        env={**os.environ, "TMPDIR": str(scratch)},
        check=True,
    )

    assert list(scratch.iterdir()) == []
    assert list((project / "dist").iterdir()) == []


def test_trap_09_asking_for_requirements_writes_nothing(copy_project, tmp_path):
    project = copy_project("flat", {"prompts/agents/reviewer.md": None})
    code = "import hatchling.build as b; print(b.get_requires_for_build_wheel())"

    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=project,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "[]\n"
    assert [path.name for path in tmp_path.iterdir()] == ["flat"]


@pytest.mark.parametrize("switch", ["HATCH_BUILD_NO_HOOKS", "enable-by-default"])
def test_trap_10_and_34_a_wheel_without_prompts_fails_verify(
    copy_project, edit, build, capsys, switch
):
    project = copy_project("flat")
    environ = {}
    if switch == "enable-by-default":
        edit(project, HOOK, f"{HOOK}enable-by-default = false\n")
    else:
        environ[switch] = "true"
    wheel = build(project, **environ).artefact

    assert main(["verify", str(wheel)]) == 1
    assert "holds no prompts" in capsys.readouterr().err


@pytest.mark.slow
@BOTH
def test_trap_11_windows_line_ends_give_the_same_prompts(copy_project, build, backend):
    project = copy_project("flat")
    before = build(project, backend=backend).files
    for path in project.rglob("*.md"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

    after = build(project, backend=backend).files

    package = "flat/prompts/__init__.py"
    assert {path for path in before if before[path] != after[path]} <= {
        "flat/prompts/index.json",
        package,
        next(path for path in before if path.endswith("/RECORD")),
    }
    # It has the checksum of the index, which has those of the sources.
    old, new = (files[package].splitlines() for files in (before, after))
    assert [
        a for a, b in zip(old, new, strict=True) if a != b and b"index=" not in a
    ] == []


@BOTH
def test_trap_12_an_undefined_variable_names_file_and_line(
    copy_project, error_of, backend
):
    text = "---\nagpm:\n  templating: true\n---\nHello {{ nobody }}!\n"
    project = copy_project("flat", {"prompts/agents/reviewer.md": text})

    assert last(error_of(project, backend=backend)).startswith(
        "prompts/agents/reviewer.md:5:10: "
    )


@BOTH
def test_trap_13_a_version_that_is_not_normal_passes_verify(
    copy_project, edit, build, backend
):
    project = copy_project("flat")
    edit(project, 'version = "1.2.0"', 'version = "2026.08.01-RC1"')

    done = build(project, backend=backend)

    assert b'"version": "2026.8.1rc1"' in done.files["flat/prompts/index.json"]
    assert main(["verify", str(done.artefact)]) == 0


TAKE_OVER = """
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Hook(BuildHookInterface):
    def initialize(self, version, build_data):
        build_data["force_include_editable"]["extra.txt"] = "extra.txt"
"""


@pytest.mark.parametrize("order", ["custom agpm", "agpm custom"])
def test_trap_14_another_hook_may_write_the_editable_wheel(
    copy_project, edit, build, run_build, unpack, run_python, order
):
    project = copy_project("flat", {"extra.txt": "", "hatch_build.py": TAKE_OVER})
    tables = "".join(f"[tool.hatch.build.hooks.{name}]\n" for name in order.split())
    edit(project, HOOK, tables)

    if order == "agpm custom":
        # Too late to add files to it, but it is an error.
        assert "is missing from" in last(run_build(project, "editable").output)
        return
    site = unpack(build(project, "editable").artefact)
    code = (
        f"{EDITABLE.format(str(site))}from flat import prompts; print(prompts.names())"
    )
    assert run_python(code) == "['agents/reviewer', 'scripts/check']\n"


@pytest.mark.slow
@pytest.mark.parametrize("target", ["wheel", "sdist"])
def test_trap_16_two_builds_at_once_give_the_same_bytes(
    copy_project, build, tmp_path, target
):
    project = copy_project("flat")
    expected = build(project, target).artefact
    code = f"import sys, hatchling.build as b; b.build_{target}(sys.argv[1])"
    outs = [tmp_path / str(number) for number in range(3)]

    running = [
        subprocess.Popen(
            [sys.executable, "-c", code, out], cwd=project, stderr=subprocess.DEVNULL
        )
        for out in outs
    ]

    assert [process.wait() for process in running] == [0, 0, 0]
    assert {(out / expected.name).read_bytes() for out in outs} == {
        expected.read_bytes()
    }


@pytest.mark.slow
@BOTH
def test_trap_18_names_may_have_brackets_blanks_and_accents(
    copy_project, edit, build, unpack, backend
):
    name = "é [a] {b}, ~c"
    project = copy_project("excluded-sources", {f"ü/{name}.md": "Hi\n"})
    edit(project, "greeting = ", f'"{name}" = "ü/{name}.md"\ngreeting = ')

    unpacked = unpack(build(project, "sdist", backend).artefact)

    wheel = build(unpacked, backend=backend, **CLOCK)
    assert wheel.files[f"excluded_sources/prompts/snippets/{name}.md"] == b"Hi\n"
    again = build(project, backend=backend, **CLOCK)
    assert wheel.artefact.read_bytes() == again.artefact.read_bytes()


def test_trap_19_the_hook_may_be_in_hatch_toml(copy_project, build):
    files = build(copy_project("hatch-toml")).files

    assert files["hatch_toml/prompts/snippets/greeting.md"] == (
        b"Hello from hatch.toml.\n"
    )


@pytest.mark.parametrize(
    "change",
    [
        ('\ncheck = "prompts/scripts/check.sh"', ""),
        (
            "[tool.hatch-agpm.project]",
            '[tool.hatch-agpm]\noutput = "flat/texts"\n\n[tool.hatch-agpm.project]',
        ),
    ],
)
def test_trap_21_what_build_lib_keeps_is_not_shipped(copy_project, edit, build, change):
    project = copy_project("flat")
    first = build(project, backend="setuptools").files
    edit(project, *change)

    second = build(project, backend="setuptools").files

    assert "flat/prompts/scripts/check.sh" in first
    assert "flat/prompts/scripts/check.sh" not in second
    assert [path for path in second if path.endswith("agents/reviewer.md")] == [
        "flat/texts/agents/reviewer.md"
        if "output" in change[1]
        else "flat/prompts/agents/reviewer.md"
    ]


@BOTH
@pytest.mark.parametrize("name", ["flat", "no-code"])
def test_trap_22_prompts_are_read_from_a_zip_on_the_path(
    copy_project, build, run_python, backend, name
):
    wheel = build(copy_project(name), backend=backend).artefact

    module = {"flat": "flat.prompts", "no-code": "acme_prompts"}[name]
    assert run_python(f"import {module} as p; print(len(p.names()) > 0)", wheel) == (
        "True\n"
    )


@BOTH
def test_trap_23_another_checkout_first_on_the_path_gets_none_of_these_prompts(
    copy_project, build, unpack, run_python, tmp_path, backend
):
    project = copy_project("src-layout")
    site = unpack(build(project, "editable", backend).artefact)
    other = tmp_path / "other/src_layout"
    other.mkdir(parents=True)
    (other / "__init__.py").touch()

    output = run_python(
        f"{EDITABLE.format(str(site))}"
        "try:\n    import src_layout.prompts\n"
        "except ModuleNotFoundError as error:\n    print(error)",
        other.parent,
    )

    assert output == "No module named 'src_layout.prompts'\n"


@pytest.mark.parametrize("name", ["flat", "no-code"])
def test_trap_24_a_directory_of_templates_is_not_a_package(copy_project, build, name):
    files = build(copy_project(name), backend="setuptools").files

    assert not [path for path in files if path.startswith(("prompts/", "docs/"))]
    (top_level,) = [path for path in files if path.endswith("top_level.txt")]
    assert files[top_level].split() == ([b"flat"] if name == "flat" else [])


def test_trap_24_a_package_named_prompts_is_still_packaged(write_files, build):
    project = write_files(
        {
            "pyproject.toml": (
                '[project]\nname = "prompts"\nversion = "1"\n\n[tool.hatch-agpm]\n'
                'output = "prompts/texts"\nsnippets.x = "prompts/templates/x.md"\n'
            ),
            "prompts/__init__.py": "",
            "prompts/templates/x.md": "X\n",
        }
    )

    files = build(project, backend="setuptools").files

    assert files["prompts/texts/snippets/x.md"] == b"X\n"
    assert "prompts/__init__.py" in files


def test_trap_24_code_beside_templates_is_packaged(write_files, build):
    project = write_files(
        {
            "pyproject.toml": (
                '[project]\nname = "no-init"\nversion = "1"\n\n[tool.hatch-agpm]\n'
                'snippets.a = "no_init/templates/a.md"\n'
                'agents.all = "*/templates/b*.md"\n'
            ),
            "no_init/module.py": "",
            "no_init/templates/a.md": "A\n",
            "no_init/templates/b.md": "B\n",
        }
    )

    files = build(project, backend="setuptools").files

    assert "no_init/module.py" in files
    assert b"B\n" in files.values()


@pytest.mark.parametrize(
    "lines",
    [
        "prune prompts\n",
        pytest.param("global-exclude *.md *.sh\n", marks=pytest.mark.slow),
        pytest.param("exclude docs/*\n", marks=pytest.mark.slow),
    ],
)
def test_trap_25_manifest_in_does_not_remove_templates(
    copy_project, build, unpack, lines
):
    project = copy_project("flat", {"MANIFEST.in": lines})

    unpacked = unpack(build(project, "sdist", "setuptools").artefact)

    assert main(["check", "--project", str(unpacked)]) in {0, 1}
    files = build(unpacked, backend="setuptools", **CLOCK).files
    expected = build(project, backend="setuptools", **CLOCK).files
    assert files == expected


def test_trap_25_an_excluded_and_ignored_template_is_included_by_hatch(
    copy_project, build, unpack
):
    project = copy_project("excluded-sources", {".gitignore": "/prompts/\n"})

    unpacked = unpack(build(project, "sdist").artefact)

    wheel = build(unpacked).artefact
    assert wheel.read_bytes() == build(project).artefact.read_bytes()


@pytest.mark.parametrize("source", ["docs/rules.md", "prompts"])
def test_trap_26_what_a_user_forces_into_the_output_is_refused(
    copy_project, edit, error_of, source
):
    project = copy_project("src-layout", {"docs/rules.md": ""})
    target = f"src_layout/prompts{'/x.md' if source.endswith('.md') else ''}"
    table = "tool.hatch.build.targets.wheel.force-include"
    edit(project, "", f'\n[{table}]\n"{source}" = "{target}"\n')

    assert last(error_of(project)).startswith(f'{table}."{source}" ')


@BOTH
def test_trap_27_an_ignored_output_in_the_tree_is_not_in_the_sdist(
    copy_project, error_of, backend
):
    project = copy_project(
        "flat", {"flat/prompts/.gitignore": "*\n", "flat/prompts/x.md": ""}
    )

    message = last(error_of(project, "sdist", backend))
    assert message.startswith("flat/prompts: ")
    assert ".gitignore, x.md" in message


@pytest.mark.parametrize("content", [b"[tool.hatch-agpm", b"\xff hatch-agpm", None])
def test_trap_28_an_unrelated_pyproject_toml_breaks_no_command_of_setup_py(
    write_files, content
):
    setup = "from setuptools import setup\nsetup(name='odd', version='1.5')\n"
    project = write_files({"setup.py": setup})
    if content is None:
        (project / "pyproject.toml").mkdir()
    else:
        (project / "pyproject.toml").write_bytes(content)

    # setuptools itself reads the file only after the hooks.
    # The plugin of scikit-build-core, which other tests need, does not allow it.
    code = (
        "import importlib.metadata as m\n"
        "found = m.entry_points\n"
        "m.entry_points = lambda **by: [\n"
        "    each for each in found(**by) if 'scikit' not in each.value\n"
        "]\n"
        "from setuptools import Distribution\n"
        "print(Distribution({'version': '1'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=project, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")


@BOTH
def test_trap_29_no_member_of_an_sdist_is_outside_of_it(copy_project, build, backend):
    project = copy_project("excluded-sources", {"lib/other.md": ""})
    (project / "prompts/snippets/greeting.md").rename(project / "lib/greeting.md")
    (project / "prompts/snippets/greeting.md").symlink_to(project / "lib/greeting.md")

    with tarfile.open(build(project, "sdist", backend).artefact) as archive:
        members = archive.getmembers()

    assert not [m.name for m in members if ".." in m.name or m.name.startswith("/")]
    assert {m.linkname for m in members if m.issym()} == {"../../lib/greeting.md"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "command", ["bdist_wheel", "sdist", "sdist --formats=zip,bztar"]
)
def test_trap_30_setup_py_alone_verifies_its_artefacts(
    copy_project, run_command, command
):
    project = copy_project(
        "flat", {"setup.py": "from setuptools import setup\nsetup()\n"}
    )
    code, output = run_command([sys.executable, "setup.py", *command.split()], project)
    assert code == 0, output
    (project / "docs/rules.md").unlink()
    for path in (project / "dist").iterdir():
        path.unlink()

    code, output = run_command([sys.executable, "setup.py", *command.split()], project)

    assert code == 1
    assert last(output).startswith("prompts/agents/reviewer.md:13:25: ")
    assert "Traceback" not in output
    assert list((project / "dist").iterdir()) == []


@BOTH
@pytest.mark.parametrize("target", ["wheel", "sdist", "editable"])
def test_trap_31_a_module_of_the_same_name_is_refused(
    copy_project, error_of, backend, target
):
    project = copy_project("flat", {"flat/prompts.py": ""})

    assert last(error_of(project, target, backend)).startswith("flat/prompts.py: ")


@pytest.mark.slow
@BOTH
@pytest.mark.parametrize("target", ["wheel", "editable"])
def test_trap_32_a_distribution_of_prompts_alone_is_built(
    copy_project, build, unpack, run_python, backend, target
):
    site = unpack(build(copy_project("no-code"), target, backend).artefact)

    code = (
        f"{EDITABLE.format(str(site))}import acme_prompts; print(acme_prompts.names())"
    )
    assert run_python(code) == "['snippets/greeting']\n"


@pytest.mark.slow
@BOTH
@pytest.mark.parametrize("target", ["wheel", "editable"])
def test_trap_32_the_directory_src_is_not_a_package_of_it(
    copy_project, edit, build, unpack, run_python, backend, target
):
    project = copy_project("no-code")
    edit(project, '"acme_prompts"', '"src/acme/texts"')

    site = unpack(build(project, target, backend).artefact)

    code = f"{EDITABLE.format(str(site))}import acme.texts; print(acme.texts.names())"
    assert run_python(code) == "['snippets/greeting']\n"


def test_trap_33_a_missing_bill_of_materials_is_an_error(copy_project, edit, run_build):
    project = copy_project("flat")
    table = "[tool.hatch-agpm.project]"
    edit(project, table, f"[tool.hatch-agpm]\nsbom = true\n\n{table}")

    done = run_build(project)

    version = importlib.metadata.version("hatchling")
    if Version(version) < Version("1.29"):
        assert last(done.output).startswith("tool.hatch-agpm.sbom ")
        assert version in done.output
        return
    assert "flat-1.2.0.dist-info/sboms/flat.agpm.cdx.json" in done.files


PIP = [sys.executable, "-m", "pip", "install"]
UV = ["uv", "pip", "install", "--python", sys.executable]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("install", "backend"), [(PIP, "hatchling"), (UV, "setuptools")], ids=["pip", "uv"]
)
def test_trap_35_list_check_and_verify_show_what_an_installer_hides(
    copy_project, use_backend, build, run_command, tmp_path, install, backend
):
    project, site = copy_project("flat"), tmp_path / "site"
    use_backend(project, backend)
    beside = Path(sys.executable).parent
    command = shutil.which(install[0]) or shutil.which(install[0], path=beside)
    if command is None:
        pytest.skip("uv is not installed")
    options = ["--no-build-isolation", "--no-deps", "--no-index", "--target", site]

    code, output = run_command([command, *install[1:], *options, "."], project)
    assert code == 0, output
    assert (site / "flat" / "prompts" / "agents" / "reviewer.md").is_file()
    assert "hatch-agpm: " not in output

    ours = [sys.executable, "-m", "hatch_agpm"]
    code, output = run_command([*ours, "list"], project)
    assert code == 0
    assert [line.split()[:2] for line in output.splitlines()] == [
        ["agents/reviewer", "prompts/agents/reviewer.md"],
        ["scripts/check", "prompts/scripts/check.sh"],
    ]
    code, output = run_command([*ours, "check"], project)
    assert (code, output.partition(",")[0]) == (0, "2 prompts in flat/prompts")
    wheel = build(project, "wheel", backend).artefact
    code, output = run_command([*ours, "verify", wheel], project)
    assert (code, output.partition(",")[0]) == (
        0,
        f"{wheel.name}: 2 prompts in flat/prompts",
    )
