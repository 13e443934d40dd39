"""
Agents and commands of packages of the index are exported with every key and text.

Two tools read such files: each takes the exported ones as it takes the originals.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from pathlib import PurePosixPath

import pytest
import yaml
from sites import apm, claude_validate, lay_out
from variants import Placed

pytestmark = [pytest.mark.slow, pytest.mark.network]

PACKAGES = {
    "specify-cli==1.2.3": {"command": "specify_cli/core_pack/commands/"},
    "bookwright-cli==0.5.13": {"command": "bookwright/resources/commands/"},
    "attune-ai==16.4.0": {"command": "attune/commands/"},
    "infrakit-cli==1.0.0": {
        "agent": "infrakit_cli/templates/agent_personas/",
        "command": "infrakit_cli/templates/iac/terraform/commands/",
    },
    "ai-sdlc-kit==0.3.0": {"agent": "ai_sdlc/agents/"},
}
"""Where the wheel of each has its agents and commands."""

PYPROJECT = """\
[build-system]
requires = ["hatchling", "hatch-agpm"]
build-backend = "hatchling.build"

[project]
name = "acme"
version = "1.0"
license = "MIT"

[tool.hatch.build.hooks.agpm]

[tool.hatch-agpm.export]
types = {types}
"""


@pytest.fixture(scope="module")
def originals(tmp_path_factory):
    """Return the agents and commands of each package, by path in an export."""
    directory = tmp_path_factory.mktemp("wheels")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--only-binary", ":all:", "--dest", directory, *PACKAGES]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"there is no index: {done.stderr}")
    return {package: files_of(package, directory) for package in PACKAGES}


def files_of(package, directory):
    name = package.partition("==")[0].replace("-", "_")
    (wheel,) = directory.glob(f"{name}-*.whl")
    files = {}
    with zipfile.ZipFile(wheel) as archive:
        for type_, place in PACKAGES[package].items():
            for path in archive.namelist():
                if re.fullmatch(rf"{place}[^/]+\.md", path):
                    exported = f"{type_}s/{PurePosixPath(path).name}"
                    files[exported] = archive.read(path)
    return files


@pytest.mark.parametrize("package", PACKAGES)
def test_agents_and_commands_are_exported_unchanged(
    package, originals, write_files, build, tmp_path, readers
):
    files = originals[package]
    texts = {f"prompts/{path}": data.decode() for path, data in files.items()}
    types = sorted({path.partition("/")[0] for path in files})
    pyproject = PYPROJECT.replace("{types}", json.dumps(types))
    project = write_files(
        {"pyproject.toml": pyproject, "acme/__init__.py": "", **texts}
    )

    wheel = build(project)

    exported = {
        path.removeprefix("acme/.agents/"): data
        for path, data in wheel.files.items()
        if re.fullmatch(r"acme/\.agents/(agents|commands)/.*", path)
    }
    assert len(exported) == len(files) >= 5
    for path, data in files.items():
        ours = exported[dashed(path)]
        assert split(ours.decode()) == split(data.decode()), path
    before, after = (
        lay_out(tmp_path / name, placed(named), readers)
        for name, named in (
            ("before", {dashed(path): data for path, data in files.items()}),
            ("after", exported),
        )
    )
    assert claude_validate(after) == claude_validate(before)
    deployed = apm(after)
    assert deployed == apm(before)
    assert "dropped" not in deployed.values()


def dashed(path):
    """Return the path that a file is exported to."""
    directory, name = path.split("/")
    return f"{directory}/{re.sub('[-_. ]+', '-', name.removesuffix('.md')).lower()}.md"


def split(text):
    """Return the values of the frontmatter, and the text below it."""
    _, frontmatter, body = text.split("---\n", 2)
    return yaml.safe_load(frontmatter), body


def placed(files):
    return [
        Placed(
            kind=path,
            type=path.split("s/")[0],
            package=f"mx-{number:04}",
            name=PurePosixPath(path).stem,
            data=data,
            others={},
        )
        for number, (path, data) in enumerate(sorted(files.items()))
    ]


def test_there_are_enough_of_both(originals):
    paths = [path for files in originals.values() for path in files]
    assert len(paths) >= 50
    assert sum(path.startswith("agents/") for path in paths) >= 5
