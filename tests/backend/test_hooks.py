"""The hooks themselves, around a small backend that is in the project."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
import zipfile

import pytest

INNER = """
import io, json, os, tarfile, zipfile

TEXTS = {
    "METADATA": "Metadata-Version: 2.1\\nName: acme\\nVersion: 3.0\\nSummary: Inner\\n",
    "WHEEL": "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    "entry_points.txt": "[console_scripts]\\nacme-tool = acme:main\\n",
}
NAME = "acme-3.0-py3-none-any.whl"
MORE = {}


class Backend:
    def note(self, *call):
        with open("calls.jsonl", "a") as file:
            print(json.dumps([*call, os.getcwd()]), file=file)

    def get_requires_for_build_wheel(self, config_settings=None):
        self.note("get_requires_for_build_wheel", config_settings)
        return ["needed"]

    def build_wheel(self, directory, config_settings=None, metadata_directory=None):
        self.note("build_wheel", directory, config_settings, metadata_directory)
        files = {"acme/__init__.py": open("acme/__init__.py").read(), **MORE}
        info = "acme-3.0.dist-info"
        files |= {f"{info}/{name}": text for name, text in TEXTS.items()}
        rows = [f"{path},," for path in [*files, f"{info}/RECORD"]]
        files[f"{info}/RECORD"] = "\\n".join(rows) + "\\n"
        with zipfile.ZipFile(os.path.join(directory, NAME), "w") as archive:
            for path, text in files.items():
                date = (2001, 2, 3, 4, 5, 6)
                archive.writestr(zipfile.ZipInfo(path, date), text)
        return NAME

    def build_sdist(self, directory, config_settings=None):
        self.note("build_sdist", directory, config_settings)
        with tarfile.open(os.path.join(directory, "acme-3.0.tar.gz"), "w:gz") as tar:
            for path in ["acme", "pyproject.toml", "inner_backend.py"]:
                tar.add(path, f"acme-3.0/{path}")
            info = tarfile.TarInfo("acme-3.0/PKG-INFO")
            info.size, info.mtime = len(TEXTS["METADATA"]), 981173106
            tar.addfile(info, io.BytesIO(TEXTS["METADATA"].encode()))
        return "acme-3.0.tar.gz"


class WithMetadata(Backend):
    def prepare_metadata_for_build_wheel(self, directory, config_settings=None):
        self.note("prepare_metadata_for_build_wheel", config_settings)
        os.mkdir(os.path.join(directory, "acme-3.0.dist-info"))
        for name, text in TEXTS.items():
            with open(f"{directory}/acme-3.0.dist-info/{name}", "w") as file:
                file.write(text)
        return "acme-3.0.dist-info"


    def build_editable(self, directory, config_settings=None, metadata_directory=None):
        global MORE
        MORE = {"acme.pth": os.getcwd() + "\\n"}
        return self.build_wheel(directory, config_settings, metadata_directory)


class namespace:
    plain = Backend()


