from __future__ import annotations

import hashlib
import os
import re
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder
from layouts import LAYOUTS as LAYOUTS_OF_ALL
from layouts import LINKS, move_behind_a_link, only_flat_is_fast

from hatch_agpm.bundle.bundle import COPIED_MODULES
from hatch_agpm.hatch.hook import AgpmBuildHook
from hatch_agpm.installed.discovery import FILE_NAME

FLAT_REVIEWER = """\
---
model: opus
agpm:
  templating: true
  dependencies:
    snippets:
      - name: tone
        path: ../snippets/python-tone.md
        install: false
---
You review flat 1.2.0.
Be kind.
No tabs.
Ä Ada Lovelace, requests>=2
"""


LAYOUTS = LAYOUTS_OF_ALL | {
    "hatch-toml": (
        "hatch_toml.prompts",
        "snippets/greeting",
        "Hello from hatch.toml.\n",
    ),
}
MATRIX = only_flat_is_fast(LAYOUTS)

SHOW = """
import importlib
print(importlib.import_module({!r}).load({!r}), end="")
"""


def tree(project):
    return sorted(path.relative_to(project).as_posix() for path in project.rglob("*"))


# --- wheels ---------------------------------------------------------------------------


def test_a_wheel_has_the_bundle_and_the_tree_is_unchanged(copy_project, build):
    project = copy_project("flat")
    before = tree(project)

    done = build(project)

    assert {path for path in done.files if "/prompts/" in path} == {
        "flat/prompts/__init__.py",
        "flat/prompts/__init__.pyi",
        "flat/prompts/__main__.py",
        *(f"flat/prompts/{name}" for name in COPIED_MODULES),
        "flat/prompts/_pyinstaller/hook-flat.prompts.py",
        "flat/prompts/agents.py",
        "flat/prompts/agents.pyi",
        "flat/prompts/agents/reviewer.md",
        "flat/prompts/index.json",
        "flat/prompts/scripts.py",
        "flat/prompts/scripts.pyi",
        "flat/prompts/scripts/check.sh",
    }
    assert done.files["flat/prompts/agents/reviewer.md"].decode() == FLAT_REVIEWER
    assert tree(project) == before


def test_the_entry_point_of_pyinstaller_is_added(copy_project, build, edit):
    project = copy_project("flat")
    path = "flat-1.2.0.dist-info/entry_points.txt"
    line = "hook-dirs = flat.prompts._reader:hook_directories"

    lines = build(project).files[path].decode().splitlines()
    assert lines[lines.index("[pyinstaller40]") + 1] == line

    own = '[project.entry-points.pyinstaller40]\nhook-dirs = "flat:mine"\n'
    edit(project, "", f"\n{own}")
    text = build(project).files[path].decode()
    assert "hook-dirs = flat:mine" in text
    assert line not in text


def test_a_script_stays_executable_and_a_text_is_not(copy_project, build):
    with zipfile.ZipFile(build(copy_project("flat")).artefact) as wheel:
        modes = {info.filename: info.external_attr >> 16 for info in wheel.infolist()}

    assert modes["flat/prompts/scripts/check.sh"] & 0o777 == 0o755
    assert modes["flat/prompts/agents/reviewer.md"] & 0o777 == 0o644


def test_success_is_one_line_with_number_directory_and_bytes(copy_project, build):
    done = build(copy_project("flat"))

    size = sum(len(data) for path, data in done.files.items() if "/prompts/" in path)
    assert done.output == (
        f"hatch-agpm: 2 prompts in flat/prompts, {size:,} bytes\n{done.artefact.name}\n"
    )


@pytest.mark.parametrize("name", MATRIX)
def test_every_layout_can_be_read_from_the_wheel(
    copy_project, build, unpack, run_python, name
):
    module, prompt, text = LAYOUTS[name]

    site = unpack(build(copy_project(name)).artefact)

    assert run_python(SHOW.format(module, prompt), site) == text


def test_building_in_process_gives_the_same_bytes(copy_project, build, tmp_path):
    project = copy_project("flat")
    expected = build(project).artefact.read_bytes()

    (wheel,) = WheelBuilder(str(project)).build(directory=str(tmp_path / "out"))

    with open(wheel, "rb") as file:  # noqa: PTH123 - hatchling passes a str
        assert file.read() == expected


