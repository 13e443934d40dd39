from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile

import pytest
from layouts import LAYOUTS, LINKS, move_behind_a_link, only_flat_is_fast

MATRIX = only_flat_is_fast(LAYOUTS)


def bundle(files, directory):
    return {
        path.removeprefix(f"{directory}/"): data
        for path, data in files.items()
        if path.startswith(f"{directory}/")
    }


def tree(project):
    """All paths, without what setuptools itself always leaves."""
    paths = (path.relative_to(project) for path in project.rglob("*"))
    return sorted(
        path.as_posix()
        for path in paths
        if path.parts[0] != "build" and not re.search(r"\.egg-info(/|$)", str(path))
    )


# --- wheels ---------------------------------------------------------------------------


def test_the_entry_point_of_pyinstaller_is_added(copy_project, build, unpack, edit):
    project = copy_project("flat")
    path = "flat-1.2.0.dist-info/entry_points.txt"
    line = "hook-dirs = flat.prompts._reader:hook_directories"

    text = f"[pyinstaller40]\n{line}\n"
    assert build(project, backend="setuptools").files[path].decode() == text
    sdist = unpack(build(project, "sdist", backend="setuptools").artefact)
    assert build(sdist, backend="setuptools").files[path].decode() == text
    assert path not in build(project, "editable", backend="setuptools").files

    edit(project, "", '\n[project.scripts]\nx = "flat:main"\n')
    with_script = build(project, backend="setuptools").files[path].decode()
    assert with_script == f"[console_scripts]\nx = flat:main\n\n{text}"
    edit(project, "", '\n[project.entry-points.pyinstaller40]\nhook-dirs = "flat:x"\n')
    own = build(project, backend="setuptools").files[path].decode()
    assert "hook-dirs = flat:x" in own
    assert line not in own


@pytest.mark.parametrize("name", MATRIX)
def test_the_bundle_is_that_of_hatch_byte_for_byte(copy_project, build, name):
    project = copy_project(name)
    directory = LAYOUTS[name][0].replace(".", "/")
    before = tree(project)

    ours = build(project, backend="setuptools")

    assert tree(project) == before
    assert bundle(ours.files, directory) == bundle(build(project).files, directory)
    assert "index.json" in bundle(ours.files, directory)
    assert "Traceback" not in ours.output


@pytest.mark.parametrize("name", MATRIX)
def test_every_layout_can_be_read_from_the_wheel(
    copy_project, build, unpack, run_python, name
):
    module, prompt, text = LAYOUTS[name]

    site = unpack(build(copy_project(name), backend="setuptools").artefact)

    code = f"import {module} as p; print(p.load({prompt!r}), end='')"
    assert run_python(code, site) == text


def test_file_modes_do_not_depend_on_the_umask(copy_project, run_build):
    project = copy_project("flat")
    old = os.umask(0o077)
    try:
        done = run_build(project, backend="setuptools")
    finally:
        os.umask(old)

    with zipfile.ZipFile(done.artefact) as wheel:
        modes = {info.filename: info.external_attr >> 16 for info in wheel.infolist()}
    assert modes["flat/prompts/scripts/check.sh"] & 0o777 == 0o755
    assert modes["flat/prompts/agents/reviewer.md"] & 0o777 == 0o644


def test_a_build_reports_what_is_shipped(copy_project, build):
    done = build(copy_project("flat"), backend="setuptools")

    size = sum(map(len, bundle(done.files, "flat/prompts").values()))
    assert f"hatch-agpm: 2 prompts in flat/prompts, {size:,} bytes\n" in done.output


