"""The blocks of the page of recipes, and the package that they read."""

import re
from pathlib import Path

PAGE = (Path(__file__).parents[2] / "docs/how-to/recipes.md").read_text("utf-8")
BLOCK = re.compile(r"^```(\w+) (\S+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
BLOCKS = {title: text for _, title, text in BLOCK.findall(PAGE)}
TITLES = [title for language, title, _ in BLOCK.findall(PAGE) if language == "python"]
PYPROJECT = """\
[build-system]
requires = ["hatchling", "hatch-agpm"]
build-backend = "hatchling.build"

[project]
name = "acme-reviews"
version = "1.0"

[tool.hatch.build.hooks.agpm]
"""
FILES = {
    **{title: text for title, text in BLOCKS.items() if title.endswith(".md")},
    "pyproject.toml": PYPROJECT,
    "acme_reviews/__init__.py": "",
}
"""The project of the page, by path."""