def test_dynamic_metadata_reaches_the_templates_resolved(copy_project, build):
    done = build(copy_project("dynamic-metadata"))

    text = done.files["dynamic_metadata/prompts/snippets/about.md"].decode()
    for part in (
        '"name":"Dynamic.Metadata"',
        '"version":"2026.8.1rc1"',
        '"dependencies":["attrs[tests]!=3,>=2","zope-interface>=5"]',
        '"optional_dependencies":{"dev-tools":["pytest; os_name == \\"nt\\""]}',
        '"scripts":{"dyn":"dynamic_metadata:main"}',
        '"urls":{"Home":"https://example.org/x,y"}',
    ):
        assert part in text


def test_the_bundle_follows_a_package_renamed_by_sources(copy_project, build):
    project = copy_project("src-layout")
    add_toml(
        project,
        '[tool.hatch.build.targets.wheel]\nonly-include = ["src/src_layout"]\n'
        'sources = { "src" = "vendored" }',
    )

    files = build(project).files

    assert "vendored/src_layout/__init__.py" in files
    assert "vendored/src_layout/prompts/snippets/greeting.md" in files
    assert not [path for path in files if path.startswith("src/")]


def test_a_deleted_prompt_is_not_in_the_next_wheel(copy_project, build):
    project = copy_project("flat")
    build(project)
    replace(project, '\ncheck = "prompts/scripts/check.sh"', "")

    files = build(project).files

    assert "flat/prompts/scripts/check.sh" not in files


def test_the_wheel_has_a_current_stub_whatever_is_committed(copy_project, build):
    project = copy_project("flat")
    path = "flat/prompts/__init__.pyi"
    true = build(project).files[path]
    stub = project / path
    stub.parent.mkdir()
    stub.write_bytes(true.partition(b"\n")[0] + b"\nold: int\n")

    assert build(project).files[path] == true
    assert build(project, "sdist").files[path] == stub.read_bytes()


def test_the_hook_does_nothing_for_other_targets(tmp_path):
    hook = AgpmBuildHook(str(tmp_path), {}, None, None, "", "binary")
    build_data = {}

    hook.initialize("standard", build_data)
    hook.finalize("standard", build_data, "nothing")

    assert build_data == {}
    assert tree(tmp_path) == []


# --- sdists ---------------------------------------------------------------------------


def test_the_list_of_prompts_is_in_the_metadata(copy_project, build):
    files = build(copy_project("flat")).files

    listed = [name for name in files if name.endswith(FILE_NAME)]
    assert listed == ["flat-1.2.0.dist-info/agpm-prompts.txt"]


@pytest.mark.parametrize(
    "name",
    [
        *MATRIX,
        pytest.param("excluded-sources", marks=pytest.mark.slow),
        pytest.param("dynamic-metadata", marks=pytest.mark.slow),
    ],
)
def test_a_wheel_from_the_sdist_equals_one_from_the_tree(
    copy_project, build, unpack, name
):
    project = copy_project(name)

    sdist = build(project, "sdist")
    unpacked = unpack(sdist.artefact)

    expected = build(project).artefact
    assert build(unpacked).artefact.read_bytes() == expected.read_bytes()


def test_the_sdist_includes_inputs_that_the_project_does_not_select(
    copy_project, build
):
    project = copy_project("excluded-sources")
    (project / ".gitignore").write_text("/prompts/\n", encoding="utf-8")

    done = build(project, "sdist")

    assert {"prompts/snippets/greeting.md", "docs/rules.md", "README.md"} <= set(
        done.files
    )
    assert done.output.startswith("hatch-agpm: 3 files ")


@pytest.mark.parametrize(("link", "target"), LINKS)
def test_the_sdist_includes_a_link_and_its_target(
    copy_project, build, unpack, link, target
):
    project = copy_project("excluded-sources", {"lib/other.md": ""})
    move_behind_a_link(project, link, target)

    sdist = build(project, "sdist")

    wheel = build(unpack(sdist.artefact)).artefact
    assert wheel.read_bytes() == build(project).artefact.read_bytes()


def test_the_sdist_includes_an_agpm_manifest(copy_project, build, unpack):
    project = copy_project("excluded-sources")
    replace(project, '[tool.hatch-agpm.snippets]\ngreeting = "', "")
    text = (project / "pyproject.toml").read_text(encoding="utf-8")
    text = text.replace('prompts/snippets/greeting.md"', 'manifest = "ai/agpm.toml"')
    (project / "pyproject.toml").write_text(text, encoding="utf-8")
    directory = project / "ai"
    directory.mkdir()
    (directory / "agpm.toml").write_text('[snippets]\nx = "x.md"\n', encoding="utf-8")
    (directory / "x.md").write_text("X\n", encoding="utf-8")

    unpacked = unpack(build(project, "sdist").artefact)

    path = "excluded_sources/prompts/snippets/x.md"
    assert build(unpacked).files[path] == b"X\n"


