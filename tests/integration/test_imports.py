from __future__ import annotations

import subprocess
import sys

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


@pytest.mark.parametrize(
    ("package", "modules"),
    [("hatch", {"hook"}), ("setuptools", set()), ("cli", {"main"})],
)
def test_importing_an_integration_loads_neither_the_core_nor_its_needs(
    package, modules
):
    name = f"hatch_agpm.{package}"
    # The backends themselves import packaging, in parts.
    loaded = {each for each in loaded_by(name) if not each.startswith("packaging")}

    own = {f"{name}.{module}" for module in modules}
    assert loaded == {"hatch_agpm", "hatch_agpm._version", name, *own}