with_metadata = WithMetadata()
"""
PROJECT = """
[tool.hatch-agpm]
build-backend = "inner_backend:namespace.plain"
backend-path = ["."]
snippets.a = "prompts/a.md"
"""
TEMPLATE = """\
---
agpm: {templating: true}
---
{{ agpm.project.name }} {{ agpm.project.version }}: {{ agpm.project.description }}
"""


@pytest.fixture
def project(write_files):
    return write_files(
        {
            "pyproject.toml": PROJECT,
            "inner_backend.py": INNER,
            "acme/__init__.py": "",
            "prompts/a.md": TEMPLATE,
            "prompts/unused.md": "",
            "out/.keep": "",
        }
    )


def calls(project):
    lines = (project / "calls.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def built(project):
    return sorted(path.name for path in (project / "out").iterdir())[1:]


def read(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return {path: archive.read(path).decode() for path in archive.namelist()}


def test_every_argument_is_passed_on_in_the_same_directory(project, call_hook):
    settings = {"--global-option": ["a", "b"], "x": "y"}
    info = project / "info"
    info.mkdir()
    (info / "METADATA").write_text("Name: acme\nVersion: 4\nSummary: Given\n", "utf-8")

    assert call_hook(project, "get_requires_for_build_wheel", settings)[:2] == (
        0,
        "['needed']",
    )
    code, _, errors = call_hook(project, "build_wheel", "out", settings, "info")
    assert code == 0, errors
    assert call_hook(project, "build_sdist", "out", settings)[0] == 0

    here = str(project)
    assert calls(project) == [
        ["get_requires_for_build_wheel", settings, here],
        ["build_wheel", "out", settings, "info", here],
        ["build_sdist", "out", settings, here],
    ]
    files = read(project / "out/acme-3.0-py3-none-any.whl")
    assert files["acme/prompts/snippets/a.md"].endswith("acme 4: Given\n")


def test_a_hook_that_the_inner_backend_lacks_is_absent(project):
    code = (
        "import hatch_agpm.backend as b; "
        "print(*[hasattr(b, name) for name in ("
        "'build_wheel', 'build_editable', 'prepare_metadata_for_build_wheel', "
        "'get_requires_for_build_sdist', '__path__', 'unknown')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=project,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["True", "False", "False", "False", "True", "False"]


def test_a_hook_that_builds_nothing_does_not_load_the_core(project):
    code = (
        "import hatch_agpm.backend as b, sys; first = set(sys.modules); "
        "b.get_requires_for_build_wheel(); "
        "print(*sorted(n for n in first if n.startswith('hatch_agpm'))); "
        "print(*sorted(n for n in sys.modules if n.startswith('hatch_agpm')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=project,
        capture_output=True,
        text=True,
        check=True,
    )
    first, later = done.stdout.splitlines()
    ours = "hatch_agpm.backend"
    assert first.split() == ["hatch_agpm", "hatch_agpm._version", ours]
    assert set(later.split()) - set(first.split()) == {
        f"{ours}.hooks",
        f"{ours}.inner",
        "hatch_agpm.errors",
        "hatch_agpm.errors.texts",
        "hatch_agpm.reading",
    }


def test_the_rest_of_the_wheel_is_what_the_inner_backend_wrote(project, call_hook):
    assert call_hook(project, "build_wheel", "out")[0] == 0

    wheel = project / "out/acme-3.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as archive:
        members = archive.infolist()
        record = archive.read("acme-3.0.dist-info/RECORD").decode().splitlines()
    paths = [member.filename for member in members]
    assert {member.date_time for member in members} == {(2001, 2, 3, 4, 5, 6)}
    assert [row.partition(",")[0] for row in record] == paths
    assert paths[0] == "acme/__init__.py"
    assert all(path.startswith("acme/prompts/") for path in paths[1:-5])
    assert [path.partition("/")[2] for path in paths[-5:]] == [
        "METADATA",
        "WHEEL",
        "entry_points.txt",
        "agpm-prompts.txt",
        "RECORD",
    ]
    assert record[0] == "acme/__init__.py,,"
    with zipfile.ZipFile(wheel) as archive:
        text = archive.read("acme-3.0.dist-info/entry_points.txt").decode()
        assert archive.namelist().count("acme-3.0.dist-info/entry_points.txt") == 1
    assert "hook-dirs = acme.prompts._reader:hook_directories" in text
    assert "[console_scripts]" in text


def test_the_metadata_is_that_of_the_inner_backend(project, call_hook, edit):
    edit(
        project,
        TEMPLATE,
        f"{TEMPLATE}{{{{ project.scripts['acme-tool'] }}}}",
        "prompts/a.md",
    )
    edit(project, "namespace.plain", "with_metadata")

    assert call_hook(project, "build_wheel", "out")[0] == 0
    assert call_hook(project, "build_sdist", "out")[0] == 0

    names = [call[0] for call in calls(project)]
    prepare = "prepare_metadata_for_build_wheel"
    assert names == [prepare, "build_wheel", "build_sdist", prepare]
    text = read(project / "out/acme-3.0-py3-none-any.whl")["acme/prompts/snippets/a.md"]
    assert text.endswith("acme 3.0: Inner\nacme:main")


def test_the_sdist_has_each_input_once_after_the_rest(project, call_hook):
    (project / "acme/prompts").mkdir()
    (project / "acme/prompts/__init__.pyi").write_text("", "utf-8")
    code, _, errors = call_hook(project, "build_sdist", "out")
    assert (code, "acme/prompts" in errors) == (1, True)
    (project / "acme/prompts/__init__.pyi").unlink()

    assert call_hook(project, "build_sdist", "out")[0] == 0

    with tarfile.open(project / "out/acme-3.0.tar.gz") as archive:
        members = archive.getmembers()
    assert [member.name for member in members][-3:] == [
        "acme-3.0/PKG-INFO",
        "acme-3.0/prompts/a.md",
        "acme-3.0/prompts/unused.md",
    ]
    assert {member.mtime for member in members[-3:]} == {981173106}


@pytest.mark.parametrize("inner", ["namespace.plain", "with_metadata"])
@pytest.mark.parametrize("hook", ["build_wheel", "build_sdist"])
def test_an_error_is_a_message_and_leaves_nothing(
    project, call_hook, edit, inner, hook
):
    edit(project, "namespace.plain", inner)
    edit(project, "{{ agpm.project.name }}", "{{ agpm.project.nmae }}", "prompts/a.md")

    code, output, errors = call_hook(project, hook, "out")

    assert (code, output) == (1, "")
    assert errors.startswith("hatch-agpm: prompts/a.md:4:4: ")
    assert "Traceback" not in errors
    assert built(project) == []
    builds = [call[0] for call in calls(project) if call[0] == "build_wheel"]
    assert len(builds) == (hook == "build_wheel" and inner == "namespace.plain")


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("build-backend", "#", "build-backend"),
        ('"inner_backend:namespace.plain"', "3", "build-backend"),
        ("inner_backend:namespace.plain", "a b", "build-backend"),
        ("inner_backend:namespace.plain", "hatch_agpm.backend", "build-backend"),
        ("inner_backend:namespace.plain", "not_there", "build-backend"),
        ("namespace.plain", "namespace.none", "build-backend"),
        ("inner_backend:namespace.plain", "json", "build-backend"),
        ('["."]', '["../"]', "backend-path"),
        ('["."]', '["missing"]', "backend-path"),
        ('["."]', "3", "backend-path"),
    ],
)
def test_a_wrong_inner_backend_is_an_error(project, call_hook, edit, old, new, key):
    edit(project, old, new)

    code, output, errors = call_hook(project, "build_wheel", "out")

    assert (code, output) == (1, "")
    assert errors.startswith(f"hatch-agpm: tool.hatch-agpm.{key} ")
    assert "Traceback" not in errors
    assert built(project) == []


def test_a_file_that_the_inner_backend_puts_at_our_paths_is_an_error(
    project, call_hook, edit
):
    more = '{"acme/prompts/b.md": "", "acme/prompts.py": ""}'
    edit(project, "MORE = {}", f"MORE = {more}", "inner_backend.py")

    code, _, errors = call_hook(project, "build_wheel", "out")

    assert code == 1
    assert "acme/prompts/b.md" in errors
    assert "acme/prompts.py" in errors
    assert built(project) == []


def test_the_stub_in_the_tree_is_replaced_by_that_of_the_wheel(
    project, call_hook, edit
):
    assert call_hook(project, "build_wheel", "out")[0] == 0
    stub = "acme/prompts/__init__.pyi"
    text = read(project / "out/acme-3.0-py3-none-any.whl")[stub]
    old = text + "# older\n"
    (project / "acme/prompts").mkdir()
    (project / stub).write_text(old, "utf-8")
    edit(project, "MORE = {}", f"MORE = {{{stub!r}: {old!r}}}", "inner_backend.py")

    code, _, errors = call_hook(project, "build_wheel", "out")

    assert code == 0, errors
    assert read(project / "out/acme-3.0-py3-none-any.whl")[stub] == text


def editable(project, edit, call_hook, mode):
    edit(project, "namespace.plain", "with_metadata")
    edit(project, "snippets.a", f'editable = "{mode}"\nsnippets.a')
    code, _, errors = call_hook(project, "build_editable", "out")
    assert code == 0, errors
    return read(project / "out/acme-3.0-py3-none-any.whl")


def test_an_editable_wheel_has_the_finder_beside_what_was_there(
    project, call_hook, edit
):
    files = editable(project, edit, call_hook, "redirect")
    assert files["acme.pth"] == f"{project}\n"
    name = "_agpm_editable_acme__prompts"
    assert {f"{name}.pth", f"{name}.start", f"{name}.py", f"{name}.json"} < {*files}
    assert f"{name}_bundle/snippets/a.md" in files
    assert [path for path in files if path.startswith("acme/prompts/")] == []


def test_an_editable_wheel_has_no_prompts_if_they_are_off(project, call_hook, edit):
    files = editable(project, edit, call_hook, "off")
    assert [path for path in files if "agpm" in path] == []


def test_what_an_in_tree_install_wrote_is_in_no_wheel_and_sdist(
    project, call_hook, edit
):
    editable(project, edit, call_hook, "in-tree")
    tree = project / "acme/prompts"
    assert (tree / "snippets/a.md").is_file()
    texts = {f"acme/prompts/{p.name}": p.read_text("utf-8") for p in tree.glob("*.*")}
    edit(project, "MORE = {}", f"MORE = {texts!r}", "inner_backend.py")
    edit(project, "", "Changed.\n", "prompts/a.md")

    for hook in ("build_wheel", "build_sdist"):
        code, _, errors = call_hook(project, hook, "out")
        assert code == 0, errors

    files = read(project / "out/acme-3.0-py3-none-any.whl")
    assert files["acme/prompts/snippets/a.md"].endswith("Changed.\n")
    assert "acme/prompts/.hatch-agpm" not in files
    with tarfile.open(project / "out/acme-3.0.tar.gz") as archive:
        paths = archive.getnames()
    assert [p for p in paths if p.startswith("acme-3.0/acme/prompts/")] == [
        "acme-3.0/acme/prompts/_pyinstaller",
        "acme-3.0/acme/prompts/snippets",
    ]