def test_a_forced_inclusion_adds_a_second_copy_to_the_sdist(copy_project, build):
    project = copy_project("excluded-sources")
    add_toml(
        project,
        "[tool.hatch.build.targets.sdist.force-include]\n"
        '"docs/rules.md" = "RULES.md"\n"README.md" = "README.md"',
    )

    files = build(project, "sdist").files

    assert files["RULES.md"] == files["docs/rules.md"] == b"No tabs.\n"
    assert files["README.md"] == b"Read me.\n"


# --- editable -------------------------------------------------------------------------

EDITABLE = """
import site
site.addsitedir({!r})
import importlib
module = importlib.import_module({!r})
import importlib.resources
assert importlib.resources.files(module).joinpath("index.json").is_file()
print(module.__file__)
print(module.load({!r}), end="")
"""

DEV_MODES = {
    "default": "",
    "exact": "[tool.hatch.build]\ndev-mode-exact = true",
    "dirs": '[tool.hatch.build]\ndev-mode-dirs = ["src", "."]',
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "mode"),
    [
        (name, mode)
        for name in LAYOUTS
        for mode in DEV_MODES
        # hatchling cannot map a namespace exactly, with or without a hook.
        if (name, mode) != ("namespace", "exact")
    ],
)
def test_an_editable_install_reads_the_prompts_of_the_wheel(
    copy_project, build, unpack, run_python, name, mode
):
    project = copy_project(name)
    module, prompt, text = LAYOUTS[name]
    if name == "hatch-toml":
        table = DEV_MODES[mode].replace("tool.hatch.build", "build")
        (project / "hatch.toml").write_text(
            f"{table}\n\n[build.hooks.agpm]\n", encoding="utf-8"
        )
    else:
        add_toml(project, DEV_MODES[mode])
    before = tree(project)

    site = unpack(build(project, "editable").artefact)
    output = run_python(EDITABLE.format(str(site), module, prompt), *needed(mode))

    path, _, shown = output.partition("\n")
    assert shown == text
    assert path.startswith(str(site))
    assert tree(project) == before


def test_the_files_of_an_editable_bundle_equal_those_of_the_wheel(copy_project, build):
    project = copy_project("flat")

    editable = build(project, "editable").files
    wheel = build(project).files

    prefix = "_agpm_editable_flat__prompts_bundle/"
    assert {
        path.removeprefix(prefix): data
        for path, data in editable.items()
        if path.startswith(prefix)
    } == {
        path.removeprefix("flat/prompts/"): data
        for path, data in wheel.items()
        if path.startswith("flat/prompts/")
    }
    name = "_agpm_editable_flat__prompts"
    assert editable[f"{name}.pth"] == f"import {name}; {name}.start()\n".encode()
    assert editable[f"{name}.start"] == f"{name}:start\n".encode()


def test_the_finder_is_installed_once_and_imports_few_modules(
    copy_project, build, unpack, run_python
):
    site = unpack(build(copy_project("flat"), "editable").artefact)

    output = run_python(
        "import os\nbefore = set(sys.modules)\n"
        "import _agpm_editable_flat__prompts as finder\n"
        "finder.start(); finder.start()\n"
        "print(sum(hasattr(each, 'parent') for each in sys.meta_path))\n"
        "print(*sorted(set(sys.modules) - before))",
        site,
    )

    assert output == "1\n__future__ _agpm_editable_flat__prompts\n"


# --- errors ---------------------------------------------------------------------------


def keys(output):
    """Return the key at the beginning of each line of an error."""
    return [
        line.split(" ")[0] for line in output.removeprefix("hatch-agpm: ").splitlines()
    ]


@pytest.mark.slow
@pytest.mark.parametrize("target", ["wheel", "sdist", "editable"])
def test_keys_in_the_hooks_table_are_errors_that_name_the_right_table(
    copy_project, error_of, target
):
    project = copy_project("flat")
    replace(
        project,
        "[tool.hatch.build.hooks.agpm]\n",
        "[tool.hatch.build.hooks.agpm]\ndependencies = []\noutput = 'x'\nagents = {}\n",
    )

    assert keys(error_of(project, target)) == [
        "tool.hatch.build.hooks.agpm.agents",
        "tool.hatch.build.hooks.agpm.output",
    ]


