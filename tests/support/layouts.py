"""The layouts of the sample projects, and links in one of them."""

import os

import pytest

LAYOUTS = {
    "flat": ("flat.prompts", "scripts/check", "#!/bin/sh\nexit 0\n"),
    "src-layout": (
        "src_layout.prompts",
        "snippets/greeting",
        "Hello from src-layout in src_layout.\n",
    ),
    "no-code": ("acme_prompts", "snippets/greeting", "Hello.\n"),
    "namespace": (
        "acme.tools.prompts",
        "snippets/greeting",
        "Hello from the namespace.\n",
    ),
}
"""The module of the prompts, the name of one, and its text."""

LINKS = [
    ("prompts", "lib/prompts"),
    pytest.param("README.md", "lib/README.md", marks=pytest.mark.slow),
    pytest.param(
        "prompts/snippets/greeting.md", "lib/greeting.md", marks=pytest.mark.slow
    ),
    pytest.param("prompts/snippets", "lib/snippets", marks=pytest.mark.slow),
]
"""Where a link is, and where its target."""


def only_flat_is_fast(names):
    """Return the names as parameters, all but `flat` marked as slow."""
    return [
        name if name == "flat" else pytest.param(name, marks=pytest.mark.slow)
        for name in names
    ]


def move_behind_a_link(project, link, target):
    """Move a file or directory of a project, and put a link where it was."""
    (project / link).rename(project / target)
    (project / link).symlink_to(
        os.path.relpath(project / target, (project / link).parent)
    )