SETUP_PY = """\
from setuptools import setup

setup(
    name="Old.Style",
    version="2026.08.01-RC1",
    description="Older than pyproject.toml",
    author="Ada", author_email="ada@example.org",
    url="https://example.org/", license="MIT",
    project_urls={"Source": "https://example.org/s"},
    keywords=["b", "a"],
    python_requires=">=3.8",
    packages=["old_style"],
    package_dir={"old_style": "lib/old"},
    install_requires=["Zope.Interface >= 5"],
    extras_require={
        "Dev_Tools": ["pytest"],
        "dev-tools:python_version<'4'": ["mypy"],
        ":os_name=='nt'": ["colorama"],
    },
    entry_points=ENTRY_POINTS,
)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "entry_points",
    [
        {"console_scripts": ["b = old:b", "a=old:a"]},
        {"console_scripts": "b = old:b\na = old:a\n"},
        "[console_scripts]\nb = old:b\na = old:a\n[Other]\nX = y:Z\n",
    ],
)
def test_a_project_of_setup_py_alone_gives_templates_its_metadata(
    write_files, build, entry_points
):
    project = write_files(
        {
            "setup.py": SETUP_PY.replace("ENTRY_POINTS", repr(entry_points)),
            "setup.cfg": "[egg_info]\ntag_build = .dev7\n",
            "pyproject.toml": '[tool.hatch-agpm]\noutput = "lib/old/prompts"\n',
            "lib/old/__init__.py": "",
            "prompts/snippets/about.md": (
                "---\nagpm:\n  templating: true\n---\n{{ agpm.project | json_encode }}"
            ),
        }
    )

    files = build(project, backend="setuptools").files

    # Named by the module, which the directory in the tree does not show.
    hook = files["old_style/prompts/_pyinstaller/hook-old_style.prompts.py"].decode()
    assert 'collect_data_files("old_style.prompts"' in hook
    text = files["old_style/prompts/snippets/about.md"].decode()
    for part in (
        '"name":"Old.Style"',
        '"version":"2026.8.1rc1.dev7"',
        '"description":"Older than pyproject.toml"',
        '"authors":[{"email":"ada@example.org","name":"Ada"}]',
        '"keywords":["a","b"]',
        '"requires_python":">=3.8"',
        '"urls":{"Homepage":"https://example.org/","Source":"https://example.org/s"}',
        '"zope-interface>=5"',
        '"dev-tools":["mypy; python_version < \\"4\\"","pytest"]',
        '"scripts":{"a":"old:a","b":"old:b"}',
    ):
        assert part in text, text


DYNAMIC = """\
[project]
name = "Dynamic.Metadata"
dynamic = ["version", "description", "dependencies", "optional-dependencies"]
scripts = { dyn = "dynamic_metadata:main" }

[tool.setuptools.dynamic]
version = { attr = "dynamic_metadata.__version__" }
description = { file = "about.txt" }
dependencies = { file = "requires.txt" }
optional-dependencies.dev_tools = { file = "dev.txt" }

