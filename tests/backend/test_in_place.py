"""Prompts where they are, in the output directory, with every inner backend."""

import json
import zipfile

import pytest

pytestmark = pytest.mark.slow

HEAD = """\
[build-system]
requires = ["{requires}", "hatch-agpm"]
build-backend = "hatch_agpm.backend"
[project]
name = "acme"
version = "1.0"
description = "d"
[tool.hatch-agpm]
build-backend = "{inner}"
prompts = "{package}/prompts"
agents = "{package}/prompts/agents"
"""
INNER = {
    "hatchling": ("hatchling.build", ""),
    "setuptools": (
        "setuptools.build_meta",
        '[tool.setuptools.package-data]\n"*" = ["*.txt", "**/*.md"]\n',
    ),
    "flit_core": ("flit_core.buildapi", ""),
    "pdm-backend": ("pdm.backend", ""),
    "poetry-core": (
        "poetry.core.masonry.api",
        '[tool.poetry]\npackages = [{{ include = "acme"{source} }}]\n',
    ),
    "uv_build": (
        "uv_build",
        '[tool.uv.build-backend]\nmodule-root = "{root}"\n',
    ),
}
FILES = {
    "__init__.py": '"""A package."""\n',
    "prompts/__init__.py": "# The prompts.\n",
    "prompts/system.txt": "You are {name}. {{ not_ours }}\n",
    "prompts/planner/plan.md": "---\nagpm:\n  templating: true\n---\n"
    "Plan for {{ agpm.project.name }}.\n",
    "prompts/agents/reviewer.md": "Review.\n",
}
READ = """
from pathlib import Path
from importlib.resources import files
import acme
from acme import prompts
here = Path(acme.__file__).parent / "prompts"
assert (here / "system.txt").read_text() == prompts.system
assert files("acme").joinpath("prompts/planner/plan.md").read_text() == (
    prompts.planner.plan.document)
assert prompts.planner.plan == "Plan for acme.\\n"
print(prompts.names())
"""
NAMES = "['agents/reviewer', 'planner/plan', 'system']\n"
EACH = pytest.mark.parametrize("inner", INNER)
BOTH = pytest.mark.parametrize("package", ["acme", "src/acme"])


@pytest.fixture
def project(write_files):
    """Write a project whose prompts are where the bundle goes."""

    def write(inner, package, files=None):
        backend, table = INNER[inner]
        root = package.rpartition("/")[0]
        source = ', from = "src"' if root else ""
        head = HEAD.format(requires=inner, inner=backend, package=package)
        pyproject = head + table.format(root=root, source=source)
        listed = {f"{package}/{path}": text for path, text in FILES.items()}
        found = {**listed, **(files or {}), "pyproject.toml": pyproject}
        return write_files({f"p/{path}": text for path, text in found.items()}) / "p"

    return write


def paths_of(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return sorted(name for name in archive.namelist() if not name.endswith("/"))


@EACH
@BOTH
def test_a_wheel_has_each_template_once_at_its_own_path(
    project, build_with_hook, unpack, run_python, inner, package
):
    wheel = build_with_hook(project(inner, package), "wheel")
    paths = paths_of(wheel)
    assert len(paths) == len(set(paths))
    assert "acme/prompts/planner/plan.md" in paths
    assert {path.partition("/")[0] for path in paths} == {"acme", "acme-1.0.dist-info"}
    assert run_python(READ, unpack(wheel)) == NAMES
    assert json.loads((unpack(wheel) / "acme/prompts/index.json").read_bytes())


@EACH
@BOTH
def test_the_sdist_has_the_templates_and_gives_the_same_bundle(
    project, build_with_hook, unpack, inner, package
):
    root = project(inner, package)
    source = unpack(build_with_hook(root, "sdist"))
    plan = f"{package}/prompts/planner/plan.md"
    assert (source / plan).read_text() == FILES["prompts/planner/plan.md"]
    trees = [unpack(build_with_hook(each, "wheel")) for each in (root, source)]
    one, other = (
        {
            path.relative_to(tree): path.read_bytes()
            for path in (tree / "acme").rglob("*")
            if path.is_file()
        }
        for tree in trees
    )
    assert one == other


@EACH
@BOTH
def test_a_development_install_reads_the_same(
    project, build_with_hook, unpack, run_python, inner, package
):
    root = project(inner, package)
    site = unpack(build_with_hook(root, "editable"))
    code = f"import site; site.addsitedir({str(site)!r})\nfrom acme import prompts\n"
    code += "print(prompts.names()); print(prompts.planner.plan, prompts.system)"
    printed = run_python(code, options=("-I", "-B"))
    assert printed == f"{NAMES}Plan for acme.\n {FILES['prompts/system.txt']}\n"


@EACH
def test_a_file_that_is_not_listed_is_an_error(project, call_hook, tmp_path, inner):
    root = project(inner, "acme", {"acme/prompts/load.py": "x = 1\n"})
    code, _, errors = call_hook(root, "build_wheel", str(tmp_path / "out"))
    assert code != 0
    assert "hatch-agpm: acme/prompts: " in errors
    assert "load.py" in errors
    assert "Traceback" not in errors
