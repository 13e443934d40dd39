"""
The three who take turns in `bench_build.py`: projects that pack the same prompts.

"plain" packs them as they are, "ours" renders them.  "least" packs them as they are
too, by a hook that imports Jinja2 and PyYAML, parses each frontmatter, and renders
nothing: what any hook made of the two costs.  With hatchling it has to hand each text
over as a file, as ours does.  That hook is a distribution of its own, found by entry
points, as ours is.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from hatch_agpm.build.writing import write_files
from hatch_agpm.model.rendering import FileContent

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

BACKENDS = {"hatchling": "hatchling.build", "setuptools": "setuptools.build_meta"}


class Contestant(StrEnum):
    """Who takes a turn, in this order."""

    PLAIN = "plain"
    OURS = "ours"
    LEAST = "least"


HOOKS = {Contestant.OURS: "hatch-agpm", Contestant.LEAST: "least-hook"}
"""The distribution that a project needs beside its backend."""

BUILD_SYSTEM = """\
[build-system]
requires = [{requires}]
build-backend = "{backend}"

"""
PROJECT = """\
[project]
name = "demo"
version = "1.0"

[tool.setuptools]
packages = ["demo"]
package-data.demo = ["**/*"]
"""
TABLES = {
    Contestant.PLAIN: "",
    Contestant.OURS: """\

[tool.hatch.build.hooks.agpm]

[tool.hatch-agpm.project]
audience = "maintainers"
rules = ["be exact", "be quick", "be kind"]
""",
    Contestant.LEAST: "\n[tool.hatch.build.hooks.least]\n",
}
"""What the projects differ in; setuptools calls its entry points without a table."""

FRONTMATTER = """\
---
name: reviewer-{number}
description: Reviews changes
model: opus
agpm:
  templating: true
---
"""
TEMPLATE = """\
# Reviewer {number} of {{{{ agpm.project.name }}}} {{{{ agpm.project.version }}}}

You write for {{{{ agpm.project.audience | upper }}}}.
{{% for rule in agpm.project.rules %}}
- {{{{ rule }}}}{{% if loop.last %}}.{{% else %}};{{% endif %}}
{{% endfor %}}
{{% if agpm.project.styleguide %}}There is a style guide.{{% endif %}}
"""
PROSE = "Read the whole change before you say the first word about it.\n" * 30

# Front ends also ask a backend for requirements and metadata, in processes of their
# own.  Nothing has to be imported there: ours waits for the build as well.
LEAST_HOOK = {
    "pyproject.toml": """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "least-hook"
version = "1.0"
dependencies = ["jinja2", "pyyaml"]

[project.entry-points.hatch]
least = "least_hook.hatch"

[project.entry-points."setuptools.finalize_distribution_options"]
least = "least_hook.setuptools:finalize"
""",
    "least_hook/__init__.py": "",
    "least_hook/hatch.py": """\
from pathlib import Path
from tempfile import TemporaryDirectory

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.plugin import hookimpl


class LeastHook(BuildHookInterface):
    PLUGIN_NAME = "least"

    def initialize(self, version, build_data):
        import jinja2.sandbox, yaml

        self.staging = TemporaryDirectory()
        for path in Path(self.root, "prompts").rglob("*.md"):
            text = path.read_text("utf-8")
            yaml.load(text.split("---")[1], yaml.CSafeLoader)
            staged = Path(self.staging.name, path.name)
            staged.write_text(text, "utf-8")
            packed = Path("demo", path.relative_to(self.root))
            build_data["force_include"][str(staged)] = packed.as_posix()


@hookimpl
def hatch_register_build_hook():
    return LeastHook
""",
    "least_hook/setuptools.py": """\
from pathlib import Path


def finalize(dist):
    if "bdist_wheel" in dist.script_args:
        import jinja2.sandbox, yaml

        for path in Path("demo/prompts").rglob("*.md"):
            yaml.load(path.read_text("utf-8").split("---")[1], yaml.CSafeLoader)
""",
}


def write_project(
    root: Path, contestant: Contestant, *, backend: str, prompts: int
) -> None:
    """Write a project with templates, or with the same files in its package."""
    requires = [backend, HOOKS[contestant]] if contestant in HOOKS else [backend]
    build_system = BUILD_SYSTEM.format(
        requires=", ".join(f'"{name}"' for name in requires), backend=BACKENDS[backend]
    )
    packs_them = contestant is Contestant.PLAIN or (
        contestant is Contestant.LEAST and backend == "setuptools"
    )
    texts = "demo/prompts/agents" if packs_them else "prompts/agents"
    template = FRONTMATTER + TEMPLATE + PROSE
    prompt_files = {
        f"{texts}/reviewer-{number}.md": template.format(number=number)
        for number in range(prompts)
    }
    write_texts(
        root,
        {
            "pyproject.toml": build_system + PROJECT + TABLES[contestant],
            "demo/__init__.py": "",
            **prompt_files,
        },
    )


def write_texts(root: Path, texts: Mapping[str, str]) -> None:
    """Write texts below a directory, by path."""
    files = {path: FileContent(data=text.encode()) for path, text in texts.items()}
    write_files(root, files)
