"""No directory of templates is a package of its own, however packages are found."""

import json
import subprocess
import sys
import zipfile

import pytest

pytestmark = pytest.mark.slow

TABLE = "[tool.setuptools.packages.find]\n"
BUILD = """
import importlib, json, os, sys
for project, backend in json.loads(sys.argv[1]):
    os.chdir(project)
    out = "../wheel-" + os.path.basename(project)
    importlib.import_module(backend).build_wheel(out)
"""
PROJECT = '[project]\nname = "acme"\nversion = "1.0"\n'
CFG = "[metadata]\nname = acme\nversion = 1.0\n"
OPTIONS = f"{CFG}[options]\n"
FIND = "from setuptools import setup, find_packages, find_namespace_packages\n"
SETUP = f"{FIND}setup(name='acme', version='1.0', "
DATA = "include_package_data=True, package_data={'': ['**/*']}"
NAMESPACES = "packages=find_namespace_packages"
TOP = ("prompts", "texts")
IN_SRC = ("src/prompts", "src/texts")
WAYS = {
    "automatic": (PROJECT, "", ""),
    "find": (
        f'{PROJECT}{TABLE}where = ["{{root}}"]\n',
        "",
        "",
    ),
    "find with namespaces": (
        f"{PROJECT}{TABLE}namespaces = true\n"
        'where = ["{root}"]\nexclude = ["tests"]\n',
        "",
        "",
    ),
    "find without namespaces": (
        f'{PROJECT}{TABLE}namespaces = false\nwhere = ["{{root}}"]\n',
        "",
        "",
    ),
    "find what is included": (
        f'{PROJECT}{TABLE}where = ["{{root}}"]\ninclude = ["acme*", "{{name}}*"]\n',
        "",
        "",
    ),
    "list": (
        f'{PROJECT}[tool.setuptools]\npackage-dir = {{"" = "{{root}}"}}\n'
        'packages = ["acme"{listed}]\n',
        "",
        "",
    ),
    "list with another directory": (
        f'{PROJECT}[tool.setuptools]\npackages = ["acme", "own", "own.skills"]\n'
        '[tool.setuptools.package-dir]\n"" = "{root}"\nown = "{path}"\n',
        "",
        "",
    ),
    "setup.cfg automatic": ("", CFG, ""),
    "setup.cfg find:": (
        "",
        f"{OPTIONS}package_dir =\n  = {{root}}\npackages = find:\n"
        "[options.packages.find]\nwhere = {root}\n",
        "",
    ),
    "setup.cfg find_namespace:": (
        "",
        f"{OPTIONS}package_dir =\n  = {{root}}\npackages = find_namespace:\n"
        "[options.packages.find]\nwhere = {root}\n",
        "",
    ),
    "setup.py automatic": ("", "", f"{SETUP}{DATA})"),
    "setup.py find_packages": (
        "",
        "",
        f"{SETUP}packages=find_packages('{{root}}'), package_dir={{'': '{{root}}'}})",
    ),
    "setup.py find_namespace_packages": (
        "",
        "",
        f"{SETUP}{NAMESPACES}('{{root}}'), package_dir={{'': '{{root}}'}}, {DATA})",
    ),
    "setup.py list": (
        "",
        "",
        f"{SETUP}packages=['acme'{{listed}}], package_dir={{'': '{{root}}'}}, {DATA})",
    ),
    "setup.py with another directory": (
        "",
        "",
        f"{SETUP}packages=['acme', 'own'], "
        f"package_dir={{'': '{{root}}', 'own': '{{path}}'}}, {DATA})",
    ),
}
CASES = [
    (way, root, path, backend)
    for way in WAYS
    for root, paths in ((".", TOP), ("src", (*TOP, *IN_SRC)))
    for path in paths
    for backend in ("setuptools.build_meta", "hatch_agpm.backend")
    if backend == "setuptools.build_meta" or path in {"texts", "src/texts"}
]


def project_files(way, root, path, backend):
    """Return the files of a project, whose templates are in a directory."""
    is_in_root = root == "." or path.startswith("src/")
    name = path.rpartition("/")[2]
    listed = f', "{name}", "{name}.skills"' if is_in_root else ""
    values = {"root": root, "path": path, "name": name, "listed": listed}
    pyproject, cfg, setup = (
        text.replace("{root}", values["root"])
        .replace("{path}", path)
        .replace("{name}", name)
        .replace("{listed}", listed)
        .replace("{{", "{")
        .replace("}}", "}")
        for text in WAYS[way]
    )
    inner = 'build-backend = "setuptools.build_meta"\n' if "agpm" in backend else ""
    table = (
        "" if path == "prompts" else f'prompts = "{path}"\nscripts = "{path}/scripts"\n'
    )
    table += "" if path == "prompts" else f'skills = "{path}/skills"\n'
    head = '[build-system]\nrequires = ["setuptools", "hatch-agpm"]\n'
    head += f'build-backend = "{backend}"\n{pyproject}[tool.hatch-agpm]\n'
    files = {
        f"{root}/acme/__init__.py": "",
        f"{root}/acme/core.py": "x = 1\n",
        f"{path}/greeting.md": "Hello.\n",
        f"{path}/scripts/run.py": "print()\n",
        f"{path}/skills/net/SKILL.md": "---\nname: net\ndescription: d\n---\n",
        f"{path}/skills/net/scripts/a.py": "print()\n",
        "pyproject.toml": head + inner + table,
    }
    files |= {"setup.cfg": cfg} if cfg else {}
    return files | ({"setup.py": setup} if setup else {})


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    """Build all projects in one process, and return the paths in each wheel."""
    top = tmp_path_factory.mktemp("projects")
    todo = []
    for number, case in enumerate(CASES):
        for path, text in project_files(*case).items():
            file = top / str(number) / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        (top / f"wheel-{number}").mkdir()
        todo.append((str(top / str(number)), case[3]))
    subprocess.run(
        [sys.executable, "-c", BUILD, json.dumps(todo)],
        check=True,
        capture_output=True,
        text=True,
    )
    found = {}
    for number, case in enumerate(CASES):
        (wheel,) = (top / f"wheel-{number}").iterdir()
        with zipfile.ZipFile(wheel) as archive:
            found[case] = set(archive.namelist())
    return found


@pytest.mark.parametrize("case", CASES, ids=" ".join)
def test_only_the_package_is_installed(wheels, case):
    paths = wheels[case]
    assert {path.partition("/")[0] for path in paths} == {
        "acme",
        "acme-1.0.dist-info",
    }
    assert {
        "acme/core.py",
        "acme/prompts/greeting.md",
        "acme/prompts/scripts/run.py",
        "acme/prompts/skills/net/scripts/a.py",
    } <= paths
