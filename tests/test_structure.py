"""Limits on the code base that keep it readable."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PACKAGE = TESTS.parent / "hatch_agpm"
MODULES = sorted(PACKAGE.rglob("*.py"))
PACKAGES = sorted({module.parent for module in MODULES})
SCRIPTS = sorted(PACKAGE.rglob("*.js"))

MODULES_OF_A_PACKAGE = 12
MODULES_OF_THE_ROOT = 6
LINES_OF_A_MODULE = 400
LINES_OF_A_SCRIPT = 250
LINES_OF_A_FUNCTION = 40
SUPPRESSIONS = 25

# Modules beyond the limit, with their length: they may shrink, and not grow.
LONG_MODULES: dict[str, int] = {}
LONG_FUNCTIONS: dict[str, int] = {}

# Process-wide state and types that this project does without.
UNWANTED = {
    *("gc", "ContextVar", "setrecursionlimit", "setswitchinterval", "NamedTuple"),
    *("_exit", "atexit", "faulthandler", "fork", "kill", "register", "signal"),
    *("displayhook", "excepthook", "showwarning", "unraisablehook"),
    *("setprofile", "settrace", "set_int_max_str_digits"),
    *("filterwarnings", "simplefilter", "putenv", "setdefaulttimeout"),
    *("setlocale", "umask"),
}

# Files of `runtime` are copied into wheels and environments and cannot import from
# the rest: there each class has a name that the other module may have as well.
COPIED = {
    "Prompt": {"runtime/_prompt.py", "installed/load.py"},
    "Bundle": {"runtime/accessor.py", "bundle/bundle.py"},
}

# Directories of tests that mirror no package.
NOT_OF_A_PACKAGE = {"integration", "data", "messages", "projects"}
TEST_DIRECTORIES = sorted(
    {module.parent.relative_to(TESTS) for module in TESTS.rglob("test_*.py")} - {Path()}
)


def name(path):
    return path.relative_to(PACKAGE.parent).as_posix()


def parse(module):
    return ast.parse(module.read_text(encoding="utf-8"))


@pytest.mark.parametrize("package", PACKAGES, ids=name)
def test_a_package_has_few_modules(package):
    allowed = MODULES_OF_THE_ROOT if package == PACKAGE else MODULES_OF_A_PACKAGE
    assert len(list(package.glob("*.py"))) <= allowed


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_a_module_is_short(module):
    length = module.read_text(encoding="utf-8").count("\n")
    assert length <= LONG_MODULES.get(name(module), LINES_OF_A_MODULE)


@pytest.mark.parametrize("script", SCRIPTS, ids=name)
def test_a_script_of_a_page_is_short(script):
    assert script.read_text(encoding="utf-8").count("\n") <= LINES_OF_A_SCRIPT


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_functions_are_short(module):
    lengths = {
        (node.name, node.lineno): node.end_lineno - node.lineno + 1
        for node in ast.walk(parse(module))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {
        key: length
        for key, length in lengths.items()
        if length > LONG_FUNCTIONS.get(key[0], LINES_OF_A_FUNCTION)
    } == {}


def test_few_findings_of_the_linter_are_suppressed_and_each_with_a_reason():
    found = [
        (name(module), number, line)
        for module in MODULES
        for number, line in enumerate(module.read_text("utf-8").splitlines(), 1)
        if "noqa" in line
    ]
    assert [
        place for place in found if not re.search(r"# noqa: .+ - \S", place[2])
    ] == []
    assert len(found) <= SUPPRESSIONS


def identifiers(module):
    """Every name that code reads, defines or imports, without texts and comments."""
    for node in ast.walk(parse(module)):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.alias):
            yield node.name
        elif isinstance(node, ast.ImportFrom):
            yield node.module


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_banned_constructs_are_not_used(module):
    assert UNWANTED.intersection(identifiers(module)) == set()


def test_a_class_name_has_one_meaning():
    defined = defaultdict(list)
    for module in MODULES:
        path = module.relative_to(PACKAGE).as_posix()
        for node in ast.walk(parse(module)):
            if isinstance(node, ast.ClassDef):
                defined[node.name].append(path)
    assert {
        key: paths
        for key, paths in defined.items()
        if len(paths) > 1 and set(paths) != COPIED.get(key)
    } == {}


@pytest.mark.parametrize("directory", TEST_DIRECTORIES, ids=str)
def test_a_directory_of_tests_mirrors_a_package(directory):
    if directory.parts[0] not in NOT_OF_A_PACKAGE:
        assert (PACKAGE / directory / "__init__.py").is_file()
