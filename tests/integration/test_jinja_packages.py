"""Templates of published packages, filled without Jinja2, and rendered by it."""

import importlib
import subprocess
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import jinja2
import pytest
import yaml
from jinja2 import meta

from hatch_agpm import render_manifest
from hatch_agpm.build.writing import write_files
from hatch_agpm.bundle.bundle import build_bundle
from hatch_agpm.model.rendering import Rendering

pytestmark = pytest.mark.slow

TABLE = """\
[project]
name = "acme"
version = "1"
[[tool.hatch-agpm.prompts]]
path = "p"
templating = "jinja2"
runtime = "undeclared"
"""


class Thing(SimpleNamespace):
    """An object as the packages have it, with what their templates call."""

    def get_prompt(self):
        return f"prompt of {self.name}\nsecond line"

    def is_ready(self):
        return True

    def get_result_type_str(self):
        return "list[str]"

    def get_actor(self):
        return self.actor

    def to_code_prompt(self):
        return f"def {self.name}(): ..."

    def to_tool_calling_prompt(self):
        return f"{self.name}: a tool"


def thing(name, depth=2):
    inner = [thing(f"{name}-{n}", depth - 1) for n in (1, 2)] if depth else []
    return Thing(
        name=name,
        id=f"id-{name}",
        key=name,
        instructions=f"do {name}\nwell",
        description=f"<{name}> & 'co'",
        memories=inner,
        members=inner,
        context={"a": 1, "b": [None, 2.5]},
        parent=inner[0] if inner else None,
        actor=inner[-1] if inner else None,
        active_member=inner[0] if inner else None,
        inputs={"x": {"type": "string", "description": "d"}},
        output_type="string",
    )


THINGS = {name: thing(name) for name in ("agent", "task", "team", "memory", "actor")}
TABLE_OF_SQL = {
    "columns": [{"name": "id", "type": "int"}, {"name": "n", "type": "text"}],
    "primary_key": ["id"],
    "foreign_keys": [{"column": "n", "ref_table": "t", "ref_column": "id"}],
}
NO_COLUMNS = {"columns": [], "primary_key": [], "foreign_keys": None}
VALUES = {
    **THINGS,
    "schema": {
        "people": TABLE_OF_SQL,
        "empty": {"columns": [], "primary_key": [], "foreign_keys": None},
    },
    "temporal_hints": ["soon", "late"],
    "max_rows": 5,
    "instructions": ["be kind", "be\nbrief"],
    "tools": {"grep": thing("grep"), "ls": thing("ls")},
    "managed_agents": {"boss": thing("boss")},
    "authorized_imports": ["math", "re"],
    "custom_instructions": "none",
}


def values_for(source):
    """Return values for all names of a template."""
    tree = jinja2.Environment(autoescape=False).parse(source)  # noqa: S701 - no HTML
    names = meta.find_undeclared_variables(tree)
    return {name: VALUES.get(name, f"<{name}>\n& more") for name in names}


def sources_of(wheel, directory):
    """Yield the templates of a wheel, by a name for each."""
    with zipfile.ZipFile(wheel) as archive:
        for path in sorted(archive.namelist()):
            name = Path(path).name
            text = archive.read(path).decode(errors="replace")
            in_prompts = "/prompts/" in path
            if path.endswith(".jinja") or (in_prompts and path.endswith(".txt")):
                yield f"{directory}/{name}", text
            elif in_prompts and path.endswith(".yaml"):
                for n, found in enumerate(strings_of(yaml.safe_load(text))):
                    yield f"{directory}/{Path(path).stem}-{n}.txt", found


def strings_of(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from strings_of(each)


@pytest.mark.parametrize(
    ("requirement", "least"),
    [("marvin==3.2.7", 5), ("cognee==1.6.6rc1", 80), ("smolagents==1.26.0", 20)],
)
def test_templates_of_packages_are_filled_as_jinja2_renders_them(
    requirement, least, tmp_path, monkeypatch
):
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    done = subprocess.run([*command, "--dest", str(tmp_path), requirement], check=False)
    if done.returncode:
        pytest.skip(f"{requirement} cannot be downloaded")
    (wheel,) = tmp_path.glob("*.whl")
    sources = dict(sources_of(wheel, requirement.partition("=")[0]))
    root = tmp_path / "project"
    write_files(root, {})
    (root / "pyproject.toml").parent.mkdir(exist_ok=True)
    (root / "pyproject.toml").write_text(TABLE)
    for path, text in sources.items():
        (root / "p" / path).parent.mkdir(parents=True, exist_ok=True)
        (root / "p" / path).write_text(text, newline="")
    resources = render_manifest(root / "pyproject.toml", project={})
    bundle = build_bundle(
        Rendering(resources=resources), output="x/p", distribution="x", version="1"
    )
    module = f"packages_{requirement[:4]}"
    write_files(tmp_path / "site" / module, bundle.files)
    monkeypatch.syspath_prepend(tmp_path / "site")
    prompts = importlib.import_module(module)
    equal = 0
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)  # noqa: S701 - no HTML
    for each in resources:
        source = sources[each.source_path.removeprefix("p/")]
        values = values_for(source)
        expected = environment.from_string(source).render(values)
        equal += prompts.load(each.bundle_name)(**values) == expected
    print(f"{requirement}: {equal} of {len(sources)}")  # noqa: T201 - how many
    assert equal == len(sources) >= least
