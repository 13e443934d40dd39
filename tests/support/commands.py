"""Commands in a process of their own, and the projects that they are run in."""

import subprocess
import sys

CACHE_KEYS = """
[tool.uv]
cache-keys = ["pyproject.toml", { file = "prompts/**/*" }, { file = "docs/*.md" }]
"""
HATCHLING = """\
[build-system]
requires = ["hatchling", "hatch-agpm"]
build-backend = "hatchling.build"
[project]
name = "acme"
version = "1.0"
[tool.hatch.build.hooks.agpm]
"""
HEAD = f"{HATCHLING}[tool.hatch-agpm]\n"


def run(*arguments, module="hatch_agpm", **options):
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        capture_output=True,
        check=False,
        **options,
    )
