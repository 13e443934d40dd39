"""Many random prompts in one bundle, because a bundle takes long to build."""

import importlib
import json
import sys
import types
from pathlib import Path

from hatch_agpm.build.writing import write_files as write_bundle
from hatch_agpm.bundle.bundle import build_bundle
from hatch_agpm.errors import AgpmError, ProblemsError
from hatch_agpm.model.rendering import Rendering
from hatch_agpm.rendering.renderer import render_manifest

PYPROJECT = """\
[project]
name = "x"
version = "1"
[tool.hatch-agpm.agents]
"""

__all__ = ["filled", "inline", "module_of", "plain", "rendered"]


def plain(value):
    """Return a value as JSON has it."""
    if isinstance(value, types.SimpleNamespace):
        value = vars(value)
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    return (
        [plain(each) for each in value] if isinstance(value, (list, tuple)) else value
    )


def inline(value):
    """Return a value as inline TOML, None for what TOML does not have."""
    if isinstance(value, dict):
        fields = {json.dumps(name): inline(each) for name, each in value.items()}
        pairs = ", ".join(f"{name} = {each}" for name, each in fields.items())
        return None if None in fields.values() else f"{{ {pairs} }}"
    if isinstance(value, list):
        items = [inline(each) for each in value]
        return None if None in items else f"[{', '.join(items)}]"
    return None if value is None else json.dumps(value)


def rendered(root, samples, manifest="agpm.toml"):
    """Render samples; return the resources, and the errors of those that have some."""
    refused = {}
    head = "[agents]\n" if manifest == "agpm.toml" else PYPROJECT
    while True:
        left = [sample for sample in samples if sample.name not in refused]
        table = head + "".join(sample.entry for sample in left)
        (root / manifest).write_text(table, "utf-8")
        try:
            return render_manifest(root / manifest, project={"name": "x"}), refused
        except AgpmError as error:
            problems = error.problems if isinstance(error, ProblemsError) else [error]
            found = {Path(each.path).stem: each.what for each in problems}
            if found.keys() <= refused.keys() or found.keys() - {
                sample.name for sample in left
            }:
                raise
            refused = {**found, **refused}


def module_of(root, resources):
    bundle = build_bundle(
        Rendering(resources=resources),
        output="x/prompts",
        distribution="x",
        version="1",
    )
    name = f"random_prompts_{len(sys.modules)}"
    write_bundle(root / "site" / name, bundle.files)
    sys.path.insert(0, str(root / "site"))
    try:
        importlib.invalidate_caches()
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(root / "site"))


def filled(prompt, values):
    """Return the text of a prompt, None where it fails."""
    try:
        return prompt(**values)
    except TypeError:
        return None