[tool.hatch-agpm]
"""


def test_dynamic_metadata_reaches_the_templates_resolved(copy_project, build):
    project = copy_project(
        "dynamic-metadata",
        {
            "pyproject.toml": DYNAMIC,
            "about.txt": "From a file",
            "requires.txt": "zope.interface>=5\nattrs[tests] >=2, !=3\n",
            "dev.txt": 'pytest; os_name == "nt"\n',
        },
    )

    done = build(project, backend="setuptools")

    text = done.files["dynamic_metadata/prompts/snippets/about.md"].decode()
    for part in (
        '"name":"Dynamic.Metadata"',
        '"version":"2026.8.1rc1"',
        '"description":"From a file"',
        '"dependencies":["attrs[tests]!=3,>=2","zope-interface>=5"]',
        '"optional_dependencies":{"dev-tools":["pytest; os_name == \\"nt\\""]}',
        '"scripts":{"dyn":"dynamic_metadata:main"}',
    ):
        assert part in text, text


# --- sdists ---------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", [*LAYOUTS, "excluded-sources"])
def test_a_wheel_from_the_sdist_equals_one_from_the_tree(
    copy_project, build, unpack, name
):
    project = copy_project(name)
    clock = {"SOURCE_DATE_EPOCH": "1700000000"}

    sdist = build(project, "sdist", "setuptools", **clock)
    unpacked = unpack(sdist.artefact)

    expected = build(project, backend="setuptools", **clock).artefact
    wheel = build(unpacked, backend="setuptools", **clock).artefact
    assert wheel.read_bytes() == expected.read_bytes()
    assert "hatch-agpm: " in sdist.output


@pytest.mark.parametrize(("link", "target"), LINKS)
def test_the_sdist_includes_a_link_and_its_target(
    copy_project, build, unpack, link, target
):
    project = copy_project("excluded-sources", {"lib/other.md": ""})
    move_behind_a_link(project, link, target)
    (project / "MANIFEST.in").write_text("graft prompts\n", encoding="utf-8")
    clock = {"SOURCE_DATE_EPOCH": "1700000000"}

    sdist = build(project, "sdist", "setuptools", **clock)
    unpacked = unpack(sdist.artefact)

    wheel = build(unpacked, backend="setuptools", **clock).artefact
    expected = build(project, backend="setuptools", **clock).artefact
    assert wheel.read_bytes() == expected.read_bytes()


def test_an_agpm_manifest_and_its_directory_are_in_the_sdist_and_not_a_package(
    copy_project, build, unpack
):
    project = copy_project(
        "flat", {"ai/agpm.toml": '[snippets]\nx = "x.md"\n', "ai/x.md": "X\n"}
    )
    text = (project / "pyproject.toml").read_text(encoding="utf-8")
    head = text.partition("[tool.hatch-agpm.project]")[0]
    (project / "pyproject.toml").write_text(
        f'{head}[tool.hatch-agpm]\nmanifest = "ai/agpm.toml"\n', encoding="utf-8"
    )

    unpacked = unpack(build(project, "sdist", "setuptools").artefact)

    files = build(unpacked, backend="setuptools").files
    assert files["flat/prompts/snippets/x.md"] == b"X\n"
    assert not [path for path in files if path.startswith("ai/")]


# --- editable -------------------------------------------------------------------------

EDITABLE = """
import site
site.addsitedir({!r})
import importlib
module = importlib.import_module({!r})
import importlib.resources
assert importlib.resources.files(module).joinpath("index.json").is_file()
print(module.load({!r}), end="")
"""

MODES = ["lenient", "strict", "compat"]


@pytest.mark.slow
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", LAYOUTS)
def test_trap_20_an_editable_install_of_any_mode_reads_the_prompts(
    copy_project, build, unpack, run_python, name, mode
):
    project = copy_project(name)
    module, prompt, text = LAYOUTS[name]
    before = tree(project)

    done = build(project, "editable", "setuptools", {"editable_mode": mode})

    assert tree(project) == before
    code = EDITABLE.format(str(unpack(done.artefact)), module, prompt)
    assert run_python(code) == text


def test_a_strict_install_has_no_stale_or_unrelated_prompts(
    copy_project, build, unpack, run_python, edit
):
    project = copy_project("flat")
    strict = {"editable_mode": "strict"}
    build(project, "editable", "setuptools", strict)
    edit(project, '\ncheck = "prompts/scripts/check.sh"', "")

    site = unpack(build(project, "editable", "setuptools", strict).artefact)

    code = "import site; site.addsitedir({!r}); from flat import prompts"
    shown = f"{code.format(str(site))}; print(prompts.names()); print(prompts.__file__)"
    names, path = run_python(shown).splitlines()
    assert names == "['agents/reviewer']"
    assert path.startswith(str(site))


# --- files of an earlier build --------------------------------------------------------


def test_a_deleted_prompt_is_not_in_the_next_wheel(copy_project, build, edit):
    project = copy_project("flat")
    first = build(project, "wheel", "setuptools").files
    edit(project, '\ncheck = "prompts/scripts/check.sh"', "")

    second = build(project, "wheel", "setuptools").files

    gone = {"flat/prompts/scripts/check.sh"}
    gone |= {"flat/prompts/scripts.py", "flat/prompts/scripts.pyi"}
    assert first.keys() - second.keys() == gone


def test_a_moved_output_leaves_nothing_in_the_next_wheel(copy_project, build, edit):
    project = copy_project("flat")
    edit(project, "", '\n[tool.hatch-agpm]\noutput = "flat/first"\n')
    build(project, "wheel", "setuptools")
    edit(project, "flat/first", "flat/second")

    files = build(project, "wheel", "setuptools").files

    assert not [path for path in files if path.startswith("flat/first")]
    assert "flat/second/index.json" in files


@pytest.mark.parametrize("export", ["", "../../../precious"])
def test_a_package_that_ships_a_copy_of_an_index_keeps_its_files(
    copy_project, build, edit, export
):
    index = {
        "generator": {"name": "hatch-agpm"},
        "distribution": "flat",
        "export": {"directory": export} if export else None,
    }
    project = copy_project(
        "flat",
        {
            "flat/data/index.json": json.dumps(index),
            "flat/data/sample.md": "Sample.\n",
            "precious/file": "Mine.\n",
        },
    )
    edit(project, "", '\n[tool.setuptools.package-data]\nflat = ["data/*"]\n')
    edit(project, "", '[tool.setuptools]\npackages = ["flat"]\n')

    for _ in range(2):
        files = build(project, "wheel", "setuptools").files

        assert {"flat/data/index.json", "flat/data/sample.md"} <= files.keys()
        assert (project / "precious/file").exists()


# --- errors ---------------------------------------------------------------------------

TEMPLATE = "---\nagpm: {templating: true}\n---\n"
MISTAKES = [
    pytest.param(
        {"prompts/agents/reviewer.md": None},
        "tool.hatch-agpm.agents.reviewer.path ",
        id="missing template",
    ),
    pytest.param(
        {"prompts/agents/reviewer.md": f"{TEMPLATE}{{{{ agpm.no }}}}"},
        "prompts/agents/reviewer.md:4:4: ",
        id="undefined variable",
    ),
    pytest.param(
        {"flat/prompts.py": ""},
        "flat/prompts.py: ",
        id="module in the way",
    ),
    pytest.param(
        {"flat/prompts/agents/old.md": ""},
        "flat/prompts: ",
        id="files in the way",
    ),
]


@pytest.mark.parametrize("target", ["wheel", "sdist", "editable"])
@pytest.mark.parametrize(("files", "start"), MISTAKES)
def test_a_mistake_is_shown_without_a_traceback(
    copy_project, error_of, target, files, start
):
    shown = error_of(copy_project("flat", files), target, "setuptools")

    assert f"\nerror: hatch-agpm: {start}" in shown
    assert "Traceback" not in shown


def test_a_value_that_is_not_a_table_is_an_error_of_hatch_agpm(copy_project, error_of):
    project = copy_project(
        "flat",
        {
            "pyproject.toml": (
                '[project]\nname = "flat"\nversion = "1"\n[tool]\nhatch-agpm = 3\n'
            )
        },
    )

    shown = error_of(project, backend="setuptools")

    assert "error: hatch-agpm: tool.hatch-agpm " in shown


CUSTOM = """\
from setuptools.command.{command} import {command} as base


