from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile

import pytest

PROBE = """
import importlib, sys
importlib.import_module(sys.argv[1])
print(*sorted(name for name in sys.modules if name.split(".")[0] in {
    "hatch_agpm", "jinja2", "markupsafe", "yaml", "packaging"
}))
"""


def loaded_by(module):
    done = subprocess.run(
        [sys.executable, "-I", "-c", PROBE, module],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_importing_the_package_loads_nothing_else_of_it():
    assert loaded_by("hatch_agpm") == {"hatch_agpm", "hatch_agpm._version"}


COMMAND_LINE = {
    *("main", "output", "install", "install.options", "preview", "preview.options"),
    *("vendor", "vendor.options"),
}
"""What parsing a command line needs."""


@pytest.mark.parametrize(
    ("package", "modules"),
    [
        ("hatch", {"hook"}),
        ("setuptools", set()),
        ("backend", set()),
        ("cli", COMMAND_LINE),
    ],
)
def test_importing_an_integration_loads_neither_the_core_nor_its_needs(
    package, modules
):
    name = f"hatch_agpm.{package}"
    # The backends themselves import packaging, in parts.
    loaded = {each for each in loaded_by(name) if not each.startswith("packaging")}

    own = {f"{name}.{module}" for module in modules}
    assert loaded == {"hatch_agpm", "hatch_agpm._version", name, *own}


RENDERS = """
import sys
import zipfile
from hatch_agpm.tera import TeraEnvironment, render
assert render("{% for x in [1, 2] %}{{ x }}{% endfor %}", {}) == "12"
print("jinja2" in sys.modules, "markupsafe" in sys.modules)
text = TeraEnvironment().template("{{ 'a' * 2 }}", dialect="jinja2").render({})
print(text, "jinja2" in sys.modules)
"""
BUILDS = """
import sys
import zipfile
from hatchling.builders.wheel import WheelBuilder
print(*WheelBuilder(sys.argv[1]).build(directory=sys.argv[2]))
print(*sys.modules)
"""


def lines_of(program, *arguments):
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def test_jinja2_is_imported_by_the_first_template_of_that_dialect():
    assert lines_of(RENDERS) == ["False False", "aa True"]


RARE = (
    "jinja2",
    "markupsafe",
    "regex",
    "zoneinfo",
    "hatch_agpm.build.editable",
    "hatch_agpm.build.sbom",
    "hatch_agpm.export",
    "hatch_agpm.patching",
    "hatch_agpm.sources.distributions",
    "hatch_agpm.sources.external",
    "hatch_agpm.sources.locked",
    "hatch_agpm.sources.templates",
    "hatch_agpm.tera.builtins.dates",
    "hatch_agpm.tera.builtins.regex",
    "hatch_agpm.tera.jinja",
)


def test_a_build_imports_no_feature_that_it_does_not_use(copy_project, tmp_path):
    project = copy_project("flat")
    (wheel, loaded) = lines_of(BUILDS, project, tmp_path / "out")
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if name.endswith(".md")]
        texts = [archive.read(name) for name in names]
    assert any(b"flat" in text for text in texts)
    assert not any(b"{{" in text for text in texts)
    modules = loaded.split()
    assert "hatch_agpm.rendering.renderer" in modules
    assert [
        name
        for name in modules
        if any(name == rare or name.startswith(f"{rare}.") for rare in RARE)
    ] == []


def test_a_build_imports_a_feature_that_it_uses(copy_project, tmp_path):
    project = copy_project("flat")
    table = "\n[tool.hatch-agpm]\npatch.agents.reviewer.model = 'm'\n"
    pyproject = project / "pyproject.toml"
    pyproject.write_text(pyproject.read_text("utf-8") + table, "utf-8")
    (_, loaded) = lines_of(BUILDS, project, tmp_path / "out")
    assert "hatch_agpm.patching.apply" in loaded.split()


@pytest.mark.parametrize("target", ["wheel", "sdist"])
@pytest.mark.parametrize("backend", ["hatchling", "setuptools"])
def test_a_build_of_the_tests_equals_one_that_imports_by_itself(
    backend, target, copy_project, build
):
    project = copy_project("flat")
    forked = build(project, target, backend, SOURCE_DATE_EPOCH="1700000000")
    shutil.rmtree(project / "build", ignore_errors=True)
    # A variable that an interpreter reads when it starts.
    alone = build(
        project, target, backend, SOURCE_DATE_EPOCH="1700000000", PYTHONHASHSEED="0"
    )
    assert forked.files == alone.files
