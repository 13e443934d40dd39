"""A project with templates in a Git repository that the tests make."""

import pytest
from git_repositories import GitRepository

from hatch_agpm.cli.main import main

PYPROJECT = """\
[build-system]
requires = ["hatchling", "hatch-agpm"]
build-backend = "hatchling.build"

[project]
name = "pkg"
version = "1.0"

[tool.hatch.build.hooks.agpm]

[tool.hatch-agpm]
output = "pkg/prompts"

[tool.hatch-agpm.sources]
community = { git = "ADDRESS" }

[tool.hatch-agpm.agents]
a = { source = "community", path = "agents/a.md", version = "^1.0" }
"""
AGENT = """---
agpm:
  templating: true
  dependencies:
    snippets:
      - { path: snippets/tone.md, install: false }
---
{{ agpm.resource.version }}: {{ agpm.deps.snippets.tone.content }}
"""


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """A cache directory for clones."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    return tmp_path / "cache"


@pytest.fixture
def repository(tmp_path):
    """A repository with the tags v1.0.0 and v1.1.0."""
    made = GitRepository(tmp_path / "repository")
    made.commit({"agents/a.md": AGENT, "snippets/tone.md": "Be kind."}, "v1.0.0")
    made.commit({"snippets/tone.md": "Be brief.", "unused.md": "-"}, "v1.1.0")
    return made


@pytest.fixture
def project(write_files, repository):
    root = write_files(
        {
            "project/pyproject.toml": PYPROJECT.replace("ADDRESS", repository.address),
            "project/pkg/__init__.py": "",
        }
    )
    return root / "project"


@pytest.fixture
def run(project, capsys):
    """Run `hatch-agpm` in the project; return its code, output and errors."""

    def run(*arguments):
        code = main([*arguments, "--project", str(project)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


@pytest.fixture
def read(project):
    """Return the vendored files of the project, by path."""

    def read():
        top = project / "prompts/vendor"
        return {
            path.relative_to(top).as_posix(): path.read_text()
            for path in sorted(top.rglob("*"))
            if path.is_file()
        }

    return read