class Custom(base):
    def run(self):
        {line}
"""


@pytest.mark.parametrize(
    ("command", "line", "target", "path", "word"),
    [
        (
            "build",
            "self.run_command('build_py')",
            "wheel",
            "flat/prompts/__init__.py",
            "missing",
        ),
        (
            "install_lib",
            "super().run(); import pathlib; "
            "pathlib.Path(self.install_dir, 'flat/prompts/x.md').touch()",
            "wheel",
            "flat/prompts/x.md",
            "not a file",
        ),
        (
            "sdist",
            "self.make_release_tree = lambda base, files: "
            "type(self).__mro__[3].make_release_tree(self, base, files); super().run()",
            "sdist",
            "docs/rules.md",
            "missing",
        ),
    ],
)
def test_files_lost_or_added_by_a_custom_command_fail_the_build(
    copy_project, error_of, edit, command, line, target, path, word
):
    code = CUSTOM.format(command=command, line=line)
    project = copy_project(
        "flat", {"commands.py": code, "MANIFEST.in": "prune prompts\n"}
    )
    edit(
        project,
        "",
        f'\n[tool.setuptools]\npackages = ["flat"]\ncmdclass.{command} = '
        '"commands.Custom"\n',
    )

    shown = error_of(project, target, "setuptools")

    assert re.search(rf"error: hatch-agpm: {re.escape(path)}: .*{word}", shown)
    assert "Traceback" not in shown


# --- unrelated builds -----------------------------------------------------------------

LOADED = """
import sys
import setuptools.build_meta
print(setuptools.build_meta.build_wheel(sys.argv[1]))
print(*sorted(name for name in sys.modules if name.split(".")[0] in {
    "hatch_agpm", "hatchling", "jinja2", "markupsafe", "yaml"
}), file=sys.stderr)
"""


CHANGED_LATE = """
from setuptools.command.sdist import sdist
class Custom(sdist):
    def make_release_tree(self, base, files):
        open("docs/rules.md", "w").write("Changed during the build.")
        super().make_release_tree(base, files)
"""


def test_a_source_that_changes_during_the_build_fails_the_sdist(
    copy_project, error_of, edit
):
    project = copy_project("flat", {"commands.py": CHANGED_LATE})
    edit(
        project,
        "",
        '\n[tool.setuptools]\npackages = ["flat"]\n'
        'cmdclass.sdist = "commands.Custom"\n',
    )

    shown = error_of(project, "sdist", "setuptools")

    assert re.search(r"error: hatch-agpm: docs/rules\.md: .* size", shown)


def test_a_project_without_the_table_imports_nothing(copy_project, tmp_path, edit):
    project = copy_project("src-layout")
    edit(project, "tool.hatch-agpm", "tool.something-else")

    done = subprocess.run(
        [sys.executable, "-c", LOADED, tmp_path],
        cwd=project,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stderr.splitlines()[-1] == (
        "hatch_agpm hatch_agpm._version hatch_agpm.setuptools"
    )
