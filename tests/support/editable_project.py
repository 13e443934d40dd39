"""A project that is installed in development mode, and imports of its prompts."""

import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

from hatch_agpm.build.editable.wheel import editable_install
from hatch_agpm.build.plan import plan_build
from hatch_agpm.model.build import BuildContext
from hatch_agpm.runtime.editable.freshness import Install, _Refusal

TABLE = """
[project]
name = "pkg"
version = "1.0"
[tool.hatch-agpm]
output = "pkg/prompts"
"""
FILES = {
    "pkg/__init__.py": "",
    "docs/rules.md": "No tabs.\n",
    "docs/other.md": "No blanks.\n",
    "prompts/agents/a.md": (
        "---\nagpm: {templating: true, dependencies: {snippets: [{path: tone.md}]}}\n"
        "---\n{{ agpm.deps.snippets.tone.content }} {{ 'docs/rules.md' | content }}"
        "{{ agpm.project.version }}\n"
    ),
    "prompts/agents/tone.md": "Kind.\n",
    "prompts/skills/net/SKILL.md": "---\nname: net\ndescription: Nets.\n---\nMend.\n",
    "prompts/scripts/check.sh": "true\n",
    "README.md": "Read me.\n",
}
LISTED = """
[tool.hatch-agpm.agents]
a = "prompts/agents/a.md"
[tool.hatch-agpm.scripts]
all = "prompts/scripts/*"
[tool.hatch-agpm.skills]
net = "prompts/skills/net"
"""
RUN = """
import importlib, sys
sys.path[:0] = [{root!r}, {site!r}]
import _agpm_editable_pkg__prompts as finder
finder.start()
{code}
"""
SHOW = "from pkg import prompts; print(prompts.agents.a, end='')"


@pytest.fixture
def project(tmp_path):
    """A project whose files are old, as those of a checkout are."""
    root = tmp_path / "project"

    def write(table, files=None):
        for path, text in {**FILES, **(files or {}), "pyproject.toml": table}.items():
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return root

    return write


def install_editable(root, site):
    """Write what an install in development mode has; return its `Install`."""
    pyproject = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    metadata = {"name": "pkg", "version": "1.0"}
    plan = plan_build(
        BuildContext(root, pyproject, metadata=metadata, distribution="pkg")
    )
    shutil.rmtree(site, ignore_errors=True)
    files = editable_install(plan, module="pkg.prompts")
    for path, file in {**files.bundle, **files.files}.items():
        written = site / path
        written.parent.mkdir(parents=True, exist_ok=True)
        written.write_bytes(file.data)
        written.chmod(0o755 if file.executable else 0o644)
    name = "_agpm_editable_pkg__prompts"
    key = re.search(r"'key': '(.*?)'", (site / f"{name}.py").read_text("utf-8"))[1]
    return Install(
        module="pkg.prompts",
        root=str(root),
        base=f"{site}/{name}",
        bundle=f"{site}/{name}_bundle",
        key=key,
    )


@pytest.fixture
def develop(tmp_path):
    """Install a project in development mode; return its `Install`."""

    def installed(root, *, wait=True):
        if wait:
            # As by a build, which marks files as uncertain that have just changed.
            time.sleep(0.12)
        return install_editable(root, tmp_path / "site")

    return installed


@pytest.fixture
def run(tmp_path):
    """Run code in a new process with the install, and optionally with hatch-agpm."""

    def done(code, *, live=True, cwd=tmp_path, **environ):
        code = RUN.format(
            root=str(tmp_path / "project"), site=str(tmp_path / "site"), code=code
        )
        options = [] if live else ["-I", "-S"]
        return subprocess.run(
            [sys.executable, *options, "-c", code],
            cwd=cwd,
            env={**os.environ, **environ},
            capture_output=True,
            text=True,
            check=False,
        )

    return done


def bundle_of(install):
    """The directory that an import would read; raises the errors of an import."""
    loader = install.loader()
    if isinstance(loader, _Refusal):
        raise loader._error  # noqa: SLF001
    return Path(loader.path).parent


def replace(path, text):
    def change(root):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")

    return change


def in_table(old, new):
    def change(root):
        text = (root / "pyproject.toml").read_text("utf-8")
        assert old in text
        replace("pyproject.toml", text.replace(old, new))(root)

    return change
