"""Bundles of resources that no template is rendered for."""

import hashlib

from hatch_agpm.bundle.bundle import build_bundle
from hatch_agpm.model.rendering import (
    Input,
    InputNode,
    RenderedResource,
    Rendering,
    SkillFile,
)


def template(path, *uses):
    """Return the node of a template that uses those of other files."""
    file = Input(path=path, sha256=hashlib.sha256(b"t").hexdigest())
    return InputNode(file=file, uses=uses)


def resource(path, *, type="agent", **given):  # noqa: A002 - the field's name
    """Return a resource rendered from the template at `path`."""
    stem, _, suffix = path.rpartition(".")
    text = given.pop("text", f"---\nname: x\n---\nThe text of {path}.\n")
    fields = {
        "name": stem if "/" not in suffix else path,
        "alias": None,
        "tool": "claude-code",
        "install": None,
        "install_path": f".claude/{path}",
        "variables": {},
        "body": text.find("---\n", 4) + 4 if isinstance(text, str) else 0,
        "metadata": {"name": "x"},
        "template": template(path),
    }
    return RenderedResource(type=type, text=text, source_path=path, **(fields | given))


def skill(path, files, **given):
    """Return a skill in the directory `path`, of these files beside its SKILL.md."""
    text = "---\nname: s\n---\nA skill.\n"
    listed = {"SKILL.md": text.encode()} | files
    return resource(
        f"{path}/SKILL.md",
        type="skill",
        text=text,
        name=path,
        files=tuple(
            SkillFile(path=name, data=data, executable=name.endswith(".sh"))
            for name, data in sorted(listed.items())
        ),
        **given,
    )


def build(*resources, version="1.2.3"):
    rendering = Rendering(resources=resources)
    return build_bundle(
        rendering, output="src/pkg/prompts", distribution="my-pkg", version=version
    )
