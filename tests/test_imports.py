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
    assert loaded_by("hatch_agpm") == {"hatch_agpm"}


@pytest.mark.parametrize(
    "door", ["hatch_agpm.hatch", "hatch_agpm.setuptools", "hatch_agpm.cli"]
)
def test_importing_a_door_loads_neither_the_core_nor_what_it_needs(door):
    # The backends themselves import packaging, in parts.
    loaded = {name for name in loaded_by(door) if not name.startswith("packaging")}

    assert loaded == {"hatch_agpm", door}
