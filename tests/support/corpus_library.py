"""The public library of the corpus, as a project."""

import shutil
from pathlib import Path

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
LIBRARY = CORPUS / "agpm-resources"
MANIFEST = "examples/local/agpm.toml"
PYPROJECT = f"""\
[project]
name = "library"
version = "1.0"

[tool.hatch.build.hooks.agpm]

[tool.hatch-agpm]
output = "library"
manifest = "{MANIFEST}"
"""


def copy_library(root):
    """Copy the library to a directory whose files can be changed."""
    shutil.copytree(LIBRARY, root, copy_function=shutil.copyfile)
    for folder in (root, *root.rglob("*/")):
        folder.chmod(0o755)
    return root