@pytest.mark.slow
def test_a_misspelt_key_of_hatchling_is_an_error(copy_project, error_of):
    project = copy_project("flat")
    replace(project, "hooks.agpm]", "hooks.agpm]\ndependencys = []\nenable-default = 1")

    assert keys(error_of(project)) == [
        "tool.hatch.build.hooks.agpm.dependencys",
        "tool.hatch.build.hooks.agpm.enable-default",
    ]


@pytest.mark.slow
def test_keys_in_the_targets_own_hook_table_are_named_there(copy_project, error_of):
    project = copy_project("flat")
    replace(project, "build.hooks.agpm]", "build.targets.wheel.hooks.agpm]\nx = 1")

    assert keys(error_of(project)) == ["tool.hatch.build.targets.wheel.hooks.agpm.x"]


def test_hatchlings_own_keys_are_accepted(copy_project, build):
    project = copy_project("flat")
    replace(
        project,
        "[tool.hatch.build.hooks.agpm]\n",
        "[tool.hatch.build.hooks.agpm]\ndependencies = []\nenable-by-default = true\n"
        "require-runtime-dependencies = false\nrequire-runtime-features = []\n",
    )

    assert "flat/prompts/index.json" in build(project).files


FORCE = "[tool.hatch.build.targets.wheel.force-include]\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lines", "key"),
    [
        (f'{FORCE}"docs/rules.md" = "flat/prompts/rules.md"', "docs/rules.md"),
        (f'{FORCE}"prompts" = "flat/prompts"', "prompts"),
        (f'{FORCE}"docs/rules.md" = "flat/prompts.py"', "docs/rules.md"),
        (f'{FORCE}"lib" = "flat"', "lib"),
        (f'{FORCE}"lib2" = "flat"', "lib2"),
    ],
)
def test_a_forced_inclusion_into_the_output_is_refused(
    copy_project, error_of, lines, key
):
    project = copy_project("flat", {"lib/prompts/a": "", "lib2/prompts.py": ""})
    add_toml(project, lines)

    assert keys(error_of(project)) == [
        f'tool.hatch.build.targets.wheel.force-include."{key}"'
    ]


@pytest.mark.slow
def test_a_forced_inclusion_for_all_targets_is_named_as_such(copy_project, error_of):
    project = copy_project("src-layout")
    add_toml(
        project,
        '[tool.hatch.build.force-include]\n"prompts" = "src/src_layout/prompts"\n',
    )

    assert keys(error_of(project, "sdist")) == [
        'tool.hatch.build.force-include."prompts"'
    ]


def test_a_forced_inclusion_into_another_directory_is_accepted(copy_project, build):
    project = copy_project("flat", {"lib/other/a": ""})
    add_toml(project, f'{FORCE}"docs" = "flat/docs"\n"lib" = "flat"')

    assert {"flat/docs/rules.md", "flat/other/a"} <= set(build(project).files)


BUILT_BY_A_HOOK = """
import pathlib
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Hook(BuildHookInterface):
    def initialize(self, version, build_data):
        {}
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("order", "line", "path", "word"),
    [
        (
            "custom agpm",
            "build_data['force_include']['docs/rules.md'] = 'flat/prompts/x.md'",
            "flat/prompts/x.md",
            "another build hook",
        ),
        (
            "agpm custom",
            "build_data['force_include']['docs/rules.md'] = 'flat/prompts/x.md'",
            "flat/prompts/x.md",
            "not a file",
        ),
        (
            "agpm custom",
            "build_data['force_include'] = {}",
            "flat-1.2.0.dist-info/agpm-prompts.txt",
            "missing",
        ),
        (
            "agpm custom",
            "[pathlib.Path(path).write_bytes(b'') for path in "
            "build_data['force_include'] if path.endswith('reviewer.md')]",
            "flat/prompts/agents/reviewer.md",
            "size: 0 bytes",
        ),
    ],
)
def test_a_wheel_changed_by_another_hook_is_removed(
    copy_project, error_of, order, line, path, word
):
    project = copy_project("flat", {"hatch_build.py": BUILT_BY_A_HOOK.format(line)})
    tables = "".join(f"[tool.hatch.build.hooks.{name}]\n" for name in order.split())
    replace(project, "[tool.hatch.build.hooks.agpm]\n", tables)

    shown = error_of(project).splitlines()

    assert shown[0].startswith(f"hatch-agpm: {path}: ")
    assert word in shown[0]


def test_a_source_that_changes_during_the_build_fails_the_sdist(copy_project, error_of):
    line = "pathlib.Path(self.root, 'docs/rules.md').write_text('Changed late.')"
    project = copy_project("flat", {"hatch_build.py": BUILT_BY_A_HOOK.format(line)})
    add_toml(project, "[tool.hatch.build.hooks.custom]")

    shown = error_of(project, "sdist")

    assert shown.startswith("hatch-agpm: docs/rules.md: differs in flat-1.2.0.tar.gz")


def test_an_sdist_changed_by_another_hook_is_removed(copy_project, error_of):
    line = "build_data['force_include'].popitem()"
    project = copy_project(
        "excluded-sources", {"hatch_build.py": BUILT_BY_A_HOOK.format(line)}
    )
    add_toml(project, "[tool.hatch.build.hooks.custom]")

    shown = error_of(project, "sdist")
    assert shown.startswith("hatch-agpm: prompts/snippets/greeting.md: ")
    assert "missing" in shown


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            {"prompts/agents/reviewer.md": None},
            r"tool\.hatch-agpm\.agents\.reviewer\.path [^\n]*",
        ),
        (
            {"prompts/agents/reviewer.md": "---\nagpm: {templating: true}\n---\n{{ x"},
            r"prompts/agents/reviewer\.md:4:.*\n    \{\{ x\n.*",
        ),
        (
            {"docs/rules.md": None},
            r"prompts/agents/reviewer\.md:13:.*docs/rules\.md.*",
        ),
    ],
)
@pytest.mark.parametrize("target", ["wheel", "sdist", "editable"])
def test_an_error_of_the_core_is_shown_without_a_traceback(
    copy_project, error_of, target, files, message
):
    shown = error_of(copy_project("flat", files), target)

    assert re.fullmatch(f"hatch-agpm: {message}\n?", shown, re.DOTALL), shown
    assert "Traceback" not in shown


@pytest.mark.slow
def test_a_full_disk_is_an_error_without_a_traceback(copy_project, error_of, tmp_path):
    limit = (
        "import resource; "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    )
    site = tmp_path / "limited"
    site.mkdir()
    (site / "sitecustomize.py").write_text(limit, encoding="utf-8")

    shown = error_of(copy_project("flat"), PYTHONPATH=str(site), PYTHONSAFEPATH="1")

    assert shown.startswith("hatch-agpm: ")
    assert len(shown.splitlines()) == 1


def test_a_project_whose_code_is_not_found_gets_hatchlings_own_advice(
    copy_project, run_build
):
    project = copy_project("flat")
    replace(project, 'name = "flat"', 'name = "renamed"')
    replace(project, "[tool.hatch-agpm.project]", OUTPUT)

    done = run_build(project)

    assert "Unable to determine which files to ship" in done.output


OUTPUT = '[tool.hatch-agpm]\noutput = "flat/prompts"\n\n[tool.hatch-agpm.project]'


def replace(project, old, new):
    path = project / "pyproject.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def add_toml(project, text):
    with (project / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n{text}\n")


def needed(mode):
    """The directory of `editables`, which an exact editable install requires."""
    if mode != "exact":
        return []
    import editables  # noqa: PLC0415 - in this mode only

    return [os.path.dirname(os.path.dirname(editables.__file__))]  # noqa: PTH120


def test_hashes_of_the_index_are_those_of_the_wheel(copy_project, build, run_python):
    wheel = build(copy_project("flat")).artefact

    shown = run_python(
        "from flat import prompts; print(prompts.load('agents/reviewer').sha256)", wheel
    )

    assert shown.strip() == hashlib.sha256(FLAT_REVIEWER.encode()).hexdigest()


def test_the_sdist_of_hatch_agpm_itself_includes_its_tests(build):
    root = Path(__file__).parents[2]
    ours = {
        path.relative_to(root).as_posix()
        for path in (root / "tests").rglob("*")
        if path.is_file() and not {"__pycache__", ".hypothesis"} & {*path.parts}
    }

    assert ours <= set(build(root, "sdist").files)
